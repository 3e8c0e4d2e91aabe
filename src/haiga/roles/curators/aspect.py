"""`aspect.v1`: pictures of an odd shape, such as scrolls, banners and strips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from haiga.core.collecting import Seen
from haiga.core.nouns import Verdict
from haiga.roles.curators.scoring import check_setting, verdict


class AspectCurator:
    """Proposes to drop what is more than `most` (1 to 100) times as long as it is wide."""

    alone = True

    def __init__(self, *, most: float = 3.0) -> None:
        check_setting("aspect.v1", "most", most, 1, 100)
        self._most = most

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the file's own shape: a longer side of `most` times the shorter scores 0.5."""
        return [self._judge(one.item.width, one.item.height) for one in seen]

    def _judge(self, width: int, height: int) -> Verdict:
        times = max(width, height, 1) / max(1, min(width, height))
        kind = "wide" if width > height else "high"
        return verdict(
            "aspect.v1",
            times,
            self._most,
            low_is_bad=False,
            bad=f"is of an odd shape: {times:.1f} times as {kind} as it is "
            f"{'high' if kind == 'wide' else 'wide'}",
            good=f"is of an ordinary shape: its sides are as {times:.1f} to 1",
        )
