#!/bin/bash
# ctest: label notsan
# The first screen of stored results, byte for byte.
. "$(dirname "$0")/lib.sh" summary "$@"
# Paths stand in the output: they must not depend on where the tree lies.
cd "$source_dir/tests/fixtures/report" || exit 1

golden standard_80.txt report standard.json
golden standard_60.txt report standard.json --width 60
golden standard.md report standard.json --format markdown
golden hosts.txt report host_a.json host_b.json
golden params.txt report params.json
golden empty.txt report empty.json

[ "$failed" -eq 0 ]
