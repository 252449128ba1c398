"""Pitches whose words are known to the half second."""

from pitchscoop.events.rubrics import Criterion
from pitchscoop.transcripts.model import Transcript, Utterance, Word
from tests.words import utterance

PROBLEM = Criterion(id="problem", name="Problem", weight=3, min=1, max=10, description="Who has it, and how badly?")
CRAFT = Criterion(id="craft", name="Team and craft", weight=2, min=1, max=10)
RUBRIC = (PROBLEM, CRAFT)


def talk(*said: str, every: float = 5.0) -> Transcript:
    """An utterance each ``every`` seconds from second 1 on, a word each half second."""
    spoken = tuple(utterance(f"u-{number}", 1 + every * number, text) for number, text in enumerate(said))
    return Transcript(status="ready", language="en", engine="An engine").holding(spoken)


def signs(text: str, start: float = 1.0, together: int = 1) -> Transcript:
    """A script without spaces: so many signs a word, each half a second."""
    parts = [text[at : at + together] for at in range(0, len(text), together)]
    words = tuple(
        Word(word=part, start=start + number / 2, end=start + number / 2 + 0.4) for number, part in enumerate(parts)
    )
    spoken = Utterance(id="u-0", start=start, end=words[-1].end, text=text, words=words)
    return Transcript(status="ready", engine="An engine").holding((spoken,))


KELP = talk(
    "We grow kelp on ropes along the coast of Brittany.",
    "Farmers lose 40 percent of a harvest to one warm week.",
    "Our buoys tell them three days before it comes.",
)
