"""Figures drawn with half blocks, solid enough to be read from across a room."""

from __future__ import annotations

from functools import lru_cache

_FONT = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": ("## ", " # ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "-": ("   ", "   ", "###", "   ", "   "),
    "?": ("###", "  #", " ##", "   ", " # "),
    ".": (" ", " ", " ", " ", "#"),
    "/": ("  #", "  #", " # ", "#  ", "#  "),
    " ": (" ", " ", " ", " ", " "),
}
_BLOCK = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def big_width(text: str, scale: int = 1) -> int:
    """Cells that `text` takes when drawn."""
    return sum(len(_FONT[c][0]) * scale for c in text) + scale * max(0, len(text) - 1)


def big_height(scale: int = 1) -> int:
    """Rows that a figure takes: 3, 5 ..."""
    return (5 * scale + 1) // 2


@lru_cache(maxsize=256)
def big(text: str, scale: int = 1, *, low: bool = False) -> tuple[str, ...]:
    """`text`, of figures, `.`, `/`, `-`, `?` and blanks, as rows of equal width.

    Half a row that is left over is below the figures, or above them if they stand `low`.

    Raises:
        KeyError: `text` holds another character.
    """
    pixels: list[str] = []
    for row in range(5):
        line = (" " * scale).join("".join(p * scale for p in _FONT[c][row]) for c in text)
        pixels.extend([line] * scale)
    if len(pixels) % 2:
        pixels.insert(0 if low else len(pixels), " " * len(pixels[0]))
    return tuple(
        "".join(_BLOCK[a != " ", b != " "] for a, b in zip(upper, lower, strict=True))
        for upper, lower in zip(pixels[::2], pixels[1::2], strict=True)
    )
