"""Plain tables of the settings file in fields: checked as they are typed, and written together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.types import CSSPathType
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.service.settings.editor import Tables, plain_tables, read_tables
from tui.service.settings.field_types import Field
from tui.service.settings.loader import Settings, SettingsError
from tui.service.settings.store import SettingsStore
from tui.ui.app.style_files import styles
from tui.ui.app.threads import run_in_thread, sentence
from tui.ui.settings.file_changes import before_saving
from tui.ui.settings.form_fields import SHORT_BELOW, FieldList, FieldRow, Label, PanicHint, heading
from tui.ui.widgets.value_widget import styled

_DEMO = (
    "The demo desk has no settings file: it runs on the usual settings, and there is nothing to "
    "change here. For a desk of yours quit and start killdesk without --demo."
)


class TableForm(ModalScreen[None]):
    """What fields there are, and what they mean in the file, a subclass says."""

    CSS_PATH: ClassVar[CSSPathType | None] = styles("settings/forms.tcss")
    VERTICAL_BREAKPOINTS = SHORT_BELOW
    NAME: ClassVar[str]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "save", id="settings.save", priority=True),
        Binding("escape", "dismiss(None)", "close", id="settings.close"),
    ]

    def __init__(self, store: SettingsStore | None, taken: Callable[[str], None]) -> None:
        """`taken` is told when the desk goes on with other settings."""
        super().__init__()
        self._store = store
        self._taken = taken
        self._fields = FieldList(id="fields")
        self._tables: Tables = {}

    @abstractmethod
    def fields(self, tables: Tables) -> Sequence[tuple[Field, str]]:
        """Each field, and what the file holds for it as it would be typed."""

    @abstractmethod
    def changes(self, tables: Tables, typed: Mapping[Field, str]) -> Tables:
        """What becomes of the tables with what was typed instead."""

    def check(self, settings: Settings) -> None:
        """What the reader of the file leaves to the screen. Raises SettingsError."""

    def above(self) -> Sequence[Widget]:
        """What stands above the fields."""
        return ()

    def below(self) -> Sequence[Widget]:
        """What stands below the fields."""
        return ()

    def compose(self) -> ComposeResult:
        store = self._store
        file = str(store.path) if store is not None else "demo"
        with Vertical(id="dialog"):
            yield Static(heading(self.NAME, file), id="title", markup=False)
            with self._fields:
                if store is None:
                    yield Label(_DEMO, classes="said")
            yield Static("", id="state", markup=False)
            with Horizontal(id="acts"):
                if store is not None:
                    yield Button("Save  ctrl+s", id="save", variant="primary", compact=True)
                yield Button("Close  esc", id="close", compact=True)
                yield PanicHint()

    def on_mount(self) -> None:
        store = self._store
        if store is not None:
            self.say(before_saving(store))
            run_in_thread(self.app, lambda: plain_tables(store.path), self._read)

    async def _read(self, tables: Tables | Exception) -> None:
        if not self.is_attached:
            return
        if isinstance(tables, Exception):
            self.say(f"✕ {sentence(tables)}")
            return
        self._tables = tables
        rows = [FieldRow(field, typed) for field, typed in self.fields(tables)]
        await self._fields.mount(*self.above(), *rows, *self.below())
        self._fields.go(rows[0].field.key)

    def _changes(self) -> Tables:
        return self.changes(
            self._tables, {one.field: one.typed for one in self._fields.rows if one.changed}
        )

    def _wrong(self) -> SettingsError | None:
        """What would be said to the file with the fields as they are."""
        assert self._store is not None
        try:
            self.check(read_tables(self._store.path, self._tables, self._changes()))
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
        store = self._store
        if store is None:
            return
        wrong = self._wrong()
        if wrong is not None:
            self.say(self._fields.say(wrong, touched=False))
            self._fields.go(wrong.key)
            return
        changes = self._changes()
        if not changes:
            self.dismiss(None)
            return
        run_in_thread(
            self.app,
            lambda: store.change_tables(changes),
            self._saved,
            stores="the settings",
        )

    def _saved(self, told: Exception | None) -> None:
        if isinstance(told, Exception):
            if self.is_attached:
                self.say(f"✕ {sentence(told)}")
            else:
                self.app.notify(sentence(told), severity="error", markup=False)
            return
        self._taken("")
        if self.is_attached:
            self.dismiss(None)

    def say(self, said: str, style: str = "$killdesk-careful bold") -> None:
        """A sentence below the fields."""
        self.query_one("#state", Static).update(styled(said, style))
