"""A short recording of the screen: pictures with the times they stood, put together as a GIF."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App
    from textual.pilot import Pilot

EVERY_S = 0.1
LAST_S = 4.0
"""How long the last picture stands before the recording begins anew."""
WIDTH = 1200
COLOURS = 256


class Recording:
    """What an app showed, and for how long; a picture that did not change is kept once."""

    def __init__(self) -> None:
        self._svgs: list[tuple[float, str]] = []

    @asynccontextmanager
    async def of(self, pilot: Pilot[None], title: str) -> AsyncIterator[None]:
        """Records while the block runs, each picture once the screen has come to rest."""

        async def look() -> None:
            while True:
                await pilot.pause(EVERY_S)
                self._take(pilot.app, title)

        looking = asyncio.create_task(look(), name="recording")
        try:
            yield
        finally:
            looking.cancel()
            self._take(pilot.app, title)
            self._svgs.append((time.monotonic(), ""))

    def _take(self, app: App[None], title: str) -> None:
        if not app.screen.size:  # a new screen that has not been laid out is an empty picture
            return
        svg = app.export_screenshot(title=title)
        if not self._svgs or self._svgs[-1][1] != svg:
            self._svgs.append((time.monotonic(), svg))

    def save(self, target: Path, to_png: Callable[[str], bytes]) -> None:
        """Writes the GIF, each picture for as long as it stood on the screen."""
        images, stood_ms = [], []
        for (at_s, svg), (until_s, _) in zip(self._svgs, self._svgs[1:], strict=False):
            image = Image.open(BytesIO(to_png(svg))).convert("RGB")
            height = round(image.height * WIDTH / image.width)
            small = image.resize((WIDTH, height), Image.Resampling.LANCZOS)
            images.append(small)
            stood_ms.append(max(20, round((until_s - at_s) * 1000)))
        stood_ms[-1] = round(LAST_S * 1000)
        palette = _palette(images)
        frames = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
        frames[0].save(
            target,
            save_all=True,
            append_images=frames[1:],
            duration=stood_ms,
            loop=0,
            optimize=True,
        )


def _palette(images: Sequence[Image.Image]) -> Image.Image:
    """Colours for all pictures together: a button that lights up for a moment keeps its own."""
    width, height = images[0].width // 2, images[0].height // 2
    together = Image.new("RGB", (width, height * len(images)))
    for number, image in enumerate(images):
        small = image.resize((width, height), Image.Resampling.NEAREST)
        together.paste(small, (0, number * height))
    return together.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
