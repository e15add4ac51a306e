"""The drill as a runbook calls it, and beside a dashboard that holds a timer."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
NOWHERE = 'rest_url = "https://127.0.0.1:1"'
NO_SOCKET = f'{NOWHERE}\nws_url = "wss://127.0.0.1:1/ws"'
"""Addresses at which nothing answers: a drill that went there would fail."""


def settings(home: Path) -> str:
    path = home / "drill.toml"
    path.write_text(
        f'[[accounts]]\nname = "htx-main"\nvenue = "htx"\n{NO_SOCKET}\n'
        f'[[accounts]]\nname = "okx-desk"\nvenue = "okx"\n{NO_SOCKET}\n'
        f'[[accounts]]\nname = "bitget-mm"\nvenue = "bitget"\n{NOWHERE}\n'
        '[accounts.deadman.guards]\nfile = "/nowhere/at/all"\n'
    )
    return str(path)


def kept(home: Path) -> list[dict[str, Any]]:
    path = home / ".local/state/killdesk/drills.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_it_needs_no_key_and_no_real_address_and_keeps_the_result(
    killdesk: Killdesk, home: Path
) -> None:
    done = killdesk("drill", "--orders", "12", "--json", "--config", settings(home))
    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert said["ok"] and said["url"].startswith("http://127.0.0.1:")
    assert [one["account"] for one in said["accounts"]] == ["htx-main", "okx-desk", "bitget-mm"]
    assert all((one["orders"], one["left"]) == (12, 0) for one in said["accounts"])
    assert all(one["outcome"] == "confirmed" for one in said["accounts"])
    assert said["slowest"] in {"htx-main", "okx-desk", "bitget-mm"}
    assert kept(home) == [said]
    again = killdesk("drill", "--config", settings(home))
    assert again.returncode == 0
    assert "no account, key or address of yours is used" in again.stdout.splitlines()[0]
    assert "the last drill (3 accounts, 36 orders)" in again.stdout
    assert "all confirmed, nothing left" in again.stdout
    assert len(kept(home)) == 2
    mode = (home / ".local/state/killdesk/drills.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_drill_without_orders_does_not_count_and_is_not_kept(
    killdesk: Killdesk, home: Path
) -> None:
    done = killdesk("drill", "--orders", "0", "--config", settings(home))
    assert done.returncode == 1, done.stdout
    assert "there was no order to cancel, so this drill does not count" in done.stdout
    assert "all confirmed" not in done.stdout
    assert kept(home) == []


def test_a_drill_that_fails_exits_1(
    killdesk: Killdesk, home: Path, clean_env: dict[str, str]
) -> None:
    """Here because there is no such account to simulate."""
    plan = {"keep": False, "left_out": [],
            "accounts": [{"name": "x", "venue": "okx", "family": "nothing",
            "orders": {"quote": 1}, "extras": [], "timers": [], "contracts": []}]}  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "tui", "drill", "--plan"],
        env=clean_env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as drill:  # fmt: skip
        assert drill.stdin is not None and drill.stdout is not None
        drill.stdin.write(f"{json.dumps(plan)}\n")
        drill.stdin.flush()
        said = json.loads(drill.stdout.readlines()[-1])
        assert drill.wait(30) == 1
    assert said["done"] and not said["ok"]
    assert "the simulator did not start" in said["problem"]
    assert kept(home) == []
    assert killdesk("drill", "--plan", stdin="rubbish\n").returncode == 1


def test_the_drill_ends_with_the_desk_that_started_it(killdesk: Killdesk, home: Path) -> None:
    """Standard input is at its end at once, as when a dashboard is killed."""
    plan = {"keep": True, "left_out": [],
            "accounts": [{"name": "x", "venue": "okx", "family": "",
            "orders": {"quote": 40}, "extras": [], "timers": [], "contracts": []}]}  # fmt: skip
    done = killdesk("drill", "--plan", stdin=f"{json.dumps(plan)}\n")
    assert done.returncode == 1
    assert '"done": true' not in done.stdout
    assert kept(home) == []


def test_bad_usage(killdesk: Killdesk, home: Path) -> None:
    none = killdesk("drill")
    assert (none.returncode, none.stdout) == (2, "")
    assert "there are no accounts to drill" in none.stderr
    less = killdesk("drill", "--orders", "-1", "--config", settings(home))
    assert less.returncode == 2 and "0 or more" in less.stderr


def test_a_drill_beside_an_armed_timer_disturbs_nothing(
    terminal: Callable[..., Any], bitget_desk: Callable[..., str], venue: Any, home: Path
) -> None:
    before = venue.open("bitget-uta")
    desk = terminal("--config", bitget_desk("fire"))
    desk.wait_for("1 of 1 ready")
    desk.press("a")
    desk.wait_for("ARMED")
    desk.press("d")
    desk.wait_for("READY TO DRILL")
    desk.press("d")
    desk.wait_for("ALL CONFIRMED")
    timer = venue.timer("bitget-uta", "bitget")
    assert timer["armed"] and not timer["fired"]
    assert venue.open("bitget-uta") == before
    assert len(kept(home)) == 1
    desk.press("\x1b")
    text = desk.wait_for(lambda text: "drill just now" in text and "CONFIRMED" not in text)
    assert "FIRED" not in text and "AMBIGUOUS" not in text, "an alarm would still stand"
    desk.press("q")
    desk.wait_end()
