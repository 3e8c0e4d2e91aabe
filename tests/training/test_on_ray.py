"""Trainings on a real Ray of this machine: what one process makes, and one search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from haiga.actions.tune import Search, tune
from haiga.core.errors import UserError

pytest.importorskip("ray", reason="needs the ray extra")

from haiga.engine.on_ray import Connection
from haiga.training.on_one_machine import train_together
from haiga.training.on_ray import train_on_ray
from haiga.training.recipes.poet import main

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray"), pytest.mark.timeout(600)]

PLAN = ["--threads", "1", "--patience", "0"]


@pytest.fixture(scope="module", autouse=True)
def connection() -> Iterator[Connection]:
    """Ray on two processors, started once for all tests here."""
    connection = Connection(cpus=2)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory, poems_jsonl: Callable[..., Path]) -> Path:
    return poems_jsonl(tmp_path_factory.mktemp("texts") / "poems.jsonl")


def test_two_workers_of_ray_make_what_two_make_here_and_either_goes_on(
    texts: Path, tmp_path: Path
) -> None:
    here, out = tmp_path / "here", tmp_path / "out"
    given = ["--texts", str(texts), *PLAN, "--steps", "20"]
    train_together(main, [*given, "--out", str(here)], 2)
    said: list[str] = []
    made = train_on_ray(main, [*given, "--out", str(out)], 2, tell=said.append)
    assert made.folder == out
    assert (out / "step.onnx").read_bytes() == (here / "step.onnx").read_bytes()
    assert len([line for line in said if line.startswith("step ")]) == 4  # each said once
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "out"]
    for file in ("card.toml", "step.onnx"):  # as if it had been killed before it was exported
        (out / file).unlink()
    main([*given, "--out", str(out), "--resume"])
    assert (out / "step.onnx").read_bytes() == (here / "step.onnx").read_bytes()


def test_what_a_recipe_refuses_is_refused_on_ray(tmp_path: Path) -> None:
    given = ["--texts", str(tmp_path / "none.txt"), "--out", str(tmp_path / "out"), *PLAN]
    with pytest.raises(UserError, match=r"none\.txt: there is no such file"):
        train_on_ray(main, given, 1)
    with pytest.raises(UserError, match="--workers 3: Ray has 2 processors here"):
        train_on_ray(main, given, 3)
    assert not list(tmp_path.iterdir())


def test_a_search_on_ray_tries_the_same_and_keeps_the_best(texts: Path, tmp_path: Path) -> None:
    space = tmp_path / "space.toml"
    space.write_text("[settings]\nrate = { choice = [0.01, 0.00001] }\n")
    search = Search(
        recipe="poet", trials=3, out=tmp_path / "tuned", space=space, steps=20, seed=7,
        engine="ray", workers=1, arguments=("--texts", str(texts), "--patience", "0"),
    )  # fmt: skip
    found = tune(search)
    assert [trial.settings["rate"] for trial in found.trials] == [
        found.space.drawn(7, n)["rate"] for n in range(3)
    ]
    assert found.best.settings["rate"] == 0.01
    assert found.best.best == min(t.best or 99.0 for t in found.trials)
    assert {t.state for t in found.trials} == {"finished", "stopped"}
    assert (tmp_path / "tuned" / "best" / "card.toml").is_file()
    assert not (tmp_path / "tuned" / "trials" / ".ray").exists()
