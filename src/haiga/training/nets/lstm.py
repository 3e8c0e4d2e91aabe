"""The poet's network: a word-level LSTM with tied embeddings."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from haiga.training.parallel import Rows, dropped

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
        self.rows: Rows | None = None
        """Which rows of a larger batch it is shown: dropout is then drawn for all of that."""

    def features(self, tokens: Tensor, state: State | None) -> tuple[Tensor, State]:
        """tokens (B, T) int64 -> (B, T, width) before the output weights, and the new state."""
        if self.rows is not None and self.training:
            return self._features_of_rows(tokens, state, self.rows)
        x = self.dropout(self.embedding(tokens))  # (B, T, width)
        x, state = self.lstm(x, state)  # (B, T, hidden)
        return self.dropout(self.narrow(self.dropout(x))), state

    def _features_of_rows(
        self, tokens: Tensor, state: State | None, rows: Rows
    ) -> tuple[Tensor, State]:
        """As `features` of the whole batch gives for these rows: masks are drawn in its order."""
        share = self.dropout.p

        def dropped_time_first(x: Tensor) -> Tensor:
            return dropped(x.transpose(0, 1), share, rows, dim=1).transpose(0, 1)

        x = dropped(self.embedding(tokens), share, rows)
        if state is None:
            shape = (self.lstm.num_layers, len(x), self.lstm.hidden_size)
            state = (torch.zeros(shape), torch.zeros(shape))
        after: list[tuple[Tensor, Tensor]] = []
        for layer, weights in enumerate(self.lstm.all_weights):
            if layer:
                x = dropped_time_first(x)  # as it lies in memory
            before = (state[0][layer : layer + 1], state[1][layer : layer + 1])
            x, hidden, cell = torch.lstm(
                x, before, tuple(weights), True, 1, 0.0, True, False, batch_first=True
            )
            after.append((hidden, cell))
        x = dropped(self.narrow(dropped_time_first(x)), share, rows)
        return x, (torch.cat([h for h, _ in after]), torch.cat([c for _, c in after]))

    def forward(self, tokens: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """tokens (B, T) int64 -> logits (B, T, vocabulary), and the new state."""
        x, state = self.features(tokens, state)
        return x @ self.embedding.weight.T + self.bias, state
