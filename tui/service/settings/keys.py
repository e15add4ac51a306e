"""The `[keys]` table: which key has which id. What ids there are is the screen's to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui.service.settings.validation import SettingsTable


def read_keys(table: SettingsTable) -> tuple[tuple[str, str], ...]:
    """Id and key of each line; an id without quotes comes as tables in a table.

    Raises SettingsError.
    """
    return tuple(_lines(table, ""))


def _lines(table: SettingsTable, before: str) -> Iterator[tuple[str, str]]:
    for name, value in table.values.items():
        if isinstance(value, dict):
            inner = replace(table, path=f"{table.path}.{name}", values=value)
            yield from _lines(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}", table.text(name)
