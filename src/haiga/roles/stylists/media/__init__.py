"""Ways of handling paint: one file each, each a function from a sitting to a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from haiga.core.nouns import Picture
from haiga.roles.stylists.media.oil import paint_oil
from haiga.roles.stylists.sitting import Sitting

MEDIUM_PAINTERS: Mapping[str, Callable[[Sitting], Picture]] = {
    "oil": paint_oil,
    "watercolour": paint_oil,
    "woodblock": paint_oil,
    "ink": paint_oil,
}
"""The painter of each medium in `code.MEDIA`."""
