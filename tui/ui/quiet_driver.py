"""The terminal's input without a clock of its own: Textual 8.2.8 looks for keys ten times a second.

The names with an underscore are Textual's own.
"""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterator
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
_BEGIN, _FINISH = "\x1b[200~", "\x1b[201~"
"""Of what is pasted."""


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
        pastes = Pastes()
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
                        for part in pastes.calmed(text):
                            for message in parser.feed(part):
                                self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)


class Pastes:
    """Takes the escape character out of what is pasted.

    Textual 8.2.8 reads on from it as if keys were pressed: a pasted text could cancel orders.
    """

    def __init__(self) -> None:
        self._inside = False
        self._before = ""
        """What came last: the mark of a paste may come in pieces."""

    def calmed(self, text: str) -> Iterator[str]:
        """The parts of `text` that are to be read; none is empty, which would mean the end."""
        while text:
            part, text = self._inner(text) if self._inside else self._outer(text)
            if part:
                yield part

    def _outer(self, text: str) -> tuple[str, str]:
        """As it is, up to the beginning of a paste."""
        seen = self._before + text
        at = seen.find(_BEGIN)
        if at < 0:
            self._before = seen[-len(_BEGIN) + 1 :]
            return text, ""
        end = at + len(_BEGIN) - len(self._before)
        self._inside, self._before = True, ""
        return text[:end], text[end:]

    def _inner(self, text: str) -> tuple[str, str]:
        """Without escapes up to the end of the paste; what may be its beginning waits."""
        text = self._before + text
        pasted, end, rest = text.partition(_FINISH)
        self._inside, self._before = not end, ""
        if not end:
            for length in range(min(len(_FINISH) - 1, len(pasted)), 0, -1):
                if _FINISH.startswith(pasted[-length:]):
                    pasted, self._before = pasted[:-length], pasted[-length:]
                    break
        return pasted.replace("\x1b", "") + end, rest
