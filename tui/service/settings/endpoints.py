"""Which addresses are acceptable: encrypted ones, and plain ones on this machine.

No message repeats a whole address, which may have a password in it.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from tui.service.settings.text_checks import ValueRefused, quoted

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def rest_endpoint(url: str) -> str:
    """`url` as the REST base address, without a closing slash. Raises ValueRefused."""
    parts = _split(url, "https", "http")
    if parts.path not in ("", "/"):
        raise ValueRefused("expected scheme and host only, such as https://host.example")
    return url.rstrip("/")


def socket_endpoint(url: str) -> str:
    """`url` as the WebSocket address. Raises ValueRefused."""
    parts = _split(url, "wss", "ws")
    if parts.path in ("", "/"):
        raise ValueRefused("expected an address with its path, such as wss://host.example/path")
    return url


def local_url(url: str) -> str:
    """`url` if it is an address on this machine, with any path. Raises ValueRefused."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \\#")
    if parts.scheme not in ("http", "https") or not host or port == 0 or not plain:
        raise ValueRefused("expected an address such as http://127.0.0.1:8080/health")
    if "@" in parts.netloc:
        raise ValueRefused("expected an address without user and password")
    if not is_loopback(host):
        raise ValueRefused(
            "expected an address on this machine (127.0.0.1, localhost or [::1])", quoted(host)
        )
    return url


def is_loopback(host: str) -> bool:
    """Whether a host, as an address names it, is this machine."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host and any(address in network for network in _LOOPBACK)


def _split(url: str, encrypted: str, plain: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueRefused(f"expected an address such as {encrypted}://host.example")
    if parts.scheme not in (encrypted, plain):
        raise ValueRefused(f"expected an address that begins with {encrypted}://")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueRefused("expected an address without user, password, ? or #")
    if parts.scheme == plain and not is_loopback(host):
        raise ValueRefused(f"expected {encrypted}:// ({plain}:// is for this machine only)")
    return parts
