"""Coming in, going out, and what other sites cannot make a browser do."""

import contextlib
import datetime as dt
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from pitchscoop.access.model import Principal, Role
from pitchscoop.kernel.clock import utc_now
from pitchscoop.kernel.errors import Unauthorized
from pitchscoop.main import assembled
from pitchscoop.settings import load
from tests.doors.calls import PAGES, REST
from tests.servers.app import App, sign_in
from tests.stories.test_live import start

_TEMPLATES = Path(__file__).parents[2] / "pitchscoop/doors/web/templates"
_OWN = {"Sec-Fetch-Site": "same-origin"}


@contextlib.asynccontextmanager
async def browser(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=app.url, timeout=30) as client:
        yield client


async def organizer_link(app: App, client: httpx.AsyncClient, name: str) -> tuple[str, str]:
    """Another organizer: the id, and the one-time link."""
    new = (await client.post("/organizers", json={"name": name})).raise_for_status().json()
    return new["organizer_id"], new["sign_in_url"].removeprefix(app.url)


async def test_whoever_is_invited_signs_in_by_the_link_once_and_out_again(app: App) -> None:
    async with app.client() as client, browser(app) as one, browser(app) as other:
        _, link = await organizer_link(app, client, "Cleo")
        for _ in range(2):  # a chat program looks at it first
            looked = await other.get(link, headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
            assert (looked.status_code, looked.headers["cache-control"]) == (200, "no-store")
            assert 'method="post" action="/sign-in"' in looked.text
        assert "pitchscoop" not in other.cookies
        came = await one.get(link)
        assert (came.status_code, came.headers["location"]) == (303, "/")
        cookie = came.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert link.rpartition("=")[2] not in cookie
        assert "Cleo" in (await one.get("/")).text
        assert (await sign_in(other, link)).status_code == 401
        held = one.cookies["pitchscoop"]
        out = await one.post("/sign-out", headers=_OWN)
        assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
        assert "pitchscoop" not in one.cookies
        answer = await other.get("/api/v1/events", headers={"Authorization": f"Bearer {held}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
        assert (await one.post("/sign-out", headers=_OWN)).status_code == 303  # twice is harmless


async def test_an_organizer_who_is_removed_is_out_everywhere_and_their_link_is_dead(app: App) -> None:
    async with app.client() as client, browser(app) as phone, browser(app) as laptop:
        organizer, link = await organizer_link(app, client, "Dora")
        await sign_in(phone, link)
        assert (await phone.get("/api/v1/events")).status_code == 200
        assert (await client.post(f"/organizers/{organizer}/sign-out")).status_code == 200
        assert (await phone.get("/api/v1/events")).status_code == 401
        async with assembled(load(app.settings), app.url) as parts:
            unused = await parts.engine.access.sign_in_link(organizer)
        assert (await client.delete(f"/organizers/{organizer}")).status_code == 200
        assert (await sign_in(laptop, unused)).status_code == 401


async def test_who_is_signed_out_everywhere_has_no_link_left(app: App) -> None:
    async with app.client() as client, browser(app) as phone, assembled(load(app.settings), app.url) as parts:
        organizer, link = await organizer_link(app, client, "Emil")
        await client.post(f"/organizers/{organizer}/sign-out")
        assert (await sign_in(phone, link)).status_code == 401
        anew = await parts.engine.access.sign_in_link(organizer)
        assert (await sign_in(phone, f"/sign-in?token={anew}")).status_code == 303


async def test_the_command_makes_good_tokens_after_its_owner_was_signed_out(own_app: App) -> None:
    async with own_app.client() as client, assembled(load(own_app.settings), own_app.url) as parts:
        before, _ = await parts.engine.organizing.visits.operator()
        assert (await client.post("/organizers/owner/sign-out")).status_code == 200
        after, _ = await parts.engine.organizing.visits.operator()
        for token, status in ((before, 401), (after, 200)):
            headers = {"Authorization": f"Bearer {token}"}
            assert (await client.get("/events", headers=headers)).status_code == status


async def test_whoever_is_signed_in_is_asked_before_a_link_makes_them_somebody_else(app: App) -> None:
    async with app.client() as client, browser(app) as laptop:
        _, link = await organizer_link(app, client, "Fay")
        await sign_in(laptop, link)
        team = (await client.post("/events/default/teams", json={"name": f"Asked {app.port}"})).json()
        asked = await laptop.get(team["join_url"].removeprefix(app.url))
        assert (asked.status_code, 'method="post" action="/join"' in asked.text) == (200, True)
        assert (await laptop.get("/api/v1/events")).status_code == 200
        assert (await laptop.post("/join", data={"token": team["token"]}, headers=_OWN)).status_code == 303
        own = f"/api/v1/events/default/teams/{team['team_id']}"
        assert (await laptop.get(own)).status_code == 200
        assert (await laptop.get("/api/v1/organizers")).status_code == 403


async def test_judges_are_not_told_where_members_get_their_mail(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        members = [{"name": "Mia", "email": "mia@example.org"}]
        team = (await client.post(f"/events/{event}/teams", json={"name": "Kelp", "members": members})).json()
        judge = (await client.post(f"/events/{event}/judges", json={"name": "Ada"})).json()
        for token, told in ((judge["token"], False), (team["token"], True)):
            async with app.client(token) as asking:
                seen = await asking.get(f"/events/{event}/teams/{team['team_id']}")
                assert ("mia@example.org" in seen.text, "Mia" in seen.text) == (told, True)
        async with app.client(judge["token"]) as asking:
            assert "mia@example.org" not in (await asking.get(f"/events/{event}/teams")).text


async def test_judges_and_teams_come_in_by_links_that_a_new_one_ends(app: App) -> None:
    async with app.client() as client:
        event = (await client.post("/events", json={"name": "E"})).json()["event_id"]
        for people, url in (("judges", "invite_url"), ("teams", "join_url")):
            new = (await client.post(f"/events/{event}/{people}", json={"name": "Ada"})).json()
            own = f"/api/v1/events/{event}/{people}/{new[people[:-1] + '_id']}"
            async with browser(app) as phone, browser(app) as tablet:
                for device in (phone, tablet):
                    assert (await device.get(new[url].removeprefix(app.url))).status_code == 303
                await tablet.post("/sign-out", headers=_OWN)
                assert [(await device.get(own)).status_code for device in (phone, tablet)] == [200, 401]
                tablet.cookies.set("pitchscoop", new["token"])  # the link itself is no browser's to end
                await tablet.post("/sign-out", headers=_OWN)
                assert (await phone.get(new[url].removeprefix(app.url))).status_code == 303
                anew = (await client.post(f"{own.removeprefix('/api/v1')}/invitation")).json()
                assert (await phone.get(own)).status_code == 401
                assert (await phone.get(new[url].removeprefix(app.url))).status_code == 401
                assert (await phone.get(anew[url].removeprefix(app.url))).status_code == 303


async def test_no_other_site_can_write_with_a_browsers_cookie(app: App) -> None:
    tried = 0
    async with app.client() as client, browser(app) as phone:
        _, link = await organizer_link(app, client, "Eve")
        await sign_in(phone, link)
        elsewhere = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.test"}]
        ways = [f"{method} /api/v1{path}" for method, _, path in (name.partition(" ") for name in REST)]
        for name in [*ways, *PAGES]:
            method, _, path = name.partition(" ")
            if method in ("GET", "HEAD", "OPTIONS", "MOUNT", "WS") or path == "/mcp":
                continue
            for headers in elsewhere:
                tried += 1
                tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "9", "X-HTTP-Method-Override": "DELETE"}
                answer = await phone.request(method, re.sub(r"{\w+}", "x", path), headers=headers | tus)
                assert (answer.status_code, answer.json()["code"]) == (403, "other_site"), name
        assert (await phone.post("/api/v1/events", json={"name": "E"}, headers=_OWN)).status_code == 201
        assert (await phone.get("/api/v1/events")).status_code == 200  # it is still signed in
    print(f"{tried} writes from other sites")


_POLICY = {
    "default-src": {"'self'"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
}


@pytest.mark.parametrize("path", ["/", "/sign-in", "/docs", "/nothing", "/api/v1/events", "/healthz", "/mcp", "/join"])
async def test_every_answer_tells_browsers_what_it_may_do(app: App, path: str) -> None:
    async with browser(app) as phone:
        headers = (await phone.get(path, headers={"Accept": "text/html"})).headers
    policy = headers["content-security-policy"]
    found = {name: set(rest) for name, *rest in (part.split() for part in policy.split(";"))}
    assert found.items() >= _POLICY.items()
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"] == "microphone=(self), camera=()"
    if headers["content-type"].startswith("text/html"):  # else Back would show it after somebody has signed out
        assert headers["cache-control"] == "no-store"


async def test_a_sign_in_ends_by_itself(tmp_path: Path) -> None:
    async with assembled(load({"PITCHSCOOP_DATA": str(tmp_path)}), "http://127.0.0.1:8000") as parts:
        access, now = parts.engine.access, utc_now()
        access._clock = lambda: now
        cookie, seconds = await access.cookie(Principal(role=Role.ORGANIZER, organizer_id="owner"))
        assert (await access.who(cookie)).role is Role.ORGANIZER
        now += dt.timedelta(seconds=seconds - 1)
        assert (await access.who(cookie)).role is Role.ORGANIZER
        now += dt.timedelta(seconds=1)
        with pytest.raises(Unauthorized, match="after 30 days"):
            await access.who(cookie)


@pytest.mark.parametrize("way", ["record", "upload"])
async def test_the_id_of_a_session_opens_no_sound(app: App, way: str) -> None:
    async with app.client() as client, browser(app) as anybody:
        session = await start(client)
        page = await anybody.get(f"/{way}/{session['session_id']}")
    assert page.status_code == 200
    assert "key=" not in page.text


def test_no_page_needs_what_the_policy_forbids() -> None:
    """No script or style within a page, no handler in an attribute, nothing from elsewhere."""
    for template in _TEMPLATES.glob("*.html"):
        text = template.read_text()
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, (template.name, script)
        assert not re.search(r"\son\w+\s*=", text), template.name
        assert not re.search(r"<style|\sstyle=", text), template.name
        assert not re.search(r"""(src|href|action)=["'](https?:)?//""", text), template.name


@pytest.mark.parametrize(
    "asked", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "/%0d%0aX: y"]
)
async def test_nobody_is_sent_elsewhere(app: App, asked: str) -> None:
    """Whatever an address asks for, one is sent to a page of our own."""
    more = {"next": asked, "url": asked, "return": asked, "redirect": asked}
    async with app.client() as client, browser(app) as phone:
        _, link = await organizer_link(app, client, "Flo")
        answers = [await phone.post("/sign-in", params=more, data={"token": link.rpartition("=")[2], **more})]
        answers.append(await phone.post("/sign-out", params=more, headers=_OWN | {"Referer": asked.partition("%")[0]}))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert [answer.headers["location"] for answer in answers] == ["/", "/sign-in"]
