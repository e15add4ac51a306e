"""A drill beside a running desk: in a process of its own, which shares nothing with the real one.

The desk's loop, connections and keys stay here; what goes over is a plan without any of them.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from tui.core.clocks import read_clock
from tui.core.drill import Drill, DrillError, DrillPlan

END_S = 5.0


class DrillProcess:
    """One drill. `told` is called from a thread of its own, at last with a drill that is done."""

    def __init__(self, plan: DrillPlan, told: Callable[[Drill], None]) -> None:
        self._plan = plan
        self._told = told
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._drill = Drill(read_clock().wall_ms, ())
        self._thread = threading.Thread(target=self._run, name="killdesk drill", daemon=True)

    def start(self) -> None:
        """Returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the drill, if it is still under way. Returns at once; nothing more is told."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        try:
            self._follow()
        except OSError as error:
            self._fail(f"the drill did not start: {error.strerror}")
        except DrillError as error:
            self._fail(str(error))

    def _follow(self) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "tui", "drill", "--plan"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # ctrl+c in the terminal is for the screen; the drill ends when its input does.
            start_new_session=True,
        ) as process:
            self._process = process
            assert process.stdin is not None
            assert process.stdout is not None
            if self._stopped:
                process.kill()
            with suppress(BrokenPipeError):
                process.stdin.write(f"{self._plan.as_json()}\n")
                process.stdin.flush()
            try:
                for line in process.stdout:
                    self._drill = Drill.of_json(line)
                    self._tell(self._drill)
            finally:
                with suppress(BrokenPipeError):  # of what it never read
                    process.stdin.close()
            process.wait(END_S)
        if not self._drill.done:
            self._fail("the drill's process ended before the drill did")

    def _fail(self, problem: str) -> None:
        self._tell(replace(self._drill, done=True, problem=problem))

    def _tell(self, drill: Drill) -> None:
        if not self._stopped:
            self._told(drill)
