#!/usr/bin/env bash
# Every metric and warning a result can carry is explained in docs/methodology.md.
. "$(dirname "$0")/../cli/lib.sh"

methodology=$source_dir/docs/methodology.md

every_metric_is_explained() {
    run list --json
    expect_status 0
    local name count=0
    for name in $("${python:-python3}" -c '
import json
d = json.load(open("out"))
print(*sorted({m["name"] for kind in d for one in d[kind] for m in one.get("metrics", [])}))') efficiency_ratio; do
        count=$((count + 1))
        grep -qF "\`$name\`" "$methodology" || fail "docs/methodology.md does not explain $name"
    done
    [ "$count" -gt 30 ] || fail "only $count metrics were listed"
}

every_warning_is_explained() {
    local code
    for code in $(sed -n 's/.*warn(list, "\([a-z_]*\)".*/\1/p' "$source_dir/bench/run/derive.c"); do
        grep -qF "| \`$code\` |" "$methodology" || fail "docs/methodology.md does not explain the warning $code"
    done
}

every_kind_of_plug_in_is_linked() {
    local kind
    for kind in a-workload an-executor a-lock a-probe; do
        grep -qF "docs/adding-$kind.md" "$source_dir/README.md" || fail "README.md does not lead to adding-$kind.md"
    done
}

run_tests
