"""`duplicates.v1`: pictures that are another one over again, exactly or nearly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from haiga.core.collecting import Item, Seen
from haiga.core.nouns import Picture, Verdict
from haiga.features.near_duplicates import Group, near_groups

Load = Callable[[Item], Picture]


class DuplicatesCurator:
    """Proposes to keep one picture of each group of near duplicates.

    That is the one whose passport tells most: a licence first, then a maker, a title, an
    address; of those one that is not cropped nor mirrored, where that can be told, then the
    largest, then the heaviest file.
    It needs pixels as well as looks: `with_pictures` gives a judge that has them. Without,
    only the same bytes are found, and no item is twice in a collection.
    """

    alone = False

    def __init__(self) -> None:
        self._load: Load | None = None

    @property
    def models(self) -> Mapping[str, str]:
        """None: the looks were made before."""
        return {}

    def with_pictures(self, load: Load) -> DuplicatesCurator:
        """The same judge with a way to any item's picture, its longer side at most 512 px."""
        judge = DuplicatesCurator()
        judge._load = load
        return judge

    def groups(self, seen: Sequence[Seen]) -> list[Group]:
        """The groups themselves, by places in `seen`; none without pictures."""
        if self._load is None or len(seen) < 2:
            return []
        load = self._load
        return near_groups(
            [one.looks for one in seen],
            lambda place: load(seen[place].item),
            sizes=[(max(1, one.item.width), max(1, one.item.height)) for one in seen],
            digests=[one.item.id for one in seen],
            file_bytes=[one.item.bytes for one in seen],
            ranks=[_told(one.item) for one in seen],
        )

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """1 for a picture that is alone, 0.9 for who stands for a group, 0 for its others."""
        return self.judge_in_groups(seen)[0]

    def judge_in_groups(self, seen: Sequence[Seen]) -> tuple[list[Verdict], list[Group]]:
        """The verdicts, and the groups they come from, by places in `seen`."""
        if self._load is None:
            reason = "is not judged for duplicates: that takes its pixels"
            return [Verdict("duplicates.v1", True, 1.0, reason)] * len(seen), []
        groups = self.groups(seen)
        found = [Verdict("duplicates.v1", True, 1.0, "is alone of its kind")] * len(seen)
        for group in groups:
            best = group.representative
            count = len(group.members)
            others = f"{count} other{'s' if count > 1 else ''}"
            found[best] = Verdict("duplicates.v1", True, 0.9, f"stands for itself and {others}")
            name = f"item {seen[best].item.number}{_which_has(seen[best].item)}"
            for member in group.members:
                found[member.place] = Verdict(
                    "duplicates.v1", False, 0.0, f"is a duplicate: {member.why} {name}"
                )
        return found, groups


_TOLD = ("licence", "maker", "title", "url")
_CALLED = ("a licence", "a maker", "a title", "an address")


def _told(item: Item) -> tuple[int, ...]:
    """Which of a licence, a maker, a title and an address any of its passports states: 1 or 0."""
    return tuple(
        int(any(getattr(passport, name).strip() for passport in item.passports)) for name in _TOLD
    )


def _which_has(item: Item) -> str:
    has = [called for called, told in zip(_CALLED, _told(item), strict=True) if told]
    if not has:
        return ""
    return f", which has {', '.join(has[:-1])}{' and ' if has[1:] else ''}{has[-1]}"
