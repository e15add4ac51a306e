"""Which keys work on a screen that is locked or only looks; what is not named here does not."""

from __future__ import annotations

from dataclasses import replace

from tui.ui.keys.bindings import ALL_KEYS, Key, When

_SENDING = frozenset(
    {
        "cancel.all",
        "cancel.spreads",
        "cancel.quotes",
        "cancel.choose",
        "cancel.scope",
        "timer.toggle",
        "panic",
        "panic.field",
        "presence",
    }
)
"""Keys that have no sense where nothing may be sent."""
_LOCKED = {
    **{f"panel.{n}": "panel" if n == 1 else "" for n in range(1, 10)},
    "panel.next": "",
    "panel.previous": "",
    "desk.enlarge": "",
    "desk.all": "all panels",
    "report.open": "",
    "account.readiness": "",
    "panic": "panic",
    "panic.field": "",
    "lock": "unlock",
    "history": "history",
    "help": "help",
    "palette": "",
}
"""Keys that work while the screen is locked, with their word for the key bar."""


_TYPING = frozenset({"panic.field", "palette"})
"""Keys that are no text while something is typed, for the key bar."""


def possible(key: Key, offered: frozenset[When]) -> bool:
    """Whether the key does something now."""
    if When.LOCKED in offered and key.id not in _LOCKED:
        return False
    if When.VIEW_ONLY in offered and key.id in _SENDING:
        return False
    if When.TYPING in offered and key.id not in _TYPING:
        return False
    return key.when is None or key.when in offered


def as_offered(key: Key, offered: frozenset[When]) -> Key:
    """The key with the word that it has now."""
    return replace(key, word=_LOCKED.get(key.id, "")) if When.LOCKED in offered else key


def _actions(ids: frozenset[str]) -> frozenset[str]:
    return frozenset(key.action.partition("(")[0] for key in ALL_KEYS if key.id in ids)


SENDING_ACTIONS = _actions(_SENDING)
LOCKED_ACTIONS = _actions(frozenset(_LOCKED))
LEAVING_ACTIONS = frozenset({"quit", "help_quit", "ask_quit"})
"""What ends the desk, by any key; on a locked screen it takes the PIN."""
