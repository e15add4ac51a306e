"""The rows of the benchmark, each a module with `lines`, in the order in which they are run."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Effort, Line


@dataclass(frozen=True)
class Row:
    """One row: the module of its name measures it."""

    name: str
    means: str
    """What its figures are, in one sentence."""
    limit_s: float
    """After so long it is ended; several times what it takes."""
    extra: bool = False
    """Run only when it is named."""

    def lines(self, effort: Effort) -> Iterator[Line]:
        measured: Iterator[Line] = import_module(f"tests.bench.{self.name}").lines(effort)
        return measured


ROWS = (
    Row(
        "wire",
        "From a press to the venue's acknowledgement over a WebSocket that is logged in, beside a "
        "script and a blocking socket that do only that.",
        300,
    ),
    Row(
        "rest",
        "From a press to the acknowledgement over warm REST connections: of one cancel, and of the "
        "last of five that one press sends.",
        300,
    ),
    Row(
        "panic",
        "From a panic to the last acknowledgement of all accounts, whose replies are held back by "
        "20 to 60 ms, beside the slowest account alone and beside ccxt.",
        900,
    ),
    Row(
        "cold",
        "From the start of a process of `killdesk cancel --all` to the last acknowledgement.",
        300,
    ),
    Row(
        "beats",
        "How much later than due each heartbeat of a dead-man timer reaches a proxy on loopback "
        "while the screen is in trouble, beside a Textual app that beats in its own loop.",
        600,
    ),
    Row(
        "log",
        "How many frames a second a log widget takes in and shows, and what it keeps of each in "
        "memory.",
        400,
    ),
    Row(
        "idle",
        "CPU time and memory of the dashboard after a million frames, once nothing happens any "
        "more, beside a Textual app that changes two cells a second.",
        900,
    ),
    Row(
        "growth",
        "From a panic to the last acknowledgement, and the time to read all books anew, with ever "
        "more accounts and with ever more open orders; on loopback without delays.",
        600,
    ),
    Row(
        "start",
        "From the start of the process to the first paint of the demo desk, beside a Textual app "
        "that shows one word.",
        300,
    ),
    Row(
        "keys",
        "From a key written to the terminal of the whole dashboard to the first bytes of its "
        "cancel at a proxy on loopback.",
        900,
    ),
    Row(
        "hindered",
        "From a key written to the terminal of the whole dashboard to the first bytes of its "
        "cancels at proxies on loopback, while something is in the way, beside the same without.",
        900,
    ),
    Row(
        "flood",
        "From a key to the screen's answer, and the growth of memory, at 5,000 frames a second.",
        300,
        extra=True,
    ),
    Row(
        "record",
        "What the record on disk adds between a press and the wire.",
        300,
        extra=True,
    ),
)
BY_NAME = {row.name: row for row in ROWS}
