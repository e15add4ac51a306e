"""Adding and removing accounts: comments, order and everything else stay as they were."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as some
from tomlkit.items import Table

from tui.service.files.locations import make_private_folder, open_private, replace_private
from tui.service.settings.accounts import account_table, plan_change
from tui.service.settings.editor import (
    account_tables,
    add_account,
    change_account,
    change_tables,
    plain_tables,
    read_tables,
    remove_account,
)
from tui.service.settings.loader import SettingsError, load_settings
from tui.service.settings.toml_sections import (
    merged,
    text_with_changes,
    text_with_table,
    text_without_table,
)

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


def test_an_account_that_cannot_be_used_can_be_removed(file: Path) -> None:
    odd = '"accounts" = 1'
    text = f"""[[accounts]]\nname = "a"\nvenue = "okx"\nrest_url = '''{odd}'''"""
    file.write_text(text)
    assert remove_account(file, "a")
    assert load_settings(file).accounts == ()


def test_a_file_too_odd_to_edit_safely_is_left_alone(file: Path) -> None:
    hidden = (
        '[[accounts]]\nname = "a"\nvenue = "okx"\nrest_url = """\n[[accounts]]\n"""\n'
        '[[accounts]]\nname = "b"\nvenue = "okx"\n'
    )
    file.write_text(hidden)
    with pytest.raises(SettingsError, match="change it by hand"):
        change_account(file, "b", {"extra": ["rfqs"]})
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


# changes of single keys


def test_a_change_touches_its_own_lines_alone(file: Path) -> None:
    account = change_account(file, "mm", {"deadman": {"countdown_s": 12, "beat_s": 2.5}})
    assert account.deadman is not None
    assert (account.deadman.countdown_s, account.deadman.beat_s) == (12, 2.5)
    changed = "countdown_s = 12\nbeat_s = 2.5\n"
    assert file.read_text() == WRITTEN.replace("countdown_s = 30\n", changed)


def test_a_new_key_stands_with_those_of_its_account(file: Path) -> None:
    change_account(file, "mm", {"extra": ["strategy"], "deadman": {"guards": {"pid": 4711}}})
    assert file.read_text() == WRITTEN.replace(
        'venue = "bitget"\n', 'venue = "bitget"\nextra = ["strategy"]\n'
    ).replace("countdown_s = 30\n", "countdown_s = 30\n\n[accounts.deadman.guards]\npid = 4711\n")


def test_none_takes_a_key_or_a_table_out(file: Path) -> None:
    change_account(file, "mm", {"deadman": None})
    gone = "[accounts.deadman]\ncountdown_s = 30\n"
    assert file.read_text() == WRITTEN.replace(gone, "")
    change_account(file, "hedge", {"contracts": None})
    assert load_settings(file).accounts[2].contracts == ()
    assert file.read_text().endswith('venue = "htx"\n# the end\n')


def test_the_desks_keys_keep_their_comments(file: Path) -> None:
    settings = change_tables(file, {"desk": {"confirm": "twice", "screen_grace_s": 12}})
    assert (settings.confirm, settings.screen_grace_s) == ("twice", 12)
    now = 'confirm = "twice"   # Bob insists\nscreen_grace_s = 12\n'
    assert file.read_text() == WRITTEN.replace('confirm = "once"   # Bob insists\n', now)


def test_a_file_without_a_desk_table_gets_one(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for text in ("", '[[accounts]]\nname = "a"\nvenue = "okx"', 'desk.confirm = "twice"\n'):
        file.write_text(text)
        assert change_tables(file, {"desk": {"confirm": "once"}}).confirm == "once"
        assert file.read_text().startswith(text.replace("twice", "once"))


def test_accounts_on_one_line_are_changed_there(file: Path) -> None:
    file.write_text('accounts = [{name = "a", venue = "bitget"}] # short\n[desk] # d\n')
    account = change_account(file, "a", {"deadman": {"guards": {"pid": 3}}})
    assert account.deadman is not None and account.deadman.guards.pid == 3
    assert file.read_text().endswith("# short\n[desk] # d\n")


def test_line_ends_stay_what_they_are(file: Path) -> None:
    file.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    change_account(file, "mm", {"deadman": {"countdown_s": 12, "guards": {"pid": 3}}})
    change_tables(file, {"desk": {"screen_grace_s": 9}})
    text = file.read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") > WRITTEN.count("\n")


@pytest.mark.parametrize(
    "fields",
    [
        {"deadman": {"countdown_s": 3}},
        {"deadman": {"beat_s": "often"}},
        {"family": "auto"},
        {"name": "desk"},
        {"nonsense": 1},
    ],
)
def test_a_change_that_is_not_acceptable_leaves_the_file_alone(
    file: Path, fields: Mapping[str, object]
) -> None:
    with pytest.raises(SettingsError) as refused:
        change_account(file, "mm", fields)
    assert refused.value.expected
    assert file.read_text() == WRITTEN


def test_the_error_names_the_key_without_the_file(file: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        change_account(file, "mm", {"deadman": {"guards": {"pid": 0}}})
    assert refused.value.key == "deadman.guards.pid"
    assert refused.value.expected == "expected a whole number from 1 to 2147483647, got 0"
    with pytest.raises(SettingsError) as refused:
        change_tables(file, {"desk": {"confirm": "thrice"}})
    assert (refused.value.key, str(file) in refused.value.expected) == ("confirm", False)


def test_an_account_that_is_gone_is_not_changed(file: Path) -> None:
    with pytest.raises(SettingsError, match="any more"):
        change_account(file, "nobody", {"extra": None})


def test_what_looks_like_a_header_but_is_none_is_left_alone(file: Path) -> None:
    odd = 'accounts = [\n  {name = "a", venue = "okx"},\n]\n'
    file.write_text(odd)
    assert change_account(file, "a", {"extra": ["rfqs"]}).extras == ("rfqs",)
    hidden = '''[[accounts]]\nname = "a"\nvenue = "okx"\nrest_url = """\\\n[[accounts]]"""\n'''
    file.write_text(hidden)
    with pytest.raises(SettingsError):
        change_account(file, "a", {"extra": ["rfqs"]})
    assert file.read_text() == hidden


# the property: whatever is changed, the rest stays

_KEYS: dict[str, some.SearchStrategy[object]] = {
    "rest_url": some.sampled_from(["https://api.bitget.com", "http://127.0.0.1:9"]),
    "extra": some.sampled_from([["strategy"], ["strategy", "[[accounts]]"]]),
    "demo_trading": some.booleans(),
    "deadman": some.fixed_dictionaries(
        {},
        optional={
            "countdown_s": some.integers(20, 60),
            "beat_s": some.sampled_from([2, 2.5, 4.0]),
            "guards": some.fixed_dictionaries(
                {}, optional={"pid": some.integers(1, 9), "file": some.just("/run/é # [x]")}
            ),
        },
    ),
}
_CHANGES = {
    **{key: some.none() | values for key, values in _KEYS.items() if key != "deadman"},
    "deadman": some.fixed_dictionaries(
        {}, optional={"countdown_s": some.none() | some.integers(20, 60), "beat_s": some.just(3)}
    ),
}


def written(table: Mapping[str, object], header: str, notes: Iterator[int]) -> Iterator[str]:
    """The table as somebody wrote it, each line with a comment of its own above and behind."""
    yield f"# {next(notes)}"
    yield f"{header} # {next(notes)}"
    for key, value in table.items():
        if not isinstance(value, dict):
            yield f"  # {next(notes)} [not.a.header]"
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}   # {next(notes)}"
    for key, value in table.items():
        if isinstance(value, dict):
            yield ""
            yield from written(value, f"[{header.strip('[]')}.{key}]", notes)


@given(
    some.lists(some.fixed_dictionaries({}, optional=_KEYS), min_size=1, max_size=3),
    some.integers(0, 3),
    some.integers(0, 2),
    some.fixed_dictionaries({}, optional=_CHANGES),
)
def test_whatever_is_changed_the_rest_and_its_comments_stay(
    accounts: list[dict[str, object]], desk_at: int, number: int, fields: dict[str, object]
) -> None:
    number, notes = number % len(accounts), count(100)
    parts = [list(written({"name": "a"} | one, "[[accounts]]", notes)) for one in accounts]
    parts.insert(desk_at, list(written({"confirm": "once"}, "[desk]", notes)))
    text = "\n".join(line for part in parts for line in part) + "\n# the end\n"
    before = tomllib.loads(text)

    after = text_with_changes(text, "accounts", number, fields)
    before["accounts"][number] = merged(before["accounts"][number], fields)
    assert tomllib.loads(after) == before
    untouched = [line for line in text.splitlines() if line.split(" =")[0] not in _NAMES]
    assert [line for line in after.splitlines() if line in untouched and line] == [
        line for line in untouched if line
    ]
    out = {key for key, value in (*fields.items(), *dict(fields.get("deadman") or {}).items())
           if value is None}  # fmt: skip
    stay = [line for line in text.splitlines() if line.split(" =")[0] not in out]
    numbers = [found for line in stay for found in re.findall(r"# (\d{3})", line)]
    assert [one for one in re.findall(r"# (\d{3})", after) if one in numbers] == numbers

    again = text_with_changes(after, "desk", None, {"confirm": "twice"})
    assert again == after.replace('confirm = "once"', 'confirm = "twice"')
    assert text_with_changes(again, "accounts", number, fields) == again


_NAMES = (*_KEYS, "countdown_s", "beat_s", "pid", "file")


def test_several_tables_are_changed_together_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\n[keys]\n"cancel.all" = "F5"\n')
    settings = change_tables(file, {"desk": {"notify": False}, "audit": {"keep_days": 7}})
    assert (settings.notify, settings.audit_keep_days) == (False, 7)
    assert file.read_text().startswith('# mine\n[keys]\n"cancel.all" = "F5"\n')
    before = file.read_text()
    with pytest.raises(SettingsError, match="keep_days"):
        change_tables(file, {"desk": {"notify": None}, "audit": {"keep_days": -1}})
    assert file.read_text() == before


def test_the_tables_of_the_file_come_as_they_are_written(file: Path) -> None:
    assert plain_tables(file) == {"desk": {"confirm": "once"}}
    assert [table["name"] for table in account_tables(file)] == ["mm", "desk", "hedge"]
    assert account_table(file, "mm")["deadman"] == {"countdown_s": 30}
    assert account_table(file, "nobody") == {}


def test_what_changed_tables_would_mean_is_read_without_writing(file: Path) -> None:
    before = file.read_bytes()
    tables = plain_tables(file)
    assert read_tables(file, tables, {"desk": {"confirm": None}}).confirm == "twice"
    with pytest.raises(SettingsError, match="confirm"):
        read_tables(file, tables, {"desk": {"confirm": "never"}})
    assert file.read_bytes() == before


def test_a_planned_change_is_checked_as_the_file_would_be(file: Path) -> None:
    settings = load_settings(file)
    table = account_table(file, "mm")
    planned = plan_change(settings, file, "mm", table, {"deadman": {"countdown_s": 40}})
    assert planned.account.deadman is not None
    assert planned.account.deadman.countdown_s == 40
    with pytest.raises(SettingsError, match=r"accounts\[1\].deadman.countdown_s"):
        plan_change(settings, file, "mm", table, {"deadman": {"countdown_s": 400}})


def test_a_table_that_is_emptied_goes_with_what_is_in_it(file: Path) -> None:
    change_account(file, "mm", {"deadman": {"guards": {"pid": 4711}}})
    assert account_table(file, "mm")["deadman"] == {"countdown_s": 30, "guards": {"pid": 4711}}
    change_account(file, "mm", {"deadman": None})
    assert "deadman" not in account_table(file, "mm")
    assert "4711" not in file.read_text()
    assert "# our desk, ask Ann before you change it" in file.read_text()


def test_a_table_in_a_table_is_added_where_its_account_stands_on_one_line(file: Path) -> None:
    file.write_text('accounts = [{name = "mm", venue = "bitget"}]\n')
    change_account(file, "mm", {"deadman": {"countdown_s": 40, "guards": {"pid": 4711}}})
    assert account_table(file, "mm")["deadman"] == {"countdown_s": 40, "guards": {"pid": 4711}}
    change_account(file, "mm", {"deadman": {"guards": {"pid": 4712}}})
    assert account_table(file, "mm")["deadman"] == {"countdown_s": 40, "guards": {"pid": 4712}}


@given(
    some.lists(some.fixed_dictionaries({}, optional=_KEYS), min_size=1, max_size=3),
    some.integers(0, 3),
    some.integers(0, 2),
    some.fixed_dictionaries({}, optional=_KEYS),
)
def test_whatever_is_added_or_removed_the_rest_and_its_comments_stay(
    accounts: list[dict[str, object]], desk_at: int, number: int, fields: dict[str, object]
) -> None:
    number, notes = number % len(accounts), count(100)
    parts = [list(written({"name": "a"} | one, "[[accounts]]", notes)) for one in accounts]
    parts.insert(desk_at, list(written({"confirm": "once"}, "[desk]", notes)))
    text = "\n".join(line for part in parts for line in part) + "\n# the end\n"

    longer = text_with_table(text, "accounts", {"name": "b", **fields})
    assert longer.startswith(text)
    assert tomllib.loads(longer)["accounts"] == [
        *tomllib.loads(text)["accounts"],
        merged({}, {"name": "b", **fields}),
    ]
    assert text_without_table(longer, "accounts", len(accounts)) == text

    shorter = text_without_table(text, "accounts", number)
    gone = parts[number + (desk_at <= number)][1:]
    kept = [line for line in text.splitlines() if line and line not in gone]
    assert [line for line in shorter.splitlines() if line] == kept


def test_separators_that_end_a_line_elsewhere_end_none_in_toml(file: Path) -> None:
    text = WRITTEN.replace("# hedges", "# hedges\u2028[[accounts]]")
    file.write_text(text)
    change_account(file, "hedge", {"family": "auto"})
    assert file.read_text() == text.replace("]\n# the end", ']\nfamily = "auto"\n# the end')


def test_line_ends_stay_what_they_are_above_the_first_header(file: Path) -> None:
    file.write_bytes(b'accounts = [{name = "a", venue = "okx"}]\r\ndesk.confirm = "once"\r\n')
    change_tables(file, {"desk": {"screen_grace_s": 9}})
    add_account(file, {"name": "b", "venue": "okx"})
    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n") == 3


def test_the_library_alone_does_not_keep_a_file_as_it_is_written() -> None:
    """Once it does, `text_with_changes` and its neighbours can edit whole documents with it."""
    between = '[[accounts]]\nname = "a"\n\n[desk]\n\n[[accounts]]\nname = "b"\n'
    assert tomlkit.parse(between).as_string() != between, "tables between accounts stay in place"
    document = tomlkit.parse('[desk]\nconfirm = "once"\n\n# the record\n[audit]\n')
    desk = document["desk"]
    assert isinstance(desk, Table)
    desk["notify"] = False
    kept = '[desk]\nconfirm = "once"\nnotify = false\n\n# the record\n[audit]\n'
    assert document.as_string() != kept, "the comment on the next table stays above it"


def test_of_two_accounts_that_begin_alike_the_second_is_removed() -> None:
    alike = '[[accounts]]\nname = "a"\n\n'
    text = f"{alike}[accounts.deadman]\nbeat_s = 1\n\n{alike}[accounts.deadman]\nbeat_s = 2\n"
    assert text_without_table(text, "accounts", 1) == text.removesuffix(
        f"\n{alike}[accounts.deadman]\nbeat_s = 2\n"
    )
