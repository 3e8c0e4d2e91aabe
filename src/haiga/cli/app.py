"""The `haiga` command with every verb; it only parses, and each verb calls an action."""

from __future__ import annotations

from typing import Annotated

import typer

from haiga.cli import (
    alt_text,
    cache,
    caption,
    classify,
    collection_deciding,
    create,
    enlarge,
    evaluate,
    generate,
    inspect,
    mood,
    mount,
    options,
    paint,
    pipeline,
    replay,
    show,
    style,
    styles,
    telephone,
    train,
    tune,
    write,
)
from haiga.cli import list as listing


def build() -> typer.Typer:
    """The Typer application."""
    app = typer.Typer(
        name="haiga",
        help="A studio for autonomous poet-painters: writes haiku, paints them, "
        "and mounts both on one sheet, offline.",
        epilog="Begin with: haiga create",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(haiga)
    app.command("create")(create.create)
    app.command("replay")(replay.replay)
    app.command("write")(write.write)
    app.command("paint")(paint.paint)
    app.command("telephone")(telephone.telephone)
    app.command("generate")(generate.generate)
    app.command("style")(style.style)
    app.command("enlarge")(enlarge.enlarge)
    app.command("caption")(caption.caption)
    app.add_typer(styles.app, name="styles")
    app.command("mood")(mood.mood)
    app.command("classify")(classify.classify)
    app.command("mount")(mount.mount)
    app.command("show")(show.show)
    app.command("alt-text")(alt_text.alt_text)
    app.command("list")(listing.list_pieces)
    app.add_typer(collection_deciding.app, name="collection")
    app.add_typer(evaluate.app, name="evaluate")
    app.command("inspect")(inspect.inspect)
    app.add_typer(cache.app, name="cache")
    app.add_typer(pipeline.app, name="pipeline")
    app.command("train", context_settings=train.PASS_ON)(train.train)
    app.command("tune")(tune.tune)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from haiga import __version__

        typer.echo(f"haiga {__version__}")
        raise typer.Exit


def haiga(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: options.Debug = False,
) -> None:
    """Everything before the verb."""
