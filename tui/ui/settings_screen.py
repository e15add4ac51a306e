"""The settings: those of the desk and its record, and the way to those of each account."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.types import CSSPathType
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from tui.service.configuration import Configuration
from tui.service.settings import SettingsError
from tui.service.settings_edit import Tables, plain_tables, read_tables
from tui.service.settings_fields import PLAIN_FIELDS, typed_of, value_of
from tui.ui.account_form import open_form
from tui.ui.beside import beside, sentence
from tui.ui.fields import SHORT_BELOW, FieldList, FieldRow, Label, heading
from tui.ui.painted import ink, row
from tui.venues import VENUES

_DEMO = (
    "The demo desk has no settings file: it runs on the usual settings, and there is nothing to "
    "change here. For a desk of yours quit and start killdesk without --demo."
)


class SettingsScreen(ModalScreen[None]):
    """The plain tables in fields; an account at the cursor opens in its form."""

    CSS_PATH: ClassVar[CSSPathType | None] = "forms.tcss"
    VERTICAL_BREAKPOINTS = SHORT_BELOW

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "save", id="settings.save", priority=True),
        Binding("escape", "dismiss(None)", "close", id="settings.close"),
    ]

    def __init__(self, configuration: Configuration | None, taken: Callable[[str], None]) -> None:
        super().__init__()
        self._configuration = configuration
        self._taken = taken
        self._fields = FieldList(id="fields")
        self._accounts = OptionList(id="list", markup=False)
        self._tables: Tables = {}

    def compose(self) -> ComposeResult:
        configuration = self._configuration
        file = str(configuration.path) if configuration is not None else "demo"
        with Vertical(id="dialog"):
            yield Static(heading("settings", file), id="title", markup=False)
            with self._fields:
                if configuration is None:
                    yield Label(_DEMO, classes="said")
            yield Static("", id="state", markup=False)
            with Horizontal(id="acts"):
                if configuration is not None:
                    yield Button("Save  ctrl+s", id="save", variant="primary", compact=True)
                yield Button("Close  esc", id="close", compact=True)

    def on_mount(self) -> None:
        configuration = self._configuration
        if configuration is not None:
            beside(self.app, lambda: plain_tables(configuration.path), self._read)

    async def _read(self, tables: Tables | Exception) -> None:
        if not self.is_attached:
            return
        if isinstance(tables, Exception):
            self._say(f"✕ {sentence(tables)}")
            return
        self._tables = tables
        await self._fields.mount(
            *(
                FieldRow(field, typed_of(field, tables.get(field.table, {})))
                for field in PLAIN_FIELDS
            ),
            Label("keys: [keys] in the file; killdesk keys lists the ids", classes="heading"),
            Label("accounts: enter opens one", classes="heading"),
            self._accounts,
        )
        self._list_accounts()
        self._fields.go(PLAIN_FIELDS[0].key)

    def _list_accounts(self) -> None:
        if self._configuration is None:
            return
        self._accounts.set_options(
            Option(
                row(
                    ink(f"{account.name:24}", "bold"),
                    ink(f"{VENUES[account.venue].spec.title:7}", "$killdesk-quiet"),
                    ink(account.rest_url, "$killdesk-quiet"),
                ),
                id=None,
            )
            for account in self._configuration.settings.accounts
        )

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._configuration is not None:
            account = self._configuration.settings.accounts[event.option_index]
            open_form(self.app, self._configuration, account.name, self._stored)

    def _stored(self, name: str | None) -> None:
        if name is not None:
            self._list_accounts()
            self._say(f"{name} is stored.", "$killdesk-good")
            self._taken(name)

    def _changes(self) -> Tables:
        changes: dict[str, dict[str, object]] = {}
        for one in self._fields.rows:
            if one.changed:
                table = changes.setdefault(one.field.table, {})
                table[one.field.key] = value_of(one.field, one.typed)
        return changes

    def _wrong(self) -> SettingsError | None:
        """What the reader of the file would say to the fields as they are."""
        assert self._configuration is not None
        try:
            read_tables(self._configuration.path, self._tables, self._changes())
        except SettingsError as error:
            return error
        return None

    @on(FieldRow.Changed)
    def _changed(self, event: FieldRow.Changed) -> None:
        event.stop()
        self._fields.say(self._wrong(), touched=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "save":
            self.action_save()
        else:
            self.dismiss(None)

    def action_save(self) -> None:
        """Writes what was changed; the desk goes on with it."""
        configuration = self._configuration
        if configuration is None:
            return
        wrong = self._wrong()
        if wrong is not None:
            self._say(self._fields.say(wrong, touched=False))
            self._fields.go(wrong.key)
            return
        changes = self._changes()
        if not changes:
            self.dismiss(None)
            return
        beside(self.app, lambda: configuration.change_tables(changes), self._saved)

    def _saved(self, told: Exception | None) -> None:
        if isinstance(told, Exception):
            if self.is_attached:
                self._say(f"✕ {sentence(told)}")
            else:
                self.app.notify(sentence(told), severity="error", markup=False)
            return
        self._taken("")
        if self.is_attached:
            self.dismiss(None)

    def _say(self, said: str, style: str = "$killdesk-careful bold") -> None:
        self.query_one("#state", Static).update(ink(said, style))
