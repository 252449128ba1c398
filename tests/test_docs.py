"""Documents that name things in the code fail when they drift."""

from pathlib import Path

from pitchscoop import settings
from pitchscoop.access.printed import printed

ROOT = Path(__file__).parents[1]


def test_every_setting_is_documented() -> None:
    document = (ROOT / "docs/settings.md").read_text()
    assert [name for name in settings._SECRETS | settings._PLAIN if f"`{name}`" not in document] == []


def test_every_key_is_in_the_table_of_the_redis_adapter() -> None:
    document = (ROOT / "pitchscoop/adapters/redis/__init__.py").read_text().split('"""')[1]
    named = ("session:", "event:", "team:", "team_name:", "token:", "index:", "due:", "facts:", "events", "once:")
    for key in (
        *named,
        "judge:",
        "assignment:",
        "schedule:",
        "card:",
        "card_entry:",
        "cards:",
        "transcript:",
        "advice:",
        "vote:",
    ):
        assert f"``{key}" in document


def test_the_layers_in_the_guide_are_those_that_are_checked() -> None:
    for name in ("doors | adapters", "scoring", "playback", "recordings", "events", "access", "kernel"):
        assert name in (ROOT / "CONTRIBUTING.md").read_text()
        assert name in (ROOT / "pyproject.toml").read_text()


def test_the_permission_table_is_the_one_that_decides() -> None:
    assert (ROOT / "docs/permissions.md").read_text() == printed(), "python -m pitchscoop.access.printed prints it"
