"""A Textual app that holds Bitget's timer by a task in the loop of its own screen.

What stands beside killdesk's beats: httpx sends, a `Log` shows the messages, nothing else happens.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from pathlib import Path

import httpx
from textual.app import App, ComposeResult
from textual.widgets import Log

from tests.bench.messages import MOST_AT_ONCE, TEXT
from tests.bench.notes import Notes
from tests.bench.signing import bitget_headers
from tests.bench.trouble import Trouble

ACCOUNT = "bitget-uta"
COUNTDOWN_S, BEAT_S = 30, 1.5
PATH = "/api/v3/trade/countdown-cancel-all"


class LoopBeats(App[object]):
    """Beats from its start on."""

    def __init__(self, keys: dict[str, str], url: str) -> None:
        super().__init__()
        self._keys = keys
        self._url = url
        self._task: asyncio.Task[None] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.beating = threading.Event()

    def compose(self) -> ComposeResult:
        yield Log(max_lines=50_000)

    def on_mount(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        body = json.dumps({"countdown": str(COUNTDOWN_S)})
        async with httpx.AsyncClient(base_url=self._url, trust_env=False) as client:
            while True:
                sent_s = time.monotonic()
                headers = bitget_headers(self._keys, "POST", PATH, body)
                answer = await client.post(PATH, content=body, headers=headers)
                answer.raise_for_status()
                self.beating.set()
                await asyncio.sleep(max(0.0, sent_s + BEAT_S - time.monotonic()))

    def flood(self, rate: int, seconds: float) -> float:
        """So many messages a second come in and are shown; blocks, from another thread."""

        async def come_in() -> float:
            log, begun_s, done = self.query_one(Log), time.monotonic(), 0
            while (passed_s := time.monotonic() - begun_s) < seconds:
                for _ in range(min(MOST_AT_ONCE, int(passed_s * rate) - done)):
                    log.write_line(TEXT)
                    done += 1
                await asyncio.sleep(0.002)
            return done / passed_s

        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(come_in(), self.loop).result()


def drive(scene: str, share: float) -> int:
    entries = json.loads(os.environ["BENCH_GREETING"])["accounts"]
    keys = next(entry for entry in entries if entry["name"] == ACCOUNT)
    app = LoopBeats(keys, os.environ["BENCH_PROXY"])
    notes = Notes(Path(os.environ["BENCH_NOTES"]))

    def run() -> None:
        app.beating.wait()
        Trouble(scene, share, notes, app, app.flood, BEAT_S).run()

    threading.Thread(target=run, daemon=True).start()
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(drive(sys.argv[1], float(sys.argv[2])))
