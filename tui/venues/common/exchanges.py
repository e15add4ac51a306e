"""Exchanges side by side or in turn, and the remedy put behind the refusal in which one ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from tui.core.actions import Ack
from tui.core.orders import Book
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Call, Exchange, Reply
from tui.venues.common.remedies import with_remedy

T = TypeVar("T")


def gather_exchanges(exchanges: Sequence[Exchange[T]]) -> Exchange[list[T]]:
    """Holds all of `exchanges` at once, their batches joined: as many rounds as the longest needs.

    Raises what the first of them raises.
    """
    results: dict[int, T] = {}
    replies: dict[int, tuple[Reply, ...] | None] = dict.fromkeys(range(len(exchanges)))
    while True:
        batches: dict[int, tuple[Call, ...]] = {}
        for number, received in replies.items():
            try:
                exchange = exchanges[number]
                batches[number] = next(exchange) if received is None else exchange.send(received)
            except StopIteration as stop:
                results[number] = stop.value
        if not batches:
            return [results[number] for number in range(len(exchanges))]
        answers = iter((yield tuple(call for calls in batches.values() for call in calls)))
        replies = {number: tuple(next(answers) for _ in calls) for number, calls in batches.items()}


def in_turn(exchanges: Iterable[Exchange[T]]) -> Exchange[list[T]]:
    """Each exchange after the one before it: no press waits for what they ask, and so many calls at
    once would open as many connections. Gives their results. Raises what the first of them raises.
    """
    results: list[T] = []
    for exchange in exchanges:
        result = yield from exchange
        results.append(result)
    return results


def alongside(
    calls: tuple[Call, ...], exchange: Exchange[T]
) -> Exchange[tuple[tuple[Reply, ...], T | VenueError]]:
    """Holds `exchange`, its first batch joined to `calls`; its error is a result, not an end.

    Either may have nothing to ask.
    """
    ours: list[Reply] = []
    results: list[T | VenueError] = []

    def asked() -> Exchange[None]:
        if calls:
            ours.extend((yield calls))

    def held() -> Exchange[None]:
        try:
            results.append((yield from exchange))
        except VenueError as error:
            results.append(error)

    yield from gather_exchanges([asked(), held()])
    return tuple(ours), results[0]


def advised(exchange: Exchange[T], remedy: Callable[[str], str]) -> Exchange[T]:
    """`exchange`, with what to do behind the words of a refusal; `remedy` gives it for a code."""
    try:
        meaning = yield from exchange
    except VenueError as error:
        error.remedy = remedy(error.code)
        raise
    if isinstance(meaning, Ack):
        return replace(meaning, text=with_remedy(meaning.text, remedy(meaning.code)))
    if isinstance(meaning, Book):
        refused = (
            (kind, with_remedy(words, remedy(words.partition(" ")[0])))
            for kind, words in meaning.refused
        )
        return replace(meaning, refused=tuple(refused))
    return meaning
