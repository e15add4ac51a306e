"""The chain of the record: whatever is changed in a file, the check finds it and says where."""

from __future__ import annotations

import tracemalloc
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.audit.chain import START, Chain, NotARecord, read_record, torn_digest, verify

AT_MS = 1_760_702_602_123
KINDS = ("press", "frame", "outcome", "a kind of tomorrow")


def file_of(count: int, follows: str = START) -> list[bytes]:
    """A file of `count` records, its first one among them."""
    chain = Chain(follows)
    lines = [chain.seal(AT_MS, "open", {"follows": follows})]
    for number in range(1, count):
        fields = {"account": "okx-desk", "text": f"x [/nope] \x1b[2J {number}", "number": number}
        lines.append(chain.seal(AT_MS + number, KINDS[number % len(KINDS)], fields))
    return lines


def test_what_was_written_is_intact_and_read_back() -> None:
    lines = file_of(7, "ab" * 32)
    verdict = verify(lines)
    assert verdict.intact
    assert (verdict.records, verdict.follows) == (7, "ab" * 32)
    record = read_record(lines[3])
    assert (record.number, record.at_ms, record.kind) == (4, AT_MS + 3, "a kind of tomorrow")
    assert record.account == "okx-desk"
    assert record.fields["number"] == 3
    assert "hash" not in record.fields


def test_lines_hold_no_character_that_a_terminal_acts_on() -> None:
    assert all(line[:-1].isascii() and line[:-1].decode().isprintable() for line in file_of(4))


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    lines = file_of(6)
    written = b"".join(lines)
    at = data.draw(st.integers(0, len(written) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != written[at]))
    changed = written[:at] + bytes([byte]) + written[at + 1 :]
    verdict = verify(BytesIO(changed))
    assert not verdict.intact
    assert verdict.line == written.count(b"\n", 0, at) + 1


@given(st.integers(2, 8), st.data())
def test_any_missing_or_swapped_line_is_found(count: int, data: st.DataObject) -> None:
    lines = file_of(count)
    gone = data.draw(st.integers(0, count - 2))
    short = [*lines[:gone], *lines[gone + 1 :]]
    verdict = verify(short)
    assert not verdict.intact
    assert verdict.line == gone + 1
    assert "missing" in verdict.fault

    one, other = data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True))
    swapped = list(lines)
    swapped[one], swapped[other] = lines[other], lines[one]
    verdict = verify(swapped)
    assert not verdict.intact
    assert verdict.line == min(one, other) + 1


@given(st.integers(1, 5), st.integers(1, 60))
def test_a_line_cut_short_at_the_end_is_found(count: int, cut: int) -> None:
    written = b"".join(file_of(count))
    verdict = verify(BytesIO(written[:-cut]))
    assert (verdict.line, verdict.fault) == (count, "the last line is cut short")
    assert verdict.records == count - 1


def test_each_fault_has_its_word() -> None:
    lines = file_of(5)
    assert "reordered" in verify([lines[0], lines[2], lines[1], *lines[3:]]).fault
    assert "again" in verify([*lines[:3], lines[1], *lines[3:]]).fault
    assert "altered" in verify([*lines[:2], lines[2].replace(b"okx", b"htx"), *lines[3:]]).fault
    assert "2 lines are missing" in verify([lines[0], *lines[3:]]).fault
    assert "altered" in verify([*lines, b"more\n"]).fault
    assert verify([]).fault == "the file is empty"


def test_a_line_that_is_forged_with_its_hash_is_found_by_the_next_one() -> None:
    lines = file_of(5)
    forger = Chain(verify(lines[:2]).head, 2)
    forged = forger.seal(AT_MS + 2, "outcome", {"account": "okx-desk", "outcome": "confirmed"})
    verdict = verify([*lines[:2], forged, *lines[3:]])
    assert (verdict.intact, verdict.line, verdict.records) == (False, 4, 3)


def test_whole_lines_cut_off_the_end_leave_no_trace_but_the_head() -> None:
    lines = file_of(5)
    assert verify(lines[:3]).intact
    assert verify(lines[:3]).head != verify(lines).head


def test_what_a_crash_left_of_a_line_is_no_fault_once_the_next_record_tells_of_it() -> None:
    chain = Chain()
    lines = [chain.seal(AT_MS, "open", {"follows": START})]
    torn = b'{"n":2,"at":"2026'
    lines += [torn + b"\n", chain.seal(AT_MS, "resume", {"torn": torn_digest(torn)})]
    verdict = verify(lines)
    assert verdict.intact
    assert verdict.cuts == (2,)
    lines[1] = torn + b"!\n"
    assert verify(lines).line == 2


def test_lines_that_are_none_of_ours_are_not_kept() -> None:
    """A small packed file can hold any number of them."""
    tracemalloc.start()
    verdict = verify(b"%d" % number + b"x" * 10_000 + b"\n" for number in range(3_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (verdict.line, verdict.intact) == (1, False)
    assert peak < 1_000_000, "they are 30 MB"


@pytest.mark.parametrize(
    "time",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.9999999"],
)
def test_a_time_that_no_calendar_has_is_no_time(time: str) -> None:
    with pytest.raises(NotARecord, match="no calendar"):
        read_record(b'{"n":1,"at":"%s","kind":"x"}' % time.encode())


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"1", b"{}", b"\xff", b"[" * 100_000, b'{"n":1,"at":"soon","kind":"x"}']
)
def test_what_is_no_record_is_said_to_be_none(line: bytes) -> None:
    with pytest.raises(NotARecord):
        read_record(line)
