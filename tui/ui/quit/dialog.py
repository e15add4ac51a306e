"""Leaving while a timer is armed or a cancel is under way: nobody does it unawares."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.types import CSSPathType
from textual.widgets import Button, Static
from textual.widgets.button import ButtonVariant

from tui.core.desk import DeskView
from tui.core.formatting import counting_seconds
from tui.ui.app.style_files import styles
from tui.ui.dashboard.press_arming import PressArming, PressTarget
from tui.ui.panel.outcome import scope_words
from tui.ui.quit.last_words import open_lines


class QuitChoice(StrEnum):
    """How to leave."""

    FIRE = "fire"
    DISARM = "disarm"
    CANCEL = "cancel"
    """Cancel everything on every account, and disarm each whose cancels are confirmed."""
    STAY = "stay"


_NAMED = 6
"""Cancels that the dialog names."""
_ROOMY_FROM, _WIDE_FROM = 30, 60
_REST, _REST_SHORT = 13, 9
"""Rows that the dialog needs beside what it says."""


_FIRE = "Quits; the timer runs out and the venue cancels what it covers. Key f."
_DISARM = "Switches the timer off, then quits: nothing protects the book any more. Key d, twice."
_CANCEL = (
    "Cancels every order that is covered, on every account; disarms each account whose cancels are "
    "confirmed; quits when all are. Key e, twice."
)
_LEAVE = "Quits; what was sent stays sent, and nobody reads what came of it. Key l."
_STAY = "Goes back to the desk. Key esc."


_DISARM_LABEL = "Disarm and quit d"
_CANCEL_LABEL = "Cancel all accounts, disarm e"
_TWICE = {
    "disarm": (_DISARM_LABEL, _DISARM_LABEL, QuitChoice.DISARM),
    "cancel": (_CANCEL_LABEL, "ALL accounts e", QuitChoice.CANCEL),
}
"""What takes two presses, by the id of its button, and how it is named before the second one."""


def _target(how: QuitChoice) -> PressTarget:
    return PressTarget("", f"quit: {how}")


def _button(label: str, id_: str, variant: ButtonVariant, tip: str) -> Button:
    return Button(label, id=id_, variant=variant, tooltip=Content(tip))


class QuitDialog(ModalScreen[QuitChoice]):
    """Leave it to fire, disarm, cancel all first, or stay; with cancels under way, leave or stay.

    What cancels or disarms takes two presses, as elsewhere.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = styles("quit/dialog.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,l", "leave('fire')", "quit, leave all as it is", id="quit.fire"),
        Binding("d", "leave('disarm')", "disarm, then quit", id="quit.disarm"),
        Binding(
            "e",
            "leave('cancel')",
            "cancel everything on every account, then disarm, then quit",
            id="quit.cancel",
        ),
        Binding("escape,s,q,ctrl+c", "leave('stay')", "stay", id="quit.stay"),
    ]

    def __init__(self, view: DeskView, presses: PressArming) -> None:
        super().__init__()
        self._presses = presses
        self._ticks: Timer | None = None
        self._view = view
        self._accounts = armed_accounts(view)
        self._cancels = running_cancels(view)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content(self._question()), id="question")
            with VerticalScroll(id="said", can_focus=False):
                yield Static(Content("\n\n".join(self._why())), id="why")
            with Grid(id="answers"):
                if self._accounts:
                    yield _button("Leave it to fire f", "fire", "primary", _FIRE)
                    yield _button(_DISARM_LABEL, "disarm", "warning", _DISARM)
                    yield _button(_CANCEL_LABEL, "cancel", "error", _CANCEL)
                else:
                    yield _button("Leave anyway l", "fire", "warning", _LEAVE)
                yield _button("Stay esc", "stay", "default", _STAY)

    def _question(self) -> str:
        many = len(self._cancels)
        if not many:
            return "A dead-man timer is armed"
        still = "1 cancel is still running" if many == 1 else f"{many} cancels are still running"
        return f"{still}, and a dead-man timer is armed" if self._accounts else still

    def _why(self) -> Iterator[str]:
        if self._cancels:
            more = len(self._cancels) - _NAMED
            yield ", ".join(self._cancels[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            yield (
                "What was sent stays sent. Without killdesk nothing is sent again, and nobody "
                "reads whether the orders are gone."
            )
        if self._accounts:
            names = ", ".join(self._accounts)
            yield f"Armed: {names}" if self._cancels else names
            many = len(self._view.accounts)
            whole = "the one account" if many == 1 else f"all {many} accounts"
            yield (
                f"Cancel all accounts, disarm: cancels every covered order on {whole}, disarms "
                f"{names} once its cancels are confirmed, and quits when every cancel is."
            )
        yield "\n".join(open_lines(self._view))
        if self._accounts:
            yield (
                "Without killdesk the beats stop. Left alone, the timer runs out and the venue "
                "cancels what it covers. Disarmed, nothing protects the book any more."
            )

    def on_resize(self) -> None:
        """On a small screen every row counts: the answers stay, the words scroll."""
        short, narrow = self.size.height < _ROOMY_FROM, self.size.width < _WIDE_FROM
        self.set_class(short, "-short")
        self.set_class(narrow, "-narrow")
        rest = _REST_SHORT if short or narrow else _REST
        self.query_one("#said").styles.max_height = max(1, self.size.height - rest)

    def on_mount(self) -> None:
        self._ticks = self.set_interval(0.1, self._say_armed, name="quit", pause=True)
        self.query_one("#stay", Button).focus()

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        event.stop()
        self._leave(QuitChoice(event.button.id or QuitChoice.STAY), event)

    def action_leave(self, how: str) -> None:
        if how not in (QuitChoice.DISARM, QuitChoice.CANCEL) or self._accounts:
            self._leave(QuitChoice(how))

    def _leave(self, how: QuitChoice, by: Message | None = None) -> None:
        """To stay is always possible; the rest takes one press or two, and no accident."""

        def leave() -> None:
            if self.is_current:
                self.dismiss(how)

        if how is QuitChoice.STAY:
            leave()
        elif how is QuitChoice.FIRE:
            self._presses.tap(leave, by=by)
        else:
            self._presses.press(frozenset({_target(how)}), leave, always_twice=True, by=by)
        if self.is_current:
            self._say_armed()

    def _say_armed(self) -> None:
        """Says on the button that it is to be pressed again."""
        counting = False
        for id_, (label, again, how) in _TWICE.items():
            left_s = self._presses.left_s(_target(how))
            counting = counting or left_s > 0
            for button in self.query(f"#{id_}").results(Button):
                button.label = f"AGAIN: {again} {counting_seconds(left_s)}" if left_s else label
        if self._ticks is not None:
            (self._ticks.resume if counting else self._ticks.pause)()


def armed_accounts(view: DeskView) -> tuple[str, ...]:
    """The accounts whose timer may be running at the venue, and whose settings say to ask."""
    return tuple(
        account.name
        for account in view.accounts
        if account.on_quit == "ask" and account.has_armed_timer
    )


def running_cancels(view: DeskView) -> tuple[str, ...]:
    """What is being cancelled, account and scope: `okx-desk spreads`; however often pressed."""
    return tuple(
        dict.fromkeys(
            f"{account.name} {scope_words(run, account.label(run.action))}"
            for account in view.accounts
            for run in account.runs
        )
    )
