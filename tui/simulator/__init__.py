"""Three venues on loopback: HTX, OKX and Bitget as their documentation describes them.

The demo desk, the drills and the tests run against it. It shares no code with the rest of the
product, because a signing mistake that both sides make would cancel itself out.

`main` runs it as a process, `running` runs it in a thread of this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from tui.simulator.server import Running


def main(
    host: str = "127.0.0.1",
    port: int = 0,
    orders: int = 40,
    *,
    exit_with_stdin: bool = False,
    copies: int = 1,
    named: Sequence[str] = (),
) -> int:
    """Serve until SIGINT or SIGTERM (or the end of stdin, if asked); the exit code of a process.

    A SIGINT that was ignored at the start stays ignored.
    The first line on stdout is one JSON object: `url` and `accounts` with their credentials.
    `named` are accounts to have instead of the demo ones, `NAME=VENUE` or `NAME=VENUE/FAMILY`.
    0 after a clean end; 2 with one sentence on stderr when it cannot start.
    """
    from tui.simulator import server

    return server.run(
        host, port, orders, exit_with_stdin=exit_with_stdin, copies=copies, named=named
    )


def running(
    orders: int = 40, *, port: int = 0, keepalive_s: Mapping[str, float] | None = None
) -> AbstractContextManager[Running]:
    """Serve on loopback in a thread of this process for as long as the context is open.

    `keepalive_s` replaces a venue's time of keep-alive, by the venue's name.
    """
    from tui.simulator import server

    return server.running(orders, port=port, keepalive_s=keepalive_s)
