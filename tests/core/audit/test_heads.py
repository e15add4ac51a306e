"""Heads that are noted elsewhere: what they vouch for, and what they show."""

from __future__ import annotations

import pytest

from tui.core.audit.chain import START, Chain, sealed_by
from tui.core.audit.heads import HeadCheck, NotedHead

FILE = "2026-11-30.jsonl"


def seals(count: int, changed: int = 0) -> list[tuple[int, str]]:
    """The records of a chain; from `changed` on another text stands in it, hashed anew."""
    chain = Chain(START)
    lines = [chain.seal(0, "note", {"text": n >= changed > 0}) for n in range(1, count + 1)]
    return [found for line in lines if (found := sealed_by(line[:-1])) is not None]


def noted(number: int, place: str = "the state folder") -> NotedHead:
    return NotedHead(1_700_000_000_000, FILE, number, seals(number)[-1][1], place)


def checked(records: list[tuple[int, str]], *heads: NotedHead, typed: str = "") -> HeadCheck:
    check = HeadCheck(heads, typed)
    for number, seal in records:
        check.take(number, seal)
    return check


def test_a_head_vouches_for_what_came_before_it_and_for_nothing_after() -> None:
    check = checked(seals(9), noted(3), noted(6))
    assert (check.vouched, check.newest) == (6, noted(6))
    assert check.wrong is None and check.missing is None


@pytest.mark.parametrize("changed", [1, 4, 6])
def test_a_file_that_was_hashed_anew_to_its_end_is_found(changed: int) -> None:
    check = checked(seals(9, changed), noted(3), noted(6))
    assert check.wrong == noted(3 if changed <= 3 else 6)


def test_an_edit_after_the_last_head_cannot_be_seen_and_is_not_vouched_for() -> None:
    check = checked(seals(9, 7), noted(6))
    assert check.wrong is None and check.vouched == 6


def test_a_cut_end_is_found() -> None:
    assert checked(seals(5), noted(6)).missing == noted(6)


def test_a_typed_head_is_found_at_its_place() -> None:
    check = checked(seals(9), typed=seals(4)[-1][1][:12])
    assert (check.typed_at, check.vouched) == (4, 4)
    assert checked(seals(3), typed=seals(4)[-1][1][:12]).typed_at is None


def test_two_heads_of_one_record_that_differ_are_a_fault() -> None:
    forged = NotedHead(1, FILE, 6, "0" * 64, "the state folder")
    assert checked(seals(9), forged, noted(6, "the system's journal")).wrong == forged


def test_a_line_is_read_back_and_nothing_else_is() -> None:
    head = noted(6)
    assert NotedHead.read(f"{head.line}\n", "the state folder") == head
    for line in ("", "head", "head 1 a 2 xyz", f"{head.line} more", head.line.upper(),
                 f"head {10**15} {FILE} 1 {'0' * 64}"):  # fmt: skip
        assert NotedHead.read(line, "x") is None
