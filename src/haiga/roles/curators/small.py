"""`small.v1`: files too small to show or learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from haiga.core.collecting import Seen
from haiga.core.nouns import Verdict
from haiga.roles.curators.scoring import check_setting, verdict


class SmallCurator:
    """Proposes to drop files whose shorter side is under `least_px` (1 to 100,000)."""

    alone = True

    def __init__(self, *, least_px: int = 256) -> None:
        check_setting("small.v1", "least_px", least_px, 1, 100_000)
        self._least = least_px

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the file's own size: a shorter side of 0 scores 0, of `least_px` 0.5."""
        return [self._judge(one.item.width, one.item.height) for one in seen]

    def _judge(self, width: int, height: int) -> Verdict:
        size = f"{width} × {height} px"
        return verdict(
            "small.v1",
            min(width, height),
            self._least,
            low_is_bad=True,
            bad=f"is small: {size}, and its shorter side should have {self._least}",
            good=f"is large enough: {size}",
        )
