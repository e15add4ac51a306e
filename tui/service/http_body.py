"""The body of an HTTP answer that came packed, though nobody asked for that."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

_GZIP_BEGINS = b"\x1f\x8b"
"""No JSON begins so: some proxies pack an answer and do not say it."""
_MOST_LAYERS = 3
_GZIP, _ZLIB, _RAW = 31, 15, -15


class CannotUnpack(Exception):
    """What is wrong with a body, in a few words."""


def unpacked(body: bytes, headers: Sequence[tuple[bytes, bytes]], limit: int) -> bytes:
    """The body as its sender means it, of at most `limit` bytes. Raises CannotUnpack."""
    said = b",".join(value for name, value in headers if name == b"content-encoding")
    packings = [one for part in said.lower().split(b",") if (one := part.strip())]
    packings = [one for one in packings if one != b"identity"]
    if not packings and body.startswith(_GZIP_BEGINS):
        packings = [b"gzip"]
    if not body or not packings:
        return body
    if len(packings) > _MOST_LAYERS:
        raise CannotUnpack("it is packed again and again")
    for packing in reversed(packings):
        if packing in (b"gzip", b"x-gzip"):
            body = _inflated(body, limit, _GZIP)
        elif packing == b"deflate":
            try:
                body = _inflated(body, limit, _ZLIB)
            except CannotUnpack:
                # Some mean the raw stream by it, without the header that the name stands for.
                body = _inflated(body, limit, _RAW)
        else:
            raise CannotUnpack("it is packed in a way that nobody asked for")
    return body


def _inflated(body: bytes, limit: int, wbits: int) -> bytes:
    plain = bytearray()
    while body:
        unpacker = zlib.decompressobj(wbits)
        try:
            plain += unpacker.decompress(body, limit + 1 - len(plain))
        except zlib.error:
            raise CannotUnpack("it is packed, and damaged") from None
        if len(plain) > limit:
            raise CannotUnpack(f"it unpacks to more than {limit} bytes")
        if not unpacker.eof:
            raise CannotUnpack("it is packed, and not whole")
        body = unpacker.unused_data if wbits == _GZIP else b""
    return bytes(plain)
