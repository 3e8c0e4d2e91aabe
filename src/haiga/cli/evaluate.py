"""`haiga evaluate`: what a model learned, what it makes, and what it copies."""

from __future__ import annotations

import typer

from haiga.cli import evaluate_captioner, evaluate_classifier, evaluate_pictures, evaluate_poet

app = typer.Typer(
    help="Measure a model: what it learned, what it makes, what it copies.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def evaluate() -> None:
    """Measure a model: what it learned, what it makes, what it copies."""


app.command("poet")(evaluate_poet.poet)
app.command("generator")(evaluate_pictures.generator)
app.command("painter")(evaluate_pictures.painter)
app.command("classifier")(evaluate_classifier.classifier)
app.command("captioner")(evaluate_captioner.captioner)
