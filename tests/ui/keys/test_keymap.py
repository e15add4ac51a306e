"""Keys of the trader's own: what the settings may say, and that they work and are shown."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.widgets import Input

from tui.service.settings.loader import parse_settings
from tui.service.settings.validation import SettingsError
from tui.ui.help.screen import HelpScreen
from tui.ui.keys.bindings import ALL_KEYS
from tui.ui.keys.keymap import Keymap, in_force, read_keymap, shown, use_keys

FILE = Path("/etc/killdesk.toml")


def keymap(text: str) -> Keymap:
    """The keys of a settings file with that `[keys]` table."""
    settings = parse_settings(f"[keys]\n{text}".encode(), FILE)
    return read_keymap(settings.keys, settings.path)


def test_the_contract_is_the_default() -> None:
    assert in_force(ALL_KEYS) == ALL_KEYS
    assert keymap("") == Keymap()
    assert [shown(key) for key in ("c", "X", "k", "slash")] == ["c", "X", "k", "/"]


@pytest.mark.parametrize(
    ("name", "keys", "as_shown"),
    [("F5", "f5", "F5"), ("f11", "f11", "F11"), ("x", "x", "x"), ("Q", "Q,shift+q", "Q"),
     ("%", "percent_sign", "%"), ("ctrl+k", "ctrl+k", "ctrl+k"), ("Ctrl+K", "ctrl+k", "ctrl+k"),
     ("shift+b", "B,shift+b", "B"), ("delete", "delete", "delete"), ("insert", "insert", "insert"),
     ("backspace", "backspace", "backspace"), ("+", "plus", "+")],
)  # fmt: skip
def test_names_of_keys(name: str, keys: str, as_shown: str) -> None:
    assert keymap(f'"cancel.all" = "{name}"').changed == (("cancel.all", keys, as_shown),)


def test_an_id_needs_no_quotes() -> None:
    assert keymap('cancel.all = "F5"\npanic = "F9"') == keymap('"cancel.all" = "F5"\n"panic"="F9"')


@pytest.mark.parametrize(
    ("text", "said"),
    [('"cancel.al" = "F5"', 'there is no such key; did you mean "cancel.all"?'),
     ('"zzz" = "F5"', "there is no such key; expected one of panel.1"),
     ('"cancel.all" = "s"', '"s" is the key of "cancel.spreads" already'),
     ('"cancel.all" = "F5"\n"timer.toggle" = "f5"', '"F5" is the key of "timer.toggle" already'),
     ('"cancel.all" = "X"', '"X" is the key of "panic" already'),
     ('"panic" = ""', "panic must have a key"),
     ('"panic" = "enter"', '"enter" is needed by dialogs'),
     ('"palette" = "e"', '"e" is needed by dialogs, text fields'),
     ('"cancel.all" = "escape"', '"escape" is needed by dialogs'),
     ('"cancel.all" = "ctrl+m"', '"ctrl+m" is needed by dialogs'),
     ('"cancel.all" = "F99x"', 'expected a key such as "F5"'),
     ('"cancel.all" = "c,X"', 'expected a key such as "F5"'),
     ('"cancel.all" = "foo+k"', 'expected a key such as "F5"'),
     ('"cancel.all" = "\\u001b"', 'expected a key such as "F5"'),
     ('"cancel.all" = 5', "expected a text, got a whole number")],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        keymap(text)
    line = str(wrong.value)
    assert said in line
    assert line.startswith(str(FILE)) and line.isprintable()


def test_two_keys_may_change_places() -> None:
    use_keys(keymap('"cancel.all" = "o"\n"cancel.choose" = "c"'))
    try:
        assert (shown("c"), shown("o")) == ("o", "c")
    finally:
        use_keys(Keymap())


MAPPED = """
"cancel.all" = "F5"
"cancel.spreads" = "m"
"cancel.choose" = "c"
"timer.toggle" = "B"
"panic" = "F9"
"account.refresh" = ""
"alarm.seen" = "x"
"""


async def test_a_mapped_key_works_and_the_contracts_does_not(
    desk: Any, make: SimpleNamespace
) -> None:
    async with make.shown(desk, keymap=keymap(MAPPED)) as (app, pilot):
        await pilot.press("f5", "f5")
        assert desk.calls.pop() == make.everything("htx-main")
        await pilot.press("s", "s", "r")
        assert desk.calls == []
        await pilot.press("m", "m")
        assert desk.calls.pop() == make.everything("okx-desk", "spreads")
        await pilot.press("X", "X")
        assert desk.calls == []
        await pilot.press("3", "B", "B")
        assert desk.calls.pop() == ("disarm", "bitget-mm")
        await pilot.press("f9", "f9")
        assert desk.calls == [("panic",)]
        await pilot.press("escape", "c")
        assert type(app.screen).__name__ == "OrderChooser"


async def test_everything_shows_the_mapped_key(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (160, 34), keymap=keymap(MAPPED)) as (app, pilot):
        said = make.text(app)
        assert "PANIC  F9 F9" in said and "X X" not in said
        for panel, keys in zip(
            app.dashboard.grid.panels, (["F5"], ["m", "u"], ["F5"]), strict=True
        ):
            assert [button.render().plain.split()[-1] for button in panel.buttons] == keys
        assert "choose orders c" in said and "disarm B" in said
        assert "F5 cancel" in said and "F9 panic" in said
        await pilot.press("f5")
        assert "AGAIN TO CANCEL ALL 37   F5" in make.text(app)
        await pilot.press("f9")
        assert "AGAIN: CANCEL EVERYTHING  F9" in make.text(app)
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        helped = " ".join(app.screen.text.split())
        assert "F9 F9" in helped and "X X" not in helped and "press x" in helped
        assert "read the panel's open orders now" not in helped


async def test_mapped_panic_works_in_a_text_field(desk: Any, make: SimpleNamespace) -> None:
    keys = keymap('"panic" = "%"\n"panic.field" = "ctrl+g"')
    async with make.shown(desk, keymap=keys) as (app, pilot):
        await pilot.press("slash")
        assert isinstance(app.focused, Input)
        await pilot.press("X", "percent_sign", "percent_sign", "f12", "f12")
        assert (desk.calls, app.focused.value) == ([], "X%%")
        await pilot.press("ctrl+g", "ctrl+g")
        assert desk.calls == [("panic",)]
    async with make.shown(desk, keymap=keymap('"panic" = "F9"')) as (app, pilot):
        await pilot.press("slash", "f9", "f9")
        assert desk.calls == [("panic",)] * 2


async def test_other_keys_while_the_desk_runs(desk: Any, make: SimpleNamespace) -> None:
    async with make.shown(desk, (160, 34)) as (app, pilot):
        assert "PANIC  X X" in make.text(app)
        app.take_keys(keymap(MAPPED))
        await make.until(pilot, lambda: "PANIC  F9 F9" in make.text(app))
        await make.until(pilot, lambda: "choose orders c" in make.text(app))
        said = make.text(app)
        assert "disarm B" in said and "F5 cancel" in said and "CANCEL ALL 37    F5" in said
        await pilot.press("X", "X", "f5", "f5")
        assert desk.calls == [make.everything("htx-main")]
        assert "Key F5" in app.dashboard.grid.panels[0].buttons[0].tooltip.plain
        app.take_keys(Keymap())
        await make.until(pilot, lambda: "PANIC  X X" in make.text(app))
        await pilot.press("X", "X")
        assert desk.calls[1:] == [("panic",)]
