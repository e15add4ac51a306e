"""Which keys work on a screen that is locked or only looks, as their records in `bindings` say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tui.ui.keys.bindings import ALL_KEYS, Key, When


def is_allowed(key: Key, offered: frozenset[When]) -> bool:
    """Whether the key does something now."""
    if When.LOCKED in offered and key.locked is None:
        return False
    if When.VIEW_ONLY in offered and key.sends:
        return False
    if When.TYPING in offered and not key.while_typing:
        return False
    return key.when is None or key.when in offered


def with_current_label(key: Key, offered: frozenset[When]) -> Key:
    """The key with the word that it has now."""
    return replace(key, word=key.locked or "") if When.LOCKED in offered else key


def _actions(works: Callable[[Key], bool]) -> frozenset[str]:
    return frozenset(key.action.partition("(")[0] for key in ALL_KEYS if works(key))


SENDING_ACTIONS = _actions(lambda key: key.sends)
LOCKED_ACTIONS = _actions(lambda key: key.locked is not None)
LEAVING_ACTIONS = frozenset({"quit", "help_quit", "ask_quit"})
"""What ends the desk, by any key; on a locked screen it takes the PIN."""
