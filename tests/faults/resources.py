"""What a process holds: memory, threads, tasks of a loop, and open files by kind (Linux)."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tui.service.account.worker import AccountWorker
from tui.service.desk.live import LiveDesk
from tui.service.network.rest_route import RestRoute

ANSWER_S = 20.0
CONNECTED_S = 60.0
LOOK_S = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Held:
    """At a quiet moment: the least of several looks, as a poll may be under way in any of them."""

    rss_mb: float
    threads: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)
    """Of the service's loop, by their names without the account."""
    files: dict[str, int] = field(default_factory=dict)
    stray_sockets: int = 0
    """Sockets that are neither a warm connection nor a WebSocket of any account."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def rss_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 2**20


def open_files() -> Counter[str]:
    """Open descriptors by kind: `socket`, `pipe`, `anon_inode:[eventpoll]`, `file`."""
    found: Counter[str] = Counter()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue  # the one that lists them
        kind, _, _ = target.partition(":[")
        found["file" if target.startswith("/") else target if kind == "anon_inode" else kind] += 1
    return found


def thread_names() -> Counter[str]:
    return Counter(re.sub(r"[-_ ]*\d+$", "", thread.name) for thread in threading.enumerate())


def look(desk: LiveDesk) -> tuple[Counter[str], Counter[str], int] | None:
    """The tasks of the service by name, the open files, and how many sockets are strays: counted
    in the service's loop, which opens and closes none meanwhile. None while a WebSocket is down,
    which has fewer of all."""
    done = threading.Event()
    found: list[tuple[Counter[str], Counter[str], int] | None] = []

    def count() -> None:
        workers = [one for one in desk._workers.values() if isinstance(one, AccountWorker)]
        names = [worker.account.name for worker in workers]
        tasks = Counter(_bare(task, names) for task in asyncio.all_tasks())
        files = open_files()
        strays = files["socket"] - sum(map(known_sockets, workers))
        connected = all(one._socket is None or one._socket.up for one in workers)
        found.append((tasks, files, strays) if connected else None)
        done.set()

    desk._loop.call_soon_threadsafe(count)
    if not done.wait(ANSWER_S):
        raise TimeoutError("the service's loop does not answer")
    return found[0]


def known_sockets(worker: AccountWorker) -> int:
    """Warm connections of both pools, and the WebSocket, as far as they are open."""
    pools: tuple[RestRoute, ...] = (worker._rest, worker.timers._rest)
    warm = sum(connection.usable for pool in pools for connection in pool._idle)
    socket = worker._socket._connection if worker._socket is not None else None
    return warm + (socket is not None and not socket.transport.is_closing())


def hold(desk: LiveDesk, seconds: float, meanwhile: Callable[[], object]) -> Held:
    """Looks for so long, and until every WebSocket was up in a look; garbage goes first, so that
    memory means what is held."""
    gc.collect()
    tasks: list[Counter[str]] = []
    files: list[Counter[str]] = []
    threads: list[Counter[str]] = []
    strays: list[int] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until or not tasks:
        meanwhile()
        if seen := look(desk):
            running, open_now, stray = seen
            tasks.append(running)
            files.append(open_now)
            strays.append(stray)
            threads.append(thread_names())
        elif time.monotonic() > until + CONNECTED_S:
            raise TimeoutError("a WebSocket does not come up")
        time.sleep(LOOK_S)
    return Held(round(rss_mb(), 1), _least(threads), _least(tasks), _least(files), min(strays))


def _least(counts: Iterable[Counter[str]]) -> dict[str, int]:
    first, *others = counts
    for other in others:
        first &= other
    return dict(sorted(first.items()))


def _bare(task: asyncio.Task[object], accounts: Iterable[str]) -> str:
    """Its name without the account; of one that was given none, what it runs."""
    name = task.get_name()
    for account in sorted(accounts, key=len, reverse=True):
        name = name.removeprefix(f"{account} ")
    return getattr(task.get_coro(), "__qualname__", "?") if name.startswith("Task-") else name
