"""Those who run events, on their page: invited by a link that is shown once, signed out, removed."""

import html
import re

from pitchscoop.access.organizers import OWNER
from tests.servers.app import App
from tests.stories.test_organizer import visitor

KEY = "k" * 43


def link(page: str) -> str:
    return html.unescape(re.findall(r'value="(http[^"]+/sign-in[^"]+)"', page)[0])


async def test_a_second_organizer_comes_in_by_a_link_that_is_shown_once(app: App) -> None:
    async with visitor(app) as person, visitor(app, None) as second:
        assert "/organizers" in (await person.get("/events")).text
        invited = await person.post("/organizers", data={"name": "Cleo <Adeyemi>", "key": KEY})
        assert (invited.status_code, invited.headers["cache-control"]) == (200, "no-store")
        assert "<svg" in invited.text
        assert "Cleo &lt;Adeyemi&gt;" in invited.text
        page = (await person.get("/organizers")).text
        assert "Cleo &lt;Adeyemi&gt;</bdi>" in page
        assert "token=" not in page
        await person.post("/organizers", data={"name": "Cleo <Adeyemi>", "key": KEY})  # sent again, it is one
        known = [
            set(re.findall(r"/organizers/(\w+)/remove", one)) for one in (page, (await person.get("/organizers")).text)
        ]
        assert known[0] == known[1]
        assert (await second.get(link(invited.text))).status_code == 303
        hers = (await second.get("/organizers")).text
        assert 'Cleo &lt;Adeyemi&gt;</bdi> <span class="line-state">you</span>' in hers
        assert (await person.post("/organizers", data={"name": " "})).status_code == 422


async def test_sign_ins_end_everywhere_or_for_good(app: App) -> None:
    async with visitor(app) as person, visitor(app, None) as second, visitor(app, None) as third:
        for guest, name in ((second, "Ada"), (third, "Ben")):
            invited = await person.post("/organizers", data={"name": f"{name} {app.port}", "key": f"{name}{KEY}"})
            await guest.get(link(invited.text))
        page = (await person.get("/organizers")).text
        lines = re.findall(r'<li class="line">.*?</li>', page, re.DOTALL)
        ids = {name: re.findall(r"/organizers/(\w+)/sign-out", line)[0] for name in ("Ada", "Ben") for line in lines
               if f"{name} {app.port}" in line}  # fmt: skip
        out = await person.post(f"/organizers/{ids['Ada']}/sign-out")
        assert out.headers["location"] == f"/organizers?ended={ids['Ada']}"
        assert "is signed out everywhere" in (await person.get(out.headers["location"])).text
        assert (await second.get("/organizers")).status_code == 401
        gone = await third.post(f"/organizers/{ids['Ben']}/remove")
        assert (gone.status_code, gone.headers["location"]) == (303, "/sign-in")
        assert (await third.get("/organizers")).status_code == 401
        now = (await person.get("/organizers")).text
        assert f"Ben {app.port}" not in now
        assert f"Ada {app.port}" in now


async def test_the_first_organizer_stays(app: App) -> None:
    async with visitor(app) as person:
        page = (await person.get("/organizers")).text
        assert f"/organizers/{OWNER}/sign-out" in page
        assert f"/organizers/{OWNER}/remove" not in page
        assert "nobody can lock everybody out" in page
        refused = await person.post(f"/organizers/{OWNER}/remove")
        assert refused.status_code == 409
        assert "stays" in refused.text
        assert (await person.post("/organizers/nobody/remove")).status_code == 404
