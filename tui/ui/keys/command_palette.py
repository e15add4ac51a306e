"""The palette: exactly what can be done now, with the account it would be done on and its key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App, SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen
from textual.style import Style

from tui.core.desk import AccountView
from tui.core.formatting import file_stamp
from tui.service.files.locations import find_locations, replace_private
from tui.ui.app.threads import disk_sentence, run_in_thread
from tui.ui.keys.bindings import APP_KEYS, DESK_KEYS, Key, When
from tui.ui.keys.keymap import in_force
from tui.ui.lock.allowed_keys import is_allowed
from tui.ui.orders.scopes import parts
from tui.ui.panel.outcome import endings
from tui.ui.textual_compat.own_terminal import can_suspend

if TYPE_CHECKING:
    from tui.ui.dashboard.screen import DeskScreen
    from tui.ui.panel.panel import AccountPanel


def commands(desk: DeskScreen, screen: Screen[object]) -> Iterator[SystemCommand]:
    """What can be done now while `screen` is on top, and nothing else; their keys as help."""
    app = desk.app
    keys = in_force((*DESK_KEYS, *APP_KEYS))
    for key in sorted(keys, key=lambda key: key.id.startswith("panel.")):
        if screen is not desk and not (key.always and key.id in _OF_APP):
            continue
        if not is_allowed(key, desk.offered):
            continue
        now = _now(key, desk)
        if now is None:
            continue
        place = "app" if key.id in _OF_APP else "screen"

        async def run(action: str = f"{place}.{key.action}") -> None:
            await app.run_action(action, desk)

        yield SystemCommand(_title(key, now), key.single, run)
    if When.LOCKED in desk.offered:
        return
    if screen is desk and not desk.grid.alone and desk.log_.narrowed:
        (back,) = (key for key in DESK_KEYS if key.id == "desk.all")
        yield SystemCommand(_title(back, Now(other=True)), back.shown, desk.log_.give_up)
    yield SystemCommand("Choose the colours", "", app.action_change_theme)

    yield SystemCommand("Save a picture of the screen", "", partial(save_picture, app))


_OF_APP = frozenset(key.id for key in APP_KEYS)


@dataclass(frozen=True, slots=True)
class Now:
    """What a key would do now: what fills in its entry, and which of its two entries that is."""

    account: str = ""
    what: str = ""
    plural: bool = False
    other: bool = False


def _title(key: Key, now: Now) -> str:
    words = key.palette_other if now.other else key.palette
    if not words:
        return key.help[0].upper() + key.help[1:]
    return words.format(account=now.account, what=now.what, s="s" if now.plural else "")


def _now(key: Key, desk: DeskScreen) -> Now | None:
    """What the key would do now; None if it would do nothing."""
    if key.id.startswith("panel."):
        number = key.id.removeprefix("panel.")
        return _go(desk, int(number)) if number.isdigit() else None
    find = _CONDITIONS.get(key.id)
    return Now() if find is None else find(desk)


def _go(desk: DeskScreen, number: int) -> Now | None:
    panels = desk.grid.panels
    if number > len(panels) or panels[number - 1] is desk.grid.selected:
        return None
    return Now(panels[number - 1].account.name)


def _selected(can: Callable[[AccountView], object]) -> Callable[[DeskScreen], Now | None]:
    """On the selected account, if it can."""

    def find(desk: DeskScreen) -> Now | None:
        account = desk.grid.selected.account if desk.grid.selected is not None else None
        return Now(account.name) if account is not None and can(account) else None

    return find


def _own_key(key: str) -> Callable[[DeskScreen], Now | None]:
    """The action that has a key of its own, on the panel that the key would act on."""

    def find(desk: DeskScreen) -> Now | None:
        panel = _acting(desk, lambda one: one.targets(key))
        if panel is None:
            return None
        (what,) = (button.spec.what for button in panel.buttons if button.spec.key == key)
        return Now(panel.account.name, what.lower())

    return find


def _acting(desk: DeskScreen, has: Callable[[AccountPanel], object]) -> AccountPanel | None:
    """The one panel that the key means."""
    meant = desk.grid.meant(has)
    return meant[0] if len(meant) == 1 else None


def _timer(desk: DeskScreen) -> Now | None:
    panel = _acting(desk, lambda one: one.account.timer is not None)
    if panel is None or panel.account.timer is None:
        return None
    several = len(panel.account.timers) > 1
    return Now(panel.account.name, plural=several, other=not panel.account.timer.armable)


def _if(able: Callable[[DeskScreen], object]) -> Callable[[DeskScreen], Now | None]:
    return lambda desk: Now() if able(desk) else None


def _pair(desk: DeskScreen) -> Now | None:
    """Where the frame that a key acts on has its other half."""
    log = desk.log_
    frame = log.rows.chosen
    if frame is None or log.ring.pair(frame) is None:
        return None
    return Now(other=bool(frame.request))


def _can_suspend(desk: DeskScreen) -> bool:
    return can_suspend(desk.app) and not any(
        account.has_armed_timer for account in desk.desk.view.accounts
    )


def _open(account: AccountView) -> bool:
    return account.book is not None and bool(account.book.orders)


def _ended(account: AccountView) -> bool:
    return bool(account.runs or endings(account).reports)


_FRAME = _if(lambda desk: desk.log_.rows.chosen is not None)
_FOUND = _if(lambda desk: desk.log_.rows.finder.hits)
_ACCOUNTS = _if(lambda desk: desk.desk.view.accounts)
_CONDITIONS: dict[str, Callable[[DeskScreen], Now | None]] = {
    "cancel.all": _selected(lambda account: account.actions),
    "cancel.spreads": _own_key("s"),
    "cancel.quotes": _own_key("u"),
    "cancel.choose": _selected(_open),
    "cancel.scope": _selected(parts),
    "report.open": _selected(_ended),
    "account.readiness": _selected(lambda _: True),
    "account.refresh": _selected(lambda _: True),
    "timer.toggle": _timer,
    "frames.account": _ACCOUNTS,
    "frames.pause": lambda desk: Now(other=not desk.log_.following),
    "frames.open": _FRAME,
    "frames.copy": _FRAME,
    "frames.find": _FRAME,
    "frames.next": _FOUND,
    "frames.previous": _FOUND,
    "frames.pair": _pair,
    "frames.mark": _FRAME,
    "frames.save": _FRAME,
    "desk.enlarge": _if(lambda desk: not desk.grid.alone and desk.desk.view.accounts),
    "panic": _ACCOUNTS,
    "panic.field": lambda _: None,
    "drill.run": _ACCOUNTS,
    "suspend": _if(_can_suspend),
}
"""What the keys would do that do not always have something to do; the others always have."""


def save_picture(app: App[object]) -> None:
    """Writes the screen as SVG beside the desk's state, for the user alone; says where."""
    name = f"killdesk-{file_stamp(time.time_ns() // 1_000_000)}.svg"
    path = find_locations().state_folder / "pictures" / name
    drawn = app.export_screenshot(title="killdesk")

    def tell(error: Exception | None) -> None:
        if error is None:
            app.notify(f"Saved as {path}", timeout=10, markup=False)
            return
        text = f"The picture was not saved: {disk_sentence(error)}"
        app.notify(text, severity="error", markup=False)

    run_in_thread(app, lambda: replace_private(path, drawn), tell, stores="the picture")


class DeskCommands(Provider):
    """Hands the commands to Textual's palette as plain text: a name may hold brackets."""

    def _all(self) -> Iterator[SystemCommand]:
        yield from self.app.get_system_commands(self.screen)

    async def discover(self) -> Hits:
        for title, key, run in ((c.title, c.help, c.callback) for c in self._all()):
            yield DiscoveryHit(_line(title, key), run, text=title)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._all():
            score, at = matcher.fuzzy_search.match(query, command.title)
            if score > 0:
                line = _line(command.title, command.help, tuple(at), matcher.match_style)
                yield Hit(score, line, command.callback, text=command.title)


_KEY = 6
"""Cells of the column of keys."""


def _line(title: str, key: str, at: tuple[int, ...] = (), style: Style | None = None) -> Content:
    words = Content(title)
    for offset in at:
        if style is not None and not title[offset].isspace():
            words = words.stylize(style, offset, offset + 1)
    return Content.assemble((key.rjust(_KEY), "bold $killdesk-quiet"), "  ", words)
