#!/bin/sh
# The copying index in src/haiga/models/bundled/poems, shared by the bundled poets.
# $DATA is the folder of poems (*.jsonl.gz).
haiga train copy_index --texts "$DATA"/text --stride 3 --name poems --out poems
