"""Keys of the trader's own: what the settings say of them, checked, and the keys in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from textual.binding import Binding
from textual.keys import Keys

from tui.core.sanitize import sanitize
from tui.service.settings.validation import SettingsError
from tui.ui.keys.bindings import ALL_KEYS, APP_KEYS, Key

PANIC, FIELD_PANIC = APP_KEYS[:2]
_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
_NAMES = frozenset(key.value for key in Keys if not key.value.startswith("<")) | {"space"}
_MOVES = ("escape", "up", "down", "left", "right", "home", "end", "pageup", "pagedown")
_TAKEN = frozenset((*_MOVES, "ctrl+c", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"))
"""What dialogs and lists live on, and what a terminal sends for another key."""
_TYPED = frozenset(("enter", "tab", "shift+tab", "space", "backspace", "delete"))
"""What a key that is always understood cannot have: it would take them from dialogs and fields."""
_SHOWN = {"enter": "⏎", "pageup": "page up", "pagedown": "page down"}


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys that differ from the contract, by id, as Textual names them and as they are shown.

    A key that was taken away has empty names.
    """

    changed: tuple[tuple[str, str, str], ...] = ()

    def of(self, key: Key) -> Key:
        """`key` as it is in force."""
        for id_, keys, shown in self.changed:
            if id_ == key.id:
                return replace(key, keys=keys, shown=shown)
        return key

    def keys_of(self, id_: str) -> frozenset[str]:
        """The keys in force of that id, as Textual names them."""
        (key,) = (key for key in ALL_KEYS if key.id == id_)
        return frozenset(filter(None, self.of(key).keys.split(",")))

    def for_textual(self) -> dict[str, str]:
        """What `App.set_keymap` takes; a key that was taken away gets one that nobody can press."""
        return {id_: keys or f"none-{id_}" for id_, keys, _ in self.changed}


@dataclass(slots=True)
class _Held:
    keymap: Keymap


_IN_FORCE: ContextVar[_Held | None] = ContextVar("keys in force", default=None)


def use_keys(keymap: Keymap) -> None:
    """Puts these keys in force for the app that is being made."""
    _IN_FORCE.set(_Held(keymap))


def change_keys(keymap: Keymap) -> None:
    """Puts other keys in force for the app that runs."""
    held = _IN_FORCE.get()
    if held is not None:
        held.keymap = keymap


def _now() -> Keymap:
    held = _IN_FORCE.get()
    return held.keymap if held is not None else Keymap()


def in_force(keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys as the trader has them now; those that were taken away are left out."""
    keymap = _now()
    return tuple(key for key in map(keymap.of, keys) if key.keys)


def shown(contract: str) -> str:
    """The key in force for one by contract, `c` or `X`, as it is shown; empty if it has none."""
    for key in ALL_KEYS:
        if contract == key.keys.split(",")[0]:
            return _now().of(key).shown
    return contract


def panic_in_field() -> str:
    """The hint of a text field: how to panic from it."""
    key = shown("f12")
    return f"{key} {key} panic"


def shown_name(name: str) -> str:
    """A key by its name in Textual, as it is shown."""
    for key in in_force(ALL_KEYS):
        if key.keys.split(",")[0] == name:
            return key.single
    return _SHOWN.get(name, name)


def read_keymap(asked: Sequence[tuple[str, str]], file: Path | None) -> Keymap:
    """Checks the keys that the settings ask for, by id. Raises SettingsError with one line."""

    def wrong(id_: str, words: str) -> SettingsError:
        line = f'{sanitize(str(file))}: keys."{sanitize(id_, 60)}": {words}'
        return SettingsError(line, id_, words)

    ids = {key.id: key for key in ALL_KEYS}
    changed = []
    for id_, name in asked:
        if id_ not in ids:
            near = get_close_matches(id_, ids, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"expected one of {', '.join(ids)}"
            raise wrong(id_, f"there is no such key; {hint}")
        if not name:
            if id_ in (PANIC.id, FIELD_PANIC.id):
                raise wrong(id_, "panic must have a key")
            changed.append((id_, "", ""))
            continue
        found = _key(name)
        if found is None:
            raise wrong(
                id_, f'expected a key such as "F5", "ctrl+k" or "x", got "{sanitize(name, 20)}"'
            )
        letter = len(found[1]) == 1 and id_ != PANIC.id  # in a field panic has a key of its own
        typed = found[0] in _TYPED or letter
        if found[0] in _TAKEN or (ids[id_].always and typed):
            raise wrong(
                id_, f'"{sanitize(name, 20)}" is needed by dialogs, text fields or the terminal'
            )
        changed.append((id_, *found))
    keymap = Keymap(tuple(changed))
    holders = defaultdict(list)
    for key in map(keymap.of, ALL_KEYS):
        for one in filter(None, key.keys.split(",")):
            holders[one].append(key)
    for several in holders.values():
        if len(several) > 1:
            mine = {id_ for id_, _ in asked}
            first, other = sorted(several[:2], key=lambda key: key.id not in mine)
            raise wrong(first.id, f'"{first.shown}" is the key of "{other.id}" already')
    return keymap


def _key(name: str) -> tuple[str, str] | None:
    """A key as Textual names it, and as it is shown; None if there is none of that name."""
    name = name.strip()
    if len(name) == 1:
        return (_plain(name), name) if name.isprintable() and name != " " else None
    *modifiers, last = name.split("+")
    modifiers = [modifier.lower() for modifier in modifiers]
    if not set(modifiers) <= _MODIFIERS or not last:
        return None
    if len(last) == 1:
        if modifiers == ["shift"]:
            return (_plain(last.upper()), last.upper()) if last.isalpha() else None
        keys = "+".join((*modifiers, key_name(last.lower())))
        return keys, keys if last.isalnum() else "+".join((*modifiers, last))
    last = last.lower()
    if last not in _NAMES and last.replace("_", "") not in _NAMES:
        return None
    keys = "+".join((*modifiers, last))
    words = _SHOWN.get(last, last.upper() if last[0] == "f" and last[1:].isdigit() else last)
    return keys, "+".join((*modifiers, words))


def key_name(character: str) -> str:
    """A character as Textual names its key: as it does for a binding."""
    if character == ",":
        return "comma"  # it parts the keys of a binding
    (binding,) = Binding.make_bindings([(character, "", "")])
    return binding.key


def _plain(character: str) -> str:
    """A capital comes as itself or, from some terminals, as shift and the small letter."""
    if character.isupper():
        return f"{character},shift+{character.lower()}"
    return key_name(character)
