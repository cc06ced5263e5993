#!/bin/bash
# ctest: label notsan
# What a history of 44 commits says, in every format: a step, a drift, one accepted, one taken back,
# one for the better, one to watch, one quiet, and one too short whose name means something to
# every notation.
. "$(dirname "$0")/lib.sh" history "$@"
cd "$source_dir/tests/fixtures/history" || exit 1
export LC_ALL=C.UTF-8

golden show history show --file all.jsonl
golden check history check --file all.jsonl
LC_ALL=C golden narrow history show --file all.jsonl --width 44
for format in markdown latex csv json junit github; do
    golden "check.$format" history check --file all.jsonl --format "$format"
done
exit $((failed > 0))
