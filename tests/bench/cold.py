"""From cold: the start of the process until every order is acknowledged as cancelled.

`killdesk cancel --all` on three accounts, one at each venue, and a ccxt script that sends the same
cancels, by turns, each in a fresh process; the simulator is another process, with full books and
fresh limits each time. killdesk says in its own record when each reply came, to the millisecond;
the script prints when the last one did. Both by the same clock as the start. killdesk reads its
settings and a keyring that is a file, a system's own takes longer; the script is given its keys.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import Effort, Failed, Line, Spread
from tests.bench.simulator import Simulator, simulator

ACCOUNTS = {"htx": "htx/unified", "okx": "okx", "bitget": "bitget"}
SOCKETS = {"htx": "/linear-swap-trade", "okx": "/ws/v5/business"}
CANCELS = 8
LONGEST_S = 60.0

SCRIPT = """
import asyncio, json, os, time
from tests.bench.peers import cancel_all, ccxt_client
async def main():
    told = json.loads(os.environ["BENCH_GREETING"])
    clients = [ccxt_client(told["url"], keys) for keys in told["accounts"]]
    await asyncio.gather(*map(cancel_all, clients))
    print(time.time())
    await asyncio.gather(*(client.close() for client in clients))
asyncio.run(main())
"""


def lines(effort: Effort) -> Iterator[Line]:
    acked, ended, ccxt = [], [], []
    options = [f"--account={name}={sort}" for name, sort in ACCOUNTS.items()]
    with simulator(*options) as venue, tempfile.TemporaryDirectory() as folder:
        command = Killdesk(Path(folder), venue)
        for _ in range(effort.of(12, 3)):
            venue.post("reset")
            acked_s, ended_s = command.cancel_all()
            acked.append(acked_s * 1000)
            ended.append(ended_s * 1000)
            venue.post("reset")
            ccxt.append(_script(venue) * 1000)
    yield Line(
        "from cold to all orders acknowledged, 3 accounts",
        "ms",
        Spread.of(acked),
        "a ccxt script, its defaults",
        Spread.of(ccxt),
    )
    yield Line(
        "from cold to all orders seen gone, and the end of the process", "ms", Spread.of(ended)
    )


class Killdesk:
    """The command on settings of its own, with the accounts of that simulator."""

    def __init__(self, folder: Path, venue: Simulator) -> None:
        self._config = folder / "config.toml"
        self._env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "HOME": str(folder),
            "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
            "KILLDESK_INSECURE_KEYRING": "1",
        }
        for name in ACCOUNTS:
            socket = SOCKETS.get(name)
            more = ["--ws-url", venue.url.replace("http", "ws", 1) + socket] if socket else []
            self._run(
                *("accounts", "add", name, "--venue", name, "--rest-url", venue.url, *more),
                told=json.dumps(venue.credentials(name)),
            )
        self._records = Path(json.loads(self._run("where", "--json"))["audit"])

    def cancel_all(self) -> tuple[float, float]:
        """Seconds until the last cancel was acknowledged, and until the process had ended."""
        for record in self._records.glob("*.jsonl"):
            record.unlink()
        begun_s = time.time()
        said = json.loads(self._run("cancel", "--all", "--yes", "--json"))
        ended_s = time.time()
        if said["outcome"] != "confirmed":
            raise Failed(f"killdesk cancel ended as {said['outcome']}")
        records = list(self._records.glob("*.jsonl"))
        if len(records) != 1:
            raise Failed(f"{len(records)} records were written")
        return _last_ack_s(records[0]) - begun_s, ended_s - begun_s

    def _run(self, *words: str, told: str = "") -> str:
        command = ("-m", "tui", *words, "--config", str(self._config))
        return _said(f"killdesk {words[0]}", command, self._env, told)


def _said(name: str, command: Sequence[str], env: Mapping[str, str], told: str = "") -> str:
    """What a program of this Python prints; `name` is what its failure is told by."""
    done = subprocess.run(
        [sys.executable, *command],
        env=env,
        input=told,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{name}: {(done.stderr or done.stdout).strip()[-200:]}")
    return done.stdout


def _last_ack_s(record: Path) -> float:
    """When the last reply to a cancel came, in epoch seconds."""
    frames: list[dict[str, Any]] = [
        told for told in map(json.loads, record.read_text().splitlines()) if told["kind"] == "frame"
    ]
    sent = {one["seq"] for one in frames if one["direction"] == "out" and "cancel" in one["text"]}
    acks = [one["at"] for one in frames if one["direction"] == "in" and one.get("request") in sent]
    if not len(sent) == len(acks) == CANCELS:
        raise Failed(f"{len(sent)} cancels were sent and {len(acks)} answered, not {CANCELS}")
    return datetime.fromisoformat(max(acks)).astimezone(UTC).timestamp()


def _script(venue: Simulator) -> float:
    """Seconds until ccxt's last cancel was acknowledged."""
    begun_s = time.time()
    env = {**os.environ, "BENCH_GREETING": venue.greeting}
    return float(_said("ccxt", ("-c", SCRIPT), env)) - begun_s
