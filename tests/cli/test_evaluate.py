"""`haiga evaluate poet`: honest about what is held out, and one sentence for what cannot be."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.cli.evaluating import now_and_then
from haiga.features.copying import Source

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

WORDS = """
    the a of in and on with snow crow night light moon stone alone rain lane sea tree hill still
    gray way sky sleep deep wind bird road cloud house window shadow winter summer river garden
    morning evening water falling calling burning cold old gold leaf star far green candle
""".split()


def poem(seed: int) -> list[str]:
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(WORDS, 7)) for _ in range(5)]


TRAIN, VALIDATION, TEST = range(40), range(40, 46), range(46, 56)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A poet that knows what it read, one that does not, and texts of every part."""
    from tiny_poet import make_poet

    folder = tmp_path_factory.mktemp("shelf")
    sources = [
        Source("A. Poet", f"Work {seed}", poem(seed), split=split)
        for split, seeds in (("train", TRAIN), ("validation", VALIDATION), ("test", TEST))
        for seed in seeds
    ]
    make_poet(folder / "poet", read=sources)
    make_poet(folder / "unknown")
    make_poet(folder / "letters", level="char", words="abcdefghijklmnopqrstuvwxyz", read=sources)
    log = {"step": 10, "loss": 5.0, "validation_loss": 5.5, "minutes": 0.1, "tokens_per_s": 100}
    lines = [json.dumps({**log, "step": step}) for step in (10, 20, 30)]
    (folder / "poet" / "log.jsonl").write_text("\n".join(lines) + "\n")
    for name, seeds in (("all", range(56)), ("trained", TRAIN), ("new", range(100, 110))):
        rows = [
            json.dumps({"text": "\n".join(poem(s)), "author": "A. Poet", "title": f"Work {s}"})
            for s in seeds
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture
def evaluate(run: Any, shelf: Path) -> Callable[..., Any]:
    def evaluate_it(model: str, texts: str, *more: object) -> Any:
        return run("evaluate", "poet", shelf / model, "--texts", shelf / texts, "-n", 6, *more)

    return evaluate_it


def test_the_report_is_told_written_as_a_page_and_as_json(
    evaluate: Callable[..., Any], tmp_path: Path
) -> None:
    done = evaluate("poet", "all.jsonl", "--out", tmp_path / "report")
    assert done.code == 0, done.err
    assert done.err.startswith("reading the texts …")
    assert "10 test works (held-out" in done.out
    assert "5-gram" in done.out
    assert "compared with the 56 works of its copying index" in done.out
    assert "form             100 % of 6 poems keep haiku" in done.out
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    value = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert value["reading"]["held_out"] == "test"
    assert value["reading"]["counts"]["train"] == 40
    assert value["writing"]["copies"]["against"] == "the 56 works of its copying index"
    assert [moment["step"] for moment in value["learning"]] == [10, 20, 30]
    assert "How it learned" in page
    assert str(tmp_path / "report" / "report.html") in done.err


def test_json_is_one_object_and_the_same_again(evaluate: Callable[..., Any]) -> None:
    first, again = (evaluate("poet", "all.jsonl", "--json") for _ in range(2))
    assert first.code == 0, first.err
    assert first.object == again.object
    held = [part for part in first.object["reading"]["parts"] if part["part"] == "test"]
    assert held[0]["works"] == 10
    other = evaluate("poet", "all.jsonl", "--json", "--seed", 7)
    assert other.object["writing"]["examples"] != first.object["writing"]["examples"]


def test_texts_that_were_all_trained_on_give_no_held_out_number(
    evaluate: Callable[..., Any],
) -> None:
    done = evaluate("poet", "trained.jsonl")
    assert done.code == 0, done.err
    assert "held-out, " not in done.out
    assert "every text was trained on: no figure here is a held-out one" in done.out


def test_texts_that_it_never_saw_are_held_out(evaluate: Callable[..., Any]) -> None:
    done = evaluate("poet", "new.jsonl")
    assert "10 never seen works (held-out" in done.out
    assert "no n-gram model beside it" in done.out


def test_without_an_index_it_says_that_it_cannot_know(evaluate: Callable[..., Any]) -> None:
    done = evaluate("unknown", "all.jsonl")
    assert done.code == 0, done.err
    assert "nothing can tell which of the texts it was trained on" in done.out
    assert "held-out, " not in done.out


def test_a_poet_of_characters_is_measured_on_free_poems(evaluate: Callable[..., Any]) -> None:
    done = evaluate("letters", "all.jsonl", "--json")
    assert done.code == 0, done.err
    assert done.object["writing"]["form"] == "free"
    assert done.object["writing"]["form_kept"] is None
    assert done.object["reading"]["kneser_ney"]["order"] == 5


@pytest.mark.parametrize(
    ("model", "texts", "more", "said"),
    [
        ("nowhere", "all.jsonl", (), "no such folder"),
        ("all.jsonl", "all.jsonl", (), "is a file, not the folder of a model"),
        ("poet", "nowhere.jsonl", (), "nowhere.jsonl"),
        ("poet", "empty.txt", (), "empty.txt"),
        ("poet", "all.jsonl", ("--form", "sonnetto"), "no form named 'sonnetto'"),
        ("poet", "all.jsonl", ("--where", "gender=female"), "gender"),
        ("poet", "all.jsonl", ("--text-column", "lyrics"), "lyrics"),
        ("poet", "all.jsonl", ("--count", 0), "count: must be from 1"),
        ("poet", "all.jsonl", ("--min-works", 999), "999"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_in_one_sentence(
    evaluate: Callable[..., Any], shelf: Path, model: str, texts: str, more: Any, said: str
) -> None:
    (shelf / "empty.txt").write_text("")
    done = evaluate(model, texts, *more)
    assert (done.code, done.out) == (2, ""), done.err
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_model_that_is_no_poet_is_named_with_what_it_is(run: Any, shelf: Path) -> None:
    done = run("evaluate", "poet", "painter", "--texts", shelf / "all.jsonl")
    assert done.code == 2
    assert "painter: is the model of a painter" in done.err


def test_a_report_folder_that_cannot_be_made_is_said_before_anything_is_measured(
    evaluate: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    done = evaluate("poet", "all.jsonl", "--out", tmp_path / "taken")
    assert done.code == 2
    assert "taken: cannot be used as a folder" in done.err


def test_a_report_is_not_written_over_another_poets(
    evaluate: Callable[..., Any], shelf: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    for _ in range(2):  # over an older one of its own
        assert evaluate("poet", "new.jsonl", "--out", report).code == 0
    before = (report / "report.json").read_bytes()
    for place, said in (
        (report, "another poet or an earlier training, 'tiny'"),
        (shelf / "poet", "another model"),
    ):
        done = evaluate("unknown", "new.jsonl", "--out", place)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
        assert "--out" in done.err
    assert (report / "report.json").read_bytes() == before
    assert not (shelf / "poet" / "report.json").exists()
    copied = tmp_path / "copied"
    shutil.copytree(shelf / "unknown", copied)
    assert evaluate(str(copied), "new.jsonl", "--out", copied).code == 0


def test_one_is_told_now_and_then_what_is_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    say = now_and_then(heard.append)
    for seconds in range(0, 20, 2):
        clock[0] = float(seconds)
        say(f"{seconds} s")
    assert heard == ["0 s", "6 s", "12 s", "18 s"]


def test_help_explains_each_option(run: Any) -> None:
    assert "poet" in run("evaluate", "--help").out
    done = run("evaluate", "poet", "--help")
    assert done.code == 0
    for option in ("--texts", "--where", "--count", "--form", "--json", "--out"):
        assert option in done.out
