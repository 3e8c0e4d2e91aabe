"""Several workers make the steps of one: rows, sums, masks, and a poet trained by two."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from haiga.actions.train import recipe_main
from haiga.core.errors import UserError
from haiga.models.store import load_model
from haiga.roles.poets.network import PoetNetwork
from haiga.training.nets.lstm import WordLstm
from haiga.training.on_one_machine import train_together
from haiga.training.parallel import ALONE, Crew, dropped
from haiga.training.recipes.poet import main

TOLERANCE = 3e-4
"""Between the losses of one worker and two over 40 steps, relative; 7e-5 was measured."""
PLAN = ["--steps", "40", "--threads", "1", "--patience", "0"]


@pytest.mark.parametrize(("size", "count"), [(1, 5), (2, 5), (3, 8), (4, 4)])
def test_the_workers_rows_are_the_batch_in_order(size: int, count: int) -> None:
    batch = torch.arange(count)
    parts = [Crew(rank, size).rows(count) for rank in range(size)]
    assert torch.equal(torch.cat([rows.of(batch) for rows in parts]), batch)
    assert abs(sum(rows.share for rows in parts) - 1) < 1e-12
    lengths = [rows.last - rows.first for rows in parts]
    assert max(lengths) - min(lengths) <= 1


def test_a_crew_of_one_changes_nothing() -> None:
    weight = torch.nn.Parameter(torch.ones(3))
    weight.grad = torch.tensor([0.1, 0.2, 0.3])
    ALONE.average_gradients([weight])
    assert torch.equal(weight.grad, torch.tensor([0.1, 0.2, 0.3]))
    assert ALONE.decided(True, False) == (True, False)
    assert ALONE.agreed("as it is") == "as it is"


def test_more_workers_than_rows_are_refused() -> None:
    with pytest.raises(UserError, match="--workers 3: a step reads 2 rows .* --workers 2 or fewer"):
        Crew(0, 3).check_rows(2, "row")


def test_a_workers_dropout_is_its_part_of_the_whole_batchs() -> None:
    x = torch.randn(6, 5)
    torch.manual_seed(4)
    whole, after = torch.nn.functional.dropout(x, 0.4), torch.get_rng_state()
    for rank in range(2):
        rows = Crew(rank, 2).rows(6)
        torch.manual_seed(4)
        assert torch.equal(dropped(rows.of(x), 0.4, rows), rows.of(whole))
        assert torch.equal(torch.get_rng_state(), after)


@pytest.mark.parametrize("layers", [1, 2])
def test_the_poets_network_gives_a_worker_its_rows_of_the_whole_batch(layers: int) -> None:
    torch.manual_seed(0)
    net = WordLstm(40, 16, 32, layers, 0.4).train()
    tokens = torch.randint(0, 40, (5, 9))
    torch.manual_seed(5)
    whole, (hidden, _) = net.features(tokens, None)
    for rank in range(2):
        net.rows = rows = Crew(rank, 2).rows(5)
        torch.manual_seed(5)
        mine, (ours, _) = net.features(rows.of(tokens), None)
        assert torch.allclose(mine, rows.of(whole), atol=1e-6)
        assert torch.allclose(ours, rows.of(hidden, 1), atol=1e-6)


def _command(texts: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "haiga", "train", "poet", "--texts", str(texts),
            "--out", str(out), *PLAN, *more]  # fmt: skip


def _trained(texts: Path, out: Path, workers: int, *more: str) -> Path:
    arguments = ["--texts", str(texts), "--out", str(out), *PLAN, *more]
    if workers == 1:
        main(arguments)
    else:
        train_together(main, arguments, workers)
    return out


def _losses(out: Path) -> np.ndarray:
    lines = [json.loads(x) for x in (out / "work" / "log.jsonl").read_text().splitlines()]
    return np.array([(x["loss"], x["validation_loss"]) for x in lines])


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory, poems_jsonl: Callable[..., Path]) -> Path:
    return poems_jsonl(tmp_path_factory.mktemp("texts") / "poems.jsonl")


@pytest.fixture(scope="module")
def by_one(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained(texts, tmp_path_factory.mktemp("one") / "poet", 1)


@pytest.fixture(scope="module")
def by_two(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained(texts, tmp_path_factory.mktemp("two") / "poet", 2)


def _writes_alike(one: Path, other: Path) -> None:
    nets = [PoetNetwork(load_model(out), threads=1) for out in (one, other)]
    scores = [
        net.score([net.end, *net.encode("the cold moon waits over the river ,")]) for net in nets
    ]
    assert np.abs(scores[0] - scores[1]).max() < 0.05


@pytest.mark.slow
def test_two_workers_make_the_losses_of_one(by_one: Path, by_two: Path) -> None:
    one, two = _losses(by_one), _losses(by_two)
    assert one.shape == two.shape
    assert np.abs(two / one - 1).max() < TOLERANCE
    _writes_alike(by_one, by_two)


def _begun(texts: Path, out: Path, workers: int, looks: int) -> None:
    """A run of so many workers, killed after so many measurements."""
    process = subprocess.Popen(
        _command(texts, out, "--workers", str(workers)), stderr=subprocess.DEVNULL
    )
    log, until = out / "work" / "log.jsonl", time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        if log.exists() and len(log.read_text().splitlines()) >= looks:
            break
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "card.toml").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("first", "then"), [(1, 2), (2, 1)])
def test_a_killed_run_goes_on_with_another_number_of_workers(
    texts: Path, by_one: Path, tmp_path: Path, first: int, then: int
) -> None:
    out = tmp_path / "poet"
    _begun(texts, out, first, 2)
    _trained(texts, out, then, "--resume")
    assert np.abs(_losses(out) / _losses(by_one) - 1).max() < TOLERANCE
    _writes_alike(by_one, out)


@pytest.mark.slow
def test_two_workers_killed_and_gone_on_give_the_same_bytes(
    texts: Path, by_two: Path, tmp_path: Path
) -> None:
    out = tmp_path / "poet"
    _begun(texts, out, 2, 1)
    _trained(texts, out, 2, "--resume")
    assert (out / "step.onnx").read_bytes() == (by_two / "step.onnx").read_bytes()


@pytest.mark.slow
def test_a_worker_that_dies_is_named_and_the_run_can_go_on(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "poet"
    command = [*_command(texts, out, "--workers", "2"), "--steps", "4000"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step "):
            break
    children = subprocess.run(
        ["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True
    )
    os.kill(int(children.stdout.split()[0]), signal.SIGKILL)
    rest = process.stderr.read()
    assert process.wait() == 1
    assert "a worker ended before the training did: it was ended by signal 9" in rest
    assert "Traceback" not in rest
    assert (out / "work" / "last.safetensors").exists()


@pytest.mark.slow
def test_ctrl_c_keeps_the_place_of_two_workers(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "poet"
    command = [*_command(texts, out, "--workers", "2"), "--steps", "4000"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step "):
            break
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait() == 130
    assert "go on with --resume" in rest
    assert "Traceback" not in rest


def test_a_recipe_for_one_process_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "haiga", "train", "haiku", "--workers", "2", "all"],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "the haiku recipe runs in one process" in done.stderr


ALONE_ONLY = [
    ["painter", "--recipe", "attngan", "--pictures", "x"],
    ["painter", "--learning-curve", "--pictures", "x"],
    ["generator", "--learning-curve", "--pictures", "x"],
    ["upscaler", "--training", "texture", "--start", "x", "--pictures", "x"],
]


@pytest.mark.parametrize("words", ALONE_ONLY)
def test_what_one_process_alone_can_train_is_refused_to_each_of_several(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="is trained in one process; leave out --workers"):
        recipe_main(words[0])([*words[1:], "--out", "out"], Crew(0, 2))
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_such_a_refusal_is_one_sentence_whichever_worker_says_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "haiga", "train", *ALONE_ONLY[0], "--out", "out", "--workers", "2"],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "is trained in one process; leave out --workers" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--workers", "0"], "--workers 0: must be a whole number"),
        (["--workers", "two"], "--workers two: must be a whole number"),
        (["--workers"], "--workers: a value is missing"),
        (["--engine", "spark"], "--engine spark: must be one of local, ray"),
        (["--ray-address", "here:1"], "--ray-address here:1: is for --engine ray"),
    ],
)
def test_bad_options_are_said_in_one_sentence(given: list[str], said: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "haiga", "train", "poet", *given],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
