"""What the line above the frames says of them, and what it offers."""

from __future__ import annotations

from collections.abc import Iterator

from tui.core.sanitize import safe_text
from tui.ui.frames.buffer import FrameFilter
from tui.ui.frames.pairing import whereabouts
from tui.ui.frames.reading import ReadingRows
from tui.ui.frames.title import Part

_WAYS = {None: "in, out", "in": "in only", "out": "out only", "note": "notes only"}


def heading(rows: ReadingRows) -> Iterator[Part]:
    """Which frames these are, whether they move, and what the cursor's frame belongs to."""
    ring, finder = rows.ring, rows.finder
    wanted = ring.wanted
    yield Part("frames", "name", spare=True)
    yield Part(wanted.account or "all accounts", action="account", spare=not wanted.account)
    if rows.following:
        yield Part("following", "good", "pause")
    else:
        yield Part(f"paused, {rows.pending:,} new", "careful", "pause")
    if rows.marks:
        yield Part(f"{len(rows.marks):,} marked", "careful", "save")
    if rows.cursor is not None and (where := whereabouts(ring, rows.cursor)):
        yield Part(where, action="pair")
    if line := str(wanted):
        yield Part(f"filter: {safe_text(line)}", "name", "filter")
    if not wanted.empty:
        yield Part(f"{len(ring.view):,} of {len(ring):,}", action="filter")
    if finder.text:
        yield Part(f"find: {safe_text(finder.text)}", "name", "find")
        yield Part(_found(rows), "quiet" if finder.hits else "careful", "next")
        if finder.hits:
            yield Part("n next", action="next", spare=True)
            yield Part("N previous", action="previous", spare=True)
    if finder.text or not wanted.empty:
        yield Part("esc clears", action="clear", spare=True)
    if ring.lost:
        yield Part(f"{ring.lost:,} lost", "careful" if ring.missed else "quiet")


def _found(rows: ReadingRows) -> str:
    finder = rows.finder
    if not finder.hits:
        return "not found"
    place = finder.place(None if rows.cursor is None else rows.cursor.seq)
    if place is None:
        return f"{len(finder.hits):,} found"
    turned = f", from the {finder.turned} again" if finder.turned else ""
    return f"{place:,} of {len(finder.hits):,}{turned}"


def tools(wanted: FrameFilter) -> Iterator[Part]:
    """What a click narrows, each with what it is now. The last gives way first."""
    yield Part("/ filter", action="filter")
    yield Part("ctrl+f find", action="find")
    yield Part("! errors only" if wanted.errors else "! errors", _ink(wanted.errors), "errors")
    ways = _WAYS[wanted.direction]
    yield Part(f"b {ways}", _ink(wanted.direction is not None), "direction")
    routes = "ws, rest" if wanted.transport is None else f"{wanted.transport} only"
    yield Part(f"t {routes}", _ink(wanted.transport is not None), "transport")
    yield Part("ctrl+s save", action="save")


def _ink(on: bool) -> str:
    return "name" if on else "quiet"
