"""Changes single keys in the text of a settings file, section by section, and nothing around them.

A section is what stands under one header. Each is edited by itself, because a library that edits
the whole document moves tables that stand between the accounts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass

import tomlkit

from tui.service.settings.validation import merged

Path = tuple[str, ...]
"""The names in a header: `[accounts.deadman]` is `("accounts", "deadman")`."""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines from a header to the last key below it; comments and blank lines after that are not
    part of it."""

    path: Path
    again: bool
    """`[[...]]`: one more of its kind."""
    start: int
    end: int


def text_with_changes(
    text: str, table: str, number: int | None, fields: Mapping[str, object]
) -> str:
    """`text` with the new `fields` in the table of that name, or in the `number`th of several."""
    lines = text.splitlines(keepends=True)
    root, *headed = _sections(lines)
    own = list(_own(headed, table, number))
    if own:
        return "".join(_Edit(lines, own).changed((table,), fields))
    document = tomlkit.parse("".join(lines[: root.end]))
    held = document.get(table)
    if held is None:
        return "".join(_Edit(lines, []).changed((table,), fields))
    _set(held if number is None else held[number], fields)
    return document.as_string() + "".join(lines[root.end :])


class _Edit:
    """Changes in the sections of one table, made from the last to the first: numbers of lines
    above a change stay true."""

    def __init__(self, lines: list[str], own: list[Section]) -> None:
        self._lines = lines
        self._own = own
        self._newline = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
        self._replaced: dict[Section, list[str]] = {}
        self._added: list[str] = []

    def changed(self, path: Path, fields: Mapping[str, object]) -> list[str]:
        """All lines, with the new values."""
        self._plan(path, fields)
        lines = list(self._lines)
        end = max((section.end for section in self._own), default=len(lines))
        if self._added:
            if end and not lines[end - 1].endswith("\n"):
                lines[end - 1] += self._newline
            lines[end:end] = self._added if end else self._added[1:]
        for section in sorted(self._replaced, key=lambda one: -one.start):
            lines[section.start : section.end] = self._replaced[section]
        return lines

    def _plan(self, path: Path, fields: Mapping[str, object]) -> None:
        flat: dict[str, object] = {}
        for key, value in fields.items():
            inner = (*path, key)
            below = [one for one in self._own if one.path[: len(inner)] == inner]
            if not below:
                flat[key] = value
            elif isinstance(value, Mapping):
                self._plan(inner, value)
            elif value is None:
                self._replaced.update({one: [] for one in below})
        section = next((one for one in self._own if one.path == path), None)
        if section is None:
            self._add(path, flat)
        else:
            self._change(section, flat)

    def _change(self, section: Section, fields: Mapping[str, object]) -> None:
        header, *body = self._lines[section.start : section.end]
        document = tomlkit.parse("".join(body))
        tables = {
            key: value
            for key, value in fields.items()
            if isinstance(value, Mapping) and key not in document
        }
        _set(document, {key: value for key, value in fields.items() if key not in tables})
        if not header.endswith("\n"):
            header += self._newline
        text = document.as_string().replace("\r\n", "\n").replace("\n", self._newline)
        self._replaced[section] = [header, text]
        for key, value in tables.items():
            self._add((*section.path, key), value)

    def _add(self, path: Path, fields: Mapping[str, object]) -> None:
        """A section of its own, below the others."""
        kept = merged({}, fields)
        plain = {key: value for key, value in kept.items() if not isinstance(value, Mapping)}
        if plain:
            body = tomlkit.dumps(plain).replace("\n", self._newline)
            self._added += [self._newline, f"[{'.'.join(path)}]{self._newline}", body]
        for key, value in kept.items():
            if isinstance(value, Mapping):
                self._add((*path, key), value)


def _sections(lines: list[str]) -> list[Section]:
    """Every section, the one above the first header first."""
    heads: list[tuple[int, Path, bool]] = [(0, (), False)]
    for at, line in enumerate(lines):
        head = _header(line)
        if head is not None:
            heads.append((at, *head))
    found = []
    for (start, path, again), (stop, _, _) in zip(
        heads, [*heads[1:], (len(lines), (), False)], strict=True
    ):
        end, least = stop, start + bool(path)
        while end > least and _is_trivia(lines[end - 1]):
            end -= 1
        found.append(Section(path, again, start, end))
    return found


def _own(sections: list[Section], table: str, number: int | None) -> Iterator[Section]:
    """The sections of that table, those inside it too; of the `number`th, if there are several."""
    at = -1
    for section in sections:
        if section.path[0] != table:
            continue
        at += section.again
        if number is None or at == number:
            yield section


def _header(line: str) -> tuple[Path, bool] | None:
    """The names in a header and whether it is one of several; None for any other line."""
    if not line.lstrip().startswith("["):
        return None
    try:
        found: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    path: list[str] = []
    while isinstance(found, dict) and found:
        ((name, found),) = found.items()
        path.append(name)
    return tuple(path), isinstance(found, list)


def _is_trivia(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


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
            inline = tomlkit.inline_table()
            _set(inline, changed)
            table[key] = inline
