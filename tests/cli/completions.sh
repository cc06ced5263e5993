#!/usr/bin/env bash
# ctest: label nosan
# What a shell offers behind a TAB is what the program takes.
. "$(dirname "$0")/lib.sh"

run help --json
mv out help.json
"${python:-python3}" "$source_dir/scripts/completions.py" made <help.json || fail "completions.py: $?"

# _bash WORD...: what bash offers for the last word, one a line.  "=" parts words, as in bash.
_bash() {
    bash -c 'compopt() { :; }
        . made/contend.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _contend
        printf "%s\n" "${COMPREPLY[@]}"' contend "$@" | sort
}

_expect_bash() { # WANTED WORD...: exactly these, blanks between them
    local wanted=$1 found
    shift
    found=$(_bash "$@" | xargs)
    [ "$found" = "$wanted" ] || fail "$*: offered \"$found\", not \"$wanted\""
}

_offers() { # WANTED WORD...: among others
    local wanted=$1
    shift
    _bash "$@" | grep -qxF -- "$wanted" || fail "$*: $wanted is not offered: $(_bash "$@" | xargs)"
}

bash_knows_commands_and_their_words() {
    _expect_bash 'reference report run' contend r
    _offers run contend ''
    _offers --version contend --v
    _offers check contend history ''
    _offers --help contend history check --
    _expect_bash claims contend cl
    _offers coroutine contend spinner c
    _offers report contend help rep
}

bash_knows_options_and_their_values() {
    _offers --executor contend run --ex
    _expect_bash 'mutex mutex_adaptive' contend run --lock mutex
    _offers mutex_adaptive contend run --lock mut
    _offers thread,process contend run --executor thread,pro
    _offers thread,process contend run --executor = thread,pro
    _offers none contend run --lock =
    _offers markdown contend report x.json --format m
    _offers markdown contend report x.json -f m
    _offers throughput_per_s contend report x.json --metric through
    _offers startup_ns,throughput_per_s contend report x.json -m startup_ns,through
}

bash_offers_files_where_files_are_meant() {
    touch here.json
    _offers here.json contend report h
    _offers here.json contend run -o h
    _expect_bash '' contend run h
}

# Every option of every command is offered, and what a closed choice takes.
all_of_it_is_offered() {
    "${python:-python3}" - >wanted <<'PY'
import json
def tell(path, c):
    for o in c["options"]:
        print("--" + o["name"], *path, "--" + o["name"][:2])
        for v in o.get("choices", [])[:2]:
            print(v, *path, "--" + o["name"], v[:1])
for c in json.load(open("help.json"))["commands"]:
    for w in c.get("commands", []):
        tell([c["name"], w["name"]], w)
    if "commands" not in c:
        tell([c["name"]], c)
PY
    bash -c 'compopt() { :; }
        . made/contend.bash
        while read -r -a line; do
            COMP_WORDS=(contend "${line[@]:1}") COMP_CWORD=$((${#line[@]} - 1)) COMPREPLY=()
            _contend
            printf "%s\n" "${COMPREPLY[@]}" | grep -qxF -- "${line[0]}" || echo "${line[*]}"
        done <wanted' >absent
    [ -s wanted ] || fail "nothing was looked for"
    [ ! -s absent ] || fail "not offered: $(head -n 5 absent)"
}

zsh_reads_its_file() {
    command -v zsh >/dev/null || { echo "skipped: there is no zsh"; return 0; }
    zsh -n made/_contend 2>err || { fail "zsh: $(head -n 3 err)"; return; }
    # The completion system of a shell of its own, asked as a terminal would.
    cat >ask.zsh <<'ZSH'
zmodload zsh/zpty || exit 77
zpty z zsh -f -i
zpty -w z "PS1=; fpath=($PWD/made \$fpath); autoload -U compinit; compinit -u -D; zstyle ':completion:*' list-colors ''; LISTMAX=0; echo re''ady"
local text= line
while zpty -r z line; do text+=$line; [[ $text == *ready* ]] && break; done
zpty -w -n z $'contend run --lock mutex_a\t'
sleep 2
zpty -r -t z line; text+=$line
print -r -- "$text"
zpty -d z
ZSH
    timeout 20 zsh -f ask.zsh >typed 2>&1
    [ $? -eq 77 ] && { echo "skipped: zsh has no zpty"; return 0; }
    grep -q 'mutex_adaptive' typed || { fail "zsh does not complete"; tail -n 5 typed; }
}

fish_knows_them() {
    command -v fish >/dev/null || { echo "skipped: there is no fish"; return 0; }
    export HOME=$work
    fish --no-execute made/contend.fish 2>err || { fail "fish: $(head -n 3 err)"; return; }
    _fish() { fish -c "source made/contend.fish; complete -C '$1'" 2>/dev/null | cut -f1; }
    _fish 'contend ru' | grep -qx run || fail "fish: no run"
    _fish 'contend run --lo' | grep -qx -- --lock || fail "fish: no --lock"
    _fish 'contend run --lock mutex_' | grep -qx mutex_adaptive || fail "fish: no mutex_adaptive"
    _fish 'contend run --executor thread,proc' | grep -qx thread,process || fail "fish: no lists"
    _fish 'contend history ch' | grep -qx check || fail "fish: no check"
}

run_tests
