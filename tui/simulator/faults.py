"""Replies that go wrong in a named way, for drills and tests.

| kind | executed | what the client meets |
|---|---|---|
| `http_500` | no | HTTP 500 in plain text; on a socket the venue's own internal error |
| `html_502` | no | an HTML page of a gateway with HTTP 502; a socket loses its connection |
| `rate_limit` | no | the venue's rate limit error |
| `bad_code` | no | a well-formed refusal with a code that no document lists |
| `auth_refused` | no | the venue's refusal of a signature, with good credentials |
| `maintenance` | no | the venue's maintenance error |
| `hostile_text` | no | a refusal whose text holds markup, escape sequences and line breaks |
| `ignore` | no | nothing at all, on an open connection |
| `drop` | yes | nothing: the connection is reset where the reply belonged |
| `garbage` | yes | bytes that are not JSON |
| `delay` | yes | the right reply, `delay_ms` late (1000 if not given) |
| `accept_only` | no | a success reply, with everything still resting |
| `partial` | in part | the first and every other order fail with a documented per-order error |
| `disconnect` | - | every open socket of the account is closed now; nothing is left pending |

`executed` can be turned round in the request, and `delay_ms` delays any kind. Without `path`
or `op` a fault waits for the next command or signed request; it then lets logins and
heartbeats pass, except `auth_refused`, which takes a login too. With `op` `auth` (HTX) or
`login` (OKX), `ignore`, `drop` and `delay` concern the login itself and any other kind refuses
it; with `op` `ping`, OKX leaves a text ping unanswered.

An algorithm that goes on quoting is no fault of a reply: see `every_ms` in `control_api`.
"""

from __future__ import annotations

from dataclasses import dataclass

EXECUTED_KINDS = frozenset({"drop", "garbage", "delay", "accept_only", "partial"})
REFUSED_KINDS = frozenset(
    {
        "http_500",
        "html_502",
        "rate_limit",
        "bad_code",
        "auth_refused",
        "maintenance",
        "hostile_text",
        "ignore",
    }
)
KINDS = EXECUTED_KINDS | REFUSED_KINDS | {"disconnect"}

SESSION_OPS = frozenset({"auth", "login", "subscribe", "unsubscribe", "ping"})

HOSTILE_TEXT = (
    "[bold red]cancelled[/] [link=https://example.invalid]0 open[/link] "
    "\x1b[2J\x1b[31mALL CLEAR\x1b]0;owned\x07\r\n\u202egnp.exe\u0000 {0} %s <b>&amp;"
)
GARBAGE = b'{"code":"0","data":[{"result":tru'
GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(slots=True)
class Fault:
    """One pending fault: it concerns the next `count` replies that the filters let through."""

    kind: str
    count: int
    path: str = ""
    op: str = ""
    delay_ms: int = 0
    executed: bool = False

    def concerns(self, path: str, op: str) -> bool:
        if self.path:
            return path == self.path
        if self.op:
            return op == self.op
        return op not in SESSION_OPS or (self.kind == "auth_refused" and op in {"auth", "login"})


class Faults:
    """The pending faults of one account, oldest first."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._pending.append(fault)

    def clear(self) -> None:
        self._pending.clear()

    def take(self, *, path: str = "", op: str = "") -> Fault | None:
        """The fault that this request meets, if any, counted down by one."""
        for fault in self._pending:
            if fault.concerns(path, op):
                fault.count -= 1
                if fault.count == 0:
                    self._pending.remove(fault)
                return fault
        return None

    def take_public(self, path: str) -> Fault | None:
        """Like `take` for a request without credentials: only a fault that names its path."""
        named = any(fault.path == path for fault in self._pending)
        return self.take(path=path) if named else None
