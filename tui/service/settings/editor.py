"""Changes the settings file: what is not changed stays as it was written, comments too."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import tomlkit
from tomlkit.exceptions import TOMLKitError

from tui.core.accounts import Account
from tui.service.files.locations import replace_private
from tui.service.files.regular_file import read_regular
from tui.service.settings.loader import Settings, SettingsError, load_settings, parse_settings
from tui.service.settings.toml_sections import (
    merged,
    text_with_changes,
    text_with_table,
    text_without_table,
)

Tables: TypeAlias = Mapping[str, Mapping[str, object]]
"""Plain tables by name: `desk`, `audit`, `keys`."""


def add_account(path: Path, fields: Mapping[str, object]) -> Account:
    """Writes one more account into the file, creating it if need be; returns what it now means.

    Raises SettingsError, with the file untouched, if the file would not be acceptable afterwards.
    """
    text = _read(path)
    tables = _tables(text)
    now = {"accounts": [*tables, dict(fields)]}
    edited = _edited(path, text, lambda: text_with_table(text, "accounts", fields), now)
    return _change(path, text, edited, len(tables)).accounts[-1]


def remove_account(path: Path, name: str) -> bool:
    """Takes the account out of the file; False if it is not in there.

    Raises SettingsError, with the file untouched, if that would disturb the rest of it.
    """
    names = [account.name for account in load_settings(path).accounts]
    if name not in names:
        return False
    number = names.index(name)
    text = _read(path)
    tables = _tables(text)
    del tables[number]
    now = {"accounts": tables}
    _write(path, _edited(path, text, lambda: text_without_table(text, "accounts", number), now))
    return True


def change_account(path: Path, name: str, fields: Mapping[str, object]) -> Account:
    """Gives keys of an account new values; returns what it now means.

    None takes a key out; a mapping changes the keys of a table, such as `deadman`, likewise. Raises
    SettingsError, with the file untouched, if there is no such account or the file would not be
    acceptable afterwards.
    """
    names = [account.name for account in load_settings(path).accounts]
    if name not in names:
        raise SettingsError(f'{path}: has no account "{name}" any more')
    number = names.index(name)
    text = _read(path)
    tables = _tables(text)
    tables[number] = merged(tables[number], fields)
    edited = _edited(
        path,
        text,
        lambda: text_with_changes(text, "accounts", number, fields),
        {"accounts": tables},
    )
    return _change(path, text, edited, number).accounts[number]


def change_tables(path: Path, changes: Tables) -> Settings:
    """Gives keys of plain tables new values, None takes one out; returns what the file now means.

    Raises SettingsError, with the file untouched, if it would not be acceptable afterwards.
    """

    def edit() -> str:
        edited = text
        for name, fields in changes.items():
            edited = text_with_changes(edited, name, None, fields)
        return edited

    text = _read(path)
    before = tomllib.loads(text)
    now = {name: merged(before.get(name, {}), fields) for name, fields in changes.items()}
    return _change(path, text, _edited(path, text, edit, now))


def account_tables(path: Path) -> list[dict[str, object]]:
    """The accounts as the file has them, checked. Raises SettingsError."""
    return _tables(_read(path))


def plain_tables(path: Path) -> Tables:
    """The tables that are no accounts as the file has them, checked. Raises SettingsError."""
    found = tomllib.loads(_read(path))
    return {name: table for name, table in found.items() if isinstance(table, dict)}


def read_tables(path: Path, tables: Tables, changes: Tables) -> Settings:
    """What the plain tables would mean with `changes`; without accounts. Raises SettingsError."""
    return parse_settings(tomlkit.dumps(merged(tables, changes)).encode(), path)


def _edited(path: Path, before: str, edit: Callable[[], str], now: Mapping[str, object]) -> str:
    """What `edit` makes of the text `before`. Raises SettingsError unless it says what `before`
    said, but for what is `now` said."""
    expected = {"accounts": [], **tomllib.loads(before), **now}
    try:
        after = edit()
        found = {"accounts": []} | tomllib.loads(after)
    except (TOMLKitError, tomllib.TOMLDecodeError):
        after, found = before, {}
    if _without_empty(found) != _without_empty(expected):
        raise SettingsError(
            f"{path}: cannot be changed without disturbing the rest of it; change it by hand"
        )
    return after


def _change(path: Path, before: str, after: str, required: int | None = None) -> Settings:
    """Writes `after` if it can be used, and no account has a problem that it did not have."""
    settings = parse_settings(after.encode(), path, required)
    accounts = parse_settings(before.encode(), path).accounts
    for was, will in zip(accounts, settings.accounts, strict=False):
        if will.problem and not was.problem:
            raise SettingsError(f"{path}: {will.problem}", expected=will.problem)
    if after != before:
        _write(path, after)
    return settings


def _read(path: Path) -> str:
    load_settings(path)  # what cannot be understood is not edited
    try:
        return read_regular(path).decode("utf-8-sig")
    except FileNotFoundError:
        return ""


def _tables(text: str) -> list[dict[str, object]]:
    return list(tomllib.loads(text).get("accounts", []))


def _without_empty(value: object) -> object:
    """Without tables that say nothing: with its last dotted key such a table is gone."""
    if isinstance(value, list):
        return [_without_empty(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    inner = {key: _without_empty(one) for key, one in value.items()}
    return {key: one for key, one in inner.items() if one != {}}


def _write(path: Path, text: str) -> None:
    try:
        replace_private(path, text, through_link=True)  # settings may be kept elsewhere
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None
