"""Who hears whom, and how one more reading finds room: a flow of readings from teams to judges.

Teams and judges are numbered, and sets of them are whole numbers, a bit for each: a search asks for all that it has
not yet seen in one step.
"""

import random
from collections.abc import Iterable, Iterator, Sequence

_Steps = dict[int, tuple[int | None, int | None]]
"""How a search came to a judge: a team takes that judge on, and gives the other judge up (None: it gives up none)."""


def bits(mask: int) -> Iterator[int]:
    """The numbers in a set, in order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Readings:
    """A panel for each team. ``may`` are the judges who may hear a team, ``most`` how many teams a judge hears."""

    def __init__(self, may: Sequence[int], most: Sequence[int], chance: random.Random) -> None:
        self.may = may
        self.most = most
        self.panel = [0] * len(may)  # of each team: its judges
        self.teams = [0] * len(most)  # of each judge: their teams
        self.heard = [0] * len(most)  # of each judge: the teams that cannot be taken from them
        self.stood = [0] * len(most)  # of each judge: the teams that are better left to them
        self.load = [0] * len(most)
        self._chance = chance

    def add(self, team: int, judge: int) -> None:
        """Have a judge hear a team."""
        self.panel[team] |= 1 << judge
        self.teams[judge] |= 1 << team
        self.load[judge] += 1

    def drop(self, team: int, judge: int) -> None:
        """Have a judge not hear a team."""
        self.panel[team] ^= 1 << judge
        self.teams[judge] ^= 1 << team
        self.load[judge] -= 1

    def has_room(self, judge: int) -> bool:
        """Whether a judge may hear one team more."""
        return self.load[judge] < self.most[judge]

    def movable(self, judge: int) -> list[int]:
        """The teams of a judge that somebody else might hear instead, those that stood already last."""
        teams = self.teams[judge] & ~self.heard[judge]
        return [*bits(teams & ~self.stood[judge]), *bits(teams & self.stood[judge])]

    def give(self, team: int) -> bool:
        """One more judge for a team: the one with the least to do of all that can be reached by passing teams on.

        Where one who may hear it has hardly more to do than anybody, nothing is passed on. Giving teams their judges
        one by one like this leads to as many readings as there can be (augmenting paths).
        """
        willing = self._shuffled(self.may[team] & ~self.panel[team])
        least = min((load for judge, load in enumerate(self.load) if self.has_room(judge)), default=0)
        judge = self._lightest(willing)
        if judge is not None and self.load[judge] <= least + 1:
            self.add(team, judge)
            return True
        steps = self._reached(dict.fromkeys(willing, (team, None)))
        judge = self._lightest(steps)
        if judge is None:
            return False
        self._follow(steps, judge)
        return True

    def in_the_way(self, team: int) -> int:
        """The judges whose limits keep a team from one more judge."""
        free = bits(self.may[team] & ~self.panel[team])
        return sum(1 << judge for judge in self._reached(dict.fromkeys(free, (team, None))))

    def level(self) -> None:
        """Pass teams on until no judge could pass one, directly or along others, to one who hears two fewer.

        Each step makes the sum of the squares of loads less; where there is none left that sum is the least there is
        (no cycle of negative cost). It is always the heaviest who passes one on: others who gave to somebody with
        nothing to do would be given to themselves later.
        """
        while any(map(self._pass_on, self._heaviest_first())):
            pass

    def _heaviest_first(self) -> list[int]:
        return sorted(range(len(self.load)), key=lambda judge: -self.load[judge])

    def is_level(self) -> bool:
        """Whether no judge could pass a team on to one who hears two fewer."""
        return all(self._lighter(judge, {judge: (None, None)}) is None for judge in range(len(self.load)))

    def _pass_on(self, judge: int) -> bool:
        steps: _Steps = {judge: (None, None)}
        lighter = self._lighter(judge, steps)
        if lighter is not None:
            self._follow(steps, lighter)
        return lighter is not None

    def _lighter(self, judge: int, steps: _Steps) -> int | None:
        if self.load[judge] < 2:  # noqa: PLR2004  nobody hears two fewer
            return None
        found = self._lightest(self._reached(steps))
        return found if found is not None and self.load[found] <= self.load[judge] - 2 else None

    def _reached(self, steps: _Steps) -> _Steps:
        """All judges that a reading can be passed to from those given, nearest first."""
        queue = list(steps)
        seen = sum(1 << judge for judge in queue)
        asked = 0
        for judge in queue:
            for team in self.movable(judge):
                if asked >> team & 1:
                    continue
                asked |= 1 << team
                for other in self._shuffled(self.may[team] & ~self.panel[team] & ~seen):
                    seen |= 1 << other
                    steps[other] = (team, judge)
                    queue.append(other)
        return steps

    def _lightest(self, judges: Iterable[int]) -> int | None:
        return min(filter(self.has_room, judges), key=lambda judge: self.load[judge], default=None)

    def _follow(self, steps: _Steps, judge: int) -> None:
        """Pass readings on along the way that led to a judge."""
        while True:
            team, giver = steps[judge]
            if team is None:
                return
            if giver is not None:
                self.drop(team, giver)
            self.add(team, judge)
            if giver is None:
                return
            judge = giver

    def _shuffled(self, mask: int) -> list[int]:
        """By chance, so that panels mix: judges who always come together could not be compared with others."""
        found = list(bits(mask))
        self._chance.shuffle(found)
        return found
