"""Where an account connects: a site of its venue, or addresses of the trader's own.

REST and socket must lead to one place: a key of one site is unknown at another, and a login at the
wrong one is refused. So a site sets both, and own addresses are given for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.service.settings.endpoints import is_loopback
from tui.service.settings.text_checks import quoted
from tui.service.settings.validation import SettingsError, SettingsTable
from tui.venues.base.specs import VenueSpec
from tui.venues.common.sites import Site, host_of, sites_with


@dataclass(frozen=True, slots=True)
class Hosts:
    """The addresses of one account."""

    rest_url: str
    ws_url: str | None
    site: str
    """The site that they are of; empty for addresses of the trader's own."""


def read_hosts(table: SettingsTable, spec: VenueSpec, values: Mapping[str, Any]) -> Hosts:
    """The addresses that `site`, `rest_url` and `ws_url` mean together, of the account's `values`.

    Raises SettingsError.
    """
    site, paper = spec.site(values["site"]), values["demo_trading"]
    rest_url: str | None = values["rest_url"] if "rest_url" in table.values else None
    ws_url: str | None = values["ws_url"] if "ws_url" in table.values else None
    if rest_url is None and ws_url is None:
        return Hosts(site.rest_url, site.socket(paper=paper), site.id)
    if "site" in table.values:
        own = " and ".join(key for key in ("rest_url", "ws_url") if key in table.values)
        raise table.error("site", f"sets the addresses already; leave out {own}, or site")
    if rest_url is not None and ws_url is not None:
        return Hosts(rest_url, ws_url, _site_of(table, spec, rest_url, ws_url, paper=paper))
    if rest_url is not None and spec.ws_url is None:
        known = sites_with(spec.sites, rest_url)
        return Hosts(rest_url, None, known[0].id if known else "")
    raise _half(table, spec, site.socket(paper=paper), rest_url, ws_url)


def _half(
    table: SettingsTable,
    spec: VenueSpec,
    usual: str | None,
    rest_url: str | None,
    ws_url: str | None,
) -> SettingsError:
    """One address alone, while the other stays where the venue has it; `usual` is its socket."""
    if ws_url is None:
        given, missing, what, stays = "rest_url", "ws_url", "the login", usual
    else:
        given, missing, what, stays = "ws_url", "rest_url", "REST", spec.rest_url
    known = sites_with(spec.sites, rest_url or ws_url or "")
    sites = known if len(known) == 1 else spec.sites
    remedy = f"choose site {_names(sites)} instead of {given}, or give both"
    return table.error(
        missing, f"is missing: {given} alone leaves {what} at {host_of(stays or '')}; {remedy}"
    )


def _site_of(
    table: SettingsTable, spec: VenueSpec, rest_url: str, ws_url: str, *, paper: bool
) -> str:
    """The site of two own addresses; empty if they are of none. Raises SettingsError where they
    lead to two places.

    An address that is of no site may stand beside one that is: a venue moves its hosts, and a
    killdesk that does not know the new one must not stand in the way. On this machine there is no
    host of a venue, so that half an account there is half a simulator or half a proxy.
    """
    rest, socket = sites_with(spec.sites, rest_url), sites_with(spec.sites, ws_url)
    both = [site for site in rest if site in socket]
    if rest and socket and not both:
        raise table.error(
            "ws_url",
            f"is of {spec.title}'s site {_names(socket)}, and rest_url of {_names(rest)}; "
            f"leave both out and choose site {quoted(rest[0].id)}",
        )
    for key, ours, other, theirs, known in (
        ("ws_url", ws_url, "rest_url", rest_url, rest),
        ("rest_url", rest_url, "ws_url", ws_url, socket),
    ):
        if known and is_loopback(host_of(ours)):
            raise table.error(
                key,
                f"is on this machine, and {other} is at {host_of(theirs)}; "
                "point both to this machine, or leave both out",
            )
    for site in both or socket:
        if site.paper_ws_url and site.paper_ws_url != site.ws_url:
            _check_paper(table, site, ws_url, paper=paper)
    return both[0].id if both else ""


def _check_paper(table: SettingsTable, site: Site, ws_url: str, *, paper: bool) -> None:
    if site.is_paper_socket(ws_url) == paper:
        return
    if paper:
        text = f"is for live trading, and demo_trading is set; expected {site.paper_ws_url}"
    else:
        text = "is for paper trading; set demo_trading, or leave rest_url and ws_url out"
    raise table.error("ws_url", text)


def _names(sites: tuple[Site, ...]) -> str:
    return " or ".join(quoted(site.id) for site in sites)
