"""A venue's answer that is not what was asked for."""

from __future__ import annotations

from tui.core.actions import Ack, Verdict
from tui.venues.common.remedies import with_remedy

LONGEST_CANCEL_WAIT_S = 3.0
"""A cancel is tried again after so long, however long a venue asks to wait; a read waits."""


class VenueError(Exception):
    """A venue's answer that is not what was asked for: a refusal, a fault, or no answer.

    `verdict` is REFUSED (asking again will not help), BUSY or UNKNOWN. `code` and `text` are the
    venue's own, made safe.
    """

    def __init__(
        self,
        verdict: Verdict,
        code: str,
        text: str,
        retry_after_s: float = 1.0,
        *,
        limited: bool = False,
    ) -> None:
        """`limited`: there were too many requests, so nothing else may be asked meanwhile."""
        super().__init__(f"{code} {text}".strip())
        self.verdict = verdict
        self.code = code
        self.text = text
        self.remedy = ""
        """What to do about it, put here by whoever drives the exchange."""
        self.retry_after_s = retry_after_s
        self.limited = limited

    def __str__(self) -> str:
        return with_remedy(super().__str__(), self.remedy)

    @property
    def advice(self) -> str:
        """The venue's text, with the remedy behind it."""
        return with_remedy(self.text, self.remedy)

    @property
    def pause_s(self) -> float:
        """How long to ask nothing, if there were too many requests; else 0."""
        return self.retry_after_s if self.limited else 0.0

    @property
    def ack(self) -> Ack:
        wait_s = min(self.retry_after_s, LONGEST_CANCEL_WAIT_S)
        return Ack(self.verdict, self.code, self.advice, retry_after_s=wait_s)
