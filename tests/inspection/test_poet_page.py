"""The report on a poet: the page says what the figures say, and nothing is half written."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from page_reading import read
from poet_shelf import BigramNetwork, index_of, works, written

from haiga.core.errors import UserError
from haiga.core.nouns import Poem
from haiga.inspection.poet_page import poet_page, write_report
from haiga.inspection.poet_poems import Written, count_loops, measure_writing
from haiga.inspection.poet_report import PoetReport, read_moments
from haiga.inspection.poet_text import poet_text
from haiga.inspection.poet_texts import measure_reading, sort_works

TRAIN, VALIDATION, TEST = works(40, 1), works(6, 2), works(6, 3)
LOG = [
    '{"step": 100, "minutes": 0.5, "loss": 6.0, "validation_loss": 5.5, "tokens_per_s": 9000}',
    '{"step": 200, "minutes": 1.0, "loss": 5.0, "validation_loss": 5.2, "tokens_per_s": 9100}',
    '{"step": 300, "minutes": 1.5, "perplexity_train": 100.0, "perplexity_validation": 190.0}',
    "half a li",
    '{"other": 1}',
]


@pytest.fixture(scope="module")
def report() -> PoetReport:
    index = index_of(TRAIN, validation=VALIDATION, test=TEST)
    poems = written(
        "an old silent pond / a frog jumps into the pond / splash silence again",
        TRAIN[0].text.replace("\n", " / "),
        "the sea the sea the sea / the sea / <b>bold & sea",
        form="haiku",
    )
    return PoetReport(
        poet="my <poet>",
        title="A poet of 40 works & more",
        about={"network": "2 x 512"},
        texts={"works": "52"},
        settings={"seed": "1"},
        reading=measure_reading(
            BigramNetwork(TRAIN), sort_works([*TRAIN, *VALIDATION, *TEST], index)
        ),
        why_no_reading="",
        writing=measure_writing(
            poems, form="haiku", drawn=poems, greedy=poems, human={"test works": TEST}, index=index,
            against="the 52 works of its index",
        ),
        learning=read_moments(LOG),
        notes=("The works of 1850 were left out.",),
    )  # fmt: skip


def test_the_log_gives_perplexities_from_losses_and_passes_over_broken_lines() -> None:
    moments = read_moments(LOG)
    assert [moment.step for moment in moments] == [100, 200, 300]
    assert moments[0].perplexity_train == pytest.approx(math.exp(6))
    assert moments[2].perplexity_validation == 190
    assert moments[2].minutes == 1.5


def test_the_page_tells_every_figure_and_where_each_run_comes_from(report: PoetReport) -> None:
    html = poet_page(report)
    found = read(html)
    assert report.reading
    assert report.writing
    held = report.reading.part("test")
    assert held
    for expected in (
        f"{held.perplexity:.1f}"[:3], "Kneser-Ney", "held-out", "distinct-2", "haiku form kept",
        "A. Poet, “Work 1-0”, line 1", "the 52 works of its index", "my <poet>",
        "The works of 1850 were left out.", "181 at step 200", "<b>bold & sea",
        "poems the gate would refuse",
    ):  # fmt: skip
        assert expected in found.text, expected
    assert not found.all("b")
    assert not found.all("script")
    assert found.all("mark")
    assert len(found.all("svg")) == 2  # the seal and the curve


def test_the_json_has_every_figure_and_no_number_that_is_none(report: PoetReport) -> None:
    value = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert value["reading"]["held_out"] == "test"
    assert value["reading"]["kneser_ney"]["order"] == 5
    assert value["writing"]["form_kept"] == pytest.approx(1 / 3)
    assert value["writing"]["copies"]["longest"][0]["title"] == "Work 1-0"
    assert value["writing"]["loops"]["rate"] == pytest.approx(1 / 3)
    assert value["writing"]["examples"][0]["poem"]["lines"][0] == "an old silent pond"
    assert value["learning"][0]["step"] == 100


def test_no_copies_at_all_are_not_shown_in_red(report: PoetReport) -> None:
    assert report.writing
    assert report.writing.copies
    assert 'class="value red"' in poet_page(report)
    clean = replace(report.writing, copies=replace(report.writing.copies, lines_6=0.0))
    assert 'class="value red"' not in poet_page(replace(report, writing=clean))


def test_a_greedy_text_is_always_shown_as_it_stands(report: PoetReport) -> None:
    assert report.writing
    assert report.writing.alone
    shown = Written(Poem(("the moon",)), 0, "the moon", "the moon\n\n\n\n")
    alone = replace(report.writing.alone, shown=shown, greedy=count_loops([shown]))
    whole = replace(report, writing=replace(report.writing, alone=alone))
    found = read(poet_page(whole)).text
    assert "begun with “the moon”; nothing but spaces and empty lines" in found
    assert "of them collapsed" in found
    told = poet_text(whole)
    assert "100 % (1 of them collapsed) greedy" in told
    assert "a greedy text: the moon / / / / (nothing but" in told


def test_few_tokens_characters_and_seconds_are_called_so(report: PoetReport) -> None:
    assert report.reading
    rival = replace(report.reading.kneser_ney, lower_by=-0.588, low=-0.61, high=0.1)
    reading = replace(report.reading, kneser_ney=rival, unit="characters")
    moments = (replace(report.learning[0], minutes=0.24),)
    whole = replace(report, reading=reading, learning=moments)
    found = " ".join(read(poet_page(whole)).text.split())
    assert "The held-out perplexity is taken on 6 works of" in found
    assert "58.8 % worse than it; over works drawn anew, 95 times of 100 between 61 %" in found
    assert "equally likely characters" in found
    assert "14 s" in found
    told = poet_text(whole)
    assert "without unknown characters: the poet is 58.8 % worse than it" in told
    assert "it is rough" in told


def test_what_could_not_be_measured_is_said_in_red_at_the_top(report: PoetReport) -> None:
    blind = replace(
        report,
        reading=measure_reading(BigramNetwork(TRAIN), sort_works(TRAIN, None)),
        writing=None,
        why_no_writing="it could not keep the form",
        learning=(),
    )
    html = poet_page(blind)
    head = html[: html.index("<h2>How it reads")]
    assert "This poet has no copying index" in head
    assert "It could not keep the form." in head
    assert '<p class="warning">' in head
    assert "held-out perplexity" not in html
    assert "(held-out)" not in html


def test_a_poet_whose_copies_cannot_be_looked_for_is_not_praised_for_having_none(
    report: PoetReport,
) -> None:
    assert report.writing
    unknown = replace(
        report.writing, copies=None, alone=None, why_no_copies="it has no copying index"
    )
    found = read(poet_page(replace(report, writing=unknown))).text
    assert "It has no copying index." in found
    assert "lines in a run of" not in found


def test_both_files_are_written_or_the_reason_is_said(report: PoetReport, tmp_path: Path) -> None:
    write_report(report, tmp_path / "new" / "folder")
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert names == ["report.html", "report.json"]
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(UserError, match="taken"):
        write_report(report, tmp_path / "taken")
