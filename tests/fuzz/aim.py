"""Calls that are made up know of nothing that is there: here they are aimed at things that are."""

import random
import re
from collections.abc import Collection
from typing import Any

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.case import Case

from tests.fuzz.scene import Scene

_OURS = re.compile(r"[0-9a-hjkmnp-tv-z]{26,30}|default|owner")  # an answer said it: the call goes on from there
_TRUE = {"team_name": "Kelp", "timezone": "Europe/Berlin", "email": "a@b.example", "utterance_id": "u-1", "was": "Nous"}
_HEADERS = {"Upload-Length": "9", "Upload-Offset": "0", "Upload-Metadata": "filename YS53YXY="}
_STRAY = 0.6  # so often what two answers said does not belong together
_HIT = 0.9  # so often: what is not there must be asked for, too


class Aim:
    """Puts what is there in the place of what was made up, but for what was made up to be wrong."""

    def __init__(self, scene: Scene, chance: random.Random) -> None:
        self._scene = scene
        self._chance = chance

    def at(self, case: Case[Any]) -> None:
        """Aim one call."""
        of_upload = "upload_id" in case.path
        named = {str(value) for value in case.path_parameters.values() if _OURS.fullmatch(str(value))}
        if of_upload and self._chance.random() < _STRAY:
            named = set()  # a session and the upload of another one
        ids = self._scene.ids(self._chance, named, of_upload=of_upload)
        if case.path_parameters and not _is_negative(case, ParameterLocation.PATH):
            case.path_parameters = {
                name: self._one(name, value, ids, named) for name, value in case.path_parameters.items()
            }
        if case.query and not _is_negative(case, ParameterLocation.QUERY):
            case.query = {name: self._query(name, value, ids) for name, value in case.query.items() if self._kept(name)}
        if isinstance(case.body, dict) and not _is_negative(case, ParameterLocation.BODY):
            case.body = self._body(case.body, ids)
        if not _is_negative(case, ParameterLocation.HEADER):
            case.headers.update({name: value for name, value in _HEADERS.items() if name in case.headers})
        token = case.headers.get("Authorization", "").removeprefix("Bearer ")
        if token in self._scene.tokens and self._scene.player.token:  # it was ended since the call was made up
            case.headers["Authorization"] = f"Bearer {self._scene.player.token}"

    def _one(self, name: str, value: Any, ids: dict[str, str], named: Collection[str] = ()) -> Any:
        if name not in ids or str(value) in named or self._chance.random() > _HIT:
            return value
        return ids[name]

    def _kept(self, name: str) -> bool:
        return name not in ("cursor", "after", "revision") or self._chance.random() > _HIT

    def _query(self, name: str, value: Any, ids: dict[str, str]) -> Any:
        if name == "session":
            return [self._one("session_id", one, ids) for one in value] if isinstance(value, list) else value
        return self._one({"team": "team_id", "judge": "judge_id", "event": "event_id"}.get(name, name), value, ids)

    def _body(self, body: Any, ids: dict[str, str], name: str = "") -> Any:
        if isinstance(body, dict):
            return {key: self._body(value, ids, key) for key, value in body.items() if self._kept(key)}
        if isinstance(body, list):
            singular = {"absent": "judge_id", "team_ids": "team_id"}.get(name, name)
            return [self._body(one, ids, singular) for one in body]
        return self._one(name, body, ids | _TRUE)


def _is_negative(case: Case[Any], where: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(where)
