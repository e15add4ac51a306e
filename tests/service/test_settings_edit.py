"""Adding and removing accounts: comments, order and everything else stay as they were."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from tui.service.locations import make_private_folder, open_private, replace_private
from tui.service.settings import SettingsError, load_settings
from tui.service.settings_edit import add_account, remove_account

WRITTEN = """\
# our desk, ask Ann before you change it
[desk]  # the screen
confirm = "once"   # Bob insists

# the market maker
[[accounts]] # 1
name = "mm" # short
venue = "bitget"
# thirty is what risk wants
[accounts.deadman]
countdown_s = 30

# spreads
[[accounts]]
name = "desk"
venue = "okx"

# hedges
[[ accounts ]]
name = "hedge"
venue = "htx"
contracts = [
  "BTC-USDT",  # always
]
# the end
"""
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX rights")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(WRITTEN)
    return path


def names(file: Path) -> list[str]:
    return [account.name for account in load_settings(file).accounts]


def test_an_account_is_added_below_what_is_there(file: Path) -> None:
    account = add_account(file, {"name": 'q"uote', "venue": "htx", "contracts": ["BTC-USDT"]})
    assert account.contracts == ("BTC-USDT",)
    assert file.read_text() == (
        WRITTEN + '\n[[accounts]]\nname = "q\\"uote"\nvenue = "htx"\ncontracts = ["BTC-USDT"]\n'
    )


def test_the_first_account_makes_the_file_and_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "deep" / "config.toml"
    add_account(file, {"name": "a", "venue": "okx"})
    assert file.read_text() == '[[accounts]]\nname = "a"\nvenue = "okx"\n'


def test_a_table_inside_an_account_comes_with_it(file: Path) -> None:
    fields = {"name": "b", "venue": "bitget", "deadman": {"countdown_s": 12}}
    account = add_account(file, fields)
    assert account.deadman is not None
    assert account.deadman.countdown_s == 12


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        (
            "mm",
            '[[accounts]] # 1\nname = "mm" # short\nvenue = "bitget"\n'
            "# thirty is what risk wants\n[accounts.deadman]\ncountdown_s = 30\n\n",
        ),
        ("desk", '[[accounts]]\nname = "desk"\nvenue = "okx"\n\n'),
        (
            "hedge",
            '[[ accounts ]]\nname = "hedge"\nvenue = "htx"\n'
            'contracts = [\n  "BTC-USDT",  # always\n]\n',
        ),
    ],
)
def test_removing_takes_the_accounts_own_lines_alone(file: Path, name: str, gone: str) -> None:
    kept = [other for other in names(file) if other != name]
    assert remove_account(file, name)
    assert names(file) == kept
    comments = [line for line in WRITTEN.splitlines() if line.startswith("#") and line not in gone]
    text = file.read_text()
    assert [line for line in text.splitlines() if line.startswith("#")] == comments
    assert 'confirm = "once"   # Bob insists' in text


def test_removing_leaves_the_other_lines_byte_for_byte(file: Path) -> None:
    remove_account(file, "desk")
    assert file.read_text() == WRITTEN.replace(
        '[[accounts]]\nname = "desk"\nvenue = "okx"\n\n', "\n"
    )


def test_an_unknown_name_changes_nothing(file: Path) -> None:
    assert not remove_account(file, "nobody")
    assert file.read_text() == WRITTEN


def test_accounts_written_on_one_line(file: Path) -> None:
    file.write_text('accounts = [{name = "a", venue = "okx"}] # short\n[desk]\n')
    add_account(file, {"name": "b", "venue": "bitget", "deadman": {"countdown_s": 9}})
    assert names(file) == ["a", "b"]
    assert remove_account(file, "a")
    assert names(file) == ["b"]
    assert "# short" in file.read_text()


def test_tables_between_the_accounts_stay_where_they_are(file: Path) -> None:
    text = (
        '[[accounts]]\nname = "a"\nvenue = "okx"\n[desk]\n[[accounts]]\nname = "b"\nvenue = "htx"\n'
    )
    file.write_text(text)
    add_account(file, {"name": "c", "venue": "okx"})
    assert file.read_text() == text + '\n[[accounts]]\nname = "c"\nvenue = "okx"\n'
    assert remove_account(file, "c")
    assert remove_account(file, "a")
    assert file.read_text() == '[desk]\n[[accounts]]\nname = "b"\nvenue = "htx"\n'


def test_windows_line_endings_stay(file: Path) -> None:
    file.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    add_account(file, {"name": "b", "venue": "okx"})
    remove_account(file, "mm")
    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n")
    assert names(file) == ["desk", "hedge", "b"]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "mm", "venue": "okx"},
        {"name": "x", "venue": "nowhere"},
        {"name": "x", "venue": "okx", "rest_url": "http://www.okx.com"},
    ],
)
def test_what_would_not_load_is_not_written(file: Path, fields: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        add_account(file, fields)
    assert file.read_text() == WRITTEN


def test_a_file_too_odd_to_edit_safely_is_left_alone(file: Path) -> None:
    odd = '"accounts" = 1'
    text = f"""[[accounts]]\nname = "a"\nvenue = "okx"\nrest_url = '''{odd}'''"""
    file.write_text(text)
    with pytest.raises(SettingsError):
        remove_account(file, "a")
    hidden = (
        '[[accounts]]\nname = """\\\n[[accounts]]"""\nvenue = "okx"\n'
        '[[accounts]]\nname = "b"\nvenue = "okx"\n'
    )
    file.write_text(hidden)
    with pytest.raises(SettingsError, match="change it by hand"):
        remove_account(file, "b")
    assert file.read_text() == hidden


def test_a_broken_file_is_not_edited(file: Path) -> None:
    file.write_text("[desk\n")
    with pytest.raises(SettingsError, match="not valid TOML"):
        add_account(file, {"name": "a", "venue": "okx"})
    assert file.read_text() == "[desk\n"


@posix
def test_files_and_folders_are_the_users_alone(tmp_path: Path) -> None:
    file = tmp_path / "config" / "killdesk" / "config.toml"
    before = os.umask(0)
    try:
        add_account(file, {"name": "a", "venue": "okx"})
        os.close(open_private(tmp_path / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)}
    assert modes == {file: 0o600, file.parent: 0o700}
    assert stat.S_IMODE(file.parent.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


@posix
def test_wider_rights_are_narrowed_on_the_next_write(file: Path) -> None:
    file.chmod(0o644)
    add_account(file, {"name": "a", "venue": "okx"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    log = file.with_name("log")
    log.touch(0o644)
    os.close(open_private(log, os.O_WRONLY))
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


@posix
def test_a_linked_settings_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    add_account(link, {"name": "a", "venue": "okx"})
    assert link.is_symlink()
    assert tomllib.loads(file.read_text())["accounts"][-1]["name"] == "a"


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match=r"cannot be written: No space left on device"):
        add_account(file, {"name": "a", "venue": "okx"})
    assert file.read_text() == WRITTEN
    assert list(file.parent.iterdir()) == [file]


def test_replacing_is_whole(tmp_path: Path) -> None:
    file = make_private_folder(tmp_path / "x") / "f"
    replace_private(file, "long " * 1000)
    replace_private(file, "short\r\n")
    assert file.read_bytes() == b"short\r\n"
