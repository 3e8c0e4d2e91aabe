"""`haiga pipeline`: files and artists shown, checked, drawn and run, and gone on with."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from haiga.engine.events import Event

MINE = """
import time

def soften(photo, out, radius=2, pause_s=0.0):
    from PIL import Image, ImageFilter
    time.sleep(pause_s)
    with Image.open(photo) as image:
        image.filter(ImageFilter.GaussianBlur(radius)).save(out, "PNG")

def size(painting, out):
    out.write_text(str(painting.stat().st_size))

def nothing(poem, out):
    print("I have nothing to say")

def breaks(poem, out):
    deeper = {}
    return deeper["the key"]

def wrong(poem, out):
    out.write_text("no picture at all")
"""

PIPELINE = """\
name = "hands"
seed = 5
[given]
words = "an old pond"
[[step]]
name = "poem"
use = "poet:fake.v1"
inputs = { about = "words" }
[[step]]
name = "painting"
use = "painter:fake.v1"
inputs = ["poem"]
count = 3
[[step]]
name = "kept"
choose = "painting"
by = "mine.py:size"
[[loop]]
name = "game"
times = 2
carry = { kept = "soft" }
[[loop.step]]
name = "soft"
use = "python:mine.py:soften"
inputs = { photo = "kept" }
makes = "picture"
[[step]]
name = "copy"
run = ["cp", "{game.soft}", "{out}"]
makes = "picture"
[[step]]
name = "page"
use = "sheet:page.v1"
with = { width_px = 480 }
inputs = ["copy", "poem"]
"""
FILES = {
    "poem.txt", "painting.0.png", "painting.1.png", "painting.2.png", "kept.png",
    "kept.scores.0.txt", "kept.scores.1.txt", "kept.scores.2.txt", "game.1.soft.png",
    "game.2.soft.png", "copy.png", "page.png", "run.json",
}  # fmt: skip
posix = pytest.mark.skipif(os.name != "posix", reason="it runs cp, and signals as on Unix")


@pytest.fixture
def pipes(work: Path) -> Path:
    (work / "mine.py").write_text(MINE)
    (work / "hands.toml").write_text(PIPELINE)
    return work


def contents(folder: Path) -> dict[str, str]:
    """Every result of a run by its place, as a digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.*"))
        if path.name not in ("run.json", "events.jsonl", ".lock")
    }


@posix
def test_a_pipeline_runs_and_goes_on_where_it_was(run: Any, pipes: Path) -> None:
    done = run("pipeline", "run", "hands.toml", "--out", "out", "--count", "2", "--json",
               "--events", "what.jsonl")  # fmt: skip
    assert done.code == 0, done.err
    assert [one["item"] for one in done.objects] == ["5", "6"]
    assert done.err == ""
    assert {path.name for path in (pipes / "out" / "5").iterdir()} == FILES
    table = json.loads((pipes / "out" / "5" / "run.json").read_text())
    entry = table["tasks"]["painting[1]"]
    data = (pipes / "out" / "5" / entry["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry["sha256"]
    assert {"key", "digest", "seconds", "seed", "use"} <= set(entry)
    sizes = [(pipes / "out" / "5" / f"painting.{i}.png").stat().st_size for i in range(3)]
    chosen = f"painting.{sizes.index(max(sizes))}.png"
    assert (pipes / "out/5/kept.png").read_bytes() == (pipes / "out/5" / chosen).read_bytes()
    events = [Event.read(line) for line in (pipes / "out/events.jsonl").read_text().splitlines()]
    assert {event.kind for event in events} == {"queued", "started", "done"}
    assert (pipes / "what.jsonl").read_text() == (pipes / "out/events.jsonl").read_text()

    before = contents(pipes / "out")
    again = run("pipeline", "run", "hands.toml", "--out", "out", "--count", "3", "--json")
    assert [one["again"] for one in again.objects] == [True, True, False]
    assert {k: v for k, v in contents(pipes / "out").items() if not k.startswith("7/")} == before
    other = run("pipeline", "run", "hands.toml", "--out", "other", "--workers", "2", "--no-cache",
                "--count", "3", "--json")  # fmt: skip
    assert other.code == 0, other.err
    assert contents(pipes / "other") == contents(pipes / "out")
    cached = run("pipeline", "run", "hands.toml", "--out", "third", "--json")
    assert cached.object["cached"] == cached.object["tasks"] == len(FILES) - 1
    assert contents(pipes / "third") == {
        k: v for k, v in contents(pipes / "out").items() if k.startswith("5/")
    }
    for name, text, part in (
        ("hands.toml", PIPELINE.replace("old pond", "old frog"), "given value words"),
        ("hands.toml", PIPELINE.replace("480", "490"), "setting width_px of step 'page'"),
        ("mine.py", MINE.replace("GaussianBlur", "BoxBlur"), "the source of step 'kept.scores'"),
    ):
        before_it = (pipes / name).read_text()
        (pipes / name).write_text(text)
        refused = run("pipeline", "run", "hands.toml", "--out", "out")
        assert refused.code == 2
        assert f"results of another plan: {part} has changed" in refused.err
        (pipes / name).write_text(before_it)


@posix
def test_a_run_that_is_killed_is_gone_on_with_and_two_at_once_are_refused(
    run: Any, pipes: Path, environment: dict[str, str]
) -> None:
    slow = PIPELINE.replace("inputs = { photo = \"kept\" }",
                            'inputs = { photo = "kept" }\nwith = { pause_s = 0.4 }')  # fmt: skip
    (pipes / "hands.toml").write_text(slow)
    arguments = ("pipeline", "run", "hands.toml", "--count", "3")
    process = subprocess.Popen(
        [sys.executable, "-m", "haiga", *arguments, "--out", "out"],
        cwd=pipes, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not (pipes / "out" / "5").exists() and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGSTOP)  # so that it is not done before the second begins
        second = run(*arguments, "--out", "out")
        assert second.code == 2
        assert second.err == (
            "haiga: out: another run is at work here; wait for its end or choose another --out\n"
        )
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    ended = run(*arguments, "--out", "out", "--json")
    assert ended.code == 0, ended.err
    assert ended.objects[0]["again"]
    whole = run(*arguments, "--out", "whole", "--no-cache")
    assert whole.code == 0, whole.err
    assert contents(pipes / "whole") == contents(pipes / "out")


@posix
def test_an_interrupted_run_says_how_much_is_done_and_that_it_can_be_gone_on_with(
    run: Any, pipes: Path, environment: dict[str, str]
) -> None:
    slow = PIPELINE.replace("inputs = { photo = \"kept\" }",
                            'inputs = { photo = "kept" }\nwith = { pause_s = 1.5 }')  # fmt: skip
    (pipes / "hands.toml").write_text(slow)
    arguments = ("pipeline", "run", "hands.toml", "--count", "9", "--out", "out")
    process = subprocess.Popen(
        [sys.executable, "-m", "haiga", *arguments],
        cwd=pipes, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    more, told = process.communicate(timeout=60)
    done = 1 + len(more.splitlines())
    assert process.returncode == 130
    assert told.decode() == (
        f"haiga: stopped; {done} of 9 items are done, in out; the same command goes on\n"
    )
    again = run(*arguments[:4], "1", "--out", "out", "--json")
    assert again.object["again"]


FAULTY = {
    "nothing": ("nothing", "I have nothing to say"),
    "an error": ("breaks", 'Traceback (most recent call last):\n      File "'),
    "a wrong type": ("wrong", "item 5: its result is not a picture haiga reads\n"),
}


@posix
@pytest.mark.parametrize("what", FAULTY)
def test_a_step_without_its_result_ends_the_run_with_a_sentence(
    run: Any, pipes: Path, what: str
) -> None:
    function, told = FAULTY[what]
    text = PIPELINE + f'[[step]]\nname = "bad"\nuse = "python:mine.py:{function}"\n' \
        'inputs = ["poem"]\nmakes = "picture"\n'  # fmt: skip
    (pipes / "hands.toml").write_text(text)
    done = run("pipeline", "run", "hands.toml", "--out", "out")
    assert done.code == 1
    assert "step 'bad' of item 5" in done.err
    assert told in done.err
    assert "site-packages" not in done.err
    assert "haiga/engine" not in done.err
    assert not (pipes / "out" / "5").exists()
    kept_going = run("pipeline", "run", "hands.toml", "--out", "out", "--count", "2",
                     "--keep-going", "--json")  # fmt: skip
    assert kept_going.code == 1
    assert [list(one["failed"]) for one in kept_going.objects] == [["bad"], ["bad"]]


def test_show_is_a_line_a_step_and_json_an_object(run: Any, pipes: Path) -> None:
    shown = run("pipeline", "show", "hands.toml")
    assert shown.code == 0, shown.err
    lines = shown.out.splitlines()
    assert lines[0].split() == ["step", "use", "reads", "makes", "where"]
    assert [line.split()[0] for line in lines[1:]] == [
        "poem", "painting", "kept.scores", "kept", "game.soft", "copy", "page"
    ]  # fmt: skip
    assert "painting ×3" in shown.out
    assert "game.soft (2 rounds)" in shown.out
    objects = {one["step"]: one for one in run("pipeline", "show", "auria", "--json").objects}
    assert objects["styled"]["reads"] == ["enlarged", "style"]
    assert objects["poem"]["use"] == "lstm.v1"


def test_check_of_a_sound_pipeline_is_one_quiet_line(run: Any, pipes: Path) -> None:
    done = run("pipeline", "check", "hands.toml")
    assert (done.code, done.out, done.err) == (0, "hands.toml: 8 steps, nothing wrong\n", "")
    assert run("pipeline", "check", "fake.toml", "--json").object == {
        "pipeline": "fake", "steps": 10, "sound": True,
    }  # fmt: skip
    assert not (pipes / "out").exists()


def test_check_tells_everything_at_once_and_writes_nothing(run: Any, pipes: Path) -> None:
    text = PIPELINE.replace("count = 3", "count = 3\nneeds = { cpu = 4000, gpu = 9 }")
    text += '[[step]]\nname = "far"\nrun = ["cp", "{poem}", "{out}"]\nenv = { image = "a:b" }\n'
    (pipes / "hands.toml").write_text(text)
    before = contents(pipes)
    done = run("pipeline", "check", "hands.toml", "--no-environments")
    assert done.code == 2
    assert done.err.startswith("haiga: hands.toml:14: painting.needs: needs 4000 processors")
    assert "; needs 9 GPUs and there are 0" in done.err
    assert "far" not in done.err
    (pipes / "hands.toml").write_text(text.replace('"{poem}"', '"{peom}"'))
    both = run("pipeline", "check", "hands.toml", "--no-environments")
    assert "painting.needs: needs 4000 processors" in both.err
    assert "far.run: nothing makes 'peom'" in both.err
    (pipes / "hands.toml").write_text(text)
    given = run("pipeline", "check", "hands.toml", "--given", "words=no-such.png")
    assert given.code == 2
    assert "--given words: no-such.png: there is no such file" in given.err
    faulty = run("pipeline", "check", "bad.toml")
    assert "bad.toml: there is no such file" in faulty.err
    (pipes / "bad.toml").write_text(
        PIPELINE.replace('"poem"]', '"peom"]').replace('"cp"', '"no-such-cp"')
    )
    told = run("pipeline", "check", "bad.toml")
    assert told.code == 2
    assert len(told.err.splitlines()) == 3
    (pipes / "bad.toml").unlink()
    assert contents(pipes) == before


def test_a_graph_is_drawn(run: Any, pipes: Path) -> None:
    done = run("pipeline", "graph", "hands.toml", "--out", "g.png")
    assert (done.code, done.out) == (0, "g.png\n"), done.err
    with Image.open(pipes / "g.png") as image:
        assert image.width > 500
    assert run("pipeline", "graph", "fake.toml", "--json").object["graph"] == "fake.svg"
    chain = "".join(
        f'[[step]]\nname = "s{i}"\nuse = "poet:fake.v1"\ninputs = {{ about = "s{i - 1}" }}\n'
        for i in range(1, 300)
    )
    text = 'name = "long"\n[[step]]\nname = "s0"\nuse = "poet:fake.v1"\n' + chain
    (pipes / "long.toml").write_text(text)
    refused = run("pipeline", "graph", "long.toml", "--out", "long.png")
    assert refused.code == 2
    assert "write an .svg instead" in refused.err
    assert not (pipes / "long.png").exists()
    assert run("pipeline", "graph", "long.toml").out == "long.svg\n"


def test_an_artist_runs_as_a_pipeline_and_paints_as_create_does(
    run: Any, create: Any, pipes: Path
) -> None:
    done = run("pipeline", "run", "fake.toml", "--seed", "3", "--out", "out", "--json")
    assert "nobody asks whether a piece is a copy, and no style rests" in done.err
    assert done.code == 0, done.err
    piece = create("--seed", "3").object
    with Image.open(pipes / "out/3/sheet.png") as ours, Image.open(pipes / piece["sheet"]) as sheet:
        assert ours.tobytes() == sheet.tobytes()
    text = (pipes / "out/3/poem.txt").read_text()
    assert text.splitlines() == piece["poem"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "hands.toml", "--given", "words"), "--given words: write NAME=FILE"),
        (("run", "hands.toml", "--engine", "rya"), "did you mean 'ray'?"),
        (("run", "hands.toml", "--out", "mine.py"), "mine.py: cannot be used as a folder"),
        (("run", "auria", "--given", "a=b"), "an artist takes no given values"),
        (("graph", "hands.toml", "--out", "g.pdf"), "end the name so"),
        (("run", "hands.toml", "--studio", "mine.py"), "mine.py: cannot be used as a folder"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    run: Any, pipes: Path, arguments: tuple[str, ...], told: str
) -> None:
    before = contents(pipes)
    done = run("pipeline", *arguments)
    assert done.code == 2, done.err
    assert told in done.err
    assert len(done.err.splitlines()) == 1
    assert {k: v for k, v in contents(pipes).items() if "studio" not in k} == before
