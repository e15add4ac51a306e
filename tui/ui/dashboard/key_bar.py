"""The line at the bottom: the keys, as many as fit; while a press is armed, what it would do."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content

from tui.core.formatting import counting_seconds
from tui.ui.keys.bindings import ALL_KEYS, Key, When
from tui.ui.keys.keymap import in_force
from tui.ui.lock.allowed_keys import is_allowed, with_current_label
from tui.ui.widgets.value_widget import ValueWidget, first_fitting, row, styled

_GIVES_WAY = tuple(
    key.id for key in sorted(ALL_KEYS, key=lambda key: key.leaves_bar) if key.leaves_bar
)
"""What leaves the bar first when there is no room."""


@dataclass(frozen=True, slots=True)
class ArmedPrompt:
    """What the second press would do. The buttons say it too, those that have room for it."""

    what: str
    """`CANCEL 20 SPREADS`."""
    where: str
    key: str
    left_s: float


class KeyBar(ValueWidget[ArmedPrompt | tuple[Key, ...]]):
    """The keys that matter; while a press is armed, that press."""

    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        dock: bottom;
        padding: 0 2;
        background: $killdesk-bar;
        pointer: pointer;
        &.-armed {
            color: $killdesk-on-careful;
            background: $killdesk-careful;
            text-style: bold;
            pointer: default;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._spots: list[tuple[int, int, Key]] = []
        self._again: ArmedPrompt | None = None
        self._offered: frozenset[When] = frozenset()

    def on_mount(self) -> None:
        self.say(None)

    def offer(self, offered: frozenset[When]) -> None:
        """Takes which of the keys that wait for something have something to do."""
        if offered != self._offered:
            self._offered = offered
            self.say(self._again)

    def say(self, again: ArmedPrompt | None) -> None:
        """Says what is armed; the keys when nothing is."""
        self._again = again
        keys = tuple(
            key
            for key in (with_current_label(key, self._offered) for key in in_force(ALL_KEYS))
            if key.word and is_allowed(key, self._offered)
        )
        self.set_class(again is not None, "-armed")
        self.put(keys if again is None else again)

    def paint(self, value: ArmedPrompt | tuple[Key, ...], width: int, height: int) -> Content:
        if isinstance(value, ArmedPrompt):
            self._spots = []
            return _again(value, width)
        shown = list(value)
        for leaving in (None, *_GIVES_WAY):
            shown = [key for key in shown if key.id != leaving]
            if sum(len(_text(key)) + 2 for key in shown) - 2 <= width:
                break
        self._spots, at = [], 0
        for key in shown:
            self._spots.append((at, at + len(_text(key)), key))
            at += len(_text(key)) + 2
        return row(
            *(
                row(styled(key.shown, ".ink--strong"), styled(key.word, ".ink--quiet"), gap=" ")
                for key in shown
            )
        )

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.chain > 1:
            return  # the second click of a double click, which the first one may not have meant
        x = event.x - self.styles.padding.left
        for start, end, key in self._spots:
            if start <= x < end and key.id != "panel.1":
                self.app.simulate_key(key.keys.split(",")[0])


def _again(value: ArmedPrompt, width: int) -> Content:
    what, left = f"AGAIN TO {value.what}", counting_seconds(value.left_s)
    return first_fitting(
        width,
        styled(f"{what} {value.where}   {value.key}   {left}"),
        styled(f"{what} {value.where}  {value.key} {left}"),
        styled(f"{what}  {value.key} {left}"),
        styled(f"{what}  {value.key}"),
    )


def _text(key: Key) -> str:
    return f"{key.shown} {key.word}"
