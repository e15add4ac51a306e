"""Keys of the trader's own, in fields: `[keys]` of the settings file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual.widget import Widget

from tui.service.settings.editor import Tables
from tui.service.settings.field_types import Field, nested
from tui.service.settings.loader import Settings, read_keys
from tui.service.settings.validation import SettingsTable
from tui.ui.keys.bindings import ALL_KEYS, Key
from tui.ui.keys.keymap import read_keymap
from tui.ui.settings.form_fields import Label
from tui.ui.settings.table_form import TableForm

_TABLE = "keys"
NONE = "none"
"""Typed for no key at all."""
_SAID = f"A key such as F5, ctrl+k or x. Empty: as it comes; {NONE}: no key."


class KeysScreen(TableForm):
    """A field for each key by its id; what it comes with stands there while nothing is typed."""

    NAME = "keys"

    def fields(self, tables: Tables) -> Sequence[tuple[Field, str]]:
        held = _held(tables)
        return [(_field(key), held.get(key.id, "") or NONE * (key.id in held)) for key in ALL_KEYS]

    def above(self) -> Sequence[Widget]:
        return (Label(_SAID, classes="said"),)

    def changes(self, tables: Tables, typed: Mapping[Field, str]) -> Tables:
        table, held = tables.get(_TABLE, {}), _held(tables)
        values = {field.key: _value(text) for field, text in typed.items()}
        # An id that the file has without quotes is a table in a table there.
        inner = {id_: value for id_, value in values.items() if id_ in held and id_ not in table}
        quoted = {id_: value for id_, value in values.items() if id_ not in inner}
        return {_TABLE: {**quoted, **nested(inner)}} if values else {}

    def check(self, settings: Settings) -> None:
        read_keymap(settings.keys, settings.path)


def _held(tables: Tables) -> dict[str, str]:
    """Id and key of each line of the file."""
    return dict(read_keys(SettingsTable(Path(), _TABLE, dict(tables.get(_TABLE, {})))))


def _field(key: Key) -> Field:
    comes = {"⏎": "enter", "esc": "escape"}.get(key.shown, key.single)
    return Field(key.id, key.id, key.help, default=comes, table=_TABLE)


def _value(typed: str) -> str | None:
    text = typed.strip()
    return None if not text else "" if text == NONE else text
