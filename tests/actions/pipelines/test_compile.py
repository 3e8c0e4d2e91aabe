"""From a pipeline's file to a plan: what each step becomes, and every fault at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haiga.actions.pipelines.artist import compile_any, is_artist
from haiga.actions.pipelines.compile import Compiled
from haiga.actions.pipelines.show import rows
from haiga.core.errors import HaigaError, UserError
from haiga.engine.plan import Environment, Needs, Step

Compile = Callable[..., Compiled]
Faults = Callable[[str], list[str]]

POEM = '[[step]]\nname = "poem"\nuse = "poet:fake.v1"\n'
PAINTING = '[[step]]\nname = "painting"\nuse = "painter:fake.v1"\ninputs = ["poem"]\n'


def step(compiled: Compiled, name: str) -> Step:
    return next(step for step in compiled.pipeline.steps if step.name == name)


def test_steps_stand_in_any_order_and_run_in_the_right_one(compiled: Compile) -> None:
    plan = compiled(PAINTING + "count = 4\nwith = { tint = 3 }\n" + POEM)
    assert [step.name for step in plan.pipeline.steps] == ["poem", "painting"]
    painting = step(plan, "painting")
    assert painting.reads == {"poem": "poem"}
    assert (painting.role, painting.use, painting.makes) == ("painter", "fake.v1", "picture")
    assert painting.call is not None
    assert painting.call.settings == {"use": "fake.v1", "settings": {"tint": 3}}
    assert plan.widths["painting"] == 4


def test_with_is_parted_between_the_maker_and_what_is_asked_of_it(compiled: Compile) -> None:
    plan = compiled(POEM + 'with = { about = "snow", pause_s = 0.5, form = "tanka" }\n')
    assert step(plan, "poem").call.settings == {  # type: ignore[union-attr]
        "use": "fake.v1",
        "settings": {"pause_s": 0.5},
        "about": "snow",
        "form": "tanka",
    }


def test_listed_inputs_go_where_their_kind_is_wanted(compiled: Compile, folder: Path) -> None:
    Image.fromarray(np.full((4, 4, 3), 9, np.uint8)).save(folder / "a.png")
    plan = compiled(
        '[given]\nphoto = "a.png"\n[[step]]\nname = "feeling"\nuse = "mood:fake.v1"\n'
        'inputs = ["verse"]\n[[step]]\nname = "verse"\nuse = "poet:fake.v1"\n'
        '[[step]]\nname = "styled"\nuse = "stylist:fake.v1"\ninputs = ["feeling", "photo"]\n',
    )
    assert step(plan, "feeling").reads == {"poem": "verse"}
    assert step(plan, "styled").reads == {"mood": "feeling", "picture": "photo"}


def test_a_function_is_found_without_running_its_file(compiled: Compile, folder: Path) -> None:
    plan = compiled(
        POEM + PAINTING + '[[step]]\nname = "soft"\nuse = "python:mine.py:soften"\n'
        'inputs = ["painting"]\nmakes = "picture"\nwith = { radius = 3 }\n'
    )
    soft = step(plan, "soft")
    assert soft.call is not None
    assert soft.call.target == f"{folder}/mine.py:soften"
    assert soft.reads == {"photo": "painting"}
    assert soft.call.settings == {"radius": 3}


def test_a_command_reads_what_stands_in_its_braces(compiled: Compile, folder: Path) -> None:
    (folder / "tool.py").write_text("")
    plan = compiled(
        POEM + '[[step]]\nname = "loud"\nrun = ["env", "tool.py", "{poem}", "{{x}}", "{out}"]\n'
        'makes = "text"\n'
    )
    loud = step(plan, "loud")
    assert loud.call is not None
    assert loud.call.command == ("env", f"{folder}/tool.py", "{poem}", "{{x}}", "{out}")
    assert loud.reads == {"poem": "poem"}
    assert (loud.role, loud.use) == ("command", "env")


def test_a_choice_gathers_its_candidates(compiled: Compile) -> None:
    many = POEM + PAINTING + "count = 3\n"
    plan = compiled(
        many + '[[step]]\nname = "best"\nchoose = "painting"\ninputs = ["poem"]\n'
        '[[step]]\nname = "one"\nchoose = "painting"\nby = "first"\n'
        '[[step]]\nname = "mine"\nchoose = "painting"\nby = "mine.py:soften"\n'
    )
    best, scores, mine = (step(plan, name) for name in ("best", "mine.scores", "mine"))
    assert best.reads == {"painting": "painting", "words": "poem"}
    assert best.gathers == ("painting",)
    assert step(plan, "one").makes == "picture"
    assert scores.reads == {"photo": "painting"}
    assert scores.makes == "text"
    assert mine.gathers == ("choice", "scores")
    assert plan.widths == {"poem": 1, "painting": 3, "best": 1, "one": 1, "mine.scores": 3,
                           "mine": 1}  # fmt: skip


LOOP = (
    '[[loop]]\nname = "game"\ntimes = 3\ncarry = { poem = "verse" }\n'
    '[[loop.step]]\nname = "verse"\nuse = "poet:fake.v1"\ninputs = { about = "poem" }\n'
    '[[loop.step]]\nname = "painting"\nuse = "painter:fake.v1"\ninputs = ["verse"]\n'
)


def test_a_loop_hands_each_round_what_the_one_before_made(compiled: Compile) -> None:
    plan = compiled(
        POEM + LOOP + '[[step]]\nname = "end"\nuse = "upscaler:lanczos.v1"\n'
        'inputs = ["game.painting"]\n[[step]]\nname = "early"\nuse = "upscaler:lanczos.v1"\n'
        'inputs = ["game.1.painting"]\n'
    )
    abouts = [step(plan, f"game.{i}.verse").reads["about"] for i in (1, 2, 3)]
    assert abouts == ["poem", "game.1.verse", "game.2.verse"]
    assert step(plan, "game.2.painting").reads == {"poem": "game.2.verse"}
    assert step(plan, "end").reads == {"picture": "game.3.painting"}
    assert step(plan, "early").reads == {"picture": "game.1.painting"}
    assert [(row.step, row.times) for row in rows(plan)] == [
        ("poem", 1), ("game.verse", 3), ("game.painting", 3), ("end", 1), ("early", 1),
    ]  # fmt: skip


def test_needs_environment_and_patience_reach_the_plan(compiled: Compile, folder: Path) -> None:
    (folder / "soft.lock").write_text("numpy==2.2.0\n")
    plan = compiled(
        POEM + "needs = { cpu = 2, gpu = 0.5, memory_mb = 100 }\ntimeout_s = 60\nretries = 2\n"
        'env = { requirements = ["numpy==2.2.*", "./a.whl"], python = "3.12", variables = ["X"] }\n'
        '[[step]]\nname = "soft"\nrun = ["env", "{poem}", "{out}"]\nenv = { lock = "soft.lock" }\n'
    )
    poem = step(plan, "poem")
    assert poem.needs == Needs(2, 0.5, 100)
    assert (poem.timeout_s, poem.retries) == (60, 2)
    assert poem.environment == Environment(
        ("numpy==2.2.*", f"{folder}/a.whl"), python="3.12", variables=("X",)
    )
    assert step(plan, "soft").environment == Environment(lock="numpy==2.2.0\n")


def test_a_maker_that_comes_with_its_environment_need_not_be_installed_here(
    compiled: Compile,
) -> None:
    plan = compiled(
        '[[step]]\nname = "poem"\nuse = "poet:theirs.v1"\nwith = { rhyme = true, about = "snow" }\n'
        'env = { requirements = ["their-poets"] }\n'
    )
    poem = step(plan, "poem")
    assert poem.call is not None
    assert poem.call.settings["settings"] == {"rhyme": True}
    assert poem.models() == {}


FAULTS: dict[str, tuple[str, list[str]]] = {
    "a circle": (
        '[[step]]\nname = "b"\nrun = ["env", "{a}", "{out}"]\n'
        '[[step]]\nname = "a"\nrun = ["env", "{c}", "{out}"]\n'
        '[[step]]\nname = "c"\nrun = ["env", "{b}", "{out}"]\n',
        ["p.toml:5: a.inputs: the steps wait for each other in a circle: a → b → c → a"],
    ),
    "its own result": (
        '[[step]]\nname = "a"\nrun = ["env", "{a}", "{out}"]\n',
        ["p.toml:2: a.inputs: it reads its own result"],
    ),
    "a missing input": (
        POEM + PAINTING.replace('["poem"]', '["peom"]'),
        ["p.toml:8: painting.inputs: nothing makes 'peom'; did you mean 'poem'?"],
    ),
    "a wrong type": (
        POEM + PAINTING + '[[step]]\nname = "again"\nuse = "painter:fake.v1"\n'
        'inputs = ["painting"]\n'
        '[[step]]\nname = "third"\nuse = "painter:fake.v1"\ninputs = { poem = "painting" }\n',
        [
            "p.toml:12: again.inputs: it reads 'painting', which is a picture; a painter reads "
            "a poem",
            "p.toml:16: third.inputs: 'painting' is a picture, and its poem must be a poem",
        ],
    ),
    "a name twice": (
        POEM + POEM,
        ["p.toml:6: poem.name: another step is called so"],
    ),
    "names that are kept": (
        POEM.replace('"poem"', '"out"')
        + '[[step]]\nname = "a"\nrun = ["env", "{out}"]\ninputs = { seed = "out" }\n',
        [
            "p.toml:3: out.name: every function and program is given something under this name",
            "p.toml:8: a.inputs: 'seed' is nowhere in run; write {seed} there",
            "p.toml:8: a.inputs: 'seed' is given to every function and program; call the input",
        ],
    ),
    "everything about uses": (
        '[[step]]\nname = "a"\nuse = "poets:fake.v1"\n'
        '[[step]]\nname = "b"\nuse = "poet:fake.v2"\n'
        '[[step]]\nname = "c"\nuse = "lanczos.v1"\n'
        '[[step]]\nname = "d"\nuse = "poet:fake.v1"\nwith = { pause = 1, about = 3 }\n'
        '[[step]]\nname = "e"\n'
        '[[step]]\nname = "f"\nuse = "poet:fake.v1"\nrun = ["x"]\n'
        '[[step]]\nname = "g"\nrun = ["no-such-program", "{out}"]\n'
        '[[step]]\nname = "h"\nrun = ["env"]\n'
        '[[step]]\nname = "i"\nuse = "poet:fake.v1"\nmakes = "picture"\n',
        [
            "p.toml:4: a.use: no role named 'poets'; did you mean 'poet'?",
            "p.toml:7: b.use: no haiga.poets named 'fake.v2'; did you mean 'fake.v1'?",
            'p.toml:10: c.use: write the role too: use = "upscaler:lanczos.v1"',
            "p.toml:14: d.with.about: input should be a valid string, not 3",
            "p.toml:14: d.with.pause: no such setting; did you mean 'pause_s'?",
            "p.toml:15: e: does nothing; give it one of use, run and choose",
            "p.toml:17: f: has both use and run; give it one of use, run and choose",
            "p.toml:23: g.run: no program 'no-such-program' is on the PATH; install it",
            "p.toml:26: h.run: nothing in it is {out}, the file that it must write",
            "p.toml:30: i.makes: a poet makes a poem, not a picture; leave it out",
        ],
    ),
    "functions": (
        '[given]\nphoto = "some words"\n'
        + "".join(
            f'[[step]]\nname = "f{i}"\nuse = "python:{use}"\n{more}\n'
            for i, (use, more) in enumerate(
                [
                    ("mine.py:softn", ""),
                    ("yours.py:soften", ""),
                    ("mine.py", ""),
                    ("mine.py:soften", 'inputs = ["photo"]\nwith = { radios = 2 }'),
                    ("mine.py:mute", 'inputs = ["photo"]'),
                    ("mine.py:soften", 'inputs = { picture = "photo" }'),
                    ("mine.py:louder", 'inputs = { text = "photo" }'),
                    ("nowhere_at_all:f", ""),
                ]
            )
        ),
        [
            "p.toml:6: f0.use: mine.py has no function 'softn'; did you mean 'soften'?",
            "p.toml:10: f1.use: yours.py: there is no such file beside the pipeline",
            "p.toml:14: f2.use: write FILE.py:FUNCTION or MODULE:FUNCTION, not 'mine.py'",
            "p.toml:20: f3.with.radios: no such parameter; did you mean 'radius'?",
            "p.toml:23: f4.use: mute has no parameter 'out', the path that it must write",
            "p.toml:28: f5.inputs: soften takes no 'picture'; it takes: photo, radius",
            "p.toml:32: f6.inputs: louder needs 'times', which is no input and not in with",
            "p.toml:35: f7.use: no module 'nowhere_at_all' is installed; write env = "
            "{ requirements = […] }, or FILE.py:FUNCTION for a file",
        ],
    ),
    "two numbers of one thing": (
        POEM + "count = 2\n" + PAINTING + "count = 3\n",
        [
            "p.toml:10: painting.count: it reads 2 of 'poem', and its own count is 3: numbers "
            "that do not go together; gather one of them"
        ],
    ),
    "choices": (
        POEM + PAINTING + '[[step]]\nname = "a"\nchoose = "painting"\n'
        '[[step]]\nname = "b"\nchoose = "painting"\nby = "taste"\n'
        '[[step]]\nname = "c"\nchoose = "poem"\ninputs = ["poem"]\n',
        [
            "p.toml:9: a.inputs: the critic matches pictures with words; list the step that "
            'makes the words: inputs = ["poem"]',
            "p.toml:11: a.choose: there is one 'painting' only; give that step a count",
            "p.toml:14: b.choose: there is one 'painting' only; give that step a count",
            "p.toml:15: b.by: no way to choose named 'taste'; known: FILE.py:FUNCTION, critic, "
            "first",
            "p.toml:18: c.choose: 'poem' is a poem, and the critic chooses a picture",
            "p.toml:18: c.choose: there is one 'poem' only; give that step a count",
            "p.toml:19: c.inputs: the critic matches pictures with words; list the step that "
            'makes the words: inputs = ["poem"]',
        ],
    ),
    "loops": (
        POEM + LOOP.replace('poem = "verse"', 'peom = "vers"')
        + '[[step]]\nname = "end"\nuse = "upscaler:lanczos.v1"\ninputs = ["game"]\n',
        [
            "p.toml:8: game.carry.peom: no step 'vers' in this loop; did you mean 'verse'?",
            "p.toml:8: game.carry.peom: nothing outside the loop is named 'peom', and the first "
            "round reads it; did you mean 'poem'?",
            "p.toml:20: end.inputs: 'game' is a loop; name one of its steps, such as game.verse",
        ],
    ),
    "keys, types and files": (
        'sed = 1\n[given]\nphoto = "no.png"\nempty = ""\nodd = { fiel = "x" }\n'
        + POEM
        + 'needs = { cpus = 1, gpu = -1 }\nenv = { python = "3", lock = 4 }\n'
        '[[step]]\nname = "x y"\nuse = "poet:fake.v1"\n'
        '[[step]]\nname = "z"\nrun = ["env", "{out}"]\nenv = { lock = "no.lock" }\n',
        [
            "p.toml:2: sed: no such key; did you mean 'seed'?",
            "p.toml:4: photo: no.png: there is no such file",
            "p.toml:5: empty: is empty; name a file or write a text, or --given NAME=FILE does",
            "p.toml:6: odd.fiel: no such key; did you mean 'file'?",
            "p.toml:10: poem.needs.gpu: must be 0 or more, not -1",
            "p.toml:10: poem.needs.cpus: no such key; did you mean 'cpu'?",
            "p.toml:11: poem.env.lock: must be a text, not 4",
            "p.toml:11: poem.env.python: must be a version such as \"3.12\", not '3'",
            "p.toml:13: x y.name: must be a letter, then letters, digits, - and _, not 'x y'",
            "p.toml:18: z.env.lock: no.lock: no such file or directory",
        ],
    ),
    "one fault does not hide another": (
        '[[step]]\nname = "poem"\nuse = "poet:lstm.v1"\nwith = { temperature = 8.0 }\n'
        '[[step]]\nname = "poem"\nuse = "poet:fake.v9"\n'
        '[[step]]\nname = "a"\nrun = ["no-such-program", "{b}"]\n'
        '[[step]]\nname = "b"\nrun = ["env", "{a}", "{c}", "{out}"]\n'
        '[[step]]\nname = "c"\nuse = "painter:fake.v1"\ninputs = ["d", "d", "peom"]\n'
        "with = { tynt = 3 }\nretries = -1\n"
        '[[step]]\nname = "d"\nuse = "mood:fake.v1"\ninputs = ["poem", "b"]\n',
        [
            "p.toml:5: poem.with.temperature: must be above 0 and at most 2, got 8.0",
            "p.toml:7: poem.name: another step is called so",
            "p.toml:8: poem (2).use: no haiga.poets named 'fake.v9'",
            "p.toml:9: a.inputs: the steps wait for each other in a circle: a → b → a",
            "p.toml:11: a.run: nothing in it is {out}, the file that it must write",
            "p.toml:11: a.run: no program 'no-such-program' is on the PATH; install it",
            "p.toml:12: b.inputs: the steps wait for each other in a circle: b → d → c → b",
            "p.toml:18: c.inputs: 'd' is listed twice; leave one out",
            "p.toml:18: c.inputs: nothing makes 'peom'; did you mean 'poem'?",
            "p.toml:18: c.inputs: it reads 'd', which is a mood; a painter reads a poem",
            "p.toml:19: c.with.tynt: no such setting; did you mean 'tint'?",
            "p.toml:20: c.retries: must be 0 or more, not -1",
            "p.toml:24: d.inputs: it reads 'b', which is a file; a mood reads a poem",
        ],
    ),
    "what only a maker can judge": (
        '[[step]]\nname = "poem"\nuse = "poet:lstm.v1"\nwith = { temperature = 8.0 }\n'
        '[[step]]\nname = "tanka"\nuse = "poet:lstm.v1"\nwith = { form = "haikoo" }\n'
        '[[step]]\nname = "photo"\nuse = "painter:flow.v1"\ninputs = ["poem"]\n'
        "with = { steps = 0 }\n"
        '[[step]]\nname = "styled"\nuse = "stylist:fake.v1"\ninputs = ["photo"]\n',
        [
            "p.toml:5: poem.with.temperature: must be above 0 and at most 2, got 8.0",
            "p.toml:9: tanka.with.form: no form named 'haikoo'",
            "p.toml:14: photo.with.steps: 0 is outside 1 to 100",
            "p.toml:15: styled: nothing says what to follow",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_every_fault_is_told_at_once_with_file_line_and_key(faults: Faults, what: str) -> None:
    text, expected = FAULTS[what]
    told = faults(text)
    assert len(told) == len(expected), told
    for line, start in zip(told, expected, strict=True):
        assert line.startswith(start)


PIECES = (
    "3", '""', '"poem"', "[1]", '["poem"]', "{}", '{ poem = "painting" }', "nan", "1979-05-27",
    '"game.1.verse"', '["{", "{out}", "{x.y}"]', '"python:mine.py:soften"', '"python::"', '"x:"',
    '"sheet:page.v1"', '"../.."', "true",
)  # fmt: skip


@pytest.mark.parametrize("start", range(4))
def test_whatever_a_file_says_it_is_met_by_a_plan_or_by_sentences(
    compiled: Compile, start: int
) -> None:
    whole = POEM + PAINTING + 'count = 2\nneeds = { cpu = 2 }\nenv = { python = "3.12" }\n' + LOOP
    for seed in range(20 * start, 20 * start + 20):
        rng = np.random.default_rng(seed)
        lines = whole.splitlines()
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(len(lines)))
            key, equals, _ = lines[at].partition("=")
            if equals:
                lines[at] = f"{key}= {PIECES[int(rng.integers(len(PIECES)))]}"
            elif rng.random() < 0.5:
                del lines[at]
            else:
                lines.insert(int(rng.integers(len(lines))), lines[at])
        with contextlib.suppress(HaigaError):  # nothing else may come of it
            rows(compiled("\n".join(lines)))


def test_a_file_that_is_none_or_holds_nothing_is_refused(folder: Path) -> None:
    (folder / "broken.toml").write_text('name = "x\n[[step]\n')
    (folder / "empty.toml").write_text('name = "x"\n')
    (folder / "blank.toml").write_text("\n")
    for name, told in (
        ("broken.toml", "broken.toml:1: a quotation is not closed"),
        ("empty.toml", "holds no step"),
        ("blank.toml", "blank.toml: is empty; write a name and a step"),
        ("none.toml", "there is no such file"),
        ("auriaa", "did you mean 'auria'?"),
    ):
        given = name if name == "auriaa" else str(folder / name)
        with pytest.raises(UserError, match=told.replace("?", r"\?")):
            compile_any(given)


def test_given_values_come_from_the_command_line_before_the_file(
    compiled: Compile, folder: Path
) -> None:
    Image.fromarray(np.full((4, 4, 3), 9, np.uint8)).save(folder / "a.png")
    text = (
        '[given]\nwords = "an old pond"\nphoto = "a.png"\n'
        '[[step]]\nname = "p"\nuse = "poet:fake.v1"\ninputs = { about = "words" }\n'
    )
    values = compiled(text).values()
    assert values["words"] == "an old pond"
    assert values["photo"].shape == (4, 4, 3)
    assert compiled(text, words="snow on snow").values()["words"] == "snow on snow"
    for given, told in (({"wrods": "x"}, "did you mean 'words'"), ({"photo": "b.png"}, "no such")):
        with pytest.raises(UserError, match=told):
            compiled(text, **given)


def test_a_damaged_given_file_is_told(compiled: Compile, folder: Path) -> None:
    (folder / "a.png").write_bytes(b"nothing")
    plan = compiled('[given]\nphoto = "a.png"\n' + POEM)
    with pytest.raises(UserError, match=r"a\.png: is not a picture haiga reads"):
        plan.values()


def test_an_artist_and_a_pipeline_are_told_apart(artist_file: Any, folder: Path) -> None:
    (folder / "p.toml").write_text('name = "p"\n' + POEM)
    assert is_artist("auria")
    assert is_artist(str(artist_file))
    assert not is_artist(str(folder / "p.toml"))
    names = [step.name for step in compile_any(str(artist_file)).pipeline.steps]
    assert names == ["poem", "unseen_words", "mood", "painting", "enlarged", "style", "styled",
                     "sheet", "alt_text", "verdicts"]  # fmt: skip


@pytest.mark.parametrize("named", ["my poto.png", "foto.JPEG", "notes.yaml", "poems/old", "./a b"])
def test_a_mistyped_files_name_never_becomes_words(
    compiled: Compile, faults: Faults, named: str
) -> None:
    text = '[given]\nwords = "{}"\n' + POEM + 'inputs = {{ about = "words" }}\n'
    means = f'there is no such file; {{ text = "{named}" }} means the words'
    told = faults(text.format(named))
    assert told[0] == f"p.toml:3: words: {Path(named)}: {means}"
    assert all("is a picture" in line for line in told[1:])
    with pytest.raises(UserError, match="--given words: .*in the pipeline's file"):
        compiled(text.format("snow"), words=named)
    outright = text.replace('"{}"', '{{ text = "{}" }}').format(named)
    assert compiled(outright).values()["words"] == named


@pytest.mark.parametrize(
    "words", ["an old pond.", "rain and/or snow", "v1.2", "no. 3", "e.g. frogs"]
)
def test_plain_words_stay_words(compiled: Compile, words: str) -> None:
    plan = compiled(f'[given]\nwords = "{words}"\n' + POEM + 'inputs = { about = "words" }\n')
    assert plan.values()["words"] == words


@pytest.mark.parametrize("version", ["3.7", "3.7.9", "3.4"])
def test_a_python_that_is_too_old_is_refused_before_anything_is_made(
    faults: Faults, version: str
) -> None:
    text = POEM.replace("poem", "a") + f'env = {{ python = "{version}" }}\n'
    assert faults(text) == [
        f"p.toml:5: a.env.python: Python {version} is too old: functions and commands run from "
        "3.8 on; name a newer one"
    ]


def test_of_thousands_of_faults_the_first_are_told_and_the_others_counted(faults: Faults) -> None:
    text = POEM + "".join(
        f'[[step]]\nname = "s{i}"\nuse = "painter:fake.v1"\ninputs = ["pome{i}"]\n'
        for i in range(700)
    )
    told = faults(text)
    assert len(told) == 51
    assert told[0] == "p.toml:8: s0.inputs: nothing makes 'pome0'; did you mean 'poem'?"
    assert told[-1] == "p.toml: and 650 more"
