"""Putting words right where they stand, by mouse and by keys, alone and at the same time as somebody else."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import written
from tests.browser.conftest import SECONDS
from tests.browser.test_story import complaints
from tests.browser.written import word
from tests.servers.app import App


def correct(page: Page, number: int, to: str) -> None:
    word(page, number).click()
    page.get_by_role("button", name="Correct…").click()
    page.get_by_label(re.compile("^Correct ")).fill(to)
    page.keyboard.press("Enter")


def test_a_word_is_put_right_where_it_stands(house: App, pitch: dict[str, Any], member: Page) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    said = complaints(member)
    member.goto(pitch["page_url"])
    correct(member, 3, "recordings")
    expect(word(member, 3)).to_have_text("recordings")
    expect(member.locator(".credit")).to_have_text("English, by Gladia. One word corrected.")
    expect(word(member, 3)).to_be_focused()
    expect(word(member, 3)).to_have_attribute("data-machine", "recording")
    member.reload()
    expect(member.locator(".utterance p").first).to_contain_text("We keep the recordings with her")
    word(member, 3).hover()
    expect(member.locator("[data-part=note]")).to_contain_text("The machine heard “recording”")
    member.get_by_role("button", name="Take “recording”").click()
    expect(member.locator(".credit")).to_have_text("English, by Gladia.")
    expect(word(member, 3)).to_have_text("recording")
    assert said == []


def test_a_word_is_put_right_by_keys_alone(house: App, pitch: dict[str, Any], member: Page) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    member.goto(pitch["page_url"])
    member.get_by_label("Find in transcript").focus()
    member.keyboard.press("Tab")
    member.keyboard.press("ArrowRight")
    member.keyboard.press("F2")
    field = member.get_by_label("Correct “keep”")
    expect(field).to_be_focused()
    field.fill("kept")
    member.keyboard.press("Escape")
    expect(word(member, 1)).to_have_text("keep")
    expect(word(member, 1)).to_be_focused()
    member.keyboard.press("F2")
    member.keyboard.type("held")
    member.keyboard.press("Enter")
    expect(word(member, 1)).to_have_text("held")
    expect(word(member, 1)).to_be_focused()
    member.keyboard.press("ArrowRight")
    expect(word(member, 2)).to_be_focused()


@pytest.mark.parametrize("takes", ["mine", "theirs"])
def test_of_two_who_correct_a_word_both_are_shown(
    house: App, speakers: dict[str, str], pitch: dict[str, Any], member: Page, takes: str
) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    member.goto(pitch["page_url"])
    words = f"{house.url}/api/v1/sessions/{pitch['session_id']}/transcript/words"
    theirs = {"utterance_id": "u0", "index": 3, "word": "tapes", "was": "recording"}
    httpx.put(words, json=theirs, headers={"Authorization": f"Bearer {speakers['token']}"}).raise_for_status()
    correct(member, 3, "discs")
    told = member.get_by_role("alert").filter(has_text="meanwhile")
    expect(told).to_have_text(re.compile("Somebody changed this word to “tapes” meanwhile. Keep yours, or take"))
    member.get_by_role("button", name="Keep “discs”" if takes == "mine" else "Take “tapes”").click()
    expect(word(member, 3)).to_have_text("discs" if takes == "mine" else "tapes")
    expect(member.locator(".credit")).to_have_text("English, by Gladia. One word corrected.")


def test_without_a_network_a_correction_waits(house: App, pitch: dict[str, Any], member: Page) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    member.goto(pitch["page_url"])
    member.context.set_offline(True)
    correct(member, 3, "tapes")
    expect(member.get_by_role("alert").filter(has_text="No network. Your word is still here")).to_be_visible()
    member.context.set_offline(False)
    member.keyboard.press("Enter")
    expect(word(member, 3)).to_have_text("tapes")


def test_who_only_has_the_link_reads_and_takes_away(
    house: App, pitch: dict[str, Any], desk: BrowserContext, tmp_path: Path
) -> None:
    written.write(house, pitch["session_id"], written.said(SECONDS))
    page = desk.new_page()
    page.goto(pitch["page_url"])
    word(page, 3).click()
    expect(page.get_by_role("button", name="Correct…")).to_have_count(0)
    word(page, 4).hover()
    expect(page.locator("[data-part=note]")).to_have_text("41\N{THIN SPACE}% sure")
    for form, begins in (("srt", b"1\n00:00:0"), ("vtt", b"WEBVTT"), ("txt", b"We keep"), ("json", b"{")):
        with page.expect_download() as download:
            page.get_by_role("link", name=f".{form}").click()
        assert download.value.suggested_filename.endswith(f".{form}")
        download.value.save_as(tmp_path / form)
        assert (tmp_path / form).read_bytes().startswith(begins)
