#!/bin/sh
# The style bank in src/haiga/models/bundled/styles. Takes three minutes on one core.
haiga train style_bank --pictures "$DATA/images" --out styles
