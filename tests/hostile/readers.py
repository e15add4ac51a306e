"""Every reader of foreign bytes, each as one function from bytes, with what it may raise.

The exchanges with the venues are not here: `corpus` has them.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import math
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from rich.style import Style
from textual import events

from tests.hostile.tape import NOON_MS, TAPE
from tui.core.accounts import Account, GuardSettings
from tui.core.audit.chain import (
    NotARecord,
    read_record,
    sealed_by,
    torn_digest,
    verify,
)
from tui.core.clocks import read_clock
from tui.core.deadman.machine import STRAY_S, DeadmanMachine
from tui.core.deadman.plan import TimerPlan
from tui.core.drill import AccountDrill, Drill, DrillAccount, DrillError, DrillPlan
from tui.core.formatting import timestamp
from tui.core.frames import Frame, FrameFeed
from tui.core.sanitize import safe_bytes
from tui.core.secrets import Secret
from tui.service.audit import files as audit_files
from tui.service.audit.reader import CannotRead, check_file
from tui.service.deadman.guards import Guards
from tui.service.deadman.timer_past import MOST_BYTES, TimerPast
from tui.service.demo import DemoError, read_greeting
from tui.service.files.ui_state import ScreenFile
from tui.service.network.frame_recorder import Recorder
from tui.service.network.http_client import ConnectionStream, HttpConnection, RequestFailed
from tui.service.network.response_head import LONGEST_WAIT_S, retry_after_s
from tui.service.network.rest_route import shown_headers
from tui.service.replay.desk import ReplayDesk
from tui.service.replay.index import index_file
from tui.service.secrets.credentials import CredentialsError, decode_fields
from tui.service.secrets.pin import _decoded, _encoded, _Hash
from tui.service.settings.editor import account_tables, change_tables, plain_tables
from tui.service.settings.loader import SettingsError, parse_settings
from tui.ui.frames.detail_screen import facts, lines
from tui.ui.frames.json_text import json_start, pretty, spans
from tui.ui.frames.payload_view import _wrapped
from tui.ui.frames.row_renderer import RowRenderer
from tui.ui.frames.table_base import INKS
from tui.ui.terminal.tokens import Tokenizer
from tui.ui.textual_compat.messages import Messages
from tui.venues import adapter_for
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import RestReply
from tui.venues.bitget.replies import data_of as bitget_data
from tui.venues.common.parsing import NotReadable, parse_object, unpack_gzip
from tui.venues.common.read_only import ReadOnlyAdapter
from tui.venues.htx.replies import answer as htx_answer
from tui.venues.htx.socket import read_socket as read_htx
from tui.venues.okx.replies import rows_of as okx_rows
from tui.venues.okx.socket import read_message as read_okx


@dataclass(frozen=True)
class Reader:
    """Something that reads foreign bytes."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    raises: tuple[type[Exception], ...] = ()


def judge(value: object) -> None:
    """Whatever a reader makes of foreign bytes is fit to be shown: safe, finite, of sane size."""
    for part in _parts(value):
        if isinstance(part, str):
            assert part.isprintable(), part[:200]
            assert len(part) <= 100_000, len(part)
        elif isinstance(part, float):
            assert math.isfinite(part), part
        elif isinstance(part, int):
            assert abs(part) < 10**21, part


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from _parts(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
    else:
        yield value


# --- messages of a socket -------------------------------------------------------------------------

_HTX_SAID = (
    {"op": "auth", "type": "api", "err-code": 0, "ts": NOON_MS, "data": {"user-id": "1"}},
    {"op": "ping", "ts": str(NOON_MS)},
    {"op": "close", "err-code": 0, "err-msg": "going down", "ts": NOON_MS},
    {"op": "error", "err-code": 2002, "err-msg": "not logged in", "ts": NOON_MS},
    {"status": "ok", "data": {"errors": [], "successes": "1,2"}, "ts": NOON_MS, "cid": "a1"},
    {"code": 200, "message": "Success", "data": [{"order_id": "1", "code": 200}], "cid": "a1"},
)
_OKX_SAID = (
    {"event": "login", "code": "0", "msg": "", "connId": "1"},
    {"event": "error", "code": "60009", "msg": "Login failed.", "connId": "1"},
    {"event": "notice", "code": "64008", "msg": "going down", "connId": "1"},
    {"id": "a1", "op": "sprd-mass-cancel", "data": [{"result": True}], "code": "0", "msg": ""},
)


def _json(*values: object) -> tuple[bytes, ...]:
    return tuple(json.dumps(value).encode() for value in values)


def _socket(read: Callable[[bytes | str], Any]) -> Callable[[bytes], object]:
    def take(data: bytes) -> object:
        found = [read(data), read(data.decode("utf-8", "surrogateescape"))]
        for one in found:
            judge((one.text, one.unpacked, *_told(one.event)))
        return found

    return take


def _told(event: object) -> list[object]:
    """What an event says; the message of an answer is the venue's own and goes to an exchange."""
    return [getattr(event, f.name) for f in fields(event) if f.name != "message"]  # type: ignore[arg-type]


def _packed(data: bytes) -> object:
    return read_htx(gzip.compress(data, 1)), read_htx(data)


def _watched(data: bytes) -> object:
    read = []
    for venue in ("htx", "okx", "bitget"):
        adapter = ReadOnlyAdapter(adapter_for(Account("a", venue, "https://a.invalid")))
        read += (adapter.read_socket(data), adapter.limited(RestReply(200, data)))
        try:
            read.append(adapter.failed(parse_object(data)))
        except NotReadable:
            continue
    return read


# --- HTTP -----------------------------------------------------------------------------------------

_HTTP = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"code":"0" }',
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n0\r\nX-T: v\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Slow\r\nSet-Cookie: a=b\r\n\r\nuntil the end",
    b"HTTP/1.0 502 Bad Gateway\r\nServer: \x9b31m\xe2\x80\xae\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nVia\r\nX Y : z\r\n  more\r\nContent-Length : 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b'{"code":"0"}' * 9),
    b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + zlib.compress(b'{"code":"0"}' * 9),
)
_WAITS = (b"5", b"1.5", b"Wed, 21 Oct 2026 07:28:00 GMT", b"Sun Nov  6 08:49:37 1994", b"never")


def _from_a_gateway(data: bytes) -> object:
    """Every venue's reading of a list, with an answer that is not the venue's own."""
    found = []
    for status, wait_s in ((200, None), (302, None), (429, None), (429, 5.0), (503, 2.0)):
        for read in (okx_rows, bitget_data, htx_answer):
            try:
                read(RestReply(status, data, wait_s))
            except VenueError as error:
                found.append((error.verdict, error.code, error.text, error.ack))
    return found


def _asks_to_wait(data: bytes) -> object:
    named = {"retry-after": data, "date": data[::-1]}
    headers = [(name.encode(), value) for name, value in named.items()]
    found = (retry_after_s(headers, 0.0), retry_after_s(headers[:1], 1.8e9))
    assert all(wait_s is None or 0 <= wait_s <= LONGEST_WAIT_S for wait_s in found)
    return found


class _Wire(asyncio.Transport):
    """Takes what is sent; what comes back is given by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()

    def write(self, data: Any) -> None:
        self.written.set()

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        pass


def _answered(data: bytes) -> object:
    """One request whose response comes in two pieces, and then the end of the connection."""

    async def exchange() -> object:
        stream, wire = ConnectionStream(), _Wire()
        stream.connection_made(wire)
        connection = HttpConnection("http://127.0.0.1:1", stream)
        asking = asyncio.ensure_future(connection.request("GET", "/", ()))
        await wire.written.wait()
        middle = len(data) // 2
        for part in (data[:middle], data[middle:]):
            if part:
                stream.data_received(part)
        stream.eof_received()
        stream.connection_lost(None)
        async with asyncio.timeout(20):
            response = await asking
        shown = _recorded(shown_headers(response.headers))
        assert 100 <= response.status < 1000
        return response.status, len(response.body), shown

    return asyncio.run(exchange())


def _recorded(headers: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    feed = FrameFeed()
    Recorder(feed, read_clock, lambda _: None).record("a", "rest", "in", "", headers=headers)
    judge(feed.drain())
    return tuple(headers)


# --- files, the keyring, other processes ----------------------------------------------------------

_SETTINGS = b"""\
[desk]
confirm = "twice"
screen_grace_s = 30

[[accounts]]
name = "bitget-mm"
venue = "bitget"
rest_url = "https://api.bitget.com"
[accounts.deadman]
countdown_s = 30
beat_s = 5
on_quit = "ask"
[accounts.deadman.guards]
file = "/tmp/a"
"""


def _in_a_file(read: Callable[[Path], object], name: str) -> Callable[[bytes], object]:
    def take(data: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            return read(path)

    return take


def _edited(path: Path) -> object:
    changes = {"desk": {"confirm": "once"}}
    return account_tables(path), plain_tables(path), change_tables(path, changes)


def _guarded(path: Path) -> object:
    async def look() -> str:
        return await Guards(GuardSettings(pid_file=str(path)), read_clock).check()

    fault = asyncio.run(look())
    judge(fault)
    return fault


def _entry(data: bytes) -> object:
    return decode_fields(Secret(data.decode("utf-8", "surrogateescape")))


def _doubted(data: bytes) -> object:
    """What a killdesk left of a timer: believed within bounds, and never a reason to stop."""
    past, now = TimerPast.read(data), read_clock()
    if past is None:
        return None
    past = past.by_clock_of(now, past.boot)
    past.restore(DeadmanMachine(TimerPlan.of(30, 5.0, 1.0, 5, 60)), now)
    machine = DeadmanMachine(TimerPlan.of(30, 5.0, 1.0, 5, 60))
    sent = past.restore_switch_off(machine, now)
    assert sent is None or 0 <= round(now.since(sent), 3) <= STRAY_S
    machine.arm(now)
    assert machine.next_request(now.later(1)) == 30
    judge(past.message(now, 30))
    return past


def _pin(data: bytes) -> object:
    return _decoded(Secret(data.decode("utf-8", "surrogateescape")))


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    def take(data: bytes) -> object:
        found = read(data.decode("utf-8", "surrogateescape"))
        judge(found)
        return found

    return take


_DRILL = Drill(
    NOON_MS,
    (AccountDrill("a", "okx", 40, 1.0, 2.0, 3.0, 4.0, 5.0, "confirmed", 0, 1, 6.0, 7.0, ""),),
    (("connect", 1.0),),
    True,
    "",
    "http://127.0.0.1:1",
)
_PLAN = DrillPlan((DrillAccount("a", "htx", "legacy", (("cross", 3),), (), (), ()),), False)
_GREETING = {
    "url": "http://127.0.0.1:1",
    "accounts": [
        {"name": "a", "venue": "okx", "api_key": "k", "secret_key": "s", "passphrase": "p"}
    ],
}


# --- the record -----------------------------------------------------------------------------------


def _record(data: bytes) -> object:
    sealed_by(data)
    torn_digest(data)
    record = read_record(data)
    judge((record.kind, record.at_ms, timestamp(record.at_ms)))
    return record


def _replayed(path: Path) -> object:
    """The whole of a file is gone through, and its first half once more."""
    desk = ReplayDesk(index_file(path))
    for position_ms in (desk.index.length_ms, desk.index.length_ms / 2):
        desk.seek(position_ms)
        while desk._go_on() is not None:
            desk.pause()
        judge((desk.view.notice, desk.view.accounts, desk.place.wall_ms))
        judge((desk.clock(), desk.frames.drain()))
    return desk.view


def _after_good(data: bytes) -> bytes:
    """A line that somebody put between good ones."""
    return b"".join((*TAPE[:3], data.rstrip(b"\n") + b"\n", *TAPE[3:]))


def _tail(path: Path) -> object:
    with path.open("rb") as file:
        return audit_files.read_tail(file.fileno())


# --- what is shown --------------------------------------------------------------------------------

_PAYLOADS = (
    b'{"code":"0","data":[{"result":true,"ts":1.10,"n":null}],"msg":"a \\"b\\" c"}',
    b'200  {"code":"00000","data":{"list":[{"orderId":"1"},{"orderId":"2"}]}}',
    b'POST /api/v5/sprd/mass-cancel?a=b  {"sprdId":"BTC-USDT"}',
    b"502  <html>\r\n<head><title>502 Bad Gateway</title></head>",
)
_INKS = {ink: Style() for ink in INKS}


def _shown(data: bytes) -> object:
    text = safe_bytes(data)
    frame = Frame(1, NOON_MS, "a", "rest", "in", text, headers=(("name", text[:300]),))
    grounds = {mark: Style() for mark in ("", "cursor", "pair")}
    for width in (40, 160):
        for left in (0, 200):
            lit = ((text[:3].lower(), "match"), ("code", "found"))
            painter = RowRenderer(_INKS, grounds, ("a",), width, left, [x for x in lit if x[0]])
            strip = painter.strip(frame)
            assert strip.cell_length == width, (width, strip.cell_length)
            judge(strip.text)
    start = json_start(text)
    found = tuple(spans(text, start or 0))
    laid_out = pretty(text[start or 0 :])
    if laid_out is not None:
        assert "".join("".join(laid_out).split()) == "".join(text[start or 0 :].split())
    for raw in (False, True):
        shown = list(lines(frame, raw=raw))
        judge([line for _, line in shown])
        judge([_wrapped(line, 40) for _, line in shown])
    judge(facts(frame).plain.replace("\n", " "))
    return len(found)


# --- the terminal ---------------------------------------------------------------------------------

_TYPED = (
    b"X\x1b[120:88;2:2;88u\x1b[57441;2:3u\x1b[27u\x1b[13;1:1u",
    b"\x1b[<0;10;20M\x1b[M !!\x1b[I\x1b[?2026;2$y\x1b[48;40;120;800;960t\x1b[5;5R",
    b"\x1b[200~XX \xe2\x82\xac\x1b[201~\x1b]52;c;WFg=\x07\x1bP1$r\x1b\\\x1bOP\x1b[[A\x1b",
    b"\x1b[:H\x1b[97;1:1u\x1b[88~\x1b[88A\x1b[1;5D\x1b[15~",
)


def _typed(data: bytes) -> object:
    """Read in two parts, the second so late that what was begun is too old."""
    tokenizer, messages = Tokenizer(), Messages()
    middle = len(data) // 2
    tokens = tokenizer.feed(data[:middle], 0.0) + tokenizer.expire(5.0)
    tokens += tokenizer.feed(data[middle:], 6.0) + tokenizer.expire(100.0)
    found = [message for token in tokens for message in messages.of(token)]
    for message in found:
        if isinstance(message, events.Resize):
            judge((message.size.width, message.size.height))
            assert max(message.size) <= 1000
        if isinstance(message, events.Key):
            assert len(message.key) < 100
            assert message.character is None or len(message.character) == 1
    return len(found)


_NOW_MS = read_clock().wall_ms


READERS: dict[str, Reader] = {
    "JSON": Reader(parse_object, _json(*_HTX_SAID), (NotReadable,)),
    "gzip": Reader(unpack_gzip, (gzip.compress(b'{"op":"ping"}' * 9),), (NotReadable,)),
    "HTX socket": Reader(_socket(read_htx), _json(*_HTX_SAID)),
    "HTX socket, packed": Reader(_packed, _json(*_HTX_SAID)),
    "OKX socket": Reader(_socket(read_okx), (*_json(*_OKX_SAID), b"ping", b"pong")),
    "sockets of a watching desk": Reader(_watched, _json(*_OKX_SAID, *_HTX_SAID)),
    "HTTP": Reader(_answered, _HTTP, (RequestFailed,)),
    "gateway": Reader(_from_a_gateway, (b"<html>no</html>", b"", b'{"code":1032}', b"[]")),
    "when to ask again": Reader(_asks_to_wait, _WAITS),
    "settings": Reader(lambda d: parse_settings(d, Path("x")), (_SETTINGS,), (SettingsError,)),
    "settings to edit": Reader(_in_a_file(_edited, "x.toml"), (_SETTINGS,), (SettingsError,)),
    "keyring entry": Reader(_entry, _json({"api_key": "k", "secret_key": "s"})),
    "PIN entry": Reader(
        _pin, (_encoded(_Hash(b"salt" * 4, b"d" * 32)).reveal().encode(),), (CredentialsError,)
    ),
    "theme": Reader(
        _in_a_file(lambda p: ScreenFile(p).theme, "s.json"), _json({"theme": "killdesk"})
    ),
    "timer in doubt": Reader(
        _doubted,
        (
            TimerPast(_NOW_MS, _NOW_MS + 30_000, _NOW_MS + 20_000).kept.ljust(MOST_BYTES),
            TimerPast(_NOW_MS, _NOW_MS + 3_600_000).kept,
            TimerPast(_NOW_MS, _NOW_MS + 30_000, 0, _NOW_MS - 9_000_000, "0123abcd").kept,
        ),
    ),
    "PID file": Reader(_in_a_file(_guarded, "pid"), (b"1\n", b"4194304")),
    "greeting": Reader(
        lambda d: read_greeting(d.decode("utf-8", "surrogateescape")),
        _json(_GREETING),
        (DemoError,),
    ),
    "drill": Reader(_text(Drill.of_json), _json(_DRILL.as_json()), (DrillError,)),
    "drill plan": Reader(
        lambda d: DrillPlan.of_json(d.decode("utf-8", "surrogateescape")),
        (_PLAN.as_json().encode(),),
        (DrillError,),
    ),
    "record": Reader(_record, tuple(line[:-1] for line in TAPE), (NotARecord,)),
    "chain": Reader(lambda d: judge(verify(_after_good(d).splitlines(keepends=True))), tuple(TAPE)),
    "record file": Reader(
        _in_a_file(check_file, "2025-10-17.jsonl"), (b"".join(TAPE),), (CannotRead,)
    ),
    "packed record file": Reader(
        _in_a_file(check_file, "2025-10-17.jsonl.gz"),
        (gzip.compress(b"".join(TAPE)),),
        (CannotRead,),
    ),
    "end of a record file": Reader(_in_a_file(_tail, "a.jsonl"), (b"".join(TAPE),), (OSError,)),
    "replay": Reader(
        lambda d: _in_a_file(_replayed, "2025-10-17.jsonl")(_after_good(d)), tuple(TAPE[1:])
    ),
    "frame on the screen": Reader(_shown, _PAYLOADS),
    "terminal": Reader(_typed, _TYPED),
}
