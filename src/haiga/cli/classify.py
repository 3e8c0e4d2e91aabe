"""`haiga classify`: which class pictures belong to, or none; and the same as a web page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import options


def classify(
    pictures: Annotated[
        list[Path] | None,
        typer.Argument(metavar="IMG...", help="Pictures, or folders of pictures."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--with", metavar="DIR", help="The folder that `haiga train classifier` made."
        ),
    ] = None,
    reject: Annotated[
        float | None,
        typer.Option(
            "--reject",
            metavar="0..0.9",
            help="The share of pictures of its classes that may be called none of them; more "
            "catches more of other things. (default: as trained, 0.1)",
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            "--page",
            metavar="DIR",
            help="Write a web page there that classifies dropped photos in the browser.",
        ),
    ] = None,
    runtime: Annotated[
        Path | None,
        typer.Option(
            "--runtime",
            metavar="DIR",
            help="With --page: take ONNX Runtime's web files from this folder instead.",
        ),
    ] = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Say which class pictures belong to, or that they belong to none, and why."""
    from haiga.actions.classify import classify_files, make_classifier, pictures_of
    from haiga.cli import output
    from haiga.core.errors import BadPicture, UserError
    from haiga.pages.numbers import chance

    if model is None:
        raise UserError(
            "--with: name the folder of a classifier; "
            "`haiga train classifier --pictures FOLDER --out DIR` makes one"
        )
    if not pictures and page is None:
        raise UserError("name a picture, or several, or --page DIR for a web page")
    if runtime is not None and page is None:
        raise UserError("--runtime: is for --page DIR")
    classifier = make_classifier(model, reject)
    if page is not None:
        from haiga.actions.classifier_page import write_classifier_page

        written = write_classifier_page(classifier, page, runtime=runtime)
        if json:
            output.give_json({"page": str(written)})
        else:
            output.give(f"{written}\n`python -m http.server --directory {page}` serves it")
    files = pictures_of(pictures or [])
    bad: list[BadPicture] = []
    with output.progress(len(files)) as bar:

        def on_each(number: int, of: int) -> None:
            output.stop_if_interrupted()
            bar.begin(f"{number + 1:,} of {of:,}")
            bar.advance()

        for found in classify_files(classifier, files, on_each):
            if isinstance(found, BadPicture):
                bad.append(found)
                output.tell(str(found))
                continue
            with bar.hidden():
                if json:
                    output.give_json(found.as_json())
                else:
                    called = found.label.name or "none of them"
                    sure = (
                        f" ({chance(max(found.label.probabilities))})" if found.label.name else ""
                    )
                    output.give(f"{found.name}: {called}{sure}\n  {found.why}")
    if bad:
        raise UserError(
            f"{len(bad):,} of {len(files):,} could not be read" if len(files) > 1 else
            "the picture could not be read"
        )  # fmt: skip
