"""`haiga classify` and `haiga evaluate classifier`, with a classifier of colours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from tiny_classifier import make_classifier

COLOURS = {"red": 0, "green": 1, "blue": 2}


def coloured(colour: str, seed: int) -> Image.Image:
    """Soft patches of many colours, one stronger than the others; each seed has its own."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 130, (7, 7, 3))
    patches[:, :, COLOURS[colour]] += 120
    return Image.fromarray(patches.astype(np.uint8)).resize((64, 48), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier trained on `old`; `new` has other pictures, `other` things, `bad` files."""
    folder = tmp_path_factory.mktemp("classifier")
    seed = 0
    for part, count in (("old", 4), ("new", 12)):
        for colour in COLOURS:
            (folder / part / colour).mkdir(parents=True)
            for i in range(count):
                seed += 1
                coloured(colour, seed).save(folder / part / colour / f"{i:02}.png")
    # one that it will be wrong about
    coloured("red", 900).save(folder / "new" / "green" / "wrong.png")
    (folder / "other").mkdir()
    for i in range(5):
        coloured("blue", 500 + i).save(folder / "other" / f"{i}.png")
    Image.new("RGB", (50, 50), (9, 9, 200)).save(folder / "other" / "blank.png")
    (folder / "new" / "red" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    learned = {
        str(p.relative_to(folder / "old")): p for p in sorted((folder / "old").rglob("*.png"))
    }
    make_classifier(folder / "model", learned=learned)
    return folder


def haiga(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("HAIGA")}
    return subprocess.run(
        [sys.executable, "-m", "haiga", *map(str, arguments)],
        cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_pictures_are_named_with_reasons_and_a_blank_is_none_of_them(shelf: Path) -> None:
    done = haiga("classify", "new/red/00.png", "other/blank.png", "--with", "model", cwd=shelf)
    assert done.returncode == 0, done.stderr
    first, why, second, blank = done.stdout.splitlines()
    assert first.startswith("new/red/00.png: red (")
    assert "what speaks for red lies" in why
    assert "with it covered" in why
    assert second == "other/blank.png: none of them"
    assert "nothing to be seen" in blank


def test_covering_is_said_to_do_what_it_does(shelf: Path, tmp_path: Path) -> None:
    # stripes: what is covered by the mean of the rest changes little
    even = np.full((64, 64, 3), (140, 120, 120), np.uint8)
    even[:, ::2] += 30
    Image.fromarray(even).save(tmp_path / "even.png")
    part = np.full((64, 64, 3), 120, np.uint8)
    part[:32, :32] = (230, 60, 60)
    Image.fromarray(part).save(tmp_path / "part.png")
    done = haiga("classify", tmp_path / "even.png", tmp_path / "part.png", "--with", "model",
                 cwd=shelf)  # fmt: skip
    _, first, _, second = done.stdout.splitlines()
    assert "no one part decides" in first
    assert "speaks for" not in first
    assert "what speaks for red lies in the upper left, red" in second
    before, after = re.findall(r"called red, ([\d.]+) %.*red falls to ([\d.]+) %", second)[0]
    assert float(after) < float(before)


def test_a_class_that_rounds_to_certainty_is_not_said_to_be_certain(
    shelf: Path, tmp_path: Path
) -> None:
    picture = np.full((64, 64, 3), (255, 0, 0), np.uint8)
    picture[0, 0] = (0, 0, 0)
    picture[20:40, 20:40] = (200, 0, 0)
    Image.fromarray(picture).save(tmp_path / "sure.png")
    done = haiga("classify", tmp_path / "sure.png", "--with", "model", cwd=shelf)
    assert "(over 99.99 %)" in done.stdout
    assert "100 %" not in done.stdout


def test_json_is_one_object_a_picture_and_a_folder_is_all_of_its_pictures(shelf: Path) -> None:
    done = haiga("classify", "new/blue", "--with", "model", "--json", cwd=shelf)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == 12
    assert {one["class"] for one in told} == {"blue"}
    assert sum(told[0]["probabilities"].values()) == pytest.approx(1, abs=1e-4)


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_told(shelf: Path) -> None:
    done = haiga("classify", "new/red", "--with", "model", cwd=shelf)
    assert done.returncode == 2
    assert "broken.png: is not a picture haiga reads" in done.stderr
    assert done.stdout.count(": red") == 12
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new/red/00.png",), "--with: name the folder of a classifier"),
        (("--with", "model"), "name a picture"),
        (("new/red/00.png", "--with", "nowhere"), "no classifier named 'nowhere'"),
        (("new/red/00.png", "--with", "eye"), "has the role embedder, and is no classifier"),
        (("missing.png", "--with", "model"), "there is no such file or folder"),
        (("new/red/00.png", "--with", "model", "--reject", 2), "must be from 0 to 0.9"),
        (("new/red/00.png", "--with", "model", "--runtime", "x"), "is for --page"),
        (("new/red/00.png", "--with", "other"), "`haiga train classifier` makes one"),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_sentence(
    shelf: Path, arguments: tuple[object, ...], said: str
) -> None:
    done = haiga("classify", *arguments, cwd=shelf)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def evaluate(shelf: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return haiga("evaluate", "classifier", "model", *arguments, cwd=shelf)


def test_only_training_pictures_are_refused_as_a_measure(shelf: Path) -> None:
    done = evaluate(shelf, "--pictures", "old")
    assert done.returncode == 2
    assert "all of its pictures are ones that the classifier was trained on" in done.stderr
    assert not done.stdout


def test_training_pictures_among_others_are_said_and_counted_nowhere(
    shelf: Path, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed"
    for colour in COLOURS:
        (mixed / colour).mkdir(parents=True)
        for part in ("old", "new"):
            for i in range(3):
                source = shelf / part / colour / f"{i:02}.png"
                # saved again and mirrored: other bytes, the same picture
                Image.open(source).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(
                    mixed / colour / f"{part}{i}.jpg"
                )
    done = evaluate(shelf, "--pictures", mixed, "--json")
    told = evaluate(shelf, "--pictures", mixed).stdout
    assert re.search(r"right +all 9 of 9, too few to say more", told)
    value: dict[str, Any] = json.loads(done.stdout)
    assert value["trained_on_and_left_out"] == 9
    assert value["pictures"] == 9
    assert any("which it was trained on" in reason for _, reason in value["left_out"])


def test_a_report_has_its_figures_its_mistakes_and_what_fooled_it(
    shelf: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    done = evaluate(shelf, "--pictures", "new", "--probe", "other", "--out", out)
    assert done.returncode == 0, done.stderr
    value = json.loads((out / "report.json").read_text("utf-8"))
    assert value["pictures"] == 37
    assert value["accuracy"]["value"] == pytest.approx(36 / 37)
    assert value["accuracy"]["low"] < 36 / 37 < value["accuracy"]["high"]
    (mistake,) = value["mistakes"]
    assert (mistake["picture"], mistake["is"], mistake["called"]) == (
        "green/wrong.png", "green", "red",
    )  # fmt: skip
    assert "what speaks for red" in mistake["why"]
    assert value["unseen"] == 6
    assert value["caught"]["value"] == pytest.approx(1 / 6)  # the blank
    assert len(value["false_alarms"]) == 5
    assert value["confusion"][1] == [0, 12, 1, 0]
    assert value["classes_left_out"] == [[0.1, 0.5], [0.5, 0.9]]
    page = (out / "report.html").read_text("utf-8")
    for title in ("Class by class", "What is taken for what", "keep their word", "Neither",
                  "Taken for one of its classes", "Mistakes"):  # fmt: skip
        assert title in page, title
    assert page.count("<img") == 2 * (1 + 5)
    assert 'src="http' not in page


def test_classes_it_does_not_know_are_asked_about_as_other_things(
    shelf: Path, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed"
    for colour in ("red", "mauve"):
        (mixed / colour).mkdir(parents=True)
        for i in range(3):
            coloured("red", 700 + i + 10 * len(colour)).save(mixed / colour / f"{i}.png")
    value = json.loads(evaluate(shelf, "--pictures", mixed, "--json").stdout)
    assert (value["pictures"], value["unseen"]) == (3, 3)
    assert "classes that it does not know" in value["notes"][0]


def test_a_folder_without_classes_and_another_models_report_are_refused(
    shelf: Path, tmp_path: Path
) -> None:
    done = evaluate(shelf, "--pictures", "other")
    assert done.returncode == 2
    assert "has no folders in it to be classes" in done.stderr
    done = evaluate(shelf, "--pictures", "new", "--out", "new")
    assert done.returncode == 2
    assert "new: holds other files, such as blue; give --out a new folder" in done.stderr
    assert sorted(p.name for p in (shelf / "new").iterdir()) == ["blue", "green", "red"]
    (tmp_path / "report.json").write_text('{"digest": "of another"}')
    done = evaluate(shelf, "--pictures", "new", "--out", tmp_path)
    assert done.returncode == 2
    assert "of something else" in done.stderr
    assert (tmp_path / "report.json").read_text() == '{"digest": "of another"}'
