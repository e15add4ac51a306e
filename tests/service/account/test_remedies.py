"""A key that a venue refuses, over real sockets: its words, and behind them what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tui.core.actions import Outcome
from tui.core.deadman.view import TimerState
from tui.core.desk import Health
from tui.core.secrets import Credentials, Secret
from tui.service.demo import read_greeting
from tui.service.headless_cancel import in_words
from tui.service.readiness_check import check_accounts

OpenDesk = Callable[..., Any]

# What is wrong, what the venue says of it over REST and at the login, and words of the remedy.
WRONG = {
    "secret": {
        "htx-legacy": ("403 Verification failure", "2003 Verification failure", "secret key"),
        "htx-unified": ("403 Verification failure", "2003 Verification failure", "secret key"),
        "okx-desk": ("50113 Invalid Sign", "60007 Invalid sign", "secret key is probably wrong"),
        "bitget-uta": ("40009 sign signature error", "", "secret key is probably wrong"),
    },
    "key": {
        "htx-unified": ("403 Incorrect Access key", "2003 Incorrect Access key", "secret key"),
        "okx-desk": ("50119 API key doesn't exist", "60032 API key doesn't exist", "check site"),
        "bitget-uta": ("40037 Apikey does not exist", "", "Bitget does not know the key"),
    },
    "passphrase": {
        "okx-desk": ("50105 Request header OK-ACCESS-PASSPHRASE", "60024 Wrong passphrase",
                     "the passphrase is wrong"),
        "bitget-uta": ("40012 apikey/password is incorrect", "", "passphrase is probably wrong"),
    },
    "environment": {
        "okx-desk": ("50101 APIKey does not match current environment",
                     "50101 APIKey does not match current environment", "set demo_trading"),
        "bitget-uta": ("40099 exchange environment is incorrect", "", "set demo_trading"),
    },
}  # fmt: skip
CASES = [(what, name) for what, names in WRONG.items() for name in names]
EVERY = pytest.mark.parametrize(("what", "name"), CASES)


@pytest.fixture
def spoil(simulator: Any) -> Callable[[str, str], None]:
    """`spoil("secret", "okx-desk")`: from then on that of the account is wrong."""

    def make(what: str, name: str) -> None:
        if what == "environment":
            simulator.paper(name)
            return
        field = {"secret": "secret_key", "key": "api_key"}.get(what, what)
        simulator.accounts[name][field] = "not-what-the-venue-has"

    return make


def has_remedy(said: str, words: str, name: str, what: str) -> bool:
    """Whether it says what to do, with a command that can be typed where one helps."""
    command = f"killdesk accounts add {name}"
    return words in said and (command in said or what == "environment")


@EVERY
async def test_the_panel_and_the_routes_say_what_to_do(
    open_desk: OpenDesk, spoil: Callable[[str, str], None], what: str, name: str
) -> None:
    spoil(what, name)
    by_rest, at_login, remedy = WRONG[what][name]
    desk = open_desk(name)
    await desk.until(lambda: desk.account(name).health is Health.DOWN)
    if at_login:
        await desk.until(
            lambda: any(one.detail.startswith("login") for one in desk.account(name).routes)
        )
        (socket,) = (one for one in desk.account(name).routes if one.transport == "ws")
        assert socket.detail.startswith(f"login refused: {at_login}")
        assert has_remedy(socket.detail, remedy, name, what)
    await desk.until(lambda: desk.account(name).reason.startswith(by_rest))
    assert has_remedy(desk.account(name).reason, remedy, name, what)


@EVERY
async def test_a_refused_cancel_says_what_to_do(
    simulator: Any, open_desk: OpenDesk, spoil: Callable[[str, str], None], what: str, name: str
) -> None:
    spoil(what, name)
    by_rest, _, remedy = WRONG[what][name]
    desk = open_desk(name)
    await desk.until(lambda: desk.account(name).health is Health.DOWN)
    before = simulator.open(name)
    desk.desk.cancel(name)
    account = await desk.reported(name)
    assert Outcome.REJECTED in {one.outcome for one in account.reports}
    for report in account.reports:
        # HTX cancels contract by contract: where none could be read, the reads are what is refused.
        assert report.outcome in (Outcome.REJECTED, Outcome.UNRESOLVED)
        code, words = by_rest.split(maxsplit=1)
        assert report.code == code and words in report.message
        assert has_remedy(report.message, remedy, name, what)
        assert has_remedy(in_words(report), remedy, name, what)
    assert simulator.open(name) == before


async def test_a_refused_timer_says_what_to_do(simulator: Any, open_desk: OpenDesk) -> None:
    name = "bitget-uta"
    desk = open_desk(name)
    await desk.ready(name)
    simulator.paper(name)
    desk.desk.arm(name)
    await desk.until(lambda: "40099" in desk.account(name).timer.message)
    assert desk.account(name).timer.state is not TimerState.ARMED
    assert "40099 exchange environment is incorrect; the key is of the other environment" in (
        desk.account(name).timer.message
    )


@EVERY
def test_a_check_says_what_to_do(
    simulator: Any, spoil: Callable[[str, str], None], what: str, name: str
) -> None:
    spoil(what, name)
    by_rest, at_login, remedy = WRONG[what][name]
    greeting = {"url": simulator.url, "accounts": [{"name": name, **simulator.accounts[name]}]}
    demo = read_greeting(json.dumps(greeting))
    (found,) = check_accounts(demo.accounts, lambda one: demo.secrets[one.name])
    assert found.health is Health.DOWN
    assert found.reason.startswith(by_rest)
    assert has_remedy(found.reason, remedy, name, what)
    steps = {step.name: step for step in found.steps}
    assert steps["site"].detail == f"own addresses: {simulator.host}"
    if at_login:
        assert steps["socket"].detail.startswith(f"login refused: {at_login}")
        assert has_remedy(steps["socket"].detail, remedy, name, what)


def test_no_remedy_shows_a_secret(simulator: Any) -> None:
    account = simulator.accounts["okx-desk"]
    wrong = Credentials(Secret(account["api_key"]), Secret("canary"), Secret("canary-too"))
    greeting = {"url": simulator.url, "accounts": [{"name": "okx-desk", **account}]}
    demo = read_greeting(json.dumps(greeting))
    (found,) = check_accounts(demo.accounts, lambda _: wrong)
    shown = repr(found.as_json())
    assert "secret key" in shown
    assert "canary" not in shown and account["api_key"] not in shown
