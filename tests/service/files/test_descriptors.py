"""The limit of open files: raised where it may be, and what is short of it is said."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tui.core.accounts import Account
from tui.core.clocks import read_clock
from tui.core.frames import FrameFeed
from tui.core.secrets import Credentials, Secret
from tui.service.account.context import AccountContext
from tui.service.account.venue_clock import VenueClock
from tui.service.files.descriptors import descriptors_for, out_of_descriptors
from tui.service.network.frame_recorder import Recorder
from tui.service.network.rest_route import RestRoute
from tui.venues import adapter_for
from tui.venues.base.messages import NoReply, RestCall, RestReply

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this platform has no such limit")
ROOT = Path(__file__).parents[3]
ASK = """
import resource, sys
soft, hard, accounts = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
from tui.service.files.descriptors import allow_descriptors
print(allow_descriptors(accounts))
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def allowed(soft: int, hard: int, accounts: int) -> tuple[str, str]:
    """What is said, and the limits then, in a process that had these."""
    ran = subprocess.run(
        [sys.executable, "-c", ASK, str(soft), str(hard), str(accounts)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said, limits = ran.stdout.splitlines()
    return said, limits


def test_a_soft_limit_is_raised_to_what_the_accounts_need_and_no_further() -> None:
    assert allowed(120, 4096, 32) == ("", f"{descriptors_for(32)} 4096")


def test_a_limit_that_suffices_is_left_alone() -> None:
    assert allowed(2048, 4096, 32) == ("", "2048 4096")


def test_what_the_hard_limit_is_short_of_is_said_with_the_remedy() -> None:
    said, limits = allowed(100, 120, 32)
    assert limits == "120 120"
    assert said == (
        f"32 accounts may need {descriptors_for(32)} open files and this system allows 120, so "
        "connections may fail: raise the hard limit and start killdesk after "
        f"`ulimit -n {descriptors_for(32)}`"
    )


def test_one_account_fits_the_smallest_usual_limit() -> None:
    assert descriptors_for(1) <= 256


@contextmanager
def none_left() -> Iterator[None]:
    """Nothing more can be opened in this process for a while."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    first = os.open(os.devnull, os.O_RDONLY)
    resource.setrlimit(resource.RLIMIT_NOFILE, (first + 32, hard))
    taken = [first]
    try:
        with suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        for one in taken:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_knows_when_it_has_none_left() -> None:
    assert not out_of_descriptors()
    with none_left():
        assert out_of_descriptors()
    assert not out_of_descriptors()


async def test_a_read_that_cannot_be_opened_leaves_the_warm_connection_to_the_cancel() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    access = AccountContext(
        "a",
        adapter_for(Account("a", "okx", url, None)),
        Credentials(Secret("key"), Secret("secret"), Secret("phrase")),
        Recorder(FrameFeed(), read_clock, lambda _: None),
        read_clock,
        VenueClock(read_clock, lambda _: None),
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        lambda: None,
    )
    route = RestRoute(access, url, spare=1)
    call = RestCall("GET", "/api/v5/public/time")
    try:
        assert isinstance(await route.call(call, 30), RestReply)
        with none_left():
            reply = await route.call(call, 30)
            assert isinstance(reply, NoReply)
            assert "Too many open files" in reply.reason
            assert isinstance(await route.call(call, 30, urgent=True), RestReply)
    finally:
        route.close()
        listener.close()
