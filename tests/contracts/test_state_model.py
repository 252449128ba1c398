"""Any story of commits, against both adapters and a dictionary that cannot be wrong."""

import itertools
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pitchscoop.kernel import keys
from pitchscoop.kernel.errors import StaleWrite
from pitchscoop.kernel.facts import Fact
from pitchscoop.kernel.state import Due, Put, Row, State
from tests.contracts.states import Open

ROWS = ("a", "b", "B", "é")
INDEXES = ("sessions", "teams")
FIELDS = st.dictionaries(st.sampled_from(["name", "x", ""]), st.text(max_size=3), max_size=2)
STORIES = itertools.count()


@dataclass
class Model:
    rows: dict[str, Row] = field(default_factory=dict)
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)

    def commit(self, puts: list[Put], said: str, due: list[Due]) -> None:
        for put in puts:
            row = self.rows.get(put.key)
            if (row.version if row else 0) != put.version:
                raise StaleWrite(put.key)
        for put in puts:
            self.rows.pop(put.key, None)
            self.places.pop(put.key, None)
            if put.fields is not None:
                self.rows[put.key] = Row(put.key, put.version + 1, put.fields)
                self.places[put.key] = dict(put.indexes)
        self.facts.append(said)
        for entry in due:
            self.due.pop(entry.session_id, None)
            if entry.at is not None:
                self.due[entry.session_id] = entry.at

    def index(self, name: str) -> list[tuple[int, str]]:
        return sorted(((at[name], key) for key, at in self.places.items() if name in at), reverse=True)


@dataclass(frozen=True)
class Step:
    """Rows to change, with how far off the version is that each was decided on (mostly not at all)."""

    puts: list[tuple[int, Put]]
    due: dict[str, int | None]


PUTS = st.builds(
    Put,
    key=st.sampled_from(ROWS),
    version=st.just(0),
    fields=st.none() | FIELDS,
    indexes=st.dictionaries(st.sampled_from(INDEXES), st.integers(0, 3)),
)
STEPS = st.builds(
    Step,
    puts=st.lists(st.tuples(st.sampled_from([0, 0, 0, 0, 1, -1]), PUTS), max_size=3, unique_by=lambda put: put[1].key),
    due=st.dictionaries(st.sampled_from("st"), st.none() | st.integers(1, 9), max_size=2),
)


class Story:
    """One event, told to a store and to the model."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.model = Model()
        self.event = f"story{next(STORIES)}"
        self.rows = [keys.team(self.event, name) for name in ROWS]

    async def tell(self, number: int, step: Step) -> None:
        puts = [self.named(off, put) for off, put in step.puts]
        due = [Due(self.event, session_id, at) for session_id, at in step.due.items()]
        try:
            self.model.commit(puts, str(number), due)
            expected = False
        except StaleWrite:
            expected = True
        try:
            await self.state.commit(self.event, puts, [Fact(str(number), self.event, "", "")], due)
            stale = False
        except StaleWrite:
            stale = True
        assert stale == expected

    def named(self, off: int, put: Put) -> Put:
        key = keys.team(self.event, put.key)
        version = self.model.rows[key].version if key in self.model.rows else 0
        places = {keys.sessions_index(self.event, name): score for name, score in put.indexes.items()}
        return replace(put, key=key, version=version + off, indexes=places)

    async def agree(self) -> None:
        assert [await self.state.read(key) for key in self.rows] == [self.model.rows.get(key) for key in self.rows]
        for name in INDEXES:
            await self.agree_on(keys.sessions_index(self.event, name))
        due = [(due.at, due.session_id) for due in await self.state.due(9, 999) if due.event_id == self.event]
        assert due == sorted((at, session_id) for session_id, at in self.model.due.items())
        assert [found.name for found in await self.state.facts(self.event)] == self.model.facts

    async def agree_on(self, index: str) -> None:
        places = self.model.index(index)
        assert await self.state.count(index) == len(places)
        for before in [None, *((score, key) for score in range(4) for key in self.rows)]:
            expected = [place for place in places if before is None or place < before][:2]
            page = await self.state.page(index, before, 2)
            assert [(placed.score, placed.row) for placed in page] == [
                (score, self.model.rows[key]) for score, key in expected
            ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=10))
async def test_any_story_ends_as_the_model_says(open_state: Open, steps: list[Step]) -> None:
    story = Story(await open_state())
    for number, step in enumerate(steps):
        await story.tell(number, step)
    await story.agree()
    for row in list(story.model.rows.values()):  # what has come goes again, so that due() stays small
        await story.state.commit(story.event, [Put(row.key, row.version, None)])
    await story.state.commit(story.event, [], [], [Due(story.event, session_id, None) for session_id in "st"])
