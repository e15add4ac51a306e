"""What a soak has seen, as one line a minute, as text and as JSON."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.resources import Held

MOST_TOLD = 40
"""Violations told in full; the others are counted."""


@dataclass
class Tally:
    seed: int
    whole: bool = False
    """False if it was ended early: the quiet moments are then not compared."""
    presses: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    """Unresolved at first, and settled by a later read."""
    deeds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    """Timer samples by the state shown."""
    raced: int = 0
    """Timer samples of which one picture could not be compared."""
    beats: int = 0
    armed_again: int = 0
    reconnects: int = 0
    frames: int = 0
    recorded_mb: float = 0.0
    held_against: int = 0
    """Orders held against a `confirmed`."""
    ready_s: dict[str, float] = field(default_factory=dict)
    """How long it took until every account was ready, by the quiet moment."""
    held: dict[str, Held] = field(default_factory=dict)
    violations: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    _begun_s: float = field(default_factory=time.monotonic)
    _ended_s: float | None = None

    @property
    def lasted_s(self) -> float:
        """From the beginning until now, or until the end."""
        return (self._ended_s or time.monotonic()) - self._begun_s

    def end(self) -> None:
        self._ended_s = time.monotonic()

    def violated(self, sort: str, *said: str) -> None:
        """Notes what must not be; nothing if nothing is said."""
        for one in said:
            self.violations[sort] += 1
            if len(self.told) < MOST_TOLD:
                self.told.append(f"{self.lasted_s:.1f} s  {sort}: {one}")
                print(self.told[-1], flush=True)

    @property
    def samples(self) -> int:
        return sum(self.states.values())

    def line(self, ready: int, rss: float) -> str:
        return (
            f"{self.lasted_s / 60:5.1f} min  presses {sum(self.presses.values())}"
            f"  outcomes {sum(self.outcomes.values())}  faults {sum(self.faults.values())}"
            f"  samples {self.samples}  ready {ready}  rss {rss:.1f} MB"
            f"  reconnects {self.reconnects}  violations {sum(self.violations.values())}"
        )

    def as_json(self) -> dict[str, object]:
        return {
            "seed": self.seed,
            "whole": self.whole,
            "minutes": round(self.lasted_s / 60, 2),
            "presses": dict(self.presses),
            "outcomes": dict(self.outcomes),
            "settled_later": self.settled,
            "deeds": dict(self.deeds),
            "faults": dict(sorted(self.faults.items())),
            "timer_samples": dict(self.states),
            "timer_samples_raced": self.raced,
            "beats": self.beats,
            "armed_again": self.armed_again,
            "orders_held_against_confirmed": self.held_against,
            "reconnects": self.reconnects,
            "frames": self.frames,
            "recorded_mb": self.recorded_mb,
            "ready_after_s": self.ready_s,
            "held": {when: held.as_json() for when, held in self.held.items()},
            "violations": dict(self.violations),
            "told": self.told,
        }

    def text(self) -> str:
        faults = ", ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items()))
        lines = [
            f"seed {self.seed}, {self.lasted_s / 60:.1f} min{'' if self.whole else ', cut short'},"
            f" {self.frames} frames, {self.recorded_mb:.1f} MB of record",
            f"presses: {_counts(self.presses)}; deeds: {_counts(self.deeds)}",
            f"outcomes: {_counts(self.outcomes)}; unresolved and settled later: {self.settled};"
            f" orders held against a confirmed: {self.held_against}",
            f"faults: {faults}",
            f"timer samples: {_counts(self.states)}; raced {self.raced};"
            f" beats {self.beats}, armed again {self.armed_again}",
            f"reconnects: {self.reconnects}; all ready after: "
            + ", ".join(f"{when} {took:.1f} s" for when, took in self.ready_s.items()),
        ]
        for when, held in self.held.items():
            lines.append(
                f"{when}: rss {held.rss_mb} MB, threads {sum(held.threads.values())},"
                f" tasks {sum(held.tasks.values())}, files {sum(held.files.values())}"
                f" ({_counts(held.files)}), stray sockets {held.stray_sockets}"
            )
        lines.append(f"violations: {_counts(self.violations) or 'none'}")
        return "\n".join([*lines, *(f"  {one}" for one in self.told)])


def _counts(counts: Counter[str] | dict[str, int]) -> str:
    return ", ".join(f"{what} {count}" for what, count in counts.items())
