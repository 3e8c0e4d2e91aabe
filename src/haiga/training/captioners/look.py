"""What the pixels of a picture are mostly of, in the few colour names a caption uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour import oklab
from haiga.features.colour_names import COLOURS, nearest_names

PLAIN = {
    "black": "black", "dark grey": "black", "grey": "grey", "light grey": "grey",
    "white": "white", "cream": "white", "beige": "beige", "ochre": "gold", "yellow": "yellow",
    "gold": "gold", "orange": "orange", "rust": "brown", "brown": "brown", "dark brown": "brown",
    "red": "red", "dark red": "red", "pink": "pink", "purple": "purple", "violet": "purple",
    "dark blue": "blue", "blue": "blue", "light blue": "blue", "grey blue": "blue",
    "teal": "green", "dark green": "green", "green": "green", "olive": "green",
    "light green": "green", "grey green": "green",
}  # fmt: skip
"""The colour names of haiga as a caption says them."""
Mask = npt.NDArray[np.bool_]
_SIDE_PX = 64
_LEAST = 0.16
_TELLING = {"black": 0.5, "grey": 0.7, "brown": 0.85, "beige": 0.85, "red": 2.5, "blue": 2.0,
            "purple": 1.8, "pink": 1.8, "yellow": 1.5, "orange": 1.5, "gold": 1.2}  # fmt: skip
"""How much a colour's share of a picture counts: a red cloak is named before the dark around it."""
_STRONG, _WEAK, _RED_TO = 0.09, 0.035, 38.0
"""OKLab chroma of a strong colour and of hardly any; the hue, in degrees, that red reaches to."""
_LEAST_TOP = 0.6
_LEAST_FRUIT, _LEAST_LEAVES = 0.22, 0.3
_HUES = (
    (-120, "purple"), (-12, "pink"), (12, "red"), (41, "orange"), (72, "yellow"), (108, "green"),
    (170, "blue"),
)  # fmt: skip
"""Names from each OKLab hue, in degrees, on."""
_CONTRAST = 0.09
"""A part is light or dark beside the rest where its mean OKLab lightness differs by so much."""
_A_PIECE = 0.3
"""A piece on a page is at least so large beside the largest."""
_ALIKE = 0.05
"""Two pieces whose mean colours are nearer, in OKLab, are two of a kind."""
_DARK, _PALE = 0.36, 0.6
_SMALL, _LARGE = 0.08, 0.2
_GREY_PAGE, _CREAM_PAGE = 0.9, 0.035
"""Mean OKLab lightness of pictures; shares of a page; lightness and yellowness of paper."""
_COMPACT = 0.62
"""A single fruit fills so much of the box around it; a branch fills less."""


@dataclass(frozen=True)
class Look:
    """Plain colour names, most frequent first, and of what is on a page how it lies there.

    `leaves`: green lies beside a fruit of another colour. `pieces`: 1 for one compact
    piece, 2 for two pieces unlike in colour (a fruit and its cut face), else 0. `top` is the
    colour that the upper edge is mostly of, "" where it is of several; `light` "dark" or "pale"
    where a picture is; `where` the part that is light or dark beside the rest; `page` the tint of
    the paper and `size` "small" or "large" for what takes little or much of it.
    """

    colours: tuple[str, ...]
    leaves: bool = False
    pieces: int = 0
    top: str = ""
    light: str = ""
    where: str = ""
    page: str = ""
    size: str = ""


def look_of(picture: Picture, *, on_paper: bool = False) -> Look:
    """The one or two colours a picture is mostly of; `on_paper` looks at what is on a page alone.

    A colour needs a sixth of the picture, a bright one less and a dark one more, or more than a
    fifth of what is on the page. Green beside a fruit of another colour is taken for leaves.
    """
    small = np.asarray(Image.fromarray(picture).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX))
    if on_paper:
        return _fruit(small)
    lab = oklab(small)
    names = _names(small, lab)
    shares = _shares(names.ravel().tolist())
    told = {name: share * _TELLING.get(name, 1.0) for name, share in shares.items()}
    ranked = sorted(told, key=lambda name: -told[name])
    above = _shares(names[_SIDE_PX // 16 : _SIDE_PX // 5].ravel().tolist())  # below any border
    top = max(above, key=lambda name: above[name])
    top = top if above[top] >= _LEAST_TOP else ""
    lightness = lab[..., 0]
    mean = float(lightness.mean())
    light = "dark" if mean < _DARK else "pale" if mean > _PALE else ""
    found = tuple(n for n in ranked if told[n] >= _LEAST)[:2]
    return Look(found, top=top, light=light, where=_where(lightness))


def _names(small: Picture, lab: npt.NDArray[np.float32]) -> npt.NDArray[np.str_]:
    """The plain colour of each pixel: the nearest one's, but a strong red is none of the browns,
    and a green with hardly any colour is grey."""
    names = np.array([PLAIN[name] for name in COLOURS])[nearest_names(small)]
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    names[(names == "brown") & (chroma > _STRONG) & (hue < _RED_TO)] = "red"
    names[(names == "green") & (chroma < _WEAK)] = "grey"
    return names


def _where(lightness: npt.NDArray[np.float32]) -> str:
    """Which part stands out: "light above", "dark in the middle" …; "" where none does.

    Above is the upper third beside the lower one, the middle the inner half of each side beside
    what is around it: what stays so in a mirror.
    """
    side = len(lightness)
    third, quarter = side // 3, side // 4
    middle = np.zeros(lightness.shape, bool)
    middle[quarter : side - quarter, quarter : side - quarter] = True
    above = float(lightness[:third].mean() - lightness[-third:].mean())
    inside = float(lightness[middle].mean() - lightness[~middle].mean())
    place, by = ("above", above) if abs(above) >= abs(inside) else ("in the middle", inside)
    if abs(by) < _CONTRAST:
        return ""
    return f"{'light' if by > 0 else 'dark'} {place}"


def _fruit(small: Picture) -> Look:
    """By hue: shadow and the paper's tint would make every fruit brown by nearness alone."""
    lab = oklab(small)
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    paper = (light > 0.72) & (chroma < 0.085)
    seen = ~paper & (chroma > 0.035)
    pieces, whole = _pieces(lab, ~paper | (chroma > 0.06))
    if pieces == 2 and (seen & whole).sum() > 20:
        seen &= whole  # the colour of a fruit is that of its skin
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    names = [_named(*values) for values in zip(light[seen], chroma[seen], hue[seen], strict=True)]
    shares = _shares([name for name in names if name])
    page = _page(lab[paper])
    share = float((~paper).mean())
    size = "small" if share < _SMALL else "large" if share > _LARGE else ""
    if not shares:
        return Look((), pieces=pieces, page=page, size=size)
    green = shares.get("green", 0.0)
    warm = sum(shares.get(name, 0.0) for name in ("red", "dark red", "orange", "purple"))
    leaves = green >= _LEAST_LEAVES and warm >= _LEAST_LEAVES
    ranked = sorted((n for n in shares if not (leaves and n == "green")), key=lambda n: -shares[n])
    found = tuple(n for n in ranked if shares[n] >= _LEAST_FRUIT)[:2]
    return Look(found, leaves, pieces, page=page, size=size)


def _page(paper: npt.NDArray[np.float32]) -> str:
    """The tint of a page by its median: white, cream or grey; "" where there is none."""
    if not len(paper):
        return ""
    light, _, yellow = np.median(paper, 0).tolist()
    if light < _GREY_PAGE:
        return "grey"
    return "cream" if yellow > _CREAM_PAGE else "white"


def _pieces(lab: npt.NDArray[np.float32], there: npt.NDArray[np.bool_]) -> tuple[int, Mask]:
    """How what is on a page lies there (see `Look`), and where its more colourful piece is."""
    labels = np.where(there, np.arange(1, there.size + 1).reshape(there.shape), 0)
    for _ in range(2 * sum(there.shape)):
        padded = np.pad(labels, 1)
        around = np.stack(
            [padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1]]
        )
        grown = np.where(there, np.maximum(labels, around.max(0)), 0)
        if np.array_equal(grown, labels):
            break
        labels = grown
    found, counts = np.unique(labels[labels > 0], return_counts=True)
    large = [
        int(n) for n, c in zip(found, counts, strict=True) if c >= max(12, _A_PIECE * counts.max())
    ]
    masks = [labels == n for n in large]
    if len(masks) == 1:
        rows, columns = np.nonzero(masks[0])
        box = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
        return int(len(rows) / box >= _COMPACT), masks[0]
    if len(masks) != 2:
        return 0, there
    means = [lab[mask].mean(0) for mask in masks]
    unlike = float(np.linalg.norm(means[0] - means[1])) > _ALIKE
    skin = max(masks, key=lambda mask: float(np.hypot(*lab[mask].mean(0)[1:])))
    return 2 * int(unlike), skin


def _named(light: float, chroma: float, hue: float) -> str:
    name = [name for start, name in _HUES if hue >= start or start == _HUES[0][0]][-1]
    if chroma < 0.06 and name in ("orange", "yellow"):
        return "brown" if light < 0.6 else ""
    if name == "orange" and light < 0.5:
        return "brown"
    if name in ("red", "pink") and light < 0.42:
        return "dark red" if chroma > 0.05 else "dark purple"
    return "purple" if name == "blue" and light < 0.5 else name


def _shares(names: list[str]) -> dict[str, float]:
    plain, counts = np.unique(np.array(names, dtype=str), return_counts=True)
    total: npt.NDArray[np.float64] = counts / max(1, counts.sum())
    return dict(zip(plain.tolist(), total.tolist(), strict=True))
