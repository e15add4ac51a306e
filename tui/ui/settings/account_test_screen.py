"""The test of one account: each step as it comes, with its time. Nothing is stored for it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.types import CSSPathType

from tui.core.accounts import Account
from tui.core.desk import DeskView, Health
from tui.core.formatting import duration, seconds
from tui.core.sanitize import sanitize
from tui.core.secrets import Credentials
from tui.service.readiness_check import PATIENCE_S, AccountCheck, Step, check_accounts
from tui.service.secrets.credentials import PROMPT_TIMEOUT_S, find_credentials
from tui.ui.app.style_files import styles
from tui.ui.app.threads import run_in_thread, sentence, thread_safe_callback
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.dialogs.report_screen import DialogTitle
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.status import HEALTH
from tui.ui.widgets.value_widget import badge, ends, row, styled
from tui.venues import title_of

_LABEL = 14
_TYPED = "as typed; nothing is stored yet"
_STORE = "Go back with esc; ctrl+s stores it."
_CORRECT = "Go back with esc, correct it, and test again."


class AccountTest(DeskDialog):
    """Connects as the dashboard would. With no `credentials` those in the keyring are tried."""

    CSS_PATH: ClassVar[CSSPathType | None] = [
        styles("dialogs/dialog.tcss"),
        styles("settings/forms.tcss"),
    ]
    KEYS: ClassVar[str] = "r test again   ↑ ↓ scroll   esc back"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "test again", id="account.again"),
    ]

    def __init__(self, account: Account, credentials: Credentials | None = None) -> None:
        super().__init__(DeskView(()))
        self._account = account
        self._credentials = credentials
        self._title = DialogTitle(id="title")
        self._check: AccountCheck | None = None
        self._over = False
        self._fault = ""
        self._runs = 0

    def heading(self) -> ComposeResult:
        yield self._title

    def on_mount(self) -> None:
        super().on_mount()
        self.action_again()

    def action_again(self) -> None:
        """Tests from the beginning; a test that still runs is given up."""
        self._runs += 1
        self._check, self._over, self._fault = None, False, ""
        self.paint()
        run, account, credentials = self._runs, self._account, self._credentials
        tell = thread_safe_callback(self.app, self._told)

        def secrets(account: Account) -> Credentials | str:
            return credentials or find_credentials(account)

        def look(checks: tuple[AccountCheck, ...]) -> bool:
            if checks:
                tell((run, checks[0]))
            return run == self._runs

        def work() -> tuple[AccountCheck, ...]:
            origin = _TYPED if credentials else "found in the keyring"
            return check_accounts((account,), secrets, look=look, origin=origin)

        def done(found: tuple[AccountCheck, ...] | Exception) -> None:
            if run != self._runs:
                return
            self._over = True
            if isinstance(found, Exception):
                self._fault = sentence(found)
            else:
                self._check = found[0]
            self.paint()

        run_in_thread(self.app, work, done)

    def on_unmount(self) -> None:
        self._runs += 1  # nobody looks any more
        self._credentials = None

    @property
    def failure(self) -> str:
        """What failed, in words, also of a test that is not over; empty while nothing has."""
        if self._fault or self._check is None:
            return self._fault
        check, works = self._check, (Health.READY, Health.DEGRADED)
        if self._over and check.health in works:
            return ""
        failed = next((step for step in check.steps if not step.ok and not step.waiting), None)
        if failed is not None:
            return f"{failed.name}: {failed.detail}"
        return check.reason if self._over else ""

    @property
    def _limit_s(self) -> float:
        """How long the test may take from here."""
        waiting = self._check is not None and self._check.steps[0].waiting
        return PROMPT_TIMEOUT_S if waiting and self._credentials is None else PATIENCE_S

    def _told(self, told: tuple[int, AccountCheck]) -> None:
        run, check = told
        if run == self._runs and not self._over and check != self._check:
            self._check = check
            self.paint()

    def paint(self) -> None:
        if not self.is_attached:
            return
        title = title_of(self._account)
        state = "" if self._over else f"testing, {seconds(self._limit_s)} at most"
        self._title.put(("test", f"{self._account.name}   {title}", state))
        check, over, fault = self._check, self._over, self._fault
        typed = self._credentials is not None
        self.lines.put(lambda width: step_lines(check, over, typed, fault, width))
        health = check.health if over and check is not None else Health.CONNECTING
        good = health is Health.READY and check is not None and check.coverage.clear
        bad = health is Health.DOWN or bool(fault)
        self.set_class(good, "-good")
        self.set_class(bad, "-bad")
        self.set_class(not good and not bad, "-careful")


def step_lines(
    check: AccountCheck | None, over: bool, typed: bool, fault: str, width: int
) -> list[Line]:
    """A line or more for each step, and at the end what it comes to; `typed`: not stored yet."""
    if fault:
        return [Said(styled(f"✕ {fault}", ".ink--bad"))]
    if check is None:
        return [Said(styled("· beginning", ".ink--quiet"))]
    lines = [Said(part) for step in check.steps for part in _step(step, width)]
    if over:
        sign = HEALTH[check.health]
        lines += [Said(styled(" ")), Said(row(badge(sign), styled(sign.meaning, ".ink--quiet")))]
        good = _STORE if typed else ""
        then = good if check.health in (Health.READY, Health.DEGRADED) else _CORRECT
        apart = check.coverage.sentence if check.coverage.left else ""
        result = check.reason in (step.detail for step in check.steps)
        reason = "" if result else check.reason
        for text in filter(None, (reason, apart)):
            lines += map(Said, styled(sanitize(text), ".ink--careful").wrap(width))
        lines += map(Said, styled(then, ".ink--text").wrap(width) if then else ())
    return list(lines)


def _step(step: Step, width: int) -> list[Content]:
    if step.waiting:
        return [row(styled("·", ".ink--quiet"), styled(f"{step.name:{_LABEL}}…", ".ink--quiet"))]
    mark, style = ("✓", ".ink--good") if step.ok else ("✕", ".ink--bad")
    first, *more = styled(sanitize(step.detail) or "ok", ".ink--text" if step.ok else style).wrap(
        max(20, width - _LABEL - 14)
    )
    head = row(styled(mark, style), Content.assemble(styled(f"{step.name:{_LABEL}}"), first))
    took = styled(duration(step.at_s * 1000), ".ink--quiet")
    return [ends(head, took, width), *(Content.assemble(" " * (_LABEL + 3), one) for one in more)]
