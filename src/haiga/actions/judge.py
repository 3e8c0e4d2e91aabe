"""Let judges look at a collection: what is new is looked at, what was judged so before is not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from haiga.collection.proposals import open_proposals
from haiga.collection.store import Collection
from haiga.core import registry
from haiga.core.collecting import Item, Looks, Missed
from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Verdict
from haiga.core.roles import Curator
from haiga.core.suggest import hint
from haiga.features.eye import Eye
from haiga.media.column_filters import find_column

MISLABELLED = "mislabelled.v1"
"""The judge that wants a column of labels."""
GROUPS = "near_groups"
"""The fact that holds which items are near duplicates of one another."""


@dataclass(frozen=True)
class Judging:
    """What came of it: how many items, how many proposals each judge has open, and why."""

    items: int
    looked_at: int
    proposals: Mapping[str, int]
    examples: Mapping[str, tuple[tuple[Item, Verdict], ...]]
    missed: tuple[Missed, ...]
    gone: tuple[tuple[Item, str], ...] = ()
    """Items whose files are gone from the collection, and what to do; not judged."""


def judge_collection(
    collection: Collection,
    judges: Sequence[str] = (),
    *,
    settings: Sequence[str] = (),
    label: str | None = None,
    examples: Sequence[str] = (),
    threads: int = 2,
    on_each: Callable[[int, int], None] = lambda done, count: None,
) -> Judging:
    """Judges every item that is not dropped, by all judges or those named; decides nothing.

    `settings` are "JUDGE.SETTING=VALUE"; `label` is the column of labels for
    `mislabelled.v1`, `examples` are items of the topic for `off-topic.v1`. Looks and verdicts
    are kept as they come. Raises UserError for a judge or setting that there is not.
    """
    from haiga.roles.curators.running import judge_all

    chosen = _chosen(judges, label)
    given = _settings(settings, chosen)
    if label:
        if MISLABELLED not in given:
            raise UserError(f"--label {label}: is for {MISLABELLED}; add --judge {MISLABELLED}")
        given[MISLABELLED]["column"] = _label_column(collection, label)
    if examples and "off-topic.v1" in given:
        given["off-topic.v1"]["examples"] = tuple(collection.item(e).id for e in examples)
    made = {name: registry.make("curator", name, given[name]) for name in chosen}
    told = {name: json.dumps(given[name], sort_keys=True) for name in chosen}
    items = collection.items(("kept", "undecided"))
    if not items:
        raise UserError(
            f"'{collection.name}' has no item to judge; `haiga collection add` fills it"
        )
    gone = tuple((item, why) for item in items if (why := collection.lacks(item)))
    lost = {item.id for item, _ in gone}
    items = [item for item in items if item.id not in lost]
    if not items:
        raise UserError(
            f"'{collection.name}': the files of all its {len(gone):,} items are gone; add their "
            "sources again"
        )
    looks = collection.looks()
    due, resting = _due(collection, items, made, told)

    def keep(some: Sequence[Item], seen: Sequence[Looks]) -> None:
        collection.keep_looks({i.id: one for i, one in zip(some, seen, strict=True)})

    asked: list[Item] = []

    def path_of(item: Item) -> Path:
        asked[:] = [item]
        return collection.file(item)

    try:
        judged = judge_all(
            items, path_of, due, eye=Eye(threads=threads), looks=looks, threads=threads,
            tell=on_each, keep_looks=keep, resting=resting,
        )  # fmt: skip
    except BadPicture as error:  # while pairs are compared, one after the other
        called = asked[0].passport.title or asked[0].passport.source_id
        raise UserError(f"item {asked[0].number}, '{called}': its file {error}") from error
    for name, verdicts in judged.verdicts.items():
        found = {i.id: v for i, v in zip(items, verdicts, strict=True) if v is not None}
        collection.keep_verdicts(name, found, settings=told[name])
    if judged.groups is not None:
        seen = {i.id for i in items if i.id not in judged.missed}
        collection.tell(
            GROUPS, json.dumps(_with_earlier(judged.groups, groups_of(collection), seen))
        )
    told_of = _told(collection, items, chosen, judged.missed, len(items) - len(resting))
    return replace(told_of, gone=gone)


def groups_of(collection: Collection) -> dict[str, str]:
    """Items that are near duplicates by the name of their group; empty before judging.

    Items that were dropped after they were judged keep their group.
    """
    told = json.loads(collection.told(GROUPS) or "{}")
    assert isinstance(told, dict)
    return told


def _with_earlier(
    found: Mapping[str, str], earlier: Mapping[str, str], seen: Container[str]
) -> dict[str, str]:
    """The groups found now, joined with the earlier ones of what was not seen now.

    Those are dropped items and files that cannot be read: a copy stays a copy of what was
    dropped since, and its licence still counts.
    """
    kept = {earlier[item] for item in earlier if item not in seen}
    names = dict(found)
    for group in sorted(kept):
        members = [item for item, name in earlier.items() if name == group]
        joined = {names[item] for item in members if item in names}
        name = min(joined, default=group)
        names = {item: name if one in joined else one for item, one in names.items()}
        names |= dict.fromkeys(members, name)
    return names


def _chosen(judges: Sequence[str], label: str | None) -> list[str]:
    there = registry.names("curator")
    for name in judges:
        if name not in there:
            raise UserError(f"--judge {name}: no such judge; {hint(name, there, label='there is')}")
    if judges:
        return list(dict.fromkeys(judges))
    return [name for name in there if label or name != MISLABELLED]


def _label_column(collection: Collection, label: str) -> str:
    """The column of labels as it is written; UserError, as of `pick --where`, for none."""
    items = collection.items(("kept", "undecided"))
    columns = tuple(dict.fromkeys(column for item in items for column in item.passport.columns))
    return find_column(columns, label, f"--label '{label}'", "item") if items else label


def _settings(words: Sequence[str], chosen: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The settings of each judge, from words such as `small.v1.least_px=200`."""
    out: dict[str, dict[str, Any]] = {name: {} for name in chosen}
    for word in words:
        place, equals, value = word.partition("=")
        name, _, setting = place.rpartition(".")
        if not equals or name not in out:
            raise UserError(
                f"--set {word}: is no judge's setting; it looks like small.v1.least_px=200"
            )
        try:
            out[name][setting] = json.loads(value)
        except ValueError:
            out[name][setting] = value
    for name, given in out.items():
        if given:
            for setting, said in registry.setting_faults("curator", name, given).items():
                raise UserError(f"--set {name}.{setting}: {said}")
    return out


def _due(
    collection: Collection,
    items: Sequence[Item],
    made: Mapping[str, Curator],
    told: Mapping[str, str],
) -> tuple[dict[str, Curator], frozenset[str]]:
    """The judges to ask, and the items that every judge of single pictures has judged so."""
    before = collection.judged()
    alone = [name for name in made if made[name].alone]
    resting = frozenset(
        item.id
        for item in items
        if all(before.get(name, {}).get(item.id) == told[name] for name in alone)
    )
    return dict(made), resting


def _told(
    collection: Collection,
    items: Sequence[Item],
    chosen: Sequence[str],
    missed: Mapping[str, str],
    looked_at: int,
) -> Judging:
    by_id = {item.id: item for item in items}
    open_now = open_proposals(collection)
    counts = Counter(v.name for verdicts in open_now.values() for v in verdicts)
    examples: dict[str, list[tuple[Item, Verdict]]] = {name: [] for name in chosen}
    for id_, verdicts in open_now.items():
        for verdict in verdicts:
            if verdict.name in examples and id_ in by_id:
                examples[verdict.name].append((by_id[id_], verdict))
    return Judging(
        len(items),
        looked_at,
        {name: counts[name] for name in chosen},
        {name: tuple(sorted(some, key=lambda e: e[1].score)[:3]) for name, some in
         examples.items()},
        tuple(Missed(by_id[i].passport.source_id, why) for i, why in missed.items()),
    )  # fmt: skip
