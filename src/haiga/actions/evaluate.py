"""Evaluate a model on texts of the user's: what it learned, what it writes, what it copies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from haiga.actions.poets import VOCABULARY, poet_for
from haiga.actions.seeds import seeds_for
from haiga.core import registry
from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.core.forms import form_of
from haiga.core.nouns import Poem
from haiga.core.roles import Poet
from haiga.features.copying import CopyIndex
from haiga.inspection.poet_page import JSON as REPORT
from haiga.inspection.poet_report import Assessed, PoetReport, assess, read_moments
from haiga.inspection.poet_texts import MOST_TOKENS, Works, sort_works
from haiga.media.text_choice import TextChoice
from haiga.media.texts import Text, keep_where, read_texts
from haiga.models.card import CARD, ModelCard, read_card
from haiga.models.store import Model, load_model
from haiga.roles.poets.network import PoetNetwork
from haiga.roles.poets.sources import copy_index_of

LOG = "log.jsonl"
_OTHER_SPELLING = (
    "this poet reads its own rewritten spelling and an inventory of turns of phrase; the "
    "perplexity of texts as they stand would say nothing of it"
)


def evaluate_poet(
    model: str,
    choice: TextChoice,
    *,
    count: int = 200,
    seed: int = 1,
    form: str = "",
    most_tokens: int = MOST_TOKENS,
    tell: Callable[[str], None] = lambda _: None,
) -> PoetReport:
    """Measures a poet on texts and on `count` poems that it writes, seeds `seed` and on.

    `form` is a form's name or a TOML file; empty: haiku, and free verse for a poet of
    characters. Raises `UserError` where the model is no poet, the texts hold nothing
    or the poet cannot keep the form.
    """
    seeds = seeds_for(seed, count)
    use = poet_for(model)
    loaded = load_model(model)
    network = PoetNetwork(loaded) if use == "lm.v1" else None
    tell("reading the texts")
    read = read_texts(
        choice.path,
        text_column=choice.text_column,
        author_column=choice.author_column,
        title_column=choice.title_column,
    )
    texts = keep_where(read.texts, choice.where, min_works=choice.min_works)
    if not texts:
        raise UserError(f"{choice.path}: holds no text; give a file or folder that holds poems")
    index = index_of(loaded)
    works = sort_works(texts, index)
    poet = registry.make("poet", use, {"model": model})
    asked = form or ("free" if network and network.level == "char" else "haiku")
    notes = list(read.notes)
    try:
        poet.write([""], form=asked, seeds=[seeds[0]])
    except UserError as error:  # found out before minutes are spent on its perplexity
        if form:
            raise
        notes.append(f"It cannot write haiku, so its poems are free: {error}")
        asked = "free"
    reading, writing = assess(
        Assessed(
            works=works,
            network=network,
            write=partial(_write, poet, asked),
            seeds=seeds,
            form=form_of(asked),
            index=index,
            why_no_reading="" if network else _OTHER_SPELLING,
        ),
        most_tokens=most_tokens,
        tell=tell,
    )
    return PoetReport(
        poet=loaded.card.name,
        model=sum_of(loaded.card),
        title=loaded.card.title,
        about=about_model(loaded, network),
        texts=about_texts(choice, texts, works),
        settings={
            "form": form_of(asked).name,
            "poems": f"{count:,}",
            "seeds": f"{seeds[0]} to {seeds[-1]}",
            "writer": f"{use}, its own settings",
        },
        reading=reading,
        why_no_reading="" if network else _OTHER_SPELLING,
        writing=writing,
        learning=read_moments(_log_lines(loaded.folder)),
        notes=tuple(notes),
    )


def refuse_other_poets(model: str, folder: Path) -> None:
    """Raises UserError where a report on `model` would stand in another poet's place.

    That is a folder with another model in it, or with another poet's report. A model's
    own folder, and an older report on the same model, may be written over.
    """
    sum_ = sum_of(load_model(model).card)
    if (folder / CARD).is_file():
        other = read_card(folder)
        if sum_of(other) != sum_:
            raise UserError(
                f"{folder}: holds another model, '{other.name}', whose own report would be "
                "lost; give --out a folder of its own"
            )
        return
    try:
        old = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError):
        old = None
    table = old if isinstance(old, dict) else {}
    if table.get("model") != sum_:
        whose = "something else"
        if "poet" in table:
            whose = f"another poet or an earlier training, '{table['poet']}'"
        raise UserError(
            f"{folder}: holds a {REPORT} of {whose}; give --out another folder, or remove it"
        )


def sum_of(card: ModelCard) -> str:
    """A sha256 that tells a model from every other: of its files' names and sums."""
    listed = "".join(f"{file.sha256}  {file.name}\n" for file in card.files)
    return hashlib.sha256(listed.encode()).hexdigest()


def index_of(model: Model) -> CopyIndex | None:
    """The copying index that a poet's model names; None where it names none."""
    table = model.json(VOCABULARY)
    name = table.get("index") if isinstance(table, dict) else None
    found = copy_index_of(model, name) if isinstance(name, str) else None
    return found[0] if found else None


def about_model(model: Model, network: PoetNetwork | None) -> dict[str, str]:
    """What the card and the network tell of a poet, for its report."""
    card = model.card
    known = {"made": card.created, "recipe": card.recipe, "licence": card.licence}
    if network:
        unit = "words" if network.level == "word" else "characters"
        context = f"the last {network.context}" if network.context else "the whole text before"
        known["network"] = f"{network.layers} × {network.hidden}, {len(network.tokens):,} {unit}"
        known["looks back on"] = f"{context} {unit}" if network.context else context
    known["size"] = f"{sum(file.bytes for file in card.files) / 1e6:.1f} MB"
    for source in card.data[:5]:
        known[f"learned from: {source.name}"] = f"{counted(source.items, 'work')}, {source.licence}"
    return {name: value for name, value in known.items() if value}


def about_texts(choice: TextChoice, texts: Sequence[Text], works: Works) -> dict[str, str]:
    """What the figures were measured on: how many works, by whom, and which part each is in."""
    authors = len({text.author for text in texts if text.author})
    known = {
        "texts": choice.path.name,
        "works": f"{len(texts):,}" + (f" by {counted(authors, 'author')}" if authors else ""),
    }
    if choice.where:
        known["only"] = ", ".join(choice.where)
    if choice.min_works > 1:
        known["only authors with"] = f"at least {choice.min_works} works"
    for name, some in works.parts.items():
        if some:
            known[name] = counted(len(some), "work")
    return known


def _write(poet: Poet, form: str, seed: int) -> Poem:
    (poem,) = poet.write([""], form=form, seeds=[seed])
    return poem


def _log_lines(folder: Path) -> list[str]:
    """The lines of the run's log beside a model, or in its work folder; none without one."""
    for path in (folder / LOG, folder / "work" / LOG):
        try:
            return path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
    return []
