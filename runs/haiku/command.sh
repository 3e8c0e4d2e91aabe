#!/bin/sh
# The poet in src/haiga/models/bundled/haiku, in about an hour and a half on one busy core.
# $DATA is the folder of poems (*.jsonl.gz). Each stage goes on where its last checkpoint was.
# The pretraining was planned with 6,000 steps and shortened to 4,200 at step 1,900 (log.txt), so a
# fresh run gives like figures, not like bytes. 220 steps of refinement were chosen over 400 on the
# eleven held-out haiku: their perplexity is 174.9 after 220 and 187.3 after 400.
haiga train haiku pretrain --data "$DATA"/text --work poet --steps 4200 --threads 1
haiga train haiku refine --data "$DATA"/text --work poet --refine-steps 220 --threads 1
haiga train haiku export --data "$DATA"/text --work poet --out poet/haiku --index poems
