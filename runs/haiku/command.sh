#!/bin/sh
# The poet in src/haiga/models/bundled/haiku, in about an hour and a half on one busy core.
# $DATA is the folder of poems (*.jsonl.gz). Each stage goes on where its last checkpoint was.
# The bundled files come from a pretraining stopped by hand after 2,050 of the 2,800 steps; its
# plan and speed were changed on the way (log.txt), so a fresh run gives like figures, not like bytes.
haiga train haiku pretrain --data "$DATA"/text --work poet --steps 2800 --threads 1
haiga train haiku refine --data "$DATA"/text --work poet --refine-steps 300 --threads 1
haiga train haiku export --data "$DATA"/text --work poet --out poet/haiku
