"""The help: keys, what each button covers and what it leaves, and what the states mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from tui.core.desk import AccountView, DeskView
from tui.ui.gauge_notes import asks_presence
from tui.ui.keys import ALL_KEYS, When
from tui.ui.painted import Painted, ink, lines
from tui.ui.words import HEALTH, OUTCOME, TIMER, Sign, timer_name

Line = tuple[tuple[str, str], str]
"""A word with its ink, and what it means."""


class HelpPart(Painted[tuple[str, tuple[Line, ...]]]):
    """A heading and its lines."""

    DEFAULT_CSS = "HelpPart { height: auto; margin-bottom: 1; text-wrap: wrap; }"

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return self.drawn(width).plain.count("\n") + 1

    def paint(self, value: tuple[str, tuple[Line, ...]], width: int, height: int) -> Content:
        return self.drawn(width)

    def drawn(self, width: int) -> Content:
        """The part, with what things mean wrapped beside the words."""
        if self.value is None:
            return Content()
        heading, entries = self.value
        edge = max((len(word) for (word, _), _ in entries), default=0) + 3
        result = [ink(heading.upper(), ".ink--strong")]
        for (word, style), meaning in entries:
            wrapped = ink(meaning, ".ink--quiet").wrap(max(12, width - edge - 1))
            for index, part in enumerate(wrapped):
                first = ink(word, style) if index == 0 else Content()
                pad = " " * (edge - first.cell_length)
                result.append(Content.assemble(first, pad, part))
        return lines(*result)


class HelpScreen(ModalScreen[None]):
    """All that the screen understands and says, from the same data that it runs on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", "close", id="help.close"),
    ]

    def __init__(self, view: DeskView) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            for heading, entries in parts(self._view.accounts):
                part = HelpPart()
                part.value = (heading, entries)
                yield part

    def on_mount(self) -> None:
        self.query_one("#help").focus()


def parts(accounts: Iterable[AccountView]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The headings of the help with their lines."""
    accounts = tuple(accounts)
    return (
        ("keys", _keys(accounts)),
        ("pressing", _PRESSING),
        ("what each button cancels, and what it leaves", _buttons(accounts)),
        ("accounts", _signs(HEALTH.values())),
        ("outcomes of a cancel", _signs(OUTCOME.values())),
        ("dead-man timers", (*_timers(accounts), *_signs(TIMER.values()))),
        ("alarms", _ALARMS),
        ("lock and view only", _CLOSED),
    )


_PRESSING: tuple[Line, ...] = (
    (("twice", ".ink--careful"), "The first press arms the button for 2 s, the second one sends. "
     "With confirm = \"once\" in the settings the first press sends; disarming always takes two."),
    (("enter", ".ink--text"), "In the lists of orders and of parts it is the press: twice, too."),
    (("X X", ".ink--bad"), "Panic opens a summary that fills in by itself. It works in "
     "dialogs and in the filter too. A capital X is therefore not a letter "
     "there, except in a secret."),
    (("orders", ".ink--text"), "killdesk cancels resting orders. It closes no position, and it "
     "does not stop an algorithm from quoting again."),
)  # fmt: skip


def _keys(accounts: tuple[AccountView, ...]) -> tuple[Line, ...]:
    asked = asks_presence(accounts)
    return tuple(
        ((key.shown, ".ink--strong"), key.help)
        for key in ALL_KEYS
        if key.when is not When.PRESENCE or asked
        if not key.id.startswith("panel.") or key.word or key.id in {"panel.next", "panel.previous"}
    )


def _buttons(accounts: tuple[AccountView, ...]) -> tuple[Line, ...]:
    found: dict[tuple[str, str], str] = {}
    for account in accounts:
        labels = {kind.id: kind.label for kind in account.kinds}
        for action in account.actions:
            covered = ", ".join(labels.get(kind, kind) for kind in action.kinds)
            found[(account.title, action.label)] = (
                f"cancels: {covered}. Leaves: {action.leaves or 'nothing'}. "
                "Positions are never touched."
            )
    listed = tuple(
        ((f"{venue} {label}", ".ink--text"), said) for (venue, label), said in found.items()
    )
    return (*listed, *_NOT_COVERED) if listed else ((("", ""), "no account is configured"),)


_NOT_COVERED: tuple[Line, ...] = (
    (("positions", ".ink--careful"), "killdesk closes none, on any venue."),
    (("order book", ".ink--careful"), "Ordinary OKX order-book orders are not covered: the OKX "
     "buttons reach spreads and quotes only."),
)  # fmt: skip


def _timers(accounts: tuple[AccountView, ...]) -> tuple[Line, ...]:
    return tuple(
        ((f"{account.name} {timer_name(timer)}".strip(), ".ink--text"), timer.covers)
        if len(account.timers) > 1
        else ((account.name, ".ink--text"), timer.covers)
        for account in accounts
        for timer in account.timers
    )


_ALARMS: tuple[Line, ...] = (
    (("k", ".ink--strong"), "Missed beats, LATE, UNKNOWN, AMBIGUOUS, BLOCKED and FIRED, and a "
     "cancel that ends unresolved, ring the bell once and stand in the header, the gauge and the "
     "terminal's title until you press k or click on them, even when all is well again."),
    (("h", ".ink--strong"), "The history keeps every alarm with its end and when it was seen, and "
     "every outcome; enter opens the report."),
    (("desktop", ".ink--text"), "A note goes to the desktop too, where the terminal is known to "
     "pass it on and does not say that it is looked at; notify = false in the settings ends that."),
)  # fmt: skip


_CLOSED: tuple[Line, ...] = (
    (("l", ".ink--strong"), "Locks: all is shown on and alarms ring, but only panic works. The "
     "first time it asks for a PIN, which is kept in the keyring as a hash; on the demo desk only "
     "until it ends. Each wrong PIN makes the next one wait longer. With lock_after_min in the "
     "settings the screen locks by itself when nobody has touched it for so long."),
    (("forgotten", ".ink--text"), "End killdesk from another shell, run `killdesk pin forget` and "
     "start it again."),
    (("view only", ".ink--text"), "killdesk --view-only reads and sends nothing, and holds no "
     "timer. Timers that another killdesk holds are not seen on such a screen."),
)  # fmt: skip


def _signs(signs: Iterable[Sign]) -> tuple[Line, ...]:
    return tuple(((str(sign), sign.ink), sign.meaning) for sign in signs)
