"""Every role as a step: the same as asking its maker, and what it is asked reaches it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.actions.artist_steps import artist_plan
from haiga.actions.compose import Request
from haiga.actions.makers import Makers
from haiga.actions.pipelines.compile import Compiled
from haiga.actions.pipelines.kinds import KINDS
from haiga.actions.role_steps.making import _maker
from haiga.actions.role_steps.table import ROLE_STEPS
from haiga.core import registry
from haiga.core.moods import mood_named
from haiga.core.nouns import Poem
from haiga.engine import local
from haiga.engine.calls import check_kind, open_values
from haiga.engine.plan import Pipeline, Step
from haiga.engine.values import pack, unpack

SEERS = """
from haiga.core.nouns import Caption, Label

class Sayer:
    models = {}
    def __init__(self, *, loud: bool = False):
        self.loud = loud
    def caption(self, pictures, *, seeds):
        text = f"a picture of {pictures[0].shape[1]} by {pictures[0].shape[0]}"
        return [Caption(text.upper() if self.loud else text) for _ in pictures]

class Teller:
    models = {}
    classes = ("dark", "light")
    def __init__(self):
        pass
    def classify(self, pictures):
        share = float(pictures[0].mean() / 255)
        return [Label("light" if share > 0.5 else None, (1 - share, share), 0.5)]
"""


@pytest.fixture
def seers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A captioner and a classifier, installed."""
    info = tmp_path / "seers" / "seers-1.0.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "seers" / "seers_of_tests.py").write_text(SEERS)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: seers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[haiga.captioners]\nsayer.v1 = seers_of_tests:Sayer\n"
        "[haiga.classifiers]\nteller.v1 = seers_of_tests:Teller\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "seers"))
    registry._group.cache_clear()
    _maker.cache_clear()
    yield
    registry._group.cache_clear()
    _maker.cache_clear()


PHOTO = np.random.default_rng(4).integers(100, 256, (48, 64, 3)).astype(np.uint8)
INPUTS: dict[str, Any] = {
    "poem": Poem(("old pond in the rain", "a frog")),
    "picture": PHOTO,
    "mood": mood_named("love", "it was asked for"),
    "about": "snow",
}
CASES: dict[str, tuple[str, str]] = {
    "poet": ("fake.v1", 'with = { about = "zany snow", form = "tanka" }'),
    "painter": ("fake.v1", 'inputs = ["poem"]\nwith = { tint = 3 }'),
    "generator": ("latent.v1", ""),
    "mood": ("fake.v1", 'inputs = ["poem"]'),
    "stylist": ("fake.v1", 'inputs = ["picture", "mood"]\nwith = { strength = 0.9 }'),
    "upscaler": ("lanczos.v1", 'inputs = ["picture"]\nwith = { size_px = 128 }'),
    "embedder": ("eye.v1", 'inputs = ["picture"]'),
    "captioner": ("sayer.v1", 'inputs = ["picture"]\nwith = { loud = true }'),
    "classifier": ("teller.v1", 'inputs = ["picture"]'),
    "curator": ("dark.v1", 'inputs = ["picture"]\nwith = { least = 250.0 }'),
    "sheet": ("page.v1", 'inputs = ["picture", "poem"]\nwith = { width_px = 480, seal = "月" }'),
}
GIVEN = '[given]\npoem = "old pond in the rain"\npicture = { file = "a.png" }\n' \
    'mood = { file = "m.json", kind = "mood" }\n'  # fmt: skip


def test_there_is_a_case_for_every_role() -> None:
    assert set(CASES) == set(ROLE_STEPS) == set(registry.GROUPS)


def made(step: Step, inputs: dict[str, Any], seed: int = 5) -> Any:
    """What the step's call gives, as another process would have it: from bytes, into bytes."""
    assert step.call is not None
    given = {name: unpack(pack(inputs[source])) for name, source in step.sources.items()}
    value = unpack(pack(open_values(step.call)(given, seed)))
    assert check_kind(step, value, KINDS) == ""
    return value


@pytest.mark.parametrize("role", CASES)
def test_every_role_is_a_step(
    seers: None, compiled: Callable[..., Compiled], folder: Path, role: str
) -> None:
    (folder / "a.png").write_bytes(KINDS["picture"].write(PHOTO))
    (folder / "m.json").write_bytes(KINDS["mood"].write(INPUTS["mood"]))
    use, more = CASES[role]
    plan = compiled(f'{GIVEN}[[step]]\nname = "x"\nuse = "{role}:{use}"\n{more}\n')
    (step,) = plan.pipeline.steps
    value = made(step, plan.values())
    checks: dict[str, Callable[[Any], bool]] = {
        "poet": lambda poem: poem.form == "tanka" and poem.details["unknown_about"] == ["zany"],
        "painter": lambda picture: picture.shape == (32, 32, 3),
        "generator": lambda picture: picture.shape[2] == 3,
        "mood": lambda mood: mood.reason.startswith("“old pond"),
        "stylist": lambda picture: picture.shape == PHOTO.shape and (picture != PHOTO).any(),
        "upscaler": lambda picture: picture.shape == (96, 128, 3),
        "embedder": lambda seen: len(seen["early"]) == 256 and len(seen["late"]) == 384,
        "captioner": lambda text: text == "A PICTURE OF 64 BY 48",
        "classifier": lambda label: label["name"] == "light" and sum(
            label["probabilities"].values()) == pytest.approx(1),
        "curator": lambda verdict: verdict["keep"] is False and "level 235" in verdict["reason"],
        "sheet": lambda picture: picture.shape == (600, 480, 3),
    }  # fmt: skip
    assert checks[role](value)
    assert np.array_equal(pack(made(step, plan.values())), pack(value))


def test_the_first_of_two_makers_of_the_same_is_used_again(
    compiled: Callable[..., Compiled],
) -> None:
    text = (
        '[[step]]\nname = "a"\nuse = "poet:fake.v1"\n[[step]]\nname = "b"\nuse = "poet:fake.v1"\n'
    )
    before = _maker.cache_info().hits
    for step in compiled(text).pipeline.steps:
        made(step, {})
    assert _maker.cache_info().hits >= before + 2


def test_the_best_match_is_the_critics_and_scores_choose_the_highest(
    compiled: Callable[..., Compiled],
) -> None:
    from haiga.features.match import Critic

    red, dark = np.full((64, 64, 3), (200, 30, 30), np.uint8), np.zeros((64, 64, 3), np.uint8)
    plan = compiled(
        '[[step]]\nname = "poem"\nuse = "poet:fake.v1"\n'
        '[[step]]\nname = "painting"\nuse = "painter:fake.v1"\ninputs = ["poem"]\ncount = 2\n'
        '[[step]]\nname = "best"\nchoose = "painting"\ninputs = ["poem"]\n'
        '[[step]]\nname = "mine"\nchoose = "painting"\nby = "mine.py:soften"\n'
    )
    steps = {step.name: step for step in plan.pipeline.steps}
    words = Poem(("a red flower in the sun",))
    cosines = Critic().score([dark, red], [words.text])[:, 0]
    best = made(steps["best"], {"painting": [dark, red], "poem": words})
    assert np.array_equal(best, [dark, red][int(cosines.argmax())])
    assert np.array_equal(
        made(steps["mine"], {"painting": [dark, red, dark], "mine.scores": ["1", "2.5", " -3\n"]}),
        red,
    )


@pytest.mark.parametrize("request_", [Request(), Request("random", "snow"), Request("love")])
def test_an_artists_steps_called_elsewhere_make_the_same_piece(
    makers: Makers, request_: Request
) -> None:
    plan = artist_plan(makers, request_)
    here = local.run(plan, 3)
    inputs: dict[str, Any] = {}
    for step in plan.steps:
        inputs[step.name] = made(step, inputs, here.provenance[step.name].seed)
        assert pack(inputs[step.name]) == pack(here.values[step.name]), step.name


def test_a_change_of_the_artist_reaches_only_the_steps_it_enters(makers: Makers) -> None:
    def calls(artist: Any) -> dict[str, Any]:
        plan: Pipeline = artist_plan(Makers(artist), Request())
        return {step.name: step.call for step in plan.steps}

    artist = makers.artist
    before = calls(artist)
    changes = {
        "stylist": ({"strength": 0.1}, {"styled"}),
        "upscaler": ({"size_px": 64}, {"enlarged"}),
        "sheet": ({"seal": "月"}, {"sheet", "alt_text", "verdicts"}),
        "poet": ({"settings": {"pause_s": 0.1}}, {"poem"}),
        "mood": ({"moods": ("love",)}, {"mood"}),
        "gate": ({"tries": 5}, set()),
    }
    for section, (update, reached) in changes.items():
        section_now = getattr(artist, section).model_copy(update=update)
        after = calls(artist.model_copy(update={section: section_now}))
        assert {name for name in before if before[name] != after[name]} == reached, section
