"""`haiga list` and `haiga show`: what the archive holds."""

from __future__ import annotations

from typing import Any


def test_pieces_are_listed_newest_first(create: Any, run: Any) -> None:
    made = [piece["id"] for piece in create("--seed", 1, "--count", 3).objects]
    listed = run("list", "--studio", "studio", "--json").objects
    assert [piece["id"] for piece in listed] == made[::-1]
    lines = run("list", "--studio", "studio", "--count", 2).out.splitlines()
    assert [line.split()[0] for line in lines] == made[:0:-1]


def test_a_piece_is_shown_by_the_beginning_of_its_id(create: Any, run: Any) -> None:
    piece = create("--seed", 1).object
    shown = run("show", piece["id"][:6], "--studio", "studio", "--json").object
    assert shown == piece
    assert piece["poem"][0] in run("show", piece["id"], "--studio", "studio").out


def test_an_unknown_id_names_the_way_to_the_list(create: Any, run: Any) -> None:
    create("--seed", 1)
    done = run("show", "zzzz", "--studio", "studio")
    assert done.code == 2
    assert "haiga list" in done.err


def test_looking_into_a_studio_that_is_not_there_makes_none(run: Any, work: Any) -> None:
    for command in ("list", "show"):
        done = run(command, "--studio", "nowhere")
        assert done.code == 2
        assert "haiga create" in done.err
    assert not (work / "nowhere").exists()


def test_a_closed_pipe_ends_quietly(create: Any, run: Any, work: Any, environment: Any) -> None:
    import subprocess
    import sys

    create("--seed", 1, "--count", 3)
    command = f"{sys.executable} -m haiga list --studio studio | head -c 1"
    done = subprocess.run(command, shell=True, cwd=work, env=environment, capture_output=True)
    assert len(done.stdout) == 1
    assert done.stderr == b""
