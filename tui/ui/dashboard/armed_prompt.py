"""What a second press would do, in words for the line at the bottom."""

from __future__ import annotations

from collections.abc import Sequence

from tui.ui.dashboard.key_bar import ArmedPrompt
from tui.ui.dashboard.press_arming import DISARM, PANIC, PressArming, PressTarget
from tui.ui.keys.keymap import shown, shown_name
from tui.ui.panel.cancel_buttons import count_of
from tui.ui.panel.panel import AccountPanel


def armed_prompt(panels: Sequence[AccountPanel], presses: PressArming) -> ArmedPrompt | None:
    """What a second press would do, in full; None while nothing is armed."""
    armed = presses.armed
    if not armed:
        return None
    by = shown_name(presses.armed_by) if presses.armed_by else ""
    left_s = round(max(presses.left_s(target) for target in armed), 1)
    if PANIC in armed:
        return ArmedPrompt("CANCEL EVERYTHING", "on every account", by or shown("X"), left_s)
    names = {target.account for target in armed}
    panel = next((each for each in panels if each.account.name in names), None)
    if panel is None:
        return None
    where = f"on {panel.account.name}"
    if PressTarget(panel.account.name, DISARM) in armed:
        several = len(panel.account.timers) > 1
        return ArmedPrompt(
            "DISARM THE TIMERS" if several else "DISARM THE TIMER", where, shown("a"), left_s
        )
    pressed = [button.spec for button in panel.buttons if button.target in armed]
    if len(pressed) == 1:
        what, key = pressed[0].what, pressed[0].key
    else:
        what, key = "ALL", "c"
    count = count_of(panel.account, tuple(kind for spec in pressed for kind in spec.kinds))
    n = "" if count is None else f"{count}"
    text = f"ALL {n}" if what == "ALL" else f"{n} {what}"
    return ArmedPrompt(f"CANCEL {text.strip()}", where, by or shown(key), left_s)
