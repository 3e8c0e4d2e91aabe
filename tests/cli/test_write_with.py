"""`haiga write --with`: any poet, any form, and everything it tells of a poem."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from haiga.inspection.poems import judge_form

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny poet that has read one poem of its own."""
    from tiny_poet import make_poet

    from haiga.features.copying import Source

    read = [Source("Anon", "The Snow", ["the old snow falling in the night", "over my lane"])]
    return make_poet(tmp_path_factory.mktemp("poets") / "tiny", read=read)


def test_a_folder_writes_under_a_form_and_tells_everything_it_recorded(
    run: Any, tiny: Path
) -> None:
    done = run("write", "--with", tiny, "--form", "couplet", "--lines", 4, "--count", 2,
               "--seed", 3, "--candidates", 4, "--json")  # fmt: skip
    assert done.code == 0, done.err
    from haiga.core.nouns import Poem

    for written in done.objects:
        assert written["keeps_form"]
        assert judge_form(Poem(tuple(written["lines"]), "couplet")).keep
        assert all(8 <= count <= 10 for count in written["syllables"])
        assert written["candidates"] == 4
        assert written["stanzas"] == [2, 2]
        assert {"score", "parts", "shared", "loops", "unknown_begin"} <= set(written)
    shown = run("write", "--with", tiny, "--form", "couplet", "--lines", 4, "--seed", 3,
                "--candidates", 4)  # fmt: skip
    assert shown.out.splitlines() == [
        *done.objects[0]["lines"][:2], "", *done.objects[0]["lines"][2:],
    ]  # fmt: skip


def test_a_form_of_ones_own_is_a_file(run: Any, tiny: Path, work: Path) -> None:
    (work / "steps.toml").write_text('name = "steps"\nlines = [2, "3-4", 2]\nrhyme = "axa"\n')
    done = run("write", "--with", tiny, "--form", "steps.toml", "--json")
    assert done.object["keeps_form"]
    assert len(done.object["lines"]) == 3
    (work / "steps.toml").write_text('name = "steps"\nlines = [0, "x"]\ncolour = 1\n')
    done = run("write", "--with", tiny, "--form", "steps.toml")
    assert done.code == 2
    assert len(done.err.splitlines()) == 3


def test_shared_words_are_marked_on_a_terminal_and_nowhere_else(
    run: Any, tiny: Path, work: Path, environment: dict[str, str]
) -> None:
    common = ("write", "--with", str(tiny), "--form", "free", "--lines", "3", "--seed", "1",
              "--begin", "the old snow falling in the night")  # fmt: skip
    piped = run(*common)
    assert "\x1b" not in piped.out
    assert "shares" in piped.err
    assert "“The Snow” by Anon, line 1" in piped.err
    if sys.platform == "win32":
        return
    import pty

    mine, its = pty.openpty()
    env = {**environment, "TERM": "xterm"}
    command = [sys.executable, "-m", "haiga", *common]
    subprocess.run(command, cwd=work, env=env, stdout=its, stderr=subprocess.PIPE, check=True)
    os.close(its)
    shown = os.read(mine, 65536).decode()
    os.close(mine)
    assert shown.startswith("\x1b[1;4mthe old snow falling in the night\x1b[0m")


def test_unknown_words_of_the_opening_are_told(run: Any, tiny: Path) -> None:
    done = run("write", "--with", tiny, "--form", "free", "--begin", "Hello world, snow")
    assert done.out.startswith("Hello world, snow")
    assert "does not know, and keeps as they stand: hello, world" in done.err


def test_greedy_writes_the_same_whatever_the_seed(run: Any, tiny: Path) -> None:
    one, two = (
        run("write", "--with", tiny, "--form", "free", "--greedy", "--seed", n).out for n in (1, 2)
    )
    assert one == two


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--with", "vers"), "no poet named 'vers'"),
        (("--with", "words"), "no poet can use it"),
        (("--with", "."), "holds no model"),
        (("--with", "TINY", "--temperature", "0"), "use --greedy"),
        (("--with", "TINY", "--temperature", "-1"), "use --greedy"),
        (("--with", "TINY", "--top-p", "0"), "top_p"),
        (("--with", "TINY", "--begin", " "), "begin: is empty"),
        (("--with", "TINY", "--begin", "over the mountain by the sea"), "3 too many"),
        (("--with", "TINY", "--lines", "4"), "has 3 lines"),
        (("--with", "TINY", "--season", "sumer"), "summer"),
        (("--with", "TINY", "--diction", "gone.txt"), "gone.txt"),
        (("--with", "haiku", "--form", "couplet"), "--with"),
        (("--with", "haiku", "--begin", "snow"), "begin"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    run: Any, tiny: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run("write", *(str(tiny) if a == "TINY" else a for a in arguments))
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_an_artist_may_have_such_a_poet_and_make_pieces_with_it(
    run: Any, tiny: Path, work: Path
) -> None:
    text = (work / "fake.toml").read_text()
    mine = f'use = "lm.v1"\nmodel = "{tiny}"\ncandidates = 3\ndiction = "any"\n'
    (work / "mine.toml").write_text(text.replace('use = "fake.v1"\n', mine, 1))
    made = run("create", "--artist", "mine.toml", "--studio", "studio", "--seed", 5, "--json")
    assert made.code == 0, made.err
    again = run("write", "--artist", "mine.toml", "--seed", 5, "--json")
    assert again.object["lines"] == made.object["poem"]
    assert judge_form_of(made.object["poem"])


def judge_form_of(lines: list[str]) -> bool:
    from haiga.core.nouns import Poem

    return judge_form(Poem(tuple(lines), "haiku")).keep
