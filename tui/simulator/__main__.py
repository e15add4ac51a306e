"""`python -m tui.simulator`: the simulator as a process of its own."""

from __future__ import annotations

import argparse
import sys

from tui.simulator import main


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tui.simulator", description="Simulated venues on one loopback port."
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--orders", type=int, default=40, help="open orders of each account")
    parser.add_argument("--copies", type=int, default=1, help="accounts of each sort, for benches")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin ends")
    parser.add_argument(
        "--account",
        action="append",
        default=[],
        metavar="NAME=VENUE[/FAMILY]",
        help="an account of one's own; the demo accounts are then left out",
    )
    return parser.parse_args()


if __name__ == "__main__":
    chosen = _arguments()
    sys.exit(
        main(
            chosen.host,
            chosen.port,
            chosen.orders,
            exit_with_stdin=chosen.exit_with_stdin,
            copies=chosen.copies,
            named=chosen.account,
        )
    )
