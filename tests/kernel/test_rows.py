import datetime as dt
import enum
import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from pitchscoop.kernel import rows


class Colour(enum.StrEnum):
    RED = "red"


class Inner(BaseModel):
    start: float
    words: list[str] = []


class Sample(BaseModel):
    name: str
    status: Literal["recording", "completed"] = "recording"
    colour: Colour = Colour.RED
    title: str | None = None
    seen: dt.datetime | None = None
    size: int = 0
    yes: bool = False
    ratio: float | None = None
    inner: Inner | None = None
    many: dict[str, Inner] = {}
    loose: str | int = 0


SAMPLES = st.builds(
    Sample,
    name=st.text(),
    status=st.sampled_from(["recording", "completed"]),
    title=st.none() | st.text(),
    seen=st.none() | st.datetimes(timezones=st.just(dt.UTC)),
    size=st.integers(),
    yes=st.booleans(),
    ratio=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    inner=st.none() | st.builds(Inner, start=st.floats(0, 1e6), words=st.lists(st.text())),
    many=st.dictionaries(st.text(), st.builds(Inner, start=st.floats(0, 1))),
    loose=st.text() | st.integers(),
)


@given(sample=SAMPLES)
def test_a_model_comes_back_from_its_row(sample: Sample) -> None:
    fields = rows.encode(sample)
    assert all(isinstance(value, str) for value in fields.values())
    assert rows.decode(Sample, fields) == sample


def test_text_stays_text_and_the_rest_is_json() -> None:
    seen = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    sample = Sample(name='"Zoë"', title="123", seen=seen, size=7, yes=True, inner=Inner(start=1.5, words=["é"]))
    assert rows.encode(sample) == {
        "name": '"Zoë"',
        "status": "recording",
        "colour": "red",
        "title": "123",
        "seen": "2026-01-02T03:04:05Z",
        "size": "7",
        "yes": "true",
        "inner": '{"start":1.5,"words":["é"]}',
        "many": "{}",
        "loose": "0",
    }


def test_what_is_none_is_absent_also_deep_inside() -> None:
    assert "title" not in rows.encode(Sample(name="a"))
    assert rows.decode(Sample, {"name": "a"}) == Sample(name="a")


def test_a_field_of_a_newer_version_is_ignored() -> None:
    fields = {**rows.encode(Sample(name="a")), "from_the_future": "not even JSON"}
    assert rows.decode(Sample, fields) == Sample(name="a")


@pytest.mark.parametrize("spoilt", [{}, {"name": "a", "size": '"many"'}, {"name": "a", "status": "lost"}])
def test_a_row_that_does_not_fit_is_refused(spoilt: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        rows.decode(Sample, spoilt)


def test_a_field_that_is_not_json_is_refused() -> None:
    with pytest.raises(json.JSONDecodeError):
        rows.decode(Sample, {"name": "a", "size": "many"})
