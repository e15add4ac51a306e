"""A whole day at the desk with every library at its loudest: no secret is left behind anywhere."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
LeftBehind = Callable[..., list[str]]
ENTER, ESCAPE, RIGHT = "\r", "\x1b", "\x1b[C"
TEST, SAVE = "\x14", "\x13"
SIGNED = re.compile(r'(?:"sign"|"Signature"|Signature=|ACCESS-SIGN)["=: ]*([^"&\s]*)')
STYLE = re.compile(r"\x1b\[[0-9;?<>=]*[ -/]*[A-Za-z]")


def fill(desk: Any, label: str, typed: str, *, secret: bool = False) -> None:
    """Goes to the field of that label with tab, and pastes."""
    desk.go_to(label)
    desk.press(f"{ESCAPE}[200~{typed}{ESCAPE}[201~")
    wanted = "•••••" if secret else typed
    desk.wait_for(lambda text: any(label in line and wanted in line for line in text.splitlines()))


def back(desk: Any, *gone: str) -> None:
    """Closes a dialog."""
    desk.press(ESCAPE)
    desk.wait_for(lambda text: not any(word in text for word in gone))


def add_by_form(desk: Any, simulator: Any) -> None:
    """Adds `okx-desk` on the screen; it is tested before it is stored."""
    entry = simulator.accounts["okx-desk"]
    desk.press("e")
    desk.wait_for("key in the keyring")
    desk.press("a")
    desk.wait_for("▸ venue")
    desk.press(RIGHT)
    desk.wait_for("wss://ws.okx.com")
    fill(desk, "name", "okx-desk")
    fill(desk, "API key", entry["api_key"], secret=True)
    fill(desk, "secret key", entry["secret_key"], secret=True)
    fill(desk, "passphrase", entry["passphrase"], secret=True)
    fill(desk, "REST", simulator.url)
    fill(desk, "socket", f"{simulator.ws_url}/ws/v5/business")
    desk.press(TEST)
    desk.wait_for("a press would work now")
    back(desk, "test again")
    desk.press(SAVE)
    desk.wait_for(lambda text: text.count("key in the keyring") == 3)
    back(desk, "key in the keyring")
    desk.wait_for("3 of 3 ready")


def add_by_shell(
    killdesk: Killdesk, terminal: Open, simulator: Any, config: str, said: list[bytes]
) -> None:
    """Adds an account from a pipe, and another with answers to prompts."""
    name = "htx-unified"
    done = killdesk(
        *("accounts", "add", name, "--venue", "htx", "--config", config),
        *("--rest-url", simulator.url, "--ws-url", f"{simulator.ws_url}/linear-swap-trade"),
        stdin=json.dumps(simulator.accounts[name]),
    )
    assert done.returncode == 0, done.stderr
    said += [done.stdout.encode(), done.stderr.encode()]
    entry = simulator.accounts["bitget-uta"]
    shell = terminal(
        *("accounts", "add", "bitget-uta", "--venue", "bitget"),
        *("--config", config, "--rest-url", simulator.url),
        controlling=True,
    )
    for field in ("api_key", "secret_key", "passphrase"):
        shell.wait_for(f"{field} of bitget-uta:")
        shell.press(f"{entry[field]}\n")
    assert shell.wait_end() == 0, shell.text
    said.append(bytes(shell.received))
    short = "countdown_s = 30\nbeat_s = 1.5\n"
    path = Path(config)
    path.write_text(f"{path.read_text()}\n[accounts.deadman]\n{short}")


@pytest.mark.timeout(600)
def test_a_day_at_the_desk(
    terminal: Open,
    killdesk: Killdesk,
    simulator: Any,
    home: Path,
    tmp_path: Path,
    pin: str,
    processes: Any,
    left_behind: LeftBehind,
    signatures: list[str],
) -> None:
    said: list[bytes] = []

    def run(*args: str, code: int = 0) -> str:
        done = killdesk(*args)
        assert done.returncode == code, (args, done.stdout, done.stderr)
        said.extend((done.stdout.encode(), done.stderr.encode()))
        return done.stdout

    config = str(home / "config.toml")
    add_by_shell(killdesk, terminal, simulator, config, said)
    run("accounts", "test", "bitget-uta", "--config", config)
    run("accounts", "list", "--json", "--config", config)
    assert json.loads(run("check", "--json", "--config", config))["ready"]

    desk = terminal("--config", config, columns=200, rows=46)
    desk.wait_for("2 of 2 ready")
    add_by_form(desk, simulator)
    processes.look()
    desk.press("2")
    desk.press("a")
    desk.wait_for("ARMED")
    desk.press("3")
    desk.twice("s")
    desk.wait_for(lambda _: simulator.open("okx-desk", "spread") == 0)
    desk.wait_for("confirmed")
    desk.press("i")
    desk.wait_for("esc close")
    back(desk, "esc close")
    desk.press("/login\r")
    desk.wait_for("filter: login")
    desk.wait_for('"op":"login"')
    desk.press(ENTER)
    desk.wait_for("esc close")
    back(desk, "esc close")
    desk.press("y")
    desk.wait_for("unconfirmed")
    desk.press("/")
    back(desk, "filter:")
    desk.press(SAVE)
    desk.wait_for("saved in")
    desk.press("l")
    desk.wait_for("set a PIN")
    desk.press(f"{pin}\r")
    desk.wait_for("Once more")
    desk.press(f"{pin}\r")
    desk.wait_for("LOCKED")
    desk.twice("X")
    desk.wait_for("4 of 4 confirmed")
    back(desk, "esc close")
    desk.press("l")
    desk.wait_for("type the PIN")
    desk.press("not the PIN\r")
    desk.wait_for("Wrong PIN")
    desk.wait_for("Type the PIN.")
    desk.press(f"{pin}\r")
    desk.wait_for(lambda text: "LOCKED" not in text)
    desk.press("h")
    desk.wait_for("esc close")
    back(desk, "esc close")
    desk.press("d")
    desk.wait_for("d drill now")
    desk.press("d")
    desk.wait_for("the drill goes on")
    desk.wait_for("d drill now")
    back(desk, "esc close")
    desk.press("q")
    desk.wait_for("disarm")
    desk.twice("d")
    assert desk.wait_end() == 0
    said.append(bytes(desk.received))

    simulator.orders("okx-desk", "spread", 3)
    run("cancel", "--all", "--yes", "--json", "--config", config)
    (record,) = (home / ".local/state/killdesk/audit").glob("*.jsonl")
    run("audit", "verify", str(record))
    told = run("audit", "show", str(record), "--json")
    run("audit", "export", str(record))
    run("drill", "--orders", "3", "--json", "--config", config)
    run("where", "--json", "--config", config)
    run("accounts", "remove", "okx-desk", "--yes", "--config", config)

    kinds = {json.loads(line)["kind"] for line in told.splitlines()}
    assert {"press", "frame", "note", "outcome", "lock", "settings"} <= kinds
    assert "login" in told and "ACCESS-SIGN" in told and "Signature" in told
    assert len(signatures) > 20
    seen = STYLE.sub("", bytes(desk.received).decode(errors="replace"))
    assert set(SIGNED.findall(seen)) <= {"***", ""}
    log = (tmp_path / "loud.log").read_text()
    assert " asyncio DEBUG " in log, "the libraries must have told what they could"
    assert any("cmdline" in place for place in processes.seen)
    assert list(home.rglob("keyring_pass.cfg")), "the keyring is where the secrets are"
    leaks = left_behind(*said)
    assert not leaks, "\n".join(leaks)
    assert not list((tmp_path / "cwd").iterdir())
    assert not (tmp_path / "textual.log").exists()
