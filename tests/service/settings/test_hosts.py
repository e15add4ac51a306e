"""Hosts that belong together are set together: by the name of a site, or both addresses at once."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tui.core.accounts import Account
from tui.service.settings.loader import SettingsError, load_settings, parse_settings
from tui.venues import VENUES
from tui.venues.common.sites import Site, host_of

FILE = Path("config.toml")
SITED = [(venue.spec.id, site) for venue in VENUES.values() for site in venue.spec.sites
         if len(venue.spec.sites) > 1]  # fmt: skip


def read(venue: str, *lines: str) -> Account:
    """The account as the settings mean it. Raises SettingsError."""
    text = "\n".join(("[[accounts]]", 'name = "a"', f'venue = "{venue}"', *lines))
    return parse_settings(text.encode(), FILE, required=0).accounts[0]


def refused(venue: str, *lines: str) -> str:
    """What is said of an account whose addresses do not belong together, without the file."""
    with pytest.raises(SettingsError) as caught:
        read(venue, *lines)
    said = str(caught.value)
    assert "\n" not in said
    return said.removeprefix("config.toml: accounts[1].")


def own(rest: str = "", socket: str = "") -> tuple[str, ...]:
    return tuple(f'{key} = "{url}"' for key, url in (("rest_url", rest), ("ws_url", socket)) if url)


# the sites


def test_the_sites_are_those_of_the_venues_pages() -> None:
    def shown(venue: str) -> list[tuple[str, str, str | None, str | None]]:
        sites = VENUES[venue].spec.sites
        return [(one.id, one.rest_url, one.ws_url, one.paper_ws_url) for one in sites]

    def okx(name: str, rest: str, live: str, paper: str) -> tuple[str, str, str, str]:
        live, paper = (f"wss://{host}.okx.com:8443/ws/v5/business" for host in (live, paper))
        return name, f"https://{rest}.okx.com", live, paper

    assert shown("okx") == [
        okx("global", "openapi", "ws", "wspap"),
        okx("eea", "eea", "wseea", "wseeapap"),
        okx("us", "us", "wsus", "wsuspap"),
    ]
    trade = "linear-swap-trade"
    assert shown("htx") == [
        ("global", "https://api.hbdm.com", f"wss://api.hbdm.com/{trade}", None),
        ("aws", "https://api.hbdm.com", f"wss://api.hbdm.vn/{trade}", None),
    ]
    assert shown("bitget") == [("global", "https://api.bitget.com", None, None)]


@pytest.mark.parametrize(
    ("venue", "site", "paper"),
    [
        (venue, site, paper)
        for venue, site in SITED
        for paper in (False, True)
        if VENUES[venue].spec.demo_trading or not paper
    ],
)
def test_a_site_sets_every_host(venue: str, site: Site, paper: bool) -> None:
    found = read(venue, f'site = "{site.id}"', *(["demo_trading = true"] if paper else []))
    socket = site.paper_ws_url if paper else site.ws_url
    assert (found.site, found.rest_url, found.ws_url) == (site.id, site.rest_url, socket)


def test_no_host_of_okx_is_at_two_sites() -> None:
    hosts = [host for site in VENUES["okx"].spec.sites for host in site.hosts]
    assert len(hosts) == len(set(hosts))


def test_a_site_that_the_venue_does_not_have() -> None:
    assert refused("okx", 'site = "asia"') == (
        'site (account "a"): expected "global" or "eea" or "us", got "asia"'
    )
    assert refused("bitget", 'site = "global"') == (
        'site (account "a"): Bitget has one site; leave it out'
    )


# addresses of one's own


def test_both_addresses_of_ones_own_are_taken() -> None:
    there = own("http://127.0.0.1:8080", "ws://127.0.0.1:8080/ws/v5/business")
    assert read("okx", *there).site == ""
    assert read("okx", *there, "demo_trading = true").ws_url == "ws://127.0.0.1:8080/ws/v5/business"
    assert read("okx", *own("https://okx.proxy.example", "wss://ws.proxy.example/b")).site == ""
    assert read("bitget", *own("http://127.0.0.1:8080")).rest_url == "http://127.0.0.1:8080"


def test_a_host_that_killdesk_does_not_know_may_stand_beside_one_that_it_does() -> None:
    # A venue moves its hosts, as OKX did in 2026: a release of killdesk is not waited for then.
    assert read("okx", *own("https://openapi.okx.com", "wss://ws9.okx.com/ws/v5/business")).ws_url


@pytest.mark.parametrize(("venue", "site"), SITED)
def test_both_addresses_of_one_site_are_that_site(venue: str, site: Site) -> None:
    assert site.ws_url
    assert read(venue, *own(site.rest_url, site.ws_url)).site in {
        other.id for other in VENUES[venue].spec.sites if site.hosts <= other.hosts
    }


@pytest.mark.parametrize(
    ("venue", "lines", "said"),
    [
        (
            "okx",
            own("https://eea.okx.com"),
            'ws_url (account "a"): is missing: rest_url alone leaves the login at ws.okx.com; '
            'choose site "eea" instead of rest_url, or give both',
        ),
        (
            "okx",
            (*own("https://eea.okx.com"), "demo_trading = true"),
            'ws_url (account "a"): is missing: rest_url alone leaves the login at wspap.okx.com; '
            'choose site "eea" instead of rest_url, or give both',
        ),
        (
            "okx",
            own(socket="wss://wsuspap.okx.com:8443/ws/v5/business"),
            'rest_url (account "a"): is missing: ws_url alone leaves REST at openapi.okx.com; '
            'choose site "us" instead of ws_url, or give both',
        ),
        (
            "okx",
            own("https://okx.proxy.example"),
            'ws_url (account "a"): is missing: rest_url alone leaves the login at ws.okx.com; '
            'choose site "global" or "eea" or "us" instead of rest_url, or give both',
        ),
        (
            "htx",
            own("http://127.0.0.1:8080"),
            'ws_url (account "a"): is missing: rest_url alone leaves the login at api.hbdm.com; '
            'choose site "global" or "aws" instead of rest_url, or give both',
        ),
        (
            "htx",
            own(socket="wss://api.hbdm.vn/linear-swap-trade"),
            'rest_url (account "a"): is missing: ws_url alone leaves REST at api.hbdm.com; '
            'choose site "aws" instead of ws_url, or give both',
        ),
        (
            "okx",
            own("https://eea.okx.com", "wss://ws.okx.com:443/ws/v5/business"),
            'ws_url (account "a"): is of OKX\'s site "global", and rest_url of "eea"; '
            'leave both out and choose site "eea"',
        ),
        (
            "okx",
            own("https://www.okx.com", "wss://wsus.okx.com:8443/ws/v5/business"),
            'ws_url (account "a"): is of OKX\'s site "us", and rest_url of "global"; '
            'leave both out and choose site "global"',
        ),
        (
            "okx",
            own("https://openapi.okx.com", "wss://wspap.okx.com:8443/ws/v5/business"),
            'ws_url (account "a"): is for paper trading; set demo_trading, '
            "or leave rest_url and ws_url out",
        ),
        (
            "okx",
            (
                *own("https://eea.okx.com", "wss://wseea.okx.com:8443/ws/v5/business"),
                "demo_trading = true",
            ),
            'ws_url (account "a"): is for live trading, and demo_trading is set; '
            "expected wss://wseeapap.okx.com:8443/ws/v5/business",
        ),
        (
            "okx",
            own("http://127.0.0.1:8080", "wss://ws.okx.com:8443/ws/v5/business"),
            'rest_url (account "a"): is on this machine, and ws_url is at ws.okx.com; '
            "point both to this machine, or leave both out",
        ),
        (
            "htx",
            own("https://api.hbdm.com", "ws://localhost:8080/linear-swap-trade"),
            'ws_url (account "a"): is on this machine, and rest_url is at api.hbdm.com; '
            "point both to this machine, or leave both out",
        ),
        (
            "okx",
            (
                'site = "eea"',
                *own("https://eea.okx.com", "wss://wseea.okx.com:8443/ws/v5/business"),
            ),
            'site (account "a"): sets the addresses already; '
            "leave out rest_url and ws_url, or site",
        ),
        (
            "okx",
            ('site = "eea"', *own("https://eea.okx.com")),
            'site (account "a"): sets the addresses already; '
            "leave out rest_url, or site",
        ),
    ],
)  # fmt: skip
def test_addresses_that_do_not_belong_together_are_refused_with_the_remedy(
    venue: str, lines: tuple[str, ...], said: str
) -> None:
    assert refused(venue, *lines) == said


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("paper", [False, True])
def test_whatever_is_accepted_has_rest_and_socket_of_one_site(venue: str, paper: bool) -> None:
    spec = VENUES[venue].spec
    rest = ["", *(site.rest_url for site in spec.sites)]
    sockets = ["", *(url for site in spec.sites for url in (site.ws_url, site.paper_ws_url) if url)]
    mode = ["demo_trading = true"] if paper and spec.demo_trading else []
    accepted = 0
    for site, rest_url, ws_url in product(["", *(s.id for s in spec.sites)], rest, sockets):
        named = [f'site = "{site}"'] if site else []
        try:
            found = read(venue, *named, *own(rest_url, ws_url), *mode)
        except SettingsError:
            continue
        accepted += 1
        hosts = {host_of(url) for url in (found.rest_url, found.ws_url) if url}
        assert any(hosts <= one.hosts for one in spec.sites)
        if found.ws_url and spec.demo_trading:
            assert found.ws_url in {one.socket(paper=bool(mode)) for one in spec.sites}
    assert accepted >= len(spec.sites)


def test_such_an_account_is_denied_alone_and_the_others_work(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[[accounts]]\nname = "a"\nvenue = "okx"\nrest_url = "https://eea.okx.com"\n'
        '[[accounts]]\nname = "b"\nvenue = "okx"\nsite = "eea"\n'
    )
    first, second = load_settings(file).accounts
    assert 'choose site "eea"' in first.problem and not first.rest_url
    assert (second.problem, second.site) == ("", "eea")
