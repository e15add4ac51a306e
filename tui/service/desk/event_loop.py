"""The event loop of the service, set up for the thread that it has to itself."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Coroutine

from tui.service.desk.blocking import HelperThreads

RESOLVERS = 64
"""Threads for look-ups of host names: a name server that does not answer holds one each."""
COLLECT_AFTER = (50_000, 20, 20)
"""Garbage is looked for more rarely than by default: each look stops every thread."""


def run_service(
    loop: asyncio.AbstractEventLoop,
    main: Callable[[], Coroutine[None, None, None]],
    stray: Callable[[object], None],
) -> None:
    """Runs `main` to its end in `loop`, and closes that; `stray` is given faults no task owns."""
    # At INFO and below these log URLs, headers and login messages; ours is the frame log.
    logging.getLogger("websockets").setLevel(logging.WARNING)
    gc.set_threshold(*COLLECT_AFTER)
    asyncio.set_event_loop(loop)

    def report(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        if not loop.is_closed():  # what ends with the process after it concerns nobody
            stray(context.get("exception"))

    loop.set_exception_handler(report)
    # Name servers that do not answer hold a thread each; the others must not wait for one.
    loop.set_default_executor(HelperThreads(RESOLVERS))
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
