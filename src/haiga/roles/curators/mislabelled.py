"""`mislabelled.v1`: pictures whose label is not that of the pictures they look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from haiga.core.collecting import Seen
from haiga.core.nouns import Verdict
from haiga.roles.curators.off_topic import directions
from haiga.roles.curators.scoring import check_setting


class MislabelledCurator:
    """Proposes to look again at labels that the nearest pictures do not have.

    `column` names the passport's column with the labels. Of the `neighbours` (1 to 200)
    nearest in the eye's late view, each counts by its cosine; where the label's own share,
    made good for how common it is, is under `least` (0 to 1) of all, it disagrees. After the
    neighbour votes of Northcutt, Jiang and Chuang: "Confident Learning", JAIR 2021, only
    simpler. A column with a label a picture, such as titles, cannot be judged so.
    """

    alone = False

    def __init__(self, *, column: str = "", neighbours: int = 15, least: float = 0.15) -> None:
        check_setting("mislabelled.v1", "neighbours", neighbours, 1, 200)
        check_setting("mislabelled.v1", "least", least, 0, 1)
        self._column, self._neighbours, self._least = column, neighbours, least

    @property
    def models(self) -> Mapping[str, str]:
        """None: the looks were made before."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the labels of each picture's neighbours; those without a label are passed over."""
        labels = [one.item.passport.columns.get(self._column, "").strip() for one in seen]
        told = [at for at, label in enumerate(labels) if label]
        names = sorted(set(labels) - {""})
        if not self._column or len(names) < 2 or len(told) < 2 * self._neighbours:
            why = (
                f"the column '{self._column}' has too few labels"
                if self._column
                else "no column of labels is named"
            )
            return [Verdict("mislabelled.v1", True, 1.0, f"is not judged: {why}")] * len(seen)
        found = [Verdict("mislabelled.v1", True, 1.0, "is not judged: it has no label")] * len(seen)
        view = directions([seen[at] for at in told])
        own = np.array([names.index(labels[at]) for at in told])
        counts = np.bincount(own, minlength=len(names))
        for start in range(0, len(told), 1_024):
            like = view[start : start + 1_024] @ view.T
            here = np.arange(len(like))
            like[here, start + here] = -2
            best = np.argpartition(-like, self._neighbours - 1, axis=1)[:, : self._neighbours]
            for row, near in enumerate(best):
                votes = np.zeros(len(names))
                np.add.at(votes, own[near], np.maximum(like[row, near], 1e-3))
                votes /= np.sqrt(counts)
                at = start + row
                found[told[at]] = self._judge(votes / votes.sum(), own[at], counts, names)
        return found

    def _judge(
        self, shares: np.ndarray[tuple[int], np.dtype[np.float64]], own: int,
        counts: np.ndarray[tuple[int], np.dtype[np.intp]], names: Sequence[str],
    ) -> Verdict:  # fmt: skip
        share, most = float(shares[own]), int(shares.argmax())
        if counts[own] < 3:
            return Verdict(
                "mislabelled.v1", True, 1.0, f"is not judged: too few are labelled '{names[own]}'"
            )
        if share >= self._least or most == own:
            return Verdict(
                "mislabelled.v1", True, max(0.5, share),
                f"is labelled as its like are: '{names[own]}'",
            )  # fmt: skip
        return Verdict(
            "mislabelled.v1", False, min(0.49, share),
            f"may be mislabelled: it is '{names[own]}', and looks like '{names[most]}'",
        )  # fmt: skip
