"""`report.html` of an upscaler: what it gained on held-out pictures, and how they look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haiga.media.durable import write_durably
from haiga.pages import parts
from haiga.pages.page import Section, page
from haiga.pages.pictures import Shown, sheet
from haiga.pages.plots import Series, line_chart
from haiga.training.pictures.samples import FOLDER

HTML = "report.html"
OF = "gain_"


def write_report(
    out: Path, work: Path, rows: Sequence[Mapping[str, Any]], best: int, scale: int, told: list[str]
) -> Path:
    """Writes the page into `out` from the rows of a run's looks; `told` are sentences about it."""
    kept = next((row for row in rows if row["step"] == best), rows[-1])
    figures = [
        parts.Figure("gain over bicubic", f"{kept['gain']:.2f} dB", red=True),
        parts.Figure("luma PSNR", f"{kept['psnr']:.2f} dB"),
        parts.Figure("kept", f"step {kept['step']:,}"),
    ]
    points = [(float(row["step"]), float(row["gain"])) for row in rows]
    chart = line_chart(
        "What it gains over bicubic",
        [Series("gain", points, red=True)],
        x="steps",
        y="dB, more is better",
        about=f"On held-out tiles made {scale} times smaller and enlarged again.",
    )
    folders = [
        [name.removeprefix(OF), f"{kept[name]:+.2f}"] for name in kept if name.startswith(OF)
    ]
    body = [parts.key_figures(figures), parts.bullets(told), chart]
    if folders:
        body.append(parts.table(["folder", "gain, dB"], folders, numbers=1))
    file = work / FOLDER / f"{int(kept['step']):06d}.png"
    sections = [Section("How near it comes", body)]
    if file.exists():
        about = "Threes of held-out tiles: bicubic, enlarged, and as they were."
        shown = Shown(file.read_bytes(), about, kind="image/png")
        sections.append(Section("How it looks", [parts.paragraph(about), sheet([shown])]))
    html = page(f"An upscaler, ×{scale}", sections, subtitle=out.name)
    write_durably(out / HTML, html.encode())
    return out / HTML
