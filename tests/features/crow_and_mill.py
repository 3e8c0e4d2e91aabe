"""Two small works for the tests of the copying index."""

from __future__ import annotations

from haiga.features.copying import Source

CROW = Source(
    "Ann Reed",
    "The Crow",
    (
        "Upon a bare December bough",
        "the old black crow has folded up",
        "",
        "his wings, and waits for nothing now",
        "but rain in winter's broken cup.",
    ),
)
MILL = Source(
    "Tom Hale",
    "Mill",
    ("The wheel that turn'd beside the mill", "o'er golden water now is still"),
    split="test",
)
