"""The command line as a trader meets it: what is printed, where, and with which exit code."""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import keyring.core
import pytest

from tests.dispositions import from_shell
from tui.cli.main import main
from tui.service.files import locations
from tui.simulator import running
from tui.venues import VENUES

SECRETS = {
    "api_key": "canary-key-20c1",
    "secret_key": "canary-secret-a44e",
    "passphrase": "canary-phrase-7",
}
LINES = "\n".join(SECRETS.values())


class Desk:
    """A home folder of its own, with a throw-away keyring; runs commands in this process."""

    def __init__(
        self, home: Path, patch: pytest.MonkeyPatch, output: pytest.CaptureFixture[str]
    ) -> None:
        self.home = home
        self.patch = patch
        self.output = output
        for name in os.environ:
            if name.startswith(("XDG_", "KILLDESK_", "PYTHON_KEYRING")):
                patch.delenv(name)
        for name in ("HOME", "USERPROFILE"):
            patch.setenv(name, str(home))
        for name in ("CONFIG", "STATE", "DATA"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
        patch.setenv("KILLDESK_INSECURE_KEYRING", "1")
        patch.setattr(keyring.core, "_keyring_backend", None)
        patch.chdir(home)

    @property
    def settings(self) -> Path:
        return Path(json.loads(self.ok("where", "--json"))["settings"])

    def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        self.patch.setattr(sys, "stdin", io.StringIO(stdin))
        code = main(arguments)
        told, complained = self.output.readouterr()
        return checked(code, told, complained)

    def spawn(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        """The same in a process of its own."""
        ran = subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return checked(ran.returncode, ran.stdout, ran.stderr)

    def ok(self, *arguments: str, stdin: str = "") -> str:
        code, told, complained = self.run(*arguments, stdin=stdin)
        assert (code, complained) == (0, "")
        return told

    def refused(self, code: int, *arguments: str, stdin: str = "") -> str:
        """The sentence on stderr."""
        found, _, complained = self.run(*arguments, stdin=stdin)
        assert found == code, complained
        assert complained.startswith("killdesk: ")
        return complained.removeprefix("killdesk: ").rstrip("\n")


def checked(code: int, told: str, complained: str) -> tuple[int, str, str]:
    """What holds for every command: no traceback, one line at most, no secret."""
    assert "Traceback" not in complained, complained
    assert len(complained.splitlines()) <= 1, complained
    for secret in SECRETS.values():
        assert secret not in told + complained
    return code, told, complained


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    return Desk(tmp_path, monkeypatch, capsys)


# --- help and bad usage ---------------------------------------------------------------------------


def test_help(desk: Desk) -> None:
    text = desk.ok("--help")
    assert text.startswith("usage: killdesk ")
    for word in ("--demo", "--config FILE", "--version", "simulate", "accounts", "where"):
        assert word in text
    assert "--host" in desk.ok("simulate", "--help")
    assert "add" in desk.ok("accounts", "--help")
    assert ", ".join(VENUES) in desk.ok("accounts", "add", "--help")


def test_version(desk: Desk) -> None:
    project = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text())
    assert desk.ok("--version") == f"killdesk {project['project']['version']}\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--dmeo"], "there is no option --dmeo here; see killdesk --help"),
        (["--dem"], "there is no option --dem here; see killdesk --help"),
        (["frobnicate"], "argument COMMAND: invalid choice: 'frobnicate'"),
        (["accounts"], "the following arguments are required: COMMAND; see killdesk accounts"),
        (["accounts", "add"], "the following arguments are required: NAME; see killdesk accounts"),
        (["accounts", "add", "", "--venue", "okx"], "NAME: is empty; expected a name such as"),
        (["accounts", "add", "", "--family", "auto"], "NAME: is empty; expected a name"),
        (
            ["accounts", "add", "my desk"],
            'there is no account "my desk" yet: to add it, name its venue, as in killdesk accounts '
            "add 'my desk' --venue htx (or okx, bitget)",
        ),
        (
            ["accounts", "add", "a", "--demo-trading", "--config", "c.toml"],
            'there is no account "a" yet: to add it, name its venue, as in killdesk --config c.toml'
            " accounts add a --venue htx (or okx, bitget)",
        ),
        (
            ["accounts", "add", "a", "--venue", "okx", "--family", "legacy"],
            "--family: OKX has no account families; leave it out",
        ),
        (
            ["accounts", "add", "a", "--venue", "htx", "--demo-trading"],
            "--demo-trading: HTX has no paper trading; leave it out",
        ),
        (
            ["accounts", "list", "--venue", "okx"],
            "there is no option --venue here; see killdesk acc",
        ),
        (["cancel"], "name the accounts to cancel on, or give --all"),
        (["cancel", "--all", "a"], "--all is every account; leave out either it or the names"),
        (
            ["cancel", "--all", "--config", "c.toml"],
            "there are no accounts to cancel on; killdesk --config c.toml accounts add NAME --venue"
            " VENUE adds one",
        ),
        (["drill"], "there are no accounts to drill; killdesk accounts add NAME --venue VENUE"),
        (["accounts", "add", "a", "--venue", "x"], "argument --venue: invalid choice: 'x'"),
        (["accounts", "remove", "a"], "there is no terminal to ask on; add --yes"),
        (["accounts", "remove", "a", "--yes"], 'there is no account "a"; configured: none yet'),
        (
            ["accounts", "test"],
            "there are no accounts to check; killdesk accounts add NAME --venue VENUE adds one",
        ),
        (["accounts", "test", "x"], 'there is no account "x"; configured: none yet'),
        (["simulate", "--port", "x"], "argument --port: invalid int value: 'x'"),
        (["--config"], "argument --config: expected one argument; see killdesk --help"),
    ],
)
def test_bad_usage_is_one_sentence(desk: Desk, arguments: list[str], expected: str) -> None:
    desk.home.joinpath("c.toml").write_text("")
    assert desk.refused(2, *arguments).startswith(expected)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--api-key", SECRETS["api_key"]],
        [f"--secret-key={SECRETS['secret_key']}"],
        ["--passphrase", SECRETS["passphrase"]],
    ],
)
def test_secrets_as_arguments_are_refused_and_not_repeated(
    desk: Desk, arguments: list[str]
) -> None:
    sentence = desk.refused(2, "accounts", "add", "a", "--venue", "okx", *arguments)
    assert sentence.startswith("secrets are prompted for or read from stdin, never taken from")
    assert desk.refused(2, "accounts", "add", "a", SECRETS["secret_key"]) == (
        "there are more arguments than this command takes; see killdesk accounts add --help"
    )


# --- settings -------------------------------------------------------------------------------------


def test_settings_that_were_named_must_be_there(desk: Desk) -> None:
    for command in ([], ["accounts", "list"], ["accounts", "test"]):
        assert desk.refused(2, "--config", "none.toml", *command) == (
            "none.toml: there is no such settings file"
        )


@pytest.mark.parametrize("before", [True, False])
def test_another_settings_file(desk: Desk, before: bool) -> None:
    desk.home.joinpath("other.toml").write_text('[[accounts]]\nname = "a"\nvenue = "okx"\n')
    config, command = ["--config", "other.toml"], ["accounts", "list"]
    arguments = config + command if before else command + config
    assert desk.ok(*arguments) == "a  okx       no key in the keyring\n"


def test_broken_settings_start_nothing(desk: Desk) -> None:
    file = desk.home / "c.toml"
    file.write_text('[desk]\nconfirm = "never"\n')
    for command in ([], ["accounts", "list"], ["accounts", "test"]):
        assert desk.refused(2, "--config", str(file), *command) == (
            f'{file}: desk.confirm: expected "twice" or "once", got "never"'
        )


def test_where(desk: Desk) -> None:
    facts = json.loads(desk.ok("where", "--json"))
    assert set(facts) == {"settings", "state", "audit", "keyring", "keyring_problem"}
    assert facts["keyring"] == "keyrings.alt.file.PlaintextKeyring"
    assert "KILLDESK_INSECURE_KEYRING=1" in facts["keyring_problem"]
    assert Path(facts["settings"]).name == "config.toml"
    for fact in facts.values():
        assert fact in desk.ok("where")
    assert json.loads(desk.ok("where", "--json", "--config", "x"))["settings"] == "x"
    assert not list(desk.home.rglob("killdesk"))  # looking creates nothing


def test_where_without_a_keyring(desk: Desk) -> None:
    desk.patch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Thing")
    facts = json.loads(desk.ok("where", "--json"))
    assert facts["keyring"] is None
    assert "PYTHON_KEYRING_BACKEND" in facts["keyring_problem"]


def test_the_keys_in_force_with_their_ids(desk: Desk) -> None:
    desk.ok("accounts", "add", "desk", "--venue", "okx", stdin=LINES)
    desk.settings.write_text(f'{desk.settings.read_text()}\n[keys]\n"cancel.all" = "F5"\n')
    keys = {key["id"]: key for key in json.loads(desk.ok("keys", "--json"))}
    assert keys["cancel.all"]["key"] == "F5"
    assert keys["panic"]["key"] == "X"
    assert any(line.split()[:2] == ["cancel.all", "F5"] for line in desk.ok("keys").splitlines())


# --- accounts -------------------------------------------------------------------------------------


def test_the_installed_command_does_the_same(desk: Desk) -> None:
    code, told, _ = desk.spawn("accounts", "add", "desk", "--venue", "okx", stdin=LINES)
    assert (code, VENUES["okx"].spec.grant in told) == (0, True)
    assert desk.spawn("accounts", "list")[:2] == (0, "desk  okx       key in the keyring\n")
    assert desk.spawn("accounts", "test", "x")[0] == 2
    assert desk.spawn("accounts", "remove", "desk", "--yes")[0] == 0


def test_an_account_from_adding_to_removing(desk: Desk) -> None:
    said = desk.ok("accounts", "add", "desk", "--venue", "okx", "--demo-trading", stdin=LINES)
    assert VENUES["okx"].spec.grant in said
    assert "next: killdesk accounts test desk" in said
    assert tomllib.loads(desk.settings.read_text()) == {
        "accounts": [{"name": "desk", "venue": "okx", "demo_trading": True}]
    }
    assert json.loads(desk.ok("accounts", "list", "--json")) == [
        {"name": "desk", "venue": "okx", "keyring": True, "problem": None}
    ]
    assert "desk is out of" in desk.ok("accounts", "remove", "desk", "--yes")
    assert desk.ok("accounts", "list").startswith("no accounts yet; killdesk accounts add")
    assert json.loads(desk.ok("accounts", "list", "--json")) == []


def test_every_option_of_adding_reaches_the_settings(desk: Desk) -> None:
    desk.ok(
        *("accounts", "add", "hedge", "--venue", "htx", "--family", "legacy"),
        *("--contracts", "BTC-USDT", "ETH-USDT", "--rest-url", "http://127.0.0.1:1"),
        *("--ws-url", "ws://127.0.0.1:1/linear-swap-trade", "--config", "new/c.toml"),
        stdin=json.dumps({"api_key": "a", "secret_key": "s"}),
    )
    assert tomllib.loads(desk.home.joinpath("new/c.toml").read_text())["accounts"] == [
        {
            "name": "hedge",
            "venue": "htx",
            "rest_url": "http://127.0.0.1:1",
            "ws_url": "ws://127.0.0.1:1/linear-swap-trade",
            "family": "legacy",
            "contracts": ["BTC-USDT", "ETH-USDT"],
        }
    ]


def test_a_site_is_named_and_addresses_that_do_not_belong_to_one_are_refused(desk: Desk) -> None:
    desk.ok("accounts", "add", "eu", "--venue", "okx", "--site", "eea", stdin=LINES)
    written = desk.settings.read_text()
    assert tomllib.loads(written) == {"accounts": [{"name": "eu", "venue": "okx", "site": "eea"}]}
    half = ("accounts", "add", "b", "--venue", "okx", "--rest-url", "https://eea.okx.com")
    assert desk.refused(2, *half, stdin=LINES) == (
        "--ws-url: is missing: rest_url alone leaves the login at ws.okx.com; "
        'choose site "eea" instead of rest_url, or give both'
    )
    assert desk.settings.read_text() == written


def test_a_key_is_stored_anew_under_its_name_alone(desk: Desk) -> None:
    desk.ok("accounts", "add", "desk", "--venue", "okx", stdin=LINES)
    before = desk.settings.read_bytes()
    desk.ok("accounts", "add", "desk", stdin=json.dumps(SECRETS))
    assert desk.settings.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("desk", "--venue", "okx"),
        ("desk", "--venue", "bitget"),
        ("desk", "--demo-trading"),
        ("desk", "--rest-url", "https://x"),
        ("DESK",),
        ("DESK", "--venue", "okx"),
    ],
)
def test_an_account_that_is_there_already_is_named_and_the_remedy_works_as_it_is_typed(
    desk: Desk, arguments: tuple[str, ...]
) -> None:
    config = ("--config", "my own.toml")
    desk.ok("accounts", "add", "desk", "--venue", "okx", *config, stdin=LINES)
    sentence = desk.refused(2, "accounts", "add", *arguments, *config)
    start, _, rest = sentence.partition(": ")
    remedy, _, rest = rest.partition(" stores its key again, and ")
    assert start == 'there is an account "desk" already'
    assert rest == "its settings are changed in my own.toml"
    desk.ok(*shlex.split(remedy)[1:], stdin=LINES)


def test_what_adding_says_to_type_next_works_as_it_is_typed(desk: Desk) -> None:
    config = ("--config", "my own.toml")
    *_, advice = desk.ok("accounts", "add", "my desk", "--venue", "okx", "--rest-url",
                         "http://127.0.0.1:1", "--ws-url", "ws://127.0.0.1:1/ws/v5/business",
                         *config, stdin=LINES).splitlines()  # fmt: skip
    code, told, complained = desk.run(*shlex.split(advice.removeprefix("next: "))[1:])
    assert (code, complained) == (1, "")
    assert told.startswith("my desk  okx  down")


def test_the_command_that_adds_an_account_works_as_it_is_typed(desk: Desk) -> None:
    sentence = desk.refused(2, "accounts", "add", "my desk", "--config", "my own.toml")
    desk.home.joinpath("my own.toml").write_text("")
    sentence = desk.refused(2, "accounts", "add", "my desk", "--config", "my own.toml")
    remedy = sentence.partition("as in ")[2].partition(" (or")[0]
    desk.ok(*shlex.split(remedy)[1:], stdin=json.dumps(SECRETS))
    assert desk.ok("accounts", "list", "--config", "my own.toml").startswith("my desk  htx")


def test_testing_an_account_connects_it(desk: Desk) -> None:
    with running(orders=3) as venues:
        url, socket = venues.url, venues.url.replace("http", "ws", 1)
        for name, venue, path in (
            ("okx-desk", "okx", "/ws/v5/business"),
            ("htx-unified", "htx", "/linear-swap-trade"),
        ):
            desk.run(
                *("accounts", "add", name, "--venue", venue, "--rest-url", url),
                *("--ws-url", socket + path),
                stdin=json.dumps(venues.accounts[name]),
            )
        told = desk.ok("accounts", "test")
        assert "okx-desk  okx  ready" in told
        assert f"site          own addresses: {urlsplit(url).netloc}\n" in told
        assert "htx-unified  htx  ready" in told
        assert "FAIL" not in told
        assert "htx" not in desk.ok("accounts", "test", "okx-desk")

        wrong = venues.accounts["okx-desk"] | {"secret_key": SECRETS["secret_key"]}
        desk.ok("accounts", "add", "okx-desk", stdin=json.dumps(wrong))
        code, told, complained = desk.run("accounts", "test")
        assert (code, complained) == (1, "")
        assert "okx-desk  okx  down" in told
        assert "htx-unified  htx  ready" in told

    desk.patch.delenv("KILLDESK_INSECURE_KEYRING")
    code, told, _ = desk.run("accounts", "test", "okx-desk")
    assert code == 1
    assert "does not keep secrets" in told


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("htx-unified", "403 Verification failure"),
        ("okx-desk", "50113 Invalid Sign"),
        ("bitget-uta", "40009 sign signature error"),
    ],
)
def test_a_check_says_what_to_do_about_a_wrong_secret(desk: Desk, name: str, said: str) -> None:
    with running(orders=3) as venues:
        entry = venues.accounts[name]
        path = {"htx": "/linear-swap-trade", "okx": "/ws/v5/business"}.get(entry["venue"])
        socket = ["--ws-url", venues.url.replace("http", "ws", 1) + path] if path else []
        desk.run(
            *(
                "accounts",
                "add",
                name,
                "--venue",
                entry["venue"],
                "--rest-url",
                venues.url,
                *socket,
            ),
            stdin=json.dumps(entry | {"secret_key": "not-the-one"}),
        )
        code, told, _ = desk.run("check")
        assert code == 1
        first, *steps = told.splitlines()
        assert first.startswith(f"{name}  {entry['venue']}  down  {said}")
        assert "the secret key is probably wrong" in first
        # Done as it stands there, it helps.
        assert f"enter the key again with e on the desk or killdesk accounts add {name}" in first
        desk.ok("accounts", "add", name, stdin=json.dumps(entry))
        assert f"{name}  {entry['venue']}  ready" in desk.ok("check")
    if path:
        (shown,) = (step for step in steps if "socket" in step)
        assert "login refused" in shown and "the secret key is probably wrong" in shown


def test_secrets_lie_in_the_keyring_and_nowhere_else(desk: Desk) -> None:
    desk.ok("accounts", "add", "desk", "--venue", "okx", stdin=LINES)
    desk.ok("accounts", "list")
    texts = {
        path.name: path.read_text(errors="replace")
        for path in desk.home.rglob("*")
        if path.is_file() and path.name != "keyring_pass.cfg"
    }
    assert texts
    assert not [name for name, text in texts.items() if "canary" in text]


def test_bad_secrets_store_nothing(desk: Desk) -> None:
    sentence = desk.refused(2, "accounts", "add", "a", "--venue", "okx", stdin="only\ntwo\n")
    assert sentence == "expected 3 lines on stdin (api_key, secret_key, passphrase), got 2"
    assert not desk.settings.exists()
    assert not list(desk.home.rglob("keyring_pass.cfg"))


def test_a_refused_keyring_is_said_before_anybody_is_asked(desk: Desk) -> None:
    desk.patch.delenv("KILLDESK_INSECURE_KEYRING")
    sentence = desk.refused(1, "accounts", "add", "a", "--venue", "okx", stdin=LINES)
    assert sentence.startswith("the keyring keyrings.alt.file.PlaintextKeyring does not keep")
    assert not desk.settings.exists()
    desk.home.joinpath("c.toml").write_text('[[accounts]]\nname = "a"\nvenue = "okx"\n')
    assert "does not keep secrets" in desk.ok("accounts", "list", "--config", "c.toml")


def test_bad_options_of_adding_name_the_key(desk: Desk) -> None:
    url = "http://www.okx.com"
    sentence = desk.refused(2, "accounts", "add", "a", "--venue", "okx", "--rest-url", url)
    assert sentence == "--rest-url: expected https:// (http:// is for this machine only)"


# --- whatever goes wrong --------------------------------------------------------------------------


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> locations.Locations:
        raise error

    monkeypatch.setattr(locations, "find_locations", fail)


def test_an_unexpected_error_is_one_sentence_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(ValueError(SECRETS["secret_key"]), monkeypatch)
    monkeypatch.delenv("KILLDESK_DEBUG", raising=False)
    assert main(["accounts", "list"]) == 1
    told = capsys.readouterr().err
    assert told == (
        "killdesk: an unexpected ValueError stopped it; with KILLDESK_DEBUG=1 it shows where\n"
    )
    monkeypatch.setenv("KILLDESK_DEBUG", "1")
    assert main(["accounts", "list"]) == 1
    told = capsys.readouterr().err
    assert "in fail" in told
    assert SECRETS["secret_key"] not in told


def test_an_interrupt_ends_it_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(KeyboardInterrupt(), monkeypatch)
    assert main(["accounts", "list"]) == 130
    assert capsys.readouterr().err == "killdesk: interrupted\n"


def test_what_was_typed_cannot_command_the_terminal(desk: Desk) -> None:
    assert "\\x1b[2J" in desk.refused(2, "accounts", "remove", "a\x1b[2J", "--yes")


@pytest.mark.parametrize("arguments", [["--help"], ["where"]])
def test_a_reader_that_goes_away(desk: Desk, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as output:
        ran = subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.returncode in (0, 1)  # argparse itself forgives the help's reader
    assert ran.stderr == ""


def test_a_terminal_that_lacks_a_character(desk: Desk) -> None:
    desk.patch.setenv("PYTHONIOENCODING", "ascii")
    desk.home.joinpath("c.toml").write_text('[[accounts]]\nname = "büro"\nvenue = "okx"\n', "utf-8")
    code, told, _ = desk.spawn("accounts", "list", "--config", "c.toml")
    assert code == 0
    assert told.startswith("b\\xfcro  okx")


# --- the simulator --------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_simulator_greets_and_ends_at_a_signal(desk: Desk) -> None:
    process = subprocess.Popen(
        from_shell([sys.executable, "-m", "tui", "simulate", "--orders", "3"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        greeting = json.loads(process.stdout.readline())
        assert greeting["url"].startswith("http://127.0.0.1:")
        assert {entry["venue"] for entry in greeting["accounts"]} == set(VENUES)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
