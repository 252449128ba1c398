"""MCP tools for events: setting them up, moving them on, and the running order."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from pitchscoop.doors import events, schedule
from pitchscoop.doors.mcp_calls import Calls, EventId, TeamId, Tool, told
from pitchscoop.events.model import Settings
from pitchscoop.events.names import Name
from pitchscoop.events.rubrics import Criterion
from pitchscoop.kernel.stages import Stage
from pitchscoop.organizing.running_order import Order

Rubric = Annotated[list[Criterion], Field(max_length=100)]
After = Annotated[str, Field(description="next_after of the answer before.", max_length=40)]
AtMost = Annotated[int, Field(ge=1, le=1000)]
Revision = Annotated[int | None, Field(ge=0, description="Change only what was seen: its revision then.")]


class EventTools(Calls):
    """Each tool is a verb of REST under the same name."""

    async def create_event(
        self, name: Name, rubric: Rubric | None = None, settings: Settings | None = None, stage: Stage = "open"
    ) -> events.EventDetails:
        """Set up a competition. Everything but the name has a default."""
        making = self._engine.organizing.create_event
        made = making(self._who, name, rubric or [], settings or Settings(), stage)
        return events.event_details(await told(made))

    async def list_rubrics(self) -> events.RubricList:
        """Rubrics to begin with, for create_event. An event that is given none is scored by hackathon."""
        return await told(self._rubrics())

    async def list_events(self) -> events.EventList:
        """All events, newest first; for a team or a judge their own."""
        found = await told(self._engine.organizing.list_events(self._who))
        return events.EventList(events=[events.event_details(event) for event in found])

    async def get_event(self, event_id: EventId) -> events.EventDetails:
        """An event with its rubric and settings."""
        return events.event_details(await told(self._engine.organizing.event(self._who, event_id)))

    async def update_event(
        self,
        event_id: EventId,
        name: Name | None = None,
        rubric: Rubric | None = None,
        settings: Annotated[dict[str, Any] | None, Field(description="Those that change; see get_event.")] = None,
        revision: Revision = None,
        new_version: Annotated[bool, Field(description="Change the rubric although there are cards.")] = False,
    ) -> events.EventDetails:
        """Change name, rubric or settings; what is left out stays.

        On scoring_began tell a person what becomes of the cards; only they decide on new_version.
        """
        changing = self._engine.organizing.update_event(
            self._who, event_id, name=name, rubric=rubric, settings=settings, revision=revision, new_version=new_version
        )
        return events.event_details(await told(changing))

    async def move_event(self, event_id: EventId, stage: Stage) -> events.EventDetails:
        """Move an event to another stage. published ends what judges do: ask a person first."""
        return events.event_details(await told(self._engine.organizing.move_event(self._who, event_id, stage)))

    async def copy_event(self, event_id: EventId, name: Name) -> events.EventDetails:
        """A new event, a draft, with the rubric and the settings of this one."""
        return events.event_details(await told(self._engine.organizing.copy_event(self._who, event_id, name)))

    async def audit(self, event_id: EventId, after: After = "", limit: AtMost = 100) -> events.Audit:
        """Who did what when in an event, oldest first."""
        return events.audit_page(await told(self._engine.organizing.facts(self._who, event_id, after, limit)), limit)

    async def installation_audit(self, after: After = "", limit: AtMost = 100) -> events.Audit:
        """The same of what is about no event: organizers, their sign-ins, events that were deleted."""
        return events.audit_page(await told(self._engine.organizing.facts(self._who, None, after, limit)), limit)

    async def delete_event(self, event_id: EventId) -> events.DeletedEvent:
        """Remove an event with all it has, for good: audio, transcripts, people, their links. Ask a person first."""
        await told(self._engine.organizing.delete_event(self._who, event_id))
        return events.DeletedEvent(event_id=event_id)

    async def get_schedule(self, event_id: EventId) -> schedule.ScheduleDetails:
        """Which team is on stage when, who is on now and who is next."""
        return schedule.schedule_details(await told(self._engine.running_orders.read(self._who, event_id)))

    async def write_schedule(
        self,
        event_id: EventId,
        team_ids: Annotated[list[str] | None, Field(description="In order; as they joined at first.")] = None,
        starts_at: Annotated[AwareDatetime | None, Field(description="When the first is on, with its offset.")] = None,
        slot_seconds: Annotated[int | None, Field(ge=10, le=24 * 3600)] = None,
        revision: Revision = None,
    ) -> schedule.ScheduleDetails:
        """Set the order of teams, when it starts, and how long a slot is; what is left out stays."""
        order = Order(team_ids, starts_at, slot_seconds, revision)
        return schedule.schedule_details(await told(self._engine.running_orders.write(self._who, event_id, order)))

    async def call_on_stage(
        self, event_id: EventId, team_id: Annotated[TeamId | None, Field(description="null clears the stage.")]
    ) -> schedule.ScheduleDetails:
        """Call a team on stage. The room's screen shows it at once."""
        return schedule.schedule_details(await told(self._engine.running_orders.call(self._who, event_id, team_id)))

    async def _rubrics(self) -> events.RubricList:
        return events.rubric_list(self._engine.organizing.rubrics(self._who))

    @property
    def tools(self) -> list[Tool]:
        """All of them."""
        return [
            Tool(self.create_event, "Create event", repeatable=False),
            Tool(self.list_rubrics, "List rubrics", reads=True),
            Tool(self.list_events, "List events", reads=True),
            Tool(self.get_event, "Get event", reads=True),
            Tool(self.update_event, "Update event"),
            Tool(self.move_event, "Move event to a stage"),
            Tool(self.copy_event, "Copy event", repeatable=False),
            Tool(self.delete_event, "Delete event", destroys=True),
            Tool(self.audit, "Read who did what", reads=True),
            Tool(self.installation_audit, "Read who did what beside all events", reads=True),
            Tool(self.get_schedule, "Get running order", reads=True),
            Tool(self.write_schedule, "Write running order"),
            Tool(self.call_on_stage, "Call on stage"),
        ]
