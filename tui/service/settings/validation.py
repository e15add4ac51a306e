"""Reads typed values out of a TOML table; what does not fit becomes one line for the trader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui.core.sanitize import safe_text

_SHOWN_CHARS = 60
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
    """One table of a settings file, and the name under which it is complained about."""

    file: Path
    path: str
    """`desk`, `accounts[2].deadman`: the second account's; empty for the whole file."""
    values: dict[str, object]
    owner: str = ""
    """The account that it belongs to, once known."""

    def of(self, owner: str) -> SettingsTable:
        """The same table, with the account's name in its complaints."""
        return replace(self, owner=owner)

    def wrong(self, key: str, expected: str, got: str = "") -> SettingsError:
        """The complaint about `key`, to be raised."""
        where = ".".join(part for part in (self.path, key) if part)
        whose = f' (account "{self.owner}")' if self.owner else ""
        what = f"{expected}, got {got}" if got else expected
        prefix = f"{self.file}: {where}" if where else str(self.file)
        inside = where.partition(".")[2] if self.path else where
        return SettingsError(f"{safe_text(prefix)}{whose}: {what}", inside, what)

    def allow_only(self, known: Iterable[str]) -> None:
        """Raises SettingsError for the first key that is not known."""
        known = tuple(known)
        for key in self.values:
            if key in known:
                continue
            shown = safe_text(key, _SHOWN_CHARS)
            if key.lower() in _SECRET_KEYS:
                raise self.wrong(
                    shown,
                    "secrets do not belong in this file; take it out and "
                    "run `killdesk accounts add NAME` to put it into the keyring",
                )
            raise self.wrong(shown, f"unknown key; expected one of {', '.join(known)}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text. Without a default it must be there. Raises SettingsError."""
        value = self.values.get(key, default)
        if value is None:
            raise self.wrong(key, "is missing; expected a text")
        if not isinstance(value, str):
            raise self._wrong_type(key, "a text", value)
        return value

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of the allowed texts. Raises SettingsError."""
        expected = " or ".join(f'"{choice}"' for choice in allowed)
        value = self.values.get(key, default)
        if value is None:
            raise self.wrong(key, f"is missing; expected {expected}")
        if not isinstance(value, str):
            raise self._wrong_type(key, expected, value)
        if value not in allowed:
            raise self.wrong(key, f"expected {expected}", quoted(value))
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false. Raises SettingsError."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong_type(key, "true or false", value)
        return value

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number in a range. Raises SettingsError."""
        expected = f"expected a whole number from {least} to {most}"
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong_type(key, expected.removeprefix("expected "), value)
        if not least <= value <= most:
            raise self.wrong(key, expected, _figure(value))
        return value

    def number(self, key: str, default: float, least: float, most: float, why: str = "") -> float:
        """A number in a range; `why` explains the range. Raises SettingsError."""
        expected = f"expected a number from {least:g} to {most:g}{why}"
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong_type(key, expected.removeprefix("expected "), value)
        if not least <= value <= most:
            raise self.wrong(key, expected, _figure(value))
        return float(value)

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

    def _wrong_type(self, key: str, expected: str, value: object) -> SettingsError:
        kind = next((name for type_, name in _TYPE_NAMES if isinstance(value, type_)), "a date")
        return self.wrong(key, f"expected {expected}", kind)


def quoted(value: str) -> str:
    """A text from a file as a complaint may show it."""
    return f'"{safe_text(value, _SHOWN_CHARS)}"'


def merged(table: Mapping[str, object], fields: Mapping[str, object]) -> dict[str, object]:
    """`table` with the new values; None takes a key out, a mapping goes into a table."""
    result = dict(table)
    for key, value in fields.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            inner = result.get(key, {})
            changed = merged(inner if isinstance(inner, Mapping) else {}, value)
            if changed or key in result:
                result[key] = changed
        else:
            result[key] = value
    return result


def _figure(value: float) -> str:
    """A number as it is shown; of one without end, and a float cannot hold it, that it is long."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "a number of more than 30 digits"
    return f"{value:g}"
