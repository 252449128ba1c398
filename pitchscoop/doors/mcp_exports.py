"""MCP tools for what leaves and enters the installation: exports, imports, and who else runs events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, Field

from pitchscoop.access.model import Verb
from pitchscoop.doors import events
from pitchscoop.doors.exports import CONTENT_TYPES, LARGEST, MOST_CHOSEN
from pitchscoop.doors.mcp_calls import Calls, EventId, Tool, told
from pitchscoop.events.names import Name

Form = Literal["export.zip", "export.json", "sessions.csv", "scores.csv", "audit.csv"]
Ids = Annotated[list[str], Field(max_length=MOST_CHOSEN, description="Of sessions; all of them without.")]
OrganizerId = Annotated[str, Field(description="The organizer's id, as list_organizers gives it.", max_length=64)]

_OF_SOME = ("export.zip", "sessions.csv")  # forms that can be of some sessions only


class ExportAddress(BaseModel):
    """Where an export is streamed from. It is given to whoever brings an organizer's token, or is signed in there."""

    export_url: str
    content_type: str
    authorization: str = "Send your token as Authorization: Bearer TOKEN, or open it in an organizer's browser."


class ExportTools(Calls):
    """Each tool is a verb of REST."""

    async def get_export_url(
        self, event_id: EventId, form: Form = "export.zip", session_ids: Ids | None = None
    ) -> ExportAddress:
        """The address of an export: all audio and transcripts, all that is known as JSON, or a table."""
        if form == "audit.csv":  # it stays when the event is deleted
            await told(self._engine.organizing.facts(self._who, event_id, limit=1))
        else:
            await told(self._engine.events.allowed(self._who, Verb.EVENT_EXPORT, event_id))
        if session_ids:
            if form not in _OF_SOME:
                raise ToolError(f"invalid_request: {form} is of the whole event. Leave session_ids out.")
            await told(self._engine.sessions.chosen(event_id, session_ids))
        query = f"?{urlencode([('session', one) for one in session_ids])}" if session_ids else ""
        url = f"{self._engine.public_url}/api/v1/events/{event_id}/{form}{query}"
        return ExportAddress(export_url=url, content_type=CONTENT_TYPES[form.rpartition(".")[2]])

    async def import_event(
        self, document: Annotated[dict[str, Any], Field(description="What export.json holds.")]
    ) -> events.EventDetails:
        """Take in an event that export.json was made of, where it is not known. Links of its people are made anew."""
        importing = self._engine.import_event(self._who, _once(document), LARGEST)
        return events.event_details(await told(importing))

    @property
    def tools(self) -> list[Tool]:
        """All of them."""
        return [
            Tool(self.get_export_url, "Get export URL", reads=True),
            Tool(self.import_event, "Import event", repeatable=False),
        ]


class OrganizerTools(Calls):
    """Each tool is a verb of REST under the same name."""

    async def add_organizer(self, name: Name) -> events.InvitedOrganizer:
        """Invite somebody else who runs events. The link lets in once, whoever opens it: ask a person first."""
        return events.invited_organizer(await told(self._engine.organizing.add_organizer(self._who, name)))

    async def list_organizers(self) -> events.OrganizerList:
        """All who run events here."""
        return events.organizer_list(await told(self._engine.organizing.list_organizers(self._who)))

    async def remove_organizer(self, organizer_id: OrganizerId) -> events.OrganizerDetails:
        """End an organizer's sign-ins for good. Ask a person first."""
        ending = self._engine.organizing.end_organizer(self._who, organizer_id, removed=True)
        return events.organizer_details(await told(ending))

    async def sign_out_organizer(self, organizer_id: OrganizerId) -> events.OrganizerDetails:
        """End all sign-ins of an organizer, on every device."""
        ending = self._engine.organizing.end_organizer(self._who, organizer_id, removed=False)
        return events.organizer_details(await told(ending))

    @property
    def tools(self) -> list[Tool]:
        """All of them."""
        return [
            Tool(self.add_organizer, "Add organizer", repeatable=False),
            Tool(self.list_organizers, "List organizers", reads=True),
            Tool(self.remove_organizer, "Remove organizer", destroys=True),
            Tool(self.sign_out_organizer, "Sign organizer out", destroys=True),
        ]


async def _once(document: dict[str, Any]) -> AsyncIterator[bytes]:
    """Written when it is asked for: whoever may not import is told so before."""
    yield (await asyncio.to_thread(json.dumps, document)).encode()
