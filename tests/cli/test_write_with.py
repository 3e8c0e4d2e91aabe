"""`haiga write --with`: any poet, any form, and everything it tells of a poem."""

from __future__ import annotations

import os
import shutil
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


@pytest.fixture(scope="session")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny poet that writes letter by letter."""
    from tiny_poet import make_poet

    return make_poet(
        tmp_path_factory.mktemp("poets") / "letters", level="char", words="etaoinshrdlu"
    )


def artist_with(work: Path, poet: str) -> Path:
    """The fake artist with another poet, in a folder of its own."""
    (work / "own").mkdir(exist_ok=True)
    text = (work / "fake.toml").read_text().replace('use = "fake.v1"\n', poet, 1)
    (work / "own/mine.toml").write_text(text)
    return Path("own/mine.toml")


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
        (("--with", "vers"), "no poet named 'vers', and no such folder; did you mean 'verse'?"),
        (("--with", "fake.toml"), "fake.toml: is a file, not the folder of a model"),
        (("--with", "UNFINISHED"), "holds an unfinished run; go on with it"),
        (("--with", "CHAR", "--form", "haiku"), "`haiga write --form free`"),
        (("--with", "words"), "no poet can use it"),
        (("--with", "."), "holds no model"),
        (("--with", "TINY", "--temperature", "0"), "use --greedy"),
        (("--with", "TINY", "--temperature", "-1"), "use --greedy"),
        (("--with", "TINY", "--top-p", "0"), "haiga: --top-p: must be"),
        (("--with", "TINY", "--begin", " "), "haiga: --begin: is empty"),
        (("--with", "TINY", "--begin", "мороз"), "--begin: the syllables of 'мороз' cannot be"),
        (("--with", "TINY", "--max-shared-words", "1"), "haiga: --max-shared-words: must be"),
        (("--with", "TINY", "--temperature", "nan"), "--temperature: must be above 0 and at most"),
        (("--with", "TINY", "--begin", "over the mountain by the sea"), "3 too many"),
        (("--with", "TINY", "--lines", "4"), "has 3 lines"),
        (("--with", "TINY", "--season", "sumer"), "summer"),
        (("--with", "TINY", "--diction", "gone.txt"), "gone.txt"),
        (("--with", "haiku", "--form", "couplet"), "--with"),
        (("--with", "haiku", "--begin", "snow", "--top-p", "1"),
         "haiku poet takes no --begin and no --top-p; `--with verse` does"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(
    run: Any, tiny: Path, letters: Path, work: Path, arguments: tuple[str, ...], said: str
) -> None:
    (work / "UNFINISHED/work").mkdir(parents=True)
    (work / "UNFINISHED/work/plan.json").write_text("{}")
    folders = {"TINY": tiny, "CHAR": letters}
    done = run("write", *(str(folders.get(a, a)) for a in arguments))
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_what_a_poet_of_letters_does_not_heed_is_told(run: Any, letters: Path) -> None:
    asked = ("--with", letters, "--form", "free", "--season", "winter", "--diction", "period")
    done = run("write", *asked)
    assert done.code == 0
    assert "writes letter by letter, and heeds no --season and no --diction" in done.err
    assert run("write", *asked, "--json").object["unheeded"] == ["season", "diction"]


def test_a_quotation_that_the_index_does_not_know_is_told(run: Any, tiny: Path) -> None:
    common = ("write", "--with", tiny, "--form", "free", "--quotation")
    assert (
        "no work that the poet read is called “no such title”" in run(*common, "no such title").err
    )
    for known in ("the snow", "Anon The Snow", "old snow falling in the night"):
        assert "no work" not in run(*common, known).err


def test_a_model_is_found_beside_the_artists_file_and_again_by_its_recipe(
    run: Any, tiny: Path, work: Path
) -> None:
    mine = artist_with(work, 'use = "lm.v1"\nmodel = "tiny"\ncandidates = 2\n')
    shutil.copytree(tiny, work / "own/tiny")
    made = run("create", "--artist", mine, "--studio", "studio", "--seed", 5, "--json")
    assert made.code == 0, made.err
    again = run("replay", work / made.object["sheet"], "--json", cwd=work.parent)
    assert again.object["identical"], again.out


@pytest.mark.parametrize(
    ("poet", "said"),
    [
        ('use = "lm.v1"\nmodel = "word"\n', "own/mine.toml:6: poet.model: no poet's model named "
         "'word', and no such folder beside this file; bundled: haiku, verse"),
        ('use = "lstm.v1"\nmodel = "TINY"\n', "is for lm.v1"),
        ('use = "lm.v1"\nmodel = "haiku"\n', "is for lstm.v1"),
        ('use = "lm.v1"\nmodel = "CHAR"\n', "take a poet of words"),
        ('use = "lm.v1"\ntop_p = 0.0\n', "top_p: must be above 0"),
    ],
)  # fmt: skip
def test_a_poet_that_cannot_serve_an_artist_is_refused_before_a_studio_is_made(
    run: Any, tiny: Path, letters: Path, work: Path, poet: str, said: str
) -> None:
    mine = artist_with(work, poet.replace("TINY", str(tiny)).replace("CHAR", str(letters)))
    done = run("create", "--artist", mine, "--studio", "studio")
    assert done.code == 2
    assert said in done.err
    assert not (work / "studio").exists()


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


def test_a_setting_that_only_the_poet_can_judge_is_told_with_its_line(
    run: Any, tiny: Path, work: Path
) -> None:
    text = (work / "fake.toml").read_text()
    head, table, rest = text.partition("[painter]")
    before = head.partition("[poet]")[0]
    poet = f'[poet]\nuse = "lm.v1"\nmodel = "{tiny.as_posix()}"\n'
    for setting, said in (
        ("temperature = 9", "poet.temperature: must be above 0"),
        ('season = "mud"', "poet.season: no season named 'mud'"),
    ):
        (work / "own.toml").write_text(f"{before}{poet}{setting}\n\n{table}{rest}")
        line = (before + poet).count("\n") + 1
        done = run("write", "--artist", "own.toml", "--form", "free")
        assert done.code == 2, done.err
        assert f"own.toml:{line}: {said}" in done.err
    given = run("write", "--artist", "own.toml", "--form", "free", "--season", "sumer")
    assert "haiga: --season: no season" in given.err  # what was typed is not the file's fault
