"""What is said of a captioner that was measured, and of what it was measured by."""

from __future__ import annotations

from pathlib import Path

from haiga.actions.evaluate_captioner import REFERENCES, UNLIKE, CaptionerReport, captioner_text
from haiga.inspection.captioning import caption_figures
from haiga.training.captioners.gathering import Captioned

TOLD = [["a red disc on a white page"], ["a blue square on a white page"]]


def report(*said: str) -> CaptionerReport:
    figures = {"captioner": caption_figures(said, TOLD, [["disc"], ["square"]])}
    return CaptionerReport("mine", figures, {}, [], 0.5, 40.0, [])


def test_what_it_is_measured_by_is_said_and_figures_near_to_zero_are_explained() -> None:
    like = captioner_text(report("a red disc on a white page", "a red square on a white page"))
    unlike = captioner_text(report("pears", "two yellow pears"))
    assert REFERENCES in like
    assert REFERENCES in unlike
    assert UNLIKE not in like
    assert UNLIKE in unlike


def test_pictures_of_a_folder_of_ones_own_are_not_called_paintings() -> None:
    def family(collection: str) -> str:
        return Captioned(Path("a.png"), collection, "a", ("a",), (), "", "", "train").family

    assert family("my_fruits") == "other pictures"
    assert family("met_paintings") == family("hokusai_fuji") == "paintings"
    assert family("usda_watercolors_small") == "fruit"
