"""Who fills a role in this process, and values as roles take them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from haiga.actions.texts import poem_of
from haiga.core import registry
from haiga.core.errors import JobError
from haiga.core.nouns import Poem

Table = Mapping[str, Any]


def maker(role: str, use: str, settings: Table) -> Any:
    """Who fills a role, made once in this process and shared by the steps that ask for the same."""
    return _maker(role, use, json.dumps(dict(settings), sort_keys=True, default=str))


@functools.lru_cache(maxsize=16)
def _maker(role: str, use: str, settings: str) -> Any:
    # Checked beforehand (`check_role`), where the checks' own code is no part of a step's key.
    return registry.make(role, use, json.loads(settings))


def as_poem(value: Any) -> Poem:
    """A poem itself, or text as a free poem."""
    return value if isinstance(value, Poem) else poem_of(str(value))


def as_words(value: Any) -> str:
    """A poem's or a text's words on one line."""
    return " ".join((value.text if isinstance(value, Poem) else str(value)).split())


def one(made: Sequence[Any]) -> Any:
    if len(made) != 1:
        raise JobError(f"asked for one, it made {len(made)}")
    return made[0]
