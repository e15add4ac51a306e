"""A question that takes a while, asked beside the screen's loop: a keyring, a hash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from textual.dom import DOMNode

from tui.service.keyring_door import CredentialsError

T = TypeVar("T")


def beside(
    node: DOMNode,
    ask: Callable[[], T],
    then: Callable[[T], None],
    failed: Callable[[str], None],
) -> None:
    """Calls `ask` in a thread, then one of the others on the screen's loop.

    `failed` gets a sentence. Nothing is called once `node` is gone.
    """

    async def work() -> None:
        try:
            answer = await asyncio.to_thread(ask)
        except CredentialsError as error:
            failed(str(error))
        except Exception as error:  # noqa: BLE001  it must not end the desk; its text may hold a secret
            failed(f"a fault of killdesk's own: {type(error).__name__}")
        else:
            then(answer)

    node.run_worker(work(), name="beside", group="beside")
