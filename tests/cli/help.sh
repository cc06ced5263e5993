#!/usr/bin/env bash
# What somebody sees who types before reading.
. "$(dirname "$0")/lib.sh"

commands="run report compare duel claims reference list doctor history spinner watch export import help"

help_is_printed_on_stdout_and_names_each_command() {
    local word
    run --help
    expect_status 0
    expect test ! -s err
    for word in $commands; do expect_out "$word"; done
    expect_no out 'once'
}

each_command_has_help_with_its_options() {
    local word
    for word in $commands; do
        run "$word" --help
        expect_status 0
        expect_out "contend $word"
        expect_out '--help'
        expect test ! -s err
        run "$word" -h
        expect_status 0
    done
}

# Every command with a summary, and the words of those that have some, from the tables themselves.
_every_command() {
    "$contend" help --json >help.json || fail "help --json"
    "${python:-python3}" - <<'PY'
import json
for c in json.load(open("help.json"))["commands"]:
    print(c["name"])
    for w in c.get("commands", []):
        print(c["name"], w["name"])
PY
}

help_lines_fit_a_terminal() {
    local word width wanted known
    mapfile -t known < <(_every_command)
    [ "${#known[@]}" -gt 15 ] || fail "only ${#known[@]} commands"
    for word in '' "${known[@]}" once cell; do
        for width in '' 40 60 100; do
            wanted=${width:-80}
            # shellcheck disable=SC2086
            COLUMNS=$width run $word --help
            expect_status 0
            [ "$(wc -L <out)" -le "$wanted" ] ||
                fail "contend $word --help: a line of $(wc -L <out) columns, not $wanted"
        done
    done
}

help_of_a_command_is_what_the_command_says() {
    local word known
    mapfile -t known < <(_every_command)
    for word in "${known[@]}" once cell; do
        # shellcheck disable=SC2086
        run $word --help
        mv out own
        # shellcheck disable=SC2086
        run help $word
        expect_status 0
        cmp -s own out || fail "contend help $word differs from contend $word --help"
    done
    run --help
    mv out own
    run help
    cmp -s own out || fail "contend help differs from contend --help"
    run help rnu
    expect_refusal 2 '"rnu"' 'run'
    run help run more
    expect_refusal 2 '"more"'
    run help history chekc
    expect_refusal 2 'did you mean "check"'
}

# What programs are told must be what is parsed: each option is tried on the program itself.
the_document_lists_what_is_parsed() {
    run help --json
    expect_status 0
    mv out help.json
    expect_json help.json 'd["schema"] == "contend.help/1"'
    expect_none help.json '[n for n in ("once", "cell") if n in [c["name"] for c in d["commands"]]]'
    "${python:-python3}" - "$contend" >listed <<'PY'
import json, re, subprocess, sys
contend = sys.argv[1]
def said(words):
    p = subprocess.run([contend, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return p.returncode, p.stdout + p.stderr
def flat(text):
    return "".join(text.split())
def check(path, c):
    own = [o for o in c["options"] if o["name"] != "help"]
    text = flat(said([*path, "--help"])[1])
    shown = set(re.findall(r"^  (?:-\w, |    )--([a-z.-]+)", said([*path, "--help"])[1], re.M))
    if "commands" not in c and shown != {o["name"] for o in c["options"]}:
        print(path, "shows other options than it lists:", shown ^ {o["name"] for o in c["options"]})
    for o in own:
        if flat(o["help"]) not in text:
            print(path, o["name"], "is not in the help")
        for key in ("default", "without"):
            if key in o and flat("(" + o[key] + ")") not in text:
                print(path, o["name"], "lacks its default")
        # --help behind an option: the option is taken, and nothing is measured.
        value = [] if o["kind"] == "flag" else [o.get("default") or (o.get("choices") or ["1"])[0]]
        if o["kind"] == "number" and "default" not in o:
            value = [str(max(o["min"], 1)) + {"ns": "ns"}.get(o["unit"], "")]
        for form in [["--" + o["name"]]] + ([["-" + o["letter"]]] if "letter" in o else []):
            status, answer = said([*path, *form, *value, "--help"])
            if status:
                print(path, form, value, answer)
        if "choices" in o:
            status, answer = said([*path, "--" + o["name"], "no-such-choice", "--help"])
            if status != 2 or not all(x in answer for x in o["choices"][:3]):
                print(path, o["name"], "takes what is no choice")
    for w in c.get("commands", []):
        check([*path, w["name"]], w)
for c in json.load(open("help.json"))["commands"]:
    check([c["name"]], c)
PY
    [ -s listed ] && fail "$(head -n 5 listed)"
    expect_none help.json '[n for n in ("rounds", "budget", "task-time", "timeout") for c in d["commands"]
        if c["name"] == "run" for o in c["options"]
        if o["name"] == n and not (o.get("default") or o.get("without"))]'
    expect_json help.json '{"thread", "coroutine"} <= {k for c in d["commands"] if c["name"] == "run"
        for o in c["options"] if o["name"] == "executor" for k in o["known"]}'
}

the_version_is_printed() {
    run --version
    expect_status 0
    expect grep -qE '^contend [0-9]+\.[0-9]+\.[0-9]+' out
}

no_command_is_wrong_usage() {
    run
    expect_status 2
    expect test -s err
    expect test ! -s out
}

an_unknown_command_names_the_nearest() {
    run rnu
    expect_refusal 2 '"rnu"' 'run'
    run reprot
    expect_refusal 2 '"reprot"' 'report'
    run xxxxxxxxxx
    expect_refusal 2 '"xxxxxxxxxx"'
}

an_unknown_option_names_the_nearest() {
    local word
    run run --worklaod sleep
    expect_refusal 2 '--worklaod' '--workload'
    for word in $commands; do
        run "$word" --no-such-option-at-all
        expect_refusal 2 '--no-such-option-at-all'
    done
}

# Of two rows of one name the second could never be given.
no_command_has_two_options_of_one_name() {
    run help --json
    expect_status 0
    expect_json out "all(len({o['name'] for o in c.get('options', [])}) == len(c.get('options', []))
        for top in d['commands'] for c in [top] + top.get('commands', []))"
}

a_closed_stdout_is_not_a_crash() {
    status=0
    "$contend" run --help >&- 2>err || status=$?
    [ "$status" -eq 3 ] || fail "status $status: what it was to print is lost"
    expect_err 'Bad file descriptor'
    "$contend" list executors 2>err | true
    expect_no err 'core dumped'
}

run_tests
