#!/bin/sh
# The poet in src/haiga/models/bundled/verse, in about an hour and a quarter on one busy core.
# Planned with 7,000 steps; stopped by Ctrl-C and shortened in work/plan.json to 4,800 at step 637 and
# to 3,600 at step 2,572, because other work held the cores. A fresh run gives like figures, not like bytes.
# The shipped network was written with one int8 scale a batch; the export has since become that of the
# haiku poet, with a scale a row, so that a fresh file differs though the weights are the same.
haiga train poet --texts "$DATA"/text/poems_public_domain.jsonl.gz --steps 3600 --threads 1 \
  --name verse --licence "Public domain, some of it in the United States only" --out verse
haiga evaluate poet verse --texts "$DATA"/text/poems_public_domain.jsonl.gz --out verse
haiga train poet_bundle --poet verse --index poems --licence Apache-2.0 --out bundled/verse \
  --title "The verse poet" --about "A 2 x 512 LSTM over 12,000 words that learned from 20,240 \
public-domain poems by 397 poets, in their own spelling."
