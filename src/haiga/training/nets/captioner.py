"""The captioner's network: an LSTM that looks at places of the picture for every word.

After Xu, Ba, Kiros, Cho, Courville, Salakhutdinov, Zemel, Bengio 2015, "Show, Attend and Tell",
with soft attention: equations 4 to 6 (attention), section 4.2.1 (a gate on what is seen,
doubly stochastic attention), equation 7 (deep output), tied to the embedding.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_BRIGHT = 4.0
"""Colours lie within some tenths of each other; the eye's numbers within some units."""
State = tuple[Tensor, Tensor]
"""Hidden and cell state, each (B, hidden)."""


@dataclass(frozen=True)
class CaptionShape:
    """Sizes: `words` in the vocabulary, `channels` and `places` of the eye's map, the layers'.

    `tints` more channels of the map are colours (`colour_maps`); 0 where it has none.
    """

    words: int
    channels: int = 384
    places: int = 64
    width: int = 160
    seen: int = 192
    attention: int = 128
    hidden: int = 288
    tints: int = 12

    def table(self) -> dict[str, int]:
        return asdict(self)


class Looker(nn.Module):
    """What is seen (B, channels + tints, h, w) to what the decoder reads of each place and begins
    from."""

    def __init__(self, shape: CaptionShape, dropout: float) -> None:
        super().__init__()
        self.channels = shape.channels
        self.project = nn.Linear(shape.channels, shape.seen)
        self.tint = nn.Linear(shape.tints, shape.seen) if shape.tints else None
        self.norm = nn.LayerNorm(shape.seen)
        self.where = nn.Parameter(torch.zeros(shape.places, shape.seen))
        self.keys = nn.Linear(shape.seen, shape.attention)
        self.begin = nn.Linear(shape.seen, 2 * shape.hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x = maps.flatten(2).transpose(1, 2)  # (B, places, C)
        read = self.project(torch.log1p(self.dropout(x[..., : self.channels])))
        if self.tint is not None:
            read = read + self.tint(_BRIGHT * x[..., self.channels :])
        places = self.norm(read) + self.where
        hidden, cell = torch.tanh(self.begin(places.mean(1))).chunk(2, dim=1)
        return places, self.keys(places), hidden, cell


class Teller(nn.Module):
    """One word: the log-probabilities of the next, the new state, and where it looked."""

    def __init__(self, shape: CaptionShape, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(shape.words, shape.width)
        self.query = nn.Linear(shape.hidden, shape.attention)
        self.energy = nn.Linear(shape.attention, 1, bias=False)
        self.gate = nn.Linear(shape.hidden, shape.seen)
        self.cell = nn.LSTMCell(shape.width + shape.seen, shape.hidden)
        self.from_hidden = nn.Linear(shape.hidden, shape.width)
        self.from_seen = nn.Linear(shape.seen, shape.width, bias=False)
        self.bias = nn.Parameter(torch.zeros(shape.words))
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.embedding.weight, std=shape.width**-0.5)

    def forward(
        self, word: Tensor, hidden: Tensor, cell: Tensor, places: Tensor, keys: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """word (B,), hidden and cell (B, H), places (B, P, S), keys (B, P, A)
        -> log-probabilities (B, V), hidden, cell, attention (B, P)."""
        said = self.embedding(word)
        hidden, cell, seen, attention = self.move(said, hidden, cell, places, keys)
        return self.speak(said, hidden, seen), hidden, cell, attention

    def move(
        self, said: Tensor, hidden: Tensor, cell: Tensor, places: Tensor, keys: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """said (B, W) -> hidden, cell, what was seen (B, S), where (B, P)."""
        energy = self.energy(torch.tanh(keys + self.query(hidden).unsqueeze(1)))  # (B, P, 1)
        attention = F.softmax(energy.squeeze(2), dim=1)
        seen = torch.bmm(attention.unsqueeze(1), places).squeeze(1)  # (B, S)
        seen = torch.sigmoid(self.gate(hidden)) * seen
        hidden, cell = self.cell(
            torch.cat([self.dropout(said), self.dropout(seen)], dim=1), (hidden, cell)
        )
        return hidden, cell, seen, attention

    def speak(self, said: Tensor, hidden: Tensor, seen: Tensor) -> Tensor:
        """Log-probabilities of the next word, for any number of rows."""
        told = said + self.from_hidden(self.dropout(hidden)) + self.from_seen(seen)
        scores = self.dropout(torch.tanh(told)) @ self.embedding.weight.T + self.bias
        return F.log_softmax(scores.float(), dim=-1)


class CaptionNet(nn.Module):
    """Both parts, and what is trained: all words of a caption at once."""

    def __init__(self, shape: CaptionShape, dropout: float = 0.35) -> None:
        super().__init__()
        self.shape = shape
        self.looker = Looker(shape, dropout / 2)
        self.teller = Teller(shape, dropout)

    def forward(self, maps: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        """maps (B, channels + tints, h, w), words (B, T) -> log-probabilities (B, T, V) of the
        next word after each, and attention (B, T, places)."""
        places, keys, hidden, cell = self.looker(maps)
        said = self.teller.embedding(words)  # (B, T, W)
        moved = []
        for t in range(words.shape[1]):
            hidden, cell, seen, attention = self.teller.move(said[:, t], hidden, cell, places, keys)
            moved.append((hidden, seen, attention))
        hiddens, seens, looked = (torch.stack(part, 1) for part in zip(*moved, strict=True))
        return self.teller.speak(said, hiddens, seens), looked
