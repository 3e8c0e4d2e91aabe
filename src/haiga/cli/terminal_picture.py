"""A picture in a terminal: two pixels a character, by half blocks in 24-bit colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from haiga.core.nouns import Picture

HALF = "▀"  # its upper half has the ink's colour, its lower half the paper's


def shows_pictures(console: Console) -> bool:
    """Whether the terminal has colours and the half block."""
    has_block = "utf" in (console.encoding or "").lower()
    return bool(console.is_terminal and console.color_system and not console.no_color and has_block)


def half_blocks(picture: Picture, columns: int, rows: int) -> Text:
    """The picture as large as fits into so many characters, its shape kept.

    A character is taken to be twice as high as wide, so that the halves are square.
    """
    import numpy as np
    from PIL import Image
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    height, width = picture.shape[:2]
    scale = min(columns / width, 2 * rows / height)
    size = (max(1, round(width * scale)), max(2, 2 * round(height * scale / 2)))
    small = np.asarray(
        Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    )
    text = Text(no_wrap=True, end="")
    for upper, lower in zip(small[::2].tolist(), small[1::2].tolist(), strict=True):
        for ink, paper in zip(upper, lower, strict=True):
            text.append(HALF, Style(color=Color.from_rgb(*ink), bgcolor=Color.from_rgb(*paper)))
        text.append("\n")
    return text
