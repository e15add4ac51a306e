"""The frame log: every message of every account as it crossed the wire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar, Self

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tui.core.frames import Frame
from tui.ui.frames.buffer import MOST_FRAMES, FrameBuffer, FrameFilter
from tui.ui.frames.inputs import FilterInput, SearchInput, TypedLine
from tui.ui.frames.pairing import counterpart_name
from tui.ui.frames.table import FrameTable
from tui.ui.frames.title import FrameTitle, heading, tools


class FrameLog(Vertical):
    """Title, rows, and the lines to type in, as one widget. Focusing it focuses the rows.

    The application feeds it by `extend`, and its keys name what `act` does.
    """

    DEFAULT_CSS = """
    FrameLog { height: 1fr; min-height: 3; background: $background; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "The search, the filter, then the marks away", show=False),
    ]

    def __init__(self, *, capacity: int = MOST_FRAMES, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.ring = FrameBuffer(capacity)
        self.title_line = FrameTitle()
        self.rows = FrameTable(self.ring)
        self.filter_line = FilterInput()
        self.find_line = SearchInput()
        self._accounts: tuple[str, ...] = ()
        self._account: str | None = None
        self._locked = False

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.rows
        yield self.filter_line
        yield self.find_line

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

    def bar(self, locked: bool) -> None:
        """On a locked screen the title offers nothing to click, as nothing would come of it."""
        self._locked = locked
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

    def act(self, what: str) -> None:
        """Does what a key, a click on the title or the palette asks for."""
        match what:
            case "filter":
                self._type_in(self.filter_line)
            case "find":
                self._type_in(self.find_line)
            case "account":
                self.cycle_account()
            case "direction":
                self.filter_line.turn(":in", ":out", ":note")
            case "transport":
                self.filter_line.turn(":ws", ":rest")
            case "errors":
                self.filter_line.turn(":error")
            case "pause":
                self.pause()
            case "next" | "previous":
                self._find(1 if what == "next" else -1)
            case "pair":
                self._go_to_pair()
            case "mark":
                self.rows.mark()
            case "open":
                self.open_frame()
            case "copy":
                self._copy()
            case "save":
                self._save()
            case "clear":
                self.give_up()

    def pause(self) -> None:
        """Stands still, or follows again."""
        if self.rows.following:
            self.rows.hold()
        else:
            self.rows.follow()

    def action_give_up(self) -> None:
        if not self.give_up():
            raise SkipAction  # the screen has a use for the key

    def give_up(self) -> bool:
        """Takes away the search, else the filter, else the marks; False if none is there."""
        if self.rows.finder.text:
            self.find_line.value = ""
        elif self.narrowed:
            self._account = None
            with self.filter_line.prevent(Input.Changed):
                self.filter_line.value = ""
            self._narrow()
        elif self.rows.marks:
            self.rows.unmark()
        else:
            return False
        return True

    @property
    def narrowed(self) -> bool:
        """Whether a filter hides frames."""
        return not self.ring.wanted.empty

    def open_frame(self) -> None:
        """Shows the chosen frame in full: the cursor's, else the newest."""
        from tui.ui.frames.detail_screen import FrameScreen

        frame = self.rows.chosen
        if frame is not None:
            self.app.push_screen(FrameScreen(frame, self.ring, self.rows.lit))

    def cycle_account(self) -> None:
        """All accounts, then each of them, then all again."""
        turns = [None, *self._accounts]
        now = self.ring.wanted.account
        self._account = turns[(turns.index(now) + 1) % len(turns)] if now in turns else None
        words = self.filter_line.value.split()
        with self.filter_line.prevent(Input.Changed):  # an account typed there gives way
            self.filter_line.value = " ".join(word for word in words if word[0] != "@")
        self._narrow()

    def _type_in(self, line: TypedLine) -> None:
        if not self.display:
            self._say("The frames have no room on this screen.")
            return
        for other_line in self.query(TypedLine):
            other_line.display = other_line is line
        line.open()

    def _find(self, by: int) -> None:
        if self.rows.finder.text:
            self.rows.find(by)
        else:
            self._type_in(self.find_line)

    def _go_to_pair(self) -> None:
        frame = self.rows.chosen
        if frame is None:
            return
        pair = self.ring.pair(frame)
        if pair is None:
            name = counterpart_name(self.ring, frame)
            self._say(f"Its {name} is not in the log." if name else "This frame has no pair.")
        elif self.ring.view.place(pair.seq) is None:
            self._say(f"Its {counterpart_name(self.ring, frame)} is hidden by the filter.")
        else:
            self.rows.go_to(pair)

    def _copy(self) -> None:
        from tui.ui.frames.export import copy_frame

        if self.rows.chosen is not None:
            copy_frame(self.app, self.rows.chosen)

    def _save(self) -> None:
        """Saves the marked frames; without any, all that the filter lets through."""
        from tui.ui.frames.export import save_frames

        marks = self.rows.marks
        frames = list(self.ring.view)
        if marks:
            frames = [frame for seq in sorted(marks.seqs) if (frame := self.ring.get(seq))]
        save_frames(self.app, frames)

    def _say(self, text: str) -> None:
        self.app.notify(text, markup=False)

    # What its parts tell it

    @on(FrameTitle.Asked)
    def _asked(self, event: FrameTitle.Asked) -> None:
        event.stop()
        self.act(event.action)

    @on(FrameTable.Opened)
    def _opened(self, event: FrameTable.Opened) -> None:
        event.stop()
        self.open_frame()

    @on(FrameTable.Moved)
    def _moved(self, event: FrameTable.Moved) -> None:
        event.stop()
        self._entitle()

    @on(SearchInput.Stepped)
    def _stepped(self, event: SearchInput.Stepped) -> None:
        event.stop()
        self.rows.find(event.by)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input is self.find_line:
            self.rows.seek(self.find_line.value)
        else:
            self._narrow()

    @on(Input.Submitted)
    def _typed_out(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.display = False
        self.rows.focus()
        if event.input is self.find_line:
            self.rows.find(-1, here=True)

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
        offered = () if self._locked else tools(self.ring.wanted)
        self.title_line.show(heading(self.rows), offered)
