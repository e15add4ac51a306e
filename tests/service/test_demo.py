"""The simulator's first line, read."""

from __future__ import annotations

import pytest

from tui.service.demo import DemoError, read_greeting


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        '{"url": 1, "accounts": [{"venue": "okx", "name": "a"}]}',
        '{"url": "http://127.0.0.1:1", "accounts": [{"venue": "nowhere"}]}',
        '{"url": "http://127.0.0.1:1", "accounts": [{"venue": "okx"}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_greeting_is_said_to_be_none(line: str) -> None:
    with pytest.raises(DemoError, match="greeting cannot be read"):
        read_greeting(line)
