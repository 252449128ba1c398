"""Who watches the standings is told of every card, however long nothing happened before it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from pitchscoop.access.model import ANYBODY
from pitchscoop.main import Parts
from pitchscoop.scoring import held, standings
from pitchscoop.scoring.standings import View
from tests.exports.pitches import ORGANIZER
from tests.scoring.judged import WHOLE, judged


async def following(parts: Parts) -> None:
    """What a server does all the time: facts are passed on."""
    await parts.engine.follow()


async def told(views: AsyncGenerator[View | None, None]) -> View:
    async with asyncio.timeout(10):
        while (view := await anext(views)) is None:
            pass
    return view


async def test_a_card_after_a_lull_is_told_of(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_WANTED", 0.2)  # the lull is a minute, and the signs of life are five seconds apart
    monkeypatch.setattr(standings, "_BEAT", 0.05)
    here = await judged(parts.engine, teams=2, judges=2)
    task = asyncio.create_task(following(parts))
    try:
        views = parts.engine.standings.watch(ORGANIZER, here.event_id)
        assert (await told(views)).event.stage == "open"
        for cards in (1, 2):
            lull = asyncio.get_running_loop().time() + 0.5
            while asyncio.get_running_loop().time() < lull:
                assert await anext(views) is None
            await parts.engine.cards.save(here.judges[cards - 1], here.pitches[0], {"scores": WHOLE})
            view = await told(views)
            assert view.shown is not None
            assert (await view.shown.board()).cards == cards
        await views.aclose()
    finally:
        task.cancel()


async def test_a_track_that_is_none_shows_nothing_and_ends_no_stream(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2, judges=1)
    await parts.engine.cards.save(here.judges[0], here.pitches[0], {"scores": WHOLE})
    task = asyncio.create_task(following(parts))
    try:
        views = parts.engine.standings.watch(ANYBODY, here.event_id, "Typo")
        assert (await told(views)).shown is None
        for stage in ("frozen", "published"):
            await parts.engine.organizing.move_event(ORGANIZER, here.event_id, stage)
        while (view := await told(views)).shown is None:
            pass
        assert (view.event.stage, view.shown.tracks) == ("published", frozenset())
        await views.aclose()
    finally:
        task.cancel()


async def test_cards_wake_nobody_who_may_not_see_what_comes_of_them(parts: Parts) -> None:
    here = await judged(parts.engine, teams=2, judges=2)
    task = asyncio.create_task(following(parts))
    try:
        organizer, public = (parts.engine.standings.watch(who, here.event_id) for who in (ORGANIZER, ANYBODY))
        assert (await told(public)).shown is None
        await told(organizer)
        waits = asyncio.create_task(told(public))
        for at, judge in enumerate(here.judges):
            await parts.engine.cards.save(judge, here.pitches[0], {"scores": WHOLE})
            view = await told(organizer)
            assert view.shown is not None
            assert (await view.shown.board()).cards == at + 1
        await asyncio.sleep(0.2)
        assert not waits.done()
        await parts.engine.organizing.move_event(ORGANIZER, here.event_id, "frozen")
        view = await waits
        assert (view.event.stage, view.shown) == ("frozen", None)
        await parts.engine.organizing.move_event(ORGANIZER, here.event_id, "published")
        assert (await told(public)).shown is not None
        for views in (organizer, public):
            await views.aclose()
    finally:
        task.cancel()
