"""Why a score was adjusted, and what a reader should beware of, in sentences for people who never met statistics."""

from collections.abc import Sequence
from functools import lru_cache

from pitchscoop.events.model import Event

_SHOWN = 0.05  # of a score: less is not seen at one decimal
_WORTH = 0.2  # of the whole: a smaller part is not worth a word
STRICT = 0.5
"""Standard deviations of all judges from which one is called strict or mild."""


def why(shift: float, judges: float, cards: int, strict: int, mild: int) -> str:
    """Why a row's adjusted score differs from its mean by ``shift``.

    ``judges`` is the part of it that makes up for who its judges were. It has so many ``cards``, of which so many are
    of ``strict`` and of ``mild`` judges.
    """
    if abs(shift) < _SHOWN:
        return "Adjusting changes nothing here."
    doubt = shift - judges
    both = ((_judges(cards, strict, mild, judges > 0), judges), (_doubt(cards, doubt > 0), doubt))
    parts = [(words, part) for words, part in both if abs(part) >= max(_SHOWN, _WORTH * abs(shift))]
    parts = parts or [max(both, key=lambda one: abs(one[1]))]
    if len(parts) == 1:
        return f"{_begun(parts[0][0])}; adjusted {signed(shift)}."
    said = ", and ".join(f"{words} ({signed(part)})" for words, part in parts)
    return f"{_begun(said)}: adjusted {signed(shift)}."


def ties(event: Event) -> str:
    """What becomes of teams that the cards cannot tell apart."""
    if event.settings.tie_break == "share":
        return "Teams that cannot be told apart share a rank."
    criterion = event.decides
    equal = f"equal scores go by the higher mean in {criterion.name}" if criterion else "only equal scores share a rank"
    return f"Of teams that cannot be told apart the one with the higher score goes first; {equal}."


def decided(event: Event, alike: int) -> str:
    """Why a row has a rank of its own, although the cards cannot tell it from so many others."""
    others = "one other team" if alike == 1 else f"{alike} other teams"
    criterion = event.decides
    then = f", then {criterion.name}" if criterion else ""
    return f"The cards cannot tell it from {others}; the higher score decides{then}."


def signed(points: float) -> str:
    """``+1.8``; below nothing with a true minus."""
    sign = "+" if points > 0 else "\N{MINUS SIGN}"
    return f"{sign}{abs(points):.1f}"


@lru_cache  # what is said of one row is said of a hundred others
def _judges(of: int, strict: int, mild: int, up: bool) -> str:  # noqa: FBT001
    if strict and mild:
        return f"{_some(strict, of)} stricter and {mild} milder than the others"
    if strict or mild:
        return f"{_some(strict or mild, of)} {'stricter' if strict else 'milder'} than the others"
    whole = "the judge was" if of == 1 else "the judges were"
    return f"{whole} a little {'stricter' if up else 'milder'} than the others"


def _some(some: int, of: int) -> str:
    if of == 1:
        return "the judge was"
    if some == of:
        return "both judges were" if of == 2 else f"all {of} judges were"  # noqa: PLR2004  two are both
    return f"{some} of the {of} judges {'was' if some == 1 else 'were'}"


@lru_cache
def _doubt(cards: int, up: bool) -> str:  # noqa: FBT001
    """A mean of few cards is far from the others by luck, too: how much is known from all cards together."""
    whose = "one card leaves" if cards == 1 else f"{cards} cards leave"
    return f"{whose} doubt, so it moves {'up' if up else 'down'} towards the middle"


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def cautions(
    counts: Sequence[int], judges: int, groups: int, unscored: int, *, stretched: bool, set_aside: int = 0
) -> list[str]:
    """What a reader should beware of.

    ``counts`` are how many cards each row has, ``groups`` how many groups of teams share no judge, ``unscored`` how
    many pitches have no complete card, ``stretched`` says that tracks are scored by different criteria, ``set_aside``
    counts cards of judges who have a conflict of interest.
    """
    if not counts:
        return []
    found = []
    if judges == 1:
        found.append("One judge scored everybody. How strict they are cannot be told, so nothing was adjusted for it.")
    elif groups > 1:
        found.append(
            f"The teams fall into {groups} groups that share no judge. Whether one group's judges were stricter cannot"
            " be told, so compare teams of different groups with care."
        )
    few = sum(count == 1 for count in counts)
    if few and judges > 1:
        found.append(f"{_pitches(few)} one card only. Their places are little more than a guess.")
    if unscored:
        found.append(f"{_pitches(unscored)} no complete card yet and {'is' if unscored == 1 else 'are'} not listed.")
    if set_aside:
        what = "One card does" if set_aside == 1 else f"{set_aside} cards do"
        found.append(f"{what} not count: a conflict of interest between judge and team came to light afterwards.")
    if stretched:
        found.append("Tracks are scored by different criteria. Totals are stretched to one scale.")
    return found


def _pitches(count: int) -> str:
    return "One pitch has" if count == 1 else f"{count} pitches have"
