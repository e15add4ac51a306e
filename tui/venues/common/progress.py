"""What a cancel that goes out in several requests has come to so far, request by request.

A venue's limit, a lost connection or a refusal may stop some of the requests. What the venue has
answered for certain is not sent again: a retry concerns the rest alone, by whichever route.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tui.core.actions import Ack, Verdict
from tui.venues.base.messages import Call, Exchange, Reply
from tui.venues.common.acks import OrderResult

Answer: TypeAlias = Ack | list[OrderResult]
"""What a reply says of its request as a whole, or of each order that the request named."""

_CERTAIN = (Verdict.ACCEPTED, Verdict.NOTHING, Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a cancel."""

    key: str
    """What it cancels; the same for every route."""
    call: Call
    read: Callable[[Reply], Answer]
    label: str = ""
    """Contract or category, for messages about this request alone."""


class Progress:
    """The latest answer to each part. One object accompanies a run from its first send to its end.

    `paced` is set once the venue has refused or would refuse a request for their number: from then
    on a request is only sent when the venue's limit leaves room for it.
    """

    def __init__(self) -> None:
        self.paced = False
        self._answers: dict[str, Answer] = {}
        self._certain: set[str] = set()
        self._earlier: set[str] = set()
        """Certain before everything was asked for again."""

    @property
    def parts(self) -> int:
        """Requests known so far, sent or not."""
        return len(self._answers)

    @property
    def done(self) -> int:
        """Those that the venue has answered for certain."""
        return len(self._certain)

    def renew(self) -> None:
        """Orders are still open: all goes out again, what never had a certain answer first."""
        self._earlier |= self._certain
        self._certain.clear()

    def due(self, parts: Sequence[Part]) -> list[Part]:
        """The parts that are to be sent now."""
        due = {part.key: part for part in parts if part.key not in self._certain}
        return sorted(due.values(), key=lambda part: part.key in self._earlier)

    def take(self, parts: Sequence[Part], replies: Sequence[Reply]) -> None:
        """The replies to these parts."""
        for part, reply in zip(parts, replies, strict=True):
            answer = self._answers[part.key] = part.read(reply)
            if _is_certain(answer):
                self._certain.add(part.key)

    def settle(self, part: Part, ack: Ack) -> None:
        """What the part was to cancel is done in another way, with this result."""
        self._answers[part.key] = ack
        self._certain.add(part.key)

    def answers(self, parts: Sequence[Part]) -> list[Answer]:
        """The latest answer to each of these parts, all of which were sent."""
        return [self._answers[part.key] for part in parts]


def send(parts: Sequence[Part], progress: Progress) -> Exchange[list[Answer]]:
    """Sends what is due, all at once. The latest answers to all of the parts."""
    due = progress.due(parts)
    if due:
        progress.take(due, (yield tuple(part.call for part in due)))
    return progress.answers(parts)


def _is_certain(answer: Answer) -> bool:
    if isinstance(answer, Ack):
        return answer.verdict in _CERTAIN
    return all(result.verdict in _CERTAIN for result in answer)
