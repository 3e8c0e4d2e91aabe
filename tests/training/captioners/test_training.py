"""A captioner's training: from pictures and captions to a folder, stopped and gone on with."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from haiga.core.errors import JobError, UserError
from haiga.models.card import read_card
from haiga.models.session import Session
from haiga.roles.captioners.attend import LOOK, STEP, AttentionCaptioner
from haiga.training.captioners.export import write_networks
from haiga.training.captioners.gathering import HELD_OUT, TRAIN, VALIDATION, gather
from haiga.training.captioners.loop import LAST, Plan, Run
from haiga.training.captioners.material import NOTHING, Material, vocabulary
from haiga.training.recipes.captioner import main

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))

COLOURS = {"red": (200, 40, 40), "green": (50, 140, 60), "blue": (50, 80, 180)}


def write_pictures(folder: Path, count: int = 90) -> Path:
    """Discs and bars of three colours, each with a true caption."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    lines = []
    for i in range(count):
        colour = list(COLOURS)[i % 3]
        thing = ("disc", "bar")[i // 3 % 2]
        y, x = np.mgrid[0:48, 0:48]
        at = rng.integers(16, 32, 2)
        inside = (
            (y - at[0]) ** 2 + (x - at[1]) ** 2 < 144 if thing == "disc" else abs(y - at[0]) < 5
        )
        picture = np.full((48, 48, 3), 235, np.uint8)
        picture[inside] = COLOURS[colour]
        Image.fromarray(picture).save(folder / f"{i}.png")
        lines.append(json.dumps({"file": f"{i}.png", "caption": f"a {colour} {thing} on a page"}))
    (folder / "metadata.jsonl").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictures(tmp_path_factory.mktemp("data") / "shapes")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seen")


def arguments(shapes: Path, seen: Path, out: Path, *more: object) -> list[str]:
    given = ("--pictures", shapes, "--out", out, "--seen", seen, "--batch", 16, "--threads", 1,
             "--rate", "0.004", "--views", 1, *more)  # fmt: skip
    return [str(part) for part in given]


@pytest.mark.slow
def test_a_captioner_learns_shapes_and_colours_it_is_told(
    shapes: Path, seen: Path, tmp_path: Path
) -> None:
    out = tmp_path / "captioner"
    main(arguments(shapes, seen, out, "--steps", 300))
    card = read_card(out)
    assert card.role == "captioner"
    assert card.quality["captioner_cider_d"] > card.quality["commonest_cider_d"]
    found, _ = gather(shapes, held_share=0.1, seed=0)
    held = [one for one in found if one.part == HELD_OUT]
    pictures = [np.asarray(Image.open(one.path)) for one in held]
    said = AttentionCaptioner(model=str(out)).caption(pictures, seeds=[0] * len(held))
    right = sum(c.text == one.captions[0] for c, one in zip(said, held, strict=True))
    assert right >= 0.5 * len(held)  # by chance a sixth


def run_of(found: list, maps: np.ndarray, work: Path, steps: int = 8) -> Run:
    work.mkdir(exist_ok=True)
    words = vocabulary(found)
    plan = Plan("x", len(words), steps, 8, 4, seed=3, rate=0.01, rewarded=3)
    return Run(Material(found, maps, words), plan, work)


def test_a_stopped_run_goes_on_to_the_same_weights(shapes: Path, tmp_path: Path) -> None:
    found, _ = gather(shapes, held_share=0.1, seed=0)
    maps = np.random.default_rng(0).random((len(found), 1, 396, 8, 8)).astype(np.float16)
    whole = run_of(found, maps, tmp_path / "whole")
    assert whole.train(lambda _: None).why == "done"
    for more, at in ((5, 5), (3, 8), (1, 9)):  # the last ones as it begins to be rewarded
        halted = run_of(found, maps, tmp_path / "halted")
        steps = iter(range(100))
        ending = halted.train(lambda _: None, stop=lambda s=steps, n=more: next(s) >= n)
        assert (ending.why, ending.step) == ("stopped", at)
    resumed = run_of(found, maps, tmp_path / "halted")
    assert resumed.step == 9
    resumed.train(lambda _: None)
    assert [row["step"] for row in resumed.rows] == [4, 8, 11]
    assert ["reward" in row for row in resumed.rows] == [False, False, True]
    for first, second in zip(whole.net.parameters(), resumed.net.parameters(), strict=True):
        assert torch.equal(first, second)
    assert (tmp_path / "whole" / LAST).exists()


def test_works_stand_on_one_side_and_words_that_are_rare_are_not_asked_for(shapes: Path) -> None:
    found, _ = gather(shapes, held_share=0.2, seed=1)
    assert {one.part for one in found} == {TRAIN, VALIDATION, HELD_OUT}
    assert gather(shapes, held_share=0.2, seed=1)[0] == found
    words = vocabulary(found)
    assert {"red", "disc", "page"} < set(words)
    material = Material(found, np.zeros((len(found), 1, 396, 8, 8), np.float16), words)
    batch = material.batch(np.zeros((2, 396, 8, 8), np.float16), ["a red zebra", "a"])
    assert batch.wanted[0].tolist()[:2] == [words.index("a"), words.index("red")]
    assert batch.wanted[0, 2] == NOTHING
    assert batch.wanted[1].tolist()[1:] == [0, NOTHING, NOTHING]


def test_the_written_networks_give_what_the_trained_one_gives(tmp_path: Path) -> None:
    from tiny_captioner import tiny_net

    net = tiny_net(2)
    assert max(write_networks(net, tmp_path, compact=False).values()) < 1e-4
    maps = torch.rand(3, 396, 8, 8, generator=torch.Generator().manual_seed(9))
    words = torch.tensor([[0, 2, 3], [0, 4, 4], [0, 5, 6]])
    with torch.no_grad():
        told, looked = net.eval()(maps, words)
    places, keys, hidden, cell = Session(tmp_path / LOOK).run({"maps": maps.numpy()})
    step = Session(tmp_path / STEP)
    for t in range(3):
        scores, hidden, cell, attention = step.run(
            {"word": words[:, t].numpy(), "hidden": hidden, "cell": cell, "places": places,
             "keys": keys}
        )  # fmt: skip
        assert scores == pytest.approx(told[:, t].numpy(), abs=1e-4)
        assert attention == pytest.approx(looked[:, t].numpy(), abs=1e-5)


def test_weights_that_are_no_numbers_are_not_written_as_a_captioner(tmp_path: Path) -> None:
    from tiny_captioner import tiny_net

    net = tiny_net()
    net.teller.bias.data[:] = torch.nan
    with pytest.raises(JobError, match="no numbers"):
        write_networks(net, tmp_path, compact=False)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--steps", 0), "--steps"),
        (("--held-share", 0.9), "--held-share"),
        (("--rate", 3), "--rate"),
        (("--seed", -1), "--seed: must be from 0"),
        (("--threads", 999), "--threads: must be 64 or fewer"),
        (("--rewarded", -1), "--rewarded: must be 0 or more"),
        (("--pictures", "nowhere"), "nowhere: there is no such folder"),
        (("--resume",), "no run to go on with"),
    ],
)
def test_options_that_do_not_serve_are_refused(
    shapes: Path, seen: Path, tmp_path: Path, more: tuple[object, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        main(arguments(shapes, seen, tmp_path / "out", *more))
    assert not (tmp_path / "out").exists()


def test_folders_that_do_not_serve_are_refused(shapes: Path, seen: Path, tmp_path: Path) -> None:
    few = write_pictures(tmp_path / "few", 6)
    with pytest.raises(UserError, match="holds 6 pictures with captions"):
        main(arguments(few, seen, tmp_path / "out"))
    (few / "metadata.jsonl").write_text('{"file": "0.png"}\n{oops')
    with pytest.raises(UserError, match="line 2 is not JSON"):
        main(arguments(few, seen, tmp_path / "out"))
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match=r"mine\.txt"):
        main(arguments(shapes, seen, taken))
