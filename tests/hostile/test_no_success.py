"""A reply that cannot be read, or that lacks what makes it a success, confirms nothing."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.hostile.corpus import ACCOUNTS, Recorded, corpus, hold_with
from tests.hostile.mutations import ESCAPES, JUNK, Raw, changed, places, render
from tui.core.actions import Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import NoReply

UNREADABLE = (
    b"",
    b" ",
    b"null",
    b"true",
    b"0",
    b'"ok"',
    b"[]",
    b"[{}]",
    b"{}",
    b"OK",
    b"success",
    b"<html><body>200 OK</body></html>",
    b'{"data":[]}',
    b'{"data":{"list":[]}}',
    b'{"data":"success"}',
    b'{"result":true}',
    b'{"open":0}',
    b"\xff\xfe\x00",
    b'{"code":"\xff"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    gzip.compress(b'{"code":"0","data":[],"status":"ok"}'),
)
PROOF = {"htx": ("status", "code"), "okx": ("code",), "bitget": ("code",)}
"""Where each venue says that a request went well."""
WELL = frozenset({"ok", "0", "200", "00000"})
SILENT = NoReply("no answer within 1.5 s", sent=True)
NOT_PROVEN = (Verdict.UNKNOWN, Verdict.BUSY, Verdict.REFUSED)


def refused(recorded: Recorded, said: bytes, *, asked: str = "") -> None:
    """Holds the exchange with such answers, to everything or to one request: it has no success."""

    def bend(key: str, body: bytes) -> bytes:
        return said if asked in ("", key) else body

    try:
        result = hold_with(recorded, bend, silent=SILENT)
    except VenueError as error:
        assert error.verdict in NOT_PROVEN
    else:
        assert recorded.sort in ("cancel", "timer"), f"{recorded.name}: {said[:200]!r} {result}"
        assert result.verdict in NOT_PROVEN, f"{recorded.name}: {said[:200]!r} {result}"


@pytest.mark.parametrize("account", ACCOUNTS)
def test_what_cannot_be_read_confirms_nothing(account: str) -> None:
    for recorded in corpus().exchanges:
        if recorded.account == account:
            for said in UNREADABLE:
                refused(recorded, said)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_half_a_reply_confirms_nothing(account: str) -> None:
    for recorded in corpus().exchanges:
        if recorded.account == account:
            for key, bodies in recorded.replies.items():
                whole = bodies[0].rstrip()
                for length in {1, len(whole) // 3, len(whole) // 2, len(whole) - 1}:
                    refused(recorded, whole[:length], asked=only(recorded, key))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_nothing_but_its_own_word_of_success_is_one(account: str) -> None:
    """Whatever else stands in the place of that word, and a reply without it."""
    for recorded in corpus().exchanges:
        if recorded.account != account:
            continue
        for key, bodies in recorded.replies.items():
            for said in spoilt(json.loads(bodies[0]), PROOF[account.partition("-")[0]]):
                refused(recorded, said, asked=only(recorded, key))


def only(recorded: Recorded, key: str) -> str:
    """The requests whose answers are to be spoilt: a list may be lost where another way remains,
    and a cancel may find nothing to do where nothing is listed; so then all of them."""
    return key if len(recorded.replies) == 1 else ""


def spoilt(reply: dict[str, Any], names: tuple[str, ...]) -> list[bytes]:
    """OKX tells of chosen orders row by row, under a code that is another if one of them failed:
    such a row is spoilt along with it."""
    found = []
    if not any(path[-1:] == ("sCode",) for path in places(reply)):
        found = [render({k: v for k, v in reply.items() if k not in names}).encode()]
    for name in names:
        if name not in reply:
            continue
        for junk in (*JUNK, *ESCAPES, "OK", "ok ", "success", "0.0", "000000", "1", 1, 200.5, [0]):
            text = junk.text if isinstance(junk, Raw) else str(junk)
            if isinstance(junk, bool) or text not in WELL | {"-0"}:
                bad = changed(reply, (name,), lambda _, junk=junk: junk)
                for path in places(reply):
                    if path[-1:] == ("sCode",):
                        bad = changed(bad, path, lambda _, junk=junk: junk)
                found.append(render(bad).encode("utf-8", "surrogatepass"))
    return found


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_list_that_is_none_is_no_empty_book(account: str) -> None:
    """Neither is one with an entry that is no order: a book is whole or it is not read."""
    for recorded in corpus().of(account, "book"):
        for key, bodies in recorded.replies.items():
            if key not in ("/api/v3/trade/unfilled-strategy-orders",) and len(bodies) > 1:
                continue
            reply = json.loads(bodies[0])
            for path in places(reply):
                held = at(reply, path)
                if isinstance(held, list) and path and path[-1] in ("orders", "data", "list"):
                    for junk in (True, 0, 1, "", "x", "[]", 0.5, [None], [[]], ["x"], [{}]):
                        bad = changed(reply, path, lambda _, junk=junk: junk)
                        refused(recorded, render(bad).encode())


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def test_the_recorded_replies_themselves_are_successes() -> None:
    """Else the tests above would say nothing."""
    for recorded in corpus().exchanges:
        result = hold_with(recorded, lambda _, body: body, silent=SILENT)
        if recorded.sort == "book":
            assert result.kinds
        elif recorded.sort in ("cancel", "timer"):
            assert result.verdict in (Verdict.ACCEPTED, Verdict.NOTHING, Verdict.BUSY), (
                recorded.name
            )
