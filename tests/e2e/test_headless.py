"""`killdesk check` and `killdesk cancel`, as a runbook calls them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.dispositions import from_shell
from tui.cli.console import UNRESOLVED

ALL = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]


def test_check_says_ready_of_every_account(killdesk: Killdesk, configured: str) -> None:
    done = killdesk("check", "--json", "--config", configured)
    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert found["ready"]
    assert [account["account"] for account in found["accounts"]] == list(ALL)
    assert all(step["ok"] for account in found["accounts"] for step in account["steps"])


def test_check_names_what_is_wrong(killdesk: Killdesk, configured: str, simulator: Any) -> None:
    wrong = {**simulator.accounts["okx-desk"], "secret_key": "not-the-secret-at-all"}
    killdesk("accounts", "add", "okx-desk", "--config", configured, stdin=json.dumps(wrong))
    done = killdesk("check", "--json", "--config", configured)
    health = {one["account"]: one["health"] for one in json.loads(done.stdout)["accounts"]}
    assert done.returncode == 1
    assert health.pop("okx-desk") == "down"
    assert set(health.values()) == {"ready"}


def test_cancel_all_empties_every_book_and_exits_0(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    done = killdesk("cancel", "--all", "--yes", "--json", "--config", configured)
    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert said["outcome"] == "confirmed"
    keys = {"account", "venue", "action", "outcome", "open_before", "open_after", "ack_ms",
            "confirmed_ms", "route", "attempts", "code", "message"}  # fmt: skip
    assert all(set(report) == keys for report in said["reports"])
    left = {name: simulator.account(name)["by_kind"] for name in ALL}
    strategy = left["bitget-uta"].pop("strategy")
    assert strategy > 0, "no category call covers strategy orders"
    assert all(count == 0 for kinds in left.values() for count in kinds.values())


STRATEGY_LIST = "/api/v3/trade/unfilled-strategy-orders"


def test_check_tells_the_same_remainder_as_a_cancel(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    strategy = simulator.open("bitget-uta", "strategy")
    checked = killdesk("check", "--json", "--config", configured)
    cancelled = killdesk("cancel", "bitget-uta", "--yes", "--json", "--config", configured)
    for done in (checked, cancelled):
        said = json.loads(done.stdout)
        assert done.returncode == 0, done.stderr
        assert said["not_covered"]["bitget-uta"] == {"strategy": strategy}
        detail = said["not_covered_details"]["bitget-uta"]["strategy"]
        assert detail["read_at_ms"] > 0
        assert detail["reason"] == ""


def test_a_slow_list_is_read_to_its_end_before_the_cancel_is_told(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    strategy = simulator.open("bitget-uta", "strategy")
    simulator.faults("bitget-uta", "delay", 1_000, path=STRATEGY_LIST, delay_ms=1_500)
    done = killdesk("cancel", "bitget-uta", "--yes", "--config", configured)
    assert done.returncode == 0, done.stderr
    assert f"bitget-uta: not covered: {strategy} strategy (" in done.stdout


def test_a_list_that_cannot_be_read_is_told_with_the_reason(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    simulator.faults("bitget-uta", "maintenance", 1_000, path=STRATEGY_LIST)
    done = killdesk("cancel", "bitget-uta", "--yes", "--json", "--config", configured)
    said = json.loads(done.stdout)
    assert (done.returncode, said["outcome"]) == (0, "confirmed")
    assert said["not_covered"] == {"bitget-uta": {"strategy": None}}
    reason = said["not_covered_details"]["bitget-uta"]["strategy"]["reason"]
    assert reason.startswith("not read: ")


REFUSED = [
    ("bitget-uta", "MARGIN", {"orders": "confirmed"}, ("MARGIN",), "40014 "),
    (
        "okx-desk", "block", {"spreads": "confirmed", "quotes": "rejected"},
        ("quote", "rfq", "pending-quote"), "51010 ",
    ),
]  # fmt: skip
"""Account, what it is refused, how a cancel ends, the kinds that cannot be read, and the code."""


@pytest.mark.parametrize(("account", "product", "outcomes", "kinds", "code"), REFUSED)
def test_a_refused_product_takes_nothing_else_down(
    killdesk: Killdesk,
    configured: str,
    simulator: Any,
    account: str,
    product: str,
    outcomes: dict[str, str],
    kinds: tuple[str, ...],
    code: str,
) -> None:
    simulator.refuse(account, product)
    checked = json.loads(killdesk("check", account, "--json", "--config", configured).stdout)
    done = killdesk("cancel", account, "--yes", "--json", "--config", configured)
    cancelled = json.loads(done.stdout)
    assert checked["ready"], checked
    assert {one["action"]: one["outcome"] for one in cancelled["reports"]} == outcomes
    for said in (checked, cancelled):
        left = said["not_covered"][account]
        assert tuple(kind for kind, count in left.items() if count is None) == kinds
        details = said["not_covered_details"][account]
        assert all(details[kind]["reason"].startswith(code) for kind in kinds)


ALSO_ABSENT = {"bitget-uta": ("strategy",)}
"""What rests beyond a cancel of the demo accounts, left out to be clear of it."""


@pytest.mark.parametrize(("account", "product", "outcomes", "kinds", "code"), REFUSED)
def test_what_an_account_has_none_of_is_not_asked_for(
    killdesk: Killdesk,
    configured: str,
    simulator: Any,
    account: str,
    product: str,
    outcomes: dict[str, str],
    kinds: tuple[str, ...],
    code: str,
) -> None:
    simulator.refuse(account, product)
    path = Path(configured)
    named = f'name = "{account}"\n'
    lines = f"{named}absent = {json.dumps([*kinds, *ALSO_ABSENT.get(account, ())])}\n"
    path.write_text(path.read_text().replace(named, lines))
    checked = json.loads(killdesk("check", account, "--json", "--config", configured).stdout)
    done = killdesk("cancel", account, "--yes", "--json", "--config", configured)
    cancelled = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert checked["ready"]
    assert cancelled["not_covered"] == checked["not_covered"] == {}
    assert {one["outcome"] for one in cancelled["reports"]} == {"confirmed"}


def test_cancel_of_one_account_leaves_the_others(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    done = killdesk("cancel", "okx-desk", "--yes", "--config", configured)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "okx-desk spreads: confirmed, 0" in done.stdout
    assert simulator.open("okx-desk") == 0
    assert simulator.open("htx-unified") == 40


def test_one_refused_category_leaves_no_cancel_unresolved(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    simulator.refuse("bitget-uta", "MARGIN")
    done = killdesk("cancel", "bitget-uta", "--yes", "--json", "--config", configured)
    said = json.loads(done.stdout)
    assert [report["outcome"] for report in said["reports"]] == ["confirmed"]
    assert (said["outcome"], done.returncode != UNRESOLVED) == ("confirmed", True)
    left = simulator.account("bitget-uta")["by_kind"]
    assert {kind for kind, count in left.items() if count} == {"MARGIN", "strategy"}


def test_a_cancel_in_the_background_of_a_script_takes_no_interrupt(
    configured: str, simulator: Any, clean_env: dict[str, str]
) -> None:
    """Started with SIGINT ignored: ctrl+c is for what runs in the foreground."""
    simulator.faults("okx-desk", "delay", 99, delay_ms=300)
    command = [sys.executable, "-m", "tui", "cancel", "okx-desk", "--yes", "--config", configured]
    with subprocess.Popen(
        from_shell(command, [signal.SIGINT]),
        env=clean_env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    ) as cancel:  # fmt: skip
        code = None
        while code is None:
            with suppress(subprocess.TimeoutExpired):
                code = cancel.wait(0.05)
            if simulator.open("okx-desk") < 40:  # before, it may still be on its way to the program
                cancel.send_signal(signal.SIGINT)
        assert cancel.stdout is not None
        said = cancel.stdout.read()
    assert code == 0, said
    assert "okx-desk spreads: confirmed, 0" in said
    assert simulator.open("okx-desk") == 0


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["cancel"], "name the accounts"),
        (["cancel", "okx-desk", "--all", "--yes"], "leave out either"),
        (["cancel", "nobody", "--yes"], "nobody"),
        (["cancel", "okx-desk"], "--yes"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_2(
    killdesk: Killdesk, configured: str, args: list[str], sentence: str
) -> None:
    done = killdesk(*args, "--config", configured)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


SENT_TO = {
    "htx-legacy": ("cancelall", "/linear-swap-api/v1/swap_cancelall"),
    "htx-unified": ("cancel_all_orders", "/v5/trade/cancel_all_orders"),
    "okx-desk": ("sprd-mass-cancel", "/api/v5/sprd/mass-cancel", "/api/v5/rfq/cancel-all-quotes"),
    "bitget-uta": ("/api/v3/trade/cancel-symbol-order", "/api/v3/trade/cancel-batch"),
}
"""Where each account's main action goes: operations of the socket, and REST paths."""
MAIN = {
    "htx-legacy": {"isolated": ("isolated",)},
    "htx-unified": {"unified": ("unified",)},
    "okx-desk": {"spreads": ("spread",), "quotes": ("quote",)},
    "bitget-uta": {
        "orders": ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES"),
    },
}
"""The actions that go there, with their kinds of order."""


def put_faults(simulator: Any, account: str, kind: str, count: int, **more: object) -> None:
    for place in SENT_TO[account]:
        by = "path" if place.startswith("/") else "op"
        simulator.faults(account, kind, count, **{by: place}, **more)


@pytest.mark.parametrize(
    ("fault", "count", "more", "outcome", "code"),
    [
        ("ignore", 99, {"executed": True}, "confirmed", 0),
        ("delay", 99, {"delay_ms": 2000}, "confirmed", 0),
        ("drop", 99, {}, "confirmed", 0),
        ("garbage", 99, {}, "confirmed", 0),
        ("rate_limit", 1, {}, "confirmed", 0),
        ("http_500", 1, {}, "confirmed", 0),
        ("html_502", 99, {}, "remaining", 1),
        ("accept_only", 99, {}, "remaining", 1),
        ("partial", 99, {}, "remaining", 1),
        ("auth_refused", 99, {}, "rejected", 1),
    ],
)
def test_a_fault_ends_in_the_outcome_that_is_true(
    killdesk: Killdesk,
    configured: str,
    simulator: Any,
    fault: str,
    count: int,
    more: dict[str, object],
    outcome: str,
    code: int,
) -> None:
    """On every venue at once; the service's own table has each fault on each route."""
    for account in ALL:
        put_faults(simulator, account, fault, count, **more)
    done = killdesk("cancel", "--all", "--yes", "--json", "--config", configured)
    said = json.loads(done.stdout)
    ended = {(one["account"], one["action"]): one for one in said["reports"]}
    assert ended.pop(("htx-legacy", "cross"))["outcome"] == "confirmed"
    assert {name: one["outcome"] for name, one in ended.items()} == dict.fromkeys(ended, outcome)
    assert (said["outcome"], done.returncode) == (outcome, code)
    for (account, action), one in ended.items():
        left = sum(simulator.open(account, kind) for kind in MAIN[account][action])
        assert (left == 0) == (outcome == "confirmed")
        assert one["open_after"] in ((left,) if outcome != "rejected" else (left, None))


def test_orders_placed_meanwhile_are_remaining_and_nothing_is_sent_again(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    # The reply takes a while, so that the algorithm has quoted again before the first read.
    simulator.faults("htx-unified", "delay", 99, delay_ms=200, path="/v5/trade/cancel_all_orders")
    simulator.faults("htx-unified", "delay", 99, delay_ms=200, op="cancel_all_orders")
    simulator.orders("htx-unified", "unified", every_ms=50, for_ms=25_000)
    done = killdesk("cancel", "htx-unified", "--yes", "--json", "--config", configured)
    (report,) = json.loads(done.stdout)["reports"]
    assert (report["outcome"], done.returncode) == ("remaining", 1)
    assert report["open_after"] > 0
    assert report["attempts"] == 1


def test_one_account_unresolved_is_exit_3_whatever_the_others_are(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    simulator.faults("okx-desk", "ignore", 9_999)
    put_faults(simulator, "bitget-uta", "accept_only", 99)
    done = killdesk("cancel", "--all", "--yes", "--json", "--config", configured)
    said = json.loads(done.stdout)
    ended = {(one["account"], one["action"]): one["outcome"] for one in said["reports"]}
    assert (said["outcome"], done.returncode) == ("unresolved", 3)
    assert ended == {
        ("htx-legacy", "isolated"): "confirmed",
        ("htx-legacy", "cross"): "confirmed",
        ("htx-unified", "unified"): "confirmed",
        ("okx-desk", "spreads"): "unresolved",
        ("okx-desk", "quotes"): "unresolved",
        ("bitget-uta", "orders"): "remaining",
    }
