"""Rubrics: what a pitch is scored by, and templates to begin with."""

import itertools
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from pitchscoop.events.names import Name
from pitchscoop.kernel.errors import Invalid

WIDEST = 1_000_000
"""Of a scale, either way: totals of a hundred such criteria stay exact."""

MOST = 100
"""Criteria of a rubric: more than anybody scores."""


DECIDES = "criterion:"
"""What comes before the id of a criterion that breaks ties."""


class Anchor(BaseModel):
    """What a score means, in words: from this value up to the next anchor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float = Field(allow_inf_nan=False)
    text: str = Field(min_length=1, max_length=200)


class Criterion(BaseModel):
    """One line of a rubric, scored from ``min`` to ``max``. ``tracks`` are those it is for, all where there is none.

    A score counts ``weight`` times; shares in per cent are for display only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")
    name: Name
    weight: float = Field(gt=0, le=1000, allow_inf_nan=False, strict=True)
    min: float = Field(allow_inf_nan=False, strict=True)
    max: float = Field(allow_inf_nan=False, strict=True)
    description: str | None = Field(default=None, max_length=2000)
    anchors: tuple[Anchor, ...] = Field(default=(), max_length=50)
    tracks: tuple[Name, ...] = Field(default=(), max_length=50)


def check_rubric(rubric: Sequence[Criterion], tracks: Sequence[str] = ()) -> None:
    """Pass if pitches can be scored by it. ``tracks`` are those of the event, if it has any.

    Raises:
        Invalid: ``bad_rubric``.
    """
    if len(rubric) > MOST:
        raise Invalid("bad_rubric", f"rubric: at most {MOST} criteria, these are {len(rubric)}.")
    seen: set[str] = set()
    for criterion in rubric:
        if criterion.id in seen:
            raise _bad(criterion, "stands in the rubric twice. Give each criterion an id of its own.")
        seen.add(criterion.id)
        if not -WIDEST <= criterion.min < criterion.max <= WIDEST:
            raise _bad(criterion, f"needs a min below its max, both within {WIDEST:_} of 0.".replace("_", " "))
        if tracks and not set(criterion.tracks) <= set(tracks):
            raise _bad(criterion, f"is for a track that there is not. There are {', '.join(tracks)}.")
        values = [anchor.value for anchor in criterion.anchors]
        if any(not criterion.min <= value <= criterion.max for value in values):
            raise _bad(criterion, "has an anchor outside of its scale. Move it between min and max.")
        if any(before >= after for before, after in itertools.pairwise(values)):
            raise _bad(criterion, "has anchors out of order. Write them from the lowest value to the highest.")


def check_tie_break(rule: str, rubric: Sequence[Criterion]) -> None:
    """Pass if there is what is to break ties, ``Settings.tie_break``: of criteria those that all are scored by.

    Raises:
        Invalid: ``unknown_criterion``.
    """
    known = ["share", "score", *(DECIDES + one.id for one in rubric if not one.tracks)]
    if rule not in known:
        raise Invalid("unknown_criterion", f"tie_break: there is no {rule!r}. There are {', '.join(known)}.")


def _bad(criterion: Criterion, what: str) -> Invalid:
    return Invalid("bad_rubric", f"rubric: {criterion.id!r} {what}")


def _criterion(name: str, weight: float, description: str, **anchors: str) -> Criterion:
    """From 1 to 10; ``anchors`` are named by their values, such as ``at5``."""
    return Criterion(
        id=name.lower().replace(" ", "-"),
        name=name,
        weight=weight,
        min=1,
        max=10,
        description=description,
        anchors=tuple(Anchor(value=int(at.removeprefix("at")), text=text) for at, text in anchors.items()),
    )


_HACKATHON = (
    _criterion(
        "Problem", 3, "Whether somebody has this problem, and the team knows them.",
        at1="Nobody seems to have it",
        at4="Somebody may have it, but nobody was asked",
        at7="Real, and they met the people who have it",
        at10="Real, and I will not forget who has it",
    ),
    _criterion(
        "Solution", 3, "Whether what was built solves it.",
        at1="An idea, and nothing to see",
        at3="Parts of it can be seen",
        at5="Works in a demo, not yet in weather",
        at8="Works, and somebody tried it",
        at10="I would use it on Monday",
    ),
    _criterion(
        "Team and craft", 2, "How well it was made in the time there was.",
        at1="Little of it is theirs",
        at4="Put together, with gaps that show",
        at7="Carefully built, and they know what is missing",
        at9="They built more than they claimed",
    ),
    _criterion(
        "Delivery", 2, "Whether the pitch could be followed and was in time.",
        at1="Hard to follow",
        at4="I got the idea in the end",
        at7="Clear from the first sentence",
        at10="I could repeat it tomorrow",
    ),
)  # fmt: skip
_STARTUP = (
    _criterion(
        "Problem", 2, "How much it hurts, and how many.",
        at1="Nobody would pay to be rid of it",
        at4="A nuisance to some",
        at7="Costs many people time or money today",
        at10="They already pay for worse answers",
    ),
    _criterion(
        "Solution", 2, "Whether it is better than what there is, and hard to copy.",
        at1="I do not see what is new",
        at4="A little better than what there is",
        at7="Clearly better for those it is for",
        at10="Better by far, and hard to copy",
    ),
    _criterion(
        "Market", 2, "Who buys, how many they are, and how they are reached.",
        at1="No idea who buys",
        at4="Counted from above",
        at7="Counted from customers they can name",
        at10="Reached already, and growing by itself",
    ),
    _criterion(
        "Business", 2, "How it earns, and what it costs.",
        at1="No way to earn is named",
        at4="A price, but no costs",
        at7="Earns on each sale, and they show how",
        at10="Earns already, and the figures hold",
    ),
    _criterion(
        "Team", 2, "Why these people.",
        at1="It could be anybody",
        at4="Willing, with gaps they do not see",
        at7="Knows the field, and whom to find next",
        at10="If anybody, then they",
    ),
)  # fmt: skip
_DEMO_DAY = (
    _criterion(
        "Product", 3, "What was shown.",
        at1="Slides only",
        at4="A demo that was led around its gaps",
        at7="A demo that did what was promised",
        at10="I want it now",
    ),
    _criterion(
        "Progress", 3, "What has become of it since it began.",
        at1="As it was at the start",
        at4="Built, but nobody uses it yet",
        at7="Used by people who are not friends",
        at10="Used more every week",
    ),
    _criterion(
        "Plan", 2, "What comes next, and what it takes.",
        at1="No next step",
        at4="A wish list",
        at7="Next steps, with what they cost",
        at10="They have begun with them",
    ),
    _criterion(
        "Delivery", 2, "Whether the pitch could be followed and was in time.",
        at1="Hard to follow",
        at4="I got the idea in the end",
        at7="Clear from the first sentence",
        at10="I could repeat it tomorrow",
    ),
)  # fmt: skip

TEMPLATES: Mapping[str, tuple[Criterion, ...]] = {
    "hackathon": _HACKATHON,
    "startup": _STARTUP,
    "demo-day": _DEMO_DAY,
}
"""To begin with. ``hackathon`` is the rubric of events that have none of their own, and so is never changed: cards
that were given by it must go on to mean what they meant."""

DEFAULT: tuple[Criterion, ...] = _HACKATHON
