"""`haiga telephone` as it is typed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

FAKE = ("--painter", "fake.v1", "--captioner", "fake.v1")


@pytest.fixture
def telephone(run):
    """Runs the verb with the fake makers in `game`."""

    def play(*arguments, **more):
        return run("telephone", "--out", "game", *FAKE, *arguments, **more)

    return play


def test_a_game_is_told_and_its_files_are_named(telephone, work):
    ended = telephone("a zebra on a hill", "--rounds", 2, "--seed", 7)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0].strip() == "“a zebra on a hill”"
    assert lines[1].startswith("  1 ")
    for name in ("telephone.html", "strip.png", "film.webp", "telephone.json"):
        assert (work / "game" / name).is_file()
    assert "never seen by the painter: zebra" in ended.err
    assert "seed 7" in ended.err


def test_json_gives_one_object_with_captions_and_what_was_measured(telephone):
    ended = telephone("a dog", "--rounds", 2, "--chains", 3, "--seed", 7, "--json")
    (game,) = ended.object["games"]
    assert [len(chain["captions"]) for chain in game["chains"]] == [2, 2, 2]
    assert [chain["seed"] for chain in game["chains"]] == [7, 8, 9]
    assert game["measured"]["chains"] == [3, 3]
    assert ended.object["seconds"] >= ended.object["playing_s"]


def test_a_chain_that_ends_is_told(run):
    ended = run("telephone", "a dog", "--painter", "fake.v1", "--captioner", "mute.v1",
                "--rounds", 2, "--seed", 1, "--out", "game")  # fmt: skip
    assert ended.code == 0, ended.err
    assert "chain 1 ended: nothing was said of the picture of round 1" in ended.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([""], "text: is empty"),
        (["🎈"], "holds no word"),
        (["dog.jpg"], "dog.jpg: there is no such file"),
        (["a dog", "--temperature", "-1"], "captioner.temperature: -1.0 is less than 0"),
        (["a dog", "--temperature", "nan"], "--temperature: must be a number"),
        (["a dog", "--out", "fake.toml"], "fake.toml: is a file; --out names a folder"),
        (["a dog", "--out", "."], ".: holds other files"),
        (["a dog", "--out", "no/game"], "the folder no does not exist"),
        (["--from", "game"], "is not DIR:ROUND"),
    ],
)
def test_a_mistake_is_one_sentence(telephone, work, arguments, why):
    ended = telephone(*arguments)
    assert ended.code == 2
    assert why in ended.err
    assert "Traceback" not in ended.err
    assert not (work / "game").exists()


def test_ctrl_c_keeps_what_was_played_and_the_same_command_goes_on(telephone, work, environment):
    command = [sys.executable, "-m", "haiga", "telephone", "a dog", *FAKE, "--out", "game"]
    command += ["--rounds", "400", "--chains", "20", "--seed", "7"]
    process = subprocess.Popen(command, cwd=work, env=environment, stderr=subprocess.PIPE)
    record = work / "game" / "telephone.json"
    until = time.monotonic() + 60
    while time.monotonic() < until and "round02.png" not in _text(record):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"the same command goes on" in err
    kept = json.loads(record.read_text())["games"][0]["chains"][0]["turns"]
    assert len(kept) >= 2
    table = json.loads(record.read_text())
    table["rounds"] = len(kept)
    record.write_text(json.dumps(table))
    ended = telephone("a dog", "--rounds", len(kept) + 1, "--chains", 20, "--seed", 7, "--json")
    assert ended.code == 0, ended.err
    chain = ended.object["games"][0]["chains"][0]
    assert chain["captions"][: len(kept)] == [turn["caption"] for turn in kept]


def _text(path) -> str:
    return path.read_text() if path.is_file() else ""


def test_the_command_names_itself_in_the_help(run):
    ended = run("telephone", "--help")
    assert ended.code == 0
    assert "Play the telephone" in ended.out
