"""Talks held side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tui.venues.base import Call, Reply, Talk

T = TypeVar("T")


def side_by_side(talks: Sequence[Talk[T]]) -> Talk[list[T]]:
    """Holds all of `talks` at once, their batches joined: as many rounds as the longest needs.

    Raises what the first of them raises.
    """
    results: dict[int, T] = {}
    replies: dict[int, tuple[Reply, ...] | None] = dict.fromkeys(range(len(talks)))
    while True:
        batches: dict[int, tuple[Call, ...]] = {}
        for number, heard in replies.items():
            try:
                talk = talks[number]
                batches[number] = next(talk) if heard is None else talk.send(heard)
            except StopIteration as stop:
                results[number] = stop.value
        if not batches:
            return [results[number] for number in range(len(talks))]
        answers = iter((yield tuple(call for calls in batches.values() for call in calls)))
        replies = {number: tuple(next(answers) for _ in calls) for number, calls in batches.items()}
