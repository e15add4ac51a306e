"""Changes to the settings of a running desk, and what others write into the file meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView, NewSettings
from tui.core.secrets import Credentials, Secret
from tui.service.desk.live import LiveDesk
from tui.service.readiness_check import AccountCheck, check_accounts
from tui.service.secrets.credentials import CredentialsError, find_credentials, load_credentials
from tui.service.settings import store as under_test
from tui.service.settings.accounts import plan_account
from tui.service.settings.loader import Settings, SettingsError, load_settings
from tui.service.settings.store import FileChange, SettingsStore, SettingsWatch

OKX = {"name": "okx-desk", "venue": "okx"}
BITGET = {"name": "bitget-uta", "venue": "bitget"}


pytestmark = pytest.mark.usefixtures("file_keyring")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def secrets(simulator: Any, name: str) -> Credentials:
    entry = simulator.accounts[name]
    phrase = entry.get("passphrase")
    return Credentials(
        Secret(entry["api_key"]), Secret(entry["secret_key"]), Secret(phrase) if phrase else None
    )


def fields(simulator: Any, table: dict[str, str]) -> dict[str, object]:
    socket = {"ws_url": f"{simulator.ws_url}/ws/v5/business"} if table["venue"] == "okx" else {}
    return {**table, "rest_url": simulator.url, **socket}


def add(store: SettingsStore, simulator: Any, table: dict[str, str]) -> None:
    plan = plan_account(store.settings, store.path, fields(simulator, table))
    store.add(plan, secrets(simulator, table["name"]))


@pytest.fixture
def running(simulator: Any, path: Path) -> Iterator[tuple[SettingsStore, LiveDesk]]:
    """A desk on both accounts, as the command line would start it."""
    first = SettingsStore(Settings(path=path), path)
    add(first, simulator, OKX)
    add(first, simulator, BITGET)
    settings = load_settings(path)
    desk = LiveDesk(settings.accounts, find_credentials)
    desk.start()
    yield SettingsStore(settings, path, desk), desk
    desk.stop()


def until(holds: Callable[[], bool]) -> None:
    """Waits for what must come; a test that waits in vain fails here."""
    end_s = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.02)


def ready(desk: LiveDesk, count: int) -> None:
    until(lambda: desk.view.ready == count)


def test_an_account_is_added_changed_and_removed_while_the_desk_runs(
    simulator: Any, running: tuple[SettingsStore, LiveDesk]
) -> None:
    store, desk = running
    ready(desk, 2)
    again = {"name": "second", "venue": "okx"}
    plan = plan_account(store.settings, store.path, fields(simulator, again))
    store.add(plan, secrets(simulator, "okx-desk"))
    ready(desk, 3)
    store.change("second", {"extra": ["rfqs"]}, None)
    found = desk.view.account("second")
    assert found is not None and "rfqs" in {action.id for action in found.actions}
    store.remove("second")
    assert [account.name for account in desk.view.accounts] == ["okx-desk", "bitget-uta"]
    with pytest.raises(CredentialsError, match="no entry"):
        load_credentials(plan.account)
    assert "second" not in store.path.read_text()


def test_new_secrets_alone_begin_the_account_anew(
    simulator: Any, running: tuple[SettingsStore, LiveDesk]
) -> None:
    store, desk = running
    ready(desk, 2)
    before = store.path.read_text()
    wrong = Credentials(Secret("nobody"), Secret("nothing"), Secret("no"))
    store.change("okx-desk", {}, wrong)
    until(lambda: desk.view.account("okx-desk").health == "down")  # type: ignore[union-attr]
    store.change("okx-desk", {}, secrets(simulator, "okx-desk"))
    ready(desk, 2)
    assert store.path.read_text() == before


def test_an_armed_timer_keeps_file_and_keyring_as_they_are(
    running: tuple[SettingsStore, LiveDesk],
) -> None:
    store, desk = running
    ready(desk, 2)
    desk.arm("bitget-uta")
    until(lambda: desk.view.accounts[1].timers[0].state is TimerState.ARMED)
    before = store.path.read_text()
    for change in (
        lambda: store.change("bitget-uta", {"deadman": {"countdown_s": 40}}, None),
        lambda: store.remove("bitget-uta"),
    ):
        with pytest.raises(SettingsError, match=r"^disarm bitget-uta first"):
            change()
    assert store.path.read_text() == before
    store.change("okx-desk", {"extra": ["rfqs"]}, None)
    store.change_tables({"desk": {"confirm": "once"}})
    assert store.settings.confirm == "once"
    assert desk.view.accounts[1].timers[0].state is TimerState.ARMED


def test_what_others_wrote_is_taken_over_when_asked_and_not_before(
    running: tuple[SettingsStore, LiveDesk],
) -> None:
    store, desk = running
    ready(desk, 2)
    path = store.path
    assert store.check_file() is None
    path.write_text(f'[desk]\nconfirm = "once"\n{path.read_text()}extra = ["strategy"]\n')
    assert isinstance(store.check_file(), Settings)
    with pytest.raises(SettingsError, match="press R"):
        store.change_tables({"desk": {"confirm": None}})
    assert store.reload() == ("bitget-uta",)
    assert store.settings.confirm == "once"
    assert store.check_file() is None


@pytest.mark.parametrize("text", ["nonsense", '[desk]\nconfirm = "thrice"\n', None])
def test_a_file_that_is_wrong_leaves_the_desk_as_it_is(
    running: tuple[SettingsStore, LiveDesk], text: str | None
) -> None:
    store, desk = running
    ready(desk, 2)
    before = store.settings
    if text is None:
        store.path.unlink()
    else:
        store.path.write_text(text)
    assert isinstance(store.check_file(), SettingsError)
    with pytest.raises(SettingsError):
        store.reload()
    assert store.settings == before
    assert len(desk.view.accounts) == 2


def test_the_watch_tells_of_changes_and_of_their_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "CHECK_INTERVAL_S", 0.02)
    path.write_text('[desk]\nconfirm = "once"\n')
    store = SettingsStore(load_settings(path), path)
    told: list[FileChange] = []
    watch = SettingsWatch(store, told.append)
    watch.start()
    try:
        path.write_text('[desk]\nconfirm = "twice"\n')
        until(lambda: bool(told))
        until(lambda: isinstance(told[-1], Settings) and told[-1].confirm == "twice")
        path.write_text('[desk]\nconfirm = "never"\n')
        until(lambda: isinstance(told[-1], SettingsError))
        path.write_text('[desk]\nconfirm = "once"  # as before\n')
        until(lambda: told[-1] is None)
    finally:
        watch.stop()


def test_the_check_shows_each_step_as_it_comes(simulator: Any, path: Path) -> None:
    plan = plan_account(Settings(path=path), path, fields(simulator, OKX))
    seen: list[AccountCheck] = []

    def look(checks: tuple[AccountCheck, ...]) -> bool:
        seen.extend(checks)
        return True

    (check,) = check_accounts(
        (plan.account,),
        lambda _: secrets(simulator, "okx-desk"),
        look=look,
        origin="as typed",
    )
    assert check.ready
    steps = {step.name: step for step in check.steps}
    assert steps["credentials"].detail == "as typed"
    assert all(step.ok and not step.waiting and step.at_s > 0 for step in check.steps)
    assert any(step.waiting for one in seen for step in one.steps)
    order = [step.at_s for step in check.steps]
    assert steps["open orders"].at_s == max(order)
    assert json.dumps(check.as_json())


def test_a_check_that_nobody_looks_at_any_more_ends(simulator: Any, path: Path) -> None:
    plan = plan_account(Settings(path=path), path, fields(simulator, OKX))
    looks: list[object] = []

    def look(checks: tuple[AccountCheck, ...]) -> bool:
        looks.append(checks)
        return False

    (check,) = check_accounts((plan.account,), lambda _: "no entry", look=look)
    assert len(looks) == 1
    assert not check.ready


def test_an_account_that_is_gone_meanwhile_is_not_changed(
    running: tuple[SettingsStore, LiveDesk],
) -> None:
    store, _ = running
    before = store.path.read_text()
    with pytest.raises(SettingsError, match='no account "other" any more'):
        store.change("other", {"extra": ["rfqs"]}, None)
    assert store.path.read_text() == before


class Deaf:
    """A desk that never says whether it took new settings."""

    view = DeskView(())

    def reconfigure(self, new: NewSettings) -> Future[str]:
        return Future()


class Refusing(Deaf):
    def reconfigure(self, new: NewSettings) -> Future[str]:
        refused: Future[str] = Future()
        refused.set_result("disarm okx-desk first")
        return refused


@pytest.mark.parametrize(
    ("desk", "says"), [(Deaf(), "did not take it in time"), (Refusing(), "disarm okx-desk first")]
)
def test_a_desk_that_does_not_take_new_settings_is_not_said_to_run_on_them(
    path: Path, monkeypatch: pytest.MonkeyPatch, desk: Any, says: str
) -> None:
    monkeypatch.setattr(under_test, "_APPLY_TIMEOUT_S", 0.05)
    path.write_text("")
    store = SettingsStore(load_settings(path), path, desk)
    with pytest.raises(SettingsError, match=says):
        store.change_tables({"desk": {"confirm": "once"}})
    assert store.settings.confirm == "twice"
    assert isinstance(store.check_file(), Settings), "the file is ahead, and that is told"


def test_the_watch_tells_of_a_file_that_is_gone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "CHECK_INTERVAL_S", 0.02)
    path.write_text("")
    told: list[FileChange] = []
    watch = SettingsWatch(SettingsStore(load_settings(path), path), told.append)
    watch.start()
    try:
        path.unlink()
        until(lambda: bool(told) and isinstance(told[-1], SettingsError))
    finally:
        watch.stop()
