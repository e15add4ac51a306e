"""Choosing the orders to cancel: a list, marks, and a press that must be made twice."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from tui.core.clocks import Clock
from tui.core.desk import AccountView
from tui.core.formatting import age, count, counting_seconds, time_of_day
from tui.core.orders import OpenOrder
from tui.ui.dashboard.press_arming import PressArming, PressTarget
from tui.ui.keys.keymap import panic_in_field
from tui.ui.orders.list import OrderList, OrderRow
from tui.ui.panel.remainder import remainder_of

_CHOSEN = "chosen orders"


class ActBar(Static):
    """The big button of the chooser; a click is a press."""

    DEFAULT_CSS = """
    ActBar {
        height: 3;
        margin: 0 1;
        content-align: center middle;
        text-style: bold;
        background: $foreground 10%;
        color: $killdesk-quiet;
        &.able { background: $killdesk-act; color: $killdesk-on-act; }
        &.able:hover { background: $killdesk-act-hover; }
        &.armed, &.armed:hover {
            background: $killdesk-careful;
            color: $killdesk-on-careful;
        }
    }
    """
    ALLOW_SELECT = False

    def __init__(self, tip: str) -> None:
        super().__init__(id="act", markup=False)
        self.tooltip = Content(tip)


class OrderChooser(ModalScreen[tuple[OpenOrder, ...] | None]):
    """Ends with the chosen orders, or with None when nothing is to be cancelled."""

    DEFAULT_CSS = """
    OrderChooser {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 100%;
            height: 100%;
            max-width: 130;
            max-height: 48;
            padding: 0 1;
            background: $surface;
            border-left: thick $primary;
        }
        #subject { height: 1; margin-bottom: 1; padding: 0 1; }
        #columns { height: 1; color: $killdesk-quiet; }
        #empty { height: 1fr; padding: 1 2; color: $killdesk-quiet; display: none; }
        #narrow, #narrow:focus {
            display: none;
            height: 1;
            border: none;
            padding: 0 1;
            background: $foreground 8%;
            background-tint: $foreground 0%;
            &.open { display: block; }
        }
        #count { height: 1; padding: 0 1; margin: 1 0; }
        #keys { height: 1; padding: 0 1; color: $killdesk-quiet; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "press", "Cancel chosen"),
        Binding("a", "all", "All or none"),
        Binding("slash", "filter", "Filter", priority=True),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, account: AccountView, presses: PressArming, clock: Clock) -> None:
        super().__init__()
        self._account = account
        self._presses = presses
        self._target = PressTarget(account.name, _CHOSEN)
        self._ticks: Timer | None = None
        self._orders = OrderList(rows(account, clock().wall_ms))

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._subject(), id="subject", markup=False)
            yield Static(id="columns", markup=False)
            yield self._orders
            yield Static(self._nothing(), id="empty", markup=False)
            field = f"words in any column   esc clears   {panic_in_field()}"
            yield Input(id="narrow", placeholder=field)
            yield Static(id="count", markup=False)
            yield ActBar("Cancels the chosen orders, and no other. Key enter.")
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#empty").display = self._none_listed
        self._orders.display = not self._none_listed
        self._orders.focus()
        self._tell()

    def on_resize(self) -> None:
        self.call_after_refresh(self._name_columns)

    @property
    def chosen(self) -> tuple[OpenOrder, ...]:
        return self._orders.chosen

    @property
    def armed(self) -> bool:
        """Whether a second press now would cancel."""
        return self._presses.left_s(self._target) > 0

    # Keys and mouse

    def action_press(self, by: events.Event | None = None) -> None:
        """The first press arms, the second ends with the chosen orders; `by` is the click."""
        chosen = self.chosen
        if not chosen:
            return
        self._presses.press(frozenset({self._target}), lambda: self._end(chosen), by=by)
        if not self.is_current:
            return
        if self._ticks is None:
            self._ticks = self.set_interval(0.1, self._tick)
        self._ticks.resume()
        self._tell()

    def _end(self, chosen: tuple[OpenOrder, ...]) -> None:
        if self.is_current:
            self.dismiss(chosen)

    def action_all(self) -> None:
        self._orders.toggle_all()

    def action_filter(self) -> None:
        """Opens the filter, which takes the keys at once: a letter must choose nothing."""
        if self._none_listed:
            return
        self._presses.clear()  # enter is the field's from here on
        narrow = self.query_one("#narrow", Input)
        narrow.add_class("open")
        self.set_focus(narrow, scroll_visible=False)

    def action_back(self) -> None:
        """Takes the filter away first, then goes back with nothing."""
        narrow = self.query_one("#narrow", Input)
        if narrow.has_class("open"):
            narrow.value = ""
            narrow.remove_class("open")
            self._orders.focus()
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._orders.narrow(event.value)

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _went(self) -> None:
        """Other keys work in the filter than in the list."""
        self.call_after_refresh(self._tell)

    @on(Input.Submitted)
    def _typed_out(self, event: Input.Submitted) -> None:
        event.stop()
        self._orders.focus()

    @on(OrderList.Toggled)
    def _toggled(self) -> None:
        self._presses.clear()  # what was armed is not what is chosen now
        self._tell()

    @on(OrderList.Changed)
    def _moved(self) -> None:
        self._tell()

    def on_click(self, event: events.Click) -> None:
        if self.query_one(ActBar).is_mouse_over:
            self.action_press(event)

    # What it says

    def _tick(self) -> None:
        if not self.armed and self._ticks is not None:
            self._ticks.pause()
        self._tell()

    def _tell(self) -> None:
        chosen, armed = len(self.chosen), self.armed
        what = count(chosen, "chosen order").upper()
        bar = self.query_one(ActBar)
        bar.set_class(bool(chosen), "able")
        bar.set_class(armed, "armed")
        if armed:
            left = self._presses.left_s(self._target)
            bar.update(
                Content(f"AGAIN TO CANCEL {what}   enter   {counting_seconds(left)}"), layout=False
            )
        elif chosen:
            key = "" if self._filtering else "   enter"
            bar.update(Content(f"CANCEL {what}{key}"), layout=False)
        else:
            bar.update(Content(self._how_to_choose()), layout=False)
        self.query_one("#keys", Static).update(Content(self._keys_here()), layout=False)
        self.query_one("#count", Static).update(self._chosen_count(chosen), layout=False)

    @property
    def _none_listed(self) -> bool:
        return not self._orders.total

    @property
    def _filtering(self) -> bool:
        """Whether what is typed goes to the filter."""
        return isinstance(self.focused, Input)

    def _how_to_choose(self) -> str:
        """How the first order can be chosen from here, or why none can."""
        orders = self._orders
        if self._none_listed:
            return "nothing to choose"
        if not orders.able:
            return "none of these orders can be chosen: no cancel here reaches them"
        if orders.current is None:
            return "the filter hides every order: esc clears it"
        if not orders.able_shown:
            return "none that the filter shows can be chosen: esc clears it"
        if self._filtering:
            return "enter goes to the list, where space chooses"
        if orders.current.barred:
            return "this one cannot be chosen; ↑ ↓ go to another, a takes all that can"
        return "choose the orders to cancel with space"

    def _keys_here(self) -> str:
        """The keys that do something now."""
        if self._filtering:
            return f"enter to the list   esc clears the filter   {panic_in_field()}"
        filtered = self.query_one("#narrow", Input).has_class("open")
        back = "esc clears the filter" if filtered else "esc back"
        current = self._orders.current
        keys = (
            ("space choose", current is not None and not current.barred),
            ("a all or none", self._orders.able_shown),
            ("/ filter", not self._none_listed),
            ("enter cancel chosen", bool(self.chosen)),
            (back, True),
        )
        return "   ".join(words for words, works in keys if works)

    def _chosen_count(self, chosen: int) -> Content:
        orders = self._orders
        parts = [Content.styled(f"{count(chosen)} of {count(orders.able)} chosen", "bold")]
        if orders.narrowed:
            parts.append(Content(f"{count(orders.shown)} shown by the filter"))
        if orders.hidden_chosen:
            hidden = f"{count(orders.hidden_chosen)} chosen not shown"
            parts.append(Content.styled(hidden, "bold $warning"))
        if orders.current is not None and orders.current.barred:
            parts.append(Content.styled(orders.current.barred, "$warning"))
        if self._account.actions and (words := remainder_of(self._account.coverage).words):
            parts.append(Content.styled(words[0], "$warning"))
        return Content("   ").join(parts)

    def _subject(self) -> Content:
        read_at_ms = self._account.read_at_ms
        read = f"as of {time_of_day(read_at_ms)} UTC" if read_at_ms else "not read yet"
        return Content.assemble(
            ("choose orders", "bold"),
            "   ",
            (self._account.name, "bold $primary"),
            f" {self._account.title}   {read}",
            (f"   {self._account.book_error}", "$warning") if self._account.book_error else "",
        )

    def _nothing(self) -> Content:
        if self._account.book is None:
            return Content("The open orders of this account have not been read yet.")
        cover = self._account.coverage
        unknown = "" if cover.clear else f" {remainder_of(cover).words[0]}."
        return Content(f"The venue lists no open orders.{unknown}")

    def _name_columns(self) -> None:
        width = self._orders.scrollable_content_region.width
        self.query_one("#columns", Static).update(Content(self._orders.head(width)))


def rows(account: AccountView, now_ms: int) -> list[OrderRow]:
    """The orders of the account's book as rows; kinds that no cancel reaches are barred."""
    kinds = {kind.id: kind for kind in account.kinds}
    reached = {kind for action in account.actions for kind in action.kinds}
    made: list[OrderRow] = []
    for order in account.book.orders if account.book else ():
        kind = kinds.get(order.kind)
        since = "" if order.created_ms is None else age(now_ms - order.created_ms)
        label = kind.label if kind else order.kind
        able = not account.actions or order.kind in reached
        barred = "" if able else f"{label}: no cancel here reaches them"
        made.append(OrderRow(order, label, since, barred))
    return made
