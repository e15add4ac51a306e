"""Changes the settings file: what is not changed stays as it was written, comments too."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import tomlkit
from tomlkit.items import Array, InlineTable

from tui.core.accounts import Account
from tui.service.files.locations import replace_private
from tui.service.files.regular_file import read_regular
from tui.service.settings.loader import Settings, SettingsError, load_settings, parse_settings
from tui.service.settings.toml_sections import text_with_changes
from tui.service.settings.validation import merged

_ACCOUNTS = r"(?:accounts|\"accounts\"|'accounts')"
_ACCOUNT_HEADER = re.compile(rf"\s*\[\[\s*{_ACCOUNTS}\s*\]\]")
_INNER_HEADER = re.compile(rf"\s*\[\s*{_ACCOUNTS}\s*\.")
_HEADER = re.compile(r"\s*\[")

Tables: TypeAlias = Mapping[str, Mapping[str, object]]
"""Plain tables by name: `desk`, `audit`, `keys`."""


def add_account(path: Path, fields: Mapping[str, object]) -> Account:
    """Writes one more account into the file, creating it if need be; returns what it now means.

    Raises SettingsError, with the file untouched, if the file would not be acceptable afterwards.
    """
    text = _read(path)
    edited = text_with_account(text, fields)
    settings = parse_settings(edited.encode(), path, required=len(_tables(text)))
    _check_unchanged(path, {"accounts": [*_tables(text), dict(fields)]}, text, edited)
    _write(path, edited)
    return settings.accounts[-1]


def remove_account(path: Path, name: str) -> bool:
    """Takes the account out of the file; False if it is not in there.

    Raises SettingsError, with the file untouched, if that would disturb the rest of it.
    """
    names = [account.name for account in load_settings(path).accounts]
    if name not in names:
        return False
    number = names.index(name)
    text = _read(path)
    edited = text_without_account(text, number)
    rest = [table for at, table in enumerate(_tables(text)) if at != number]
    _check_unchanged(path, {"accounts": rest}, text, edited)
    _write(path, edited)
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
    edited = text_with_changes(text, "accounts", number, fields)
    tables = _tables(text)
    tables[number] = merged(tables[number], fields)
    return _change(path, text, edited, {"accounts": tables}, number).accounts[number]


def change_tables(path: Path, changes: Tables) -> Settings:
    """Gives keys of plain tables new values, None takes one out; returns what the file now means.

    Raises SettingsError, with the file untouched, if it would not be acceptable afterwards.
    """
    text = edited = _read(path)
    before = tomllib.loads(text)
    now = {}
    for name, fields in changes.items():
        edited = text_with_changes(edited, name, None, fields)
        table = merged(before.get(name, {}), fields)
        if table or name in before:
            now[name] = table
    return _change(path, text, edited, now)


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


def _change(
    path: Path,
    before: str,
    after: str,
    now: Mapping[str, object],
    required: int | None = None,
) -> Settings:
    _check_unchanged(path, now, before, after)
    settings = parse_settings(after.encode(), path, required)
    accounts = parse_settings(before.encode(), path).accounts
    for was, will in zip(accounts, settings.accounts, strict=False):
        if will.problem and not was.problem:
            raise SettingsError(f"{path}: {will.problem}", expected=will.problem)
    if after != before:
        _write(path, after)
    return settings


def text_with_account(text: str, fields: Mapping[str, object]) -> str:
    """The settings `text` with one more account at its end."""
    document = tomlkit.parse(text)
    accounts = document.get("accounts")
    if isinstance(accounts, Array):
        accounts.append(_inline(fields))
        return document.as_string()
    # Appended as text: tomlkit would move tables that stand between the accounts.
    table = tomlkit.table()
    table.update(fields)
    added = tomlkit.document()
    added["accounts"] = tomlkit.aot()
    added["accounts"].append(table)
    newline = _newline(text)
    before = text.rstrip()
    gap = newline * 2 if before else ""
    return before + gap + added.as_string().replace("\n", newline)


def text_without_account(text: str, number: int) -> str:
    """The settings `text` without its account of that number, counted from 0.

    Comments above the account and below its last key stay.
    """
    document = tomlkit.parse(text)
    accounts = document.get("accounts")
    if isinstance(accounts, Array):
        del accounts[number]
        return document.as_string()
    lines = text.splitlines(keepends=True)
    headers = [at for at, line in enumerate(lines) if _ACCOUNT_HEADER.match(line)]
    if number >= len(headers):
        return text
    start = headers[number]
    end = start + 1
    while end < len(lines) and not _ends_account(lines[end]):
        end += 1
    while end > start + 1 and _is_trivia(lines[end - 1]):
        end -= 1
    above, below = lines[:start], lines[end:]
    while below and not below[0].strip() and (not above or not above[-1].strip()):
        below = below[1:]
    while above and not below and not above[-1].strip():
        above.pop()
    return "".join((*above, *below))


def _inline(fields: Mapping[str, object]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in fields.items():
        table[key] = _inline(value) if isinstance(value, Mapping) else value
    return table


def _ends_account(line: str) -> bool:
    return bool(_HEADER.match(line)) and not _INNER_HEADER.match(line)


def _is_trivia(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _read(path: Path) -> str:
    load_settings(path)  # what cannot be understood is not edited
    try:
        return read_regular(path).decode("utf-8-sig")
    except FileNotFoundError:
        return ""


def _tables(text: str) -> list[dict[str, object]]:
    return list(tomllib.loads(text).get("accounts", []))


def _check_unchanged(path: Path, now: Mapping[str, object], before: str, after: str) -> None:
    """Raises SettingsError unless `after` says what `before` said, but for what is `now` said."""
    expected = {"accounts": [], **tomllib.loads(before), **now}
    try:
        found = {"accounts": []} | tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        found = {}
    if _without_empty(found) != _without_empty(expected):
        raise SettingsError(
            f"{path}: cannot be changed without disturbing the rest of it; change it by hand"
        )


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
