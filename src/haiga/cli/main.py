"""The door of the `haiga` command: every verb, and how each run ends."""

import signal
import sys
from typing import Annotated, Any

# Typer is imported inside, so that Ctrl-C is caught while Python still loads it.


def main() -> None:
    """Run `haiga` with this process's arguments and exit.

    0 done, 1 a job that failed, 2 a request that must be put otherwise,
    130 interrupted. A traceback is shown only with `--debug`.
    """
    try:
        from haiga.cli import ending

        ending.listen_for_interrupts()
        code = ending.run(build(), sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("haiga: stopped; nothing is half done\n")
        code = 130
    # What is done is done: a late Ctrl-C must not turn into a traceback at exit.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def build() -> Any:
    """The Typer application with every verb."""
    import typer

    from haiga.cli import create, mount, options, paint, replay, show, style, train, write
    from haiga.cli import list as listing

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

    @app.callback()
    def haiga(
        version: Annotated[
            bool,
            typer.Option(
                "--version", callback=_show_version, is_eager=True, help="Show the version."
            ),
        ] = False,
        debug: options.Debug = False,
    ) -> None:
        pass

    app.command("create")(create.create)
    app.command("replay")(replay.replay)
    app.command("write")(write.write)
    app.command("paint")(paint.paint)
    app.command("style")(style.style)
    app.command("mount")(mount.mount)
    app.command("show")(show.show)
    app.command("list")(listing.list_pieces)
    app.command("train", context_settings=train.PASS_ON)(train.train)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        import typer

        from haiga import __version__

        typer.echo(f"haiga {__version__}")
        raise typer.Exit
