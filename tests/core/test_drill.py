"""What a drill came to: written and read back, and when it was well."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tui.core.drill import AccountDrill, Drill, DrillError, DrillPlan, last_of


def some(at_ms: int = 1, **changes: Any) -> Drill:
    one = AccountDrill("a", "okx", 3, 1.0, 2.0, 1.0, 4.0, 5.0, "confirmed", 0)
    return replace(Drill(at_ms, (one,), (("panic", 5.0),), done=True), **changes)


def test_a_drill_comes_back_as_it_was_written() -> None:
    for drill in (some(), some(done=False), some(problem="x", url="http://127.0.0.1:1")):
        assert Drill.of_json(json.dumps(drill.as_json())) == drill


@pytest.mark.parametrize("line", ["", "[]", "{}", "null", '{"at_ms": "x"}', '{"steps": []}'])
def test_what_is_no_drill_is_refused(line: str) -> None:
    with pytest.raises(DrillError):
        Drill.of_json(line)
    with pytest.raises(DrillError):
        DrillPlan.of_json(line)


@pytest.mark.parametrize("number", ["1e999", "NaN", "9" * 4_000, "9" * 5_000, "-1", "[" * 90_000])
def test_a_drill_of_no_moment_is_refused(number: str) -> None:
    line = json.dumps(some().as_json())
    at = f'"at_ms": {some().at_ms}'
    assert at in line
    with pytest.raises(DrillError):
        Drill.of_json(line.replace(at, f'"at_ms": {number}'))


def test_hostile_words_in_the_file_are_made_safe() -> None:
    said = some(problem="\x1b[2J" + "x" * 5_000)
    back = Drill.of_json(json.dumps(said.as_json()))
    assert back.problem.isprintable() and len(back.problem) <= 200


@pytest.mark.parametrize(
    "changes",
    [{"done": False}, {"problem": "x"}, {"accounts": ()},
     {"accounts": (replace(some().accounts[0], orders=0),)},
     {"accounts": (replace(some().accounts[0], left=1),)},
     {"accounts": (replace(some().accounts[0], left=None),)},
     {"accounts": (replace(some().accounts[0], outcome="remaining"),)},
     {"accounts": (replace(some().accounts[0], timers=1, arm_ms=3.0),)}],
)  # fmt: skip
def test_only_a_whole_drill_is_well(changes: dict[str, Any]) -> None:
    assert some().ok
    assert not some(**changes).ok


def test_a_drill_without_orders_is_shown_and_does_not_count() -> None:
    empty = some(9, accounts=(replace(some().accounts[0], orders=0),))
    assert last_of((some(3), empty)) == some(3)
    assert last_of((empty,)) is None
    assert last_of((some(3), empty), any_size=True) == empty
