"""The palette: exactly what can be done now, with the account it would be done on and its key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
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
from tui.ui.app.threads import beside, disk_sentence
from tui.ui.keys.bindings import APP_KEYS, DESK_KEYS, Key, When
from tui.ui.keys.keymap import in_force
from tui.ui.lock.allowed_keys import possible
from tui.ui.orders.scopes import parts
from tui.ui.panel.outcome import endings
from tui.ui.quit.choice import held

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
        if not possible(key, desk.offered):
            continue
        title = _title(key, desk)
        if title is None:
            continue
        place = "app" if key.id in _OF_APP else "screen"

        async def run(action: str = f"{place}.{key.action}") -> None:
            await app.run_action(action, desk)

        yield SystemCommand(title, key.single, run)
    if When.LOCKED in desk.offered:
        return
    if screen is desk and not desk.grid.alone and desk.log_.narrowed:
        yield SystemCommand("All frames again, without the filter", "esc", desk.log_.give_up)
    yield SystemCommand("Choose the colours", "", app.action_change_theme)

    yield SystemCommand("Save a picture of the screen", "", partial(save_picture, app))


_OF_APP = frozenset(key.id for key in APP_KEYS)


def _title(key: Key, desk: DeskScreen) -> str | None:
    """What the key would do now, in words; None if it would do nothing."""
    told = _TITLES.get(key.id)
    if told is not None:
        return told(desk)
    if key.id.startswith("panel."):
        number = key.id.removeprefix("panel.")
        return _go(desk, int(number)) if number.isdigit() else None
    return key.help[0].upper() + key.help[1:]


def _go(desk: DeskScreen, number: int) -> str | None:
    panels = desk.grid.panels
    if number > len(panels) or panels[number - 1] is desk.grid.selected:
        return None
    return f"Go to {panels[number - 1].account.name}"


def _account(desk: DeskScreen) -> AccountView | None:
    selected = desk.grid.selected
    return selected.account if selected is not None else None


def _on(words: str, can: Callable[[AccountView], object]) -> Callable[[DeskScreen], str | None]:
    """`words` and the selected account, if it can."""

    def title(desk: DeskScreen) -> str | None:
        account = _account(desk)
        return f"{words} {account.name}" if account is not None and can(account) else None

    return title


def _own_key(key: str) -> Callable[[DeskScreen], str | None]:
    """The action that has a key of its own, on the panel that the key would act on."""

    def title(desk: DeskScreen) -> str | None:
        panel = _acting(desk, lambda one: one.targets(key))
        if panel is None:
            return None
        (what,) = (button.spec.what for button in panel.buttons if button.spec.key == key)
        return f"Cancel {what.lower()} on {panel.account.name}"

    return title


def _acting(desk: DeskScreen, has: Callable[[AccountPanel], object]) -> AccountPanel | None:
    """The one panel that the key means."""
    meant = desk.grid.meant(has)
    return meant[0] if len(meant) == 1 else None


def _timer(desk: DeskScreen) -> str | None:
    panel = _acting(desk, lambda one: one.account.timer is not None)
    if panel is None or panel.account.timer is None:
        return None
    several = "s" if len(panel.account.timers) > 1 else ""
    if panel.account.timer.armable:
        return f"Arm the dead-man timer{several} on {panel.account.name}"
    return f"Disarm the dead-man timer{several} on {panel.account.name} (press twice)"


def _pause(desk: DeskScreen) -> str:
    return "Pause the frames" if desk.log_.following else "Follow the frames again"


def _frame(words: str) -> Callable[[DeskScreen], str | None]:
    return lambda desk: words if desk.log_.rows.chosen is not None else None


def _found(words: str) -> Callable[[DeskScreen], str | None]:
    return lambda desk: words if desk.log_.rows.finder.hits else None


def _pair(desk: DeskScreen) -> str | None:
    """Where the frame that a key acts on has its other half."""
    log = desk.log_
    frame = log.rows.chosen
    if frame is None or log.ring.pair(frame) is None:
        return None
    return "Go to the request of the frame" if frame.request else "Go to the reply of the frame"


def _frames_of(desk: DeskScreen) -> str | None:
    return "Frames of one account, of the next, of all again" if desk.desk.view.accounts else None


def _suspend(desk: DeskScreen) -> str | None:
    able = (
        not desk.app.is_headless and desk.app._driver is not None and desk.app._driver.can_suspend
    )
    armed = any(held(account) for account in desk.desk.view.accounts)
    return "Back to the shell" if able and not armed else None


def _open(account: AccountView) -> bool:
    return account.book is not None and bool(account.book.orders)


def _ended(account: AccountView) -> bool:
    return bool(account.runs or endings(account).reports)


_TITLES: dict[str, Callable[[DeskScreen], str | None]] = {
    "cancel.all": _on("Cancel everything on", lambda account: account.actions),
    "cancel.spreads": _own_key("s"),
    "cancel.quotes": _own_key("u"),
    "cancel.choose": _on("Choose orders to cancel on", _open),
    "cancel.scope": _on("Cancel only a part of", parts),
    "report.open": _on("What happened on", _ended),
    "account.readiness": _on("Why it is ready or not:", lambda _: True),
    "account.refresh": _on("Read the open orders of", lambda _: True),
    "timer.toggle": _timer,
    "frames.account": _frames_of,
    "frames.pause": _pause,
    "frames.open": _frame("Show the frame in full"),
    "frames.copy": _frame("Copy the frame"),
    "frames.find": _frame("Find a text in the frames"),
    "frames.next": _found("The next frame found"),
    "frames.previous": _found("The frame found before"),
    "frames.pair": _pair,
    "frames.mark": _frame("Mark a frame, to save it"),
    "frames.save": _frame("Save the marked frames to a file; without marks all that are shown"),
    "desk.enlarge": lambda desk: (
        None
        if desk.grid.alone or not desk.desk.view.accounts
        else "This panel alone, with plots of its round trips and orders"
    ),
    "desk.all": lambda _: "All panels again",
    "panic": lambda desk: (
        "Panic: cancel everything on every account" if desk.desk.view.accounts else None
    ),
    "panic.field": lambda _: None,
    "drill.run": lambda desk: (
        "Drill: rehearse a panic on simulated venues" if desk.desk.view.accounts else None
    ),
    "help": lambda _: "Help",
    "quit": lambda _: "Quit",
    "suspend": _suspend,
}
"""What is said of the keys that do not always have something to do; the help's words for others."""


def save_picture(app: App[object]) -> None:
    """Writes the screen as SVG beside the desk's state, for the user alone; says where."""
    name = f"killdesk-{file_stamp(time.time_ns() // 1_000_000)}.svg"
    path = find_locations().state_folder / "pictures" / name
    drawn = app.export_screenshot(title="killdesk")

    def tell(error: Exception | None) -> None:
        if error is None:
            app.notify(f"Saved as {path}", timeout=10, markup=False)
            return
        said = f"The picture was not saved: {disk_sentence(error)}"
        app.notify(said, severity="error", markup=False)

    beside(app, lambda: replace_private(path, drawn), tell, stores="the picture")


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
