"""Groups of pictures that are one: the same, saved again, resized, cut, mirrored, recoloured."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from haiga.core.collecting import Looks
from haiga.core.nouns import Picture
from haiga.features.look_pairs import shortlist
from haiga.features.near_pairs import Groups
from haiga.features.overlaying import Greys, Overlay, greys_of, part_over, whole_over

CUT = 0.97
"""A part of less than this of a side of the other is cut out of it."""

RECOLOURED = 0.06
"""Mean difference of the small copies' colours, in a levels' range of 1, that is told."""

_KEPT = 12_000  # pictures' greys held in memory, some 45 kB each
_SIDE = 1.02  # a size that differs by less is taken for the same


@dataclass(frozen=True)
class Member:
    """A picture of a group, by its place, and what it is of the one that stands for all.

    `why` reads on from "is": "the same pixels as", "resized from", "mirrored and cropped from",
    and "the uncropped form of" where who stands for all is itself cut out.
    """

    place: int
    why: str


@dataclass(frozen=True)
class Group:
    """Pictures that are one. `representative` is the place of who stands for all."""

    representative: int
    members: tuple[Member, ...]
    """The others, in order of place."""


def near_groups(
    looks: Sequence[Looks],
    load_picture: Callable[[int], Picture],
    *,
    sizes: Sequence[tuple[int, int]] | None = None,
    digests: Sequence[str] | None = None,
    file_bytes: Sequence[int] | None = None,
    ranks: Sequence[tuple[int, ...]] | None = None,
) -> list[Group]:
    """The groups of two or more pictures that are one, in order of their first.

    `load_picture` gives a picture by its place (a longer side of 512 px is ample) and is
    called more than once for some; `sizes` are widths and heights of the files, `digests` of
    their bytes, and `file_bytes` how many those are, where known: of two of one size, the
    heavier file lost less. Who stands for a group is, of those of the greatest of `ranks`, one
    that is not cut out of another and not turned the other way than most, then the largest,
    then the heaviest, then the first. Pairs are shortlisted by looks (`look_pairs`) and decided by
    pixels (`overlaying`); what joins a pair joins their groups. Found are the same bytes and
    pixels, another encoding or size, parts cut out down to about 62 % of a side, mirrored
    ones, and turned hues. Not found: parts smaller than that, turned or stretched pictures.
    """
    count = len(looks)
    seen = _Pictures(load_picture)
    measures = list(sizes) if sizes is not None else [seen.size(place) for place in range(count)]
    pairs = shortlist(looks, [width / height for width, height in measures])
    groups = Groups(count)
    _join_the_same(groups, digests)
    links: dict[tuple[int, int], tuple[Overlay, bool]] = {}
    for one, other in pairs.wholes:
        if groups.root(one) == groups.root(other):
            continue
        found = _whole(seen, one, other)
        if found is not None:
            groups.join(one, other)
            links[one, other] = found
    for maybe in sorted(pairs.parts, key=lambda pair: (pair.holder, pair.part)):
        if groups.root(maybe.holder) == groups.root(maybe.part):
            continue
        part = seen.greys(maybe.part)
        laid = part_over(
            seen.greys(maybe.holder), part.mirrored() if maybe.mirrored else part, maybe.scale
        )
        if laid is not None and laid.same:
            groups.join(maybe.holder, maybe.part)
            links[maybe.holder, maybe.part] = laid, maybe.mirrored
    gathered: dict[int, list[int]] = {}
    for place in range(count):
        gathered.setdefault(groups.root(place), []).append(place)
    return [
        _told(
            places, seen, measures, digests, links,
            _first(places, measures, file_bytes, ranks, digests, links),
        )
        for places in gathered.values()
        if len(places) > 1
    ]  # fmt: skip


class _Pictures:
    """Pictures as they are compared, the latest kept."""

    def __init__(self, load: Callable[[int], Picture]) -> None:
        self.load = load
        self._kept: OrderedDict[int, Greys] = OrderedDict()

    def greys(self, place: int) -> Greys:
        """What is compared of a picture."""
        if place in self._kept:
            self._kept.move_to_end(place)
        else:
            self._kept[place] = greys_of(self.load(place))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[place]

    def size(self, place: int) -> tuple[int, int]:
        """Width and height of the picture as it is given."""
        height, width, _ = self.load(place).shape
        return width, height


def _join_the_same(groups: Groups, digests: Sequence[str] | None) -> None:
    first: dict[str, int] = {}
    for place, digest in enumerate(digests or ()):
        groups.join(first.setdefault(digest, place), place)


def _whole(seen: _Pictures, one: int, other: int) -> tuple[Overlay, bool] | None:
    """The other laid over the whole of the one, as it is or mirrored, if they are one."""
    under, over = seen.greys(one), seen.greys(other)
    if under.luma == over.luma and np.array_equal(seen.load(one), seen.load(other)):
        return Overlay((0.0, 0.0, 1.0, 1.0), 1.0, 1.0), False  # also where all is flat
    for mirrored in (False, True):
        laid = whole_over(under, over.mirrored() if mirrored else over)
        if laid is None:
            return None
        if laid.same:
            return laid, mirrored
    return None


def _first(
    places: Sequence[int],
    sizes: Sequence[tuple[int, int]],
    weights: Sequence[int] | None,
    ranks: Sequence[tuple[int, ...]] | None,
    digests: Sequence[str] | None,
    links: Mapping[tuple[int, int], tuple[Overlay, bool]],
) -> int:
    """Who stands for the group; `ranks` come before all that is seen."""
    cut = {part for (_, part), (laid, _) in links.items() if _is_cut(laid)}
    turned = _turned(places, digests, links)

    def key(at: int) -> tuple[object, ...]:
        told = tuple(-value for value in ranks[at]) if ranks is not None else ()
        area = sizes[at][0] * sizes[at][1]
        return told, at in cut or at in turned, -area, -weights[at] if weights else 0, at

    return min(places, key=key)


def _turned(
    places: Sequence[int],
    digests: Sequence[str] | None,
    links: Mapping[tuple[int, int], tuple[Overlay, bool]],
) -> set[int]:
    """Those mirrored beside most of the group; none where both ways are as many."""
    near: dict[int, list[tuple[int, bool]]] = {place: [] for place in places}
    for (one, other), (_, mirrored) in links.items():
        if one in near:
            near[one].append((other, mirrored))
            near[other].append((one, mirrored))
    first: dict[str, int] = {}
    for place in places:
        same = first.setdefault(digests[place] if digests is not None else str(place), place)
        near[same].append((place, False))
        near[place].append((same, False))
    way, due = {places[0]: False}, [places[0]]
    while due:  # the links of a group make one tree
        one = due.pop()
        for other, mirrored in near[one]:
            if other not in way:
                way[other] = way[one] ^ mirrored
                due.append(other)
    odd = {place for place, is_odd in way.items() if is_odd}
    even = way.keys() - odd
    return set() if len(odd) == len(even) else odd if len(odd) < len(even) else set(even)


def _is_cut(laid: Overlay) -> bool:
    box = laid.box
    return min(box[2] - box[0], box[3] - box[1]) < CUT


def _told(
    places: Sequence[int],
    seen: _Pictures,
    sizes: Sequence[tuple[int, int]],
    digests: Sequence[str] | None,
    links: Mapping[tuple[int, int], tuple[Overlay, bool]],
    best: int,
) -> Group:
    """The group with who stands for it, and what the others are of that one."""
    members = []
    for place in places:
        if place == best:
            continue
        if digests is not None and digests[place] == digests[best]:
            why = "the same bytes as"
        elif (place, best) in links and _is_cut(links[place, best][0]):
            mirrored = links[place, best][1]
            why = f"the {'mirrored and ' if mirrored else ''}uncropped form of"
        else:
            link = links.get((best, place)) or _whole(seen, best, place)
            why = _why(seen.load(best), seen.load(place), link, sizes[best], sizes[place])
        members.append(Member(place, why))
    return Group(best, tuple(members))


def _why(
    best: Picture,
    member: Picture,
    link: tuple[Overlay, bool] | None,
    size: tuple[int, int],
    other: tuple[int, int],
) -> str:
    if best.shape == member.shape and size == other and np.array_equal(best, member):
        return "the same pixels as"
    if link is None:
        return "another picture of what is seen in"  # joined by a third
    laid, mirrored = link
    said = ["mirrored"] if mirrored else []
    box = laid.box
    if _is_cut(laid):
        said.append("cropped")
    elif max(size[0] / other[0], other[0] / size[0]) > _SIDE:
        said.append("resized")
    turned = member[:, ::-1] if mirrored else member
    if _colour_difference(best, turned, box) > RECOLOURED:
        said.append("recoloured")
    if not said:
        return "re-encoded from"
    return f"{' and '.join(said)} from" if len(said) < 3 else f"{', '.join(said)} from"


def _colour_difference(best: Picture, member: Picture, box: tuple[float, ...]) -> float:
    """Mean difference of chroma (each channel less the mean of three), in place, in [0, 1]."""
    height, width, _ = best.shape
    left, top, right, bottom = (
        round(box[0] * width), round(box[1] * height),
        round(box[2] * width), round(box[3] * height),
    )  # fmt: skip
    small = []
    for pixels in (best[top : max(bottom, top + 1), left : max(right, left + 1)], member):
        rows = np.linspace(0, pixels.shape[0] - 1, 24).round().astype(int)
        columns = np.linspace(0, pixels.shape[1] - 1, 24).round().astype(int)
        grid = pixels[rows][:, columns].astype(np.float32) / 255
        small.append(grid - grid.mean(axis=2, keepdims=True))
    difference = small[0].mean((0, 1)) - small[1].mean((0, 1))
    return float(np.abs(small[0] - small[1]).mean() * 0.5 + np.abs(difference).mean() * 0.5)
