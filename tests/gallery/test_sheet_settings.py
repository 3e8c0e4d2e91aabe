"""The `[sheet]` table: every fault is told, with the nearest name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from haiga.core.errors import UserError
from haiga.gallery.settings import (
    LOWEST_CONTRAST,
    SheetSettings,
    contrast,
    printed_contrast,
    read_sheet_settings,
    sheet_faults,
)


def test_the_default_page_is_portrait_for_a_phone() -> None:
    assert SheetSettings().layout == "portrait"
    assert SheetSettings().size_px == (1080, 1350)


def test_one_given_side_keeps_the_layouts_shape() -> None:
    assert SheetSettings(width_px=2160).size_px == (2160, 2700)
    assert SheetSettings(layout="square", height_px=600).size_px == (600, 600)


def test_all_faults_are_told_at_once_with_the_nearest_names() -> None:
    with pytest.raises(UserError) as fault:
        read_sheet_settings(
            {"layuot": "portrait", "edge": "sofd", "paper": "wasi"}, "me.toml: sheet"
        )
    said = str(fault.value).splitlines()
    assert len(said) == 3
    assert said[0] == "me.toml: sheet.layuot: no such setting; did you mean 'layout'?"
    assert any("me.toml: sheet.edge: " in line and "'soft'" in line for line in said)
    assert any("me.toml: sheet.paper: " in line and "'washi'" in line for line in said)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"paper": "#102030"}, "paper"),
        ({"ink": "#c0b8a0"}, "ink"),
        ({"ink": "blue"}, "ink"),
        ({"seal": "12345"}, "seal"),
        ({"seal": " "}, "seal"),
        ({"width_px": 50}, "width_px"),
        ({"margin": 0.5}, "margin"),
        ({"monochrome": 2}, "monochrome"),
        ({"seal_ink": "rouge"}, "seal_ink"),
    ],
)
def test_a_value_that_cannot_make_a_sheet_is_refused(table: dict[str, object], key: str) -> None:
    faults = sheet_faults(table)
    assert len(faults) == 1
    assert faults[0].startswith(f"{key}: ")


def test_an_ink_of_ones_own_must_be_readable_where_it_lies_thinnest() -> None:
    settings = SheetSettings(ink="#666666", paper="snow")
    assert printed_contrast((0x66, 0x66, 0x66), settings.paper_rgb) >= LOWEST_CONTRAST
    assert sheet_faults({"ink": "#6e6e6e", "paper": "snow"})


def test_contrast_is_that_of_the_web_guidelines() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_settings_can_be_checked_without_loading_what_draws() -> None:
    code = (
        "import sys, haiga.gallery.settings\n"
        "print([name for name in ('numpy', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
