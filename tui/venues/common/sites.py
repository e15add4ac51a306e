"""The sites of a venue: hosts that belong together, because a key of one is unknown at the others.

Each venue's own are in its file, with the page that they come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Site:
    """One site: where its REST and its socket are, live and for paper trading."""

    id: str
    rest_url: str
    ws_url: str | None = None
    paper_ws_url: str | None = None
    """Where its paper trading listens, if elsewhere than `ws_url`. REST has no host of its own."""
    serves: str = ""
    """Whose accounts are there, in a few words for the trader."""
    more_hosts: tuple[str, ...] = ()
    """Other hosts of the site, which settings may name by their addresses."""

    def socket(self, *, paper: bool) -> str | None:
        """The address of its socket; None where the venue has none."""
        return (self.paper_ws_url if paper else None) or self.ws_url

    @property
    def hosts(self) -> frozenset[str]:
        """Every host of the site, in lower case and without port."""
        urls = (self.rest_url, self.ws_url, self.paper_ws_url)
        return frozenset(self.more_hosts).union(host_of(url) for url in urls if url)

    def is_paper_socket(self, url: str) -> bool:
        """Whether the socket at `url` serves paper trading alone."""
        paper = self.paper_ws_url
        return bool(paper) and paper != self.ws_url and host_of(url) == host_of(paper or "")


def host_of(url: str) -> str:
    """The host of an address that has one, in lower case and without port."""
    return (urlsplit(url).hostname or "").lower()


def sites_with(sites: tuple[Site, ...], url: str) -> tuple[Site, ...]:
    """The sites that the host of `url` belongs to; none for an address of the trader's own."""
    return tuple(site for site in sites if host_of(url) in site.hosts)
