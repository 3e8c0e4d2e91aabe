"""Learners of pictures by two workers: the losses of one, the same weights on both."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from haiga.core.errors import UserError
from haiga.models.store import load_model
from haiga.training.batch_statistics import BatchNormOfRows, join
from haiga.training.on_one_machine import train_together
from haiga.training.parallel import Crew, Rows, RowsGenerator, drawn, part_of
from haiga.training.recipes import generator

HERE = Path(__file__).parent
NAMES = ("dcgan", "cgan", "infogan", "vaegan", "fastgan", "latentgan", "fidelity", "flow")


def test_what_is_drawn_for_a_workers_rows_is_theirs_of_the_whole_batch() -> None:
    rng = RowsGenerator()
    whole = drawn(rng.manual_seed(3), 10, lambda n: torch.rand((n, 2), generator=rng))
    two = drawn(rng.manual_seed(3), 10, lambda n: torch.rand((2, n), generator=rng), dim=1)
    for rank in range(2):
        rng.rows = rows = Crew(rank, 2).rows(5)
        mine = drawn(rng.manual_seed(3), 2 * (rows.last - rows.first),
                     lambda n: torch.rand((n, 2), generator=rng))  # fmt: skip
        assert torch.equal(mine, torch.cat([rows.of(whole[:5]), rows.of(whole[5:])]))
        mine = drawn(rng.manual_seed(3), 2 * (rows.last - rows.first),
                     lambda n: torch.rand((2, n), generator=rng), dim=1)  # fmt: skip
        assert torch.equal(mine, torch.cat([rows.of(two[:, :5], 1), rows.of(two[:, 5:], 1)], 1))


def test_a_batch_norm_in_training_alone_is_torchs_to_rounding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch.distributed as dist

    monkeypatch.setattr(dist, "all_reduce", lambda value: None)  # a crew of one
    x = torch.randn(6, 4, 5, 5)
    plain, ours = torch.nn.BatchNorm2d(4), torch.nn.BatchNorm2d(4)
    join(ours, Rows(0, 6, 6))
    assert isinstance(ours, BatchNormOfRows)
    ways = []
    for net in (plain, ours):
        given = x.clone().requires_grad_()
        made = net(given)
        (made.square() * x).sum().backward()
        assert given.grad is not None
        ways.append((made.detach(), given.grad, net.running_mean, net.running_var))
    for a, b in zip(*ways, strict=True):
        assert torch.allclose(a, b, atol=1e-5)
    assert torch.allclose(plain.eval()(x), ours.eval()(x), atol=1e-6)


def test_part_of_a_batch_is_its_rows_in_every_field() -> None:
    from haiga.training.pictures.feed import FeedBatch

    batch = FeedBatch(torch.arange(8.0).view(4, 2), np.arange(4), np.arange(4) > 1)
    part = part_of(batch, Rows(1, 3, 4))
    assert part.pixels.tolist() == [[2, 3], [4, 5]]
    assert part.indexes.tolist() == [1, 2]
    assert part.flips.tolist() == [False, True]


def test_a_learner_that_cannot_join_is_refused_in_one_sentence() -> None:
    with pytest.raises(UserError, match="--workers 2: this training runs in one process"):
        Crew(0, 2).take_in(object(), 8, RowsGenerator())


@pytest.mark.slow
def test_two_workers_make_the_steps_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), *sys.path[1:2]]))
    import crew_steps

    file = str(tmp_path / "second.pt")
    one = crew_steps.main([file, *NAMES])
    two = train_together(crew_steps.main, [file, *NAMES], 2)
    second = torch.load(file)
    for name in NAMES:
        assert all(torch.equal(value, second[name][key]) for key, value in two[name].items()), name
        for key, value in one[name].items():
            if not key.startswith("loss"):
                continue
            first = key.endswith(" 0") and not key.startswith("loss g_")
            apart = abs(float(two[name][key] - value))
            # the first loss knows no gradients; later ones know bfloat16's rounding of them
            assert apart <= (1e-5 if first else 1e-2) * max(0.2, abs(float(value))), (name, key)


@pytest.mark.slow
def test_a_generator_begun_by_two_is_finished_by_one(tmp_path: Path) -> None:
    folder = _paints(tmp_path / "paints")
    tiny = ["--pictures", str(folder), "--recipe", "dcgan", "--size", "64", "--width", "4",
            "--batch", "8", "--threads", "1", "--samples", "16", "--looks", "2"]  # fmt: skip
    whole, out = tmp_path / "whole", tmp_path / "out"
    generator.main([*tiny, "--steps", "12", "--out", str(whole)])
    train_together(generator.main, [*tiny, "--steps", "6", "--out", str(out)], 2)
    assert load_model(out).card.role == "generator"
    (out / "report.html").touch()  # as `haiga train` leaves it: only then can it be extended
    generator.main([*tiny, "--steps", "12", "--out", str(out), "--resume"])
    ours, theirs = (_losses(o) for o in (out, whole))
    assert abs(ours / theirs - 1) < 0.01
    seen = [(o / "work/coverage.csv").read_text() for o in (out, whole)]
    assert seen[0] == seen[1]


def _paints(folder: Path) -> Path:
    from PIL import Image

    folder.mkdir()
    for number in range(24):
        draw = np.random.default_rng(number)
        small = draw.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(small).resize((64, 64)).save(folder / f"{number:03}.png")
    return folder


def _losses(out: Path) -> float:
    """The mean discriminator's loss over all steps, from the looks' means."""
    with (out / "work/log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    steps = np.diff([0, *(int(row["step"]) for row in rows)])
    return float(np.average([float(row["d_loss"]) for row in rows], weights=steps))
