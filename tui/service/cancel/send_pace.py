"""How much of a venue's limits the cancels of one account use: when a repeat may go.

A first request is never held back here: the venue decides about it, and may count in other ways
than its page says. Two kinds of request are: one that exceeds the limit together with those that
are sent in the same moment for the same cancel, and a repeat once the venue has refused one.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.venues.base.messages import RateLimit


@dataclass(slots=True, eq=False)
class Use:
    """One request that has been sent and counts towards a limit."""

    limit: RateLimit
    owner: object
    """The send that it belongs to."""
    until_s: float
    """When the venue has forgotten it, as far as is known; monotonic."""


class SendPace:
    """One for all cancels of an account. Does no I/O; times are monotonic seconds."""

    def __init__(self) -> None:
        self._uses: dict[str, list[Use]] = {}

    def may_go(self, limit: RateLimit, owner: object, now_s: float, *, paced: bool) -> bool:
        """Whether another request may go now; `paced` for a repeat."""
        counted = self._counted(limit, now_s)
        if not paced:
            counted = [use for use in counted if use.owner is owner]
        return len(counted) < limit.calls

    def sent(self, limit: RateLimit, owner: object, now_s: float) -> Use:
        """Counts a request that leaves now."""
        use = Use(limit, owner, now_s + limit.per_s)
        self._uses.setdefault(limit.name, []).append(use)
        return use

    def answered(self, use: Use, now_s: float) -> None:
        """The venue has answered: it counted the request some time before now. One that is not
        answered is taken for counted when it was sent."""
        use.until_s = now_s + use.limit.per_s

    def refused(self, use: Use) -> None:
        """The request was over the limit, or never left: it does not count."""
        if use in self._uses[use.limit.name]:
            self._uses[use.limit.name].remove(use)

    def wait_s(self, limit: RateLimit, now_s: float) -> float:
        """How long until there is room for one more; 0 where there is room by this count."""
        counted = sorted(use.until_s for use in self._counted(limit, now_s))
        if len(counted) < limit.calls:
            return 0.0
        return counted[len(counted) - limit.calls] - now_s

    def _counted(self, limit: RateLimit, now_s: float) -> list[Use]:
        uses = [use for use in self._uses.get(limit.name, ()) if use.until_s > now_s]
        self._uses[limit.name] = uses
        return uses
