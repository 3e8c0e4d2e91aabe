"""The page of where a captioner looked."""

from __future__ import annotations

import numpy as np

from haiga.core.nouns import Caption
from haiga.gallery.attention import attention_sheet


def test_a_caption_that_is_not_sure_is_lighter_and_says_so() -> None:
    picture = np.full((64, 64, 3), 200, np.uint8)
    looked = np.full((2, 8, 8), 1 / 64, np.float32)
    sure, unsure = (
        attention_sheet(picture, Caption("a dog", ("a", "dog"), looked, -1.0, told))
        for told in (True, False)
    )
    head = slice(0, 160)
    assert unsure[head].min() > sure[head].min() + 40
    wide = [np.ptp(np.flatnonzero((page[head].mean(2) < 180).any(0))) for page in (sure, unsure)]
    assert wide[1] > 1.5 * wide[0]
