"""A simulator in a process of its own, with what a desk needs to reach it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tui.core.accounts import Account
from tui.core.secrets import Credentials
from tui.service.demo import read_greeting


@dataclass(frozen=True)
class Settings:
    """Where an account goes, and with what."""

    account: Account
    secrets: Credentials


@contextmanager
def simulator_process(make: type[Any], *named: str) -> Iterator[Any]:
    """A handle on a simulator in a process of its own; `process` and `known` beside the usual.

    `named` are accounts to have instead of the demo ones, `NAME=VENUE`.
    """
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tui.simulator", "--exit-with-stdin"),
            *(f"--account={one}" for one in named),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    line = process.stdout.readline()
    demo = read_greeting(line)
    handle = make(demo.url, {one["name"]: one for one in json.loads(line)["accounts"]})
    handle.process = process
    handle.known = [Settings(one, demo.secrets[one.name]) for one in demo.accounts]
    try:
        yield handle
    finally:
        handle.close()
        process.stdin.close()
        process.wait(20)
        process.stdout.close()
