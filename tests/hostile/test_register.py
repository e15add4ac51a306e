"""No reader of foreign bytes without a fuzz: they are looked for in the source, and each must be
one that the readers and exchanges of these tests really run."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TypeGuard

import tui
from tests.hostile.corpus import corpus, hold_with
from tests.hostile.readers import READERS
from tui.venues.base.messages import NoReply

HOME = Path(tui.__file__).parent
FOREIGN = frozenset(
    {
        "bytes",
        "bytes | str",
        "Reply",
        "RestReply",
        "SocketReply",
        "JsonValue",
        "JsonObject",
        "list[JsonObject]",
        "Plain",
    }
)
"""What the parameter of a reader is."""
DECODERS = frozenset(
    {
        "loads",
        "load",
        "decompress",
        "decompressobj",
        "fromisoformat",
        "fromhex",
        "GzipFile",
        "from_plain",
        "parse_object",
        "aiter_raw",
        "json",
        "read_record",
        "read_socket",
    }
)
"""What a reader calls."""
ELSEWHERE = {
    "cli.audit:_Reading.__iter__": "e2e/hostile/test_commands: audit show, export",
    "cli.audit:_remainder": "e2e/hostile/test_commands: audit show, export",
    "core.audit.chain:_hash": "hashes what it is given",
    "service.audit.heads:_append": "writes; keeps the newer half of its own lines as they are",
    "service.network.dispatcher:Dispatcher._is_refusal": "asks the adapter, whose answer is fuzzed",
    "service.cancel.sender:_may_have_left": "looks at what kind of reply it is",
    "ui.app.preload:_load_next": "loads our own modules",
    "service.audit.files:_named": "a name that its pattern has let through; ValueError is caught",
    "service.audit.compression:_pack": "writes; what it reads back it has just written",
    "service.network.http_client:LocalServer.get": "our own simulator, for a drill",
    "service.network.pending_requests:Pending.answer": "hands on",
    "service.secrets.pin:_scrypt": "hashes what it is given",
    "ui.terminal.writer:TerminalWriter._put_out": "writes",
    "ui.textual_compat.driver:TerminalDriver._pass_on": "ui/test_driver: the real input function",
    "service.network.rest_route:RestRoute._says_error": "test_wire: a server of such answers",
    "service.network.websocket_connection:_Connection.data_received": "hands on; test_wire",
    "service.network.websocket_route:SocketRoute._take": "test_wire: a server of such messages",
    "venues.base.protocol:VenueAdapter.failed": "a protocol",
    "venues.base.protocol:VenueAdapter.limited": "a protocol",
    "venues.base.protocol:VenueAdapter.read_socket": "a protocol",
    "core.audit.snapshots:_thin": "writes",
}
"""Functions that look like readers: why they are none, or which other test fuzzes them."""


def readers() -> Iterator[str]:
    """`venues.okx_book:Listing.take` of everything in the source that takes foreign bytes apart."""
    for path in sorted(HOME.rglob("*.py")):
        module = ".".join(path.relative_to(HOME).with_suffix("").parts)
        if not module.startswith("simulator"):
            for name in _within(ast.parse(path.read_text("utf-8")), ()):
                yield f"{module}:{name}"


def _within(node: ast.AST, outer: tuple[str, ...]) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _within(child, (*outer, child.name))
        elif _is_reader(child):
            yield ".".join((*outer, child.name))


def _is_reader(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return bool(_types(node) & FOREIGN or _calls(node) & DECODERS)


def _types(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    given = (*function.args.args, *function.args.kwonlyargs)
    return {ast.unparse(one.annotation) for one in given if one.annotation is not None}


def _calls(function: ast.AST) -> set[str]:
    called = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {
        one.attr if isinstance(one, ast.Attribute) else one.id
        for one in called
        if isinstance(one, ast.Attribute | ast.Name)
    }


def reached() -> set[str]:
    """The functions of the product that run while good input is read."""
    found: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            found.add((frame.f_code.co_filename, frame.f_code.co_qualname))

    exchanges = corpus().exchanges
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for reader in READERS.values():
            for seed in reader.seeds:
                with suppress(*reader.raises):
                    reader.read(seed)
        for exchange in exchanges:
            hold_with(exchange, lambda _, body: body, silent=NoReply("", sent=True))
    finally:
        sys.setprofile(before)
    inside = {(Path(name), function) for name, function in found if name.startswith(str(HOME))}
    return {
        f"{'.'.join(path.relative_to(HOME).with_suffix('').parts)}:{function}"
        for path, function in inside
    }


def test_every_reader_is_fuzzed() -> None:
    found = set(readers())
    assert len(found) > 90, "the search itself must find them"
    assert found - reached() - set(ELSEWHERE) == set()


def test_what_is_excepted_is_still_there() -> None:
    assert set(ELSEWHERE) - set(readers()) == set()


def test_a_new_reader_is_found() -> None:
    source = "class A:\n def take(self, reply: Reply): ...\n def other(self, a: int): json.loads(a)"
    assert list(_within(ast.parse(source), ())) == ["A.take", "A.other"]
