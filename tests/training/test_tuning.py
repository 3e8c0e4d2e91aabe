"""Searching a recipe's settings: spaces, the rule that stops trials, and reading a run's log."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.errors import JobError, UserError
from haiga.training.recipes import generator, painter, poet, stylist, upscaler
from haiga.training.tuning.halving import RUNGS, Halving
from haiga.training.tuning.hopeless import why_hopeless
from haiga.training.tuning.looks import Look, looks_of
from haiga.training.tuning.space import (
    Range,
    as_arguments,
    check_settings,
    options_of,
    read_space,
    space_of,
)
from haiga.training.tuning.trials import Trial

TOML = """
figure = "validation_loss"
[settings]
rate = { log-uniform = [1e-4, 1e-2] }
dropout = { uniform = [0.1, 0.6] }
size = { choice = ["small", "medium"] }
epochs = { int = [2, 9] }
"""


def test_a_trials_settings_are_a_function_of_the_seed_and_its_number() -> None:
    space = read_space(TOML, "here", {})
    turned = read_space(TOML.replace("rate =", "x =").replace("x =", "rate ="), "here", {})
    assert space.drawn(3, 5) == turned.drawn(3, 5)
    assert space.drawn(3, 5) != space.drawn(3, 6) != space.drawn(4, 6)


def test_a_setting_more_leaves_the_others_as_they_were() -> None:
    less = read_space(TOML.replace("epochs = { int = [2, 9] }", ""), "here", {})
    more = read_space(TOML, "here", {})
    assert less.drawn(1, 0).items() <= more.drawn(1, 0).items()


@given(st.integers(0, 2**63 - 1), st.integers(0, 10_000))
def test_what_is_drawn_lies_in_its_range(seed: int, trial: int) -> None:
    drawn = read_space(TOML, "here", {}).drawn(seed, trial)
    rate, dropout, epochs = drawn["rate"], drawn["dropout"], drawn["epochs"]
    assert isinstance(rate, float)
    assert isinstance(dropout, float)
    assert 1e-4 <= rate <= 1e-2
    assert 0.1 <= dropout <= 0.6
    assert epochs in range(2, 10)
    assert drawn["size"] in ("small", "medium")


def test_a_log_uniform_setting_is_even_in_its_logarithm() -> None:
    drawn = [Range("log-uniform", (1e-4, 1e-2)).drawn(n, "rate") for n in range(2000)]
    below = np.mean([float(value) < 1e-3 for value in drawn])
    assert abs(below - 0.5) < 0.04


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("figure = 3\n[settings]\nrate = { uniform = [0, 1] }", "figure: name a column"),
        ('figure = "x"\ngoal = "low"\n[settings]\na = { int = [1, 2] }', "goal: must be"),
        ('figure = "x"', "settings: there is none to try"),
        ('figure = "x"\n[settings]\na = { normal = [0, 1] }', "settings.a: write one of choice"),
        ('figure = "x"\n[settings]\na = { uniform = [1, 0] }', "must be below the second"),
        ('figure = "x"\n[settings]\na = { log-uniform = [0, 1] }', "must be above 0"),
        ('figure = "x"\n[settings]\na = { int = [0.5, 1] }', "must be whole numbers"),
        ('figure = "x"\n[settings]\na = { choice = [] }', "must be a list"),
        ('figure = "x"\nfigures = 1\n[settings]\na = { int = [1, 2] }', "did you mean 'figure'?"),
        ('figure = "x\n[settings]', "here:1: "),
    ],
)
def test_a_faulty_space_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UserError, match="here") as caught:
        read_space(text, "here", {})
    assert said in str(caught.value)


@pytest.mark.parametrize("recipe", [poet, generator, painter, stylist, upscaler])
def test_the_space_of_each_recipe_names_options_that_it_has(recipe: object) -> None:
    name = getattr(recipe, "__name__", "").rpartition(".")[2]
    space = space_of(name, None)
    options = options_of(recipe.parser())  # type: ignore[attr-defined]
    check_settings(space, options, name, [])
    for trial in range(8):
        words = as_arguments(space.drawn(1, trial), options)
        needed = [a.option_strings[0] for a in options.values() if a.required]
        given = [word for need in needed for word in (need, "x")]
        taken = recipe.parser().parse_args([*given, *words])  # type: ignore[attr-defined]
        assert all(getattr(taken, setting) is not None for setting in space.settings)


def test_a_setting_that_is_no_option_is_named_with_what_is_near() -> None:
    space = read_space(TOML.replace("dropout", "dropuot"), "here", {})
    with pytest.raises(UserError, match="has no --dropuot; did you mean 'dropout'"):
        check_settings(space, options_of(poet.parser()), "poet", [])


def test_what_is_drawn_cannot_be_given_too() -> None:
    options = options_of(poet.parser())
    with pytest.raises(UserError, match="--rate: is drawn for each trial; leave it out"):
        check_settings(read_space(TOML, "here", {}), options, "poet", ["--rate=0.1"])
    with pytest.raises(UserError, match="--steps: a search sets it itself"):
        check_settings(read_space(TOML, "here", {}), options, "poet", ["--steps", "9"])


def test_a_switch_stands_or_is_left_out() -> None:
    options = options_of(generator.parser())
    assert as_arguments({"no-mirror": True, "batch": 8}, options) == ["--no-mirror", "--batch", "8"]
    assert as_arguments({"no-mirror": False}, options) == []


def test_a_trial_goes_on_where_it_is_among_the_best_third() -> None:
    rule = Halving("min")
    assert rule.goes_on(0, 0.05, 9.0)  # before the first rung nobody is judged
    assert rule.goes_on(0, 0.2, 4.0)  # nobody was here before
    assert not rule.goes_on(1, 0.2, 5.0)
    assert rule.goes_on(2, 0.2, 3.0)
    assert not rule.goes_on(3, 0.2, 4.5)
    assert rule.goes_on(2, 0.3, 99.0)  # judged once a rung
    assert rule.goes_on(2, 0.4, 99.0)  # and first at the next
    assert not rule.goes_on(4, 0.4, 100.0)
    assert not rule.goes_on(5, 0.2, math.nan)
    assert rule.goes_on(5, 1.0, math.inf)


def test_a_trial_that_has_spent_its_budget_is_not_stopped() -> None:
    rule = Halving("max")
    assert rule.goes_on(0, 1.0, 5.0)
    assert rule.goes_on(1, 1.0, 4.0)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1), st.floats(-9, 9)), max_size=60),
    st.sampled_from(["min", "max"]),
)
def test_the_rule_is_that_of_rays_scheduler(
    reports: list[tuple[int, float, float]], goal: str
) -> None:
    # what ray.tune.schedulers.async_hyperband._Bracket.on_result does, written out again
    rungs: list[tuple[float, dict[int, float]]] = [(r, {}) for r in sorted(RUNGS, reverse=True)]
    rule = Halving(goal)
    for trial, share, figure in reports:
        wanted = True
        reward = figure if goal == "max" else -figure
        for rung, recorded in rungs:
            if share < rung or trial in recorded:
                continue
            if recorded:
                cutoff = np.nanpercentile(list(recorded.values()), (1 - 1 / 3) * 100)
                wanted = share >= 1 or not reward < cutoff
            recorded[trial] = reward
            break
        assert rule.goes_on(trial, share, figure) == wanted


def _run(folder: Path, name: str, text: str, steps: int = 100) -> Path:
    (folder / "work").mkdir(parents=True)
    (folder / "work" / "plan.json").write_text(json.dumps({"steps": steps}))
    (folder / "work" / name).write_text(text)
    return folder


def test_the_looks_of_a_run_are_read_from_either_kind_of_log(tmp_path: Path) -> None:
    lines = '{"step": 10, "loss": 4.0}\n{"step": 50, "loss": 3.5}\n{"step": 60, "lo'
    table = "step,loss,kid\n10,1,4.0\n50,2,3.5\n60,2,\n"
    wanted = [Look(10, 0.1, 4.0), Look(50, 0.5, 3.5)]
    assert looks_of(_run(tmp_path / "a", "log.jsonl", lines), "loss") == wanted
    assert looks_of(_run(tmp_path / "b", "log.csv", table), "kid") == wanted
    assert looks_of(tmp_path / "nowhere", "kid") == []


def _failed(number: int, reason: str, *, refused: bool = True) -> Trial:
    settings = {"rate": 0.0021, "batch": 16, "no-mirror": True}
    return Trial(number, settings, "failed", reason=reason, refused=refused)


def _waiting(number: int) -> Trial:
    return Trial(number, {"rate": 0.5, "batch": 8, "no-mirror": False})


def test_a_refusal_that_names_no_setting_speaks_for_every_trial() -> None:
    folder, rest = Path("tuned/trials"), [_waiting(1), _waiting(2)]
    why = why_hopeless([_failed(0, "photos: there is no such folder"), *rest], folder)
    assert isinstance(why, UserError)
    assert "photos: there is no such folder" in str(why)


@pytest.mark.parametrize(
    "reason",
    [
        "photos: holds 12 pictures, and a batch of more needs more",
        "photos: holds 12 pictures, fewer than 16",
        "--rate 0.0021: is too much",
        "no_mirror: needs wide pictures",
        "tuned/trials/000: holds other files",
    ],
)
def test_a_refusal_by_its_settings_or_its_folder_speaks_for_one_trial(reason: str) -> None:
    folder, rest = Path("tuned/trials"), [_waiting(1), _waiting(2)]
    assert why_hopeless([_failed(0, reason), *rest], folder) is None


def test_where_the_first_three_fail_the_others_are_not_run() -> None:
    folder = Path("tuned/trials")
    failed = [_failed(n, f"it broke at {n}", refused=False) for n in range(3)]
    assert why_hopeless([*failed[:2], _waiting(2), _waiting(3)], folder) is None
    why = why_hopeless([*failed, _waiting(3)], folder)
    assert isinstance(why, JobError)
    assert "the first 3 of 4 trials failed" in str(why)
    assert "it broke at 0" in str(why)
    worked = Trial(3, {"rate": 0.1}, "finished", best=1.0)
    assert why_hopeless([*failed, worked, _waiting(4)], folder) is None
    learns = Trial(3, {"rate": 0.1}, "running", looks=[Look(1, 0.1, 4.0)])
    assert why_hopeless([*failed, learns, _waiting(4)], folder) is None
