"""The poet's network: a word-level LSTM with tied embeddings."""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]
"""Hidden and cell state, each (layers, B, hidden)."""


class WordLstm(nn.Module):
    """Predicts the next word from all before it.

    Embedding (vocabulary, width) -> LSTM (layers, hidden) -> linear to width ->
    the same embedding as output weights (tied, Press and Wolf 2017), plus a bias.
    """

    def __init__(
        self,
        vocabulary: int,
        width: int = 256,
        hidden: int = 512,
        layers: int = 2,
        dropout: float = 0.25,
    ) -> None:
        super().__init__()
        self.sizes = {
            "vocabulary": vocabulary,
            "width": width,
            "hidden": hidden,
            "layers": layers,
        }
        self.embedding = nn.Embedding(vocabulary, width)
        between = dropout if layers > 1 else 0.0
        self.lstm = nn.LSTM(width, hidden, layers, batch_first=True, dropout=between)
        self.narrow = nn.Linear(hidden, width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)

    def features(self, tokens: Tensor, state: State | None) -> tuple[Tensor, State]:
        """tokens (B, T) int64 -> (B, T, width) before the output weights, and the new state."""
        x = self.dropout(self.embedding(tokens))  # (B, T, width)
        x, state = self.lstm(x, state)  # (B, T, hidden)
        return self.dropout(self.narrow(self.dropout(x))), state

    def forward(self, tokens: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """tokens (B, T) int64 -> logits (B, T, vocabulary), and the new state."""
        x, state = self.features(tokens, state)
        return x @ self.embedding.weight.T + self.bias, state
