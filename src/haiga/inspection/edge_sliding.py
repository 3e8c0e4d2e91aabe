"""Edges of pictures by direction, and one picture's slid over those of others.

At every pixel the gradients of the three channels are squared as complex numbers and added,
sum (gx + i gy)², which has twice the angle, so that an edge from dark to light and one from
light to dark are the same (the structure tensor of Bigün and Granlund, "Optimal Orientation
Detection of Linear Symmetry", ICCV 1987; over colours: Di Zenzo, "A Note on the Gradient of a
Multi-Image", CVGIP 1986). Its length is then pressed below 1.

Sliding is normalised cross-correlation (Lewis, "Fast Normalized Cross-Correlation", 1995):
the products, and the energies of both pictures where they overlap, come out of the Fourier
domain for all places at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Complexes = npt.NDArray[np.complex64]
Numbers = npt.NDArray[np.int64]

SLACK = 0.12
"""How far, in shares of a side, the smaller picture may stick out of the larger."""

LEAST_EDGES = 0.12
"""Of the edges of each picture so many must lie under the other, or the score is lowered."""

NEAR_PX = 5
"""How far around a place that is known already is looked."""

_NOISE = 3.0  # levels of gradient that count for nothing


def edge_directions(pixels: Floats) -> Complexes:
    """(h, w, 3) levels -> (h, w) complex: twice the angle of the edge, lengths in [0, 1)."""
    across, down = np.zeros_like(pixels), np.zeros_like(pixels)
    across[:, 1:-1] = pixels[:, 2:] - pixels[:, :-2]
    down[1:-1] = pixels[2:] - pixels[:-2]
    square = ((across + 1j * down) ** 2).sum(-1)  # (h, w)
    length = np.abs(square)
    usual = (np.sqrt(length).mean() + _NOISE) ** 2
    return np.asarray(square / (length + usual), np.complex64)


class Stack:
    """Edges of several pictures, side by side, for one to be slid over all of them."""

    def __init__(self, edges: Sequence[Complexes]) -> None:
        self.edges = edges
        self.heights = np.array([one.shape[0] for one in edges])
        self.widths = np.array([one.shape[1] for one in edges])
        self._seen: dict[int, tuple[Complexes, Complexes, Complexes]] = {}

    def __len__(self) -> int:
        return len(self.edges)

    def spectra(self, side: int) -> tuple[Complexes, Complexes, Complexes]:
        """Of edges (N, side, side), and of energies and of extents (N, side, side // 2 + 1)."""
        if side not in self._seen:
            laid = np.zeros((len(self), side, side), np.complex64)
            extent = np.zeros((len(self), side, side), np.float32)
            for n, one in enumerate(self.edges):
                laid[n, : one.shape[0], : one.shape[1]] = one
                extent[n, : one.shape[0], : one.shape[1]] = 1
            energy = np.abs(laid) ** 2
            self._seen[side] = (
                np.fft.fft2(laid).astype(np.complex64),
                np.fft.rfft2(energy).astype(np.complex64),
                np.fft.rfft2(extent).astype(np.complex64),
            )
        return self._seen[side]


_SIDES = (24, 30, 36, 40, 45, 48, 54, 60, 64, 72, 80, 90, 96, 108, 120, 128, 144, 160, 180, 192,
          216, 240, 256, 288, 320)  # fmt: skip
"""Sides whose Fourier transform is quick."""


def slide(
    own: Complexes, stack: Stack, near: tuple[float, float] | None = None
) -> tuple[Floats, Numbers, Numbers]:
    """The best place of `own` over each of the others: scores, lefts and tops, each (N,).

    Lefts and tops are in pixels of the others; they are negative where `own` begins before
    the other does. `near` (left, top) keeps to `NEAR_PX` around a place. What counts is the
    overlap alone, and that is all but `SLACK` of the smaller one's sides.
    """
    h, w = own.shape
    reach = max(h, w, int(stack.heights.max()), int(stack.widths.max()))
    side = next(s for s in _SIDES if s >= reach * (1 + SLACK) + 1)
    laid, energies, extents = stack.spectra(side)
    moved = np.zeros((side, side), np.complex64)
    moved[:h, :w] = own
    box = np.zeros((side, side), np.float32)
    box[:h, :w] = 1
    own_energy = np.abs(moved) ** 2
    alike = np.fft.ifft2(laid * np.conj(np.fft.fft2(moved))).real  # (N, down, across)
    shape = (side, side)
    under = np.fft.irfft2(energies * np.conj(np.fft.rfft2(box)), shape)
    over = np.fft.irfft2(extents * np.conj(np.fft.rfft2(own_energy)), shape)
    whole = float(own_energy.sum())
    others = energies[:, 0, 0].real[:, None, None]
    # Where hardly an edge lies under the other picture, a few pixels would decide: a share of
    # both pictures' edges is asked for.
    norm = np.sqrt(np.maximum(under, LEAST_EDGES * others) * np.maximum(over, LEAST_EDGES * whole))
    score = alike / np.maximum(norm, 1e-6)
    shift = np.arange(side)
    down = _signed(shift, h, stack.heights)  # (N, side)
    across = _signed(shift, w, stack.widths)
    allowed = (
        _allowed(down, h, stack.heights)[:, :, None] & _allowed(across, w, stack.widths)[:, None, :]
    )
    if near is not None:
        allowed &= (np.abs(down - near[1]) <= NEAR_PX)[:, :, None]
        allowed &= (np.abs(across - near[0]) <= NEAR_PX)[:, None, :]
    score = np.where(allowed, score, -1.0).reshape(len(stack), -1)
    at = score.argmax(1)
    rows = np.arange(len(stack))
    return score[rows, at].astype(np.float32), across[rows, at % side], down[rows, at // side]


def _signed(shift: Numbers, own: int, others: Numbers) -> Numbers:
    """(N, side) shifts of a circular correlation as meant: those that begin before are < 0."""
    most = np.maximum(others - own, 0) + np.ceil(SLACK * np.minimum(own, others))
    return np.asarray(np.where(shift > most[:, None], shift - len(shift), shift), np.int64)


def _allowed(shifts: Numbers, own: int, others: Numbers) -> npt.NDArray[np.bool_]:
    """(N, side) where the overlap is all but `SLACK` of the smaller one."""
    size = others[:, None]
    overlap = np.minimum(shifts + own, size) - np.maximum(shifts, 0)
    return np.asarray(overlap >= (1 - SLACK) * np.minimum(own, size) - 0.01)
