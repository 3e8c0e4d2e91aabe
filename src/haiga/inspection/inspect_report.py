"""What an inspection found, as JSON and as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from haiga.core.nouns import Picture
from haiga.inspection.alignment import Alignment, Box
from haiga.inspection.originality import Inspected, Neighbour, Originality
from haiga.inspection.originality_leaning import CARRIERS, Leaning

NEVER_NAMED, MOST_NAMED = 20, 10
"""So many pictures that are near nothing, and of those most leaned on, are named."""


@dataclass(frozen=True)
class Subject:
    """A picture to be inspected: what it is called, and how to get it."""

    key: str
    load: Callable[[], Picture] = field(hash=False)
    digest: Callable[[], str] = field(default=lambda: "", hash=False)
    """The sha256 of its file, "" where it has none."""


@dataclass(frozen=True)
class Inspection:
    """Pictures inspected beside a reference: finding i is of subject i."""

    made_by: str
    beside: str
    judge: Originality
    subjects: tuple[Subject, ...]
    found: tuple[Inspected, ...]
    leaning: Leaning
    left_out: tuple[tuple[str, str], ...] = ()
    """What could not be read: its name, and a reason that reads on from it."""
    advice: str = ""
    """What to do where pictures of the reference lie on one another."""

    @property
    def twins_told(self) -> str:
        """A sentence where pictures of the reference lie on one another, else ""."""
        twins = self.judge.limits.twins
        if not twins:
            return ""
        pairs = "1 pair" if twins == 1 else f"{twins:,} pairs"
        said = f"{pairs} of {self.beside} {'lies' if twins == 1 else 'lie'} on one another"
        return f"{said}, and told nothing of what is usual" + (
            f": {self.advice}" if self.advice else ""
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many were called what."""
        counts = Counter(one.judgement for one in self.found)
        return {kind: counts[kind] for kind in ("new", "close", "copy")}

    @property
    def hub_warning(self) -> str:
        """A sentence where a few pictures carry many of the made ones, else ""."""
        if not self.leaning.warned:
            return ""
        usual = self.leaning.usual
        beside = f"; of real pictures it is {100 * usual:.0f} %" if usual is not None else ""
        return (
            f"{CARRIERS} pictures of the collection are the nearest of "
            f"{100 * self.leaning.carried:.0f} % of what was made{beside}: the maker leans on a few"
        )

    def case(self, i: int) -> dict[str, Any]:
        """All that is known of one, as JSON has it."""
        one, named = self.found[i], self.judge.reference.named
        return {
            "picture": self.subjects[i].key,
            "judgement": one.judgement,
            "evidence": one.evidence,
            "score": round(one.score, 4),
            "copy_limit": round(self.judge.limits.copy, 4),
            "nearest": _neighbour(one.nearest, self),
            "layers": {
                name: [_neighbour(other, self) for other in others]
                for name, others in one.layers.items()
            },
            "beside": f"{self.beside}, {len(named):,} pictures",
        }

    def as_json(self) -> dict[str, Any]:
        """The whole, for `--json`: what was learned, how it leans; the cases come one a line."""
        limits, named = self.judge.limits, self.judge.reference.named
        return {
            "inspected": len(self.found),
            "made_by": self.made_by,
            "beside": self.beside,
            "pictures": len(named),
            **self.counts,
            "limits": {
                "copy": round(limits.copy, 4),
                "close_score": round(limits.close_score, 4),
                "close_likeness": round(limits.close_likeness, 4),
                "false_alarms": round(limits.false_alarms, 5),
                "false_alarms_high": round(limits.false_alarms_high, 5),
                "sample": limits.sample,
                "twins": limits.twins,
                "told": limits.told,
            },
            "leans_on": [
                {"key": named[place].key, "title": named[place].title, "nearest_of": count}
                for place, count in self.leaning.nearest[:MOST_NAMED]
            ],
            "carried_by_few": round(self.leaning.carried, 4),
            "usual": None if self.leaning.usual is None else round(self.leaning.usual, 4),
            "warning": self.hub_warning,
            "never_near": len(self.leaning.never),
            "never_near_some": [named[place].key for place in self.leaning.never[:NEVER_NAMED]],
            "left_out": [{"key": key, "reason": reason} for key, reason in self.left_out],
        }


def inspection_text(inspection: Inspection) -> str:
    """The inspection as lines of text: first what is no longer new, then the rest."""
    lines, order = [], {"copy": 0, "close": 1, "new": 2}
    pairs = zip(inspection.subjects, inspection.found, strict=True)
    for subject, one in sorted(pairs, key=lambda pair: order[pair[1].judgement]):
        lines.append(f"{one.judgement:6}{subject.key}\n      {one.evidence}")
    counts = inspection.counts
    copies = "1 copy" if counts["copy"] == 1 else f"{counts['copy']:,} copies"
    lines.append(
        f"{counts['new']:,} new, {counts['close']:,} close, {copies}; beside "
        f"{inspection.beside}, {len(inspection.judge.reference):,} pictures"
    )
    lines.append(f"how sure: {inspection.judge.limits.told}")
    if inspection.twins_told:
        lines.append(f"note: {inspection.twins_told}")
    if len(inspection.found) > 1:
        lines.append(_leans(inspection))
    if inspection.hub_warning:
        lines.append(f"warning: {inspection.hub_warning}")
    return "\n".join(lines)


def _leans(inspection: Inspection) -> str:
    leaning, named = inspection.leaning, inspection.judge.reference.named
    most = "; ".join(
        f"{named[place].told} (nearest of {count:,})" for place, count in leaning.nearest[:3]
    )
    return f"leans most on: {most}\nnear nothing that was made: {len(leaning.never):,} of them"


def _neighbour(other: Neighbour, inspection: Inspection) -> dict[str, Any]:
    named = inspection.judge.reference.named[other.place]
    known: dict[str, Any] = {
        "key": named.key,
        "title": named.title,
        "maker": named.maker,
        "hash_bits": other.bits,
        "early": round(other.early, 4),
        "late": round(other.late, 4),
    }
    if other.alignment is not None:
        known["alignment"] = _alignment(other.alignment)
    return known


def _alignment(alignment: Alignment) -> dict[str, Any]:
    return {
        "score": round(alignment.score, 4),
        "mirrored": alignment.mirrored,
        "made_box": _box(alignment.made),
        "other_box": _box(alignment.other),
        "residual": round(alignment.residual, 4),
        "colours_explained": round(alignment.explained, 4),
    }


def _box(box: Box) -> list[float]:
    return [round(float(v), 4) for v in (box.left, box.top, box.right, box.bottom)]
