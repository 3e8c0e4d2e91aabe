"""What kind of picture a caption says that it is of."""

from __future__ import annotations

import re

_KIND = (
    r"^(a|an) (dark |pale )?(chinese ink |japanese woodblock |oil )?"
    r"(painting|print|watercolor|photograph) of "
)


def without_kind(caption: str) -> str:
    """A caption without "a photograph of", "a watercolor of" and the like before what is seen."""
    return re.sub(_KIND, "", caption)
