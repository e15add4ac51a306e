"""What a screen may have to bear, played by a thread beside it; run in a pseudo-terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from textual.app import App

from tests.bench.notes import Notes

LASTS_S = {"quiet": 20.0, "flood": 20.0, "block": 15.0, "spin": 10.0, "unread": 10.0}
"""The scenes, and how long each lasts."""
MANY, SOME = 5_000, 1_000
"""Messages a second: of a flood, and of a busy day that gives the screen a lot to write."""
TICK_S = 0.1


@dataclass
class Trouble:
    """Plays one scene and notes when it began and ended, and how long the screen stood still.

    `flood(rate, seconds)` gives the program that many messages and returns the rate that it was.
    """

    scene: str
    share: float
    """Of the scene's usual time."""
    notes: Notes
    app: App[object]
    flood: Callable[[int, float], float]
    before_s: float
    """Between two beats; so long before and after the scene nothing happens."""
    ticked_s: float = 0.0
    still_s: float = 0.0

    def run(self) -> None:
        self.app.call_later(self._watch_loop)
        time.sleep(2 * self.before_s)
        self.notes.note("begin")
        rate = self._play(LASTS_S[self.scene] * self.share)
        self.notes.note("end")
        time.sleep(2 * self.before_s)
        self.notes.note("over", still_s=round(self.still_s, 2), rate=rate)

    def _watch_loop(self) -> None:
        self.ticked_s = time.monotonic()

        def tick() -> None:
            now_s = time.monotonic()
            self.still_s = max(self.still_s, now_s - self.ticked_s)
            self.ticked_s = now_s

        self.app.set_interval(TICK_S, tick)

    def _play(self, seconds: float) -> float:
        match self.scene:
            case "quiet":
                time.sleep(seconds)
            case "block":
                self._hold(lambda: time.sleep(seconds), seconds)
            case "spin":
                self._hold(lambda: spin(seconds), seconds)
            case "unread":
                return self.flood(SOME, seconds + 2)
            case "flood":
                return self.flood(MANY, seconds)
        return 0.0

    def _hold(self, work: Callable[[], None], seconds: float) -> None:
        """Lets the screen's loop do this, and returns when it has."""
        over = Event()
        self.app.call_later(work)
        self.app.call_later(over.set)
        over.wait(2 * seconds + 5)


def spin(seconds: float) -> None:
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        pass
