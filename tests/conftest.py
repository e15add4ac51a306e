"""Fixtures for every part of the tree: a simulator of one's own, in a thread, on a free port."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import httpx
import pytest
import textual.constants
from hypothesis import settings

import tui.simulator

# A busy machine must not fail a property: time limits belong to benchmarks.
settings.register_profile("killdesk", deadline=None)
settings.load_profile("killdesk")

# What these say when they fail is what a scenario is for.
pytest.register_assert_rewrite("tests.faults.scenario", "tests.faults.stage")

# Loading the certificates of the world takes longer than a test, and loopback needs none.
_NO_CERTIFICATES = SSLContext(PROTOCOL_TLS_CLIENT)


@pytest.fixture(scope="session", autouse=True)
def _all_colours() -> Iterator[None]:
    """Every screen of a run has the same colours, whatever terminal the run was started in.

    Rich keeps the codes of a style from the first console that asked for them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textual.constants, "COLOR_SYSTEM", "truecolor")
        yield


class Simulator:
    """A running simulator: where it is, how to sign in, and how to look behind the counter.

    `accounts` maps a name (`htx-legacy`, `htx-unified`, `okx-desk`, `bitget-uta`) to its
    `venue`, `api_key`, `secret_key` and, except at HTX, `passphrase`.
    """

    def __init__(self, url: str, accounts: dict[str, dict[str, str]]) -> None:
        self.url = url
        self.ws_url = url.replace("http://", "ws://")
        self.host = url.removeprefix("http://")
        self.accounts = accounts
        self._client = httpx.Client(
            base_url=url, trust_env=False, timeout=60, verify=_NO_CERTIFICATES
        )

    def state(self) -> dict[str, Any]:
        """All that the simulator tells: `{"accounts": {NAME: {...}}}`."""
        told: dict[str, Any] = self._client.get("/sim/state").raise_for_status().json()
        return told

    def account(self, name: str) -> dict[str, Any]:
        """The state of one account: `venue`, `open`, `by_kind`, `timers`."""
        found: dict[str, Any] = self.state()["accounts"][name]
        return found

    def open(self, account: str, kind: str = "") -> int:
        """How many orders rest, of one kind or in all."""
        state = self.account(account)
        return int(state["by_kind"][kind] if kind else state["open"])

    def timer(self, account: str, timer: str) -> dict[str, Any]:
        """`armed`, `expires_in_ms` and `fired` of one dead-man timer."""
        found: dict[str, Any] = self.account(account)["timers"][timer]
        return found

    def orders(self, account: str, kind: str, count: int = 1, **more: object) -> None:
        """Rest new orders or quotes."""
        self._post("/sim/orders", account=account, kind=kind, count=count, **more)

    def faults(self, account: str, kind: str, count: int = 1, **more: object) -> None:
        """Make the next `count` replies go wrong; also `path`, `op`, `delay_ms`, `executed`."""
        self._post("/sim/faults", account=account, kind=kind, count=count, **more)

    def refuse(self, account: str, *products: str) -> None:
        """Makes the venue refuse these products to the account, and no others."""
        self._post("/sim/products", account=account, refused=list(products))

    def paper(self, account: str, on: bool = True) -> None:
        """Makes the account's key one for the venue's paper trading, or a live one."""
        self._post("/sim/keys", account=account, paper=on)

    def reset(self) -> None:
        """Back to the start: orders, timers, limits and faults; credentials stay."""
        self._post("/sim/reset")

    def close(self) -> None:
        self._client.close()

    def _post(self, control: str, /, **body: object) -> None:
        answer = self._client.post(control, json=body)
        assert answer.status_code == 200, answer.text


@pytest.fixture
def start_simulator() -> Iterator[Callable[..., Simulator]]:
    """`start_simulator(orders=40, port=0, keepalive_s={})`; ends with the test."""
    with ExitStack() as stack:

        def start(**options: Any) -> Simulator:
            running = stack.enter_context(tui.simulator.running(**options))
            simulator = Simulator(running.url, running.accounts)
            stack.callback(simulator.close)
            return simulator

        yield start


@pytest.fixture(scope="session")
def simulator_class() -> type[Simulator]:
    """For tests that start their server another way and want the same handle on it."""
    return Simulator


@pytest.fixture
def simulator(start_simulator: Callable[..., Simulator]) -> Simulator:
    """A fresh simulator with 40 open orders in each account."""
    return start_simulator()


@pytest.fixture
def file_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A real keyring backend, in a file of the test's own, which is returned."""
    import keyring
    from keyrings.alt.file import PlaintextKeyring

    backend = PlaintextKeyring()
    backend.file_path = str(tmp_path / "keyring.cfg")
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    monkeypatch.setenv("KILLDESK_INSECURE_KEYRING", "1")
    return tmp_path / "keyring.cfg"


@pytest.fixture
def calm_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot's hand: its keys are dated as a calm hand types them, on a terminal that tells a
    press from an auto-repeat. No test depends on how fast the machine is; what depends on it is
    tested in `tests/ui/keys` and, in real terminals, in `tests/e2e`."""
    from textual import events

    from tui.ui.dashboard import press_arming as presses
    from tui.ui.textual_compat.key_facts import KeyFacts, key_facts

    typed_s, last = time.monotonic() + 10_000, ""

    def facts(event: events.Event) -> KeyFacts:
        nonlocal typed_s, last
        found = key_facts(event)
        if isinstance(event, events.Key):
            typed_s += 0.1 if event.key == last else 0.4
            last = event.key
            repeat = False if found.repeat is None else found.repeat
            return replace(found, typed_at_s=typed_s, repeat=repeat)
        typed_s += 0.1 if isinstance(event, events.Click) and event.chain > 1 else 0.6
        return replace(found, typed_at_s=typed_s)

    monkeypatch.setattr(presses, "key_facts", facts)
