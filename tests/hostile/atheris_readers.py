"""Coverage-guided runs over the readers: an engine that looks for bytes that reach new code.

    pip install atheris
    python -m tests.hostile.atheris_readers READER -max_total_time=300 [FOLDER]

READER is a name of `readers.READERS`, `exchanges` for those with every venue, or `all`. Options
go to the engine (libFuzzer); FOLDER keeps what it finds worth keeping. It ends with a traceback and
a `crash-` file at the first input that a reader does not bear: put that input into
`test_found.FOUND`. atheris is no dependency of the tests.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tui.venues", "tui.core", "tui.service", "tui.ui"]):
    from tests.hostile.corpus import corpus, hold_with
    from tests.hostile.readers import READERS, judge

from tui.venues.base.errors import VenueError
from tui.venues.base.messages import NoReply

SLOW = frozenset({"settings to edit", "replay", "HTTP", "PID file"})
"""Those that open files or loops; left out of `all`, to be run by name."""


def take(name: str, data: bytes) -> None:
    reader = READERS[name]
    with contextlib.suppress(*reader.raises):
        reader.read(data)


def hold_all(data: bytes) -> None:
    """The first byte names an exchange, the second the reply that the rest stands for."""
    exchanges = corpus().exchanges
    if len(data) < 2:
        return
    exchange = exchanges[data[0] % len(exchanges)]
    key = sorted(exchange.replies)[data[1] % len(exchange.replies)]
    try:
        judge(
            hold_with(
                exchange,
                lambda asked, body: data[2:] if asked == key else body,
                silent=NoReply("no answer", sent=True),
            )
        )
    except VenueError:
        assert exchange.sort not in ("cancel", "timer"), exchange.name


def main() -> None:
    chosen = sys.argv.pop(1)
    names = [name for name in READERS if name not in SLOW]
    seeds = [bytes([n]) + seed for n, name in enumerate(names) for seed in READERS[name].seeds]

    def one(data: bytes) -> None:
        if chosen == "exchanges":
            hold_all(data)
        elif chosen != "all":
            take(chosen, data)
        elif data:
            take(names[data[0] % len(names)], data[1:])

    if chosen == "exchanges":
        seeds = [
            bytes([n, m]) + body
            for n, exchange in enumerate(corpus().exchanges)
            for m, key in enumerate(sorted(exchange.replies))
            for body in exchange.replies[key][:1]
        ]
    elif chosen != "all":
        seeds = list(READERS[chosen].seeds)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / f"{number}").write_bytes(seed)
        atheris.Setup([*sys.argv, folder, "-max_len=4096", f"-artifact_prefix={os.getcwd()}/"], one)  # noqa: PTH109
        atheris.Fuzz()


if __name__ == "__main__":
    main()
