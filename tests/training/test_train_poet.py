"""`haiga train poet` on a small text: it learns, survives a kill, and refuses what is wrong."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.core.errors import JobError, UserError
from haiga.features.tokens import END
from haiga.models.store import load_model
from haiga.roles.poets.network import PoetNetwork
from haiga.training.poet import loop
from haiga.training.recipes.poet import check, main, parser

pytestmark = pytest.mark.slow

PLAN = ["--steps", "40", "--threads", "1", "--patience", "0", "--rate", "0.01"]


def _train(texts: Path, out: Path, *more: str) -> None:
    main(["--texts", str(texts), "--out", str(out), *PLAN, *more])


def _log(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "work" / "log.jsonl").read_text().splitlines()]


def _figures(out: Path) -> list[tuple[object, ...]]:
    return [(x["step"], x["loss"], x["validation_loss"], x["sample"]) for x in _log(out)]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory, poems_jsonl: Callable[..., Path]) -> Path:
    return poems_jsonl(tmp_path_factory.mktemp("texts") / "poems.jsonl")


@pytest.fixture(scope="module")
def trained(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "poet"
    _train(texts, out)
    return out


def test_the_poet_learns(trained: Path) -> None:
    log = _log(trained)
    assert float(str(log[-1]["validation_loss"])) < 0.75 * float(str(log[0]["validation_loss"]))


def test_the_folder_is_a_model_with_its_sources(trained: Path) -> None:
    model = load_model(trained)
    assert model.card.role == "poet"
    assert {source.licence for source in model.card.data} == {"CC0-1.0"}
    assert sum(source.items for source in model.card.data) == 60
    assert {"perplexity, validation", "perplexity, test"} <= set(model.card.quality)
    for file in model.card.files:
        model.path(file.name)


def test_the_network_writes_what_it_learned(trained: Path) -> None:
    network = PoetNetwork(load_model(trained), threads=1)
    stream = network.encode("the cold moon waits over the river ,")
    own = network.score([network.end, *stream]).mean()
    turned = network.score([network.end, *stream[::-1]]).mean()
    assert own > turned + 0.5


def test_scoring_in_rows_agrees_with_scoring_in_one_go(texts: Path, trained: Path) -> None:
    network = PoetNetwork(load_model(trained), threads=1)
    poems = [json.loads(line)["text"] for line in texts.read_text().splitlines()]
    stream = [n for text in poems for n in (network.end, *network.encode(text))]
    whole, parted = network.score(stream, rows=1), network.score(stream, rows=8)
    assert len(whole) == len(parted) == len(stream) - 1
    assert abs(float(whole.mean() - parted.mean())) < 0.02
    assert network.index[END] == network.end


def test_a_run_killed_at_any_moment_goes_on_to_the_same_figures(
    texts: Path, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "poet"
    arguments = ["--texts", str(texts), "--out", str(out), *PLAN]
    command = [sys.executable, "-m", "haiga", "train", "poet", *arguments]
    for at_least in (1, 3):  # killed twice, each time a little further
        process = subprocess.Popen(
            command + (["--resume"] if (out / "work" / "last.safetensors").exists() else []),
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stderr=subprocess.DEVNULL,
        )
        log = out / "work" / "log.jsonl"
        until = time.monotonic() + 120
        while time.monotonic() < until and process.poll() is None:
            if log.exists() and len(log.read_text().splitlines()) >= at_least:
                break
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not (out / "card.toml").exists()
    _train(texts, out, "--resume")
    assert _figures(out) == _figures(trained)
    assert (out / "step.onnx").read_bytes() == (trained / "step.onnx").read_bytes()


def test_ctrl_c_keeps_the_place_and_says_how_to_go_on(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "poet"
    process = subprocess.Popen(
        [sys.executable, "-m", "haiga", "train", "poet", "--texts", str(texts), "--out", str(out),
         "--steps", "3000", "--threads", "1"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step "):
            break
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait() == 130
    assert "go on with --resume" in rest
    assert "Traceback" not in rest
    assert (out / "work" / "last.safetensors").exists()


def test_a_window_of_fourteen_words_trains_and_writes(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "poet"
    _train(texts, out, "--context", "14")
    network = PoetNetwork(load_model(out), threads=1)
    assert network.context == 14
    stream = [network.end, *network.encode("the cold moon waits over the river ,")]
    far = [network.index["snow"]] * 30
    assert network.score([*far, *stream])[-1] != network.score(stream)[-1]
    same = [*stream, *stream[1:], *stream[1:]]  # the last 14 tokens alone decide
    state = network.begin(1)
    for number in same:
        log_p, state = network.step(_one(number), state)
    fresh = network.begin(1)
    for number in same[-14:]:
        again, fresh = network.step(_one(number), fresh)
    assert (log_p == again).all()
    # and all fourteen of them: step by step is what sliding a window over the text gives
    state, stepped = network.begin(1), []
    for number, following in itertools.pairwise(same):
        log_p, state = network.step(_one(number), state)
        stepped.append(float(log_p[0, following]))
    assert np.allclose(stepped, network.score(same), atol=1e-5)


def _one(number: int) -> np.ndarray:
    return np.array([number], np.int64)


def test_characters_train_too(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "poet"
    _train(texts, out, "--level", "char")
    network = PoetNetwork(load_model(out), threads=1)
    assert network.level == "char"
    assert "m" in network.tokens
    assert "moon" not in network.tokens


def test_training_stops_early_when_validation_no_longer_improves(
    texts: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    from haiga.training.poet import session

    options = parser().parse_args(
        ["--texts", str(texts), "--out", str(tmp_path / "p"), "--steps", "5000", "--patience", "2",
         "--threads", "1", "--dropout", "0", "--rate", "0.02"]
    )  # fmt: skip
    check(options)
    session.train_poet(options, said.append)
    assert any("ended early" in line for line in said)
    log = _log(tmp_path / "p")
    losses = [float(str(x["validation_loss"])) for x in log]
    assert losses.index(min(losses)) == len(losses) - 3


def test_only_the_works_that_were_asked_for_are_read(texts: Path, tmp_path: Path) -> None:
    _train(texts, tmp_path / "p", "--where", "gender=female", "--min-works", "5")
    credit = load_model(tmp_path / "p").card.data[0].credit
    assert "Poet A" in credit
    assert "Poet E" not in credit


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--where", "gender=female"], "texts are not those"),
        (["--level", "char"], "level: word then, char now"),
        (["--seed", "2"], "seed: 1 then, 2 now"),
        (["--context", "14"], "context: None then, 14 now"),
        (["--steps", "31"], "steps: 40 then, 31 now"),
    ],
)
def test_a_resume_with_something_else_is_refused_and_says_what(
    texts: Path, trained: Path, change: list[str], said: str
) -> None:
    before = _figures(trained)
    with pytest.raises(UserError, match=said):
        _train(texts, trained, "--resume", *change)
    assert _figures(trained) == before


def test_a_folder_that_holds_a_poet_is_not_written_over(texts: Path, trained: Path) -> None:
    with pytest.raises(UserError, match="already holds a model"):
        _train(texts, trained)


def test_a_finished_run_does_not_go_on(texts: Path, trained: Path) -> None:
    before = (trained / "step.onnx").read_bytes()
    made = main(["--texts", str(texts), "--out", str(trained), *PLAN, "--resume"])
    assert made.folder == trained  # handed on for the report it lacks
    (trained / "report.html").touch()
    with pytest.raises(UserError, match="training is finished"):
        _train(texts, trained, "--resume")
    (trained / "report.html").unlink()
    assert (trained / "step.onnx").read_bytes() == before


def test_a_damaged_checkpoint_is_named_with_what_to_do(
    texts: Path, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "poet"
    shutil.copytree(trained, out)
    (out / "card.toml").unlink()
    file = out / "work" / "last.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(UserError, match=r"last.safetensors: the checkpoint is damaged .* delete"):
        _train(texts, out, "--resume")


def test_a_folder_of_other_things_is_left_alone(texts: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match=r"holds other files \(notes.txt\)"):
        _train(texts, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_nothing_but_the_texts_and_a_folder_need_be_given(texts: Path, tmp_path: Path) -> None:
    options = parser().parse_args(["--texts", str(texts), "--out", str(tmp_path / "p")])
    check(options)
    assert options.context is None
    assert options.threads is None


def test_there_must_be_a_run_to_go_on_with(texts: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no run to go on with"):
        _train(texts, tmp_path / "none", "--resume")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--minutes", "0", "must be above 0"),
        ("--context", "1", "from 2 to 512"),
        ("--context", "many", "number of tokens"),
        ("--dropout", "1", "from 0 to 0.9"),
        ("--words", "3", "at least 50"),
        ("--context", "0", "from 2 to 512"),
        ("--minutes", "soon", "invalid float value.*see 'haiga train poet --help'"),
        ("--rate", "0", "above 0"),
    ],
)
def test_settings_out_of_range_are_refused_in_words(
    texts: Path, tmp_path: Path, option: str, value: str, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        main(["--texts", str(texts), "--out", str(tmp_path / "p"), option, value])
    assert not (tmp_path / "p").exists()


def test_a_vocabulary_larger_than_memory_is_refused_with_one_that_fits(
    monkeypatch: pytest.MonkeyPatch, texts: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "sysconf", lambda name: 1 if "PHYS" in name else 4096)
    with pytest.raises(UserError, match=r"needs about .* GB .* --words \d+ fits"):
        _train(texts, tmp_path / "p")


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_last_good_checkpoint(
    monkeypatch: pytest.MonkeyPatch, texts: Path, tmp_path: Path
) -> None:
    sound = loop.step_loss
    steps = []

    def breaks(*values: Any) -> Any:
        steps.append(1)
        loss, state = sound(*values)
        return (loss * float("nan") if len(steps) > 12 else loss), state

    monkeypatch.setattr(loop, "step_loss", breaks)
    with pytest.raises(JobError, match="the loss at step 12 is nan"):
        _train(texts, tmp_path / "p")
    monkeypatch.setattr(loop, "step_loss", sound)
    _train(texts, tmp_path / "p", "--resume")
    assert load_model(tmp_path / "p").card.role == "poet"
