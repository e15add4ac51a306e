"""The frame log: every message of every account as it crossed the wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, Self

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tui.core.frames import Frame
from tui.ui.frame_copy import copy_frame
from tui.ui.frame_ring import FrameFilter, FrameRing
from tui.ui.frame_rows import FrameRows
from tui.ui.frame_title import FrameTitle, Part
from tui.ui.frame_view import FrameScreen


class FilterLine(Input):
    """One line to narrow the log with; it acts while it is typed."""

    DEFAULT_CSS = """
    FilterLine, FilterLine:focus {
        display: none;
        height: 1;
        border: none;
        padding: 0 1;
        background: $surface;
        background-tint: $foreground 0%;
        &.open { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "No filter", show=False),
        Binding("up,down", "leave", "To the frames", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(
            placeholder="words  :error :in :out :note :ws :rest  @account   esc clears",
            select_on_focus=False,
        )

    def action_drop(self) -> None:
        """Takes the filter away and closes the line."""
        self.value = ""
        self.post_message(self.Submitted(self, ""))

    async def action_leave(self) -> None:
        await self.action_submit()


class FrameLog(Vertical):
    """Title, rows and filter line as one widget. Focusing it focuses the rows.

    The application feeds it by `extend` and binds its keys to the `action_...` methods.
    """

    DEFAULT_CSS = """
    FrameLog { height: 1fr; min-height: 3; background: $background; }
    """

    def __init__(self, *, capacity: int = 50_000, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.ring = FrameRing(capacity)
        self.title_line = FrameTitle()
        self.rows = FrameRows(self.ring)
        self.filter_line = FilterLine()
        self._accounts: tuple[str, ...] = ()
        self._account: str | None = None

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.rows
        yield self.filter_line

    def on_mount(self) -> None:
        self._entitle()

    # What the application tells it

    def set_accounts(self, names: Iterable[str]) -> None:
        """The accounts of the desk, in its order: for their colours and for `cycle_account`."""
        self._accounts = tuple(names)
        self.rows.set_accounts(self._accounts)

    def extend(self, frames: Sequence[Frame], missed: int = 0) -> None:
        """Takes frames in, in the order of their numbers; `missed` were lost on the way here."""
        self.rows.extend(frames, missed)
        self._entitle()

    def focus(self, scroll_visible: bool = True) -> Self:
        self.rows.focus(scroll_visible)
        return self

    # What it tells

    @property
    def following(self) -> bool:
        return self.rows.following

    @property
    def pending(self) -> int:
        """How many rows have come since the view stands still."""
        return self.rows.pending

    @property
    def title_text(self) -> str:
        """The title line in words."""
        return self.title_line.text

    # What keys and clicks do

    def action_filter(self) -> None:
        """Opens the filter line."""
        self.filter_line.add_class("open")
        self.filter_line.focus()

    def action_pause(self) -> None:
        """Stands still, or follows again."""
        if self.rows.following:
            self.rows.hold()
        else:
            self.rows.follow()

    def action_open(self) -> None:
        """Shows the chosen frame in full: the cursor's, else the newest."""
        frame = self.rows.chosen
        if frame is not None:
            self.app.push_screen(FrameScreen(frame, self.ring))

    def action_copy(self) -> None:
        """Copies the chosen frame."""
        frame = self.rows.chosen
        if frame is not None:
            copy_frame(self.app, frame)

    def cycle_account(self) -> None:
        """All accounts, then each of them, then all again."""
        turns = [None, *self._accounts]
        now = self.ring.wanted.account
        self._account = turns[(turns.index(now) + 1) % len(turns)] if now in turns else None
        words = self.filter_line.value.split()
        with self.filter_line.prevent(Input.Changed):  # an account typed there gives way
            self.filter_line.value = " ".join(word for word in words if word[0] != "@")
        self._narrow()

    @on(FrameTitle.Asked)
    def _asked(self, event: FrameTitle.Asked) -> None:
        event.stop()
        acts = {"account": self.cycle_account, "pause": self.action_pause}
        acts.get(event.action, self.action_filter)()

    @on(FrameRows.Opened)
    def _opened(self, event: FrameRows.Opened) -> None:
        event.stop()
        self.action_open()

    @on(FrameRows.Moved)
    def _moved(self, event: FrameRows.Moved) -> None:
        event.stop()
        self._entitle()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow()

    @on(Input.Submitted)
    def _typed_out(self, event: Input.Submitted) -> None:
        event.stop()
        self.filter_line.remove_class("open")
        self.rows.focus()

    def _narrow(self) -> None:
        """Filters by the account in turn and the typed line; `@ok` stands for `okx-desk`."""
        wanted = FrameFilter.parse(self.filter_line.value, self._account)
        if wanted.account is not None and wanted.account not in self._accounts:
            start = wanted.account
            full = next((name for name in self._accounts if name.startswith(start)), start)
            wanted = replace(wanted, account=full)
        self.rows.set_filter(wanted)
        self._entitle()

    def _entitle(self) -> None:
        self.title_line.show(self._parts())

    def _parts(self) -> Iterator[Part]:
        wanted, rows = self.ring.wanted, self.rows
        yield Part("frames", "name")
        yield Part(wanted.account or "all accounts", action="account")
        if rows.following:
            yield Part("following", "good", "pause")
        else:
            yield Part(f"paused, {rows.pending:,} new", "careful", "pause")
        if line := str(wanted):
            yield Part(f"filter: {line}", "name", "filter")
        if not wanted.empty:
            yield Part(f"{len(self.ring.view):,} of {len(self.ring):,}", action="filter")
        if self.ring.lost:
            yield Part(f"{self.ring.lost:,} lost", "careful" if self.ring.missed else "quiet")
