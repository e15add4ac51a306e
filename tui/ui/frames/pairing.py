"""Where the other half of a frame stands: the reply of a request, the request of a reply."""

from __future__ import annotations

from tui.core.formatting import count, duration
from tui.core.frames import Frame
from tui.ui.frames.buffer import FrameBuffer


def counterpart_name(ring: FrameBuffer, frame: Frame) -> str:
    """What the other half is called; empty when the frame has none that we know of."""
    if frame.request is not None:
        return "request"
    pair = ring.pair(frame)
    if pair is not None:
        return "reply" if pair.direction == "in" else "failure"
    return "reply" if frame.direction == "out" else ""


def describe_counterpart(ring: FrameBuffer, frame: Frame) -> str:
    """`reply 12 rows below, 84 ms`; empty for a frame that stands alone."""
    name, pair = counterpart_name(ring, frame), ring.pair(frame)
    if pair is None:
        if not name:
            return ""
        return "no reply so far" if name == "reply" else "request no longer kept"
    here, there = ring.view.place(frame.seq), ring.view.place(pair.seq)
    if there is None:
        where = "hidden by the filter"
    elif here is None:
        where = "in the log"
    else:
        rows = abs(there - here)
        where = f"{count(rows, 'row')} {'below' if there > here else 'above'}"
    return ", ".join(
        part for part in (f"{name} {where}", duration(latency_ms(frame, pair))) if part
    )


def latency_ms(frame: Frame, pair: Frame) -> float | None:
    """From the request to its reply, in milliseconds."""
    return frame.latency_ms if frame.request is not None else pair.latency_ms
