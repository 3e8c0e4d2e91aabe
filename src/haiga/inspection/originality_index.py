"""A search over more pictures than can be gone through one by one: `usearch`, of an extra.

Near neighbours are found by a graph that is walked from node to node (Malkov and Yashunin,
"Efficient and Robust Approximate Nearest Neighbor Search Using Hierarchical Navigable Small
World Graphs", TPAMI 2020). It finds nearly all of them, not all; their cosines are exact, and
so are the hashes, which are all gone through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from haiga.core.collecting import Looks
from haiga.core.errors import MissingExtra
from haiga.inspection.originality_search import Floats, Near, Numbers, Search

MANY = 1_000_000
"""From so many pictures on an index is worth its making."""

FOUND = 64
"""Neighbours that are asked for in each view, as the picture is and mirrored."""


class IndexedSearch(Search):
    """A search whose views have an index each; `MissingExtra` without `haiga[index]`.

    Cosines of what the index does not find are -1.
    """

    def __init__(self, looks: Sequence[Looks]) -> None:
        super().__init__(looks)
        self._graphs = [_graph(rows) for rows in (self.early, self.late)]

    def near(self, looks: Looks) -> Near:
        """How near the found ones are, as it is or mirrored; all of them by hash."""
        queries = self.queries(looks)
        found = [_places(graph, q) for graph, q in zip(self._graphs, queries, strict=True)]
        places = np.unique(np.concatenate(found))
        cosines = []
        for rows, query in zip((self.early, self.late), queries, strict=True):
            values = np.full(len(self), -1, np.float32)
            values[places] = (query @ rows[places].T).max(0)
            cosines.append(values)
        return Near(self.bits(looks), *cosines)


def search_of(looks: Sequence[Looks]) -> Search:
    """The exact search, or from a million pictures on one with an index, if that is installed."""
    if len(looks) < MANY:
        return Search(looks)
    try:
        return IndexedSearch(looks)
    except MissingExtra:
        return Search(looks)


def _graph(rows: Floats) -> Any:
    try:
        from usearch.index import Index
    except ImportError as error:
        raise MissingExtra("an index of pictures needs usearch: pip install 'haiga[index]'") from (
            error
        )
    graph = Index(ndim=rows.shape[1], metric="ip", dtype="f16")
    graph.add(np.arange(len(rows), dtype=np.uint64), rows)
    return graph


def _places(graph: Any, queries: Floats) -> Numbers:
    keys = [np.asarray(graph.search(query, FOUND).keys) for query in queries]
    return np.unique(np.concatenate(keys)).astype(np.int64)
