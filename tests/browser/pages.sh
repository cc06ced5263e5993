#!/bin/bash
# Every page that there is, as its readers meet it: tests/browser/look.mjs says what is looked at.
# ctest: takes 295, timeout 1200
. "$(dirname "$0")/lib.sh" "$@"
cd "$fixtures" || exit 1
failed=0

page() { # NAME CHECKS ARGUMENTS..: makes the page and looks at it
    local name=$1 checks=$2 status
    shift 2
    [[ " $* " == *" --format html "* ]] || set -- "$@" --format html
    "$contend" "$@" >"$work/$name.html" 2>"$work/err"
    status=$?
    # 1: worse, 4: undecided, 5: nothing to watch here.  A page is there all the same.
    if [[ $status != [0145] ]] || [ ! -s "$work/$name.html" ]; then
        echo "FAIL $name: status $status: $(cat "$work/err")"
        failed=$((failed + 1))
        return
    fi
    # shellcheck disable=SC2086
    look "$name" "$work/$name.html" $checks || failed=$((failed + 1))
}

page standard "" report report/standard.json
size=$(stat -c %s "$work/standard.html")
[ "$size" -le 300000 ] || { echo "FAIL standard.html: $size bytes"; failed=$((failed + 1)); }
page hosts "" report report/host_a.json report/host_b.json
page empty "" report report/empty.json
page scaling "" report report/standard.json --scaling
page compare "" compare compare/base.json compare/head.json
page history search history show --file history/all.jsonl
page list "" list executors
page claims "" claims --result report/standard.json
page duel "" duel --budget 3s --format html -- sleep 0.01 -- sleep 0.012
page advise "" advise --cpu 100us --wait 1ms --concurrency 4 --budget 1s
page watch "" watch --format html -- python3 -c 'import threading; [threading.Thread(target=sum, args=(range(9**6),)).start() for _ in "ab"]'
page explorable "" report explorable/cells.json

# A thousand commits of fifty series: the page stays small, and the slider moves.
python3 - >"$work/long.jsonl" <<'PY'
import json, random
random.seed(7)
level = [1.0] * 50
for commit in range(1000):
    series = {}
    for k in range(50):
        if random.random() < 0.002:
            level[k] *= random.choice([0.95, 1.06, 1.1])
        ratio = level[k] * random.gauss(1, 0.006)
        series[f"work{k}/gil/thread/tasks=2/makespan_ns"] = {
            "unit": "ns", "better": "lower", "ratio": round(ratio, 5), "median": round(ratio * 1e6, 1)}
    time = f"2026-{1 + commit // 400:02d}-{1 + commit // 20 % 20:02d}T{commit % 20:02d}:00:00Z"
    print(json.dumps({"schema": "contend.history/1", "kind": "point", "commit": f"{commit + 0x1000000:07x}" + "0" * 33,
                      "anchor": "v1.0", "machine": "m1", "time": time, "series": series}))
PY
"$contend" history show --file "$work/long.jsonl" --format html >"$work/long.html"
size=$(stat -c %s "$work/long.html")
[ "$size" -le 5000000 ] || { echo "FAIL long.html: $size bytes"; failed=$((failed + 1)); }
node "$source_dir/tests/browser/slider.mjs" "$work/long.html" || failed=$((failed + 1))

# Texts of strangers stay texts.
python3 - report/standard.json >"$work/hostile.json" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
d["run"]["id"] = "hostile"
d["host"]["hostname"] = "<script>alert(1)</script>"
d["host"]["cpu"] = "\" onload=\"alert(2)"
d["run"]["command"] = ["contend", "run", "<img src=x onerror=alert(3)>", "it's"]
d["cells"][3]["executor"] = "<svg/onload=alert(4)>"
for c in d["cells"]:
    if c["status"] != "ok":
        c["reason"] = "=cmd|' /C calc'!A0 \u202e</td></table><script>alert(5)</script>"
json.dump(d, sys.stdout)
PY
page hostile "" report "$work/hostile.json"

# Nor does a long one, or one without a place to break it, make the page wider.
python3 - report/standard.json >"$work/names.json" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
d["run"]["id"] = "names"
for key, name, other in (("executor", "thread", "-".join(["part"] * 20)), ("lock", "gil", "x" * 96), ("workload", "spin", "\u6f22" * 60)):
    for c in d["cells"]:
        if c[key] == name:
            c["id"] = c["id"].replace(name, other)
            c[key] = other
json.dump(d, sys.stdout)
PY
page names "" report "$work/names.json"

[ "$failed" -eq 0 ]
