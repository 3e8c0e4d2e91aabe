"""Verdicts on pictures: is there anything to see, and can the words be read."""

from __future__ import annotations

import numpy as np

from haiga.core.nouns import Picture, Verdict

FLAT_SPREAD = 10.0
"""Standard deviation of luma (of 255) under which a picture counts as flat."""

DARK_LEVEL = 12.0
"""95th percentile of luma (of 255) under which a picture counts as near-black."""

READABLE_CONTRAST = 4.5
"""The contrast of text that WCAG 2.2 asks for (success criterion 1.4.3)."""

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def judge_blankness(picture: Picture, name: str = "not blank") -> Verdict:
    """Keeps a picture that shows something; a flat or near-black one is not kept.

    The score grows with the spread of its luma, and is 1 from a standard
    deviation of 32 levels on.
    """
    luma = picture @ _LUMA  # (H, W) float32 in [0, 255]
    spread = float(luma.std())
    bright = float(np.quantile(luma[::4, ::4] if luma.size > 65536 else luma, 0.95))
    score = min(1.0, spread / 32)
    if bright < DARK_LEVEL:
        return Verdict(name, False, min(score, 0.1), "the picture is nearly black")
    if spread < FLAT_SPREAD:
        reason = f"nearly flat: its tones spread over {spread:.0f} levels of 255"
        return Verdict(name, False, min(score, 0.1), reason)
    return Verdict(name, True, score, f"its tones spread over {spread:.0f} levels of 255")


def judge_legibility(contrast: float, name: str = "legible") -> Verdict:
    """Keeps a sheet whose ink stands out from its paper.

    `contrast` is WCAG's ratio in [1, 21]; the score is 1 from a contrast of 7 on.
    """
    keep = contrast >= READABLE_CONTRAST
    reason = f"the ink stands {contrast:.1f} to 1 against the paper"
    if not keep:
        reason += f"; at least {READABLE_CONTRAST} is needed to read it"
    return Verdict(name, keep, min(1.0, contrast / 7), reason)
