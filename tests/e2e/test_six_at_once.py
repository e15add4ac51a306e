"""Six commands for the same accounts at one time: they share the venues' limits, and all of them
come to know that nothing is open."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

PROCESSES = 6
PATIENCE_S = 300
"""Six interpreters start at once on whatever machine this is."""


def test_six_cancels_at_once_are_all_confirmed(
    clean_env: dict[str, str], configured: str, simulator: Any
) -> None:
    command = (sys.executable, "-m", "tui", "cancel", "--all", "--yes", "--json")
    running = [
        subprocess.Popen(
            [*command, "--config", configured], env=clean_env, stdout=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    try:
        said = [json.loads(one.communicate(timeout=PATIENCE_S)[0]) for one in running]
    finally:
        for one in running:
            one.kill()
            one.wait()
    ends = [
        [(report["account"], report["action"], report["outcome"]) for report in each["reports"]]
        for each in said
    ]
    assert [each["outcome"] for each in said] == ["confirmed"] * PROCESSES, ends
    assert [one.returncode for one in running] == [0] * PROCESSES
    covered = ("htx-legacy", "htx-unified", "okx-desk")
    assert [simulator.open(name) for name in covered] == [0, 0, 0]
