"""The simulated venues in a process of their own, for the figures in this folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tui.service.demo import DemoDesk, read_greeting

END_S = 10.0


@dataclass(frozen=True)
class Simulator:
    """Where it listens, and what it takes to sign in."""

    greeting: str
    """Its first line: address and credentials, as JSON."""
    demo: DemoDesk
    http: httpx.Client

    @property
    def url(self) -> str:
        return self.demo.url

    def credentials(self, name: str) -> dict[str, str]:
        found = json.loads(self.greeting)["accounts"]
        return next(entry for entry in found if entry["name"] == name)

    def post(self, control: str, **body: object) -> Any:
        """One of the control calls: `orders`, `faults`, `reset`."""
        answer = self.http.post(f"/sim/{control}", json=body)
        return answer.raise_for_status().json()

    def state(self, account: str) -> dict[str, Any]:
        told: dict[str, Any] = self.http.get("/sim/state").raise_for_status().json()
        found: dict[str, Any] = told["accounts"][account]
        return found


@contextmanager
def simulator(*options: str) -> Iterator[Simulator]:
    """Starts it with these options of its command line, and ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.simulator", "--exit-with-stdin", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        greeting = process.stdout.readline()
        demo = read_greeting(greeting)
        with httpx.Client(base_url=demo.url, trust_env=False, timeout=60) as http:
            yield Simulator(greeting, demo, http)
    finally:
        process.stdin.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
