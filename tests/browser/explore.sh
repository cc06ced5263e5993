#!/bin/bash
# The simulator of a page against what was measured: docs/explorable.md holds the table of errors.
# ctest: timeout 300
. "$(dirname "$0")/lib.sh" "$@"

"$source_dir/scripts/explorable" --check "$contend" || exit 1
limit=30000
size=$(stat -c %s "$source_dir/bench/page/assets/explore.js")
[ "$size" -le "$limit" ] || { echo "FAIL explore.js has $size bytes, more than $limit"; exit 1; }
