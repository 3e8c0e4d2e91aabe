"""Many-dimensional points laid out on a plane, so that neighbours stay neighbours.

Principal components to 20 dimensions, then the t-distributed stochastic neighbour embedding
of van der Maaten and Hinton, "Visualizing Data using t-SNE" (JMLR 9, 2008): equations 1
(what is near, perplexity 20), 4 (near on the plane) and 5 (the gradient), begun from the
first two components instead of at random, as Kobak and Berens advise ("The art of using
t-SNE for single-cell transcriptomics", Nature Communications 10, 2019).

Of the ten nearest of each of 2,000 pictures by the eye's late view the map keeps 43 %, where
the first two components keep 8 %; of 600 pictures 50 % and 16 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

COMPONENTS = 20
PERPLEXITY, NEIGHBOURS = 20.0, 60
"""About so many neighbours of a point count; further ones than these are left out."""

ROUNDS, EXAGGERATED = 220, 70
EXAGGERATION = 8.0
BLOCK = 128  # rows at once: 128 × 2,000 numbers stay in a processor's cache


def principal(points: Floats, components: int = COMPONENTS) -> Floats:
    """The points (N, D) along their directions of largest spread: (N, at most `components`).

    Each direction's sign is such that its largest entry is positive, so that the same points
    give the same map anywhere.
    """
    rows = np.asarray(points, np.float64)
    centred = rows - rows.mean(0, keepdims=True)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    turn = vectors[:, ::-1][:, : min(components, len(rows), rows.shape[1])]
    largest = np.take_along_axis(turn, np.abs(turn).argmax(0)[None], 0)
    return np.asarray(centred @ (turn * np.sign(largest)), np.float32)


def flat_map(points: Floats, *, rounds: int = ROUNDS) -> Floats:
    """A place (N, 2) in [0, 1] for each point (N, D); the same points, the same places.

    Its time grows with N²: 2.3 s for 2,000 points on one core, 0.3 s for 600. Fewer than
    four points lie along a line.
    """
    count = len(points)
    if count < 4:
        line = (np.arange(count) + 0.5) / max(count, 1)
        return np.stack([line, np.full(count, 0.5)], 1).astype(np.float32)
    reduced = principal(points)
    pull = _Pull.of(reduced)
    start = reduced[:, :2] if reduced.shape[1] > 1 else np.pad(reduced, ((0, 0), (0, 1)))
    place = np.asarray(1e-2 * start / max(float(start[:, 0].std()), 1e-9), np.float32)
    step = np.zeros_like(place)
    gains = np.ones_like(place)
    rate = np.float32(max(count / EXAGGERATION / 4, 10.0))
    for i in range(rounds):
        early = i < EXAGGERATED
        gradient = 4 * (pull.at(place) * (EXAGGERATION if early else 1) - _push(place))
        same = (gradient > 0) == (step > 0)
        gains = np.maximum(np.where(same, gains * 0.8, gains + 0.2), 0.01).astype(np.float32)
        step = np.asarray((0.5 if early else 0.8) * step - rate * gains * gradient, np.float32)
        place = place + step
    place = place - place.min(0)
    return np.asarray(place / max(float(place.max()), 1e-9), np.float32)


@dataclass(frozen=True)
class _Pull:
    """How near points are to their neighbours: pairs of places and equation 1's p, of sum 1."""

    ones: npt.NDArray[np.intp]
    others: npt.NDArray[np.intp]
    near: Floats

    @classmethod
    def of(cls, points: Floats) -> _Pull:
        """The width of each point's bell is found by halving until its neighbours' entropy is
        that of `PERPLEXITY`, fewer where there are few points."""
        count = len(points)
        squares = _squares(points, points)
        np.fill_diagonal(squares, np.inf)
        several = min(NEIGHBOURS, count - 1)
        found = np.argpartition(squares, several - 1, axis=1)[:, :several]
        near = np.take_along_axis(squares, found, 1).astype(np.float64)
        near -= near.min(1, keepdims=True)
        wanted = np.log(min(PERPLEXITY, (several + 1) / 3))
        low, high = np.zeros(count), np.full(count, np.inf)
        sharp = 1 / np.maximum(np.median(near, axis=1), 1e-9)
        for _ in range(40):
            bells = np.exp(-near * sharp[:, None])
            bells /= bells.sum(1, keepdims=True)
            wide = -(bells * np.log(np.maximum(bells, 1e-300))).sum(1) > wanted
            low, high = np.where(wide, sharp, low), np.where(wide, high, sharp)
            sharp = np.where(np.isfinite(high), (low + high) / 2, np.minimum(sharp * 2, 1e18))
        rows = np.repeat(np.arange(count), several)
        return cls(rows, found.ravel(), (bells.ravel() / count).astype(np.float32))

    def at(self, place: Floats) -> Floats:
        """The first half of equation 5, Σ_j p_ij (y_i - y_j) / (1 + |y_i - y_j|²): (N, 2)."""
        apart = place[self.ones] - place[self.others]
        force = apart * (self.near / (1 + (apart**2).sum(1)))[:, None]
        count = len(place)
        return np.stack(
            [
                np.bincount(self.ones, axis, count) - np.bincount(self.others, axis, count)
                for axis in force.T
            ],
            1,
        ).astype(np.float32) / np.float32(2)  # each pair counts for both of its ends


def _push(place: Floats) -> Floats:
    """The second half of equation 5, Σ_j q_ij (y_i - y_j) / (1 + |y_i - y_j|²): (N, 2)."""
    force = np.zeros_like(place)
    total = 0.0
    for start in range(0, len(place), BLOCK):
        rows = place[start : start + BLOCK]
        kernel = _squares(rows, place)
        kernel += 1
        np.reciprocal(kernel, out=kernel)
        total += float(kernel.sum()) - len(rows)  # each is 1 from itself
        kernel *= kernel
        force[start : start + BLOCK] = kernel.sum(1)[:, None] * rows - kernel @ place
    return np.asarray(force / max(total, 1e-12), np.float32)


def _squares(rows: Floats, points: Floats) -> Floats:
    """Squared distances of rows (M, D) from points (N, D): (M, N)."""
    squares = rows @ (-2 * points.T)
    squares += (rows**2).sum(1)[:, None]
    squares += (points**2).sum(1)[None]
    return np.asarray(np.maximum(squares, 0, out=squares), np.float32)
