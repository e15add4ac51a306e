"""What an account is: one set of credentials at one venue, under a name of the trader's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """What must hold for the beats to go on, as the desk alone says nothing of the trading."""

    pid: int | None = None
    """A process that must exist."""
    pid_file: str = ""
    """A file that names such a process."""
    file: str = ""
    """A file that must be written again and again."""
    file_fresh_s: float = 10.0
    """How old it may be, in seconds."""
    url: str = ""
    """An address on this machine that must answer 200."""
    presence_min: float | None = None
    """Minutes within which the trader must say again that somebody is there."""


@dataclass(frozen=True, slots=True)
class TimerSettings:
    """How the venue's dead-man timer is to be held for one account."""

    countdown_s: int = 30
    beat_s: float = 5.0
    on_quit: str = "ask"
    """`ask`, `fire` (leave it to run out) or `disarm`."""
    guards: GuardSettings = GuardSettings()


@dataclass(frozen=True, slots=True)
class Account:
    """One account as the settings describe it; its secrets live elsewhere."""

    name: str
    venue: str
    rest_url: str
    ws_url: str | None = None
    site: str = ""
    """The venue's site that its addresses are of; empty for addresses of the trader's own."""
    family: str = "auto"
    """HTX only: `auto` (ask the venue), `legacy` or `unified`."""
    contracts: tuple[str, ...] = ()
    """HTX legacy only: contracts that a cancel names even when none of their orders was read.

    Isolated conditional orders are known of these alone."""
    demo_trading: bool = False
    """OKX, Bitget: the venue's own paper trading."""
    extras: tuple[str, ...] = ()
    """Cancel actions beyond the venue's usual ones, by their ids; none unless asked for."""
    absent: tuple[str, ...] = ()
    """Kinds of order that this account has none of, by their ids: nothing is asked of them."""
    deadman: TimerSettings | None = None
    timers: tuple[str, ...] = ()
    """Dead-man timers beyond the one that the venue's accounts have anyway, by their ids."""
    problem: str = ""
    """Why its settings cannot be used, in one sentence; then nothing is sent for it, and the other
    fields are only what could be read. Empty for an account that can be used."""
