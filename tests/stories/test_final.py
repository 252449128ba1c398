"""A final round: named by an organizer, compared by judges, told beside the standings and not before."""

import json
from typing import Any

import pytest

from pitchscoop.kernel import keys
from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.servers.app import ADMIN, App
from tests.stories.test_mcp_organizing import assistant
from tests.stories.test_organizer import visitor
from tests.stories.test_organizing_commands import done
from tests.stories.test_standings import Show, show

__all__ = ["show"]


async def named(show: Show, *teams: str, **more: Any) -> tuple[int, dict[str, Any]]:
    async with show.app.client() as client:
        body = {"session_ids": [show.sessions[team] for team in teams], **more}
        answer = await client.put(f"/events/{show.event}/final", json=body)
    return answer.status_code, answer.json()


async def preferred(show: Show, judge: int, better: str, worse: str) -> tuple[int, dict[str, Any]]:
    async with show.app.client(show.judges[judge]) as client:
        body = {"better": show.sessions.get(better, better), "worse": show.sessions.get(worse, worse)}
        answer = await client.put(f"/events/{show.event}/final/comparisons", json=body)
    return answer.status_code, answer.json()


async def final(show: Show, token: str | None = ADMIN) -> dict[str, Any]:
    async with show.app.client(token) as client:
        answer = await client.get(f"/events/{show.event}/final")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def order(found: dict[str, Any]) -> list[tuple[int | None, str]]:
    return [(place["rank"], place["team_name"]) for place in found["places"]]


async def test_judges_compare_and_the_result_is_told_with_the_standings(show: Show) -> None:
    assert (await final(show))["finalists"] == []
    assert (await show.board())["final"] is None
    status, told = await named(show, "Kelp", "Tide", "Loam")
    assert (status, [one["team_name"] for one in told["finalists"]]) == (200, ["Kelp", "Tide", "Loam"])
    assert (told["revision"], told["result"]["words"]) == (1, "Nobody has compared two of them yet.")
    before = (await show.board())["standings"]

    ada = show.judges[0]
    seen = await final(show, ada)
    assert (seen["pairs"], seen["answers"], seen["takes"], seen["result"]) == (3, [], True, None)
    assert seen["revision"] is None
    names = {session: team for team, session in show.sessions.items()}
    for left in (2, 1, 0):
        pair = [names[one] for one in seen["next"]]
        better, worse = sorted(pair, key=["Kelp", "Tide", "Loam"].index)
        status, seen = await preferred(show, 0, better, worse)
        assert (status, len(seen["answers"])) == (200, 3 - left)
        assert frozenset((show.sessions[better], show.sessions[worse])) != frozenset(seen["next"] or ())
    assert seen["next"] is None
    assert order((await show.board())["final"]) == [(1, "Kelp"), (2, "Tide"), (3, "Loam")]
    assert (await show.board())["standings"] == before

    assert (await preferred(show, 1, "Tide", "Kelp"))[0] == 200
    assert (await preferred(show, 1, "Tide", "Loam"))[0] == 200
    assert order((await show.board())["final"])[0] == (1, "Tide")
    again = (await preferred(show, 1, "Kelp", "Tide"))[1]  # said anew, it is one comparison
    assert [(one["better"], one["worse"]) for one in again["answers"]] == [
        (show.sessions["Kelp"], show.sessions["Tide"]), (show.sessions["Tide"], show.sessions["Loam"]),
    ]  # fmt: skip
    board = (await show.board())["final"]
    assert (order(board)[0], board["comparisons"], board["judges"]) == ((1, "Kelp"), 5, 2)

    await show.move("frozen")
    assert (await preferred(show, 0, "Kelp", "Tide"))[0] == 200  # when cards are closed the round goes on
    for token in (None, ada):
        assert (await show.board(token))["final"] is None
    hidden = await final(show, None)
    assert (hidden["hidden"], hidden["finalists"], hidden["result"]) == (True, [], None)
    await show.move("published")
    for token in (None, ada, ADMIN):
        assert order((await show.board(token))["final"]) == order(board)
        assert order((await final(show, token))["result"]) == order(board)
    status, refused = await preferred(show, 0, "Tide", "Kelp")
    assert (status, refused["code"]) == (409, "wrong_stage")
    assert (await final(show, ada))["next"] is None


async def test_only_two_finalists_of_others_teams_are_compared(show: Show) -> None:
    assert (await preferred(show, 0, "Kelp", "Tide"))[1]["code"] == "no_final"
    await named(show, "Kelp", "Tide")
    for better, worse in (("Kelp", "Loam"), ("Kelp", "Kelp"), ("Kelp", "nobody")):
        assert (await preferred(show, 0, better, worse))[1]["code"] == "not_a_finalist"
    await named(show, "Kelp", "Tide", "Loam")
    await preferred(show, 0, "Kelp", "Tide")
    async with show.app.client() as client:
        ada = (await client.get(f"/events/{show.event}/judges")).json()["judges"][0]
        kelp = (await client.get(f"/sessions/{show.sessions['Kelp']}")).json()["team_id"]
        ada = next(one for one in (await client.get(f"/events/{show.event}/judges")).json()["judges"]
                   if one["name"] == "Ada")  # fmt: skip
        torn = f"/events/{show.event}/judges/{ada['judge_id']}/conflicts/{kelp}"
        (await client.put(torn)).raise_for_status()
        seen = await final(show, show.judges[0])
        assert (seen["pairs"], seen["answers"]) == (1, [])
        assert {one["team_name"] for one in seen["finalists"]} == {"Tide", "Loam"}
        assert (await preferred(show, 0, "Kelp", "Loam"))[1]["code"] == "conflict_of_interest"
        assert (await show.board())["final"]["comparisons"] == 0
        (await client.delete(torn)).raise_for_status()
        assert (await show.board())["final"]["comparisons"] == 1
        (await client.post(f"/events/{show.event}/teams/{kelp}/withdraw")).raise_for_status()
    assert (await preferred(show, 1, "Kelp", "Loam"))[1]["code"] == "team_withdrew"
    assert [one["team_name"] for one in (await show.board())["final"]["places"]] == ["Tide", "Loam"]
    assert (await final(show, show.judges[1]))["pairs"] == 1
    assert (await named(show, "Kelp", "Tide"))[1]["code"] == "cannot_be_finalist"


async def test_finalists_are_named_anew_and_nothing_said_is_lost_unasked(show: Show) -> None:
    for wrong, code in (
        (["Kelp"], "bad_finalists"), (["Kelp", "Kelp"], "bad_finalists"),
    ):  # fmt: skip
        assert (await named(show, *wrong))[1]["code"] == code
    async with show.app.client() as client:
        path = f"/events/{show.event}/final"
        many = {"session_ids": [f"s{number}" for number in range(13)]}
        assert (await client.put(path, json=many)).json()["code"] == "bad_finalists"
        loose = {"session_ids": [], "discard": 0}
        assert (await client.put(path, json=loose)).json()["code"] == "invalid_request"
        nobody = {"session_ids": ["nobody", show.sessions["Kelp"]]}
        assert (await client.put(path, json=nobody)).json()["code"] == "no_such_session"
        other = (await client.post("/events", json={"name": "Other"})).json()["event_id"]
        foreign = {"session_ids": [show.sessions["Kelp"], show.sessions["Tide"]]}
        assert (await client.put(f"/events/{other}/final", json=foreign)).json()["code"] == "no_such_session"
        body = {"team_name": "Kelp", "pitch_title": "Late", "event_id": show.event}
        late = (await client.post("/sessions", json=body)).json()["session_id"]
        waiting = {"session_ids": [late, show.sessions["Kelp"]]}
        assert (await client.put(path, json=waiting)).json()["code"] == "cannot_be_finalist"
    assert (await named(show, "Kelp", "Tide", "Loam"))[1]["revision"] == 1
    await preferred(show, 0, "Kelp", "Tide")
    assert (await final(show))["revision"] == 1  # what judges say does not overtake an organizer
    assert (await named(show, "Kelp", "Tide", revision=1))[1]["revision"] == 2
    status, stale = await named(show, "Kelp", "Loam", revision=1)
    assert (status, stale["code"], stale["current"]["revision"]) == (409, "changed_meanwhile", 2)
    status, kept = await named(show, "Kelp", "Loam")
    assert (status, kept["code"], kept["comparisons"]) == (409, "comparisons_exist", 1)
    assert (await named(show))[1]["code"] == "comparisons_exist"
    assert (await named(show, discard=True))[1]["finalists"] == []
    assert (await show.board())["final"] is None
    assert (await named(show, "Kelp", "Tide"))[1]["result"]["comparisons"] == 0


async def test_what_was_said_of_a_deleted_pitch_goes_with_it(show: Show) -> None:
    await named(show, "Kelp", "Tide", "Loam")
    for better, worse in (("Kelp", "Tide"), ("Tide", "Loam"), ("Kelp", "Loam")):
        await preferred(show, 0, better, worse)
    async with show.app.client() as client:
        assert (await client.delete(f"/sessions/{show.sessions['Kelp']}")).status_code == 204
        document = (await client.get(f"/events/{show.event}/export.json")).json()["final"]
    assert document["session_ids"] == [show.sessions["Tide"], show.sessions["Loam"]]
    assert [(one["better"], one["worse"]) for one in document["comparisons"]] == [
        (show.sessions["Tide"], show.sessions["Loam"])
    ]
    assert order((await show.board())["final"]) == [(1, "Tide"), (2, "Loam")]


async def test_storage_has_it_and_gives_it_back(show: Show) -> None:
    await named(show, "Kelp", "Tide")
    await preferred(show, 0, "Tide", "Kelp")
    async with assembled(load(show.app.settings), show.app.url) as parts:
        events, state = parts.engine.events, parts.engine.state
        record = await events.record(show.event)
        assert record is not None
        _, _, before = await events.plans(show.event)
        row = await state.read(keys.final(show.event))
        assert row is not None
        assert record.final == row.fields
        from pitchscoop.kernel.state import Put  # noqa: PLC0415

        await state.commit(show.event, [Put(row.key, row.version, None)])
        await events.rebuild(show.event, record)
        assert (await events.plans(show.event))[2] == before
    assert order((await show.board())["final"]) == [(1, "Tide"), (2, "Kelp")]


async def test_assistants_and_the_command_line_do_the_same(show: Show) -> None:
    ids = [show.sessions["Kelp"], show.sessions["Tide"]]
    async with assistant(show.app) as model:
        told = await model.done("leaderboard.name_finalists", event_id=show.event, session_ids=ids)
        assert [one["session_id"] for one in told["finalists"]] == ids
        async with assistant(show.app, "/compat/mcp", show.judges[0]) as judge:
            said = {"event_id": show.event, "better": ids[1], "worse": ids[0]}
            ours = await judge.done("judges.compare_finalists", **said)
            assert [one["better"] for one in ours["answers"]] == [ids[1]]
        found = await model.done("leaderboard.get_final", event_id=show.event)
        assert found["result"]["places"][0]["session_id"] == ids[1]
    assert order((await done(show.app, "events", "final", show.event))["result"])[0] == (1, "Tide")
    more = [f"--finalist={one}" for one in show.sessions.values()]
    assert len((await done(show.app, "events", "final", show.event, *more))["finalists"]) == 3
    assert (await done(show.app, "events", "final", show.event, "--end", "--discard"))["finalists"] == []


async def test_an_organizer_names_finalists_on_a_page_and_a_judge_compares_on_another(show: Show) -> None:
    for team, points in (("Kelp", 9), ("Tide", 7), ("Loam", 5)):
        await show.score(team, 0, points)
    at = f"/events/{show.event}/final"
    kelp, tide, loam = (show.sessions[team] for team in ("Kelp", "Tide", "Loam"))
    async with visitor(show.app) as person, visitor(show.app, show.judges[0]) as judge:
        page = (await person.get(at)).text
        assert "Ticked are those who may be among the first three" in page
        assert page.count(" checked") == 3
        assert "Nothing to compare" in (await judge.get(at)).text
        form: dict[str, Any] = {"revision": "0", "session": [kelp, tide, loam]}
        assert (await person.post(at, data=form)).headers["location"] == f"{at}?saved=1"
        stale = await person.post(at, data=form | {"session": [kelp, tide]})
        assert (stale.status_code, "Somebody named other finalists meanwhile" in stale.text) == (409, True)
        one = await person.post(at, data={"revision": "1", "session": [kelp]})
        assert (one.status_code, "Name 2 to 12 finalists" in one.text) == (422, True)

        asked = await judge.get(at)
        assert "0 of 3 pairs compared" in asked.text
        assert asked.text.count("This one was better") == 2
        sent = {"one": kelp, "other": loam, "better": kelp}
        assert (await judge.post(f"{at}/comparisons", data=sent)).headers["location"] == at
        shown = (await judge.get(at)).text
        assert "1 of 3 pairs compared" in shown
        assert f"{at}?again={kelp},{loam}" in shown
        again = (await judge.get(f"{at}?again={kelp},{loam}")).text
        assert "You have compared these two." in again
        await judge.post(f"{at}/comparisons", data=sent | {"better": loam})
        for pair in ((kelp, tide), (tide, loam)):
            await judge.post(f"{at}/comparisons", data={"one": pair[0], "other": pair[1], "better": pair[0]})
        assert "You have compared all pairs" in (await judge.get(at)).text
        wrong = await judge.post(f"{at}/comparisons", data={"one": "x", "other": "y", "better": "x"})
        assert (wrong.status_code, "Not stored" in wrong.text) == (422, True)
        theirs = await judge.post(f"{at}/comparisons", data=sent | {"judge": "somebody"})
        assert theirs.status_code == 403

        lost = await person.post(at, data={"revision": "1", "session": [kelp, tide]})
        assert (lost.status_code, "Judges have compared them already" in lost.text) == (409, True)
        assert "Let go of 2 comparisons" in lost.text
        freed = {"revision": "1", "session": [kelp, tide], "discard": "1"}
        assert (await person.post(at, data=freed)).status_code == 303
        assert "preferred in 1 of 1" in (await person.get(at)).text
        await show.move("frozen")
        assert f'href="{at}"' in (await person.get(f"/events/{show.event}/standings")).text
    async with show.app.client(show.judges[0]) as client:
        judging = (await client.get(f"/events/{show.event}/judging")).json()["final"]
    assert judging == {"pairs": 1, "compared": 1, "takes": True}


@pytest.mark.parametrize("member", ["twice", "foreign", "unknown", "itself"])
async def test_an_export_with_a_final_round_that_cannot_be_is_refused(show: Show, member: str) -> None:
    await named(show, "Kelp", "Tide")
    await preferred(show, 0, "Tide", "Kelp")
    async with show.app.client() as client:
        document = (await client.get(f"/events/{show.event}/export.json")).json()
        said = document["final"]["comparisons"]
        if member == "twice":
            said.append(said[0] | {"better": said[0]["worse"], "worse": said[0]["better"]})
        elif member == "foreign":
            said[0]["judge_id"] = "nobody"
        elif member == "unknown":
            said[0]["better"] = show.sessions["Loam"]
        else:
            said[0]["better"] = said[0]["worse"]
        answer = await client.post("/events/import", content=json.dumps(document))
        assert (answer.status_code, answer.json()["code"], "final:" in answer.json()["detail"]) == (
            422, "bad_export", True,
        )  # fmt: skip


async def test_only_who_may_is_heard(app: App, show: Show) -> None:
    async with app.client(None) as client:
        assert (await client.put(f"/events/{show.event}/final", json={"session_ids": []})).status_code == 401
    async with app.client(show.judges[0]) as client:
        assert (await client.put(f"/events/{show.event}/final", json={"session_ids": []})).status_code == 403
        path = f"/events/{show.event}/final/comparisons?judge=somebody"
        answer = await client.put(path, json={"better": "a", "worse": "b"})
        assert (answer.status_code, answer.json()["code"]) == (403, "other_judge")
    async with app.client() as client:
        answer = await client.put(f"/events/{show.event}/final/comparisons", json={"better": "a", "worse": "b"})
        assert answer.status_code == 403
