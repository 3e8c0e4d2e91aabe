"""A short true sentence for each thing that was measured of a telephone."""

from __future__ import annotations

from collections.abc import Sequence

from haiga.core.counted import counted
from haiga.inspection.telephone_drift import Comeback, Curve, Drift
from haiga.pages.numbers import share

UNKNOWN = "How far it went from the first text cannot be measured: the words of that are not known."
_CIRCLE = 4
"""So many captions are the least that go in a circle of two twice."""
MOST_TOLD = 4
"""So many chains that come round are told one by one."""


def words_told(drift: Drift) -> str:
    """What became of the words of the beginning."""
    if not drift.survivors:
        return "The beginning has no word that could be lost."
    if not drift.words_kept.mean:
        return "Nothing was said in any round."
    if drift.chains[0] == 1 and max(drift.chains) == 1:
        return f"{_last_heard(drift)}."
    first, last = drift.words_kept.mean[0], drift.words_kept.mean[-1]
    start, end = drift.words_kept.rounds[0], drift.words_kept.rounds[-1]
    held = max(drift.survivors, key=lambda word: sum(drift.survivors[word]))
    ever = max(drift.survivors[held])
    there = drift.rounds[drift.survivors[held].index(ever)]
    most = (
        f"“{held}” holds best: {share(ever)} of the chains say it in round {there}"
        if ever
        else "no chain ever says one of them"
    )
    return (
        f"A caption says {share(first)} of the words of the beginning in round {start} and "
        f"{share(last)} in round {end}; {most}."
    )


def text_told(drift: Drift) -> str:
    """How near the captions' words stay to those of the beginning."""
    if not drift.known:
        return UNKNOWN
    return _curve_told(
        "The captions' words are at", drift.text, "from those of the beginning",
        f"1 is the same words, {drift.chance_text:.2f} what unrelated sentences have",
    )  # fmt: skip


def picture_to_text_told(drift: Drift) -> str:
    """How well the pictures fit the first text."""
    if not drift.known:
        return UNKNOWN
    return _curve_told(
        "The critic gives the pictures", drift.picture_to_text, "with the first text",
        f"{drift.chance_picture:.2f} is what unrelated sentences get",
    )  # fmt: skip


def picture_told(drift: Drift) -> str:
    """How near the pictures stay to the first one."""
    after = _without_first(drift.picture)
    if not after.mean:
        return "There is no second picture to compare with the first."
    return _curve_told(
        "The eye sees the pictures at", after, "from the first one", "1 is the same picture"
    )


def own_told(drift: Drift) -> str:
    """How well captions fit their own pictures."""
    return _curve_told(
        "A caption and its own picture have", drift.own, "by the critic",
        f"{drift.chance_picture:.2f} is what unrelated sentences get",
    )  # fmt: skip


def distinct_told(drift: Drift) -> str:
    """How many different captions there are, at the start and at the end."""
    said = f"{counted(drift.chains[0], 'chain')} {_say(drift.chains[0])} "
    said += f"{counted(drift.distinct[0], 'different thing')} in round {drift.rounds[0]}"
    if len(drift.rounds) > 1:
        said += f", and {drift.chains[-1]:,} {_say(drift.chains[-1])} {drift.distinct[-1]:,} "
        said += f"in round {drift.rounds[-1]}"
    return f"{said}."


def apart_told(drift: Drift) -> str:
    """How far two chains are apart, in words and in looks."""
    if not drift.apart or not drift.looks_apart:
        return "One chain has no other to be apart from."
    return (
        f"Two chains are {drift.apart[0]:.2f} apart in words in round {drift.rounds[0]} and "
        f"{drift.apart[-1]:.2f} in round {drift.rounds[-1]}, and in looks "
        f"{drift.looks_apart[0]:.2f} and {drift.looks_apart[-1]:.2f} (0 is the same)."
    )


def vocabulary_told(drift: Drift) -> str:
    """How many words are in use, at the start and at the end."""
    return (
        f"{counted(drift.vocabulary[0], 'different word')} of meaning in round "
        f"{drift.rounds[0]}, {drift.vocabulary[-1]:,} in round {drift.rounds[-1]}."
    )


def returns_told(drift: Drift, chains: int) -> list[str]:
    """Which chains come round, the longest first, and what most chains end in.

    Nothing is said of what so few rounds cannot show: one caption can follow no other, and a
    circle is gone through twice by four at least.
    """
    found = sorted(drift.comebacks or (), key=lambda c: (c.first - c.last, c.chain))
    if drift.comebacks is None:
        told = []
    elif not found and drift.longest < _CIRCLE:
        told = [f"No caption follows itself, which is all that {drift.longest} of them can show."]
    elif not found:
        none = "The chain never comes round" if chains == 1 else "No chain comes round"
        told = [
            f"{none}: no caption follows itself, and no circle of captions is gone through twice."
        ]
    elif chains == 1:
        told = [_comeback_told(found[0], "It")]
    else:
        told = [f"{len(found):,} of {counted(chains, 'chain')} come round at some time."]
        told += [_comeback_told(c, f"Chain {c.chain}") for c in found[:MOST_TOLD]]
    if drift.again:
        everything = sum(drift.chains)
        told.append(
            f"{drift.again:,} of {counted(everything, 'caption')} had been said before in the "
            "same chain."
        )
    if chains > 1 and drift.ends and drift.ends[0][1] > 1:
        ends = "; ".join(f"“{text}” ({n:,})" for text, n in drift.ends if n > 1)
        told.append(f"Where several chains end alike: {ends}.")
    return told


def _comeback_told(found: Comeback, who: str) -> str:
    if found.period == 1:
        stays = found.last - found.first
        kind = "stays at" if stays > 1 else "says twice running"
        return f"{who} {kind} “{found.said[0]}” from round {found.first} to {found.last}."
    turn = " → ".join(f"“{said}”" for said in found.said)
    return (
        f"{who} goes in a circle of {found.period} from round {found.first} to {found.last}: "
        f"{turn}."
    )


def _curve_told(begins: str, curve: Curve, ends: str, scale: str) -> str:
    if not curve.mean:
        return "There is nothing to compare."
    told = f"{begins} {_two(curve.mean[0])} {ends} in round {curve.rounds[0]}"
    if len(curve.mean) > 1:
        told += f" and {_two(curve.mean[-1])} in round {curve.rounds[-1]}"
    return f"{told} ({scale})."


def _two(value: float) -> str:
    """Two decimals, and no minus before a zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _last_heard(drift: Drift) -> str:
    """For one chain: in which round each word of the beginning was said last."""
    by_round: dict[int, list[str]] = {}
    for word, shares in drift.survivors.items():
        heard = [r for r, s in zip(drift.rounds, shares, strict=True) if s > 0]
        by_round.setdefault(heard[-1] if heard else 0, []).append(f"“{word}”")
    parts = []
    for number in sorted(by_round, reverse=True):
        named = _listed(by_round[number])
        if number and number == drift.rounds[-1]:
            parts.append(f"{named} {_was(by_round[number])} said to the end")
        elif number:
            parts.append(f"{named} {_was(by_round[number])} said last in round {number}")
        else:
            parts.append(f"{named} {_was(by_round[number])} never said again")
    if drift.further:
        are = "is" if drift.further == 1 else "are"
        parts.append(f"{counted(drift.further, 'further word')} of it {are} not followed")
    return "; ".join(parts)


def _was(named: Sequence[str]) -> str:
    return "was" if len(named) == 1 else "were"


def _say(chains: int) -> str:
    return "says" if chains == 1 else "say"


def _listed(named: Sequence[str]) -> str:
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def _without_first(curve: Curve) -> Curve:
    """A curve without its first round, which is the picture compared with itself."""
    if curve.mean and curve.mean[0] > 0.99999:
        return Curve(curve.rounds[1:], curve.mean[1:], curve.low[1:], curve.high[1:])
    return curve
