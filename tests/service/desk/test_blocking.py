"""Helper threads: no more than so many, everything done, and none holds up the end of a process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from tui.service.desk.blocking import HelperThreads

WAIT_S = 90.0
HANGS = """
import asyncio, threading
from tui.service.desk.event_loop import run_service

async def main():
    begun = threading.Event()
    hung = asyncio.ensure_future(asyncio.to_thread(lambda: (begun.set(), threading.Event().wait())))
    await asyncio.sleep(0)
    assert begun.wait(30)
    hung.cancel()

run_service(asyncio.new_event_loop(), main, print)
print("over")
"""


def test_a_name_server_that_hangs_holds_up_no_exit() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "over\n"), ran.stderr


def test_as_many_at_once_as_there_are_threads_and_the_others_after_them() -> None:
    pool, go, running = HelperThreads(2), threading.Event(), threading.Semaphore(0)

    def work(number: int) -> int:
        running.release()
        assert go.wait(WAIT_S)
        return number

    jobs = [pool.submit(work, number) for number in range(5)]
    assert running.acquire(timeout=WAIT_S)
    assert running.acquire(timeout=WAIT_S)
    assert [job.running() for job in jobs] == [True, True, False, False, False]
    assert jobs[3].cancel(), "it has not begun"
    go.set()
    assert [job.result(WAIT_S) for job in jobs if job is not jobs[3]] == [0, 1, 2, 4]
    assert pool.submit(work, 9).result(WAIT_S) == 9, "and it goes on"


def test_a_thread_that_cannot_begin_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = HelperThreads(1)
    with monkeypatch.context() as none_left:

        def refuse(_: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        none_left.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            pool.submit(int)
    assert pool.submit(int, "7").result(WAIT_S) == 7


async def test_an_event_loop_takes_it_and_hears_of_errors() -> None:
    asyncio.get_running_loop().set_default_executor(HelperThreads(1))
    with pytest.raises(ValueError, match="invalid literal"):
        await asyncio.to_thread(int, "seven")
    assert await asyncio.to_thread(int, "7") == 7
