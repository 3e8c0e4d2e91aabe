"""What can be chosen about a sheet: the `[sheet]` table of an artist's file.

This file loads pydantic alone, so that an artist can be checked without drawing anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from haiga.core.errors import UserError
from haiga.core.suggest import hint

Layout = Literal["portrait", "scroll", "vertical", "landscape", "square"]
Lettering = Literal["italic", "roman"]
Edge = Literal["soft", "brush", "deckle", "plain"]

PAPERS: dict[str, str] = {
    "washi": "#f7f2e7",
    "kozo": "#f3ead8",
    "snow": "#f4f5f6",
    "tea": "#ece0c8",
}
"""Named papers and their colour: warm white, unbleached mulberry, cool white, tea-stained."""

PAGE_SIZES: dict[str, tuple[int, int]] = {
    "portrait": (1080, 1350),
    "vertical": (1080, 1350),
    "scroll": (1080, 1620),
    "square": (1080, 1080),
    "landscape": (1440, 1080),
}
"""Width and height in pixels of each layout where none are set."""

THINNEST_INK = 0.94
"""How much of the ink's colour shows where it lies thinnest on the paper."""

LOWEST_CONTRAST = 4.5
"""WCAG 2.2's contrast for text (success criterion 1.4.3), kept between ink and paper."""


class SheetSettings(BaseModel):
    """How a painting and a poem are composed on one page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: Layout = Field(default="portrait", description="where the poem stands to the painting")
    width_px: int | None = Field(
        default=None, ge=320, le=6000, description="page width; layout's own"
    )
    height_px: int | None = Field(
        default=None, ge=320, le=6000, description="page height; layout's own"
    )
    margin: float = Field(
        default=0.09, ge=0.03, le=0.2, description="margin, as a share of the width"
    )
    paper: str = Field(default="washi", description="washi, kozo, snow, tea or a light '#rrggbb'")
    ink: str = Field(
        default="auto", description="auto (dark, from the painting), sumi or '#rrggbb'"
    )
    seal_ink: str = Field(
        default="vermilion", description="vermilion, auto (from the painting), '#rrggbb'"
    )
    lettering: Lettering = Field(default="italic", description="the poem's letters")
    edge: Edge = Field(default="soft", description="how the painting meets the paper")
    monochrome: float = Field(
        default=0.0, ge=0, le=1, description="0 keeps the painting's colours, 1 leaves ink alone"
    )
    seal: str = Field(default="俳", description="the artist's mark: 1 to 4 characters")

    @field_validator("paper")
    @classmethod
    def _light_paper(cls, value: str) -> str:
        if value not in PAPERS and not is_hex(value):
            raise ValueError(f"no paper named '{value}'; {hint(value, PAPERS)} or use '#rrggbb'")
        if luminance(hex_rgb(PAPERS.get(value, value))) < 0.45:
            raise ValueError(f"'{value}' is too dark: the painting is printed into the paper")
        return value

    @field_validator("ink")
    @classmethod
    def _known_ink(cls, value: str) -> str:
        if value not in ("auto", "sumi") and not is_hex(value):
            raise ValueError(f"no ink named '{value}'; known: auto, sumi; or use '#rrggbb'")
        return value

    @field_validator("seal_ink")
    @classmethod
    def _known_seal_ink(cls, value: str) -> str:
        if value not in ("auto", "vermilion") and not is_hex(value):
            raise ValueError(f"no seal ink named '{value}'; known: auto, vermilion; or '#rrggbb'")
        return value

    @field_validator("seal")
    @classmethod
    def _short_seal(cls, value: str) -> str:
        if not 1 <= len(value.strip()) <= 4:
            raise ValueError(f"a seal holds 1 to 4 characters, not {len(value.strip())}")
        return value.strip()

    @model_validator(mode="after")
    def _readable(self) -> SheetSettings:
        if is_hex(self.ink):
            found = printed_contrast(hex_rgb(self.ink), self.paper_rgb)
            if found < LOWEST_CONTRAST:
                raise ValueError(
                    f"ink {self.ink} on {self.paper} paper has contrast {found:.1f}; "
                    f"text needs {LOWEST_CONTRAST}: choose a darker ink"
                )
        return self

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the page."""
        width, height = PAGE_SIZES[self.layout]
        if self.width_px and not self.height_px:
            return self.width_px, round(self.width_px * height / width)
        if self.height_px and not self.width_px:
            return round(self.height_px * width / height), self.height_px
        return self.width_px or width, self.height_px or height

    @property
    def paper_rgb(self) -> tuple[int, int, int]:
        """The paper's colour, sRGB."""
        return hex_rgb(PAPERS.get(self.paper, self.paper))


def sheet_faults(table: Mapping[str, Any]) -> list[str]:
    """Everything wrong with a `[sheet]` table: `key: what is wrong and what to do`, in order."""
    faults = [
        f"{key}: no such setting; {hint(key, SheetSettings.model_fields)}"
        for key in table
        if key not in SheetSettings.model_fields
    ]
    known = {key: value for key, value in table.items() if key in SheetSettings.model_fields}
    try:
        SheetSettings.model_validate(known)
    except ValidationError as error:
        for one in error.errors():
            key = ".".join(str(part) for part in one["loc"]) or "ink"
            said = one["msg"].removeprefix("Value error, ")
            if one["type"] == "literal_error":
                choices = str(one["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
                said = f"no '{one['input']}'; {hint(str(one['input']), choices.split(', '))}"
            faults.append(f"{key}: {said}")
    return faults


def read_sheet_settings(table: Mapping[str, Any], where: str = "sheet") -> SheetSettings:
    """The settings a `[sheet]` table asks for; `UserError` names all its faults at once."""
    faults = sheet_faults(table)
    if faults:
        raise UserError("\n".join(f"{where}.{fault}" for fault in faults))
    return SheetSettings.model_validate(dict(table))


def is_hex(value: str) -> bool:
    """Whether the text is a colour written `#rrggbb`."""
    return (
        len(value) == 7
        and value[0] == "#"
        and all(c in "0123456789abcdefABCDEF" for c in value[1:])
    )


def hex_rgb(value: str) -> tuple[int, int, int]:
    """`#rrggbb` as three numbers in [0, 255]."""
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def luminance(rgb: tuple[float, float, float]) -> float:
    """Relative luminance of an sRGB colour (0 to 255 each), in [0, 1] (WCAG 2.2)."""
    r, g, b = (
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Contrast ratio of two sRGB colours, from 1 (none) to 21 (WCAG 2.2)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def printed_contrast(ink: tuple[float, float, float], paper: tuple[float, float, float]) -> float:
    """The contrast of ink on paper where the ink lies thinnest."""
    r, g, b = (p + (i - p) * THINNEST_INK for i, p in zip(ink, paper, strict=True))
    return contrast((r, g, b), paper)
