"""What keeps running for one account: a fault of ours is shown, and the work is begun again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeAlias

from tui.core.errors import describe_internal_error
from tui.service.account.context import AccountContext

FAULT_S = 2.0
"""Before a task that failed by a fault of ours is started again."""

Work: TypeAlias = Callable[[], Coroutine[None, None, None]]


class TaskSupervisor:
    """Starts tasks that do not end in silence; `fault` is the last one of ours, in one line."""

    def __init__(self, access: AccountContext) -> None:
        self._access = access
        self.fault = ""
        self.tasks: set[asyncio.Task[None]] = set()
        """Those that run."""

    def start(self, work: Work, name: str) -> None:
        """Runs `work` to its end in a task; `name` says in a word what it is."""
        task = asyncio.create_task(self._run(work, name), name=f"{self._access.account} {name}")
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _run(self, work: Work, name: str) -> None:
        while True:
            try:
                return await work()
            except Exception as error:  # noqa: BLE001  a fault stays in its panel, and is shown there
                self.fault = (
                    f"a fault of killdesk's own in its {name}: {describe_internal_error(error)}"
                )
                self._access.record("rest", "note", self.fault, error=True)
                self._access.changed()
            await asyncio.sleep(FAULT_S)
