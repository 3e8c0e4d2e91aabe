"""Whether what a caption says is there is told of the picture."""

from __future__ import annotations

from haiga.inspection.metrics.captions import caption_words
from haiga.training.captioners.gathering import Captioned

_SAYS_NO_THING = frozenset(
    """
    a an the of and in with on at under whole cut painting watercolor photograph portrait paper
    black grey white beige gold yellow orange brown red pink purple blue green cream dark pale small
    large chinese ink japanese woodblock print scene light above middle mostly
    """.split()
)


def is_true(text: str, one: Captioned) -> bool:
    """Whether every word of a caption that says what is there stands in what is told of a picture.

    Colours, light and what it is painted on are left aside: pixels tell them.
    """
    known = {w for other in (*one.captions, *one.objects) for w in caption_words(other)}
    return all(w in known for w in caption_words(text) if w not in _SAYS_NO_THING)
