"""What a network in training says of pictures, by the decoder's rules of what may be said."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from haiga.roles.captioners.decoding import END, UNKNOWN
from haiga.training.nets.captioner import CaptionNet


@torch.no_grad()
def said_words(net: CaptionNet, maps: Tensor, once: Tensor, most: int, *, drawn: int = 0) -> Tensor:
    """Captions of maps (N, C, h, w) as word numbers (N, T), or `drawn` of each, (N * drawn, T).

    The likeliest word each time; with `drawn`, words by their probability (torch's own
    generator). Lines begin and end with END, and what stands behind the second END is END too.
    `once` (V,) says which words are said once at most.
    """
    net.eval()
    looked = net.looker(maps)
    places, keys, hidden, cell = (
        tuple(part.repeat_interleave(drawn, 0) for part in looked) if drawn else looked
    )
    said = torch.full((len(places), 1), END)
    barred = torch.zeros(len(places), len(once), dtype=torch.bool)
    ended = torch.zeros(len(places), dtype=torch.bool)
    for length in range(most + 1):
        last = said[:, -1:]
        scores, hidden, cell, _ = net.teller(last.squeeze(1), hidden, cell, places, keys)
        scores = scores.masked_fill(barred, -math.inf)
        scores[:, UNKNOWN] = -math.inf
        if length:
            scores = torch.where(last == END, scores, scores.scatter(1, last, -math.inf))
        else:
            scores[:, END] = -math.inf
        word = torch.multinomial(scores.softmax(1), 1).squeeze(1) if drawn else scores.argmax(1)
        word = torch.full_like(word, END) if length == most else word.masked_fill(ended, END)
        said = torch.cat([said, word.unsqueeze(1)], 1)
        ended |= word == END
        barred |= F.one_hot(word, len(once)).bool() & once
        if bool(ended.all()):
            break
    return said


def as_words(said: Tensor, words: Sequence[str]) -> list[list[str]]:
    """The words of each line of `said_words`, without its ends."""
    lines = [line[1:] for line in said.tolist()]
    return [[words[i] for i in line[: line.index(END)]] for line in lines]


def as_text(line: Sequence[str]) -> str:
    """Words and commas as a caption."""
    return " ".join(line).replace(" ,", ",")
