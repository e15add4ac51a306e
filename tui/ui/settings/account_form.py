"""The form of one account: what its venue needs to know, and its key, which goes to the keyring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.types import CSSPathType
from textual.widgets import Button, Static

from tui.core.accounts import Account
from tui.core.secrets import Credentials, Secret
from tui.service.secrets.credentials import (
    describe_keyring,
    make_credentials,
    needed_fields,
    wrong_field,
)
from tui.service.settings.accounts import PlannedAccount, account_table, plan_account, plan_change
from tui.service.settings.field_types import Field, from_text, nested, to_text
from tui.service.settings.fields import NAME, VENUE, account_fields
from tui.service.settings.loader import SettingsError
from tui.service.settings.store import SettingsStore
from tui.ui.app.style_files import styles
from tui.ui.app.threads import run_in_thread, sentence
from tui.ui.settings.account_test_screen import AccountTest
from tui.ui.settings.file_changes import before_saving
from tui.ui.settings.form_fields import (
    SHORT_BELOW,
    FieldList,
    FieldRow,
    PanicHint,
    SecretInput,
    heading,
)
from tui.ui.widgets.value_widget import styled
from tui.venues import VENUES
from tui.venues.base.specs import VenueSpec

_SECRETS = {
    "api_key": ("API key", "what is typed here is not shown; paste it"),
    "secret_key": ("secret key", ""),
    "passphrase": ("passphrase", "the one that was chosen when the key was made"),
}
_KEPT = {"api_key": "left empty, the key stays as the keyring has it"}
_VENUE = replace(VENUE, text="← → choose, enter goes on")
_FIRST_VENUE = next(iter(VENUES))


def open_form(
    app: App[object], store: SettingsStore, name: str, done: Callable[[str | None], None]
) -> None:
    """Opens the form of an account, of a new one without `name`, once its keys are read."""

    def show(table: dict[str, object] | Exception) -> None:
        if isinstance(table, Exception):
            app.notify(sentence(table), severity="error", timeout=10, markup=False)
        else:
            app.push_screen(AccountForm(store, table), done)

    run_in_thread(app, lambda: account_table(store.path, name) if name else {}, show)


class AccountForm(ModalScreen[str | None]):
    """Adds an account, or changes the one of that name. Returns its name once it is stored."""

    CSS_PATH: ClassVar[CSSPathType | None] = styles("settings/forms.tcss")
    VERTICAL_BREAKPOINTS = SHORT_BELOW

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "test", "test", id="account.test"),
        Binding("ctrl+s", "save", "save", id="account.save", priority=True),
        Binding("escape", "close", "close", id="account.close"),
    ]

    def __init__(self, store: SettingsStore, table: Mapping[str, object] | None = None) -> None:
        """`table` has the keys of the account to be changed, as the file has them."""
        super().__init__()
        self._store = store
        self._table = table or {}
        self._account = store.settings.account(str(self._table.get("name", "")))
        """The one to be changed; None for a new one."""
        self._fields = FieldList(id="fields")
        self._grant = Static("", id="grant", markup=False)
        self._busy = False
        self._tried = False
        """Whether it was to be tested or stored: what is missing is said from then on."""
        self._failure = ""
        """Why the test of what the fields hold failed; empty if it did not, or there was none."""

    @property
    def spec(self) -> VenueSpec:
        """The venue that is chosen."""
        row = self._fields.row("venue") if self._account is None else None
        return VENUES[row.typed if row else str(self._table.get("venue", _FIRST_VENUE))].spec

    # the fields

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._heading(), id="title", markup=False)
            with self._fields:
                if self._account is None:
                    yield FieldRow(_VENUE, _FIRST_VENUE)
                    yield FieldRow(NAME)
                yield self._grant
            yield Static("", id="state", markup=False)
            with Horizontal(id="acts"):
                yield Button("Test  ctrl+t", id="test", compact=True)
                yield Button("Save  ctrl+s", id="save", variant="primary", compact=True)
                yield Button("Close  esc", id="close", compact=True)
                yield Button("Store it all the same  ⏎", id="anyway", variant="error", compact=True)
                yield PanicHint()

    def _heading(self) -> Content:
        if self._account is None:
            return heading("add an account", str(self._store.path))
        return heading(self._account.name, f"{self.spec.title}   {self._store.path}")

    async def on_mount(self) -> None:
        await self._lay_out()
        self._fields.rows[0].box.focus()
        run_in_thread(self.app, describe_keyring, self._keyring)

    def _keyring(self, found: tuple[str | None, str | None] | Exception) -> None:
        """Says before anything is typed where the key will lie, or why it cannot."""
        if self.is_attached and not isinstance(found, Exception) and not self._busy:
            name, problem = found
            outside = before_saving(self._store)
            if outside:
                self._say(outside)
            elif problem is not None:
                self._say(f"▲ {problem}" if name is None else f"▲ keyring {name}: {problem}")
            else:
                self._say(f"the key goes to the keyring {name}, and nowhere else", "ink--quiet")

    def _wanted(self) -> Iterator[tuple[Field, bool]]:
        """The fields that this venue and what is chosen so far ask for; which are secret."""
        for name in needed_fields(self._like()):
            label, text = _SECRETS[name]
            if self._account is not None:
                text = _KEPT.get(name, "")
            yield Field(f"secret.{name}", label, text), True
        rows = {row.field.key: row.typed for row in self._fields.rows}

        def chosen(key: str) -> str:
            return rows.get(key, to_text(Field(key), self._table))

        named = chosen("timers").split(", ")
        timers = [timer for timer in self.spec.timers if timer.usual or timer.id in named]
        paper, site = bool(chosen("demo_trading")), chosen("site")
        for field in account_fields(self.spec, timers=timers, paper=paper, site=site):
            if field.offered and field not in (VENUE, NAME):
                yield field, False

    async def _lay_out(self) -> None:
        """Puts up the rows that are wanted, and takes away the others."""
        self._grant.update(Content(f"{self.spec.title}: {self.spec.grant}"))
        wanted = dict(self._wanted())
        for row, field in product(self._fields.rows, wanted):
            row.suggest(field)
        gone = [row for row in self._fields.rows if row.field not in (_VENUE, NAME, *wanted)]
        await self._fields.remove_children(gone)
        held = {row.field: row for row in self._fields.rows}
        before: Static | FieldRow = self._grant
        new: list[FieldRow] = []
        for field, secret in wanted.items():
            if field in held:
                await self._fields.mount(*new, after=before)
                before, new = held[field], []
            else:
                typed = "" if secret else to_text(field, self._table)
                new.append(FieldRow(field, typed, secret=secret))
        await self._fields.mount(*new, after=before)

    @on(FieldRow.Changed)
    async def _changed(self, event: FieldRow.Changed) -> None:
        event.stop()
        if event.row.field is not NAME:  # another name connects no better
            self._failure = ""
        self._withdraw()
        if event.row.field.key in ("venue", "site", "timers", "demo_trading"):
            await self._lay_out()
        self._fields.say(self._wrong(), touched=not self._tried)

    # what they say

    def _like(self) -> Account:
        """An account that names the venue; before all else is typed."""
        return Account("account", self.spec.id, self.spec.rest_url)

    def _draft(self, name: str = "") -> PlannedAccount:
        """What would be stored, checked as the file is. Raises SettingsError."""
        rows = {row.field.key: row for row in self._fields.rows if not _is_secret(row)}
        path, settings = self._store.path, self._store.settings
        if self._account is None:
            values = {key: from_text(row.field, row.typed) for key, row in rows.items()}
            named = {"name": rows["name"].typed.strip() or name, "venue": self.spec.id}
            text = {key: value for key, value in values.items() if value is not None}
            fields = named | {key: value for key, value in text.items() if key not in named}
            return plan_account(settings, path, nested(fields))
        changes = {key: from_text(row.field, row.typed) for key, row in rows.items() if row.changed}
        fields = nested(changes)
        if "deadman" in self._table and "deadman.countdown_s" not in rows:
            fields["deadman"] = None
        return plan_change(settings, path, self._account.name, self._table, fields)

    def _typed_secrets(self) -> dict[str, Secret]:
        return {
            row.field.key.partition(".")[2]: row.box.take()
            for row in self._fields.rows
            if isinstance(row.box, SecretInput)
        }

    def _wrong(self) -> SettingsError | None:
        """The first thing that keeps it from being stored; a name that is still to come does not
        hide the others."""
        try:
            plan = self._draft(name="" if self._tried else "account")
        except SettingsError as error:
            return error
        secrets = self._typed_secrets()
        if self._account is not None and not any(secrets.values()):
            return None
        found = wrong_field(plan.account, secrets)
        return None if found is None else SettingsError(found[1], f"secret.{found[0]}", found[1])

    def _checked(self) -> tuple[PlannedAccount, Credentials | None] | None:
        """What is to be tested or stored; None if something is wrong, which is then said."""
        self._tried = True
        wrong = self._wrong()
        text = self._fields.say(wrong, touched=False)
        if wrong is not None:
            self._say(text)
            self._fields.go(wrong.key)
            return None
        plan, secrets = self._draft(), self._typed_secrets()
        return plan, make_credentials(plan.account, secrets) if any(secrets.values()) else None

    # what is done with it

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        acts = {"test": self.action_test, "save": self.action_save, "anyway": self._save}
        acts.get(str(event.button.id), self.action_close)()

    def action_test(self) -> None:
        """Tries the account as it stands in the form; nothing is stored."""
        self._withdraw()
        checked = self._checked()
        if checked is not None:
            plan, credentials = checked
            test = AccountTest(plan.account, credentials)
            self.app.push_screen(test, lambda _: self._tested(test.failure))

    def _tested(self, failure: str) -> None:
        self._failure = failure
        if failure:
            self._say(f"✕ the test failed: {failure}", "ink--bad")

    def action_save(self) -> None:
        """Puts the key into the keyring and the rest into the file; asks first after a test that
        failed."""
        if not self._failure or self._busy:
            self._save()
        elif self._checked() is not None:
            self._say(
                "✕ NOT STORED, as its test failed. Enter stores it all the same, esc goes back to"
                f" the fields. {self._failure}",
                "ink--bad",
            )
            self.add_class("-asking")
            # Neither a held ctrl+s nor a double click answers: the answer is another key elsewhere.
            self.call_after_refresh(self.query_one("#anyway").focus)

    def _withdraw(self) -> None:
        """Takes the question away that stands, if one does."""
        if self.has_class("-asking"):
            self.remove_class("-asking")
            self._say("")
            self._fields.rows[0].box.focus()

    def _save(self) -> None:
        checked = None if self._busy else self._checked()
        if checked is None:
            return
        plan, credentials = checked
        if self._account is not None and credentials is None and not plan.fields:
            self._leave(None)
            return
        self._withdraw()
        self._busy = True
        self._say("storing it; the keyring may ask for its password in another window")
        store, new = self._store, self._account is None

        def save() -> str:
            if new:
                assert credentials is not None
                store.add(plan, credentials)
            else:
                store.change(plan.account.name, plan.fields, credentials)
            return plan.account.name

        run_in_thread(self.app, save, self._stored, stores=f"the account {plan.account.name}")

    def _stored(self, told: str | Exception) -> None:
        self._busy = False
        if isinstance(told, Exception):
            text = sentence(told)
            if self.is_attached:
                self._say(f"✕ {text}", "ink--bad")
            else:
                self.app.notify(text, severity="error", timeout=10, markup=False)
            return
        if self.is_attached:
            self._leave(told)
        else:
            self.app.notify(f"{told} is stored.", markup=False)

    def action_close(self) -> None:
        """Leaves, or goes back to the fields from a question; what is being stored is stored all
        the same, and said."""
        if self.has_class("-asking"):
            self._withdraw()
        else:
            self._leave(None)

    def _leave(self, name: str | None) -> None:
        """Ends the form; no field goes on holding a secret."""
        for row in self._fields.rows:
            if isinstance(row.box, SecretInput):
                row.box.value = ""
        self.dismiss(name)

    def _say(self, said: str, style: str = "ink--careful") -> None:
        self.query_one("#state", Static).update(styled(said, _INKS[style]))


_INKS = {
    "ink--quiet": "$killdesk-quiet",
    "ink--careful": "$killdesk-careful bold",
    "ink--bad": "$killdesk-bad bold",
}


def _is_secret(row: FieldRow) -> bool:
    return isinstance(row.box, SecretInput)
