"""Ways of handling paint: one file each, each a function from a sitting to a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from haiga.core.nouns import Picture
from haiga.roles.stylists.media.ink import paint_ink
from haiga.roles.stylists.media.oil import paint_oil
from haiga.roles.stylists.media.watercolour import paint_watercolour
from haiga.roles.stylists.media.woodblock import paint_woodblock
from haiga.roles.stylists.sitting import Sitting

MEDIUM_PAINTERS: Mapping[str, Callable[[Sitting], Picture]] = {
    "oil": paint_oil,
    "watercolour": paint_watercolour,
    "woodblock": paint_woodblock,
    "ink": paint_ink,
}
"""The painter of each medium in `code.MEDIA`."""
