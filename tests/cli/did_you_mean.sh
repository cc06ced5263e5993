#!/usr/bin/env bash
# Who misspells a name is told the one that was likely meant: of every option that takes one.
. "$(dirname "$0")/lib.sh"

# Misspells a word: its middle letter is left out.
# Each option that the tables of the commands give choices is tried with the longest of them
# misspelt; what is checked later, by whoever takes the value, has a row of its own below.
every_name_that_is_misspelt_is_answered_with_the_nearest() {
    "$contend" help --json >help.json || fail "help --json"
    "${python:-python3}" - "$contend" "$source_dir/tests/fixtures" >said 2>&1 <<'PY'
import json, subprocess, sys
contend, fixtures = sys.argv[1:]
result, history = f"{fixtures}/report/standard.json", f"{fixtures}/history/all.jsonl"
commands = {}
for c in json.load(open("help.json"))["commands"]:
    for w in [c] + c.get("commands", []):
        commands[(c["name"],) if w is c else (c["name"], w["name"])] = w

def misspelt(name):
    return name[:len(name) // 2] + name[len(name) // 2 + 1:]

# (command), what stands before the option, option: where nothing is known to the tables or more is.
spin = ["--workload", "spin"]
duel = spin + ["--set", "lock=gil,none"]
rows = [
    (["run"], "--suite", "standard", []),
    (["run"], "--workload", "counter", []),
    (["run"], "--lock", "mutex", spin),
    (["run"], "--executor", "coroutine", spin),
    (["run"], "--placement", "spread", spin),
    (["run"], "--stack", "guarded", spin + ["--executor", "coroutine"]),
    (["run"], "--param", "sleep.duration=1ms", ["--workload", "sleep"]),
    (["run"], "--param", "{sleep}.duration=1ms", ["--workload", "sleep"]),
    (["run"], "--param", "gil.{interval}=1ms", spin + ["--lock", "gil"]),
    (["trace"], "--workload", "spin", []),
    (["trace"], "--lock", "mutex", spin),
    (["trace"], "--executor", "thread", spin),
    (["trace"], "--placement", "spread", spin),
    (["trace"], "--param", "spin.{turns}=1", spin),
    (["duel"], "--workload", "spin", ["--set", "lock=gil,none"]),
    (["duel"], "--set", "{executor}=thread,process", spin),
    (["duel"], "--set", "executor=thread,{process}", spin),
    (["duel"], "--set", "lock=gil,{mutex}", spin),
    (["duel"], "--executor", "thread", duel),
    (["duel"], "--lock", "mutex", spin + ["--set", "executor=thread,process"]),
    (["duel"], "--param", "spin.{turns}=1", duel),
    (["duel"], "--also", "{markdown}=x.md", ["--", "true", "--", "true"]),
    (["spinner", "thread"], "--lock", "mutex", []),
    (["claims"], "--only", "one_at_a_time", []),
    (["claims"], "--as", "gil={mutex}", []),
    (["claims"], "--reference", "cpython", []),
    (["report", result], "--metric", "throughput", []),
    (["report", result], "--metric", "throughput_per_s", []),
    (["report", result], "--rows", "tasks", []),
    (["report", result], "--rows", "executor,{duration}", []),
    (["report", result], "--cols", "tasks", []),
    (["report", result], "--filter", "{workload}=sleep", []),
    (["report", result], "--filter", "workload={sleep}", []),
    (["report", result], "--relative-to", "{executor}=thread", []),
    (["report", result], "--relative-to", "executor={thread}", []),
    (["report", result], "--sort", "tasks", []),
    (["report", result], "--sort", "-{executor}", []),
    (["report", result], "--sort", "throughput", []),
    (["compare", result, result], "--metric", "throughput", []),
    (["compare", result, result], "--filter", "workload={sleep}", []),
    (["compare", result, result], "--allow", "kernel", []),
    (["export", result, "--to", "bencher"], "--metric", "throughput", []),
    (["history", "add", result, "--file", "h.jsonl"], "--metric", "throughput_per_s", []),
    (["history", "show", "--file", history], "--also", "{markdown}=x.md", []),
    (["merge", result], "--host", "vm1", []),
    (["reference", "-o", "r.json"], "", "cpython", []),
    (["reference", "cpython", "-o", "r.json"], "--workload", "sleep", []),
    (["reference", "cpython", "-o", "r.json"], "--executor", "thread", ["--workload", "sleep"]),
    (["list"], "", "executors", []),
    (["spinner"], "", "coroutine", []),
    (["help"], "", "report", []),
    (["help", "history"], "", "accept", []),
    ([], "", "report", []),
    (["history"], "", "accept", []),
]
tried = {(tuple(w for w in r[0] if w.isalpha() and w != "thread"), r[1].lstrip("-")) for r in rows}
for path, c in commands.items():
    for o in c["options"]:
        known = o.get("choices", o.get("known"))
        if not known:
            continue
        if "choices" in o:
            name = max(known, key=len)
            if len(name) > 3:
                rows.append((list(path), "--" + o["name"], name, []))
        elif (path, o["name"]) not in tried and not any(r[0][:len(path)] == list(path) and r[1] == "--" + o["name"] for r in rows):
            print(f"FAIL no row tries contend {' '.join(path)} --{o['name']}")
wrong = 0
for words, option, value, others in rows:
    if "{" in value:
        name = value[value.index("{") + 1:value.index("}")]
        typed = value.replace("{" + name + "}", misspelt(name))
    elif "." in value:
        name = value[value.index(".") + 1:value.index("=")]
        typed = value.replace(name, misspelt(name))
    else:
        name, typed = value, misspelt(value)
    known = commands.get(tuple(w for w in words[:1]), {}).get("options", [])
    force = ["--force"] if any(o["name"] == "force" for o in known) else []
    behind = others if others[:1] == ["--"] else []
    argv = [*words, *force, *([] if behind else others), *([option] if option else []), typed, *behind]
    r = subprocess.run([contend, *argv], capture_output=True, text=True, timeout=60)
    line = r.stderr.strip().split("\n")[-1]
    meant = line.split("did you mean ")[-1].split("?")[0].strip('"')
    if r.returncode != 2 or "did you mean" not in line or meant.lstrip("-") != name:
        wrong += 1
        print(f"FAIL contend {' '.join(argv)}: status {r.returncode}: {line}")
print(f"{len(rows)} tried, {wrong} wrong")
PY
    grep -q ' tried, 0 wrong$' said || { cat said; fail "not all were answered"; }
}

run_tests
