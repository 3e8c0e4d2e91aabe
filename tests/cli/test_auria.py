"""The default artist with her real models, as a new user meets her."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from haiga.core.config import ARTISTS, artist_names
from haiga.inspection.poems import possible_syllables
from haiga.media.pictures import picture_digest, read_picture, read_recipe
from haiga.models.store import BUNDLED

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("artist", artist_names())
def test_pieces_are_formed_different_and_replayed_to_the_pixel(
    run: Any, work: Path, artist: str
) -> None:
    done = run("create", "--artist", artist, "--seed", 11, "--count", 3, "--json")
    assert done.code == 0, done.err
    assert done.err == ""
    pieces = done.objects
    assert [piece["artist"] for piece in pieces] == [artist] * 3
    for piece in pieces:
        for line, count in zip(piece["poem"], (5, 7, 5), strict=True):
            assert count in possible_syllables(line), line
        assert len(piece["alt_text"]) <= 400
        assert piece["style"]["title"]
        assert all(piece["poem"][0] != other["poem"][0] for other in pieces if other != piece)
    digests = {picture_digest(read_picture(work / piece["painting"])) for piece in pieces}
    assert len(digests) == 3
    for name in ("painting", "styled", "sheet") if artist == "auria" else ("sheet",):
        replayed = run("replay", pieces[2][name], "--json")
        assert replayed.code == 0, replayed.out
        assert replayed.object == {
            "identical": True,
            "changed": [],
            "ssim": 1.0,
            "file": pieces[2][name],
            "kind": "piece",
            "picture": name,
            "seed": 13,
        }


def test_a_piece_made_in_a_row_is_the_piece_made_alone(run: Any, work: Path) -> None:
    row = run("create", "--seed", 5, "--count", 2, "--studio", "row", "--json").objects[1]
    alone = run("create", "--seed", 6, "--studio", "alone", "--json").object
    assert alone["poem"] == row["poem"]
    assert alone["mood"] == row["mood"]
    recipes = [read_recipe(work / piece["painting"]) for piece in (row, alone)]
    assert recipes[0]["outputs"]["painting"] == recipes[1]["outputs"]["painting"]


def test_a_piece_names_every_model_that_was_read_and_compares_its_words_with_known_works(
    run: Any, work: Path
) -> None:
    piece = run("create", "--seed", 123, "--json").object
    (verdict,) = (v for v in piece["verdicts"] if v["name"] == "new words")
    assert (verdict["keep"], verdict["score"]) == (True, 1.0)
    assert "of the poet's copying index" in verdict["reason"]
    recipe = read_recipe(work / piece["sheet"])
    models = {name.partition("/")[0] for step in recipe["steps"] for name in step["models"]}
    made = {"haiku", "painter", "poems", "styles", "upscaler", "words"}
    assert models == made | {"captioner", "eye"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as on Unix")
def test_an_interrupt_amid_a_networks_work_ends_with_one_line(
    run: Any, work: Path, environment: dict[str, str]
) -> None:
    for pause_s in (0.2, 0.7):
        process = subprocess.Popen(
            [sys.executable, "-m", "haiga", "create", "--count", "1000", "--json"],
            cwd=work,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause_s)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert err.decode() == "haiga: stopped; nothing is half done\n"
        assert process.returncode == 130
    assert len(run("list", "--json").objects) >= 2


def test_torch_is_not_loaded_to_make_a_piece(work: Path, environment: dict[str, str]) -> None:
    code = (
        "import sys; sys.argv = ['haiga', 'create', '--seed', '1', '--json']\n"
        "from haiga.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('torch' in sys.modules, 'ray' in sys.modules, 'fastapi' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=work, env=environment, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "False False False"


@pytest.mark.parametrize(("role", "model"), [("painter", "painter"), ("poet", "haiku")])
def test_a_model_file_that_is_not_the_one_on_its_card_is_refused(
    run: Any, work: Path, role: str, model: str
) -> None:
    shutil.copytree(BUNDLED / model, work / "model")
    text = (ARTISTS / "auria.toml").read_text()
    (work / "me.toml").write_text(text.replace(f"[{role}]", f'[{role}]\nmodel = "model"'))
    assert run("create", "--artist", "me.toml", "--seed", 1).code == 0
    used = (file for file in (work / "model").glob("*.onnx") if file.stem != "encoder")
    for onnx in sorted(used):  # the encoder is for training alone
        whole = onnx.read_bytes()
        onnx.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        done = run("create", "--artist", "me.toml", "--seed", 1)
        assert done.code == 1
        assert onnx.name in done.err
        assert "is not the file its card describes" in done.err
        assert len(done.err.splitlines()) == 1
        onnx.write_bytes(whole)
    assert len(run("list", "--json").objects) == 1
