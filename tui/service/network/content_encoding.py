"""The body of an HTTP response that came compressed, though nobody asked for that.

httpx would decompress without a limit, take half of a body for the whole, and not see a body whose
encoding no header names.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

_GZIP_BEGINS = b"\x1f\x8b"
"""No JSON begins so: some proxies compress a body and do not say it."""
_MOST_LAYERS = 3
_GZIP, _ZLIB, _RAW = 31, 15, -15


class DecodeError(Exception):
    """What is wrong with a body, in a few words."""


def decode_body(body: bytes, headers: Sequence[tuple[bytes, bytes]], limit: int) -> bytes:
    """The body as its sender means it, of at most `limit` bytes; header names are in small letters.

    Raises DecodeError.
    """
    named = b",".join(value for name, value in headers if name == b"content-encoding")
    encodings = [one for part in named.lower().split(b",") if (one := part.strip())]
    encodings = [one for one in encodings if one != b"identity"]
    if not encodings and body.startswith(_GZIP_BEGINS):
        encodings = [b"gzip"]
    if not body or not encodings:
        return body
    if len(encodings) > _MOST_LAYERS:
        raise DecodeError("it is packed again and again")
    for encoding in reversed(encodings):
        if encoding in (b"gzip", b"x-gzip"):
            body = _inflated(body, limit, _GZIP)
        elif encoding == b"deflate":
            try:
                body = _inflated(body, limit, _ZLIB)
            except DecodeError:
                # Some mean the raw stream by it, without the header that the name stands for.
                body = _inflated(body, limit, _RAW)
        else:
            raise DecodeError("it is packed in a way that nobody asked for")
    return body


def _inflated(body: bytes, limit: int, wbits: int) -> bytes:
    plain = bytearray()
    while body:
        inflater = zlib.decompressobj(wbits)
        try:
            plain += inflater.decompress(body, limit + 1 - len(plain))
        except zlib.error:
            raise DecodeError("it is packed, and damaged") from None
        if len(plain) > limit:
            raise DecodeError(f"it unpacks to more than {limit} bytes")
        if not inflater.eof:
            raise DecodeError("it is packed, and not whole")
        body = inflater.unused_data if wbits == _GZIP else b""
    return bytes(plain)
