#!/bin/bash
# Exports, imports and comparisons of stored files, byte for byte.
. "$(dirname "$0")/lib.sh" export "$@"
# Paths stand in the output: they must not depend on where the tree lies.
cd "$source_dir/tests/fixtures" || exit 1

for format in bencher google-benchmark pyperf openmetrics prometheus otava-csv otava-json benchfmt \
    junit csv; do
    golden "$format.txt" export report/host_a.json --to $format --branch main
done
"$contend" export report/host_a.json --to github-benchmark -o "$work/gh" || failed=$((failed + 1))
same github-smaller.txt "$work/gh-smaller.json"
same github-bigger.txt "$work/gh-bigger.json"
golden hosts.txt export report/host_a.json report/host_b.json --to benchfmt --metric all
golden help.txt export --help

for file in hyperfine_1 hyperfine_2 pyperf google_benchmark; do
    golden "import_$file.txt" import "import/$file.json"
done
golden import_help.txt import --help

golden compare.txt compare compare/base.json compare/head.json
golden compare.md compare compare/base.json compare/head.json --format markdown
golden compare.json compare compare/base.json compare/head.json --format json
golden compare.xml compare compare/base.json compare/head.json --format junit
golden compare_github.txt compare compare/base.json compare/head.json --format github
golden compare.csv compare compare/base.json compare/head.json --format csv
golden compare.tex compare compare/base.json compare/head.json --format latex
golden compare_refused.txt compare report/host_a.json report/host_b.json
golden compare_help.txt compare --help

golden fidelity.txt compare --fidelity fidelity/emulated.json fidelity/real.json
golden fidelity.md compare --fidelity fidelity/emulated.json fidelity/real.json --format markdown
golden fidelity.json compare --fidelity fidelity/emulated.json fidelity/real.json --format json
for format in text markdown json csv junit github; do
    golden "fidelities_$format.txt" compare --fidelity fidelity/emulated.json fidelity/real.json \
        fidelity/real_other.json --format $format
done

[ "$failed" -eq 0 ]
