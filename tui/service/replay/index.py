"""Where things are in a file of the record: read once, so that a replay can go to any moment."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tui.core.audit.chain import NotARecord, Record, Verdict, read_record, verify
from tui.service.audit.reader import CannotRead, Progress, read_lines

SILENCE_MS = 10_000
"""Of a longer time without a record a replay shows so much: between two sessions lies a night."""
_PUBLISHED_MS = 5
"""A picture that is taken sooner after an outcome may not show it yet."""
_LEAD = re.compile(rb'\{"n":\d+,"at":"([^"]{10,40})","kind":"([^"]{1,40})"')
_SHOWN = {"frame": "f", "note": "f", "picture": "p", "outcome": "o", "start": "s"}
"""The kinds that a replay shows, by a letter each."""


@dataclass(frozen=True, slots=True)
class ReplayIndex:
    """The moments of a file that can be shown, in its order, by their positions.

    A position is the playing time from the beginning of the file, in milliseconds: silences are
    cut short in it, and it never goes back, whatever the clock did.
    """

    path: Path
    verdict: Verdict
    """What the check found; a damaged file can still be looked at."""
    kinds: str
    """A letter each."""
    offsets: array[int]
    """Where the line begins, in bytes."""
    walls_ms: array[int]
    """What the clock said, epoch ms."""
    positions_ms: array[int]
    outcomes: tuple[int, ...]
    """The moments of the outcomes."""
    whole: tuple[int, ...]
    """The moments of the pictures that stand for themselves."""

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def length_ms(self) -> int:
        return self.positions_ms[-1] if self.positions_ms else 0

    def until(self, position_ms: float) -> int:
        """How many moments are over at a position."""
        return bisect_right(self.positions_ms, position_ms)

    def wall_ms(self, position_ms: float) -> int:
        """What the clock said at a position, epoch ms."""
        at = max(0, self.until(position_ms) - 1)
        return self.walls_ms[at] + round(max(0.0, position_ms - self.positions_ms[at]))

    def whole_before(self, moment: int) -> int:
        """The last picture that stands for itself and is not after `moment`, else the first."""
        found = bisect_right(self.whole, moment)
        return self.whole[found - 1] if found else 0

    def landing(self, outcome: int) -> float:
        """The position to look at an outcome from: of the first picture that shows it."""
        at = self.positions_ms[outcome]
        seen = self.kinds.find("p", outcome)
        while seen >= 0 and self.walls_ms[seen] <= self.walls_ms[outcome] + _PUBLISHED_MS:
            seen = self.kinds.find("p", seen + 1)
        late = seen < 0 or self.positions_ms[seen] - at > SILENCE_MS
        return at if late else self.positions_ms[seen]

    def outcome_from(self, position_ms: float, by: int) -> int:
        """The number of the next outcome, or with -1 of the one before; they count from 1, and a
        number outside of the file says that there is none."""
        landings = [self.landing(outcome) for outcome in self.outcomes]
        if by > 0:
            return bisect_right(landings, position_ms) + 1
        return bisect_left(landings, position_ms)

    def read(self, first: int, end: int) -> Iterator[tuple[str, Record]]:
        """The moments from `first` to before `end`, each with its letter; unreadable ones are left
        out. Raises CannotRead."""
        try:
            with self.path.open("rb") as file:
                for moment in range(first, end):
                    file.seek(self.offsets[moment])
                    try:
                        yield self.kinds[moment], read_record(file.readline())
                    except NotARecord:
                        continue
        except OSError as error:
            raise CannotRead(f"{self.path}: it cannot be read: {error.strerror}") from None


@dataclass
class _Making:
    kinds: list[str] = field(default_factory=list)
    offsets: array[int] = field(default_factory=lambda: array("q"))
    walls: array[int] = field(default_factory=lambda: array("q"))
    positions: array[int] = field(default_factory=lambda: array("q"))
    outcomes: list[int] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    wall_ms: int | None = None
    position_ms: int = 0

    def add(self, offset: int, line: bytes) -> None:
        found = _LEAD.match(line)
        letter = _SHOWN.get(found[2].decode("ascii", "replace"), "") if found else ""
        if found is None or not letter:
            return
        try:
            # Only the head of the line: its time is read as in any record.
            at_ms = read_record(found[0] + b"}").at_ms
        except NotARecord:
            return
        self._pass(at_ms)
        if letter == "o":
            self.outcomes.append(len(self.kinds))
        elif letter == "p" and line.startswith(b',"whole":true', found.end()):
            self.whole.append(len(self.kinds))
        self.kinds.append(letter)
        self.offsets.append(offset)
        self.walls.append(self.wall_ms or 0)
        self.positions.append(self.position_ms)

    def _pass(self, at_ms: int) -> None:
        """Records of a moment may be a little out of order; a clock that was set jumps."""
        if self.wall_ms is None or self.wall_ms - at_ms > SILENCE_MS:
            self.wall_ms = at_ms
        elif at_ms > self.wall_ms:
            self.position_ms += min(at_ms - self.wall_ms, SILENCE_MS)
            self.wall_ms = at_ms


def index_file(path: Path, progress: Progress | None = None) -> ReplayIndex:
    """Reads the file once, and checks it on the way. Raises CannotRead."""
    making = _Making()

    def noted() -> Iterator[bytes]:
        offset = 0
        for line in read_lines(path, progress):
            making.add(offset, line)
            offset += len(line)
            yield line

    lines = noted()
    verdict = verify(lines)
    for _ in lines:  # a fault ends the check, not the replay
        pass
    return ReplayIndex(
        path,
        verdict,
        "".join(making.kinds),
        making.offsets,
        making.walls,
        making.positions,
        tuple(making.outcomes),
        tuple(making.whole),
    )
