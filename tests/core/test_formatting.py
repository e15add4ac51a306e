"""Values as text: one formatter for each sort, and no other place that writes one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.core.formatting import (
    age,
    ago,
    clock,
    clock_offset,
    count,
    counting_seconds,
    date,
    duration,
    file_stamp,
    seconds,
    size,
    time_of_day,
    timestamp,
)

TUI = Path(__file__).resolve().parents[2] / "tui"
ELSEWHERE = re.compile(
    r"\} (?:s|ms|min|h|d|bytes|KB|MB)\b"  # a figure and its unit
    r"|\} ago\b"
    r"|\{[^{}]*:,[^{}]*\}"  # thousands
    r"|\bstrftime\b|\.isoformat\(|:%[a-zA-Z]"  # moments
    r"|// ?60(?:_000)?\b"  # minutes
)
OTHERS = {
    "tui/ui/panel/timer_gauge_lines.py": "the big figure's own unit, beside digits that are drawn",
    "tui/service/deadman/guards.py": "minutes, as the setting has them",
    "tui/service/network/http_client.py": "a limit, exact to the byte",
    "tui/service/network/content_encoding.py": "a limit, exact to the byte",
    "tui/service/files/regular_file.py": "a limit, exact to the byte",
}
AT_MS = 1_728_648_201_884


@pytest.mark.parametrize(
    ("epoch_ms", "shown"),
    [
        (0, "00:00:00"),
        (1_760_702_400_999, "12:00:00"),
        (1_760_788_799_999, "11:59:59"),
        (-1, "23:59:59"),
        (10**19, "17:46:40"),
    ],
)
def test_the_time_of_day_of_any_number(epoch_ms: int, shown: str) -> None:
    assert time_of_day(epoch_ms) == shown


def test_moments() -> None:
    assert time_of_day(AT_MS, decimals=3) == "12:03:21.884"
    assert time_of_day(AT_MS, decimals=1) == "12:03:21.8"
    assert time_of_day(-1, decimals=1) == "23:59:59.9"
    assert date(AT_MS) == "2024-10-11"
    assert date(10**19) == ""
    assert timestamp(AT_MS) == "2024-10-11T12:03:21.884Z"
    assert file_stamp(AT_MS) == "20241011T120321Z"


def test_spans_of_time() -> None:
    taken = (None, 0.4, 84.4, 999.4, 999.6, 1_240, 119_000, 180_000)
    assert [duration(ms) for ms in taken] == [
        "", "0 ms", "84 ms", "999 ms", "1.0 s", "1.2 s", "119.0 s", "3 min",
    ]  # fmt: skip
    assert duration(None, unknown="--") == "--"
    assert [age(s * 1000) for s in (-5, 4, 119, 120, 7_200, 200_000)] == [
        "0 s", "4 s", "119 s", "2 min", "2 h", "2 d",
    ]  # fmt: skip
    assert [ago(s * 1000, just_now_ms=60_000) for s in (-5, 59, 60)] == [
        "just now", "just now", "60 s ago",
    ]  # fmt: skip
    assert [ago(ms) for ms in (-500, 0, 4_000)] == ["0 s ago", "0 s ago", "4 s ago"]
    assert [seconds(s) for s in (30, 4.5, 0.25)] == ["30 s", "4.5 s", "0.25 s"]
    assert [counting_seconds(s) for s in (3.0, 0.04)] == ["3.0 s", "0.0 s"]
    assert [clock(s) for s in (5.9, 245, 3845)] == ["0:05", "4:05", "1:04:05"]
    assert [clock_offset(ms) for ms in (12.4, -3, 0)] == ["+12 ms", "-3 ms", "+0 ms"]


def test_amounts() -> None:
    assert [size(n) for n in (1, 184, 12_400, 2_000_000)] == [
        "1 byte", "184 bytes", "12.4 KB", "2.0 MB",
    ]  # fmt: skip
    assert [count(n) for n in (0, 1, 1234)] == ["0", "1", "1,234"]
    assert [count(n, "order") for n in (0, 1, 1234)] == ["0 orders", "1 order", "1,234 orders"]


def test_no_other_module_formats_a_value() -> None:
    found = {
        f"{path.relative_to(TUI.parent)}:{number}: {line.strip()}"
        for layer in ("core", "service", "ui", "cli")
        for path in sorted((TUI / layer).rglob("*.py"))
        if path != TUI / "core" / "formatting.py"
        if path.relative_to(TUI.parent).as_posix() not in OTHERS
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if ELSEWHERE.search(line)
    }
    assert not found, "\n".join(sorted(found))
