#!/usr/bin/env bash
# ctest: label nosan
# Manual pages are made of the tables that parse: nothing is missing, and mandoc has nothing to say.
. "$(dirname "$0")/lib.sh"

manual=$source_dir/scripts/manual.py

run help --json
mv out help.json
SOURCE_DATE_EPOCH=1767225600 "${python:-python3}" "$manual" man <help.json || fail "manual.py: $?"

each_command_has_a_page() {
    local name
    for name in $("${python:-python3}" -c 'import json
print(*[c["name"] for c in json.load(open("help.json"))["commands"]])'); do
        [ -s "man/contend-$name.1" ] || fail "no page for $name"
        grep -q "^\.It Xr contend-$name 1" man/contend.1 || fail "contend.1 does not lead to $name"
    done
    expect grep -q '^\.Dd January 1, 2026$' man/contend.1
}

each_option_stands_in_its_page() {
    "${python:-python3}" - >missing <<'PY'
import json
def check(page, c):
    for o in c["options"]:
        name = o["name"].replace("-", "\\-")
        if f"Fl Fl {name}" not in page:
            print(c["name"], o["name"])
        if "default" in o and f"Default: {o['default']}".replace("-", "\\-") not in " ".join(page.split()):
            print(c["name"], o["name"], "default")
for c in json.load(open("help.json"))["commands"]:
    page = open(f"man/contend-{c['name']}.1").read()
    check(page, c)
    for w in c.get("commands", []):
        check(page, w)
PY
    [ -s missing ] && fail "missing: $(head -n 5 missing)"
    return 0
}

mandoc_has_nothing_to_say() {
    command -v mandoc >/dev/null || { echo "skipped: there is no mandoc"; return 0; }
    (cd man && mandoc -T lint -W style ./*.1 "$source_dir/bench/raise/contend-raise.1") >lint 2>&1
    # Whether a page it refers to is installed, and known to be, is no matter of the page.
    grep -vE 'referenced manual not found|outdated mandoc.db' lint >said
    [ ! -s said ] || { fail "mandoc: $(wc -l <said) remarks"; head -n 8 said; }
    mandoc -T ascii man/contend-run.1 | sed 's/.\x08//g' >text
    expect grep -q 'these executors: ' <(tr 'T' 't' <text)
}

# A command that is gone leaves no page behind, and equal input gives equal pages.
pages_are_those_of_the_program_alone() {
    touch man/contend-gone.1
    cp -r man first
    SOURCE_DATE_EPOCH=1767225600 "${python:-python3}" "$manual" man <help.json
    [ ! -e man/contend-gone.1 ] || fail "contend-gone.1 is still there"
    rm -f first/contend-gone.1
    diff -r first man >difference || { fail "pages differ"; head -n 5 difference; }
    echo '{}' | "${python:-python3}" "$manual" none 2>err && fail "another document was taken"
    expect test ! -e none
}

run_tests
