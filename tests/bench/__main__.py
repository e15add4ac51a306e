"""All figures of killdesk, measured in one go on one machine.

    python -m tests.bench [--quick] [--only NAME ...] [--json PATH] [--markdown PATH]

About 25 minutes, or seven with `--quick`.

Each row runs in a process of its own and for a limited time; one that fails prints its error, and
the others go on. Everything is measured against the simulator on loopback, in a process of its own.
The product's modules are compiled first, as an installer leaves them. Needs Linux, the `dev`
dependencies, and for figures worth keeping a machine that does nothing else.
Exit code 1 if a row failed; a target that is missed is said in the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from compileall import compile_dir
from pathlib import Path

import tui
from tests.bench.figures import EFFORTS, Effort
from tests.bench.rows import BY_NAME, ROWS
from tests.bench.running import measure, run
from tests.bench.table import Measured, as_json, as_markdown, as_text, line_as_text, method

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parse(arguments)
    if chosen.into:
        return measure(BY_NAME[chosen.only[0]], Effort(chosen.effort), chosen.into)
    compile_dir(tui.__path__[0], quiet=1)
    facts = method(chosen.effort)
    wanted = [BY_NAME[name] for name in chosen.only] or [row for row in ROWS if not row.extra]
    measured: list[Measured] = []
    try:
        for row in wanted:
            print(f"{row.name}: {row.means}", flush=True)
            limit_s = chosen.limit or row.limit_s
            one = run(row, chosen.effort, limit_s, lambda it: print(line_as_text(it), flush=True))
            print(f"  {one.error or 'done'}, {one.took_s:.0f} s", flush=True)
            measured.append(one)
            _keep(chosen.json, as_json, measured, facts)
            _keep(chosen.markdown, as_markdown, measured, facts)
    except KeyboardInterrupt:
        print("  interrupted", flush=True)
        return INTERRUPTED
    finally:
        print(f"\n{as_text(measured, facts)}")
    return 1 if any(one.error for one in measured) else 0


def _keep(
    path: Path | None,
    worded: Callable[[Sequence[Measured], dict[str, str]], str],
    measured: Sequence[Measured],
    facts: dict[str, str],
) -> None:
    """After each row, so that a run that is ended early leaves what it has."""
    if path is not None:
        path.write_text(worded(measured, facts))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="All figures of killdesk, measured in one go on one machine.",
        epilog="rows: " + "; ".join(f"{row.name}{' (only by name)' * row.extra}" for row in ROWS),
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=BY_NAME, default=[])
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--quick", dest="effort", action="store_const", const="quick",
                      help="fewer rounds, about seven minutes")  # fmt: skip
    much.add_argument("--effort", choices=EFFORTS, help="least: to see that it works")
    parser.add_argument("--json", type=Path, metavar="PATH")
    parser.add_argument("--markdown", type=Path, metavar="PATH")
    parser.add_argument("--limit", type=float, metavar="S", help="a row may take so many seconds")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    chosen.effort = chosen.effort or "full"
    return chosen


if __name__ == "__main__":
    sys.exit(main())
