"""What the help says: keys, what each button covers and what it leaves, what the states mean."""

from __future__ import annotations

from collections.abc import Iterable

from tui.core.desk import AccountView
from tui.core.formatting import size
from tui.ui.frames.export import MOST_BYTES
from tui.ui.frames.row_renderer import ERROR
from tui.ui.keys.bindings import ALL_KEYS, When
from tui.ui.keys.keymap import in_force, shown
from tui.ui.panel.timer_gauge_notes import asks_presence
from tui.ui.widgets.sparkline import BLOCKS, GAP, LOST
from tui.ui.widgets.status import HEALTH, OUTCOME, SLOW, TIMER, StatusLabel
from tui.venues import VENUES, timer_label

Line = tuple[tuple[str, str], str]
"""A word with its ink, and what it means."""
Section = tuple[str, tuple[Line, ...]]
"""A heading with its lines."""


def parts(accounts: Iterable[AccountView]) -> tuple[Section, ...]:
    """The headings of the help with their lines."""
    accounts = tuple(accounts)
    return (
        ("keys", _keys(accounts)),
        ("pressing", _pressing()),
        ("what each button cancels, and what it leaves", _buttons(accounts)),
        ("accounts", (*_signs((*HEALTH.values(), SLOW)), *_LINES)),
        ("outcomes of a cancel", _signs(OUTCOME.values())),
        ("dead-man timers", (*_timers(accounts), *_signs(TIMER.values()))),
        ("alarms", _alarms()),
        ("frames", FRAMES_HELP),
        ("lock and view only", _closed()),
    )


def _pressing() -> tuple[Line, ...]:
    panic, field = shown("X"), shown("f12")
    return (
        *_PRESSING,
        ((f"{panic} {panic}", ".ink--bad"), "Panic opens a summary that fills in by itself. It "
         "works in dialogs too."),
        ((f"{field} {field}", ".ink--bad"), "Panic while something is typed: in a text field every "
         f"letter is a letter. On a keyboard layout that is not Latin use {field}, or the button."),
        (("accidents", ".ink--text"), "A held key, a double click, a paste and other keys in "
         "between do not count as the second press."),
        (("orders", ".ink--text"), "killdesk cancels resting orders. It closes no position, and it "
         "does not stop an algorithm from quoting again."),
        (("drill", ".ink--text"), "A drill copies the size of this desk onto simulated venues and "
         "panics there, in a process of its own. Nothing real is touched."),
    )  # fmt: skip


_PRESSING: tuple[Line, ...] = (
    (("twice", ".ink--careful"), "The first press arms the button for 2 s, the second one sends. "
     "With confirm = \"once\" in the settings the first press sends; disarming always takes two."),
    (("enter", ".ink--text"), "In the lists of orders and of parts it is the press: twice, too."),
)  # fmt: skip


_LINES: tuple[Line, ...] = (
    ((BLOCKS[1:5], ".ink--figure"), "Beside a route: its round trips of the last ten minutes. "
     "Below the figures: the open orders of the last hour. "
     f"{GAP} nothing was measured; {LOST} an answer did not come."),
)  # fmt: skip


def _keys(accounts: tuple[AccountView, ...]) -> tuple[Line, ...]:
    asked = asks_presence(accounts)
    return tuple(
        ((key.shown, ".ink--strong"), key.help)
        for key in in_force(ALL_KEYS)
        if (key.when is not When.PRESENCE or asked) and key.when is not When.ALONE
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
        ((f"{venue} {label}", ".ink--text"), text) for (venue, label), text in found.items()
    )
    never = tuple(
        ((what, ".ink--careful"), why)
        for venue in VENUES.values()
        for what, why in venue.spec.never_covered
    )
    return (*listed, *_NOT_COVERED, *never) if listed else ((("", ""), "no account is configured"),)


_NOT_COVERED: tuple[Line, ...] = (
    (("not covered", ".ink--careful"), "Orders that no button of an account reaches, by kind, with "
     "their number or why it is not known. While any rests or is not known, nothing is green."),
    (("positions", ".ink--careful"), "killdesk closes none, on any venue."),
)  # fmt: skip


def _timers(accounts: tuple[AccountView, ...]) -> tuple[Line, ...]:
    return tuple(
        ((f"{account.name} {timer_label(timer.id)}".strip(), ".ink--text"), timer.covers)
        if len(account.timers) > 1
        else ((account.name, ".ink--text"), timer.covers)
        for account in accounts
        for timer in account.timers
    )


def _alarms() -> tuple[Line, ...]:
    key = shown("k")
    return (
        ((key, ".ink--strong"), "Missed beats, LATE, UNKNOWN, AMBIGUOUS, BLOCKED and FIRED, and a "
         "cancel that ends unresolved, ring the bell once and stand in the header, the gauge and "
         f"the terminal's title until you press {key} or click on them, even when all is well "
         "again."),
        ((shown("h"), ".ink--strong"), "The history keeps every alarm with its end and when it was "
         "seen, and every outcome; enter opens the report."),
        (("desktop", ".ink--text"), "A note goes to the desktop too, where the terminal is known "
         "to pass it on and does not say that it is looked at; notify = false in the settings "
         "ends that."),
    )  # fmt: skip


def _closed() -> tuple[Line, ...]:
    return (
        ((shown("l"), ".ink--strong"), "Locks: all is shown on and alarms ring, but only panic "
         "works. The first time it asks for a PIN, which is kept in the keyring as a hash; on the "
         "demo desk only until it ends. Each wrong PIN makes the next one wait longer. With "
         "lock_after_min in the settings the screen locks by itself when nobody has touched it "
         "for so long."),
        (("forgotten", ".ink--text"), "End killdesk from another shell, run `killdesk pin forget` "
         "and start it again."),
        (("view only", ".ink--text"), "killdesk --view-only reads and sends nothing, and holds no "
         "timer. Timers that another killdesk holds are not seen on such a screen."),
    )  # fmt: skip


def _signs(signs: Iterable[StatusLabel]) -> tuple[Line, ...]:
    return tuple(((str(sign), sign.ink), sign.meaning) for sign in signs)


FRAMES_HELP: tuple[tuple[tuple[str, str], str], ...] = (
    (("↑ ↓", ".ink--strong"), "A cursor, a click, the wheel: the log stands still and counts what "
     "comes. end follows the newest again, home goes to the oldest, ← → move long payloads."),
    (("shift+↑ ↓", ".ink--strong"), "Marks rows on the way, as ctrl+click does; esc takes "
     "away the search, the filter, then the marks."),
    (("filter", ".ink--text"), "A frame is shown when it holds every word. :in :out :note :ws "
     ":rest :error and @account narrow it further; clicks on the title write the same words."),
    (("⏎", ".ink--strong"), "In full, as a double click: headers without secrets, JSON laid out "
     "or raw (r), its reply or request (g), its neighbours (← →)."),
    (("▌ │ ▐", ".ink--text"), "The cursor, the other half of its pair, a mark."),
    ((f"→ ← · {ERROR}", ".ink--text"), "Sent, received, a note on the connection, an error."),
    (("copied", ".ink--text"), f"To the terminal's clipboard (OSC 52, up to {size(MOST_BYTES)}, "
     "which no terminal confirms) and by wl-copy, xclip, xsel, pbcopy, clip or tmux."),
    (("saved", ".ink--text"), "As lines of JSON in a new file for you alone, in the folder frames "
     "of the state folder (killdesk where)."),
)  # fmt: skip
