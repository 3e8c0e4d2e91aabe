"""docs/pipelines.md names every key, role and kind, and its examples are sound."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from haiga.actions.pipelines.artist import compile_any
from haiga.actions.pipelines.compile import compile_file
from haiga.actions.pipelines.graph import graph_of
from haiga.actions.pipelines.kinds import KINDS
from haiga.actions.role_steps.table import ROLE_STEPS
from haiga.core.pipeline_file import EnvironmentTable, LoopTable, NeedsTable, StepTable
from haiga.gallery.line_art import svg_of

DOCS = Path(__file__).parents[3] / "docs"
if not DOCS.is_dir():
    pytest.skip("a source package comes without docs", allow_module_level=True)
TEXT = (DOCS / "pipelines.md").read_text("utf-8")
EXAMPLES = sorted((DOCS / "pipelines").glob("*.toml"))


@pytest.mark.parametrize("table", [StepTable, LoopTable, EnvironmentTable, NeedsTable])
def test_every_key_is_documented(table: type) -> None:
    fields = table.model_fields  # type: ignore[attr-defined]
    for name, field in fields.items():
        key = field.alias or name
        assert re.search(rf"`{key}`|\b{key} = ", TEXT) or f"[[loop.{key}]]" in TEXT, key


def test_every_role_and_what_is_asked_of_it_is_documented() -> None:
    import inspect

    for role, step in ROLE_STEPS.items():
        (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{role}` |"))
        keywords = inspect.signature(step.factory).parameters.values()
        for word in [p.name for p in keywords if p.kind is p.KEYWORD_ONLY]:
            assert f"`{word}`" in row
        assert all(f"`{slot.name}`" in row for slot in step.slots)
        assert step.makes in row.split("|")[3]


def test_every_kind_is_documented() -> None:
    kinds = TEXT[TEXT.index("### Kinds") : TEXT.index("### Functions")]
    assert all(f"`{name}`" in kinds and kind.suffix in kinds for name, kind in KINDS.items())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_sound_and_shown_as_it_is(path: Path) -> None:
    compiled = compile_file(path)
    assert compiled.pipeline.steps
    shown = "".join(re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL))
    lines = {re.sub(r"\s*#.*", "", line) for line in shown.splitlines()}
    assert {'name = "two hands"', "times = 6"} <= lines


@pytest.mark.parametrize(
    ("picture", "of"),
    [("graph-auria.svg", "auria"), ("graph-renga.svg", str(DOCS / "pipelines" / "renga.toml"))],
)
def test_the_pictures_of_graphs_are_those_of_today(picture: str, of: str) -> None:
    drawn = svg_of(graph_of(compile_any(of)))
    assert (DOCS / "pictures" / picture).read_text("utf-8") == drawn, (
        f"draw it again: haiga pipeline graph {of} --out docs/pictures/{picture}"
    )
