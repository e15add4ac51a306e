"""Which addresses of a venue are acceptable: encrypted ones, and plain ones on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


class EndpointError(ValueError):
    """An address that is not acceptable; the text says what was expected, without the address."""


def rest_endpoint(url: str) -> str:
    """`url` as the REST base address, without a closing slash. Raises EndpointError."""
    parts = _split(url, "https", "http")
    if parts.path not in ("", "/"):
        raise EndpointError("expected scheme and host only, such as https://host.example")
    return url.rstrip("/")


def socket_endpoint(url: str) -> str:
    """`url` as the WebSocket address. Raises EndpointError."""
    parts = _split(url, "wss", "ws")
    if parts.path in ("", "/"):
        raise EndpointError("expected an address with its path, such as wss://host.example/path")
    return url


def _split(url: str, encrypted: str, plain: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        raise EndpointError(f"expected an address such as {encrypted}://host.example")
    if parts.scheme not in (encrypted, plain):
        raise EndpointError(f"expected an address that begins with {encrypted}://")
    if parts.username is not None or parts.query or parts.fragment:
        raise EndpointError("expected an address without user, password, ? or #")
    if parts.scheme == plain and not is_loopback(host):
        raise EndpointError(f"expected {encrypted}:// ({plain}:// is for this machine only)")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host, as an address names it, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
