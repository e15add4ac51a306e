"""Calls, replies and socket events: the shapes that pass between a venue and the service."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

JsonObject: TypeAlias = dict[str, JsonValue]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RestCall:
    """A REST request before it is signed."""

    method: Literal["GET", "POST"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str = ""
    """Exactly the text to be sent and signed."""
    signed: bool = True
    listed: int = field(default=0, compare=False)
    """For a later page of a list: how many orders the pages before it have."""
    within_s: float | None = field(default=None, compare=False)
    """A deadline of its own, where that of its batch is longer than the answer is worth."""
    decides: bool = field(default=False, compare=False)
    """A question after a cancel, on which the meaning of that depends: it is asked again while the
    venue refuses it because it was asked too often."""


@dataclass(frozen=True, slots=True)
class SocketCall:
    """A request over the venue's WebSocket before it has its id."""

    op: str
    data: JsonValue
    """What goes under the venue's own name for it: `data` (HTX), `args` (OKX)."""


Call: TypeAlias = RestCall | SocketCall

Market: TypeAlias = tuple[str, str]
"""A kind of order and a contract: where an order may be."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A documented limit: `calls` in `per_s` seconds, of all calls whose limit has this name."""

    name: str
    calls: int
    per_s: float


@dataclass(frozen=True, slots=True)
class RestReply:
    """A complete HTTP answer, whatever its status."""

    status: int
    body: bytes
    retry_after_s: float | None = None
    """What its `Retry-After` asks for, at most half a minute; None where it asks for nothing."""


@dataclass(frozen=True, slots=True)
class SocketReply:
    """The message that answered a socket request."""

    message: JsonObject


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing answered."""

    reason: str
    """One line for the trader: `no answer within 1.5 s`."""
    sent: bool
    """False only if the request certainly never left; otherwise it may have been carried out."""


Reply: TypeAlias = RestReply | SocketReply | NoReply

Exchange: TypeAlias = Generator[tuple[Call, ...], tuple[Reply, ...], T]


@dataclass(frozen=True, slots=True)
class SignedRest:
    """A REST request as it leaves."""

    method: str
    target: str
    """Path and query, byte for byte as signed."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    hidden: tuple[str, ...]
    """Values of this request that nothing may keep or show: the signature."""


@dataclass(frozen=True, slots=True)
class SocketText:
    """A WebSocket message as it leaves."""

    text: str
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The venue accepted the login; only now may commands be sent."""


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """The venue refused the login. `permanent`: the same credentials will be refused again."""

    code: str
    text: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to the request of that id."""

    request_id: str
    message: JsonObject


@dataclass(frozen=True, slots=True)
class AllUnknown:
    """An error that names no request: whatever is in flight may have been carried out or not."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Pinged:
    """The venue wants this sent back at once."""

    answer: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The venue is about to drop the connection."""

    text: str


@dataclass(frozen=True, slots=True)
class Received:
    """A message that asks for nothing: a pong, a notice, a push."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that mean nothing; `reason` in one line."""

    reason: str


SocketEvent: TypeAlias = (
    LoggedIn | LoginRefused | Answered | AllUnknown | Pinged | Closing | Received | Unreadable
)


@dataclass(frozen=True, slots=True)
class SocketRead:
    """A message taken apart: what the log shows of it, and what it means."""

    text: str
    """The unpacked payload, made safe, not yet redacted."""
    unpacked: int
    """Bytes after decompression."""
    event: SocketEvent


TOO_MANY_REQUESTS = 429
"""The HTTP status of most venues for one call too many."""
