"""The line at the bottom of a replay: the time, where it stands in the file, and its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.content import Content

from tui.core.formatting import clock, time_of_day
from tui.service.replay.desk import Place
from tui.ui.dashboard.key_bar import ArmedPrompt, KeyBar
from tui.ui.keys.bindings import Key, When
from tui.ui.widgets.value_widget import ValueWidget, first_fitting, row, styled

_LEAST_TRACK, _MOST_TRACK = 8, 60
_KEYS = (("space", "pause"), ("[ ]", "speed"), (", .", "outcome"), ("< >", "10 s"), ("?", "help"))
_FEW = (("space", "pause"), (", .", "outcome"), ("?", "help"))
_HELP = (("?", "help"),)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the line shows, so coarse that it is not drawn more often than it changes."""

    share: float
    """How much of the file is over."""
    clock: str
    position: str
    length: str
    playing: bool
    at_end: bool
    speed: int
    outcome: int
    outcomes: int
    marks: tuple[float, ...]
    """Where in the file the outcomes lie, as shares."""


def shown(place: Place, marks: tuple[float, ...]) -> Shown:
    """A place in words."""
    share = place.position_ms / place.length_ms if place.length_ms else 1.0
    return Shown(
        round(share, 3), time_of_day(place.wall_ms), clock(place.position_ms / 1000),
        clock(place.length_ms / 1000),
        place.playing, place.at_end, place.speed, place.outcome, place.outcomes, marks,
    )  # fmt: skip


class ReplayBar(KeyBar):
    """Stands where the keys of the desk do; a click on the track goes there."""

    def __init__(self, seek: Callable[[float], None]) -> None:
        """`seek` is given the share of the file to go to."""
        super().__init__()
        self._seek = seek
        self._track = (0, 0)
        self._place: Shown | None = None

    def show(self, place: Shown) -> None:
        """Shows where the replay stands."""
        if place != self._place:
            self._place = place
            self.refresh()

    def offer(self, offered: frozenset[When]) -> None:
        """The keys of a replay are always the same."""

    def say(self, again: ArmedPrompt | None) -> None:
        """Nothing is ever armed in a replay."""
        self.put(())

    def paint(self, value: ArmedPrompt | tuple[Key, ...], width: int, height: int) -> Content:
        place = self._place
        if place is None:
            return Content()
        sign, word = (
            ("▶", "") if place.playing else ("■", "END") if place.at_end else ("‖", "PAUSED")
        )
        state = row(styled(sign, ".ink--strong"), styled(word.ljust(6), ".ink--careful"), gap=" ")
        speed = styled(f"{place.speed}x", ".ink--strong")
        clock = styled(f"{place.clock} UTC", ".ink--text")
        at = styled(f"{place.position} / {place.length}", ".ink--quiet")
        done = styled(f"outcome {place.outcome} of {place.outcomes}", ".ink--quiet")
        left = row(state, speed, clock)
        rights = (
            row(at, done, _words(_KEYS), gap="   "),
            row(at, done, _words(_FEW), gap="   "),
            row(at, done, _words(_HELP), gap="   "),
            row(at, done),
            row(at, _words(_HELP)),
            at,
            Content(),
        )
        for right in rights:
            room = width - left.cell_length - right.cell_length - 4
            if room >= _LEAST_TRACK:
                track = min(room, _MOST_TRACK)
                self._track = (left.cell_length + 2, track)
                return row(left, _drawn(place, track), right)
        self._track = (0, 0)
        return first_fitting(width, row(left, _words(_HELP)), left)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        start, cells = self._track
        at = event.x - self.styles.padding.left - start
        if 0 <= at < cells:
            self._seek(at / max(1, cells - 1))


def _words(keys: tuple[tuple[str, str], ...]) -> Content:
    """What the keys do, for who sees a replay for the first time."""
    return row(*(row(styled(key, ".ink--strong"), styled(word, ".ink--quiet"), gap=" ")
                 for key, word in keys))  # fmt: skip


def _drawn(place: Shown, cells: int) -> Content:
    """`━━━━●───◆──`: what is over, where it stands, and the outcomes."""
    here = round(place.share * (cells - 1))
    marks = {round(mark * (cells - 1)) for mark in place.marks}
    parts = []
    for cell in range(cells):
        over = ".ink--good" if cell <= here else ".ink--track"
        if cell == here:
            parts.append(styled("●", ".ink--strong"))
        elif cell in marks:
            parts.append(styled("◆", ".ink--careful"))
        else:
            parts.append(styled("━" if cell < here else "─", over))
    return Content("").join(parts)


class ReplayMode(ValueWidget[object]):
    """REPLAY, where a live desk says LIVE: another word, another colour."""

    def paint(self, value: object, width: int, height: int) -> Content:
        return styled("REPLAY".center(width), ".ink--caution")
