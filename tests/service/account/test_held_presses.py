"""A press on an account whose credentials are not there yet: sent within seconds, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tui.core.accounts import Account
from tui.core.actions import Outcome
from tui.core.clocks import Instant, read_clock
from tui.core.desk import Health
from tui.core.secrets import Credentials
from tui.service.account import unavailable as absent
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk
from tui.service.headless_cancel import cancel_accounts
from tui.service.secrets import credential_request

NAME = "okx-desk"


@dataclass
class Rig:
    """A desk of one account, whose keyring answers when a test says so."""

    live: LiveDesk
    desk: Any
    answers: threading.Event
    told: list[Credentials | str]
    ahead_s: list[float] = field(default_factory=lambda: [0.0])


@pytest.fixture
def rig(
    simulator: Any, watch_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Rig]]:
    monkeypatch.setattr(absent, "HELD_S", 600.0)  # more than a busy machine loses
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    accounts = [one for one in demo.accounts if one.name == NAME]
    opened: list[Rig] = []

    def make(answer_s: float) -> Rig:
        answers, ahead_s = threading.Event(), [0.0]
        told: list[Credentials | str] = [demo.secrets[NAME]]

        def read(_: Account) -> Credentials | str:
            answers.wait()
            return told[0]

        def clock() -> Instant:
            return read_clock().later(ahead_s[0])

        live = LiveDesk(accounts, read, screen_grace_s=3600, answer_s=answer_s, clock=clock)
        live.start()
        one = Rig(live, watch_desk(live), answers, told, ahead_s)
        opened.append(one)
        return one

    yield make
    for one in opened:
        one.answers.set()
        one.live.stop()


async def held(one: Rig) -> None:
    one.live.panic()
    await one.desk.until(lambda: bool(one.desk.account(NAME).runs))


async def denied(one: Rig) -> list[str]:
    await one.desk.until(
        lambda: (
            [report.outcome for report in one.desk.account(NAME).reports] == [Outcome.DENIED] * 2
        )
    )
    assert not one.desk.account(NAME).runs
    return [report.message for report in one.desk.account(NAME).reports]


async def test_a_press_that_has_waited_too_long_is_not_sent_when_the_keyring_answers(
    simulator: Any, rig: Callable[..., Rig]
) -> None:
    one = rig(answer_s=3600)
    await held(one)
    one.ahead_s[0] = 601.0  # the process was stopped, or the machine slept
    one.answers.set()
    await one.desk.until(lambda: one.desk.account(NAME).health is Health.READY)
    assert all(said.startswith("not sent: there were no cred") for said in await denied(one))
    assert simulator.open(NAME) == 40


async def test_a_press_that_waits_is_denied_when_the_keyring_stays_silent(
    simulator: Any, rig: Callable[..., Rig]
) -> None:
    one = rig(answer_s=600.0)
    await held(one)
    one.ahead_s[0] = 601.0
    assert all(said.startswith(("not sent", "keyring: no answer")) for said in await denied(one))
    one.answers.set()
    await one.desk.ready(NAME)
    assert simulator.open(NAME) == 40


async def test_a_press_that_waits_is_denied_with_the_words_of_a_keyring_that_refuses(
    rig: Callable[..., Rig],
) -> None:
    one = rig(answer_s=3600)
    one.told[0] = "the keyring is locked"
    await held(one)
    one.answers.set()
    assert set(await denied(one)) == {"the keyring is locked"}
    assert one.desk.account(NAME).health is Health.DOWN


async def test_a_refusal_is_asked_again_at_once_with_r(
    rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credential_request, "FIRST_PAUSE_S", 3600.0)
    one = rig(answer_s=5.0)
    found = one.told[0]
    one.told[0] = "the keyring is locked"
    one.answers.set()
    await one.desk.until(lambda: one.desk.account(NAME).reason == "the keyring is locked")
    one.told[0] = found
    one.live.refresh(NAME)
    await one.desk.ready(NAME)


def test_a_cancel_without_a_screen_gives_up_on_one_key_and_on_no_other(simulator: Any) -> None:
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    over = threading.Event()

    def read(account: Account) -> Credentials:
        if account.name == NAME:
            over.wait()
        return demo.secrets[account.name]

    try:
        ended = cancel_accounts(demo.accounts, read, credentials_s=0.5)
    finally:
        over.set()
    outcomes = {(one.account, one.outcome) for one in ended.reports}
    assert outcomes == {
        (account.name, Outcome.DENIED if account.name == NAME else Outcome.CONFIRMED)
        for account in demo.accounts
    }
    denied = [one.message for one in ended.reports if one.outcome is Outcome.DENIED]
    assert all(said.startswith("not sent: ") and "keyring" in said for said in denied)
    assert simulator.open(NAME) == 40


async def test_a_fault_at_the_keyring_is_said_and_asked_again(
    simulator: Any, watch_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credential_request, "FIRST_PAUSE_S", 0.05)
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    whole = threading.Event()

    def read(account: Account) -> Credentials:
        if not whole.is_set():
            raise MemoryError
        return demo.secrets[account.name]

    live = LiveDesk(demo.accounts, read)
    live.start()
    try:
        desk = watch_desk(live)
        said = "a fault of killdesk's own at the keyring: MemoryError"
        await desk.until(lambda: desk.account(NAME).reason == said)
        whole.set()
        await desk.ready(*(account.name for account in demo.accounts))
    finally:
        live.stop()
