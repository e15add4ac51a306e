"""The accounts of the desk: how they are, and the ways to add, edit, test and remove one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.types import CSSPathType
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from tui.core.desk import AccountView, DeskView
from tui.core.formatting import counting_seconds
from tui.core.sanitize import sanitize
from tui.service.settings.accounts import AccountEntry, Removal, account_entry
from tui.service.settings.store import SettingsStore
from tui.ui.app.style_files import styles
from tui.ui.app.threads import run_in_thread, sentence
from tui.ui.dashboard.press_arming import PressArming, PressTarget
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.dialogs.report_screen import DialogTitle
from tui.ui.settings.account_form import open_form
from tui.ui.settings.account_test_screen import AccountTest
from tui.ui.settings.file_changes import before_saving
from tui.ui.settings.settings_screen import SettingsScreen
from tui.ui.widgets.status import HEALTH
from tui.ui.widgets.value_widget import row, styled

_DEMO = (
    "These accounts are the simulator's own, so there is none to add, edit or remove. For accounts "
    "of yours quit and start killdesk without --demo."
)
_NONE = "There is no account yet: press a to add one."
_REMOVE = "remove!"


class AccountsScreen(DeskDialog):
    """A list; what is done is done to the account at the cursor. Without settings, a list alone."""

    CSS_PATH: ClassVar[CSSPathType | None] = [
        styles("dialogs/dialog.tcss"),
        styles("settings/forms.tcss"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "add", id="accounts.add"),
        Binding("e", "edit", "edit", id="accounts.edit"),
        Binding("t", "test", "test", id="accounts.test"),
        Binding("d,delete", "remove", "remove", id="accounts.remove"),
        Binding("comma", "settings", "settings", id="accounts.settings"),
    ]

    def __init__(
        self,
        view: DeskView,
        store: SettingsStore | None,
        taken: Callable[[str], None],
        presses: PressArming,
    ) -> None:
        super().__init__(view)
        self._store = store
        self._taken = taken
        self._presses = presses
        self._title = DialogTitle(id="title")
        self._list = OptionList(id="list", markup=False)
        self._names: tuple[str, ...] = ()
        self._drawn: dict[str, Content] = {}
        self._held: dict[str, AccountEntry] = {}
        self._ticks: Timer | None = None
        self._removing = False

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield self._title
            yield self._list
            yield Static("", id="state", markup=False)
            with Horizontal(id="acts"):
                if self._store is not None:
                    yield Button("Add  a", id="add", variant="primary", compact=True)
                    yield Button("Edit  e", id="edit", compact=True)
                    yield Button("Test  t", id="test", compact=True)
                    yield Button("Remove  d", id="remove", compact=True)
                yield Button("Settings  ,", id="settings", compact=True)
                yield Button("Close  esc", id="close", compact=True)

    def on_mount(self) -> None:
        self._ticks = self.set_interval(0.1, self._say_press, name="remove", pause=True)
        self.paint()
        self._list.focus()
        self._ask_keyring()

    def paint(self) -> None:
        """The list from the desk's picture; only rows that changed are drawn anew."""
        file = str(self._store.path) if self._store is not None else "demo"
        ready = f"{self.view.ready} of {len(self.view.accounts)} ready"
        self._title.put(("accounts", ready, sanitize(file)))
        drawn = {account.name: self._line(account) for account in self.view.accounts}
        if drawn == self._drawn and self._names == tuple(drawn):
            return
        if self._names != tuple(drawn):
            at = self._list.highlighted or 0
            self._list.set_options(Option(line, id=None) for line in drawn.values())
            self._names = tuple(drawn)
            self._list.highlighted = min(at, len(drawn) - 1) if drawn else None
            self._say(self._resting)
        else:
            for number, (name, line) in enumerate(drawn.items()):
                if line != self._drawn.get(name):
                    self._list.replace_option_prompt_at_index(number, line)
        self._drawn = drawn

    def _line(self, account: AccountView) -> Content:
        entry = self._held.get(account.name)
        quiet, careful = "$killdesk-quiet", "$killdesk-careful"
        key = styled("")
        if entry is not None:
            text = (
                "key in the keyring" if entry.keyring else entry.problem or "no key in the keyring"
            )
            key = styled(sanitize(text), quiet if entry.keyring else careful)
        sign = HEALTH[account.health]
        state = styled(f"{sign.glyph} {sign.word}", _STYLES.get(sign.ink, ""))
        named = styled(f"{sanitize(account.name):24}", "bold")
        first = row(named, styled(f"{account.title:7}", quiet), state,
                    styled("paper", "$killdesk-demo" if account.paper else "") if account.paper
                    else styled(""), key)  # fmt: skip
        if not account.reason:
            return first
        return Content("\n").join([first, styled(f"  {sanitize(account.reason)}", careful)])

    @property
    def _resting(self) -> str:
        if self._store is None:
            return _DEMO
        return before_saving(self._store) or ("" if self._names else _NONE)

    @property
    def _chosen(self) -> str:
        at = self._list.highlighted
        return self._names[at] if at is not None and at < len(self._names) else ""

    def _ask_keyring(self) -> None:
        if self._store is not None:
            for account in self._store.settings.accounts:
                run_in_thread(self.app, partial(account_entry, account), self._answered)

    def _answered(self, entry: AccountEntry | Exception) -> None:
        if not isinstance(entry, Exception) and self.is_attached:
            self._held[entry.name] = entry
            self.paint()

    # what is done

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        {
            "add": self.action_add, "edit": self.action_edit, "test": self.action_test,
            "remove": lambda: self.action_remove(event), "settings": self.action_settings,
        }.get(str(event.button.id), self.dismiss)()  # fmt: skip

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_edit()

    def action_add(self) -> None:
        if self._store is not None:
            open_form(self.app, self._store, "", self._stored)

    def action_edit(self) -> None:
        if self._store is not None and self._chosen:
            open_form(self.app, self._store, self._chosen, self._stored)

    def action_settings(self) -> None:
        self.app.push_screen(SettingsScreen(self._store, self._taken))

    def action_test(self) -> None:
        settings = self._store.settings if self._store is not None else None
        account = settings.account(self._chosen) if settings is not None else None
        if account is not None:
            self.app.push_screen(AccountTest(account))

    def action_remove(self, by: Message | None = None) -> None:
        """Two presses: the account leaves the file, its key the keyring."""
        name, store = self._chosen, self._store
        if store is None or not name:
            return
        self._removing = False
        target = frozenset({PressTarget(name, _REMOVE)})
        remove = partial(self._remove, name, store)
        self._presses.press(target, remove, always_twice=True, by=by)
        if not self._removing:
            self._say_press()

    def _remove(self, name: str, store: SettingsStore) -> None:
        self._removing = True
        if self._ticks is not None:
            self._ticks.pause()
        self._say(f"removing {name}; the keyring may ask for its password in another window")
        run_in_thread(
            self.app,
            lambda: store.remove(name),
            lambda told: self._removed(name, told),
            stores=f"the removal of {name}",
        )

    def _say_press(self) -> None:
        left_s = self._presses.left_s(PressTarget(self._chosen, _REMOVE))
        if self._ticks is not None:
            (self._ticks.resume if left_s else self._ticks.pause)()
        self._say(
            f"AGAIN TO REMOVE {self._chosen} and its key   d   {counting_seconds(left_s)}"
            if left_s
            else self._resting
        )

    def _removed(self, name: str, told: Removal | Exception) -> None:
        if isinstance(told, Exception):
            text = f"✕ {sentence(told)}"
        elif told.problem:
            text = f"▲ {name} is removed; its key may still be there: {told.problem}"
        else:
            text = f"{name} and its key are removed."
        if self.is_attached:
            self._say(text)
        else:
            self.app.notify(text, markup=False)
        self._taken("")

    def _stored(self, name: str | None) -> None:
        if name is not None:
            self._say(f"{name} is stored.")
            self._ask_keyring()
            self._taken(name)

    def _say(self, said: str) -> None:
        calm = said in (_DEMO, _NONE) or said.endswith("stored.")
        style = "$killdesk-quiet" if calm else "$killdesk-careful bold"
        self.query_one("#state", Static).update(styled(sanitize(said), style))


_STYLES = {
    ".ink--good": "$killdesk-good bold",
    ".ink--careful": "$killdesk-careful bold",
    ".ink--caution": "$killdesk-careful bold",
    ".ink--bad": "$killdesk-bad bold",
    ".ink--alarm": "$killdesk-bad bold",
}
