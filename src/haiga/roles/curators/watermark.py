"""`watermark.v1`: a pattern laid over a picture again and again, as agencies do."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from haiga.core.collecting import Seen
from haiga.core.nouns import Picture, Verdict
from haiga.roles.curators.scoring import Floats, check_setting, of_each, verdict

SIDE_PX = 256
PEAKS = 60
_TURNS = np.linspace(0, 2 * np.pi, 24, endpoint=False)
_RING = np.rint(np.stack([7 * np.sin(_TURNS), 7 * np.cos(_TURNS)])).astype(int)
NEAREST, FURTHEST = 0.09, 0.48  # sides a pattern repeats after


class WatermarkCurator:
    """Proposes to drop pictures that one faint pattern is laid over in rows.

    The fine detail of a picture, evened so that faint strokes count as much as strong ones,
    is compared with itself moved: only what is repeated agrees. The best agreement at a
    distance, in spreads of all agreements; more than `most` (0 to 1,000) is a watermark. A
    mark that stands there once, a signature or a museum's stamp, is not found; a textile, a
    tiled roof or a wall of bricks may be called.
    """

    alone = True

    def __init__(self, *, most: float = 5.5) -> None:
        check_setting("watermark.v1", "most", most, 0, 1_000)
        self._most = most

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By what repeats in each picture."""
        return of_each(seen, self._judge)

    def _judge(self, picture: Picture) -> Verdict:
        value = repetition(picture)
        return verdict(
            "watermark.v1", value, self._most, low_is_bad=False,
            bad="seems to have a watermark: one faint pattern repeats all over it "
            f"({value:.0f} spreads above chance)",
            good="has no pattern laid over it in rows",
        )  # fmt: skip


def repetition(picture: Picture) -> float:
    """How far the best agreement of a picture's detail with itself moved stands out; at least 0."""
    image = Image.fromarray(np.ascontiguousarray(picture)).convert("L")
    scale = min(1.0, SIDE_PX / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if min(size) < 48:
        return 0.0
    detail = _evened(image.resize(size, Image.Resampling.BOX))
    height, width = detail.shape
    shape = (_easy(2 * height), _easy(2 * width))
    spectrum = np.fft.rfft2(detail, shape)
    product = np.fft.irfft2(np.abs(spectrum) ** 2, shape)
    told, even = _lags(height, width, shape)
    agreement = product * even
    some = agreement.ravel()[told[::5]]
    middle = float(np.median(some))
    spread = float(np.median(np.abs(some - middle))) * 1.4826
    best = 0.0
    values = agreement.ravel()[told]
    for at in told[np.argpartition(-values, PEAKS)[:PEAKS]]:
        y, x = divmod(int(at), shape[1])
        ring = agreement[(y + _RING[0]) % shape[0], (x + _RING[1]) % shape[1]]
        # a ridge, which straight lines make, is as high on either side: a pattern stands alone
        best = max(best, float(agreement[y, x] - max(middle, float(ring.max()))))
    return best / max(spread, 1e-3)


@functools.lru_cache(maxsize=16)
def _lags(
    height: int, width: int, shape: tuple[int, int]
) -> tuple[npt.NDArray[np.intp], Floats]:  # fmt: skip
    """Which moves are looked at (flat places, half of them: the others are the same backwards),
    and what makes all even: where less is shared, chance agrees more, as one over the root."""
    down, across = np.fft.fftfreq(shape[0], 1 / shape[0]), np.fft.fftfreq(shape[1], 1 / shape[1])
    shared = np.maximum(height - np.abs(down), 0)[:, None] * np.maximum(width - np.abs(across), 0)
    away = np.hypot(down[:, None], across) / max(height, width)
    told = (away >= NEAREST) & (away <= FURTHEST) & (shared >= 0.25 * height * width)
    told &= down[:, None] >= 0
    even = (1 / np.sqrt(np.maximum(shared, 1.0))).astype(np.float32)
    return np.flatnonzero(told), even


def _easy(size: int) -> int:
    """A length of at least `size` that the transform is quick at: 2, 3 and 5 its only factors."""
    while True:
        left = size
        for factor in (2, 3, 5):
            while left % factor == 0:
                left //= factor
        if left == 1 and size % 2 == 0:
            return size
        size += 1


def _evened(image: Image.Image) -> Floats:
    """Bright strokes over their surroundings, faint as strong: (h, w)."""
    grey = np.asarray(image, np.float32)
    detail = grey - np.asarray(image.filter(ImageFilter.BoxBlur(4)), np.float32)
    strong = np.sqrt(np.asarray(
        Image.fromarray(np.minimum(detail**2, 255).astype(np.uint8)).filter(
            ImageFilter.BoxBlur(10)
        ),
        np.float32,
    ))  # fmt: skip
    return np.asarray(np.clip(detail / (strong + 3), -1.5, 1.5), np.float32)
