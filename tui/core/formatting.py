"""Values as text, one function for each sort: the screen, the commands and the record share them.

Moments are milliseconds since the Unix epoch and are shown in UTC. A venue or a record may send a
number that no calendar has: a time of day is shown for any number, a date is then empty.
"""

from __future__ import annotations

from datetime import UTC, datetime

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def time_of_day(epoch_ms: int, *, decimals: int = 0) -> str:
    """`12:03:22`; with up to three `decimals` of the second, cut and not rounded: `12:03:22.9`."""
    seconds_, rest_ms = divmod(epoch_ms, 1000)
    minutes, second = divmod(seconds_, 60)
    hours, minute = divmod(minutes, 60)
    clock = f"{hours % 24:02}:{minute:02}:{second:02}"
    return f"{clock}.{rest_ms:03}"[: len(clock) + 1 + decimals] if decimals else clock


def date(epoch_ms: int) -> str:
    """`2025-10-11`; empty for a moment that no calendar has."""
    try:
        return datetime.fromtimestamp(epoch_ms / 1000, UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return ""


def timestamp(epoch_ms: int) -> str:
    """`2025-10-11T12:03:22.123Z`, for files. Raises OverflowError, OSError or ValueError."""
    at = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return f"{at.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def file_stamp(epoch_ms: int) -> str:
    """`20251011T120322Z`, for names of files. Raises OverflowError, OSError or ValueError."""
    return f"{datetime.fromtimestamp(epoch_ms / 1000, UTC):%Y%m%dT%H%M%SZ}"


def duration(ms: float | None, *, unknown: str = "") -> str:
    """How long something took: `212 ms`, `5.0 s`, `3 min`; `unknown` when that is not known."""
    if ms is None:
        return unknown
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if ms < 120_000:
        return f"{ms / 1000:.1f} s"
    return f"{ms / 60_000:.0f} min"


def clock_offset(ms: float) -> str:
    """How far another clock is ahead of this one, always with its sign: `+12 ms`, `-3 ms`."""
    return f"{ms:+.0f} ms"


def seconds(value_s: float) -> str:
    """A limit or a setting, without needless decimals: `30 s`, `4.5 s`."""
    return f"{value_s:g} s"


def counting_seconds(value_s: float) -> str:
    """Seconds that run while they are shown: `2.4 s`, always one decimal, so nothing jumps."""
    return f"{value_s:.1f} s"


def clock(value_s: float) -> str:
    """Minutes and seconds, whole: `4:05`, `1:04:05`."""
    hours, rest = divmod(int(value_s), 3600)
    minutes = f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{minutes:>05}" if hours else minutes


def age(ms: float) -> str:
    """How old something is: `4 s`, `12 min`, `3 h`, `9 d`; nothing is younger than `0 s`."""
    whole_s = int(max(0, ms) // 1000)
    for unit, size_s in _UNITS:
        if whole_s >= 2 * size_s:
            return f"{whole_s // size_s} {unit}"
    return f"{whole_s} s"


def ago(ms: float, *, just_now_ms: int = 0) -> str:
    """`4 s ago`, `3 h ago`; `just now` when it is less than `just_now_ms`."""
    return "just now" if just_now_ms and ms < just_now_ms else f"{age(ms)} ago"


def size(byte_count: int) -> str:
    """A number of bytes: `184 bytes`, `12.4 KB`, `2.0 MB`."""
    if byte_count < 1_000:
        return count(byte_count, "byte")
    if byte_count < 1_000_000:
        return f"{byte_count / 1_000:.1f} KB"
    return f"{byte_count / 1_000_000:.1f} MB"


def count(value: int, noun: str = "") -> str:
    """A number of things: `1,234`; with their `noun`, in the singular: `1 order`, `3 orders`."""
    if not noun:
        return f"{value:,}"
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"
