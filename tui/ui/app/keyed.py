"""An application with the trader's own keys. In a text field a letter is a letter."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, TypeVar

from textual import events
from textual.binding import BindingType
from textual.widgets import Input, TextArea

from tui.core.sanitize import strip_invisible
from tui.service.files.ui_state import ScreenFile
from tui.ui.app.themed import ThemedApp
from tui.ui.keys.bindings import APP_KEYS, PALETTE
from tui.ui.keys.keymap import Keymap, change_keys, key_name, use_keys
from tui.ui.keys.layouts import meant_key
from tui.ui.textual_compat.key_facts import key_facts

R = TypeVar("R")


class TakesText:
    """A screen whose keys are text from the first one on, before its field has the focus."""


class KeyedApp(ThemedApp[R]):
    """Keys of other keyboard layouts are understood where it is certain which one was meant."""

    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in (*APP_KEYS, PALETTE)]

    def __init__(self, keymap: Keymap, kept: ScreenFile | None = None) -> None:
        use_keys(keymap)
        super().__init__(kept)
        self._keys = keymap
        self._key_is_text = False

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
        """Whether what is typed is text: a text field has the focus, or is about to have it."""
        return isinstance(self.focused, Input | TextArea) or isinstance(self.screen, TakesText)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A letter that comes before the field of a dialog has the focus is no command yet."""
        if action == "panic_press" and self.typing and self._key_is_text:
            return False
        return super().check_action(action, parameters)

    async def on_event(self, event: events.Event) -> None:
        """What is pasted is shown as it is typed, so nothing invisible gets into a text field."""
        if isinstance(event, events.Paste):
            event.text = strip_invisible(event.text)
        if isinstance(event, events.Key):
            self._key_is_text = event.is_printable
            help_key = event.key in self._keys.keys_of("help")
            if not event.is_forwarded and self.screen.is_modal and not self.typing and help_key:
                self.action_help()  # a dialog hides the keys of the app
                return
        await super().on_event(event)

    def in_own_layout(self, event: events.Key) -> events.Key:
        """The key that was meant, where nothing is being typed."""
        facts = key_facts(event)
        meant = None if self.typing else meant_key(event.key, event.character, facts.position)
        if meant is None:
            return event
        if len(meant) > 1:
            translated = events.Key(meant, None)
        else:
            translated = events.Key(meant if meant.isalnum() else key_name(meant), meant)
        translated.key_facts = facts  # type: ignore[attr-defined]  # read by key_facts()
        return translated
