"""The form of an account: each venue's own fields, a key that goes to the keyring alone."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from textual import events
from textual.widgets import Input

from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.service.settings.accounts import account_table
from tui.service.settings.fields import NAME, VENUE, account_fields
from tui.service.settings.loader import Settings, load_settings
from tui.service.settings.store import SettingsStore
from tui.ui.app.welcome import WelcomeApp
from tui.ui.settings.account_form import AccountForm
from tui.ui.settings.account_test_screen import AccountTest
from tui.ui.settings.form_fields import FieldRow, SecretInput
from tui.ui.widgets.choice_row import ChoiceRow
from tui.venues import VENUES

pytestmark = pytest.mark.usefixtures("file_keyring")

CANARY = "canary-Xq7-not-to-be-seen"
SECRETS = {"api_key": f"{CANARY}-ak", "secret_key": f"{CANARY}-sk", "passphrase": f"{CANARY}-pp"}
WRITTEN = """\
# ours
[[accounts]]
name = "mm"  # the maker
venue = "bitget"
[accounts.deadman]
countdown_s = 30  # what risk wants
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def rows(form: AccountForm) -> dict[str, FieldRow]:
    return {row.field.key: row for row in form.query(FieldRow)}


def fill(form: AccountForm, **typed: str) -> None:
    """Types into fields; `secret__api_key` is the field `secret.api_key`."""
    for name, value in typed.items():
        box = rows(form)[name.replace("__", ".")].box
        assert isinstance(box, Input)
        box.value = value


def fill_secrets(form: AccountForm) -> None:
    fill(form, **{f"secret__{name}": SECRETS[name] for name in SECRETS
                  if f"secret.{name}" in rows(form)})  # fmt: skip


def said(form: AccountForm, key: str) -> str:
    """What stands below a field."""
    return str(rows(form)[key].query_one(".said").render())


async def choose(make: SimpleNamespace, pilot: Any, form: AccountForm, key: str, to: str) -> None:
    """Takes a choice by keys."""
    picker = rows(form)[key].box
    assert isinstance(picker, ChoiceRow)
    picker.focus()
    for _ in range(6):
        if to in picker.taken:
            break
        await pilot.press("space" if to == picker._choices[picker._at] else "right")
    await pilot.pause()


async def first_form(make: SimpleNamespace, app: WelcomeApp, pilot: Any) -> AccountForm:
    await pilot.press("a")
    await make.until(pilot, lambda: isinstance(app.screen, AccountForm))
    form = app.screen
    assert isinstance(form, AccountForm)
    await make.until(pilot, lambda: "rest_url" in rows(form))
    return form


@pytest.mark.parametrize("venue", list(VENUES))
async def test_each_venue_is_asked_for_what_it_needs_and_stored(
    make: SimpleNamespace, path: Path, file_keyring: Path, venue: str
) -> None:
    spec = VENUES[venue].spec
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await first_form(make, app, pilot)
        await choose(make, pilot, form, "venue", venue)
        await make.until(pilot, lambda: ("ws_url" in rows(form)) is (spec.ws_url is not None))
        found = rows(form)
        assert ("secret.passphrase" in found) is spec.passphrase
        assert ("family" in found) is bool(spec.families)
        assert ("contracts" in found) is ("legacy" in spec.families)
        assert ("demo_trading" in found) is spec.demo_trading
        assert ("deadman.beat_s" in found) is any(timer.usual for timer in spec.timers)
        assert "panic" not in make.text(app), "there is no desk yet"
        assert spec.grant in make.text(app).replace("\n", " ") or venue == "bitget"
        assert f"{spec.title}: {spec.grant}" == str(form._grant.render())
        fill(form, name="desk")
        fill_secrets(form)
        await pilot.pause()
        assert CANARY not in make.text(app)
        boxes = list(form.query(SecretInput))
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app._exit)
        assert [box.value for box in boxes] == [""] * len(boxes)
    assert app.return_value == "account"
    (account,) = load_settings(path).accounts
    assert (account.name, account.venue, account.rest_url) == ("desk", venue, spec.rest_url)
    assert path.read_text() == f'[[accounts]]\nname = "desk"\nvenue = "{venue}"\n'
    stored = json.loads(str(keyring.get_password("killdesk", "desk")))
    assert stored == {name: SECRETS[name] for name in stored}
    assert ("passphrase" in stored) is spec.passphrase


@pytest.mark.parametrize("venue", list(VENUES))
async def test_the_form_has_a_row_for_every_field_of_the_schema(
    make: SimpleNamespace, path: Path, venue: str
) -> None:
    spec = VENUES[venue].spec
    named = [timer.id for timer in spec.timers if not timer.usual]
    timers = f"timers = {named}\n" if named else ""
    path.write_text(f'[[accounts]]\nname = "a"\nvenue = "{venue}"\n{timers}')
    store = SettingsStore(load_settings(path), path)
    app = WelcomeApp(store)
    async with app.run_test(size=(120, 50)) as pilot:
        form = AccountForm(store, account_table(path, "a"))
        app.push_screen(form)
        await make.until(pilot, lambda: "rest_url" in rows(form))
        found = [
            row.field for row in rows(form).values() if not row.field.key.startswith("secret.")
        ]
        schema = account_fields(spec, timers=spec.timers)
        assert found == [one for one in schema if one.offered and one not in (NAME, VENUE)]
        for row in form.query(FieldRow):
            assert row.field.label in str(row.query_one(".label").render())
            assert row.field.help == said(form, row.field.key)


@pytest.mark.parametrize("onward", ["tab", "enter", "down"])
async def test_what_is_typed_faster_than_the_screen_follows_goes_to_its_field(
    make: SimpleNamespace, path: Path, onward: str
) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await first_form(make, app, pilot)
        assert form.focused is rows(form)["venue"].box
        for key in (onward, *"desk", onward, *"abcdef", onward, *"ghijkl"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await make.until(pilot, lambda: rows(form)["secret.secret_key"].typed == "ghijkl")
        assert rows(form)["name"].typed == "desk"
        assert rows(form)["secret.api_key"].typed == "abcdef"


async def test_a_timer_that_is_taken_brings_its_fields_and_takes_them_away(
    make: SimpleNamespace, path: Path
) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await first_form(make, app, pilot)
        fill(form, name="hedge")
        fill_secrets(form)
        assert "deadman.countdown_s" not in rows(form)
        await choose(make, pilot, form, "timers", "htx")
        await make.until(pilot, lambda: "deadman.guards.pid" in rows(form))
        assert "5 to 60" in said(form, "deadman.countdown_s")
        fill(form, deadman__countdown_s="3", deadman__guards__pid="4711")
        await pilot.pause()
        assert said(form, "deadman.countdown_s").startswith("✕ expected a whole number from 5 to")
        fill(form, deadman__countdown_s="12")
        await pilot.pause()
        assert "✕" not in said(form, "deadman.countdown_s")
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app._exit)
    (account,) = load_settings(path).accounts
    assert account.timers == ("htx",)
    assert account.deadman is not None
    assert (account.deadman.countdown_s, account.deadman.guards.pid) == (12, 4711)


@pytest.mark.parametrize(
    ("typed", "key", "what"),
    [
        ({"name": ""}, "name", "is empty"),
        ({"name": "-rf"}, "name", "no dash in front"),
        ({"rest_url": "http://elsewhere.example"}, "rest_url", "expected"),
        ({"rest_url": "[/nope]"}, "rest_url", "expected"),
        ({"contracts": "BTC-USDT, nope"}, "contracts", "expected codes such as BTC-USDT"),
        ({"secret__secret_key": ""}, "secret.secret_key", "is missing"),
        ({"secret__api_key": "two words\u200b"}, "secret.api_key", "characters that no key has"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(
    make: SimpleNamespace, path: Path, typed: dict[str, str], key: str, what: str
) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await first_form(make, app, pilot)
        fill(form, name="hedge")
        fill_secrets(form)
        fill(form, **typed)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert what in said(form, key) and said(form, key).startswith("✕")
        assert [one for one in rows(form) if "✕" in said(form, one)] == [key]
        assert app.focused is rows(form)[key].box
        assert CANARY not in make.text(app)
    assert not path.exists()
    assert keyring.get_password("killdesk", "hedge") is None


async def test_a_second_account_of_one_name_is_refused_beside_the_name(
    make: SimpleNamespace, path: Path
) -> None:
    path.write_text(WRITTEN)
    app = WelcomeApp(SettingsStore(load_settings(path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await first_form(make, app, pilot)
        fill(form, name="MM")
        fill_secrets(form)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert 'there is an account "mm" already' in said(form, "name")
    assert path.read_text() == WRITTEN


async def test_a_site_is_chosen_and_its_hosts_are_shown_and_stored(
    make: SimpleNamespace, path: Path
) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await first_form(make, app, pilot)
        await choose(make, pilot, form, "venue", "okx")
        await make.until(pilot, lambda: "secret.passphrase" in rows(form))

        def suggested(key: str) -> str:
            box = rows(form)[key].box
            assert isinstance(box, Input)
            return str(box.placeholder)

        assert suggested("ws_url") == "wss://ws.okx.com:8443/ws/v5/business"
        await choose(make, pilot, form, "site", "eea")
        await make.until(pilot, lambda: suggested("rest_url") == "https://eea.okx.com")
        assert suggested("ws_url") == "wss://wseea.okx.com:8443/ws/v5/business"
        await choose(make, pilot, form, "demo_trading", "on")
        await make.until(
            pilot, lambda: suggested("ws_url") == "wss://wseeapap.okx.com:8443/ws/v5/business"
        )
        fill(form, name="eu")
        fill_secrets(form)
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app._exit)
    (account,) = load_settings(path).accounts
    assert (account.site, account.demo_trading, account.rest_url, account.ws_url) == (
        *("eea", True, "https://eea.okx.com"),
        "wss://wseeapap.okx.com:8443/ws/v5/business",
    )


async def test_hosts_that_do_not_belong_together_are_refused_beside_their_field(
    make: SimpleNamespace, path: Path
) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await first_form(make, app, pilot)
        await choose(make, pilot, form, "venue", "okx")
        await make.until(pilot, lambda: "secret.passphrase" in rows(form))
        fill(form, name="eu", rest_url="https://eea.okx.com")
        fill_secrets(form)
        await pilot.pause()
        assert "✕" not in said(form, "ws_url"), "the other address may still come"
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert 'choose site "eea" instead of rest_url' in said(form, "ws_url")
        assert app.focused is rows(form)["ws_url"].box
        await choose(make, pilot, form, "site", "eea")
        await make.until(pilot, lambda: "leave out rest_url" in said(form, "site"))
        assert rows(form)["rest_url"].typed == "https://eea.okx.com", "what was typed stays"
        assert not path.exists()
        fill(form, rest_url="")
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app._exit)
    (account,) = load_settings(path).accounts
    assert (account.site, account.ws_url) == ("eea", "wss://wseea.okx.com:8443/ws/v5/business")


# a test that failed


async def failed_form(make: SimpleNamespace, app: WelcomeApp, pilot: Any) -> AccountForm:
    """A form that is filled in, whose test has just failed: nothing answers at its address."""
    form = await first_form(make, app, pilot)
    await choose(make, pilot, form, "venue", "bitget")
    await make.until(pilot, lambda: "secret.passphrase" in rows(form))
    fill(form, name="desk", rest_url="http://127.0.0.1:1")
    fill_secrets(form)
    await pilot.pause()
    await pilot.press("ctrl+t")
    await make.until(
        pilot, lambda: isinstance(app.screen, AccountTest) and bool(app.screen.failure)
    )
    await pilot.press("escape")
    await make.until(pilot, lambda: app.screen is form)
    return form


@pytest.mark.parametrize("size", [(80, 24), (140, 44)])
async def test_what_failed_its_test_is_stored_only_after_a_question(
    make: SimpleNamespace, path: Path, size: tuple[int, int]
) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=size) as pilot:
        form = await failed_form(make, app, pilot)
        await make.until(pilot, lambda: "the test failed" in make.text(app))
        await pilot.press("ctrl+s", "ctrl+s", "ctrl+s")
        await make.until(pilot, lambda: "NOT STORED" in make.text(app))
        await make.until(pilot, lambda: app.focused is form.query_one("#anyway"))
        assert "Enter stores it all the same" in " ".join(make.text(app).split())
        assert not path.exists() and keyring.get_password("killdesk", "desk") is None

        await pilot.press("escape")
        await make.until(pilot, lambda: "NOT STORED" not in make.text(app))
        assert app.screen is form, "the input is still there"
        assert rows(form)["name"].typed == "desk"
        assert rows(form)["secret.api_key"].typed == SECRETS["api_key"]

        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app.focused is form.query_one("#anyway"))
        await pilot.press("enter")
        await make.until(pilot, lambda: app._exit)
    assert [account.name for account in load_settings(path).accounts] == ["desk"]
    assert json.loads(str(keyring.get_password("killdesk", "desk"))) == SECRETS


async def test_by_mouse_the_question_is_not_answered_where_it_was_asked(
    make: SimpleNamespace, path: Path
) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await failed_form(make, app, pilot)
        await pilot.click("#save", times=2)
        await make.until(pilot, lambda: form.has_class("-asking"))
        await pilot.pause()
        assert not path.exists()
        await pilot.click("#close")
        await make.until(pilot, lambda: not form.has_class("-asking"))
        assert app.screen is form
        await pilot.click("#save")
        await make.until(pilot, lambda: form.query_one("#anyway").display)
        await pilot.pause()
        await pilot.click("#anyway")
        await make.until(pilot, lambda: app._exit)
    assert path.exists()


async def test_what_was_changed_since_the_test_is_stored_without_a_question(
    make: SimpleNamespace, path: Path
) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await failed_form(make, app, pilot)
        fill(form, name="other")
        await pilot.pause()
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: form.has_class("-asking"))
        fill(form, rest_url="http://127.0.0.1:2")
        await make.until(pilot, lambda: not form.has_class("-asking"))
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app._exit)
    assert [account.name for account in load_settings(path).accounts] == ["other"]


# editing


async def edit(make: SimpleNamespace, app: Any, pilot: Any) -> AccountForm:
    """The form of the first account, by keys."""
    await pilot.press("e")
    await pilot.pause()
    await pilot.press("enter")
    await make.until(pilot, lambda: isinstance(app.screen, AccountForm))
    form = app.screen
    assert isinstance(form, AccountForm)
    await make.until(pilot, lambda: "rest_url" in rows(form))
    return form


async def test_an_edit_writes_what_was_changed_and_keeps_the_key(
    make: SimpleNamespace, path: Path
) -> None:
    path.write_text(WRITTEN)
    keyring.set_password("killdesk", "mm", "as before")
    desk = make.FakeDesk(DeskView((make.bitget("mm", make.timer(TimerState.OFF)),)))
    store = SettingsStore(load_settings(path), path, desk)
    async with make.shown(desk, (120, 50), store=store) as (app, pilot):
        form = await edit(make, app, pilot)
        assert "name" not in rows(form) and "venue" not in rows(form)
        fill(form, deadman__countdown_s="20", deadman__beat_s="3")
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: app.screen is not form)
        assert ("reconfigure", ("mm",)) in desk.calls
        assert "mm is stored" in make.text(app)
    assert path.read_text() == WRITTEN.replace(
        "countdown_s = 30  # what risk wants\n", "countdown_s = 20  # what risk wants\nbeat_s = 3\n"
    )
    assert keyring.get_password("killdesk", "mm") == "as before"


async def test_an_armed_timer_forbids_the_edit_in_one_sentence(
    make: SimpleNamespace, path: Path
) -> None:
    path.write_text(WRITTEN)
    desk = make.FakeDesk(DeskView((make.bitget("mm"),)))
    store = SettingsStore(load_settings(path), path, desk)
    async with make.shown(desk, (120, 50), store=store) as (app, pilot):
        form = await edit(make, app, pilot)
        fill(form, deadman__countdown_s="20")
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: "disarm mm first" in make.text(app))
        assert app.screen is form
    assert path.read_text() == WRITTEN


async def test_a_capital_x_is_a_letter_in_every_field_where_f12_panics(
    make: SimpleNamespace, path: Path
) -> None:
    path.write_text(WRITTEN)
    desk = make.FakeDesk(DeskView((make.bitget("mm", make.timer(TimerState.OFF)),)))
    store = SettingsStore(load_settings(path), path, desk)
    now = make.Clock()()  # a press stays armed however long the test takes
    more = {"store": store, "clock": lambda: now}
    async with make.shown(desk, (120, 50), **more) as (app, pilot):
        form = await edit(make, app, pilot)
        rows(form)["secret.api_key"].box.focus()
        await pilot.press("X", "X")
        assert rows(form)["secret.api_key"].typed == "XX"
        assert ("panic",) not in desk.calls
        rows(form)["rest_url"].box.focus()
        await pilot.press("X", "X")
        assert ("panic",) not in desk.calls
        await pilot.press("f12", "f12")
        assert ("panic",) in desk.calls


async def test_a_secret_is_not_copied_out_again(make: SimpleNamespace, path: Path) -> None:
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50), notifications=True) as pilot:
        form = await first_form(make, app, pilot)
        fill_secrets(form)
        box = rows(form)["secret.api_key"].box
        assert isinstance(box, Input)
        box.focus()
        box.select_all()
        for key in ("ctrl+c", "ctrl+x"):
            await pilot.press(key)
        assert CANARY not in app.clipboard
        assert box.value == SECRETS["api_key"]


# a keyring that does not answer


class SilentKeyring(KeyringBackend):
    """A keyring whose prompt nobody answers until the test is over."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self, answered: threading.Event) -> None:
        super().__init__()
        self._answered = answered

    def get_password(self, service: str, username: str) -> str | None:
        self._answered.wait(60)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answered.wait(60)


async def test_a_keyring_that_prompts_is_said_and_holds_up_no_key(
    make: SimpleNamespace, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    monkeypatch.setattr(keyring.core, "_keyring_backend", SilentKeyring(answered))
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50), notifications=True) as pilot:
        form = await first_form(make, app, pilot)
        fill(form, name="hedge")
        fill_secrets(form)
        await pilot.press("ctrl+s")
        await make.until(pilot, lambda: "may ask for its password" in make.text(app))
        assert app.screen is form
        await pilot.press("escape")
        await make.until(pilot, lambda: app.screen is not form)
        answered.set()
        await make.until(
            pilot, lambda: any("did not keep it" in one.message for one in app._notifications)
        )
    assert not path.exists()


# the test


def addressed(form: AccountForm, simulator: Any) -> None:
    fill(form, rest_url=simulator.url, ws_url=f"{simulator.ws_url}/ws/v5/business")


@pytest.mark.parametrize("good", [True, False])
async def test_an_account_is_tested_before_it_is_stored(
    make: SimpleNamespace, path: Path, simulator: Any, good: bool
) -> None:
    entry = simulator.accounts["okx-desk"]
    app = WelcomeApp(SettingsStore(Settings(path=path), path))
    async with app.run_test(size=(120, 50)) as pilot:
        form = await first_form(make, app, pilot)
        await choose(make, pilot, form, "venue", "okx")
        await make.until(pilot, lambda: "secret.passphrase" in rows(form))
        fill(form, name="desk", secret__api_key=entry["api_key"],
             secret__secret_key=entry["secret_key"] if good else CANARY,
             secret__passphrase=entry["passphrase"])  # fmt: skip
        addressed(form, simulator)
        await pilot.press("ctrl+t")
        await make.until(pilot, lambda: isinstance(app.screen, AccountTest))
        test = app.screen
        assert isinstance(test, AccountTest)
        word = "READY" if good else "DOWN"
        for _ in range(3):  # a busy machine takes its time
            if word in test.lines.text:
                break
            await make.until(pilot, lambda: test._over)
        shown = test.lines.text
        assert word in shown
        for step in ("credentials", "site", "socket", "REST", "clock", "key", "open orders"):
            assert step in shown
        assert "as typed; nothing is stored" in shown
        assert ("40 open" in shown) is good
        assert ("correct it" in shown) is not good
        words = " ".join(shown.split())
        assert ("50113 Invalid Sign; the secret key is probably wrong" in words) is not good
        assert ("enter the key again" in words) is not good
        assert CANARY not in shown and entry["secret_key"] not in make.text(app)
        await pilot.press("escape")
        await make.until(pilot, lambda: app.screen is form)
        assert rows(form)["name"].typed == "desk"
    assert not path.exists()
    assert keyring.get_password("killdesk", "desk") is None
