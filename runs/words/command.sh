#!/bin/sh
# The word vectors in src/haiga/models/bundled/words. Takes half a minute on one core.
haiga train words \
  --poems "$DATA"/text/*.jsonl.gz \
  --pictures "$DATA"/images \
  --out words
