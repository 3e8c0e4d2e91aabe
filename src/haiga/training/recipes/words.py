"""Learn word vectors from poems and picture captions together.

    haiga train words --poems FILE.jsonl.gz --pictures DIR --out DIR

Counts words within five of each other (within the whole caption for pictures),
takes the shifted positive pointwise mutual information with smoothed contexts
(Levy, Goldberg and Dagan 2015, section 3) and its truncated singular vectors.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from haiga.features.words import words as split_words
from haiga.models.card import write_card
from haiga.training.picture_cache import read_collections

WINDOW = 5
SIZE = 128


def poem_texts(paths: Iterable[Path]) -> Iterator[list[str]]:
    """The words of each poem in each JSON-lines file."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield split_words(json.loads(line)["text"])


def caption_texts(root: Path) -> Iterator[list[str]]:
    """The words of each picture's title, captions and tags."""
    for _, record in read_collections(root):
        parts = [str(record.get("title") or "")]
        for key in ("captions", "tags"):
            parts += [str(part) for part in record.get(key) or ()]  # type: ignore[attr-defined]
        yield split_words(" ".join(parts))


def main(argv: list[str]) -> None:
    """Count, factorise, and write `words.json`, `vectors.safetensors` and the card."""
    parser = argparse.ArgumentParser(prog="haiga train words", description=__doc__)
    parser.add_argument("--poems", type=Path, nargs="+", required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=20_000)
    args = parser.parse_args(argv)
    torch.manual_seed(0)

    poems = list(poem_texts(args.poems))
    captions = [
        list(text) for text in sorted({tuple(t) for t in caption_texts(args.pictures) if t})
    ]
    counts = Counter(word for text in poems for word in text)
    captioned = Counter(word for text in captions for word in set(text))
    kept = {w for w, n in captioned.items() if n >= 3}
    kept |= {w for w, _ in counts.most_common(args.words - len(kept - counts.keys()))}
    counts.update(captioned)
    vocabulary = [w for w, _ in counts.most_common() if w in kept and len(w) < 24][: args.words]
    index = {word: i for i, word in enumerate(vocabulary)}
    rows: list[np.ndarray] = []
    columns: list[np.ndarray] = []
    values: list[np.ndarray] = []
    for texts, window, weight in ((poems, WINDOW, 1.0), (captions, 12, 0.2)):
        stream = np.concatenate(
            [np.array([index.get(w, -1) for w in t] + [-2] * window, np.int64) for t in texts]
        )
        document = np.cumsum(stream == -2)
        for distance in range(1, window + 1):
            a, b = stream[:-distance], stream[distance:]
            good = (a >= 0) & (b >= 0) & (document[:-distance] == document[distance:])
            closeness = weight / distance if window == WINDOW else weight
            for left, right in ((a[good], b[good]), (b[good], a[good])):
                rows.append(left)
                columns.append(right)
                values.append(np.full(len(left), closeness, np.float32))
    size = len(vocabulary)
    keys = np.concatenate(rows) * size + np.concatenate(columns)
    unique, place = np.unique(keys, return_inverse=True)
    count = np.bincount(place, weights=np.concatenate(values))
    row, column = unique // size, unique % size
    total = count.sum()
    word_share = np.bincount(row, count, size) / total
    context_share = np.bincount(column, count, size) ** 0.75
    context_share /= context_share.sum()
    information = np.log(count / total / (word_share[row] * context_share[column])) - np.log(1.5)
    keep = information > 0
    matrix = torch.sparse_coo_tensor(
        torch.from_numpy(np.stack([row[keep], column[keep]])),
        torch.from_numpy(information[keep].astype(np.float32)),
        (size, size),
    ).coalesce()
    left, strength, _ = torch.svd_lowrank(matrix, q=SIZE + 32, niter=4)
    vectors = (left[:, :SIZE] * strength[:SIZE].sqrt()).numpy()
    vectors -= vectors.mean(0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    scales = np.abs(vectors).max(1, keepdims=True) / 127
    whole = np.round(vectors / scales).astype(np.int8)

    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "words.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    save_file(
        {"vectors": whole, "scales": scales.astype(np.float16)},
        str(args.out / "vectors.safetensors"),
    )
    lengths = np.linalg.norm(whole * scales, axis=1)
    print(
        f"{size} words from {len(poems)} poems and {len(captions)} captions; {lengths.mean():.3f}"
    )
    write_card(
        args.out,
        name="words",
        role="features",
        title="Word vectors",
        about="128 numbers for each word, learned from the company it keeps in poems and captions.",
        licence="Apache-2.0",
        origin="Trained from nothing by the haiga project.",
        recipe="runs/words/command.sh",
        files=["words.json", "vectors.safetensors"],
        data=[
            {
                "name": "facjure/public-domain-poetry",
                "items": len(poems),
                "licence": "public domain",
                "credit": "397 poets of the public domain",
            },
            {
                "name": "titles, captions and tags of museum pictures and photographs",
                "items": len(captions),
                "licence": "public domain and CC0 metadata",
                "credit": "USDA, Library of Congress, The Met, Art Institute of Chicago, "
                "Wikidata, NYPL, Smithsonian, BHL, NASA, Stadtmuseum Berlin, US EPA",
            },
        ],
        quality={"words": size, "size": SIZE},
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
