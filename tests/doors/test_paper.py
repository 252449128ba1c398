"""Sheets on paper: of one page, inert, in every script, and with an end."""

import re
from dataclasses import asdict, replace

import pypdfium2
import pytest

from pitchscoop.doors.paper.press import PRESS, Press
from pitchscoop.doors.web.feedback_contexts import Sheet
from pitchscoop.doors.web.feedback_sheet import ordinal, sheet_of
from pitchscoop.kernel.errors import Unavailable
from pitchscoop.main import Parts
from tests.exports.pitches import ORGANIZER
from tests.scoring.told import ARABIC, LONG, STRONG, UNHEARD, told

HOSTILE = (
    '#panic("out")', '#read("typesetter.py")', '"#sys.inputs"', "\\#set page(width: 1pt)", "*bold* _it_ `raw` $x^2$",
    "= Heading", "<label> @label", '#include "feedback.typ"', "<script>alert(1)</script>", "//comment /* more",
    "\N{RIGHT-TO-LEFT OVERRIDE}evil", "a\x00b\x1b[31m", "{{ 7*7 }} {% raw %}", "```#panic()```", "https://evil.example",
)  # fmt: skip


async def _sheet(parts: Parts, name: str) -> Sheet:
    here = await told(parts.engine)
    return sheet_of(await parts.engine.feedback.read(ORGANIZER, here.pitches[name]), "Europe/Oslo")


async def _pages(sheet: Sheet) -> list[str]:
    document = pypdfium2.PdfDocument(await PRESS.printed("feedback", asdict(sheet)))
    assert all(page.get_size() == pytest.approx((595.28, 841.89), abs=0.1) for page in document)
    return [page.get_textpage().get_text_bounded() for page in document]


def _plain(text: str) -> str:
    return re.sub(r"[\s\u00ad\ufffe\u200b]+", "", text)


async def test_a_sheet_is_one_page_with_all_that_it_should_say(parts: Parts) -> None:
    sheet = await _sheet(parts, STRONG)
    (page,) = await _pages(sheet)
    said = [sheet.team_name, sheet.pitch_title, sheet.place, sheet.rank or "", *(text for _, text in sheet.comments)]
    said += [one.words for one in sheet.figures] + [one.value for one in sheet.scores] + ["Page 1 of 1"]
    said += [mark.text for mark in sheet.marks]
    assert [words for words in said if _plain(words) not in _plain(page)] == []


async def test_one_card_and_no_transcript_fill_a_sheet_too(parts: Parts) -> None:
    (page,) = await _pages(await _sheet(parts, UNHEARD))
    assert "One judge scored this pitch." in page
    assert "There is no transcript" in page


async def test_long_comments_go_on_and_arabic_letters_are_there(parts: Parts) -> None:
    sheet = await _sheet(parts, ARABIC)
    pages = await _pages(sheet)
    assert len(pages) == 2
    assert _plain(LONG[2])[:60] in _plain("".join(pages))
    assert len(re.findall("[\u0600-\u06ff\ufb50-\ufeff]", "".join(pages))) > 200
    made = await PRESS.printed("feedback", asdict(sheet))
    assert b"NotoNaskhArabic" in made.replace(b" ", b"")


async def test_what_people_wrote_is_text_and_nothing_else(parts: Parts) -> None:
    sheet = await _sheet(parts, STRONG)
    for text in HOSTILE:
        mark = replace(sheet.marks[0], quote=text, text=text)
        hostile = replace(
            sheet, team_name=text, pitch_title=text, about=text, comments=[(text, text)], marks=[mark],
            scores=[replace(sheet.scores[0], name=text)],
        )  # fmt: skip
        found = _plain("".join(await _pages(hostile)))
        shown = _plain("".join(sign for sign in text if sign.isprintable()))
        assert found.count(shown) >= 5 or not text.isprintable(), (text, found)
        assert "PitchScoop." not in found, text  # of a file that was read


async def test_comments_of_any_length_are_set_whole(parts: Parts) -> None:
    sheet = await _sheet(parts, STRONG)
    comments = [(f"Judge {at}", f"{at} " + "zyzzy " * 4000 + "end") for at in range(3)]
    pages = await _pages(replace(sheet, comments=comments, pitch_title="t" * 200, team_name="n" * 200))
    assert "".join(pages).count("zyzzy") == 12000


async def test_what_takes_too_long_is_ended(parts: Parts) -> None:
    sheet = asdict(await _sheet(parts, STRONG))
    with pytest.raises(Unavailable) as raised:
        await Press(longest=0.01).printed("feedback", sheet)
    assert raised.value.code == "press_failed"
    with pytest.raises(Unavailable) as raised:
        await Press(waiting=-2).printed("feedback", sheet)
    assert raised.value.code == "press_busy"
    with pytest.raises(Unavailable):
        await PRESS.printed("feedback", {"no": "sheet"})


def test_ordinals() -> None:
    said = [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 112)]
    assert said == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th", "112th"]
