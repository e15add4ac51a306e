"""Where the PIN is typed: to set it, or to unlock the screen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.core.formatting import seconds
from tui.core.lockout import PinBackoff
from tui.core.secrets import Secret
from tui.service.secrets.pin import LONGEST, SHORTEST, Pin, pin_problem
from tui.ui.app.keyed import TakesText
from tui.ui.app.threads import run_in_thread, sentence
from tui.ui.dialogs.dialog import KeysLine
from tui.ui.dialogs.report_screen import DialogTitle
from tui.ui.keys.keymap import panic_in_field
from tui.ui.widgets.value_widget import ValueWidget, styled

T = TypeVar("T")


class PinInput(Input):
    """Shows dots. It holds a PIN only until it is looked at."""

    def __init__(self) -> None:
        super().__init__(password=True, max_length=LONGEST, id="pin", select_on_focus=False)

    def take(self) -> Secret:
        """What was typed; the field is empty then."""
        typed = Secret(self.value)
        self.value = ""
        return typed


class PinWords(ValueWidget[tuple[str, str]]):
    """A sentence in one ink."""

    DEFAULT_CSS = "PinWords { height: auto; text-wrap: wrap; }"

    def paint(self, value: tuple[str, str], width: int, height: int) -> Content:
        return styled(*value)


class PinDialog(TakesText, ModalScreen[bool]):
    """Ends with True once the PIN was right, or is set; with False when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="pin.close"),
    ]

    def __init__(self, pin: Pin, attempts: PinBackoff, *, setting: bool = False) -> None:
        super().__init__()
        self._pin = pin
        self._attempts = attempts
        self._setting = setting
        self._first: Secret | None = None
        self._next: Secret | None = None
        """Typed while none may be tried; the last one counts."""
        self._busy = False
        self._title = DialogTitle(id="title")
        self._words = PinWords(id="words")
        self._field = PinInput()
        self._keys = KeysLine(id="keys")

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield self._title
            yield self._words
            yield self._field
            yield self._keys

    def on_mount(self) -> None:
        self._waiting = self.set_interval(0.2, self._wait, name="pin", pause=True)
        self._field.focus()
        if self._setting:
            self._title.put(("lock", "set a PIN", ""))
            rules = f"At least {SHORTEST} characters"
            self._say(f"It unlocks this screen from now on. {rules}. Kept {self._pin.kept}.")
        else:
            self._title.put(("locked", "type the PIN", ""))
            self._say("Panic works here too.")
            if self._attempts.wait_s:
                self._wait()
        self._keys.put(f"enter done   esc back   {panic_in_field()}")

    def action_leave(self) -> None:
        self.dismiss(False)

    async def on_key(self, event: events.Key) -> None:
        """What was typed before the field had the focus belongs to it all the same."""
        if event.is_printable and event.character is not None:
            event.stop()
            self._field.insert_text_at_cursor(event.character)
        elif event.key == "enter":
            event.stop()
            await self._field.action_submit()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if self._busy and self._setting:
            return  # it stays in the field
        typed = self._field.take()
        if self._setting:
            self._choose(typed)
        elif not typed:
            return
        elif self._busy:
            self._next = typed
        elif self._attempts.wait_s:
            self._next = typed
            self._wait()
        else:
            self._try(typed)

    def _try(self, typed: Secret) -> None:
        self._say("Looking ...")
        self._ask(lambda: self._pin.matches(typed), self._judge)

    def _choose(self, typed: Secret) -> None:
        problem = pin_problem(typed)
        if self._first is None:
            if problem:
                self._say(problem, ".ink--careful")
            else:
                self._first = typed
                self._say("Once more, to be sure.")
        elif typed != self._first:
            self._first = None
            self._say("The two were not the same. Type a PIN again.", ".ink--careful")
        else:
            self._say("Keeping it ...")
            self._ask(lambda: self._pin.set(typed), lambda _: self._end(), stores="the PIN")

    def _judge(self, right: bool) -> None:
        if right:
            self._attempts.right()
            self._end()
        else:
            self._attempts.wrong()
            self._wait()

    def _wait(self) -> None:
        """Says how long the next PIN has to wait, counts it down, then tries what was typed."""
        wait_s, left = self._attempts.wait_s, math.ceil(self._attempts.wait_s)
        if wait_s:
            self._waiting.resume()
            if self._next is None:
                self._say(
                    f"Wrong PIN. The next one is tried in {seconds(left)}; type it.", ".ink--bad"
                )
            else:
                self._say(
                    f"The PIN you typed is kept, and tried in {seconds(left)}.", ".ink--careful"
                )
            return
        self._waiting.pause()
        typed, self._next = self._next, None
        if typed is not None:
            self._try(typed)
        else:
            self._say("Type the PIN.")

    def _ask(self, ask: Callable[[], T], then: Callable[[T], None], *, stores: str = "") -> None:
        """Asks beside the screen's loop; nothing else is looked at meanwhile."""

        def answered(answer: T | Exception) -> None:
            self._busy = False
            if isinstance(answer, Exception):
                self._first = None
                self._say(sentence(answer), ".ink--bad")
            else:
                then(answer)

        self._busy = True
        run_in_thread(self, ask, answered, stores=stores)

    def _end(self) -> None:
        if self.is_current:
            self.dismiss(True)
        else:
            self._say("Done. Press esc.")

    def _say(self, words: str, style: str = ".ink--text") -> None:
        self._words.put((words, style))
