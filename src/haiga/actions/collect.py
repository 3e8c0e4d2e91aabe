"""Make a collection, fill it from sources, look into it, decide, and give it away."""

from __future__ import annotations

import shutil
import tempfile
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from haiga.actions.judge import groups_of
from haiga.collection import decisions
from haiga.collection.adding import Added, add_from
from haiga.collection.export import credits_text, write_metadata
from haiga.collection.fetch import Fetcher
from haiga.collection.licences import Gate, allows, read_licence
from haiga.collection.sources.choose import source_of
from haiga.collection.store import Collection
from haiga.core.collecting import Decision, Fate, Item, Passport
from haiga.core.errors import UserError
from haiga.core.nouns import Verdict
from haiga.media.durable import make_folder, unwritable


@dataclass(frozen=True)
class Filled:
    """What came of filling a collection from one source: its name, counts, what must be said."""

    source: str
    added: Added
    notes: tuple[str, ...]


def fill(
    collection: Collection,
    words: Sequence[str],
    *,
    gate: str | None = None,
    limit: int | None = None,
    key: str | None = None,
    address: str | None = None,
    where: Sequence[str] = (),
    on_each: Callable[[str], None] = lambda told: None,
) -> list[Filled]:
    """Adds what the sources called `words` have, in order; every one is read before the first.

    Under a licence gate, pictures whose licence does not pass stay outside, each with its
    reason. Raises UserError for a source that is none, and what `add_from` raises.
    """
    check_gate(gate)
    scratch = collection.folder / "aside"
    fetcher = Fetcher(scratch=scratch)
    sources = [
        source_of(
            w, limit=limit, key=key, address=address, where=where, fetcher=fetcher, scratch=scratch
        )
        for w in words
    ]
    out, all_of = [], limit is None and not where
    for source in sources:
        added = add_from(
            collection,
            source,
            admit=admission(gate),
            whole=all_of and source.name.startswith(WHOLE),
            on_each=on_each,
        )
        out.append(Filled(source.name, added, tuple(source.notes)))
    return out


WHOLE = ("folder ", "archive ", "addresses ", "hf ")
"""Sources of which a run sees everything; museums are asked for this and that."""

GATES: tuple[Gate, ...] = typing.get_args(Gate)


def admission(gate: str | None) -> Callable[[Passport], str]:
    """The reason for which a gate keeps a picture out by its passport, "" for none."""

    def admit(passport: Passport) -> str:
        wanted = next((g for g in GATES if g == gate), None)
        if wanted is None:
            return ""
        passes, reason = allows(read_licence(passport.licence), wanted)
        return "" if passes else reason

    return admit


def refusals(collection: Collection, gate: str | None) -> dict[str, str]:
    """The items that a gate refuses, by id, dropped ones too; each with its reason.

    The strictest licence counts: of all passports of an item, and of all its near duplicates
    that `duplicates.v1` found, so that a copy without a licence frees nothing. A copy that
    states no licence says nothing against one that does. A reason that comes from another
    item names that one.
    """
    check_gate(gate)
    if gate is None:
        return {}
    admit, items, groups = admission(gate), collection.items(), groups_of(collection)
    own = {item.id: next(filter(None, map(admit, _stating(item))), "") for item in items}
    refused: dict[str, Item] = {}
    for item in items:
        if own[item.id] and item.id in groups and any(p.licence for p in item.passports):
            refused.setdefault(groups[item.id], item)
    out = {}
    for item in items:
        other = refused.get(groups.get(item.id, ""))
        if own[item.id]:
            out[item.id] = own[item.id]
        elif other is not None:
            out[item.id] = f"it is a near duplicate of item {other.number}: {own[other.id]}"
    return out


def _stating(item: Item) -> Sequence[Passport]:
    """The passports that state a licence; all of them where none does."""
    return [p for p in item.passports if p.licence] or item.passports


def check_gate(gate: str | None) -> None:
    """Raises UserError for a licence gate that there is not."""
    if gate is not None and gate not in GATES:
        raise UserError(f"--licence-gate {gate}: there is {', '.join(GATES)}")


def listed(
    collection: Collection, fates: Sequence[Fate], gate: str | None = None
) -> list[tuple[Item, tuple[Verdict, ...]]]:
    """Items of these fates with the judges' proposals against them; under a gate, those it lets
    through, themselves and their near duplicates (`refusals`)."""
    refused, verdicts = refusals(collection, gate), collection.verdicts()
    return [
        (item, tuple(v for v in verdicts.get(item.id, ()) if not v.keep))
        for item in collection.items(fates)
        if item.id not in refused
    ]


def item_table(item: Item, verdicts: Iterable[Verdict] = ()) -> dict[str, Any]:
    """An item as plain JSON values."""
    return {**asdict(item), "verdicts": [asdict(v) for v in verdicts]}


def settle(collection: Collection, items: Sequence[str], fate: Fate, reason: str) -> list[Item]:
    """A person's decision on items by number or digest, all or none; returns them."""
    found = [collection.item(one) for one in items]
    decisions.decide(collection, [item.id for item in found], fate, reason=reason)
    return [collection.item(item.id) for item in found]


def take_back(collection: Collection, count: int = 1) -> list[tuple[Decision, Item]]:
    """Undoes the last decisions; each with its item as it now stands."""
    return [(one, collection.item(one.item)) for one in decisions.undo(collection, count)]


@dataclass(frozen=True)
class Exported:
    """A folder that was written: how many pictures, and how many a gate kept back.

    `reasons` says why, by the number of each item that was kept back.
    """

    folder: Path
    pictures: int
    kept_back: int
    reasons: Mapping[int, str] = field(default_factory=dict)
    gone: tuple[tuple[Item, str], ...] = ()
    """Items whose files are gone from the collection, and what to do; not written."""


def export(
    collection: Collection, out: Path, *, everything: bool = False, gate: str | None = None
) -> Exported:
    """Writes the kept pictures, or all but the dropped ones, into a folder that trains a model:
    files, `metadata.jsonl` with every passport, and `CREDITS.txt`; all of it or nothing.

    Under a gate, what it refuses is kept back, and so are its near duplicates (`refusals`).
    Items whose files are gone are left out and told. Raises UserError where nothing is left, or
    `out` holds something already.
    """
    check_gate(gate)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out}: is there already and not empty; choose a new folder for --out")
    fates: tuple[Fate, ...] = ("kept", "undecided") if everything else ("kept",)
    items, refused = collection.items(fates), refusals(collection, gate)
    chosen = [item for item in items if item.id not in refused]
    reasons = {item.number: refused[item.id] for item in items if item.id in refused}
    if not chosen:
        raise UserError(_nothing(collection, everything, gate, reasons))
    passing = len(chosen)
    gone = tuple((item, why) for item in chosen if (why := collection.lacks(item)))
    lost = {item.id for item, _ in gone}
    chosen = [item for item in chosen if item.id not in lost]
    if not chosen:
        raise UserError(
            f"'{collection.name}': the files of all {passing:,} items to export are gone; add "
            "their sources again"
        )
    make_folder(out.parent)
    try:
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise UserError(unwritable(out, error)) from error
    try:
        for item in chosen:
            shutil.copyfile(collection.file(item), aside / f"{item.number:06d}{item.suffix}")
        write_metadata(collection, chosen, aside)
        (aside / "CREDITS.txt").write_text(credits_text(collection.name, chosen), "utf-8")
        aside.chmod(0o755)
        if out.exists():
            out.rmdir()
        aside.rename(out)
    except OSError as error:
        raise UserError(unwritable(out, error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Exported(out, len(chosen), len(reasons), reasons, gone)


def _nothing(
    collection: Collection, everything: bool, gate: str | None, reasons: Mapping[int, str]
) -> str:
    for number, reason in reasons.items():
        return f"'{collection.name}': no item passes the gate {gate} (item {number}: {reason}); " \
               "`haiga collection report` shows every licence"  # fmt: skip
    if everything:
        return f"'{collection.name}' is empty; `haiga collection add` fills it"
    return f"'{collection.name}': nothing is kept yet; decide with `haiga collection curate`, or " \
           "export what is undecided too with --undecided"  # fmt: skip
