"""What a benchmark finds: spreads, and the lines of the table that they make."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


class Failed(Exception):
    """A row could not be measured; one sentence."""


@dataclass(frozen=True)
class Spread:
    """Of one figure, measured so many times."""

    n: int
    least: float
    median: float
    p95: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Raises Failed without values."""
        if not values:
            raise Failed("nothing was measured")
        ordered = sorted(values)
        p95 = ordered[round(0.95 * (len(ordered) - 1))]
        return cls(len(ordered), ordered[0], statistics.median(ordered), p95, ordered[-1])


@dataclass(frozen=True)
class Line:
    """One line of the table: a figure of killdesk's, and the same of something else beside it."""

    what: str
    unit: str
    ours: Spread
    beside: str = ""
    theirs: Spread | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""
    """What has to be known to read the figure."""

    @property
    def ratio(self) -> float | None:
        """Ours by theirs, of the medians."""
        return _ratio(self.ours.median, self.theirs.median) if self.theirs else None

    @property
    def ratio_p95(self) -> float | None:
        return _ratio(self.ours.p95, self.theirs.p95) if self.theirs else None

    def as_json(self) -> str:
        return json.dumps(asdict(self) | {"ratio": self.ratio, "ratio_p95": self.ratio_p95})

    @classmethod
    def from_json(cls, text: str) -> Line:
        told: dict[str, Any] = json.loads(text)
        del told["ratio"], told["ratio_p95"]
        told["ours"] = Spread(**told["ours"])
        told["theirs"] = Spread(**told["theirs"]) if told["theirs"] else None
        return cls(**told)


def _ratio(ours: float, theirs: float) -> float | None:
    """None where it says nothing: a beat may come a little early."""
    return ours / theirs if ours > 0 and theirs > 0 else None


@dataclass(frozen=True)
class Effort:
    """How much is measured: all, quickly, or just enough to see that it works."""

    name: str

    def of(self, full: int, quick: int, least: int = 1) -> int:
        return {"full": full, "quick": quick, "least": least}[self.name]


EFFORTS = ("full", "quick", "least")
