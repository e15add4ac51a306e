"""The terminal's input without a clock of its own: Textual 8.2.8 looks for keys ten times a second.

The names with an underscore are Textual's own.
"""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

_ESCAPE_S = 0.1
"""How long the rest of an escape sequence is waited for before it is a key of its own."""
_LOOK_S = 5.0
"""Between two looks at whether the input is to end, should it ever not be woken for that."""
_READ_BYTES = 4096


class QuietDriver(LinuxDriver):
    """Sleeps until something is typed, or the input is to end."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._woken, self._wake = os.pipe()

    def disable_input(self) -> None:
        os.write(self._wake, b"!")
        super().disable_input()
        os.set_blocking(self._woken, False)
        os.read(self._woken, _READ_BYTES)

    def run_input_thread(self) -> None:
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                begun = parser._timeout_time is not None
                ready = [key.fd for key, _ in selector.select(_ESCAPE_S if begun else _LOOK_S)]
                if self.fileno in ready:
                    typed = os.read(self.fileno, _READ_BYTES)
                    if not typed:
                        break  # the terminal is gone; the signal that says so ends the screen
                    # Of a character that is cut in two there is nothing yet; nothing is its end.
                    if text := decode(typed):
                        for message in parser.feed(text):
                            self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
