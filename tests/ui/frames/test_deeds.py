"""What is done with frames: pairs gone over to, frames marked, saved and copied."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tui.core.desk import DeskView
from tui.core.frames import Frame
from tui.service.files.clipboard import Tried
from tui.service.files.locations import find_locations
from tui.ui.frames.buffer import FrameBuffer, FrameFilter
from tui.ui.frames.export import MOST_BYTES, describe_copy
from tui.ui.frames.inputs import TypedLine
from tui.ui.frames.pairing import describe_counterpart


@pytest.fixture(autouse=True)
def no_desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No clipboard of the developer's, no folder of theirs."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    places = replace(find_locations(), frames_folder=tmp_path / "frames")
    monkeypatch.setattr("tui.ui.frames.export.find_locations", lambda: places)
    return places.frames_folder


def exchange() -> list[Frame]:
    """A request (2) with its reply (40), one that failed (3, 41), one without an end (50)."""
    others = [n for n in range(1, 60) if n not in (2, 3, 40, 41, 50)]
    made = [Frame(n, n, "okx-desk", "ws", "in", f'{{"n":{n}}}') for n in others]
    made += [
        Frame(2, 2, "htx-main", "ws", "out", '{"op":"cancel"}'),
        Frame(3, 3, "htx-main", "rest", "out", "POST /cancel"),
        Frame(40, 40, "htx-main", "ws", "in", '{"ok":1}', latency_ms=84.0, request=2),
        Frame(41, 41, "htx-main", "rest", "note", "no answer", request=3, error=True),
        Frame(50, 50, "bitget-mm", "rest", "out", "GET /x"),
    ]
    return sorted(made, key=lambda frame: frame.seq)


def test_where_the_other_half_stands_is_said() -> None:
    ring = FrameBuffer(capacity=100)
    ring.extend(exchange())

    def said(seq: int) -> str:
        frame = ring.get(seq)
        assert frame is not None
        return describe_counterpart(ring, frame)

    assert said(2) == "reply 38 rows below, 84 ms"
    assert said(40) == "request 38 rows above, 84 ms"
    assert said(3) == "failure 38 rows below"
    assert said(50) == "no reply so far"
    assert said(7) == ""
    ring.wanted = FrameFilter(direction="out")
    assert said(2) == "reply hidden by the filter, 84 ms"
    ring.wanted = FrameFilter(text="o")
    assert said(2) == "reply 2 rows below, 84 ms"
    ring.wanted = FrameFilter()
    ring.extend([Frame(n, n, "x", "ws", "in", "") for n in range(60, 105)])
    assert said(40) == "request no longer kept"


async def test_g_goes_over_to_the_other_half_and_back(make: SimpleNamespace, desk: Any) -> None:
    async with make.shown(desk, size=(160, 46)) as (app, pilot):
        for frame in exchange():
            desk.frames.put(frame)
        desk.nudge()
        log = app.dashboard.log_
        await make.until(pilot, lambda: len(log.ring) == 59)
        await pilot.press("home", "down")
        await make.until(pilot, lambda: "reply 38 rows below, 84 ms" in make.text(app))
        assert next(row for row in make.text(app).splitlines() if "▌" in row).count("84 ms") == 1
        await pilot.press("g")
        await make.until(pilot, lambda: log.rows.cursor.seq == 40)
        assert "request 38 rows above, 84 ms" in make.text(app)
        line = log.title_line.render_line(0).text
        await pilot.click(log.title_line, offset=(line.index("request 38"), 0))
        await make.until(pilot, lambda: log.rows.cursor.seq == 2)
        await pilot.press("b", "b", "g")
        await make.until(pilot, lambda: "Its reply is hidden by the filter." in make.text(app))
        assert log.rows.cursor.seq == 2
        log.rows.go_to(log.ring.get(50))
        await pilot.press("g")
        await make.until(pilot, lambda: "Its reply is not in the log." in make.text(app))


def rows_of(app: Any) -> list[str]:
    rows = app.dashboard.log_.rows
    return [rows.render_line(y).text for y in range(rows.size.height)]


async def test_marked_frames_are_saved_else_all_that_are_shown(
    make: SimpleNamespace, desk: Any, no_desktop: Path
) -> None:
    def saved() -> list[list[int]]:
        files = sorted(no_desktop.glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
        texts = [path.read_text("utf-8").splitlines() for path in files]
        return [[json.loads(line)["frame"] for line in lines] for lines in texts]

    async with make.shown(desk, size=(160, 46)) as (app, pilot):
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: "There is no frame to save." in make.text(app))
        for frame in exchange():
            desk.frames.put(frame)
        desk.nudge()
        log = app.dashboard.log_
        await make.until(pilot, lambda: len(log.ring) == 59)
        await pilot.press("home", "space", "down", "down", "down")
        await pilot.press("shift+down", "shift+down", "shift+down", "shift+up", "down", "space")
        await make.until(pilot, lambda: "5 marked" in make.text(app))
        assert sorted(log.rows.marks.seqs) == [1, 4, 5, 6, 7]
        assert [line[0] for line in rows_of(app)[:8]] == ["▐", " ", " ", "▐", "▐", "▐", "█", " "]
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: "5 frames saved in" in make.text(app))
        assert saved() == [[1, 4, 5, 6, 7]]
        await pilot.press("space")
        await make.until(pilot, lambda: "4 marked" in make.text(app))
        await pilot.press("escape")
        await make.until(pilot, lambda: "marked" not in log.title_text)
        await pilot.click(log.rows, offset=(30, 2), control=True)
        await pilot.click(log.rows, offset=(30, 4), control=True)
        await make.until(pilot, lambda: log.rows.marks.seqs == {3, 5})
        await pilot.click(log.rows, offset=(30, 2), control=True)
        await pilot.click(log.rows, offset=(30, 4), control=True)
        assert not log.rows.marks
        await pilot.press("b", "b", "ctrl+s")
        await make.until(pilot, lambda: saved()[1:] == [[2, 3, 50]])
        await pilot.press("end", "enter", "ctrl+s")
        await make.until(pilot, lambda: saved()[2:] == [[50]])


async def test_what_has_no_room_takes_no_keys(make: SimpleNamespace) -> None:
    desk = make.FakeDesk(DeskView(make.many(12)))
    async with make.shown(desk, size=(40, 12)) as (app, pilot):
        log = app.dashboard.log_
        assert not log.display
        await pilot.press("slash", "ctrl+f")
        await make.until(pilot, lambda: len(app._notifications) == 2)
        assert not any(isinstance(node, TypedLine) for node in (app.focused,))
        assert "no room" in next(iter(app._notifications)).message


async def test_marks_go_when_their_frames_go(make: SimpleNamespace, desk: Any) -> None:
    async with make.shown(desk, size=(160, 46)) as (app, pilot):
        log = app.dashboard.log_
        log.ring.capacity = 20
        log.extend(make.frames(20))
        await pilot.press("home", "shift+down", "shift+down", "shift+down")
        assert sorted(log.rows.marks.seqs) == [1, 2, 3, 4]
        log.extend(make.frames(2, start=21))
        await make.until(pilot, lambda: "2 marked" in log.title_text)


@pytest.fixture
def linked_folder(no_desktop: Path) -> None:
    no_desktop.symlink_to(no_desktop.parent)


@pytest.mark.usefixtures("linked_folder")
async def test_the_folder_that_cannot_be_written_is_said(make: SimpleNamespace, desk: Any) -> None:
    async with make.shown(desk, size=(160, 46)) as (app, pilot):
        app.dashboard.log_.extend(make.frames(2))
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: bool(app._notifications))
        (note,) = app._notifications
        assert "it is a symbolic link; remove it" in note.message
        assert note.severity == "error"


def test_what_was_copied_is_told_and_no_more() -> None:
    sent = "sent to the terminal by OSC 52, unconfirmed."
    assert describe_copy(3, 15, []) == f"Frame 3, 15 bytes: {sent} No desktop clipboard here."
    assert describe_copy(3, 15, [Tried("xclip"), Tried("tmux")]) == (
        f"Frame 3, 15 bytes: copied by xclip and tmux; {sent}"
    )
    assert describe_copy(3, 100_000, [Tried("wl-copy", "no answer within 2 s")]) == (
        "Frame 3, 100.0 KB: sent to the terminal (only the first 74.0 KB of it) by OSC 52, "
        "unconfirmed. wl-copy failed: no answer within 2 s."
    )


async def test_copying_reaches_both_and_a_hanging_program_holds_up_no_key(
    make: SimpleNamespace, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    over = threading.Event()

    def hang(text: str) -> tuple[Tried, ...]:
        given.append(text)
        over.wait()
        return (Tried("xclip", "no answer within 2 s"),)

    monkeypatch.setattr("tui.ui.frames.export.copy", hang)
    async with make.shown(desk, size=(160, 46)) as (app, pilot):
        big = Frame(1, 1, "okx-desk", "ws", "in", "é" * 50_000)
        app.dashboard.log_.extend([big])
        await pilot.press("y", "p")
        await make.until(pilot, lambda: not app.dashboard.log_.following)
        assert (given, list(app._notifications)) == ([big.text], [])
        assert app.clipboard == "é" * (MOST_BYTES // 2)
        over.set()
        await make.until(pilot, lambda: bool(app._notifications))
        (note,) = app._notifications
        assert note.message == describe_copy(1, 100_000, [Tried("xclip", "no answer within 2 s")])
        assert note.severity == "warning"


async def test_the_palette_does_what_the_keys_do(make: SimpleNamespace, desk: Any) -> None:
    async with make.shown(desk, size=(160, 46)) as (app, pilot):
        log = app.dashboard.log_
        log.extend(make.frames(6))
        offered = {command.title: command.callback for command in
                   app.get_system_commands(app.dashboard)}  # fmt: skip
        await offered["Only frames that are errors, or all again"]()
        await make.until(pilot, lambda: log.filter_line.value == ":error")
        await offered["Only frames that are errors, or all again"]()
        await make.until(pilot, lambda: log.filter_line.value == "")
        await pilot.press("ctrl+p", *"find a text")
        await make.until(pilot, lambda: "Find a text in the frames" in make.text(app))
        await pilot.press("enter")
        await make.until(pilot, lambda: app.focused is log.find_line)
        for deed in ("Mark a frame", "Save the marked", "Copy the frame", "Frames of the sockets",
                     "Frames received"):  # fmt: skip
            assert any(title.startswith(deed) for title in offered)
        found = "The next frame found"
        assert found not in offered, "nothing was looked for"
        await pilot.press(*"cancelall", "enter")
        await make.until(pilot, lambda: bool(log.rows.finder.hits))
        assert found in {one.title for one in app.get_system_commands(app.dashboard)}
