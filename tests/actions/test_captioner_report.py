"""What is said of a captioner that was measured, on the terminal and on a page."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from haiga.inspection.captioner_page import captioner_page, write_report
from haiga.inspection.captioner_report import (
    CaptionerReport,
    Example,
    Said,
    best_of,
    typical_of,
    worst_of,
)
from haiga.inspection.captioner_text import REFERENCES, UNLIKE, captioner_text, warnings
from haiga.inspection.captioning import caption_figures
from haiga.training.captioners.gathering import Captioned
from haiga.training.captioners.truth import is_true

TOLD = ("a red disc on a white page", "a blue square on a white page")


def said(text: str, told: str = TOLD[0], *, score: float = -1.0, **more: object) -> Said:
    known = {"key": f"{told} {score}", "family": "shapes", "cider": 5.0, "sure": score > -0.5}
    return Said(text=text, references=(told,), score=score, true=text == told, **{**known, **more})  # type: ignore[arg-type]


def report(captions: list[Said], *, nearest: list[str] | None = None) -> CaptionerReport:
    told = [one.references for one in captions]
    ways = {"captioner": [one.text for one in captions]}
    if nearest is not None:
        ways["nearest picture's"] = nearest
    things = [["disc"] if "disc" in one.references[0] else ["square"] for one in captions]
    figures = {name: caption_figures(texts, told, things) for name, texts in ways.items()}
    example = tuple(Example(one, np.zeros((40, 30, 3), np.uint8)) for one in captions[:2])
    return CaptionerReport(
        "mine", "Mine", {"made": "here"}, figures, {"shapes": figures}, tuple(captions), 40.0,
        best=example, worst=example,
    )  # fmt: skip


def both(*texts: str) -> list[Said]:
    return [said(text, told) for text, told in zip(texts, TOLD, strict=True)]


def test_what_it_is_measured_by_is_said_and_figures_near_to_zero_are_explained() -> None:
    like = captioner_text(report(both("a red disc on a white page", "a red square on a page")))
    unlike = captioner_text(report(both("pears", "two yellow pears")))
    assert REFERENCES in like
    assert REFERENCES in unlike
    assert UNLIKE not in like
    assert UNLIKE in unlike


def test_one_caption_for_all_is_said_before_any_figure_and_counted() -> None:
    blind = report([said("a disc", TOLD[i % 2], score=-i / 10) for i in range(10)])
    assert "“a disc”, of 10 of 10 pictures" in warnings(blind)[0]
    assert blind.commonest == [("a disc", 10, 0)]
    page = captioner_page(blind)
    assert page.index("It says one and the same") < page.index("Beside what people said")
    # where people say so of the pictures, too, it is no fault
    true = report([said(TOLD[0], TOLD[0], score=-i / 10) for i in range(10)])
    assert true.one_for_all is None


def test_one_that_is_not_surely_better_than_the_nearest_picture_is_told_so() -> None:
    ours = both("a red disc on a white page", "a blue square on a page")
    assert any("not surely better" in w for w in warnings(report(ours, nearest=list(TOLD))))
    many = [said(TOLD[i % 2], TOLD[i % 2]) for i in range(20)]
    assert warnings(report(many, nearest=["a cat"] * 20)) == []


def test_whether_sure_is_true_is_told_from_the_surest_on() -> None:
    # the ten surest are true, the ten others are not
    captions = [said(TOLD[0] if i < 10 else "a cat", score=-i / 10) for i in range(20)]
    one = report(captions)
    assert one.curve()[0][1] == 1.0
    assert one.curve()[-1] == (1.0, 0.5)
    assert dict(one.curve())[0.5] == 1.0
    assert [group.true.value for group in one.groups] == [1, 1, 0.5, 0, 0]
    assert one.true_where_sure.value == 1.0
    assert one.sure.value == 5 / 20
    assert report([said("a cat", score=0.0)] * 20).curve() == []


def test_captions_of_equal_score_stay_in_one_group() -> None:
    captions = [said(f"a cat {i}", score=-float(i >= 9)) for i in range(20)]
    assert [group.count for group in report(captions).groups] == [9, 11]


def test_the_strips_take_every_family_in_turn_and_no_caption_twice() -> None:
    captions = [
        said(f"{family} {i // 2}", score=-i / 10, family=family, cider=cider + i / 10)
        for family, cider in (("fruit", 8.0), ("photographs", 1.0))
        for i in range(24)
    ] + [said("a stray", family="other", cider=0.0)]
    best = best_of(captions, 8)
    assert [one.family for one in best] == ["fruit", "photographs"] * 4
    assert [one.text for one in best[:4]] == [
        "fruit 11", "photographs 11", "fruit 10", "photographs 10",
    ]  # fmt: skip
    assert worst_of(captions, 2)[0].text == "fruit 0"
    assert typical_of(captions, 2)[0].text in ("fruit 5", "fruit 6")
    assert len(best_of([said("a cat", score=-i) for i in range(5)], 8)) == 5


def test_the_page_and_the_json_hold_every_caption_and_keep_words_as_words(tmp_path: Path) -> None:
    odd = said("a <b>disc</b> & more", TOLD[0], score=-0.1)
    write_report(report([odd, said(TOLD[1], TOLD[1])]), tmp_path / "new")
    page = (tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    assert "a &lt;b&gt;disc&lt;/b&gt; &amp; more" in page
    assert "<b>disc" not in page
    assert page.count("data:image/jpeg") == 4
    value = json.loads((tmp_path / "new" / "report.json").read_text(encoding="utf-8"))
    assert value["captions"][0]["text"] == "a <b>disc</b> & more"
    assert value["true_where_sure"]["value"] == 0.0
    assert value["kind"] == "captioner"


def test_a_folder_whose_things_are_not_known_has_a_json_all_the_same() -> None:
    figures = {"captioner": caption_figures(["a cat"], [["a cat"]], [[]])}
    one = CaptionerReport("mine", "", {}, figures, {}, (said("a cat", "a cat"),), 1.0)
    assert json.dumps(one.as_json(), allow_nan=False)
    assert "–" in captioner_page(one)


@pytest.mark.parametrize(
    ("text", "true"),
    [("a red disc", True), ("a dark blue disc on cream paper", True), ("a disc and a cat", False)],
)
def test_a_caption_is_true_where_all_that_it_names_is_told(text: str, true: bool) -> None:
    one = Captioned(Path("a.png"), "mine", "a", ("a red disc",), ("page",), "", "", "train")
    assert is_true(text, one) is true


def test_pictures_of_a_folder_of_ones_own_are_not_called_paintings() -> None:
    def family(collection: str) -> str:
        return Captioned(Path("a.png"), collection, "a", ("a",), (), "", "", "train").family

    assert family("my_fruits") == "other pictures"
    assert family("met_paintings") == family("hokusai_fuji") == "paintings"
    assert family("usda_watercolors_small") == "fruit"
