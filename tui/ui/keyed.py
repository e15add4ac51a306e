"""An application with the trader's own keys, two of which are heard before what has the focus."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, TypeVar

from textual import events
from textual.binding import BindingType
from textual.widgets import Input

from tui.core.text import visible
from tui.service.screen_file import ScreenFile
from tui.ui.keys.bindings import APP_KEYS, PALETTE
from tui.ui.keys.keymap import Keymap, change_keys, use_keys
from tui.ui.themed import ThemedApp

R = TypeVar("R")


class KeyedApp(ThemedApp[R]):
    """Panic is heard in a text field too, the help above a dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in (*APP_KEYS, PALETTE)]

    def __init__(self, keymap: Keymap, kept: ScreenFile | None = None) -> None:
        use_keys(keymap)
        super().__init__(kept)
        self._keys = keymap

    @abstractmethod
    def action_panic_press(self) -> None:
        """Arms panic, or panics."""

    @abstractmethod
    def action_help(self) -> None:
        """Opens the help, or closes it."""

    def on_mount(self) -> None:
        self.set_keymap(self._keys.for_textual())

    def take_keys(self, keymap: Keymap) -> None:
        """Other keys from now on: those of settings that were read again."""
        change_keys(keymap)
        self._keys = keymap
        self.set_keymap(keymap.for_textual())

    @property
    def typing(self) -> bool:
        """Whether a text field has the focus: it takes every letter before any binding."""
        return isinstance(self.focused, Input)

    async def on_event(self, event: events.Event) -> None:
        """The panic key is kept from text fields. A secret may contain an X: there it stays a
        letter, but no PIN has the panic key in it. A dialog hides the keys of the app.

        What is pasted is shown as it is typed, so nothing invisible gets into a text field."""
        if isinstance(event, events.Paste):
            event.text = visible(event.text)
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self.typing and self._is("panic", event) and not self._secret(event):
                self.action_panic_press()
                return
            if self.screen.is_modal and not self.typing and self._is("help", event):
                self.action_help()
                return
        await super().on_event(event)

    def _is(self, id_: str, event: events.Key) -> bool:
        return event.key in self._keys.keys_of(id_)

    def _secret(self, event: events.Key) -> bool:
        """Whether it is a letter of a secret that is being typed."""
        from tui.ui.pin_dialog import PinInput

        field = self.focused
        hidden = isinstance(field, Input) and field.password and not isinstance(field, PinInput)
        return hidden and event.is_printable
