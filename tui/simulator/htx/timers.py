"""HTX dead-man timers: `linear-cancel-after` and its V5 sister.

Whether the legacy timer works on a unified account is not documented: it is refused here.
The V5 spelling (`on_off` as "1" or "0", `time_out` in milliseconds) comes from client code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.simulator.htx.cancel import Content, Data, Refusal, require_unified, stamped
from tui.simulator.order_book import now_ms

if TYPE_CHECKING:
    from tui.simulator.accounts import Account

LEAST_MS = 5_000


def legacy(account: Account, data: Data) -> Content:
    """`on_off` 1 or 0, `time_out` in milliseconds, 5000 if forgotten."""
    try:
        if account.family != "legacy":
            raise Refusal(4002)
        on = data.get("on_off")
        if on not in (0, 1) or isinstance(on, (bool, float)):
            raise Refusal(1067, "Illegal parameter on_off.")
        trigger_ms = _set(account, on == 1, data.get("time_out", LEAST_MS))
    except Refusal as refusal:
        # This call names its error text `msg`, unlike its neighbours.
        return {"code": refusal.code, "msg": refusal.message, "data": None, "ts": now_ms()}
    times = {"current_time": now_ms(), "trigger_time": trigger_ms}
    return {"code": 200, "msg": "ok", "data": times, "ts": now_ms()}


def v5(account: Account, data: Data) -> Content:
    """`on_off` "1" or "0"; the answer has its times as strings."""
    require_unified(account)
    on, time_out = data.get("on_off"), data.get("time_out", str(LEAST_MS))
    if on not in ("0", "1"):
        raise Refusal(1067, "Illegal parameter on_off.")
    if isinstance(time_out, str) and time_out.isdecimal():
        time_out = int(time_out)
    trigger_ms = _set(account, on == "1", time_out)
    times = {"current_time": str(now_ms()), "trigger_time": str(trigger_ms)}
    return stamped({"data": times}, v5=True)


def _set(account: Account, on: bool, time_out: object) -> int:
    timer = account.timers["htx"]
    if not on:
        timer.disarm()
        return 0
    if not isinstance(time_out, int) or isinstance(time_out, bool) or time_out < LEAST_MS:
        raise Refusal(1067, "Illegal parameter time_out.")
    timer.arm(time_out / 1000)
    return now_ms() + time_out
