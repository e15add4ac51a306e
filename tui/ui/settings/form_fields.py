"""Rows of a form, made of descriptions: a label, what is typed or taken, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from tui.core.sanitize import sanitize
from tui.core.secrets import Secret
from tui.service.settings.field_types import ON, Field, FieldType
from tui.service.settings.loader import SettingsError
from tui.ui.app.keyed import KeyedApp
from tui.ui.keys.keymap import panic_in_field
from tui.ui.widgets.choice_row import ChoiceRow
from tui.ui.widgets.value_widget import styled


class SecretInput(Input):
    """What is typed is not shown, and not copied out again either."""

    def action_copy(self) -> None:
        self.app.notify("A secret is not copied.", markup=False)

    def action_cut(self) -> None:
        self.action_copy()

    def on_unmount(self) -> None:
        self.set_reactive(Input.value, "")

    def take(self) -> Secret:
        """What was typed, without the space that a paste may bring along."""
        return Secret(self.value.strip())


class Label(Static):
    """Words beside a field."""

    def __init__(self, text: str, *, classes: str) -> None:
        super().__init__(Content(text), classes=classes, markup=False)


class PanicHint(Label):
    """How to panic from a form, whose letters are text; empty where no panic key works."""

    def __init__(self) -> None:
        super().__init__("", classes="panic")

    def on_mount(self) -> None:
        self.update(Content(panic_in_field() if isinstance(self.app, KeyedApp) else ""))


class FieldRow(Widget):
    """One field. It tells when it was changed; it is told when what it holds is not allowed."""

    class Changed(Message):
        """Something else is typed or taken."""

        def __init__(self, row: FieldRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, field: Field, typed: str = "", *, secret: bool = False) -> None:
        super().__init__()
        self.field = field
        self.touched = False
        """Whether somebody changed it: only then is he told what is wrong with it."""
        typed = sanitize(typed)
        self._before = typed
        self._label = Label(f"  {field.label}", classes="label")
        self._said = Label(field.help, classes="said")
        self.box: Input | ChoiceRow = self._box(field, typed, secret)
        self._said.display = bool(field.help)

    def _box(self, field: Field, typed: str, secret: bool) -> Input | ChoiceRow:
        if field.type in (FieldType.ONE, FieldType.SOME, FieldType.FLAG):
            choices = field.choices or (ON,)
            taken = tuple(part.strip() for part in (typed or field.default_text).split(","))
            return ChoiceRow(choices, taken, many=field.type is not FieldType.ONE)
        kind = SecretInput if secret else Input
        return kind(
            typed,
            placeholder=field.default_text,
            password=secret,
            compact=True,
            select_on_focus=False,
        )

    def compose(self) -> ComposeResult:
        if self.field.heading:
            yield Label(self.field.heading, classes="heading")
        with Horizontal(classes="line"):
            yield self._label
            yield self.box
        yield self._said

    @property
    def typed(self) -> str:
        """What is typed or taken, as a text."""
        return self.box.value if isinstance(self.box, Input) else ", ".join(self.box.taken)

    @property
    def changed(self) -> bool:
        """Whether it holds something else than at first."""
        default = self.field.default_text if self.field.type is FieldType.ONE else ""
        return self.typed.strip() != (self._before or default)

    def suggest(self, field: Field) -> None:
        """Shows another default, if `field` is this one apart from that; what is typed stays."""
        if isinstance(self.box, Input) and replace(self.field, default=field.default) == field:
            self.field, self.box.placeholder = field, field.default_text

    def say(self, wrong: str) -> None:
        """What is wrong with the field; empty: nothing, so that its help stands there again."""
        self.set_class(bool(wrong), "-wrong")
        self._said.display = bool(wrong or self.field.help)
        self._said.update(Content(f"✕ {wrong}" if wrong else self.field.help))

    def on_descendant_focus(self) -> None:
        self._label.update(Content(f"▸ {self.field.label}"), layout=False)

    def on_descendant_blur(self) -> None:
        self._label.update(Content(f"  {self.field.label}"), layout=False)

    @on(Input.Changed)
    @on(ChoiceRow.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        if self.changed:
            self.touched = True
        if self.touched:
            self.post_message(self.Changed(self))


class FieldList(VerticalScroll, can_focus=False):
    """The rows of a form, in which up, down, tab and enter go from field to field.

    They act before what is typed after them arrives: otherwise a password manager that types
    faster than the screen follows would put a key, readable, behind the name.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "next field", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "field before", show=False, priority=True),
        Binding("enter,down", "go_on", "next field", show=False, priority=True),
        Binding("up", "go_back", "field before", show=False, priority=True),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A list among the fields has up, down and enter for itself."""
        return action not in ("go_on", "go_back") or not isinstance(self.screen.focused, OptionList)

    def action_go_on(self) -> None:
        self.screen.focus_next()

    def action_go_back(self) -> None:
        self.screen.focus_previous()

    @property
    def rows(self) -> tuple[FieldRow, ...]:
        return tuple(self.query(FieldRow))

    def row(self, key: str) -> FieldRow | None:
        """The row of that key, or the one nearest to it."""
        rows = self.rows
        exact = (row for row in rows if row.field.key == key)
        inside = (row for row in rows if row.field.key.startswith(f"{key}."))
        return next(exact, None) or next(inside, None)

    def say(self, error: SettingsError | None, *, touched: bool) -> str:
        """Puts what is wrong beside its field; `touched`: only where somebody has been.

        Returns what has no field to stand beside.
        """
        wrong = self.row(error.key) if error is not None and error.key else None
        for row in self.rows:
            hit = row is wrong and (row.touched or not touched)
            row.say(error.expected if hit and error is not None else "")
        return str(error) if error is not None and wrong is None and not touched else ""

    def go(self, key: str) -> None:
        """The focus to the row of that key."""
        row = self.row(key)
        if row is not None:
            row.box.focus()


def heading(text: str, quiet: str = "") -> Content:
    """A form's first line."""
    return Content("   ").join(
        [
            styled(sanitize(text), "$killdesk-strong bold"),
            styled(sanitize(quiet), "$killdesk-quiet"),
        ]
    )


SHORT_BELOW = [(0, "-short"), (30, "-tall")]
"""For the screens of forms: where every row counts, nothing but fields and buttons has room."""
