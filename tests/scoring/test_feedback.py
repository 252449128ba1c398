"""What a team reads after publication, and what it does not."""

from typing import Any

import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.engine import Engine
from pitchscoop.kernel.errors import Conflict, Forbidden, NotFound, Unauthorized
from pitchscoop.main import Parts
from pitchscoop.scoring.feedback import Feedback
from pitchscoop.transcripts.model import Transcript
from tests.exports.pitches import ORGANIZER
from tests.scoring.told import ARABIC, COMMENTS, STRONG, UNHEARD, Told, told


async def _team(engine: Engine, here: Told, name: str) -> Principal:
    return (await engine.events.teams.get(here.event_id, here.teams[name])).principal


async def _read(engine: Engine, here: Told, name: str) -> Feedback:
    return await engine.feedback.read(await _team(engine, here, name), here.pitches[name])


async def test_a_team_reads_all_of_its_own(parts: Parts) -> None:
    here = await told(parts.engine)
    found = await _read(parts.engine, here, STRONG)
    board = (await parts.engine.standings.read(ORGANIZER, here.event_id)).shown
    assert board is not None
    assert found.place is not None
    row = next(row for row in (await board.board()).rows if row.pitch.session_id == found.session_id)
    assert (found.place.rank, found.place.interval, found.place.of) == (row.rank, row.interval, 12)
    assert (found.cards, found.cautions, found.unplaced) == (3, (), None)
    assert {comment.text for comment in found.comments} == set(COMMENTS)
    assert [comment.judge for comment in found.comments] == ["Judge 1", "Judge 2", "Judge 3"]
    assert found.delivery is not None
    assert found.published_at is not None


async def test_scores_are_means_of_cards_beside_those_of_all_teams(parts: Parts) -> None:
    here = await told(parts.engine)
    means = [(await _read(parts.engine, here, name)).scores[0].mean for name in here.pitches]
    found = (await _read(parts.engine, here, STRONG)).scores[0]
    cards = await parts.engine.cards.of_session(ORGANIZER, here.pitches[STRONG])
    assert found.mean == pytest.approx(sum(card.scores["problem"] for card in cards) / 3)
    assert found.field is not None
    assert (found.field.lowest, found.field.highest, found.field.teams) == (min(means), max(means), 12)
    assert found.field.lowest <= found.field.lower <= found.field.median <= found.field.upper <= found.field.highest


async def test_among_few_teams_nobody_elses_scores_can_be_told(parts: Parts) -> None:
    here = await told(parts.engine, others=1)
    found = await _read(parts.engine, here, STRONG)
    assert [one.field for one in found.scores] == [None] * 4


async def test_before_publication_the_organizer_only(parts: Parts) -> None:
    engine = parts.engine
    here = await told(engine, others=0, publish=False)
    pitch = here.pitches[STRONG]
    assert (await engine.feedback.read(ORGANIZER, pitch)).published_at is None
    with pytest.raises(Conflict) as raised:
        await _read(engine, here, STRONG)
    assert raised.value.code == "wrong_stage"
    await engine.organizing.move_event(ORGANIZER, here.event_id, "frozen")
    with pytest.raises(Conflict):
        await _read(engine, here, STRONG)


async def test_nobody_else_reads_it(parts: Parts) -> None:
    engine = parts.engine
    here = await told(engine, others=0)
    pitch, judge = here.pitches[STRONG], (await engine.events.judges.listed(here.event_id))[0].principal
    for who in (
        await _team(engine, here, ARABIC),
        judge,
        Principal(role=Role.PUBLIC, session_id=pitch, grant="listen"),
    ):
        with pytest.raises(Forbidden):
            await engine.feedback.read(who, pitch)
    for session_id in (pitch, "nothing"):
        with pytest.raises(Unauthorized):
            await engine.feedback.read(Principal(), session_id)
    with pytest.raises(NotFound):
        await engine.feedback.read(ORGANIZER, "nothing")


async def test_comments_are_signed_where_the_event_says_so(parts: Parts) -> None:
    here = await told(parts.engine, others=0, sign_comments=True)
    assert {comment.judge for comment in (await _read(parts.engine, here, STRONG)).comments} == {
        "Ada Berg",
        "Ben Sørli",
        "Chiara Lund",
    }


async def test_unsigned_nothing_names_a_judge(parts: Parts) -> None:
    here = await told(parts.engine)
    judges = await parts.engine.events.judges.listed(here.event_id)
    for name in here.pitches:
        document = (await _read(parts.engine, here, name)).model_dump_json()
        assert not [judge.name for judge in judges if judge.name in document or judge.judge_id in document]


async def test_a_draft_and_a_skipped_card_say_nothing(parts: Parts) -> None:
    engine = parts.engine
    here = await told(engine, others=0, publish=False)
    judges = [judge.principal for judge in await engine.events.judges.listed(here.event_id)]
    updates: list[dict[str, Any]] = [{"scores": {"problem": None}}, {"mark": "skip"}, {"scores": {}}, {}]
    for judge, update in zip(judges, updates, strict=True):
        await engine.cards.save(judge, here.pitches[STRONG], {"comment": "Unfinished", **update})
    found = await engine.feedback.read(ORGANIZER, here.pitches[STRONG])
    whole = [card for card in await engine.cards.of_session(ORGANIZER, here.pitches[STRONG]) if card.complete]
    assert found.cards == len(whole) == len(found.comments) < 4


async def test_one_card_and_no_transcript_are_said_so(parts: Parts) -> None:
    here = await told(parts.engine)
    found = await _read(parts.engine, here, UNHEARD)
    assert (found.cards, found.delivery, found.comments) == (1, None, ())
    assert found.cautions[0].startswith("One judge scored this pitch.")
    assert [moment.kind for moment in found.moments] == ["preview"]
    assert "words" not in found.moments[0].text


async def test_moments_lie_in_the_recording_and_quote_what_is_said_there(parts: Parts) -> None:
    here = await told(parts.engine)
    found = await _read(parts.engine, here, STRONG)
    assert [moment.kind for moment in found.moments] == ["preview", "pause", "fast"]
    session = await parts.engine.sessions.with_words(await parts.engine.sessions.get(found.session_id))
    for moment in found.moments:
        assert 0 <= moment.at < (found.audio_duration or 0)
        assert moment.url == f"{found.page_url}&t={int(moment.at)}"
        assert moment.quote is not None
        assert moment.quote.rstrip("…") in session.transcript.text
    pauses = found.delivery.pauses if found.delivery else ()
    assert found.moments[1].at == max(pauses, key=lambda pause: pause.length).start


async def test_nothing_said_nothing_scored_is_no_trouble(parts: Parts) -> None:
    engine = parts.engine
    here = await told(engine, others=0, publish=False)
    session = await engine.start(ORGANIZER, "Late", "Later", here.event_id)
    found = await engine.feedback.read(ORGANIZER, session.session_id)
    assert (found.place, found.scores, found.moments, found.cards) == (None, (), (), 0)
    assert found.unplaced == "No judge has given this pitch all scores, so it is not ranked."
    await engine.sessions.write(here.pitches[STRONG], "transcript_written", lambda _: Transcript(status="ready"))
    assert (await engine.feedback.read(ORGANIZER, here.pitches[STRONG])).delivery is None


async def test_a_withdrawn_team_and_a_second_pitch_are_not_ranked(parts: Parts) -> None:
    engine = parts.engine
    here = await told(engine, others=0, publish=False)
    second = await engine.start(ORGANIZER, STRONG, "Once more", here.event_id)
    assert (await engine.feedback.read(ORGANIZER, second.session_id)).place is None
    await engine.organizing.withdraw_team(ORGANIZER, here.event_id, here.teams[STRONG])
    found = await engine.feedback.read(ORGANIZER, here.pitches[STRONG])
    assert (found.place, found.unplaced) == (None, "The team has withdrawn, so it is not ranked.")


async def test_the_log_takes_down_the_chain_at_publication(parts: Parts) -> None:
    engine = parts.engine
    here = await told(engine, others=0)
    await engine.organizing.move_event(ORGANIZER, here.event_id, "published")
    facts = await engine.organizing.facts(ORGANIZER, here.event_id)
    (noted,) = [fact for fact in facts if fact.name == "standings_published"]
    shown = (await engine.standings.read(ORGANIZER, here.event_id)).shown
    assert shown is not None
    assert dict(noted.data) == {"number": 7, "chain": shown.scored.chain}
