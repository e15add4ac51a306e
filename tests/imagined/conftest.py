"""A venue that does not exist: in this folder is all that a new one needs.

Here it is put into both registries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.imagined import simulator as simulated
from tests.imagined import venue
from tests.service.conftest import open_desk as open_desk
from tui.simulator import registry
from tui.venues import VENUES


@pytest.fixture
def simulator(start_simulator: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The two lines that a new venue takes, beside its folders."""
    monkeypatch.setitem(VENUES, "nimbus", venue.NIMBUS)
    monkeypatch.setitem(registry.VENUES, "nimbus", simulated.NIMBUS)
    return start_simulator(orders=8)
