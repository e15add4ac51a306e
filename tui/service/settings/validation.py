"""Reads typed values out of a TOML table; what does not fit becomes one line for the trader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tui.core.sanitize import sanitize
from tui.service.settings.field_types import Field, FieldType
from tui.service.settings.text_checks import SHOWN_CHARS, ValueRefused, quoted

_SECRET_KEYS = frozenset({"api_key", "secret_key", "secret", "passphrase", "password"})
_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (str, "a text"),
    (int, "a whole number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a table"),
)


class SettingsError(Exception):
    """Settings that cannot be used: one line that names file, key and what was expected."""

    def __init__(self, line: str, key: str = "", expected: str = "") -> None:
        super().__init__(line)
        self.key = key
        """The key within its account or table, `deadman.beat_s`; empty where it is none's."""
        self.expected = expected
        """What was expected of that key, without file and key."""


@dataclass(frozen=True, slots=True)
class SettingsTable:
    """One table of a settings file, and how errors name it."""

    file: Path
    path: str
    """`desk`, `accounts[2].deadman`: the second account's; empty for the whole file."""
    values: dict[str, object]
    owner: str = ""
    """The account that it belongs to, once known."""

    def named(self, owner: str) -> SettingsTable:
        """The same table, with the account's name in its errors."""
        return replace(self, owner=owner)

    def error(self, key: str, expected: str, got: str = "") -> SettingsError:
        """What is wrong with `key`, to be raised."""
        where = ".".join(part for part in (self.path, key) if part)
        whose = f' (account "{self.owner}")' if self.owner else ""
        what = f"{expected}, got {got}" if got else expected
        prefix = f"{self.file}: {where}" if where else str(self.file)
        inside = where.partition(".")[2] if self.path else where
        return SettingsError(f"{sanitize(prefix)}{whose}: {what}", inside, what)

    def reject_unknown(self, known: Iterable[str]) -> None:
        """Raises SettingsError for the first key that is not known."""
        known = tuple(known)
        for key in self.values:
            if key in known:
                continue
            shown = sanitize(key, SHOWN_CHARS)
            if key.lower() in _SECRET_KEYS:
                raise self.error(
                    shown,
                    "secrets do not belong in this file; take it out and "
                    "run `killdesk accounts add NAME` to put it into the keyring",
                )
            raise self.error(shown, f"unknown key; expected one of {', '.join(known)}")

    def read_all(self, fields: Iterable[Field]) -> dict[str, Any]:
        """The values of these fields, by the attributes that take them. Raises SettingsError."""
        return {field.target: self.read(field) for field in fields}

    def read(self, field: Field) -> Any:
        """The value of this field, of the Python type that its own type stands for.

        Raises SettingsError.
        """
        name = field.name
        if name in self.values and field.refusal:
            raise self.error(name, field.refusal)
        if name not in self.values and not field.required:
            return field.default
        match field.type:
            case FieldType.FLAG:
                return self._flag(name)
            case FieldType.NUMBER | FieldType.WHOLE:
                return self._number(field)
            case FieldType.ONE:
                return self._choice(name, field.choices)
            case FieldType.TEXT:
                return self._checked(field, self.text(name))
            case FieldType.TEXTS | FieldType.SOME:
                return tuple(dict.fromkeys(self._checked(field, one) for one in self.texts(name)))

    def text(self, key: str) -> str:
        """A text, which must be there. Raises SettingsError."""
        value = self.values.get(key)
        if value is None:
            raise self.error(key, "is missing; expected a text")
        if not isinstance(value, str):
            raise self._wrong_type(key, "a text", value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty if absent. Raises SettingsError."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self._wrong_type(key, "a list of texts", value)
        for item in value:
            if not isinstance(item, str):
                raise self._wrong_type(key, "a list of texts", item)
        return tuple(value)

    def table(self, key: str) -> SettingsTable:
        """The table under `key`, empty if absent. Raises SettingsError."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self._wrong_type(key, f"a table [{key}]", value)
        path = f"{self.path}.{key}" if self.path else key
        return replace(self, path=path, values=value)

    def tables(self, key: str) -> tuple[SettingsTable, ...]:
        """The tables under `[[key]]`, counted from 1. Raises SettingsError."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self._wrong_type(key, f"tables that each begin with [[{key}]]", value)
        for item in value:
            if not isinstance(item, dict):
                raise self._wrong_type(key, f"tables that each begin with [[{key}]]", item)
        return tuple(
            replace(self, path=f"{key}[{number}]", values=item)
            for number, item in enumerate(value, start=1)
        )

    def _flag(self, key: str) -> bool:
        value = self.values[key]
        if not isinstance(value, bool):
            raise self._wrong_type(key, "true or false", value)
        return value

    def _number(self, field: Field) -> float:
        whole = field.type is FieldType.WHOLE
        kind, types = ("a whole number", (int,)) if whole else ("a number", (int, float))
        expected = f"{kind} from {_shown(field.least)} to {_shown(field.most)}"
        value = self.values[field.name]
        if isinstance(value, bool) or not isinstance(value, types):
            raise self._wrong_type(field.name, expected, value)
        if not field.least <= value <= field.most:
            raise self.error(field.name, f"expected {expected}", _shown(value))
        return value if whole else float(value)

    def _choice(self, key: str, choices: Sequence[str]) -> str:
        expected = " or ".join(f'"{choice}"' for choice in choices)
        value = self.values.get(key)
        if value is None:
            raise self.error(key, f"is missing; expected {expected}")
        if not isinstance(value, str):
            raise self._wrong_type(key, expected, value)
        if value not in choices:
            raise self.error(key, f"expected {expected}", quoted(value))
        return value

    def _checked(self, field: Field, text: str) -> str:
        if field.type is FieldType.SOME and text not in field.choices:
            choices = ", ".join(map(quoted, field.choices)) or "none"
            raise self.error(field.name, f"{field.offered_by} {choices}", quoted(text))
        try:
            return field.check(text) if field.check is not None else text
        except ValueRefused as refused:
            raise self.error(field.name, str(refused), refused.got) from None

    def _wrong_type(self, key: str, expected: str, value: object) -> SettingsError:
        kind = next((name for type_, name in _TYPE_NAMES if isinstance(value, type_)), "a date")
        return self.error(key, f"expected {expected}", kind)


def _shown(value: float) -> str:
    """A number as it is shown; of one that no float can hold, that it is long."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "a number of more than 30 digits"
    return f"{value:g}"
