"""`haiga train classifier`: leak-free parts, calibrated heads, refusals, a model that serves."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from haiga.actions.classify import make_classifier, read_whole
from haiga.actions.train import train
from haiga.core.errors import UserError
from haiga.features.eye import Eye
from haiga.inspection.seen_pictures import read_seen
from haiga.media.picture_choice import PictureChoice
from haiga.models.store import load_model
from haiga.training.classifiers.fitting import features_of
from haiga.training.classifiers.heads import fit_head, fit_temperature, folds
from haiga.training.classifiers.looking import EyeLook
from haiga.training.classifiers.material import read_material
from haiga.training.classifiers.neither import (
    caught,
    likeness_of,
    scores,
    summed,
    units_of,
    with_probability,
)
from haiga.training.classifiers.parts import held_apart
from haiga.training.nets.classifier import Classifying, EyeMap, Told

KINDS = {"Mila": (170, 120, 60), "sofa": (60, 90, 170), "other": (70, 160, 80)}


def portrait(kind: str, seed: int) -> Image.Image:
    """A disc (Mila), a bar (sofa) or stripes (other) of the kind's colour on a strewn ground."""
    rng = np.random.default_rng(seed)
    ground = Image.fromarray(rng.integers(60, 220, (6, 6, 3)).astype(np.uint8))
    picture = np.asarray(ground.resize((90, 80), Image.Resampling.BICUBIC)).copy()
    y, x = np.mgrid[:80, :90]
    cy, cx, size = rng.uniform(30, 50), rng.uniform(35, 55), rng.uniform(16, 26)
    shape = {
        "Mila": (y - cy) ** 2 + (x - cx) ** 2 < size**2,
        "sofa": (abs(y - cy) < size / 2) & (abs(x - cx) < 1.5 * size),
        "other": ((x + y) // 9 % 2 == 0) & (abs(y - cy) < size),
    }[kind]
    picture[shape] = np.clip(np.array(KINDS[kind]) + rng.integers(-20, 20, 3), 0, 255)
    return Image.fromarray(picture)


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen pictures a class; a series of three; one twice in a class; one in two classes."""
    folder = tmp_path_factory.mktemp("pets")
    for number, kind in enumerate(KINDS):
        (folder / kind).mkdir()
        for i in range(14):
            portrait(kind, 100 * number + i).save(folder / kind / f"{i:02}.png")
    base = np.asarray(portrait("Mila", 50)).astype(int)
    for i in range(3):  # the next frames of a series
        frame = np.roll(base, i, axis=1) + i
        Image.fromarray(np.clip(frame, 0, 255).astype(np.uint8)).save(folder / "Mila" / f"s{i}.png")
    portrait("sofa", 101).save(folder / "sofa" / "again.jpg", quality=80)
    portrait("sofa", 102).save(folder / "other" / "really-a-sofa.jpg", quality=85)
    (folder / "other" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    return folder


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise: nothing that it was taught."""
    folder = tmp_path_factory.mktemp("probe")
    for i in range(6):
        noise = np.random.default_rng(i).integers(0, 255, (60, 60, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def trained(
    pets: Path, probe: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """A classifier that was trained on the eye's features, and what was said of it."""
    out = tmp_path_factory.mktemp("trained") / "my-pets"
    said: list[str] = []
    train("classifier", ["--pictures", str(pets), "--probe", str(probe), "--out", str(out)],
          said.append)  # fmt: skip
    return out, said


@pytest.mark.slow
def test_it_is_measured_on_pictures_it_never_saw_and_catches_noise(
    trained: tuple[Path, list[str]],
) -> None:
    out, said = trained
    report = json.loads((out / "report.json").read_text("utf-8"))
    card = load_model(out).card
    assert report["pictures"] >= card.quality["pictures never trained on"] >= 6
    assert report["trained_on_and_left_out"] == card.quality["pictures learned from"]
    assert report["accuracy"]["value"] > 0.7
    assert report["caught"]["value"] > 0.8
    assert (out / "report.html").exists()
    assert any("what it gets right" in line for line in said)
    assert card.parity["probability_max_abs_difference"] < 0.01


@pytest.mark.slow
def test_near_duplicates_stand_on_one_side_and_twins_of_two_classes_on_none(
    trained: tuple[Path, list[str]], pets: Path
) -> None:
    out, _ = trained
    keys = set(read_seen(load_model(out)).keys)
    every = {str(p.relative_to(pets)) for p in pets.rglob("*.*")}
    tested = every - keys
    for twins in (("Mila/s0.png", "Mila/s1.png", "Mila/s2.png"), ("sofa/01.png", "sofa/again.jpg")):
        assert len({twin in tested for twin in twins}) == 1, twins
    assert not keys & {"sofa/02.png", "other/really-a-sofa.jpg"}
    left = dict(json.loads((out / "training.json").read_text())["left_out"])
    assert "which is in 'sofa'" in left["other/really-a-sofa.jpg"]
    assert "other/broken.png" in left


@pytest.mark.slow
def test_the_model_says_the_same_again_and_names_the_dog_but_not_a_blank(
    trained: tuple[Path, list[str]], pets: Path
) -> None:
    classifier = make_classifier(str(trained[0]))
    assert classifier.classes == ("Mila", "other", "sofa")
    pictures = [read_whole(p) for p in sorted((pets / "Mila").glob("*.png"))]
    labels = classifier.classify(pictures)
    assert labels == classifier.classify(pictures)
    assert Counter(label.name for label in labels).most_common(1)[0][0] == "Mila"
    assert classifier.layout.size_px == 192  # at 128 the eye tells less apart
    (blank,) = classifier.classify([np.full((40, 40, 3), 77, np.uint8)])
    assert (blank.name, blank.known) == (None, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "how", [("--net", "small", "--epochs", "2"), ("--fine-tune", "--epochs", "1")]
)
def test_a_network_that_is_itself_trained_is_watched_by_pictures_of_its_own(
    pets: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    said: list[str] = []
    out = tmp_path / "own"
    train("classifier", ["--pictures", str(pets), *how, "--out", str(out)], said.append)
    card = load_model(out).card
    assert card.quality["pictures watched and calibrated by"] > 3
    assert card.parity["probability_max_abs_difference"] < 0.01
    (label,) = make_classifier(str(out)).classify([read_whole(pets / "sofa" / "03.png")])
    assert sum(label.probabilities) == pytest.approx(1, abs=1e-4)
    assert label.evidence is not None


def folder_of(tmp_path: Path, **classes: int) -> Path:
    for number, (name, count) in enumerate(classes.items()):
        (tmp_path / name).mkdir(parents=True)
        for i in range(count):
            portrait(list(KINDS)[number % 3], 900 + 50 * number + i).save(
                tmp_path / name / f"{i}.png"
            )
    return tmp_path


def refused(arguments: list[str]) -> str:
    with pytest.raises(UserError) as error:
        train("classifier", arguments)
    return str(error.value)


def test_a_class_of_one_picture_cannot_be_learned(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "p", dog=4, goat=1)
    said = refused(["--pictures", str(folder), "--out", str(tmp_path / "out")])
    assert "'dog' has 4, 'goat' has 1" in said
    assert not (tmp_path / "out").exists()


def test_a_folder_without_classes_is_told_what_to_do(tmp_path: Path) -> None:
    portrait("Mila", 1).save(tmp_path / "a.png")
    portrait("Mila", 2).save(tmp_path / "b.png")
    said = refused(["--pictures", str(tmp_path), "--out", str(tmp_path / "out")])
    assert "has no folders in it to be classes" in said


def test_classes_that_are_copies_of_each_other_are_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "p", dog=4)
    shutil.copytree(folder / "dog", folder / "cat")
    said = refused(["--pictures", str(folder), "--out", str(tmp_path / "out")])
    assert "stand in two of them" in said
    assert not (tmp_path / "out").exists()


def test_options_that_cannot_be_meant_are_refused_at_once(tmp_path: Path, pets: Path) -> None:
    base = ["--pictures", str(pets), "--out", str(tmp_path / "out")]
    (tmp_path / "bare").mkdir()
    for more, said in (
        (["--probe", str(tmp_path / "bare")], "bare: holds no picture"),
        (["--threads", "1000"], "--threads 1000: must be at most 64"),
        (["--reject", "1"], "--reject 1: must be from 0 to 0.9"),
        (["--fine-tune", "--net", "small"], "it is for --net eye"),
        (["--epochs", "3"], "a head alone has none"),
        (["--net", "mobilenet"], "name the file of its weights"),
        (["--weights", "x.safetensors"], "are for --net mobilenet"),
        (["--probe", str(tmp_path / "none")], "there is no such folder"),
        (["--net", "resnet"], "invalid choice"),
        (["--label", "breed"], "breed"),
    ):
        assert said in refused([*base, *more]), more
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    said = refused(["--pictures", str(pets), "--out", str(tmp_path / "full")])
    assert "holds mine.txt already" in said


def test_a_downloaded_network_must_be_the_one_that_was_named(tmp_path: Path, pets: Path) -> None:
    weights = tmp_path / "net.safetensors"
    weights.write_bytes(b"anything")
    base = ["--pictures", str(folder_of(tmp_path / "p", a=3, b=3)), "--net", "mobilenet",
            "--weights", str(weights), "--out", str(tmp_path / "out")]  # fmt: skip
    assert "--sha256 names none" in refused(base)
    assert "its sha256 is" in refused([*base, "--sha256", "0" * 64])
    base[base.index(str(weights))] = "hf:owner/net/net.safetensors"
    assert "nothing is fetched by its name alone" in refused(base)


def test_a_pixel_a_huge_and_a_blank_picture_are_left_out_or_read(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "p", dog=3, goat=3)
    Image.new("RGB", (1, 1)).save(folder / "dog" / "pixel.png")
    Image.new("L", (9_000, 8_000)).save(folder / "dog" / "huge.png")
    Image.new("RGB", (60, 60), (9, 9, 9)).save(folder / "goat" / "blank.png")
    found = read_material(PictureChoice(folder), 128, Eye(), lambda _: None)
    left = {one.key: one.reason for one in found.left_out}
    assert set(left) == {"dog/pixel.png", "dog/huge.png"}
    assert "too large" in left["dog/huge.png"]
    assert "goat/blank.png" in found.keys


def test_whole_groups_are_held_apart_and_half_of_each_class_stays() -> None:
    groups = [f"g{i // 2}" for i in range(40)] + ["mixed", "mixed"] + ["lone"] * 6
    labels = ["a"] * 20 + ["b"] * 20 + ["a", "b"] + ["c"] * 6
    held = held_apart(groups, labels, 0.25, 3, np.ones(48, bool))
    by_group: dict[str, set[bool]] = {}
    for group, one in zip(groups, held.tolist(), strict=True):
        by_group.setdefault(group, set()).add(one)
    assert all(len(sides) == 1 for sides in by_group.values())
    assert not held[[40, 41]].any()
    assert not held[42:].any()  # all of one group: it stays
    assert 4 <= held[:20].sum() <= 6
    for seed in range(20):
        assert not held_apart(groups, labels, 0.25, seed, np.ones(48, bool))[[40, 41]].any()
    assert np.array_equal(held, held_apart(groups, labels, 0.25, 3, np.ones(48, bool)))
    assert not np.array_equal(held, held_apart(groups, labels, 0.25, 4, np.ones(48, bool)))


def test_folds_keep_groups_whole_and_share_classes_out() -> None:
    groups = [f"g{i // 3}" for i in range(60)]
    labels = np.repeat([0, 1], 30)
    fold = folds(groups, labels, 5, 1)
    assert all(len({f for f, g in zip(fold, groups, strict=True) if g == name}) == 1
               for name in groups)  # fmt: skip
    for number in range(5):
        assert set(labels[fold == number]) == {0, 1}


def blobs(count: int, classes: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    centres = np.random.default_rng(5).normal(0, 4, (classes + 1, width))
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), count)
    return (
        (centres[labels] + rng.normal(0, 1, (len(labels), width))).astype(np.float32),
        labels.astype(np.int64),
    )


def test_a_rare_class_counts_as_much_as_a_common_one() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(-1, 1.5, (190, 1)), rng.normal(1, 1.5, (10, 1))])
    y = np.array([0] * 190 + [1] * 10)
    head = fit_head(x.astype(np.float32), y, 2, 1e-3)
    told = head.logits(x.astype(np.float32)).argmax(1)
    assert (told[y == 1] == 1).mean() > 0.6


def test_the_temperature_undoes_what_logits_were_multiplied_by() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (4_000, 5))
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = np.array([rng.choice(5, p=p) for p in chances])
    assert fit_temperature((3 * logits).astype(np.float32), labels) == pytest.approx(3, rel=0.1)


def test_a_class_that_was_never_seen_is_caught_by_likeness() -> None:
    x, y = blobs(60, 3, 20, 1)
    held, held_labels = blobs(40, 3, 20, 2)
    centre = np.random.default_rng(5).normal(0, 4, (4, 20))[3]
    unseen = (centre + np.random.default_rng(3).normal(0, 1, (50, 20))).astype(np.float32)
    likeness = likeness_of(x, y)
    head = fit_head(x, y, 3, 1e-2)
    here, away = scores(head, likeness, 1.0, held, unseen)
    assert (head.logits(held).argmax(1) == held_labels).all()
    for way in ("mahalanobis", "nearest", "nearest within", "all"):
        assert caught(here[way], away[way], 0.1) > 0.95, way
    assert caught(here["all"], here["all"], 0.1) == pytest.approx(0.1, abs=0.02)


def test_the_network_computes_what_was_learned_of_the_features() -> None:
    """Probabilities, the rank among held-out scores, and evidence whose mean is the lead."""
    eye = EyeMap(load_model("eye").path("eye.onnx")).eval()
    rng = np.random.default_rng(0)
    pixels = torch.from_numpy(rng.uniform(-1, 1, (6, 3, 192, 192)).astype(np.float32))
    with torch.no_grad():
        features = eye(pixels).mean((2, 3)).numpy()
    bank = (features[rng.integers(0, 6, 40)] + rng.normal(0, 0.1, (40, 384))).astype(np.float32)
    labels = np.arange(40) % 3
    likeness, head = likeness_of(bank, labels), fit_head(bank, labels, 3, 0.1)
    likes = with_probability(likeness.of(bank), head.logits(bank), 2.0)
    units = units_of(likes)
    held = np.sort(summed(likes, units))
    told = Told(head.weight, head.bias, 2.0, likeness.mean, likeness.spread, likeness.axes,
                likeness.centres, likeness.near, units, held)  # fmt: skip
    with torch.no_grad():
        network = Classifying(eye, told)
        chances, known, evidence = network(pixels)
        scored = network.score(torch.from_numpy(features), chances).numpy()
    logits = head.logits(features) / 2
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert chances.numpy() == pytest.approx(expected, abs=1e-4)
    score = summed(with_probability(likeness.of(features), head.logits(features), 2.0), units)
    assert scored == pytest.approx(score, abs=0.02)
    assert known.numpy() == pytest.approx(
        (1 + (held[None] <= score[:, None]).sum(1)) / 41, abs=0.06
    )
    lead = (features - likeness.mean) @ (head.weight - head.weight.mean(1, keepdims=True)) / 2
    assert evidence.mean((2, 3)).numpy() == pytest.approx(lead, abs=1e-3)


def test_both_ways_of_looking_at_larger_pictures_see_the_same() -> None:
    eye = EyeMap(load_model("eye").path("eye.onnx"))
    small = np.random.default_rng(4).integers(0, 256, (18, 192, 192, 3), dtype=np.uint8)
    found = EyeLook(192, threads=1).features(small)
    assert found.shape == (18, 384)
    assert found == pytest.approx(features_of(eye, small), abs=1e-4)


def test_the_rebuilt_eye_sees_what_the_eye_sees() -> None:
    eye = EyeMap(load_model("eye").path("eye.onnx")).eval()
    picture = np.random.default_rng(4).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    with torch.no_grad():
        x = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
        late = eye(x).mean((2, 3)).numpy()
    assert late == pytest.approx(Eye().embed([picture]).late, abs=2e-3)
