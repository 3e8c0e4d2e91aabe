#!/bin/sh
# The runs behind docs/lessons.md: a few minutes each on an idle core. $DATA is the folder of poems.
TEXTS="$DATA"/text/poems_public_domain.jsonl.gz
haiga train poet --texts "$TEXTS" --where "author=Sara Teasdale" --threads 1 \
  --context 14 --dropout 0 --patience 0 --steps 2400 --rate 4e-3 --out by-heart
haiga train poet --texts "$TEXTS" --where "author=Sara Teasdale" --threads 1 --steps 3000 --out honest
python benchmarks/by_heart.py by-heart "$TEXTS" "author=Sara Teasdale"
python benchmarks/by_heart.py honest "$TEXTS" "author=Sara Teasdale"
python benchmarks/poet_loops.py verse 60 12
