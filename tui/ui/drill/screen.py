"""The drill: the whole kill path rehearsed beside the running desk, on simulated venues."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.core.clocks import Clock
from tui.core.desk import DeskView
from tui.core.drill import AccountDrill, Drill
from tui.core.formatting import count
from tui.service.drill.plan import plan_of_view
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.drill.controller import DrillController, DrillMoved, drilled_ago
from tui.ui.drill.lines import FIGURES_HEIGHT, DrillFigures, Shown, drill_lines
from tui.ui.keys.keymap import shown
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.status import StatusLabel
from tui.ui.widgets.value_widget import ValueWidget, badge, ends, first_fitting, row, styled

_FIGURES_FROM = 20
"""Rows of the screen from which the figures are drawn large."""
_READY = StatusLabel("○", "READY TO DRILL", ".ink--quiet", "")
_RUNNING = StatusLabel("▶", "DRILLING", ".ink--careful", "")
_WELL = StatusLabel("✓", "ALL CONFIRMED", ".ink--good", "")
_FAILED = StatusLabel("✕", "DRILL FAILED", ".ink--alarm", "")
_SAID = (
    "The drill copies the number of accounts and orders of this desk onto simulated venues on "
    "this machine, in a process of its own, and panics there: the same program, other keys, other "
    "addresses. Nothing real is touched: no order, no key, no timer of yours. The desk behind this "
    "goes on as ever."
)


def say_end(drills: DrillController, app: App[None]) -> None:
    """Says how a drill ended to whoever has closed its screen meanwhile."""
    last = drills.last
    if drills.running is not None or last is None or isinstance(app.screen, DrillScreen):
        return
    if last.ok:
        app.notify("Drill: all confirmed, nothing left.", markup=False)
    else:
        app.notify(
            f"The drill FAILED; {shown('d')} shows why.", severity="error", timeout=10, markup=False
        )


class DrillTitle(ValueWidget[tuple[StatusLabel, str, str]]):
    """` DRILL  ✓ ALL CONFIRMED   simulated, nothing real is touched     3 accounts, 55 orders`."""

    def paint(self, value: tuple[StatusLabel, str, str], width: int, height: int) -> Content:
        sign, text, size = value
        name = row(styled(" DRILL ", ".ink--live"), badge(sign))
        long, middle, short = (
            row(name, styled(words, ".ink--demo"))
            for words in (text, "simulated, nothing real", "simulated")
        )
        for left in (long, middle, short):
            if left.cell_length + len(size) < width:
                return ends(left, styled(size, ".ink--quiet"), width)
        return first_fitting(width, long, middle, short, name)


class DrillScreen(DeskDialog):
    """Starts a drill, follows it, and compares it with the one before."""

    KEYS: ClassVar[str] = "d drill now   ↑ ↓ scroll   esc close   {X} {X} is the real panic"
    RUNNING_KEYS: ClassVar[str] = (
        "esc close, the drill goes on   ↑ ↓ scroll   {X} {X} is the real panic"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,enter", "drill", "drill now", id="drill.start"),
    ]

    def __init__(self, view: DeskView, drills: DrillController, clock: Clock) -> None:
        super().__init__(view)
        self._drills = drills
        self._clock = clock
        self._mine = False
        """Whether a drill was started since this was opened."""
        self._title = DrillTitle(id="title")
        self._figures = DrillFigures(id="figures")

    def heading(self) -> ComposeResult:
        yield self._title
        yield self._figures

    def on_resize(self) -> None:
        super().on_resize()
        self._figures.styles.height = FIGURES_HEIGHT
        self._figures.styles.margin = (1, 0, 0, 0)
        self.paint()

    def action_drill(self) -> None:
        """Begins, unless one is under way."""
        self._mine = True
        self._drills.start(self.view)
        self.lines.scroll_home(animate=False)
        self.paint()

    def show(self, view: DeskView) -> None:
        self.view = view
        if self.is_mounted and self._drills.running is None and not self._mine:
            self.paint()  # the size of the next drill follows the books

    def on_mount(self) -> None:
        self._drills.watch(self)
        super().on_mount()

    def on_unmount(self) -> None:
        self._drills.unwatch(self)

    @on(DrillMoved)
    def _moved(self) -> None:
        self.paint()

    def paint(self) -> None:
        running, now_ms = self._drills.running, self._clock().wall_ms
        drill = running or self._drills.last
        plan = plan_of_view(self.view, keep=False)
        orders = sum(account.count for account in plan.accounts)
        size = f"{count(len(plan.accounts), 'account')}, {count(orders, 'order')}"
        if drill is None or (running is None and not self._mine):
            self._offer(drill, size, now_ms)
            return
        if not drill.accounts:  # its process has not spoken yet
            accounts = (AccountDrill(one.name, one.venue, one.count) for one in plan.accounts)
            drill = Drill(now_ms, tuple(accounts), problem=drill.problem, done=drill.done)
        sign = _RUNNING if not drill.done else _WELL if drill.ok else _FAILED
        self._put(sign, f"{count(len(drill.accounts), 'account')}, {count(drill.orders, 'order')}")
        shown = Shown(drill, self._drills.before(drill), now_ms)
        self._figures.display = self.size.height >= _FIGURES_FROM
        self._figures.put(shown)
        self.lines.put(lambda width: drill_lines(shown, width))
        self.say_keys(self.RUNNING_KEYS if running is not None else self.KEYS)

    def _offer(self, last: Drill | None, size: str, now_ms: int) -> None:
        """What a drill would do, and what the last one came to."""
        self._put(_READY, size)
        self._figures.display = False
        self.say_keys(self.KEYS)

        def made(width: int) -> list[Line]:
            text: list[Line] = [
                Said(part) for part in styled(_SAID, ".ink--text").wrap(max(20, width))
            ]
            if not self._drills.keep:
                text += [Said(Content()), Said(styled(_NOT_KEPT, ".ink--quiet"))]
            if last is None:
                return [*text, Said(Content()), Said(styled("No drill yet.", ".ink--quiet"))]
            sign = _WELL if last.ok else _FAILED
            head = row(
                styled(
                    f"the last drill, {drilled_ago(now_ms - last.at_ms)}",
                    ".ink--strong",
                ),
                badge(sign),
            )
            shown = Shown(last, self._drills.before(last), now_ms)
            return [*text, Said(Content()), Said(head), Said(Content()), *drill_lines(shown, width)]

        self.lines.put(made)

    def _put(self, sign: StatusLabel, size: str) -> None:
        self._title.put((sign, "simulated venues, nothing real is touched", size))
        self.set_class(sign is _RUNNING, "-running")
        self.set_class(sign is _WELL, "-good")
        self.set_class(sign is _FAILED, "-bad")


_NOT_KEPT = "This is the demo desk: what comes of it is shown, and not kept."
