#!/bin/sh
# The style bank in src/haiga/models/bundled/styles. Takes half a minute on one core.
haiga train style_bank --pictures "$DATA/images" --out styles
