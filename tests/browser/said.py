# ruff: noqa: RUF001  other scripts have other commas
"""What was said in the sample pages, as the pitch page is given it."""

from dataclasses import replace

from pitchscoop.doors.web import contexts as c
from pitchscoop.transcribing.service import NO_ENGINE

_ENGLISH = """\
0 My grandmother speaks a language with eleven words for fog. I speak one with a single word. When she goes, ten kinds
of weather go with her.

14 We are Grandmother Tongue. We put the last speakers of small languages on the telephone, once a day, for four
minutes, with somebody who wants to learn.

31 No app. No account. An old woman in Halligen picks up a phone that has hung on her wall since 1974, and a student
in Oslo hears her say the word for fog that will lift by noon.

52 We keep the recording, with her permission, and we give it back to her family and to the archive, word by word.

64 So she teaches one word a day, to whoever picks up. Four hundred people picked up last month. Sixty-one of them
have called every single day.

82 Does it work? We asked the learners to order breakfast, in the dialect, after thirty calls. Two thirds could. After
an app of the same length, it was one in nine.

101 A minute costs us one and a half cents. A speaker is paid eleven euros an hour, because nobody should save a
language for free.

139 We ask for forty thousand euros, and for the number of your grandmother."""
PARAGRAPHS = tuple(
    (int(start), " ".join(text.split()))
    for start, _, text in (paragraph.partition(" ") for paragraph in _ENGLISH.split("\n\n"))
)
ARABIC = (
    (0, "جدتي تتكلم لغة فيها إحدى عشرة كلمة للضباب."),
    (14, "نضع آخر المتكلمين على الهاتف، مرة في اليوم، مع Grandmother Tongue."),
)
CHINESE = ((0, "我的祖母说一种语言，里面有十一个表示雾的词。"), (14, "我们每天打一次电话，每次四分钟。"))


def _utterance(number: int, start: float, text: str, length: float) -> c.Spoken:
    parts = text.split(" ") if " " in text else list(text)
    each = length / len(parts)
    times = " ".join(f"{round(1000 * (start + n * each))} {round(1000 * (start + (n + 0.85) * each))}"
                     for n in range(len(parts)))  # fmt: skip
    gap = " " if " " in text else ""
    words = tuple(c.SpokenWord(part, gap if n else "") for n, part in enumerate(parts))
    return c.Spoken(f"u{number}", start, times, words)


def _said(paragraphs: tuple[tuple[int, str], ...], end: float) -> list[c.Spoken]:
    ends = [*(start for start, _ in paragraphs[1:]), end]
    return [
        _utterance(number, start, text, min(stop - start - 1, len(text) / 13))
        for number, ((start, text), stop) in enumerate(zip(paragraphs, ends, strict=True))
    ]


def _marked(said: list[c.Spoken]) -> list[c.Spoken]:
    """With a doubtful word, and two that people set right."""
    marks = {
        "Halligen": {"sure": 41},
        "Sixty-one": {"machine": "Sixteen"},
        "euros": {"machine": "Eurus"},
    }
    return [
        replace(spoken, words=tuple(replace(word, **marks.get(word.word, {})) for word in spoken.words))  # type: ignore[arg-type]
        for spoken in said
    ]


ENGLISH = c.Transcript(
    "ready",
    _marked(_said(PARAGRAPHS, 178)),
    "en",
    "Gladia",
    2,
    possible=True,
    correct_path="/sample/words",
    files={form: f"/sample/said.{form}" for form in ("srt", "vtt", "txt", "json")},
)
TRANSCRIPTS = {
    "arabic": c.Transcript("ready", _said(ARABIC, 40), "ar", "Gladia", possible=True),
    "chinese": c.Transcript("ready", _said(CHINESE, 40), "zh", "Whisper", possible=True),
    "live": c.Transcript("live", _said(PARAGRAPHS, 178)[:3], "en", "Gladia", possible=True),
    "pending": c.Transcript("pending", possible=True),
    "coming": c.Transcript("coming", possible=True),
    "empty": c.Transcript("empty", engine="Gladia", possible=True),
    "unasked": c.Transcript("none", possible=True, ask_path="/sample/ask"),
    "none": c.Transcript("none"),
    "remedy": c.Transcript("none", remedy=NO_ENGINE),
    "failed": c.Transcript(
        "failed",
        error=c.PitchError("transcriber_refused", "Gladia refused the key. Set GLADIA_API_KEY, then try again."),
        possible=True,
        ask_path="/sample/ask",
    ),
}  # fmt: skip

DELIVERY = c.Delivery(
    (
        c.Reading("Pace", "151 words/min", "In English 140 to 160 are easy to follow."),
        c.Reading("Pauses", "9", "Silences of more than a second."),
        c.Reading("Longest pause", "2.3 s", "The longest silence between two words.", 50),
        c.Reading("Fillers", "2.4 per minute", "A few are natural; above about 5 a minute people notice."),
    ),
    (c.Reading("Loudness range", None, "It was not measured."),),
    c.Plot(
        288,
        84,
        28,
        "50,62 58,52 70,40 82,44 98,30 110,22 124,18 140,34 158,46 172,58 188,54 204,42 220,36 238,44 258,50 266,36",
        "Pace between 128 and 172 words a minute; 140 to 160 are easy to follow",
        ((24, "160"), (48, "140"), (72, "120")),
        (24, 24),
    ),
)


def long(minutes: float, pace: int = 150) -> c.Transcript:
    """So many minutes of speech, in paragraphs of some twenty words."""
    count, said = round(minutes * pace), list[c.Spoken]()
    words = " ".join(text for _, text in PARAGRAPHS).split(" ")
    for first in range(0, count, 20):
        text = " ".join(words[(first + n) % len(words)] for n in range(min(20, count - first)))
        said.append(_utterance(len(said), first * 60 / pace, text, 20 * 60 / pace))
    return c.Transcript("ready", said, "en", "Gladia", possible=True)
