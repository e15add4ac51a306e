"""The settings: those of the desk and its record, and the way to the keys and to each account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import on
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.service.settings.editor import Tables
from tui.service.settings.field_types import Field, from_text, to_text
from tui.service.settings.fields import PLAIN_FIELDS
from tui.service.settings.store import SettingsStore
from tui.ui.settings.account_form import open_form
from tui.ui.settings.form_fields import Label
from tui.ui.settings.keys_screen import KeysScreen
from tui.ui.settings.table_form import TableForm
from tui.ui.widgets.value_widget import row, styled
from tui.venues import title_of

_QUIET = "$killdesk-quiet"


class SettingsScreen(TableForm):
    """The plain tables in fields; an account opens in a form of its own, and so do the keys."""

    NAME = "settings"

    def __init__(self, store: SettingsStore | None, taken: Callable[[str], None]) -> None:
        super().__init__(store, taken)
        self._list = OptionList(id="list", markup=False)

    def fields(self, tables: Tables) -> Sequence[tuple[Field, str]]:
        return [(one, to_text(one, tables.get(one.table, {}))) for one in PLAIN_FIELDS]

    def changes(self, tables: Tables, typed: Mapping[Field, str]) -> Tables:
        changes: dict[str, dict[str, object]] = {}
        for field, text in typed.items():
            changes.setdefault(field.table, {})[field.key] = from_text(field, text)
        return changes

    def below(self) -> Sequence[Widget]:
        self._fill_list()
        return Label("accounts and keys: enter opens one", classes="heading"), self._list

    def _fill_list(self) -> None:
        if self._store is None:
            return
        settings = self._store.settings
        own = f"{len(settings.keys)} of your own" if settings.keys else "as they come"
        self._list.set_options(
            Option(
                row(styled(f"{name:24}", "bold"), styled(f"{what:7}", _QUIET), styled(more, _QUIET))
            )
            for name, what, more in (
                *((one.name, title_of(one), one.rest_url)
                  for one in settings.accounts),
                ("keys", own, ""),
            )
        )  # fmt: skip

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        store = self._store
        if store is None:
            return
        accounts = store.settings.accounts
        if event.option_index < len(accounts):
            open_form(self.app, store, accounts[event.option_index].name, self._stored)
        else:
            self.app.push_screen(KeysScreen(store, self._stored))

    def _stored(self, name: str | None) -> None:
        if name is not None:
            self._fill_list()
            self.say(f"{name or 'keys'}: stored.", "$killdesk-good")
            self._taken(name)
