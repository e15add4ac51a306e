"""Pseudo-terminals are POSIX's, and /proc is Linux's."""

from __future__ import annotations

import sys

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]
