"""The way out while everything is cancelled and then disarmed, shown until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from tui.core.clocks import Clock
from tui.core.desk import DeskView
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.dialogs.report_screen import DialogTitle
from tui.ui.quit.cancel_and_quit import CancelAndQuit, Progress, Stage
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.value_widget import row, styled

_INKS = {
    Stage.CANCELLING: ("▶", ".ink--careful"),
    Stage.DISARMING: ("▶", ".ink--careful"),
    Stage.CANCELLED: ("✓", ".ink--good"),
    Stage.DISARMED: ("✓", ".ink--good"),
    Stage.FAILED: ("✕", ".ink--bad"),
}


class CancelAndQuitScreen(DeskDialog):
    """One account to a line; closing it means to stay, whatever then comes of the cancels."""

    KEYS: ClassVar[str] = "esc stay, killdesk does not quit   ↑ ↓ scroll"

    def __init__(self, view: DeskView, parting: CancelAndQuit, clock: Clock) -> None:
        super().__init__(view)
        self.parting = parting
        self._clock = clock
        self._title = DialogTitle(id="title")

    def heading(self) -> ComposeResult:
        yield self._title

    def on_mount(self) -> None:
        self.set_interval(1.0, self.paint, name="parting")
        super().on_mount()

    def paint(self) -> None:
        parting = self.parting
        parting.feed(self.view, self._clock())
        if parting.done:
            self.app.exit()
            return
        many = len(parting.accounts)
        whole = "1 account" if many == 1 else f"all {many} accounts"
        what = f"cancelling {whole}, then disarming, then quitting"
        self._title.put(("leaving", "killdesk stays" if parting.failed else what, ""))
        progress = parting.progress
        self.lines.put(lambda width: list(_lines(progress, width)))
        self.set_class(parting.failed, "-bad")
        self.set_class(not parting.failed, "-running")


def _lines(progress: tuple[Progress, ...], width: int) -> Iterator[Line]:
    for one in progress:
        glyph, style = _INKS[one.stage]
        style = ".ink--careful" if style == ".ink--good" and not one.clear else style
        yield Said(row(styled(f"{glyph} {one.account}", style), styled(one.stage, ".ink--text")))
        for text in one.said:
            loud = ".ink--careful" if one.stage is Stage.FAILED else ".ink--quiet"
            for part in styled(text, loud).wrap(max(20, width - 2)):
                yield Said(Content.assemble("  ", part))
    if any(one.stage is Stage.FAILED for one in progress):
        yield Said(styled(" "))
        result = (
            "Not everything is confirmed as cancelled, so killdesk stays and the timer is held. "
            "Cancel again, or press q and choose another way."
        )
        for part in styled(result, ".ink--text").wrap(max(20, width)):
            yield Said(part)
