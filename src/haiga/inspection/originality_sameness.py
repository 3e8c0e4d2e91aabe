"""Is a made picture one of the reference's, the very same: by its file, its pixels, its looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from haiga.core.collecting import Looks
from haiga.core.nouns import Picture
from haiga.inspection.originality_search import Near

SAME_FILE = "the very same file"
SAME_PIXELS = "the very same picture, pixel by pixel"
SAME_LOOKS = "the very same picture, by all that is kept of its looks"

LOOKED_AT = 8
"""Pictures at most whose pixels are compared."""

_BITS = 2  # of the hash: the same pixels decoded at another size move no more
_APART = 2e-3  # between two of the looks' numbers, which are kept as float16


def same_as(
    picture: Picture,
    looks: Looks,
    near: Near,
    known: Sequence[Looks],
    load: Callable[[int], Picture],
    *,
    uneven: bool = True,
) -> tuple[int, str] | None:
    """The place of the same picture and how that is known, None where there is none.

    `uneven` says whether the picture has edges: all blank pictures look the same, so that of
    one without edges only the pixels are compared.
    """
    alike = np.flatnonzero(near.bits <= _BITS)
    order = alike[np.argsort(-near.both[alike], kind="stable")].tolist()
    if uneven:
        for place in order:
            if _same_looks(looks, known[place]):
                return place, SAME_LOOKS
    for place in order[:LOOKED_AT]:
        if np.array_equal(picture, load(place)):
            return place, SAME_PIXELS
    return None


def _same_looks(one: Looks, other: Looks) -> bool:
    if not np.array_equal(one.hashes, other.hashes):
        return False
    names = ("thumbnail", "early", "late", "edges", "colours")
    return all(
        np.allclose(
            getattr(one, name).astype(np.float32), getattr(other, name).astype(np.float32),
            rtol=0, atol=_APART,
        )
        for name in names
    )  # fmt: skip
