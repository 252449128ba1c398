"""A table opens in a spreadsheet as what it says, and does nothing there."""

import csv
import datetime as dt

import pytest

from pitchscoop.exports import sheets

WHEN = dt.datetime(2026, 11, 25, 2, 18, 12, 345, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(content.decode("utf-8-sig").splitlines(keepends=True)))


@pytest.mark.parametrize("begin", [*"=+-@\t\r\n", "＝", "＠"])  # noqa: RUF001
def test_what_people_typed_never_becomes_a_formula(begin: str) -> None:
    assert read(sheets.lines([[f'{begin}HYPERLINK("x")']])) == [[f'\'{begin}HYPERLINK("x")']]


@pytest.mark.parametrize("split", [";", "; ", "\t", "\n", "\r\n"])
def test_nor_where_a_program_splits_at_other_places(split: str) -> None:
    assert read(sheets.lines([[f"x{split}=1+1;y"]])) == [[f"x{split}'=1+1;y"]]


def test_figures_stay_figures_and_times_are_utc() -> None:
    assert sheets.lines([[-16.5, 7, None, True, WHEN]]) == b"-16.5,7,,true,2026-11-25T01:18:12Z\r\n"


def test_cells_come_back_as_they_were() -> None:
    cells = ['a "b", c', "d\r\ne", "فريق", "🚀", "'", "a=b"]
    assert read(sheets.lines([cells])) == [cells]


def test_it_begins_with_the_mark_that_excel_looks_for() -> None:
    assert sheets.head().startswith(b"\xef\xbb\xbfsession_id,")
    assert read(sheets.head()) == [list(sheets.COLUMNS)]
