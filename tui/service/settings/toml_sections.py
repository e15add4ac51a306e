"""Changes tables in a TOML text; what is around them stays as it was written.

A section is what stands under one header. tomlkit edits each by itself: of a whole document it
moves tables that stand between two `[[accounts]]`, and puts a new key below the comment on the next
table. Headers are looked for at the start of lines, which a text in several lines can deceive: the
caller compares what the result means with what it should mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import tomlkit
from tomlkit.items import Array, InlineTable

Names: TypeAlias = tuple[str, ...]
"""The names in a header: `[accounts.deadman]` is `("accounts", "deadman")`."""


@dataclass(slots=True, eq=False)
class _Section:
    names: Names
    """Empty for what stands above the first header."""
    starts_item: bool
    """`[[...]]`: begins one more item of a list of tables."""
    header: str = ""
    body: str = ""
    """Down to the last key."""
    added: str = ""
    """New tables inside it, below the last key."""
    below: str = ""
    """Comments and blank lines between the last key and the next header."""

    def __str__(self) -> str:
        return self.header + self.body + self.added + self.below


def text_with_table(text: str, table: str, fields: Mapping[str, object]) -> str:
    """`text` with one more table in the list of that name, at its end."""
    root = _split(text)[0]
    document = tomlkit.parse(root.body)
    held = document.get(table)
    if isinstance(held, Array):
        held.append(_inline(fields))
        return document.as_string() + text[len(root.body) :]
    return _appended(text, _new_table((table,), fields, starts_item=True))


def text_with_changes(
    text: str, table: str, number: int | None, fields: Mapping[str, object]
) -> str:
    """`text` with new values in the table of that name, or in the `number`th of a list, from 0.

    None takes a key out; a mapping changes the keys of a table within.
    """
    root, *others = sections = _split(text)
    document = tomlkit.parse(root.body)
    changed = _own(others, table, number)
    if changed:
        _change(changed, (table,), fields)
    elif table in document:
        held = document[table]
        _set(held if number is None else held[number], fields)
        root.body = document.as_string()
        changed = [root]
    else:
        return _appended(text, _new_table((table,), fields))
    for one in changed:
        one.body, one.added = _with_line_ends(one.body, text), _with_line_ends(one.added, text)
    return "".join(map(str, sections))


def text_without_table(text: str, table: str, number: int) -> str:
    """`text` without the `number`th table of a list, counted from 0.

    Comments above it and below its last key stay.
    """
    root, *others = sections = _split(text)
    document = tomlkit.parse(root.body)
    held = document.get(table)
    if isinstance(held, Array):
        del held[number]
        return document.as_string() + text[len(root.body) :]
    own = _own(others, table, number)
    if not own:
        return text
    start = sections.index(own[0])
    above = _lines("".join(map(str, sections[:start])))
    below = _lines("".join((own[-1].below, *map(str, sections[start + len(own) :]))))
    while below and not below[0].strip() and (not above or not above[-1].strip()):
        del below[0]
    while above and not below and not above[-1].strip():
        del above[-1]
    return "".join((*above, *below))


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


def _split(text: str) -> list[_Section]:
    """The sections of `text`, the one above the first header first."""
    found = [_Section((), starts_item=False)]
    for line in _lines(text):
        section = found[-1]
        if header := _header(line):
            found.append(_Section(*header, header=line))
        elif not line.strip() or line.lstrip().startswith("#"):
            section.below += line
        else:
            section.body += section.below + line
            section.below = ""
    return found


def _header(line: str) -> tuple[Names, bool] | None:
    """The names in a header and whether it begins an item; None for any other line."""
    if not line.lstrip().startswith("["):
        return None
    try:
        found: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    names: list[str] = []
    while isinstance(found, dict) and found:
        ((name, found),) = found.items()
        names.append(name)
    return tuple(names), isinstance(found, list)


def _own(sections: Sequence[_Section], table: str, number: int | None) -> list[_Section]:
    """The sections of that table and those inside it; of the `number`th if it is a list."""
    at, found = -1, []
    for section in sections:
        if section.names[0] == table:
            at += section.starts_item
            if number is None or at == number:
                found.append(section)
    return found


def _change(own: Sequence[_Section], names: Names, fields: Mapping[str, object]) -> None:
    """New values in the table of those names, and in the tables inside it, which are `own` too."""
    section = next((one for one in own if one.names == names), None)
    document = tomlkit.parse(section.body if section else "")
    new: dict[str, object] = {}
    for key, value in fields.items():
        inside = [one for one in own if one.names[: len(names) + 1] == (*names, key)]
        if inside and isinstance(value, Mapping):
            _change(own, (*names, key), value)
        elif inside and value is None:
            for one in inside:
                one.header = one.body = ""
        elif section is None or (isinstance(value, Mapping) and key not in document):
            new[key] = value
        else:
            _set(document, {key: value})
    if section is not None:
        section.body = document.as_string()
        section.header = _ended(section.header)
    if added := _new_table(names, new):
        own[-1].added += f"\n{added}"
        own[-1].header, own[-1].body = _ended(own[-1].header), _ended(own[-1].body)


def _new_table(names: Names, fields: Mapping[str, object], *, starts_item: bool = False) -> str:
    """A table and those inside it, each under a header of its own; empty if there is no value."""
    kept = merged({}, fields)
    plain = {key: value for key, value in kept.items() if not isinstance(value, Mapping)}
    header = f"[[{'.'.join(names)}]]" if starts_item else f"[{'.'.join(names)}]"
    own = f"{header}\n{tomlkit.dumps(plain)}" if plain or starts_item else ""
    inside = (
        _new_table((*names, key), value)
        for key, value in kept.items()
        if isinstance(value, Mapping)
    )
    return "\n".join(filter(None, (own, *inside)))


def _appended(text: str, added: str) -> str:
    if not added:
        return text
    above = text.rstrip()
    return above + _with_line_ends("\n\n" * bool(above) + added, text)


def _ended(line: str) -> str:
    return line if not line or line.endswith("\n") else f"{line}\n"


def _set(table: MutableMapping[str, object], fields: Mapping[str, object]) -> None:
    """The new values in a table as it is written; what is equal is not touched."""
    for key, value in fields.items():
        held = table.get(key)
        if value is None:
            table.pop(key, None)
        elif not isinstance(value, Mapping):
            if held != value or type(held) is bool or isinstance(value, bool):
                table[key] = value
        elif isinstance(held, MutableMapping):
            _set(held, value)
        elif changed := merged({}, value):
            table[key] = _inline(changed)


def _inline(fields: Mapping[str, object]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in fields.items():
        table[key] = _inline(value) if isinstance(value, Mapping) else value
    return table


def _lines(text: str) -> list[str]:
    """The lines of a TOML text with their ends; other separators that Unicode has are none here."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _with_line_ends(new: str, text: str) -> str:
    """`new` with the line ends that `text` has."""
    return new.replace("\r\n", "\n").replace("\n", "\r\n" if "\r\n" in text else "\n")
