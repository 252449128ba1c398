"""Where the organizer's pages are."""

from starlette.routing import Route

from pitchscoop.doors.web import (
    audit,
    deletion,
    desk,
    events,
    final,
    organizers,
    panel,
    people,
    registration,
    room,
    setting_up,
    taking_in,
    voting,
)

_EVENT = "/events/{event_id}"
_ORGANIZER = "/organizers/{organizer_id}"
_TEAM, _JUDGE = f"{_EVENT}/teams/{{team_id}}", f"{_EVENT}/judges/{{judge_id}}"

ROUTES = [
    Route("/events", setting_up.events, methods=["GET", "POST"]),
    Route("/events/import", taking_in.taking_in, methods=["GET", "POST"]),
    Route("/organizers", organizers.organizers, methods=["GET", "POST"]),
    *(Route(f"{_ORGANIZER}/{act}", organizers.button(act), methods=["POST"]) for act in organizers.ENDINGS),
    Route("/audit", audit.of_installation),
    Route(_EVENT, events.event),
    Route(f"{_EVENT}/settings", events.settings, methods=["POST"]),
    Route(f"{_EVENT}/criteria", events.criteria, methods=["POST"]),
    Route(f"{_EVENT}/prizes", events.prizes, methods=["POST"]),
    Route(f"{_EVENT}/order", events.order, methods=["POST"]),
    Route(f"{_EVENT}/stage", events.stage, methods=["POST"]),
    Route(f"{_EVENT}/copies", events.copy, methods=["POST"]),
    Route(f"{_EVENT}/audit", audit.of_event),
    Route(f"{_EVENT}/deletion", deletion.deletion),
    Route(f"{_EVENT}/deletion", deletion.delete, methods=["POST"]),
    Route(f"{_EVENT}/join", registration.register, methods=["GET", "POST"]),
    Route(f"{_EVENT}/vote", voting.vote),
    Route(f"{_EVENT}/vote", voting.cast_vote, methods=["POST"]),
    Route(f"{_EVENT}/ballots", voting.ballots, methods=["POST"]),
    Route(f"{_EVENT}/teams", people.add_teams, methods=["POST"]),
    Route(f"{_EVENT}/judges", people.add_judges, methods=["POST"]),
    Route(f"{_EVENT}/sheet", people.sheet),
    Route(f"{_EVENT}/assignment", panel.assignment),
    Route(f"{_EVENT}/assignment", panel.assign, methods=["POST"]),
    Route(_TEAM, people.team),
    Route(_JUDGE, people.judge),
    Route(f"{_TEAM}/qr.svg", people.code),
    Route(f"{_JUDGE}/qr.svg", people.code),
    *(Route(f"{_TEAM}/{act}", people.button("team", act), methods=["POST"]) for act in people.ACTS["team"]),
    *(Route(f"{_JUDGE}/{act}", people.button("judge", act), methods=["POST"]) for act in people.ACTS["judge"]),
    Route(f"{_EVENT}/final", final.final),
    Route(f"{_EVENT}/final", final.named, methods=["POST"]),
    Route(f"{_EVENT}/final/comparisons", final.compared, methods=["POST"]),
    Route(f"{_EVENT}/desk", desk.desk),
    Route(f"{_EVENT}/desk/rows", desk.rows),
    Route(f"{_EVENT}/desk/news", desk.news),
    Route(f"{_EVENT}/desk/judges", desk.progress),
    Route(f"{_EVENT}/room", room.room),
    Route(f"{_EVENT}/room/now", room.room_now),
]
