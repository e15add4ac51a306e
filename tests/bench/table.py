"""The figures as a table to read in a terminal, as Markdown, and as JSON."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.figures import Line, Spread
from tests.bench.rows import Row

HEADINGS = ("what", "unit", "n", "median", "p95", "beside", "median", "p95", "ratio", "ratio p95",
            "target")  # fmt: skip
PACKAGES = ("killdesk", "textual", "websockets", "httpx", "httpcore", "ccxt")
REMARK = "Ratios are killdesk's figure by the one beside it."


@dataclass
class Measured:
    """What came of one row."""

    row: Row
    lines: list[Line] = field(default_factory=list)
    error: str = ""
    took_s: float = 0.0


def method(effort: str) -> dict[str, str]:
    """What the figures depend on, by name."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "effort": effort,
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "load average at the start": f"{os.getloadavg()[0]:.2f}",
    }


def as_text(measured: Sequence[Measured], facts: dict[str, str]) -> str:
    rows = [HEADINGS, *map(_cells, _all_lines(measured))]
    wide = [max(len(row[at]) for row in rows) for at in range(len(HEADINGS))]
    aligned = [_row(row, wide) for row in rows]
    return "\n".join([*aligned, "", *_below(measured), _sentence(facts)])


def as_markdown(measured: Sequence[Measured], facts: dict[str, str]) -> str:
    """A table, what each row means, and the method."""
    lines = [
        f"| {' | '.join(HEADINGS)} |",
        f"|{'|'.join('---' if _is_text(at) else '--:' for at in range(len(HEADINGS)))}|",
        *(f"| {' | '.join(_cells(line))} |" for line in _all_lines(measured)),
        "",
        *(f"- **{one.row.name}**: {one.row.means}" for one in measured),
        "",
        *(f"{line}  " for line in _below(measured)),
        _sentence(facts),
    ]
    return "\n".join(lines) + "\n"


def as_json(measured: Sequence[Measured], facts: dict[str, str]) -> str:
    told = {
        "method": facts,
        "rows": [
            {
                "name": one.row.name,
                "means": one.row.means,
                "took_s": round(one.took_s, 1),
                "error": one.error,
                "lines": [asdict(line) | {"ratio": line.ratio, "ratio_p95": line.ratio_p95}
                          for line in one.lines],
            }
            for one in measured
        ],
    }  # fmt: skip
    return json.dumps(told, indent=2) + "\n"


def line_as_text(line: Line) -> str:
    """One line by itself, while the others are still being measured."""
    return "  " + "  ".join(filter(None, _cells(line)))


def _all_lines(measured: Iterable[Measured]) -> Iterable[Line]:
    return (line for one in measured for line in one.lines)


def _cells(line: Line) -> tuple[str, ...]:
    verdict = {None: "", True: ": met", False: ": MISSED"}[line.met]
    return (
        line.what,
        line.unit,
        str(line.ours.n),
        *_shown(line.ours),
        line.beside,
        *(_shown(line.theirs) if line.theirs else ("", "")),
        *("" if ratio is None else _ratio(ratio) for ratio in (line.ratio, line.ratio_p95)),
        line.target + verdict,
    )


def _shown(spread: Spread) -> tuple[str, str]:
    return _figure(spread.median), _figure(spread.p95)


def _figure(value: float) -> str:
    """Three digits, or all before the point."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def _is_text(column: int) -> bool:
    return HEADINGS[column] in ("what", "unit", "beside", "target")


def _row(cells: Sequence[str], wide: Sequence[int]) -> str:
    aligned = (
        cell.ljust(wide[at]) if _is_text(at) else cell.rjust(wide[at])
        for at, cell in enumerate(cells)
    )
    return "  ".join(aligned).rstrip()


def _below(measured: Sequence[Measured]) -> list[str]:
    notes = [f"{line.what}: {line.note}" for line in _all_lines(measured) if line.note]
    failed = [f"FAILED {one.row.name}: {one.error}" for one in measured if one.error]
    return [*dict.fromkeys(notes), *failed, REMARK]


def _sentence(facts: dict[str, str]) -> str:
    return "Measured with " + ", ".join(f"{name} {fact}" for name, fact in facts.items()) + "."


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
