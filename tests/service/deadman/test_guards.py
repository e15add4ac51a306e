"""Guards: each says why it does not hold, in time, and never vouches for what it cannot see."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tui.core.accounts import GuardSettings
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.view import GuardView
from tui.service.deadman import process_watch as processes
from tui.service.deadman.guards import ANSWER_S, Guards
from tui.service.deadman.process_watch import process_start
from tui.service.desk import blocking as aside

LIMIT_S = 1.5
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@dataclass
class FakeClock:
    """A clock that goes when it is told to."""

    now: Instant = field(default_factory=lambda: Instant(1000.0, 2000.0, 1_800_000_000.0))

    def __call__(self) -> Instant:
        return self.now

    def go(self, mono_s: float = 0.0, boot_s: float = 0.0, wall_s: float = 0.0) -> None:
        now = self.now
        self.now = Instant(
            now.mono_s + mono_s, now.boot_s + boot_s, now.wall_s + wall_s, now.counts_sleep
        )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bot() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    yield process
    process.kill()
    process.communicate()


async def check_in_time(guards: Guards) -> str:
    began = time.monotonic()
    fault = await guards.check()
    assert time.monotonic() - began < LIMIT_S
    return fault


async def test_nothing_asked_for_holds_at_once(clock: FakeClock) -> None:
    guards = Guards(GuardSettings(), clock)
    checking = guards.check()
    with pytest.raises(StopIteration) as done:
        checking.send(None)
    assert done.value.value == ""
    guards.begin()
    guards.confirm_presence()
    assert guards.views == ()


# --- processes -----------------------------------------------------------------------------------


async def test_a_process_that_lives_and_dies(bot: subprocess.Popen[bytes]) -> None:
    guards = Guards(GuardSettings(pid=bot.pid), read_clock)
    guards.begin()
    assert await guards.check() == ""
    assert guards.views == (GuardView(f"process {bot.pid}"),)
    bot.kill()
    bot.wait()
    assert await guards.check() == f"process {bot.pid} is gone"
    assert guards.views == (GuardView(f"process {bot.pid}", f"process {bot.pid} is gone"),)


@linux
async def test_a_process_that_has_ended_but_was_not_waited_for_is_gone(
    bot: subprocess.Popen[bytes],
) -> None:
    guards = Guards(GuardSettings(pid=bot.pid), read_clock)
    guards.begin()
    bot.kill()
    await asyncio.to_thread(os.waitid, os.P_PID, bot.pid, os.WEXITED | os.WNOWAIT)
    os.kill(bot.pid, 0)  # its number is still taken
    assert await guards.check() == f"process {bot.pid} is gone"


@linux
def test_when_a_process_began_is_its_own_and_stays(bot: subprocess.Popen[bytes]) -> None:
    started = process_start(bot.pid)
    assert started
    assert process_start(bot.pid) == started
    fields = Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(")")[2].split()
    assert process_start(os.getpid()) == fields[22 - 3]


@pytest.mark.parametrize("pid", [0, -1, 2**31, 2**80])
def test_numbers_that_no_process_has(pid: int) -> None:
    assert process_start(pid) is None


@linux
def test_a_name_with_parentheses_does_not_mislead(tmp_path: Path) -> None:
    program = tmp_path / ") Z 1 ("
    program.symlink_to("/bin/cat")
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"x")
        process.stdin.flush()
        assert process.stdout.read(1) == b"x"  # the name is there from exec on
        assert b"() Z 1 ()" in Path(f"/proc/{process.pid}/stat").read_bytes()
        started = process_start(process.pid)
        assert started is not None and started.isdigit() and int(started) > 100
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("by_file", [False, True])
async def test_a_number_that_was_given_to_another_process(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, by_file: bool
) -> None:
    started: dict[int, str | None] = {4711: "100"}
    monkeypatch.setattr(processes, "process_start", started.get)
    file = tmp_path / "bot.pid"
    file.write_text("4711\n")
    settings = GuardSettings(pid_file=str(file)) if by_file else GuardSettings(pid=4711)
    guards = Guards(settings, clock)
    guards.begin()
    assert await guards.check() == ""
    started[4711] = "200"
    another = "process 4711 is gone, another one has been given its number"
    assert await guards.check() == another
    assert await guards.check() == another, "it stays another one"
    guards.begin()
    assert await guards.check() == "", "at the next arming the process of now is meant"
    started[4711] = None
    assert await guards.check() == "process 4711 is gone"
    started[4711] = "200"
    assert await guards.check() == "process 4711 is gone", "what was gone does not come back"


async def test_where_the_start_is_not_known_the_existence_counts(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: dict[int, str | None] = {4711: ""}
    monkeypatch.setattr(processes, "process_start", started.get)
    guards = Guards(GuardSettings(pid=4711), clock)
    guards.begin()
    assert await guards.check() == ""
    started[4711] = None
    assert await guards.check() == "process 4711 is gone"


async def test_a_pid_file_is_read_each_time(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: dict[int, str | None] = {4711: "100", 4712: "200"}
    monkeypatch.setattr(processes, "process_start", started.get)
    file = tmp_path / "bot.pid"
    guards = Guards(GuardSettings(pid_file=str(file)), clock)
    guards.begin()
    assert await guards.check() == f"file {file} is missing"
    file.write_text(" 4711\n")
    assert await guards.check() == ""
    started[4711] = None
    assert await guards.check() == "process 4711 is gone"
    file.write_text("4712")
    assert await guards.check() == "", "a new number is a new process"
    started[4712] = "300"
    assert await guards.check() == "process 4712 is gone, another one has been given its number"
    assert [view.words for view in guards.views] == [f"process of {file}"]


@pytest.mark.parametrize(
    "content", [b"", b"0", b"-1", b"4711 4712", b"none", b"\xff\xfe", b"9" * 100, b"1_0"]
)
async def test_a_pid_file_that_names_no_process(
    tmp_path: Path, clock: FakeClock, content: bytes
) -> None:
    file = tmp_path / "bot.pid"
    file.write_bytes(content)
    assert await Guards(GuardSettings(pid_file=str(file)), clock).check() == (
        f"file {file} names no process; expected its number and nothing else"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
async def test_a_pipe_in_place_of_a_pid_file_holds_up_nothing(
    tmp_path: Path, clock: FakeClock
) -> None:
    file = tmp_path / "bot.pid"
    os.mkfifo(file)
    assert "names no process" in await check_in_time(
        Guards(GuardSettings(pid_file=str(file)), clock)
    )


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age_s", "fault"),
    [
        (0, ""),
        (10, ""),
        (10.4, "is 11 s old, allowed are 10 s"),
        (14, "is 14 s old, allowed are 10 s"),
        (-10, ""),
        (-40, "is dated 40 s into the future, allowed are 10 s"),
    ],
)
async def test_how_old_a_file_may_be(
    tmp_path: Path, clock: FakeClock, age_s: float, fault: str
) -> None:
    file = tmp_path / "bot.beat"
    file.touch()
    written = clock.now.wall_s - age_s
    os.utime(file, (written, written))
    found = await Guards(GuardSettings(file=str(file), file_fresh_s=10), clock).check()
    assert found == (f"file {file} {fault}" if fault else "")


async def test_a_file_grows_old_and_is_written_again(tmp_path: Path, clock: FakeClock) -> None:
    file = tmp_path / "bot.beat"
    link = tmp_path / "link"
    link.symlink_to(file)
    guards = Guards(GuardSettings(file=str(link), file_fresh_s=2.5), clock)
    assert await guards.check() == f"file {link} is missing"
    file.touch()
    os.utime(file, (clock.now.wall_s,) * 2)
    assert await guards.check() == ""
    clock.go(wall_s=3)
    assert await guards.check() == f"file {link} is 3 s old, allowed are 2.5 s"
    os.utime(file, (clock.now.wall_s,) * 2)
    assert await guards.check() == ""
    assert guards.views == (GuardView(f"file {link}"),)


async def test_what_is_no_file(tmp_path: Path, clock: FakeClock) -> None:
    guards = Guards(GuardSettings(file=str(tmp_path)), clock)
    assert await guards.check() == f"file {tmp_path} is not a regular file"
    below = tmp_path / "bot.beat" / "below"
    below.parent.touch()
    guards = Guards(GuardSettings(file=str(below)), clock)
    assert await guards.check() == f"file {below} cannot be read: Not a directory"


async def test_a_path_cannot_command_the_terminal(clock: FakeClock) -> None:
    fault = await Guards(GuardSettings(file="/no/\x1b[2J"), clock).check()
    assert fault == "file /no/\\x1b[2J is missing"
    fault = await Guards(GuardSettings(file="/no/\0"), clock).check()
    assert fault.isprintable()
    assert fault.startswith("file /no/\\x00 cannot be looked at: ValueError")


async def test_a_disk_that_hangs_is_a_fault_and_holds_up_nothing_else(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bot.beat"
    file.touch()
    os.utime(file, (clock.now.wall_s,) * 2)
    free = threading.Event()
    looks: list[str] = []
    real = Path.stat

    def hung(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path == file:
            looks.append(threading.current_thread().name)
            free.wait()
        return real(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", hung)
    settings = GuardSettings(pid=os.getpid(), file=str(file), presence_min=1)
    guards = Guards(settings, clock)
    try:
        late = f"file {file} gave no answer within 1 s"
        assert await check_in_time(guards) == late
        assert await check_in_time(guards) == late
        assert len(looks) == 1, "a second look would only hang beside the first"
        assert [view.fault for view in guards.views] == ["", late, ""]
        assert threading.current_thread().name not in looks
    finally:
        free.set()
    assert await check_in_time(guards) == ""
    assert len(looks) == 2, "the answer of the hung look is too old to count"


async def test_a_thread_that_cannot_be_had_is_a_fault(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> threading.Thread:
        raise RuntimeError("can't start new thread")

    guards = Guards(GuardSettings(file=str(tmp_path / "bot.beat")), clock)
    with monkeypatch.context() as patch:
        patch.setattr(aside.threading, "Thread", refused)
        assert "cannot be looked at: RuntimeError" in await guards.check()
    assert (await guards.check()).endswith("is missing")


# --- servers -------------------------------------------------------------------------------------

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(serve: Serve, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """The port of a server on this machine that treats each connection as `serve` does."""
    writers: list[asyncio.StreamWriter] = []

    async def treat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await serve(reader, writer)

    server = await asyncio.start_server(treat, host, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.close()


def answering(answer: bytes, asked: list[bytes] | None = None) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.append(request)
        writer.write(answer)
        await writer.drain()

    return serve


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def test_a_server_that_answers_200(clock: FakeClock) -> None:
    asked: list[bytes] = []
    async with served(answering(OK, asked)) as port:
        guards = Guards(GuardSettings(url=f"http://127.0.0.1:{port}/health?word=x"), clock)
        assert await check_in_time(guards) == ""
        assert await check_in_time(guards) == ""
        assert guards.views == (GuardView(f"http://127.0.0.1:{port}/health"),)
    assert len(asked) == 2
    assert asked[0].startswith(b"GET /health?word=x HTTP/1.1\r\n")
    fault = await check_in_time(guards)
    assert fault.startswith(f"http://127.0.0.1:{port}/health did not answer: cannot reach ")
    assert "Connection refused" in fault
    assert "word" not in fault


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 503 Service Unavailable\r\n",
        b"HTTP/1.1 204 No Content\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n",
    ],
)
async def test_another_answer_is_a_fault_and_is_not_followed(clock: FakeClock, head: bytes) -> None:
    asked: list[bytes] = []
    async with served(answering(head + b"Content-Length: 0\r\n\r\n", asked)) as port:
        url = f"http://127.0.0.1:{port}/health"
        fault = await Guards(GuardSettings(url=url), clock).check()
    assert fault == f"{url} answered {head.split()[1].decode()}"
    assert len(asked) == 1


async def test_a_body_without_end_is_not_waited_for(clock: FakeClock) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    async with served(answering(head)) as port:
        guards = Guards(GuardSettings(url=f"http://127.0.0.1:{port}"), clock)
        began = time.monotonic()
        assert await guards.check() == ""
        assert time.monotonic() - began < ANSWER_S / 2


async def test_a_server_that_says_nothing(clock: FakeClock) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with served(serve) as port:
        url = f"http://127.0.0.1:{port}/health"
        fault = await check_in_time(Guards(GuardSettings(url=url), clock))
    assert fault == f"{url} gave no answer within 1 s"


@pytest.mark.parametrize("answer", [b"garbage\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nA"])
async def test_what_is_no_answer(clock: FakeClock, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(answer)(reader, writer)
        writer.close()

    async with served(serve) as port:
        url = f"http://127.0.0.1:{port}/health"
        fault = await check_in_time(Guards(GuardSettings(url=url), clock))
    assert fault.startswith(f"{url} did not answer: cannot reach 127.0.0.1:{port}: ")


async def test_the_environment_has_no_say(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with served(answering(OK)) as port:
        assert await Guards(GuardSettings(url=f"http://127.0.0.1:{port}"), clock).check() == ""


async def test_a_plain_address_loads_no_certificates(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loaded(*_: object, **__: object) -> None:
        raise AssertionError("certificates were loaded")

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", loaded)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", loaded)
    async with served(answering(OK)) as port:
        assert await Guards(GuardSettings(url=f"HTTP://127.0.0.1:{port}"), clock).check() == ""


async def test_an_encrypted_address_is_spoken_to_encrypted(clock: FakeClock) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(1024))
        writer.write(OK)
        await writer.drain()

    async with served(serve) as port:
        url = f"https://127.0.0.1:{port}/"
        guards = Guards(GuardSettings(url=url), clock)
        async with asyncio.timeout(30):
            while not asked:  # the certificates are loaded once, and that may take its time
                fault = await check_in_time(guards)
                assert fault, "an answer in the clear is none"
    assert fault.startswith(f"{url} did not answer: ")
    assert asked[0].startswith(b"\x16\x03"), "the greeting of TLS"


# --- presence ------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["mono_s", "boot_s", "wall_s"])
async def test_presence_runs_out_by_whichever_clock_is_ahead(clock: FakeClock, which: str) -> None:
    clock.now = replace(clock.now, counts_sleep=which != "wall_s")
    guards = Guards(GuardSettings(presence_min=30), clock)
    guards.begin()
    clock.go(**{which: 1799.0})
    assert await guards.check() == ""
    assert guards.views[0].until is not None
    assert guards.views[0].until.since(clock.now) == pytest.approx(1.0)
    clock.go(**{which: 1.0})
    assert await guards.check() == "nobody confirmed presence for 30 min"
    assert guards.views == (
        GuardView("presence", "nobody confirmed presence for 30 min", clock.now),
    )


async def test_presence_starts_anew_when_it_is_confirmed_and_at_arming(clock: FakeClock) -> None:
    guards = Guards(GuardSettings(pid=os.getpid(), presence_min=0.5), clock)
    for renew in (guards.confirm_presence, guards.begin):
        clock.go(mono_s=31.0)
        assert await guards.check() == "nobody confirmed presence for 0.5 min"
        renew()
        seen = guards.views[1]
        assert seen.fault == "", "the gauge shows it at once"
        assert seen.until is not None and seen.until.since(clock.now) == pytest.approx(30.0)
        assert await guards.check() == ""


# --- several -------------------------------------------------------------------------------------


async def test_the_first_fault_is_told_and_every_guard_is_shown(
    tmp_path: Path, clock: FakeClock
) -> None:
    file = tmp_path / "bot.beat"
    settings = GuardSettings(pid=os.getpid(), file=str(file), presence_min=1)
    guards = Guards(settings, clock)
    assert [view.words for view in guards.views] == [
        f"process {os.getpid()}",
        f"file {file}",
        "presence",
    ]
    clock.go(boot_s=61)
    assert await guards.check() == f"file {file} is missing"
    assert [view.fault for view in guards.views] == [
        "",
        f"file {file} is missing",
        "nobody confirmed presence for 1 min",
    ]


async def test_everything_that_hangs_hangs_at_the_same_time(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object) -> str:
        return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(aside.BlockingRunner, "run", hang)
    monkeypatch.setattr("tui.service.deadman.guards._Answer._status", hang)
    settings = GuardSettings(
        pid_file=str(tmp_path / "a"), file=str(tmp_path / "b"), url="http://127.0.0.1:1/"
    )
    guards = Guards(replace(settings, presence_min=1), clock)
    assert (await check_in_time(guards)).endswith("gave no answer within 1 s")
    assert [bool(view.fault) for view in guards.views] == [True, True, True, False]


async def test_presence_that_is_confirmed_while_another_guard_is_slow(
    clock: FakeClock,
) -> None:
    asked, free = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await free.wait()
        await answering(OK)(reader, writer)

    async with served(serve) as port:
        settings = GuardSettings(url=f"http://127.0.0.1:{port}/", presence_min=1)
        guards = Guards(settings, clock)
        clock.go(mono_s=61)
        checking = asyncio.create_task(guards.check())
        await asked.wait()
        guards.confirm_presence()
        free.set()
        assert await checking == ""
        assert [view.fault for view in guards.views] == ["", ""]
