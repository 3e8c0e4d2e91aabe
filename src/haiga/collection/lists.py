"""Makers by a list of names: who on it made which items, who almost, and who is not there.

The list is the user's own: "women painters", "artists who agreed". A name is matched where
all of its words are the same, without case, accents and order; what only looks like one is
shown for a person to decide and never taken.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from haiga.collection.maker_names import Maker, folded_name, name_key, read_makers
from haiga.core.collecting import Attribute, Item
from haiga.core.errors import UserError
from haiga.media.encodings import decode
from haiga.media.text_columns import guess, listed
from haiga.media.text_files import TABLES, bytes_of, kind_of
from haiga.media.text_tables import read_csv, read_json

NEAR = 0.84
"""Names whose letters agree to this ratio (difflib) are shown as near misses."""

NAME = ("name", "artist", "maker", "artist_name", "author", "painter", "creator")
ALIASES = ("aliases", "alias", "also", "also_known_as", "other_names", "variants")
SELF = "self_identified"
_YES, _NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n")
_TRIED = 12  # names that share the most letters with a maker are compared in full


@dataclass(frozen=True)
class ListedName:
    """A name of the list with its aliases, and what its other columns tell."""

    name: str
    aliases: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class NameList:
    """A list of makers: the file's name, who is on it, and what must be said of it."""

    file: str
    names: tuple[ListedName, ...]
    notes: tuple[str, ...] = ()
    keys: Mapping[tuple[str, ...], tuple[ListedName, str]] = field(default_factory=dict)
    """The folded words of a name or alias → whose it is, and how it is written."""


@dataclass(frozen=True)
class Match:
    """An item whose maker is on the list: `maker` as the source writes it, matched by `alias`.

    `attributed` says how loosely the work is theirs ("after"), "" for their own hand.
    """

    item: str
    name: str
    alias: str
    maker: str
    attributed: str = ""


@dataclass(frozen=True)
class NearMiss:
    """A maker that looks like a name of the list and is not taken; `ratio` in [0, 1]."""

    maker: str
    name: str
    alias: str
    ratio: float
    why: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Matched:
    """What a list finds in a collection.

    `matches` are taken; `attributed` are not unless that was asked for; `passed` says of every
    other item why; `never_met` are the names that no item has.
    """

    matches: tuple[Match, ...]
    attributed: tuple[Match, ...]
    near: tuple[NearMiss, ...]
    passed: Mapping[str, str]
    never_met: tuple[str, ...]
    attributes: Mapping[str, tuple[Attribute, ...]]
    """What the list tells of the makers of the items that are taken, by item."""

    @property
    def kept(self) -> tuple[str, ...]:
        """The items that are taken, each once, in order."""
        return tuple(dict.fromkeys(match.item for match in self.matches))


def read_name_list(path: Path) -> NameList:
    """The names in a file: one a line, or a table (CSV, TSV, JSON) with a column of names.

    In lines, "|" parts a name from its aliases and "#" begins a comment. In a table, other
    columns become attributes told by the file; `self_identified` (or `gender_self_identified`)
    says of gender whether the person says so. Raises UserError where there is no name, or one
    stands for two.
    """
    name = path.name
    text = decode(bytes_of(path), name)
    names = _of_table(path, text.text) if kind_of(path) in TABLES else _of_lines(text.text)
    notes = [f"{name}: {note}" for note in text.notes]
    keys: dict[tuple[str, ...], tuple[ListedName, str]] = {}
    once: dict[tuple[str, ...], ListedName] = {}
    for listed_name in names:
        first = once.setdefault(name_key(listed_name.name), listed_name)
        if first is not listed_name:
            notes.append(
                f"{name}: {listed_name.where}: '{listed_name.name}' is on the list already "
                f"({first.where})"
            )
    for one in once.values():
        for written in (one.name, *one.aliases):
            owner, _ = keys.setdefault(name_key(written), (one, written))
            if owner is not one:
                raise UserError(
                    f"{path}: '{written}' stands for both '{owner.name}' ({owner.where}) and "
                    f"'{one.name}' ({one.where}); leave it out of one of them"
                )
    keys.pop((), None)
    if not keys:
        raise UserError(f"{path}: holds no name; give one a line, such as "
                        "Berthe Morisot | Morisot, B.")  # fmt: skip
    return NameList(name, tuple(once.values()), tuple(notes), keys)


def match_makers(
    items: Sequence[Item], names: NameList, *, attributed: bool = False, near: float = NEAR
) -> Matched:
    """Which items were made by whom of the list.

    Works that are only attributed ("after", "workshop of") count where `attributed`.
    `near` in (0, 1] is the ratio from which a maker is a near miss; a name with the same last
    word and initials is one too.
    """
    read = {text: read_makers(text) for text in {p.maker for i in items for p in i.passports}}
    taken: list[Match] = []
    loose: list[Match] = []
    passed: dict[str, str] = {}
    unmatched: defaultdict[Maker, list[str]] = defaultdict(list)
    attributes: dict[str, tuple[Attribute, ...]] = {}
    for item in items:
        found, makers = _of_item(item, read, names.keys)
        mine = [m for m in found if attributed or not m.attributed]
        taken += mine
        loose += [m for m in found if m not in mine]
        if mine:
            told = [a for m in mine for a in names.keys[name_key(m.alias)][0].attributes]
            attributes[item.id] = tuple(dict.fromkeys(told))
            continue
        passed[item.id] = _why_not(found, makers)
        if not found:
            for maker in makers:
                unmatched[maker].append(item.id)
    met = {match.name for match in (*taken, *loose)}
    return Matched(
        tuple(taken),
        tuple(loose),
        _near_misses(unmatched, names, near),
        passed,
        tuple(one.name for one in names.names if one.name not in met),
        {i: told for i, told in attributes.items() if told},
    )


def _of_item(
    item: Item,
    read: Mapping[str, Sequence[Maker]],
    keys: Mapping[tuple[str, ...], tuple[ListedName, str]],
) -> tuple[list[Match], list[Maker]]:
    makers = [maker for passport in item.passports for maker in read[passport.maker]]
    found: dict[str, Match] = {}
    for maker in makers:
        for key in maker.keys:
            if key in keys:
                owner, alias = keys[key]
                match = Match(item.id, owner.name, alias, maker.written, maker.attributed)
                before = found.get(owner.name)
                if before is None or (before.attributed and not match.attributed):
                    found[owner.name] = match
    return list(found.values()), makers


def _why_not(found: Sequence[Match], makers: Sequence[Maker]) -> str:
    if found:
        return f"is only {found[0].attributed} {found[0].name}"
    if not makers:
        return "names no maker"
    return f"is by {', '.join(dict.fromkeys(m.written for m in makers))}, who is not on the list"


def _near_misses(
    unmatched: Mapping[Maker, list[str]], names: NameList, near: float
) -> tuple[NearMiss, ...]:
    plain = {written: folded_name(written) for _, written in names.keys.values()}
    owner = {written: one.name for one, written in names.keys.values()}
    by_gram: defaultdict[str, set[str]] = defaultdict(set)
    by_last: defaultdict[str, set[str]] = defaultdict(set)
    for written, folded in plain.items():
        for gram in _grams(folded):
            by_gram[gram].add(written)
        for word in folded.split():
            by_last[word].add(written)
    out: list[NearMiss] = []
    for maker, items in unmatched.items():
        best: tuple[float, str, str] | None = None
        for key in maker.keys:
            folded = " ".join(key)
            shared: defaultdict[str, int] = defaultdict(int)
            for gram in _grams(folded):
                for written in by_gram[gram]:
                    shared[written] += 1
            close = sorted(shared, key=lambda w: (-shared[w], w))[:_TRIED]
            letters = difflib.SequenceMatcher(None, "", folded, autojunk=False)
            for written in {*close, *(w for word in key for w in by_last[word])}:
                initials = _same_by_initials(key, plain[written].split())
                letters.set_seq1(" ".join(sorted(plain[written].split())))
                if not initials and letters.quick_ratio() < near:  # never less than the ratio
                    continue
                ratio = letters.ratio()
                why = "the same by initials" if initials else f"{ratio:.0%} of its letters"
                if (ratio >= near or initials) and (best is None or ratio > best[0]):
                    best = (ratio, written, why)
        if best:
            ratio, written, why = best
            ids = tuple(dict.fromkeys(items))
            out.append(NearMiss(maker.written, owner[written], written, ratio, why, ids))
    return tuple(sorted(out, key=lambda n: (-n.ratio, n.maker)))


def _grams(folded: str) -> set[str]:
    """Pairs of letters inside words, so that the order of words does not matter."""
    return {
        word[i : i + 2] for part in folded.split() for word in (f" {part} ",)
        for i in range(len(word) - 1)
    }  # fmt: skip


def _same_by_initials(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether both share a long word, and each other word of the one begins one of the other's.

    "b morisot" and "berthe morisot"; a name that is one word alone is the same by initials as
    any that holds it.
    """
    a, b = set(one), set(other)
    if not any(len(word) > 2 for word in a & b):
        return False
    short, long = sorted((a - b, b - a), key=len)
    rest = set(long)
    for word in short:
        begun = {w for w in rest if (w.startswith(word) or word.startswith(w))
                 and min(len(w), len(word)) <= 2}  # fmt: skip
        if not begun:
            return False
        rest -= {min(begun)}
    return True


def _of_lines(text: str) -> list[ListedName]:
    out = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = re.sub(r"(?:^|\s)#.*", "", line)
        names = [part.strip() for part in plain.split("|") if part.strip()]
        if names:
            out.append(ListedName(names[0], tuple(names[1:]), (), f"line {number}"))
    return out


def _of_table(path: Path, text: str) -> list[ListedName]:
    reads_as_csv = kind_of(path) in (".csv", ".tsv", ".tab")
    table = read_csv(text, path.name) if reads_as_csv else read_json(text, path.name)
    column = guess(table.columns, NAME)
    if not column:
        raise UserError(
            f"{path}: no column looks like the names; call it 'name'; {listed(table.columns)}"
        )
    aliases = guess(table.columns, ALIASES)
    kinds = {c: re.sub(r"\W+", "_", c.strip().casefold()) for c in table.columns}
    told = [c for c in table.columns if c not in (column, aliases) and not kinds[c].endswith(SELF)]
    out = []
    for row in table.rows:
        name = row.values.get(column, "").strip()
        if not name:
            continue
        says = {
            kinds[c].removesuffix(SELF).strip("_") or "gender": _truth(row.values[c])
            for c in table.columns
            if kinds[c].endswith(SELF) and c in row.values
        }
        attributes = tuple(
            Attribute(kinds[c], row.values[c].strip(), path.name, says.get(kinds[c]))
            for c in told
            if row.values.get(c, "").strip()
        )
        others = re.split(r"\s*[|;\n]\s*", row.values.get(aliases, "") if aliases else "")
        out.append(ListedName(name, tuple(o for o in others if o), attributes, row.where))
    return out


def _truth(value: str) -> bool | None:
    word = value.strip().casefold()
    return True if word in _YES else False if word in _NO else None
