"""Calls for somebody: the bell, a flash of the screen's edges, and a note on the desktop."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import StrEnum

from textual.app import App
from textual.screen import Screen

from tui.core.sanitize import sanitize
from tui.ui.app.scheduling import call_after
from tui.ui.textual_compat.own_terminal import through_tmux

FLASH_S = 0.3
_MOST = 160
_ESC, _END = "\x1b", "\x1b\\"


class NotificationProtocol(StrEnum):
    """How a terminal is asked to put a note on the desktop."""

    OSC_9 = "9"
    """iTerm2: a text."""
    OSC_99 = "99"
    """kitty: a title and a body."""
    OSC_777 = "777"
    """urxvt and many others: a title and a body."""
    NONE = ""


_PROGRAMS = {
    "iTerm.app": NotificationProtocol.OSC_9,
    "iTerm2": NotificationProtocol.OSC_9,
    "WezTerm": NotificationProtocol.OSC_777,
    "ghostty": NotificationProtocol.OSC_777,
    "contour": NotificationProtocol.OSC_777,
}
"""By TERM_PROGRAM, or LC_TERMINAL, which ssh carries along."""
_TERMS = {
    "xterm-kitty": NotificationProtocol.OSC_99,
    "xterm-ghostty": NotificationProtocol.OSC_777,
    "wezterm": NotificationProtocol.OSC_777,
    "contour": NotificationProtocol.OSC_777,
    "foot": NotificationProtocol.OSC_777,
    "foot-extra": NotificationProtocol.OSC_777,
    "rxvt-unicode": NotificationProtocol.OSC_777,
    "rxvt-unicode-256color": NotificationProtocol.OSC_777,
}
_SIGNS = {
    "KITTY_WINDOW_ID": NotificationProtocol.OSC_99,
    "ITERM_SESSION_ID": NotificationProtocol.OSC_9,
    "WEZTERM_PANE": NotificationProtocol.OSC_777,
    "GHOSTTY_RESOURCES_DIR": NotificationProtocol.OSC_777,
    "KONSOLE_VERSION": NotificationProtocol.OSC_777,
    "VTE_VERSION": NotificationProtocol.OSC_777,
}
"""Variables that only these terminals set; tmux hands them on from where it was started."""


def notification_protocol(environment: Mapping[str, str]) -> NotificationProtocol:
    """How the terminal of this environment is asked; NONE where it is not known to understand."""
    if environment.get("STY"):
        return NotificationProtocol.NONE  # GNU screen passes nothing on
    names = (environment.get("TERM_PROGRAM", ""), environment.get("LC_TERMINAL", ""))
    known = [_PROGRAMS[name] for name in names if name in _PROGRAMS]
    known += [_TERMS[term] for term in (environment.get("TERM", ""),) if term in _TERMS]
    known += [speech for sign, speech in _SIGNS.items() if environment.get(sign)]
    return known[0] if known else NotificationProtocol.NONE


def note(speech: NotificationProtocol, title: str, body: str, *, tmux: bool = False) -> str:
    """The sequence that asks for the note; nothing in the texts can end it or begin another."""
    title, body = (sanitize(text, _MOST).replace(";", ",") for text in (title, body))
    match speech:
        case NotificationProtocol.OSC_9:
            asked = f"{_ESC}]9;{title}: {body}{_END}"
        case NotificationProtocol.OSC_99:
            first = f"{_ESC}]99;i=killdesk:d=0;{title}{_END}"
            asked = f"{first}{_ESC}]99;i=killdesk:d=1:p=body:u=2;{body}{_END}"
        case NotificationProtocol.OSC_777:
            asked = f"{_ESC}]777;notify;{title};{body}{_END}"
        case NotificationProtocol.NONE:
            return ""
    return through_tmux(asked) if tmux else asked


class DesktopNotifier:
    """One call at a time; who calls sees to it that they are a second apart."""

    def __init__(
        self,
        app: App[None],
        home: Screen[None],
        write: Callable[[str], None],
        *,
        notify: bool,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._app = app
        self._home = home
        self._write = write
        self.notify = notify
        """Whether notes go to the desktop."""
        self._speech = notification_protocol(environment)
        self._tmux = bool(environment.get("TMUX"))
        self._looked_at: bool | None = None
        """Whether the terminal has the focus; None while it has not said so."""

    def focus(self, looked_at: bool) -> None:
        """The terminal has got the focus, or has lost it."""
        self._looked_at = looked_at

    def call(self, title: str, said: str) -> None:
        """Rings, flashes, and puts a note on the desktop unless somebody is looking anyway."""
        self._app.bell()
        self._flash()
        if self.notify and self._speech and self._looked_at is not True:
            self._write(note(self._speech, title, said, tmux=self._tmux))

    def _flash(self) -> None:
        """The edges turned over for a moment: two lines, drawn twice, and no more."""
        edges = [*self._home.query("Header, KeyBar")]
        if self._app.screen is not self._home:
            edges.append(self._app.screen)
        for edge in edges:
            edge.add_class("-flash")

        def over() -> None:
            for edge in edges:
                edge.remove_class("-flash")

        call_after(FLASH_S, self._app, over)
