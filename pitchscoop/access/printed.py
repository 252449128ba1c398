"""The permission table for people: ``python -m pitchscoop.access.printed > docs/permissions.md``."""

import sys

from pitchscoop.access.model import PERMISSIONS, Reach, Right, Role, Verb
from pitchscoop.kernel.stages import ALWAYS, MOVES

_HEAD = """\
# Who may do what

Printed from `PERMISSIONS` in `pitchscoop/access/model.py`, which decides for pages, REST, live audio, MCP and the
command line alike; a test calls everything as everybody and compares (`tests/doors/test_permissions.py`). After a
change of the table: `python -m pitchscoop.access.printed > docs/permissions.md`.

An empty field is a refusal. Stages in parentheses are those of the event in which the right holds; without, in all.

Whoever brings no token where one is needed gets 401, whoever brings one that does not reach so far 403 `not_allowed`,
and whoever may, but not in this stage, 409 `wrong_stage`. A judge or a team never learns whether another event exists.
"""


def printed() -> str:
    """The page as Markdown."""
    roles = list(Role)
    lines = [f"| verb | {' | '.join(roles)} |", "|---|" + "---|" * len(roles)]
    lines += [f"| `{verb}` | {' | '.join(_cell(PERMISSIONS[verb].get(role)) for role in roles)} |" for verb in Verb]
    return f"{_HEAD}\n" + "\n".join(lines) + "\n"


def _cell(right: Right | None) -> str:
    if right is None:
        return ""
    reach = "yes" if right.reach is Reach.ANY else right.reach.value
    if right.stages == ALWAYS:
        return reach
    return f"{reach} ({', '.join(stage for stage in MOVES if stage in right.stages)})"


if __name__ == "__main__":
    sys.stdout.write(printed())
