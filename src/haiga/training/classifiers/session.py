"""One sitting of `haiga train classifier`: from a folder of pictures to a model."""

from __future__ import annotations

import argparse
import functools
import json
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from haiga.collection.sources.hub_file import hub_file, is_hub_name
from haiga.core.counted import counted
from haiga.core.errors import Stopped, UserError
from haiga.features.eye import Eye
from haiga.features.network_input import as_input
from haiga.inspection.metrics.calibration import expected_calibration_error
from haiga.inspection.seen_pictures import SEEN, SeenPictures
from haiga.media.durable import make_folder, unwritable, write_durably
from haiga.media.picture_choice import ClassifierMade, PictureChoice
from haiga.models.card import CARD, sha256, write_card
from haiga.models.store import load_model
from haiga.roles.classifiers.layout import LAYOUT, Layout
from haiga.roles.classifiers.network import NETWORK, OUTPUTS
from haiga.training.classifiers.fitting import as_inputs, features_of, fine_tune, train_small
from haiga.training.classifiers.heads import fit_head
from haiga.training.classifiers.learning import Learned, learn_frozen, learn_trained
from haiga.training.classifiers.looking import EyeLook
from haiga.training.classifiers.material import Material, read_material
from haiga.training.classifiers.parts import held_apart, sizes
from haiga.training.classifiers.views import cut_out
from haiga.training.export import quietly, to_onnx
from haiga.training.nets.classifier import Classifying, EyeMap, MobileMap
from haiga.training.pictures.credits import sources
from haiga.training.pictures.told import Live

Indexes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Tell = Callable[[str], object]

TEST, CHECK = 0.2, 0.18
"""The share of each class that is never trained on, and of the rest what a network that is
itself trained is watched and calibrated by."""
EYE_PX, SMALL_PX, MOBILE_PX = 192, 96, 160
"""The side of what each network sees. The eye learned at 128 px, and tells more apart at 192."""
CUTS = 2
"""Parts cut out of each picture, beside the picture itself and its mirror image."""
FEW_TO_REJECT = 19
"""With fewer held-out pictures, what is unlike them cannot be told at a tenth."""


@dataclass(frozen=True)
class Parts:
    """Which pictures are learned from, watched by (none of a network that stays), and tested."""

    learn: Bools
    check: Bools
    test: Bools


def train_classifier(o: argparse.Namespace, live: Live) -> ClassifierMade:
    """Trains as the options of `recipes.classifier` say, and writes the model to `o.out`.

    Nothing is written before the end. Raises UserError when the pictures, the folder or the
    options do not serve, and Stopped when the user ended it.
    """
    began = time.monotonic()
    check_out(o.out)
    if o.net == "mobilenet":
        checked_weights(o.weights, o.sha256)
    torch.set_num_threads(o.threads)
    choice = PictureChoice(o.pictures, tuple(o.where), label_column=o.label)
    size_px = {"eye": EYE_PX, "small": SMALL_PX, "mobilenet": MOBILE_PX}[o.net]
    try:
        material = read_material(choice, size_px, Eye(threads=o.threads), live.say)
        _tell_material(material, live.say)
        parts = part(material, o.seed, trained=o.net == "small" or o.fine_tune)
        _tell_parts(material, parts, live.say)
        sees, learned = learn(o, material, parts, size_px, live.say)
        seconds = time.monotonic() - began
        figures = _figures(sees, learned, material, parts, o.reject)
        with quietly(), _written_aside(o.out) as folder:
            _write(o, folder, sees, learned, material, parts, size_px, figures, seconds)
    except KeyboardInterrupt:
        raise Stopped("stopped before the end: nothing was written") from None
    live.say(f"the classifier is in {o.out} after {seconds:.0f} s; it has not seen "
             f"{counted(int(parts.test.sum()), 'picture')}, by which it is measured")  # fmt: skip
    return ClassifierMade(o.out, choice, o.probe)


def check_out(out: Path) -> None:
    """Refuses a folder that holds something; UserError says so."""
    try:
        if out.exists() and not out.is_dir():
            raise UserError(f"{out}: is a file; name a new folder for the classifier")
        held = next((p for p in out.iterdir() if p.name[0] != "."), None) if out.is_dir() else None
    except OSError as error:
        raise UserError(f"{out}: cannot be read: {error.strerror}") from error
    if held is not None:
        what = "a model already" if (out / CARD).exists() else f"{held.name} already"
        raise UserError(f"{out}: holds {what}; name a new folder, or an empty one")


def part(material: Material, seed: int, *, trained: bool) -> Parts:
    """Parts the material class by class, near duplicates on one side."""
    every = np.ones(len(material.keys), bool)
    test = held_apart(material.groups, material.labels, TEST, seed, every)
    check = np.zeros_like(test)
    if trained:
        check = held_apart(material.groups, material.labels, CHECK, seed + 1, ~test)
        if not check.any():
            raise UserError(
                f"the {counted(len(material.keys), 'picture')} are too few, or too much of one "
                "work, for a network that is itself trained: some must be held out to watch it "
                "by; leave --net small and --fine-tune out, or give more"
            )
    return Parts(~test & ~check, check, test)


def learn(
    o: argparse.Namespace, material: Material, parts: Parts, size_px: int, tell: Tell
) -> tuple[nn.Module, Learned]:
    """The network that sees, and what was learned of what it sees."""
    classes = material.classes
    labels = np.array([classes.index(label) for label in material.labels], np.int64)
    places, check = np.flatnonzero(parts.learn), np.flatnonzero(parts.check)
    settings: dict[str, Any] = {"seed": o.seed, "mirror": o.mirror, "tell": tell}
    if o.net == "small":
        net, head = train_small(material, labels, places, check, size_px,
                                epochs=o.epochs or 40, **settings)  # fmt: skip
        found = learn_trained(head, features_of(net, material.small[places]), labels[places],
                              features_of(net, material.small[check]), labels[check])  # fmt: skip
        return net, found
    sees: nn.Module
    if o.net == "mobilenet":
        sees = MobileMap(checked_weights(o.weights, o.sha256))
    else:
        sees = EyeMap(load_model("eye").path("eye.onnx"))
    sees.eval()
    if o.fine_tune:
        assert isinstance(sees, EyeMap)
        start = fit_head(features_of(sees, material.small[places]), labels[places],
                         len(classes), 3e-2)  # fmt: skip
        head = fine_tune(sees, start, material, labels, places, check, size_px,
                         epochs=o.epochs or 6, **settings)  # fmt: skip
        found = learn_trained(head, features_of(sees, material.small[places]), labels[places],
                              features_of(sees, material.small[check]), labels[check])  # fmt: skip
        return sees, found
    tell("looking at each picture, its mirror image and parts of it …")
    look = (
        EyeLook(size_px, o.threads).features
        if isinstance(sees, EyeMap)
        else functools.partial(features_of, sees)
    )
    plain = look(material.small[places])
    views = [np.ascontiguousarray(material.small[places][:, :, ::-1])] if o.mirror else []
    for number in range(CUTS):
        rng = np.random.default_rng([o.seed, number])
        cuts = [cut_out(p, size_px, rng, mirror=o.mirror) for p in material.larger[places]]
        views.append(np.stack(cuts))
    others = [look(view) for view in views]
    groups = [material.groups[place] for place in places]
    torch.set_num_threads(1)  # two only wait for each other over matrices so small
    try:
        return sees, learn_frozen(plain, others, labels[places], groups, classes,
                                  seed=o.seed, tell=tell)  # fmt: skip
    finally:
        torch.set_num_threads(o.threads)


def checked_weights(weights: str | None, digest: str | None) -> Path:
    """The file of a downloaded network, once its sha256 is the one that was named.

    A local file, or `hf:OWNER/NAME/FILE[@REVISION]` of the Hugging Face Hub.
    """
    if weights is None:
        raise UserError(
            "--net mobilenet: name the file of its weights by --weights FILE.safetensors, or "
            "hf:OWNER/NAME/FILE of the Hugging Face Hub, and its digest by --sha256"
        )
    if is_hub_name(weights):
        return hub_file(weights, digest)
    path = Path(weights)
    if path.suffix.lower() != ".safetensors" or not path.is_file():
        raise UserError(f"--weights {path}: there is no such .safetensors file")
    found = sha256(path)
    if not digest or digest.lower() != found:
        said = f"not {digest.lower()[:12]}…" if digest else "and --sha256 names none"
        raise UserError(f"--weights {path}: its sha256 is {found}, {said}; name the digest of "
                        "the file that you mean by --sha256")  # fmt: skip
    return path


def _figures(
    sees: nn.Module, learned: Learned, material: Material, parts: Parts, reject: float
) -> dict[str, float | int | str]:
    """What the card tells: by pictures never trained on, and by classes left out."""
    classes = material.classes
    figures: dict[str, float | int | str] = {
        "classes": len(classes),
        "pictures learned from": int(parts.learn.sum()),
        "pictures watched and calibrated by": int(parts.check.sum()),
        "pictures never trained on": int(parts.test.sum()),
        "temperature": round(learned.told.temperature, 3),
        "held out in folds: right": round(learned.held_out_right, 3),
    }
    places = np.flatnonzero(parts.test)
    if len(places):
        module = Classifying(sees, learned.told).eval()
        with torch.no_grad():
            found = [
                module(as_inputs(material.small[some]))[:2]
                for some in np.array_split(places, -(-len(places) // 32))
            ]
        chances = torch.cat([p for p, _ in found]).numpy()
        known = torch.cat([k for _, k in found]).numpy()
        wanted = np.array([classes.index(material.labels[p]) for p in places])
        right = chances.argmax(1) == wanted
        figures["accuracy, never trained on"] = round(float(right.mean()), 3)
        figures["balanced accuracy, never trained on"] = round(
            float(np.mean([right[wanted == c].mean() for c in sorted(set(wanted.tolist()))])), 3
        )
        figures["calibration error, never trained on"] = round(
            expected_calibration_error(chances.max(1), right), 3
        )
        figures["rejected, never trained on"] = round(float((known < reject).mean()), 3)
    for way, share in learned.ways.items():
        figures[f"classes left out, caught at 10 % rejected: {way}"] = round(share, 3)
    return figures


@contextmanager
def _written_aside(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes it when all is written."""
    make_folder(out.parent)
    try:
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name[:60]}-", dir=out.parent))
    except OSError as error:
        raise UserError(unwritable(out, error)) from error
    try:
        yield aside
        make_folder(out)
        names = sorted((p.name for p in aside.iterdir()), key=lambda name: name == CARD)
        for name in names:  # the card comes last: without it there is no model
            (aside / name).replace(out / name)
    except OSError as error:
        raise UserError(unwritable(out, error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(
    o: argparse.Namespace, folder: Path, sees: nn.Module, learned: Learned, material: Material,
    parts: Parts, size_px: int, figures: Mapping[str, float | int | str], seconds: float,
) -> None:  # fmt: skip
    module = Classifying(sees, learned.told).eval()
    cases = [{"pixels": _case(material, n)} for n in (2, 1, 5)]
    to_onnx(module, cases[0], OUTPUTS, folder / NETWORK, tight=o.net == "eye" and not o.fine_tune)
    parity = _parity(module, folder / NETWORK, cases)
    net = f"{o.net}, last blocks fine-tuned" if o.fine_tune else o.net
    layout = Layout(classes=material.classes, size_px=size_px, reject=o.reject, net=net,
                    neither="all")  # fmt: skip
    write_durably(folder / LAYOUT, (layout.model_dump_json(indent=1) + "\n").encode())
    seen = np.flatnonzero(~parts.test)
    kept = SeenPictures(
        tuple(material.keys[p] for p in seen), tuple(material.outward[p] for p in seen)
    )
    write_durably(folder / SEEN, kept.save())
    told = {
        "split": {
            name: sizes(material.labels, mask)
            for name, mask in (("learn", parts.learn), ("check", parts.check),
                               ("test", parts.test))
        },
        "ways": dict(learned.ways),
        "curve": [list(point) for point in learned.curve],
        "per_class": dict(learned.per_class),
        "left_out": [[one.key, one.reason] for one in material.left_out],
    }  # fmt: skip
    write_durably(folder / TRAINING, (json.dumps(told, ensure_ascii=False, indent=1)).encode())
    write_card(
        folder,
        name=o.name or o.out.resolve().name,
        role="classifier",
        title=f"Classifier of {len(material.classes)} classes",
        about=f"Tells {', '.join(material.classes[:12])}"
        f"{' and more' if len(material.classes) > 12 else ''} apart, and what is none of them, "
        f"in pictures squeezed to {size_px} by {size_px} pixels.",
        licence=o.licence,
        origin=ORIGIN[o.net] + (f" (sha256 {o.sha256})" if o.net == "mobilenet" else ""),
        recipe=shlex.join(["haiga", "train", "classifier", *_said(o)]),
        files=[NETWORK, LAYOUT, SEEN, TRAINING],
        data=sources([material.columns[p] for p in seen], o.pictures.resolve().name),
        quality={**figures, "seconds": round(seconds, 1)},
        parity=parity,
    )  # fmt: skip


TRAINING = "training.json"
"""What was measured in training, for the report."""

ORIGIN = {
    "eye": "A head on the features of haiga's eye (Apache-2.0, see its card).",
    "small": "A small network trained from nothing.",
    "mobilenet": "A head on the features of MobileNet v1, from a local file of weights trained "
    "on ImageNet, whose licence holds for this model too",
}


def _parity(
    module: Classifying, path: Path, cases: Sequence[Mapping[str, torch.Tensor]]
) -> dict[str, float]:
    """How far ONNX Runtime is from torch: a probability at most, evidence beside its largest."""
    from haiga.models.session import Session

    session = Session(path, threads=2)
    chances, evidence = 0.0, 0.0
    for case in cases:
        with torch.no_grad():
            wanted = [np.asarray(each) for each in module(case["pixels"])]
        found = session.run({"pixels": np.asarray(case["pixels"])})
        chances = max(chances, float(np.abs(wanted[0] - found[0]).max()))
        most = max(float(np.abs(wanted[2]).max()), 1e-6)
        evidence = max(evidence, float(np.abs(wanted[2] - found[2]).max()) / most)
    return {
        "probability_max_abs_difference": float(f"{chances:.2g}"),
        "evidence_max_relative_difference": float(f"{evidence:.2g}"),
    }


def _said(o: argparse.Namespace) -> list[str]:
    """The options that were given, without the folders' places."""
    said = ["--pictures", o.pictures.resolve().name, "--out", o.out.resolve().name]
    for name in ("label", "net", "epochs", "seed", "reject"):
        if getattr(o, name) is not None:
            said += [f"--{name}", str(getattr(o, name))]
    for where in o.where:
        said += ["--where", where]
    return [*said, *["--fine-tune"] * o.fine_tune, *["--no-mirror"] * (not o.mirror)]


def _case(material: Material, count: int) -> torch.Tensor:
    rows = [as_input(material.small[i % len(material.small)]) for i in range(count)]
    return torch.from_numpy(np.ascontiguousarray(np.stack(rows)))


def _tell_material(material: Material, tell: Tell) -> None:
    for note in material.notes:
        if not note.endswith("captions"):  # which no classifier reads
            tell(note)
    if material.left_out:
        first = material.left_out[0]
        more = len(material.left_out) - 1
        tell(f"left out: {first.key} {first.reason}" + (f", and {more:,} more" if more else ""))


def _tell_parts(material: Material, parts: Parts, tell: Tell) -> None:
    alike = len(material.keys) - len(set(material.groups))
    learn, check, test = (int(part.sum()) for part in (parts.learn, parts.check, parts.test))
    tell(
        f"{counted(len(material.keys), 'picture')} of {len(material.classes)} classes: "
        f"{learn:,} to learn from, "
        + (f"{check:,} to see when to stop, " if check else "")
        + f"{test:,} held back to measure by"
        + (f"; {alike:,} so like another that they stay on its side" if alike else "")
    )
    tested = sizes(material.labels, parts.test)
    none = [name for name, count in tested.items() if not count]
    if none:
        tell(f"nothing can be held apart of {', '.join(map(repr, none[:5]))}: too few pictures, or "
             "all of one series; how well it is told will not be known")  # fmt: skip
    if int((~parts.test).sum()) < FEW_TO_REJECT:
        tell("so few pictures cannot tell what is none of the classes: give more")


def default_threads() -> int:
    """What torch computes with unless it is told: one a core."""
    import os

    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(64, count))
