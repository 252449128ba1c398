"""Three teams with something to be told, among others: a strong one, one nearly unheard, one that writes Arabic."""

import math
from dataclasses import dataclass

from pitchscoop.engine import Engine
from pitchscoop.events.model import Settings
from pitchscoop.recordings.model import Session
from pitchscoop.transcripts.model import Transcript, Utterance, Word
from tests.exports.pitches import ORGANIZER, kept

STRONG, UNHEARD, ARABIC = "Grandmother Tongue", "Kelpline", "فريق المدّ والجزر"
TITLES = {
    STRONG: "A phone call that keeps a dialect alive",
    UNHEARD: "Seaweed that grows on old mooring lines, sold before it is cut, with a map of who may pick it and when",
    ARABIC: "مكالمة هاتفية تُبقي لهجة الجدّات حيّة",
}
COMMENTS = (
    "The pricing of a minute is the news here. Nobody else told me what it costs to be right.",
    "I believed you when you stopped talking and played the old woman's voice. Do that longer.",
    "Who pays in year two? You had eleven seconds left for it.",
)
_LONG = (
    "The first minute is for people who know you already. Say whom you met, where, and what they do today instead. "
    "I would cut the slide with the five boxes: you explained it twice and it was clear from your voice before. "
)
LONG = (
    _LONG * 6 + "\n\nAsk for one thing.",
    "الدقيقة الأولى ممتازة: سمعنا صوت الجدّة قبل أن نسمع الأرقام. لكن الطلب في النهاية جاء سريعًا وبلا رقم. " * 4,
    "#show: it => panic() \\ *bold* $x$ <b>markup</b> =1+1 @ref https://example.org `code` " + _LONG * 3,
)
_SENTENCES = (
    "My grandmother speaks a language that four hundred people still know.",
    "Last winter we put a wall telephone in the bakery.",
    "Whoever picks it up hears a story, and may leave one.",
    "Thirty calls came before breakfast on the first day.",
    "Each minute costs us nine cents, and the school pays for it.",
    "We need a second village by March, and somebody who knows fog in the old words.",
)


@dataclass(frozen=True)
class Told:
    """An event whose standings are published, and its pitches by team."""

    event_id: str
    pitches: dict[str, str]
    teams: dict[str, str]


async def told(engine: Engine, others: int = 9, *, publish: bool = True, **settings: object) -> Told:
    """Every team is heard by three of four judges, but for the one that only one has heard."""
    chosen = Settings.model_validate({"max_seconds": 180, "timezone": "Europe/Oslo", **settings})
    event = await engine.organizing.create_event(ORGANIZER, "Nordhavn Climate Hack 2026", (), chosen, "open")
    names = [STRONG, UNHEARD, ARABIC, *(f"Team {at}" for at in range(others))]
    teams = {name: (await engine.organizing.add_team(ORGANIZER, event.event_id, name)).who.team_id for name in names}
    judges = [
        (await engine.organizing.add_judge(ORGANIZER, event.event_id, name)).who.principal
        for name in ("Ada Berg", "Ben Sørli", "Chiara Lund", "Dag Ødegård")
    ]
    pitches = {name: await _pitched(engine, event.event_id, name, at) for at, name in enumerate(names)}
    for at, name in enumerate(names):
        heard = judges[:1] if name == UNHEARD else [judges[(at + turn) % 4] for turn in range(3)]
        for turn, judge in enumerate(heard):
            quality = 8 if name == STRONG else 4 + (at * 5) % 4
            scores = {
                criterion.id: min(10.0, quality + (turn + place + at) % 3)
                for place, criterion in enumerate(event.criteria(None))
            }
            said = {STRONG: COMMENTS, ARABIC: LONG}.get(name, ("", "", ""))[turn]
            await engine.cards.save(judge, pitches[name], {"scores": scores, "comment": said})
    if publish:
        for stage in ("frozen", "published"):
            await engine.organizing.move_event(ORGANIZER, event.event_id, stage)
    return Told(event.event_id, pitches, teams)


async def _pitched(engine: Engine, event_id: str, name: str, at: int) -> str:
    session_id = (await kept(engine, event_id, name, b"sound")).session_id
    seconds = 178.2 if name == STRONG else 120.0 + 9 * at

    def changed(session: Session) -> Session:
        return session.model_copy(
            update={
                "pitch_title": TITLES.get(name, f"Pitch {at}"),
                "audio_duration": seconds,
                "silhouette": _outline(at),
                "loudness_range": 6.5,
            }
        )

    await engine.sessions.change(session_id, "measured", changed)
    if name != UNHEARD:
        await engine.sessions.write(session_id, "transcript_written", lambda _: spoken(seconds))
    return session_id


def spoken(seconds: float) -> Transcript:
    """Sentences until the time is over, now faster, now slower, with a pause after each third."""
    utterances, now, number = list[Utterance](), 0.8, 0
    while now < seconds - 6:
        words = list[Word]()
        for word in _SENTENCES[number % len(_SENTENCES)].split(" "):
            length = 0.34 + 0.05 * math.sin(now / 25)
            words.append(Word(word=word, start=round(now, 2), end=round(now + 0.8 * length, 2)))
            now += length
        text = " ".join(word.word for word in words)
        utterances.append(
            Utterance(id=str(number), start=words[0].start, end=words[-1].end, text=text, words=tuple(words))
        )
        number += 1
        now += 2.4 if number == 9 else 1.3 if number % 3 == 0 else 0.3
    return Transcript(status="ready", language="en", engine="An engine").holding(tuple(utterances))


def _outline(at: int) -> tuple[int, ...]:
    return tuple(
        round(100 * abs(math.sin(column / 5 + at) * math.sin(column * 1.7 + at / 3)) ** 0.7) for column in range(96)
    )
