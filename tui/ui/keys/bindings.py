"""The keys of the desk, one record each: its binding, its label in the key bar, its line of the
help, its entry in the palette, and where it works. No other module has a text of a key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding


class When(StrEnum):
    """What a key may wait for."""

    ALARM = "alarm"
    """An alarm stands."""
    PRESENCE = "presence"
    """Some timer asks whether somebody is there."""
    ALONE = "alone"
    """One panel has the desk to itself."""
    LOCKED = "locked"
    """The screen is locked: almost nothing works."""
    VIEW_ONLY = "view only"
    """Nothing can be sent."""
    TYPING = "typing"
    """A text field has the focus: letters are letters."""
    RELOAD = "reload"
    """The settings file was changed outside."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key by contract."""

    id: str
    keys: str
    shown: str
    action: str
    word: str
    """For the key bar; empty where it does not stand there."""
    help: str
    always: bool = False
    """Acted on before what has the focus sees it; a letter still goes to a text field."""
    when: When | None = None
    """Offered only while there is something for it to do; None for always."""
    palette: str = ""
    """Its entry in the palette, with `{account}`, `{what}` and a plural's `{s}` to be filled in;
    empty where the help's words are the entry."""
    palette_other: str = ""
    """Its entry where it would do the opposite, or another thing than usual."""
    leaves_bar: int = 0
    """Which number it has among those that leave the key bar where there is no room; 0 stays."""
    locked: str | None = None
    """Its word for the key bar of a locked screen, empty for none; None where it does not work."""
    sends: bool = False
    """It has no sense where nothing may be sent."""
    while_typing: bool = False
    """It is no text while something is typed."""

    @property
    def single(self) -> str:
        """The key as it is called where it stands for itself alone, not for a range."""
        return "1" if self.shown == "1-9" else self.shown

    def binding(self) -> Binding:
        return Binding(
            self.keys, self.action, self.word or self.help, key_display=self.shown, id=self.id,
            tooltip=self.help, show=bool(self.word), priority=self.always,
        )  # fmt: skip


DESK_KEYS = (
    *(
        Key(f"panel.{n}", str(n), "1-9" if n == 1 else str(n), f"panel({n})",
            "panel" if n == 1 else "", f"go to panel {n}" if n > 1 else "go to a panel",
            palette="Go to {account}", leaves_bar=9 if n == 1 else 0,
            locked="panel" if n == 1 else "")
        for n in range(1, 10)
    ),
    Key("panel.next", "tab", "tab", "next(1)", "", "go to the next panel", locked=""),
    Key("panel.previous", "shift+tab", "shift+tab", "next(-1)", "", "go to the panel before",
        locked=""),
    Key("cancel.all", "c", "c", "cancel", "cancel", "cancel everything in the panel",
        palette="Cancel everything on {account}", sends=True),
    Key("cancel.spreads", "s", "s", "cancel_key('s')", "", "cancel the spread orders",
        palette="Cancel {what} on {account}", sends=True),
    Key("cancel.quotes", "u", "u", "cancel_key('u')", "", "cancel the quotes",
        palette="Cancel {what} on {account}", sends=True),
    Key("cancel.choose", "o", "o", "choose", "choose", "choose orders of the panel to cancel",
        palette="Choose orders to cancel on {account}", leaves_bar=13, sends=True),
    Key("cancel.scope", "w", "w", "where", "", "where: cancel only a part of the panel",
        palette="Cancel only a part of {account}", sends=True),
    Key("report.open", "v", "v", "report", "", "what happened: the panel's last cancels in full",
        palette="What happened on {account}", locked=""),
    Key("account.readiness", "i", "i", "readiness", "", "why the panel's account is ready or not",
        palette="Why it is ready or not: {account}", locked=""),
    Key("timer.toggle", "a", "a", "arm", "arm", "arm the dead-man timer; disarm it (two presses)",
        palette="Arm the dead-man timer{s} on {account}",
        palette_other="Disarm the dead-man timer{s} on {account} (press twice)",
        leaves_bar=12, sends=True),
    Key("desk.enlarge", "z", "z", "enlarge", "plots",
        "the panel alone, with plots of its round trips and orders; again: all panels",
        palette="This panel alone, with plots of its round trips and orders", leaves_bar=1,
        locked=""),
    Key("desk.all", "escape", "esc", "back", "all panels",
        "all panels again; else all frames again, without search, filter and marks",
        when=When.ALONE, palette="All panels again",
        palette_other="All frames again, without the filter", locked="all panels"),
    Key("account.refresh", "r", "r", "refresh", "", "read the panel's open orders now",
        palette="Read the open orders of {account}"),
    Key("drill.run", "d", "d", "drill", "", "drill: rehearse a panic on simulated venues"),
    Key("frames.filter", "slash", "/", "frames('filter')", "filter", "filter the frames",
        always=True, leaves_bar=10),
    Key("frames.account", "f", "f", "frames('account')", "",
        "frames of one account, of the next, of all again"),
    Key("frames.direction", "b", "b", "frames('direction')", "",
        "frames received, sent, notes, all again"),
    Key("frames.transport", "t", "t", "frames('transport')", "",
        "frames of the sockets, of REST, all again"),
    Key("frames.errors", "exclamation_mark", "!", "frames('errors')", "",
        "only frames that are errors, or all again"),
    Key("frames.find", "ctrl+f", "ctrl+f", "frames('find')", "", "find a text in the frames",
        always=True),
    Key("frames.next", "n", "n", "frames('next')", "", "the next frame found"),
    Key("frames.previous", "N,shift+n", "N", "frames('previous')", "", "the frame found before"),
    Key("frames.pair", "g", "g", "frames('pair')", "",
        "go to the reply of the request, to the request of the reply",
        palette="Go to the reply of the frame", palette_other="Go to the request of the frame"),
    Key("frames.mark", "space", "space", "frames('mark')", "", "mark a frame, to save it"),
    Key("frames.save", "ctrl+s", "ctrl+s", "frames('save')", "",
        "save the marked frames to a file; without marks all that are shown"),
    Key("frames.pause", "p", "p", "frames('pause')", "pause", "pause the frames, or follow again",
        palette="Pause the frames", palette_other="Follow the frames again", leaves_bar=8),
    Key("frames.open", "enter", "⏎", "frames('open')", "frame", "show a frame in full",
        palette="Show the frame in full", leaves_bar=7),
    Key("frames.copy", "y", "y", "frames('copy')", "copy", "copy a frame",
        palette="Copy the frame", leaves_bar=5),
    Key("accounts.open", "e", "e", "configure('accounts')", "accounts",
        "accounts: add, edit, test or remove one", leaves_bar=4),
    Key("settings.open", "comma", ",", "configure('settings')", "settings",
        "settings: all that the settings file holds", leaves_bar=3),
    Key("settings.reload", "R,shift+r", "R", "configure('reload')", "reload",
        "take over the settings file, which was changed outside", when=When.RELOAD),
)  # fmt: skip
"""What the desk's screen understands. None of them reaches it while a dialog is open."""

APP_KEYS = (
    Key("panic", "X,shift+x", "X", "panic_press", "panic",
        "panic: cancel everything on every account", always=True, locked="panic", sends=True),
    Key("panic.field", "f12", "F12", "panic_press", "twice: panic",
        "panic from everywhere, also while something is typed; always two presses",
        always=True, when=When.TYPING, locked="", sends=True, while_typing=True),
    Key("alarm.seen", "k", "k", "alarms_seen", "seen",
        "the alarms are seen: only what is so now is shown on", when=When.ALARM),
    Key("presence", "K,shift+k", "K", "confirm_presence", "here",
        "confirm presence: somebody is there, the beats go on", when=When.PRESENCE, sends=True),
    Key("history", "h", "h", "history", "history",
        "history: alarms and outcomes, with their times", leaves_bar=2, locked="history"),
    Key("lock", "l", "l", "lock", "lock",
        "lock the screen: only panic works; a PIN unlocks it", leaves_bar=6, locked="unlock"),
    Key("help", "question_mark,f1", "?", "help", "help", "this help",
        palette="Help", leaves_bar=14, locked="help"),
    Key("quit", "q", "q", "ask_quit", "quit",
        "quit, as ctrl+c does; asks when a timer is armed or a cancel runs",
        palette="Quit", leaves_bar=15),
    Key("suspend", "ctrl+z", "ctrl+z", "suspend", "",
        "back to the shell, where that is possible; not while a timer is armed",
        palette="Back to the shell"),
)  # fmt: skip
"""What is understood on every screen of the desk; panic also while a dialog or a filter is open."""

PALETTE = Key(
    "palette", "ctrl+p", "ctrl+p", "command_palette", "menu",
    "menu: the palette of all that can be done now",
    always=True, leaves_bar=11, locked="", while_typing=True,
)  # fmt: skip

ALL_KEYS = (*DESK_KEYS, *APP_KEYS, PALETTE)
