"""Evaluate a generator on pictures of the user's: how near to real, how varied, what it copies."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haiga.actions.evaluate import sum_of
from haiga.actions.seeds import seeds_for
from haiga.core.counted import counted
from haiga.core.errors import MissingExtra, UserError
from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.inspection.papers import Network, paper_figures
from haiga.inspection.picture_page import HTML
from haiga.inspection.picture_page import JSON as REPORT
from haiga.inspection.picture_report import (
    EpochSeen,
    Example,
    LostWords,
    PictureReport,
    Saw,
    suspects_of,
)
from haiga.inspection.watch import Look, Watch, best_before_copying, copying_started
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import ReadPictures, read_pictures
from haiga.models.card import CARD, read_card
from haiga.models.store import Model, load_model
from haiga.roles.generators.latent import LatentGenerator

if TYPE_CHECKING:
    from haiga.training.pictures.store import PictureStore

Tell = Callable[[str], None]

WORK = "work"
LOG, PLAN, AUDIT, STORE = "log.csv", "plan.json", "audit.json", "pictures"
SHOWN = 54
"""Samples on the page."""
LEAST_HELD = 2


def evaluate_generator(
    model: str,
    choice: PictureChoice,
    *,
    count: int = 500,
    seed: int = 1,
    own_store: bool = False,
    inception: Path | None = None,
    tell: Tell = lambda _: None,
) -> PictureReport:
    """Measures `count` pictures that a generator makes, seeds `seed` and on, beside real ones.

    The pictures are parted into those to learn from and those held out as its training parts
    them. `own_store` uses the pictures as they were stored in training, where the choice is
    that of the training. `inception` is a file of the weights that papers measure with. Raises
    `UserError` where the model is no generator, the pictures hold nothing or the weights are
    not those, and `MissingExtra` for them without torch.
    """
    seeds = seeds_for(seed, count)
    network = inception_network(inception)
    generator = LatentGenerator(model=model)
    loaded = load_model(model, role="generator")
    trained = Trained.of(loaded.folder)
    with ExitStack() as stack:
        stored = parted(choice, trained, generator.size_px, own_store, stack, tell)
        made = []
        for number, one in enumerate(seeds):
            if number % 25 == 0:
                tell(f"making picture {number + 1} of {count}")
            made += generator.generate([one])
        names = [f"seed {one}" for one in seeds]
        report = PictureReport(
            model=loaded.card.name,
            kind="generator",
            title=loaded.card.title,
            about={
                **about_model(loaded),
                "makes": _makes(generator),
                "measured on": told_seeds(seeds),
            },
            pictures=about_pictures(choice, stored.store),
            samples=tuple(Example(p, n) for p, n in zip(made, names, strict=True))[:SHOWN],
            log=trained.rows,
            kept_step=trained.kept_step,
            ended=trained.ended,
            saw=trained.saw(stored.store, stored.label),
            left_out=tuple((out.key, out.reason) for out in stored.store.left_out),
            notes=(*stored.read.notes, trained.told(stored.store)),
            digest=sum_of(loaded.card),
        )
        return measured(report, stored.store, made, names, tell, network)


def inception_network(weights: Path | None) -> Network | None:
    """The network of these weights; None for none.

    Raises MissingExtra without torch, and UserError for a file that does not hold it.
    """
    if weights is None:
        return None
    try:
        from haiga.features.inception import Inception
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "torch":
            raise
        raise MissingExtra(
            "Inception features need torch: pip install 'haiga[hub]'; without --inception the "
            "figures are the eye's, which need none"
        ) from error
    return Inception(weights)


def refuse_other_reports(model: str, folder: Path) -> None:
    """Raises UserError where a report on `model` would stand in another's place."""
    own = sum_of(load_model(model).card)
    if (folder / CARD).is_file():
        other = read_card(folder)
        if sum_of(other) != own:
            raise UserError(
                f"{folder}: holds another model, '{other.name}', whose own report would be "
                "lost; give --out a folder of its own"
            )
        return
    try:
        old = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError):
        old = None
    if not isinstance(old, dict) or old.get("digest") != own:
        raise UserError(
            f"{folder}: holds a {REPORT} of something else; give --out another folder, or remove it"
        )


def refuse_folder_of_others(folder: Path) -> None:
    """Raises UserError where a report would come among files that are no report or model."""
    if (folder / CARD).is_file() or not folder.is_dir():
        return
    others = sorted(
        p.name for p in folder.iterdir() if p.name[0] != "." and p.name not in (REPORT, HTML)
    )
    if others:
        raise UserError(
            f"{folder}: holds other files, such as {others[0]}; give --out a new folder, or an "
            "empty one"
        )


@dataclass(frozen=True)
class Stored:
    """Pictures as they were read, and as they are stored and parted by a label or none."""

    read: ReadPictures
    store: PictureStore
    label: str | None


def parted(
    choice: PictureChoice,
    trained: Trained,
    size_px: int,
    own_store: bool,
    stack: ExitStack,
    tell: Tell,
) -> Stored:
    """The pictures as training parts them: at the model's size, by its seed and its label."""
    from haiga.training.pictures.store import build_store

    label = choice.label_column or trained.label
    tell("reading the pictures")
    read = read_pictures(replace(choice, label_column=label))
    if own_store:
        folder = trained.folder / STORE
    else:  # never over the pictures of a run: it could not be resumed with others
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haiga-")))
    store = build_store(read, folder, size_px=size_px, seed=trained.seed, tell=tell)
    return Stored(read, store, label)


def measured(
    report: PictureReport,
    store: PictureStore,
    made: Sequence[Picture],
    names: Sequence[str],
    tell: Tell,
    network: Network | None = None,
) -> PictureReport:
    """The report with its look: made pictures beside those learned from and held out.

    `network` is one that papers measure with, whose figures stand beside the eye's.
    """
    if len(store.held_out) < LEAST_HELD or len(store.train) < LEAST_HELD:
        return replace(
            report,
            why_no_look=f"of {counted(len(store), 'picture')} no two could be held out; give more",
        )
    if len(made) < LEAST_HELD:
        return replace(report, why_no_look="one picture cannot be measured; make more")
    tell("looking at the pictures learned from and those held out")
    train = [store.pixels[i] for i in store.train]
    held = [store.pixels[i] for i in store.held_out]
    watch = Watch(Eye(), train, held)
    tell("comparing what it makes with them")
    look: Look = watch.look(made, with_fid=True)
    keys = [store.items[i].key for i in store.train]
    suspects = suspects_of(look, made, train, made_names=names, train_names=keys)
    papers = None
    if network is not None:
        count = len(made) + len(held) + min(len(train), len(held))
        tell(f"looking at {count:,} pictures with the Inception network, about 0.2 s each")
        papers = paper_figures(network, train, held, made)
    return replace(report, look=look, floor=watch.floor, suspects=suspects, papers=papers)


@dataclass(frozen=True)
class Trained:
    """What a training left beside a model: nothing for one that comes from elsewhere."""

    folder: Path
    plan: Mapping[str, Any]
    rows: tuple[Mapping[str, float], ...]
    audit: Mapping[str, Any]

    @classmethod
    def of(cls, model: Path) -> Trained:
        work = model / WORK
        return cls(work, _table(work / PLAN), _rows(work / LOG), _table(work / AUDIT))

    @property
    def seed(self) -> int:
        """Of the split."""
        return int(self.plan.get("seed", 0))

    @property
    def label(self) -> str | None:
        """The column of its kinds."""
        label = self.plan.get("settings", {}).get("label")
        return label if isinstance(label, str) else None

    @property
    def kept_step(self) -> int | None:
        kept = [row["step"] for row in self.rows if row.get("best") and "step" in row]
        return int(kept[-1]) if kept else None

    @property
    def ended(self) -> str:
        if not copying_started(self.rows):
            return ""
        kept = best_before_copying(self.rows)
        began = "its pictures began to copy, so the training was ended"
        return began if kept is not None else f"{began}, and no state before that could be kept"

    def told(self, store: PictureStore) -> str:
        """Whether these are the pictures it was trained on, as far as can be told."""
        if not self.plan:
            return (
                "nothing beside the model tells what it was trained on: if it was trained on "
                "pictures that are held out here, its figures are too good"
            )
        if self.plan.get("data") == store.digest:
            return "these are the pictures of its training, parted as they were then"
        return (
            "these are not the pictures of its training, or not all of them: what is called "
            "held out here may have been learned from"
        )

    def saw(self, store: PictureStore, label: str | None) -> Saw:
        """What it was shown: by the audit of its training, or else by its log."""
        epochs = tuple(EpochSeen(**one) for one in self.audit.get("epochs", ()))
        if not epochs:
            told = [r for r in self.rows if {"epoch", "seen", "pictures"} <= r.keys()]
            # a run that ended within its first round saw part of the pictures, and says so
            whole = [r for r in told if r["epoch"] >= 1] or told[-1:]
            ends = {int(row["epoch"]): row for row in whole}
            epochs = tuple(
                EpochSeen(epoch, int(row["seen"]), int(row["pictures"]))
                for epoch, row in sorted(ends.items())
            )
        lost = self.audit.get("lost")
        labels: dict[str, int] = {}
        if label is not None:
            names, numbers = store.labels(label)
            learned = numbers[store.train]
            labels = {name: int((learned == i).sum()) for i, name in enumerate(names)}
        return Saw(
            epochs=epochs,
            labels=labels,
            label_column=label or "",
            lost=LostWords(
                lost["words"], lost["lost"], tuple((str(w), int(n)) for w, n in lost["examples"])
            )
            if lost
            else None,
            augmentations=tuple(self.audit.get("augmentations", ())),
        )


def _table(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _rows(path: Path) -> tuple[Mapping[str, float], ...]:
    """The rows of a run's log as numbers; empty fields are left out."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    rows = []
    for line in csv.DictReader(lines):
        row = {}
        for name, text in line.items():
            try:
                row[name] = float(text)
            except (TypeError, ValueError):
                continue
        rows.append(row)
    return tuple(rows)


def about_model(model: Model) -> dict[str, str]:
    """What a reader wants to know of a model, from its card."""
    card = model.card
    known = {"made": card.created, "recipe": card.recipe, "licence": card.licence}
    known["size"] = f"{sum(file.bytes for file in card.files) / 1e6:.1f} MB"
    for source in card.data[:5]:
        known[f"learned from: {source.name}"] = (
            f"{counted(source.items, 'picture')}, {source.licence}"
        )
    return {name: value for name, value in known.items() if value}


def _makes(generator: LatentGenerator) -> str:
    told = f"pictures of {generator.size_px} px"
    if generator.labels:
        told += f" of {counted(len(generator.labels), 'kind')}"
    return told


def told_seeds(seeds: range) -> str:
    """How many pictures were made, and from which seeds."""
    return f"{counted(len(seeds), 'picture')}, seeds {seeds[0]} to {seeds[-1]}"


def about_pictures(choice: PictureChoice, store: PictureStore) -> dict[str, str]:
    """What the figures were measured on."""
    known = {
        "pictures": f"{choice.path.resolve().name}, {len(store):,}",
        "to learn from": f"{len(store.train):,}",
        "held out": f"{len(store.held_out):,}, whole works at a time",
    }
    if choice.where:
        known["only"] = ", ".join(choice.where)
    for remark, count in store.remarks.items():
        known[remark] = counted(count, "file")
    return known
