"""What is wrong with a settings file stops what it concerns, in one sentence, and nothing waits."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
Open = Callable[..., Any]
COMMANDS = (
    ("check",),
    ("cancel", "--all", "--yes"),
    ("accounts", "list"),
    ("keys",),
    ("drill",),
)
CHINESE = "币安人生-USDT"


def change(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "large"])
def test_no_command_waits_for_what_is_no_file(
    killdesk: Killdesk, tmp_path: Path, command: tuple[str, ...], kind: str
) -> None:
    place = Path("/dev/zero") if kind == "device" else tmp_path / kind
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "large":
        place.write_bytes(b"#" * 2_000_000)
    done = killdesk(*command, "--config", str(place))
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert f"{place}: the settings file cannot be read: it " in done.stderr


def test_a_dashboard_does_not_wait_for_a_pipe(terminal: Open, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    desk = terminal("--config", str(tmp_path / "pipe"))
    desk.wait_for(lambda text: "it is a pipe, not a file" in " ".join(text.split()))
    assert desk.wait_end() == 2


def test_a_running_desk_does_not_wait_for_a_pipe(
    terminal: Open, configured: str, simulator: Any
) -> None:
    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    Path(configured).unlink()
    os.mkfifo(configured)
    desk.wait_for("pipe,")  # as the settings' watch has found, and says in a note
    desk.press("R")
    desk.twice("X")
    desk.wait_for("confirmed")


def test_a_bad_value_denies_its_own_account_and_no_other(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    change(configured, 'name = "okx-desk"', 'name = "okx-desk"\nextra = ["everything"]')
    checked = killdesk("check", "--json", "--config", configured)
    accounts = {one["account"]: one for one in json.loads(checked.stdout)["accounts"]}
    assert checked.returncode == 1
    sentence = 'extra: OKX offers "rfqs", got "everything" (accounts[3] in '
    assert accounts["okx-desk"]["reason"].startswith(sentence)
    assert [one["health"] for one in accounts.values()] == ["ready", "ready", "down", "ready"]
    done = killdesk("cancel", "--all", "--yes", "--json", "--config", configured)
    reports = json.loads(done.stdout)["reports"]
    outcomes = {(one["account"], one["outcome"]) for one in reports}
    assert outcomes == {
        ("htx-legacy", "confirmed"),
        ("htx-unified", "confirmed"),
        ("okx-desk", "denied"),
        ("bitget-uta", "confirmed"),
    }
    assert done.returncode == 1
    denied = [one["message"] for one in reports if one["outcome"] == "denied"]
    assert denied and all(said.startswith(sentence) for said in denied)
    assert simulator.open("okx-desk") == 40
    assert simulator.open("htx-unified") == 0
    listed = killdesk("accounts", "list", "--config", configured)
    assert sentence in listed.stdout
    alone = killdesk("cancel", "htx-unified", "--yes", "--config", configured)
    assert alone.returncode == 0, alone.stdout + alone.stderr


def test_an_account_of_an_unknown_venue_is_denied_on_the_screen_and_in_reports(
    terminal: Open, killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    change(configured, 'venue = "okx"', 'venue = "binance"')
    change(configured, 'name = "okx-desk"', 'name = ""')
    done = killdesk("cancel", "--all", "--yes", "--json", "--config", configured)
    reports = json.loads(done.stdout)["reports"]
    (denied,) = [one for one in reports if one["outcome"] == "denied"]
    assert (denied["account"], denied["action"]) == ("accounts[3]", "everything")
    assert denied["message"].startswith("name: is empty; expected a name such as main-desk")
    assert done.returncode == 1
    simulator.reset()
    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("3 of 4 ready")
    desk.wait_for("name: is empty")
    desk.press("3eE")
    desk.twice("X")
    desk.wait_for("denied")
    desk.wait_for("confirmed")
    assert simulator.open("htx-unified") == 0


def test_new_settings_with_a_bad_value_leave_the_account_as_it_is(
    terminal: Open, configured: str, simulator: Any
) -> None:
    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    change(configured, 'name = "okx-desk"', 'name = "okx-desk"\nextra = ["everything"]')
    desk.wait_for("R reload")
    desk.press("R")
    desk.wait_for("new settings wait: extra: OKX")
    desk.wait_for("4 of 4 ready")
    desk.twice("X")
    desk.wait_for("confirmed")
    assert simulator.open("okx-desk") == 0


def test_a_contract_with_a_chinese_code_is_cancelled(
    killdesk: Killdesk, configured: str, simulator: Any
) -> None:
    """It is named in the settings, and its list is never read: the request alone must be right."""
    change(configured, 'name = "htx-legacy"', f'name = "htx-legacy"\ncontracts = ["{CHINESE}"]')
    simulator.orders("htx-legacy", "isolated", 3, instrument=CHINESE)
    simulator.orders("htx-legacy", "cross", 3, instrument=CHINESE)
    done = killdesk("cancel", "htx-legacy", "--yes", "--json", "--config", configured)
    assert done.returncode == 0, done.stdout + done.stderr
    assert simulator.open("htx-legacy", "isolated") == 0
    assert simulator.open("htx-legacy", "cross") == 0
