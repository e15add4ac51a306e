"""Reading what a venue sent: bounded, defensive, and the same for every venue."""

from __future__ import annotations

import json
import zlib

from tui.core.actions import Ack, Verdict
from tui.core.sanitize import sanitize
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import (
    TOO_MANY_REQUESTS,
    JsonObject,
    JsonValue,
    NoReply,
    Reply,
    RestReply,
    SocketReply,
)

MAX_UNPACKED = 8 * 1024 * 1024
"""Bytes that one packed message may grow to; an honest one stays under a megabyte."""

NOT_NAMED = "the answer does not name this order"
"""What is said of a chosen order that a venue's answer passes over."""


class NotReadable(Exception):
    """The bytes are not what the venue promised; the message says how, in one safe line."""


def unpack_gzip(data: bytes, limit: int = MAX_UNPACKED) -> bytes:
    """One gzip member unpacked, never to more than `limit` bytes. Raises NotReadable."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, limit)
    except zlib.error as error:
        raise NotReadable(f"not gzip: {sanitize(str(error), 80)}") from None
    if not unpacker.eof:
        raise NotReadable(f"the message is cut short or unpacks to more than {limit} bytes")
    if unpacker.unused_data:
        raise NotReadable("bytes follow the packed message")
    return plain


def parse_object(data: bytes | str) -> JsonObject:
    """A JSON object. Raises NotReadable for anything else, however deep, wide or broken."""
    try:
        value: JsonValue = json.loads(data)
    except (ValueError, RecursionError):
        raise NotReadable(_what_it_is(data)) from None
    if not isinstance(value, dict):
        raise NotReadable("not a JSON object")
    return value


def _what_it_is(data: bytes | str) -> str:
    """What a message is that is no JSON, in a trader's words."""
    begin = data[:200].lstrip()
    if not begin:
        return "an empty message"
    web_page = begin[:1] in (b"<", "<")
    return "a web page instead of an answer" if web_page else "not JSON"


def text_of(value: JsonValue) -> str:
    """A scalar as safe text: codes and ids come as strings or numbers; empty for anything else."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, str | int | float):
        return sanitize(str(value), 2_000)
    return ""


def int_of(value: JsonValue) -> int | None:
    """A whole number written as a number or as text, of sane length; None otherwise."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**20 else None
    if isinstance(value, str) and len(value) <= 20:
        try:
            return int(value)
        except ValueError:
            return None
    return None


def objects_of(value: JsonValue) -> list[JsonObject]:
    """The objects of a list; empty for null or anything that is not a list."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def object_of(value: JsonValue) -> JsonObject:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def codes(text: str) -> frozenset[str]:
    """The words of `text`: a table of a venue's codes, as one reads it."""
    return frozenset(text.split())


def answer_of(reply: Reply) -> tuple[JsonObject, int]:
    """The JSON object of a reply, and its HTTP status (200 for a socket message).

    Raises VenueError: BUSY when the request certainly never left, UNKNOWN when nothing answered
    or the answer is not a JSON object, whatever its status: a gateway's error page proves nothing
    about what became of the request behind it.
    """
    if isinstance(reply, NoReply):
        verdict = Verdict.UNKNOWN if reply.sent else Verdict.BUSY
        raise VenueError(verdict, "", sanitize(reply.reason, 200))
    if isinstance(reply, SocketReply):
        return reply.message, 200
    try:
        return parse_object(reply.body), reply.status
    except NotReadable as error:
        raise gateway_error(reply, error) from None


_GATEWAY_S = 1.0
"""When a read is tried again that a gateway answered without saying when."""
_GATEWAY_WORDS = {
    401: "a gateway refuses access",
    403: "a gateway refuses access",
    404: "there is no such address; check the URLs in the settings",
    407: "the proxy on the way wants a login",
    408: "a gateway got no answer in time",
    429: "a gateway limits the requests",
    451: "a gateway refuses access from here",
    502: "a gateway could not reach the venue",
    503: "the venue is not available",
    504: "a gateway got no answer from the venue in time",
}
"""What an HTTP status means that came without an answer of the venue's own."""


def gateway_error(reply: RestReply, why: NotReadable) -> VenueError:
    """The meaning of an answer that is not the venue's. UNKNOWN: whether a request got through
    behind a gateway is not known."""
    if 200 <= reply.status < 300:
        text = str(why)
    elif 300 <= reply.status < 400:
        text = "the address has moved, and redirects are not followed; check the URLs"
    else:
        text = _GATEWAY_WORDS.get(reply.status, f"a gateway failed ({why})")
    if (wait_s := reply.retry_after_s) is not None:
        asks = f"asks to wait {wait_s:g} s"
        limit = reply.status == TOO_MANY_REQUESTS
        text = f"the gateway {asks}" if limit else f"{text}; it {asks}"
    return VenueError(
        Verdict.UNKNOWN,
        f"HTTP {reply.status}",
        text,
        _GATEWAY_S if wait_s is None else wait_s,
        limited=reply.status == TOO_MANY_REQUESTS or wait_s is not None,
    )


def asked_to_wait(reply: Reply, usual_s: float) -> float:
    """When to ask again: what the answer itself asks for, else what is usual at the venue."""
    wait_s = reply.retry_after_s if isinstance(reply, RestReply) else None
    return usual_s if wait_s is None else max(wait_s, usual_s)


def refused_read(error: VenueError) -> VenueError:
    """The same for a read: one that was not answered for a limit has changed nothing, so that it
    is repeated as soon as the limit allows."""
    if error.limited and error.verdict is Verdict.UNKNOWN:
        return VenueError(Verdict.BUSY, error.code, error.text, error.retry_after_s, limited=True)
    return error


def read_error(
    ack: Ack, retry_after_s: float | None = None, *, limited: bool = False
) -> VenueError:
    """A refusal of a read: there, even "nothing to cancel" is no answer."""
    verdict = Verdict.UNKNOWN if ack.verdict is Verdict.NOTHING else ack.verdict
    text = ack.text or "not understood"
    wait_s = ack.retry_after_s if retry_after_s is None else retry_after_s
    return VenueError(verdict, ack.code, text, wait_s, limited=limited)


def compact(value: JsonValue) -> str:
    """JSON without a space: the very text that is signed and sent."""
    return json.dumps(value, separators=(",", ":"))
