"""A critic on held-out works: by family, against a ridge on words and against chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch

from haiga.features.match_words import word_tensors
from haiga.features.vectors import WordVectors
from haiga.training.match.captions import Captioned
from haiga.training.match.material import Features
from haiga.training.match.retrieval import Retrieval, retrieval
from haiga.training.nets.match import MatchNet

RIDGE = 3000.0
Cosines = npt.NDArray[np.float32]
Table = dict[str, Retrieval]


def one_crop_a_work(crops: Sequence[Captioned]) -> npt.NDArray[np.int64]:
    """The places in `crops` of the first crop of every work that has a caption."""
    first: dict[str, int] = {}
    for place, crop in enumerate(crops):
        if crop.caption:
            first.setdefault(crop.work, place)
    return np.array(sorted(first.values()), np.int64)


def by_family(
    cosines: Cosines, crops: Sequence[Captioned], pictured: frozenset[str]
) -> dict[str, Retrieval]:
    """Retrieval of real captions in each family and in all, for captions of one word or more
    and, under "… two words", for those of at least two pictured words."""
    table = {}
    for family in (*sorted({c.family for c in crops}), "all"):
        own = [i for i, c in enumerate(crops) if family in ("all", c.family)]
        telling = [i for i in own if len(pictured.intersection(crops[i].caption)) >= 2]
        for name, places in ((family, own), (f"{family}, two words", telling)):
            texts = [frozenset(crops[i].caption) for i in places]
            found = retrieval(cosines[np.ix_(places, places)], texts)
            if found:
                table[name] = found
    return table


@torch.no_grad()
def critic_cosines(
    net: MatchNet, features: Features, crops: Sequence[Captioned], vectors: WordVectors
) -> Cosines:
    """The cosine of each crop's first view (rows) with each crop's own caption (columns)."""
    net.eval()
    early, maps = features.take(np.zeros(len(crops), np.int64), np.arange(len(crops)))
    words, present = word_tensors([crop.caption for crop in crops], vectors)
    pictures = net.picture_side(early, maps)
    texts = net.text_side(torch.from_numpy(words), torch.from_numpy(present))
    net.train()
    return np.asarray((pictures @ texts.T).numpy())


def ridge(
    features: Features, crops: Sequence[Captioned], vectors: WordVectors
) -> Callable[[Features, Sequence[Captioned]], Cosines]:
    """The baseline: a ridge from the eye's mean view to the mean vector of a caption's words."""
    taught = np.array([i for i, crop in enumerate(crops) if crop.caption])
    x = _means(features)[taught]
    centre, spread = x.mean(0), x.std(0) + 1e-3
    x = (x - centre) / spread
    y = _bags([crops[i] for i in taught], vectors)
    middle = y.mean(0)
    gram = x.T @ x + RIDGE * np.eye(x.shape[1], dtype=np.float32)
    weights = np.linalg.solve(gram, x.T @ (y - middle))

    def cosines(features: Features, crops: Sequence[Captioned]) -> Cosines:
        pictures = _units((_means(features) - centre) / spread @ weights)
        return np.asarray(pictures @ _units(_bags(crops, vectors) - middle).T, np.float32)

    return cosines


def _means(features: Features) -> npt.NDArray[np.float32]:
    maps = np.asarray(features.maps[0], np.float32).mean((2, 3))
    return np.concatenate([maps, np.asarray(features.early[0], np.float32)], axis=1)


def _bags(crops: Sequence[Captioned], vectors: WordVectors) -> npt.NDArray[np.float32]:
    size = vectors.matrix.shape[1]
    rows = [
        vectors.matrix[[vectors.index[word] for word in crop.caption]].sum(0)
        if crop.caption
        else np.zeros(size, np.float32)
        for crop in crops
    ]
    return _units(np.stack(rows))


def _units(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))
