"""A step of one's own: files in, a file out. It may import whatever its environment has."""

from pathlib import Path

from PIL import Image, ImageFilter


def soften(picture: Path, out: Path, radius: float = 1.0) -> None:
    """Writes the picture, blurred by so many pixels, to `out`."""
    with Image.open(picture) as image:
        image.filter(ImageFilter.GaussianBlur(radius)).save(out, "PNG")
