#!/usr/bin/env bash
# ctest: label nosan
# What is written for a paper is taken by LaTeX as it stands, and fits an article of one column.
. "$(dirname "$0")/lib.sh"

fixtures=$source_dir/tests/fixtures/report

# _typeset NAME [MOST]: out, in an article; fails where LaTeX does, or where more is too wide.
_typeset() {
    mv out table.tex
    rm -f paper.aux
    printf '%s\n' '\documentclass{article}' '\usepackage{booktabs}' '\usepackage{siunitx}' \
        '\begin{document}' '\input{table.tex}' '\end{document}' >paper.tex
    timeout 60 pdflatex -halt-on-error -interaction=nonstopmode paper.tex >log 2>&1 || {
        fail "$1: LaTeX refuses it"
        grep -A3 '^!' log | head -n 6
    }
    ! grep -q 'multiply defined' log || fail "$1: $(grep -m1 'multiply defined' log)"
    [ "$(grep -c '^Overfull' log)" -le "${2:-0}" ] || fail "$1: $(grep -m1 '^Overfull' log)"
}

_has_latex() {
    command -v pdflatex >/dev/null && kpsewhich siunitx.sty booktabs.sty >/dev/null 2>&1 && return
    echo "skipped: there is no pdflatex with siunitx and booktabs"
    return 1
}

tables_have_captions_labels_and_units() {
    run report "$fixtures/standard.json" --filter 'workload=spin,lock=none' --metric startup,throughput \
        --format latex --caption 'Computing & waiting'
    expect_status 0
    expect_out '\caption{Computing \& waiting'
    expect_out '\label{tab:computing-waiting}'
    expect_out '{\micro\second}'
    expect_out '\usepackage{siunitx}'
}

columns_are_as_many_as_were_asked_for() {
    run report "$fixtures/standard.json" --filter 'workload=spin,lock=none' --format latex --columns 2
    expect_status 0
    expect grep -qE '^\\begin\{tabular\}\{llrr\}$' out
    ! grep -qE '^\\begin\{tabular\}\{llrrr' out || fail "three columns where two were asked for"
}

latex_takes_them() {
    _has_latex || return 0
    local format
    cp "$fixtures/standard.json" . # a path has no place where it could be broken
    for format in "" "--tables" "--metric all --filter workload=spin" "--ci --relative-to executor=thread" \
        "--scaling" "--tables --columns 3"; do
        # shellcheck disable=SC2086
        run report standard.json $format --format latex
        expect_status 0
        _typeset "report $format"
    done
    run report "$fixtures/params.json" --tables --format latex
    _typeset "hostile names" 9 # a word that is wider than a page cannot be helped
}

# A count's "k" is a prefix without a unit, which siunitx refuses.
numbers_without_a_unit_have_the_power_written_out() {
    jq 'walk(if type == "object" and .unit? == "ratio" and .samples then
        .unit = "count" | .samples |= map(. * 6400) | (.summary? // empty) |= (.center *= 6400 | .lo *= 6400 | .hi *= 6400)
        else . end)' "$fixtures/standard.json" >thousands.json
    run report thousands.json --format latex --metric all --ci
    expect_status 0
    expect grep -qE '\\num\{[0-9.]+e3\}' out
    ! grep -qE '\\SI\{[^}]*\}\{\\(kilo|mega|giga)\}' out || fail "a prefix without a unit"
    _has_latex || return 0
    _typeset "thousands" 9
}

# Buggy: "\SI{41.9}{\kilo\per\second}", which is set as 41.9 in a kilosecond.
thousands_a_second_are_not_one_a_kilosecond() {
    run report "$fixtures/standard.json" --filter workload=spin --metric throughput --format latex
    expect_out '{\per\second}'
    expect_no out '(kilo|mega|giga).per'
    expect grep -qE '\\SI\{[0-9.]+e3\}\{.per.second\}' out
}

# Buggy: "|" was set as a long stroke, "--all" with one, and two names of no letters had one label.
texts_are_set_as_they_are_and_labels_are_told_apart() {
    run report "$fixtures/standard.json" --filter workload=spin --metric startup --format latex --caption 'a|b --all'
    expect_out 'a\textbar{}b -{}-all'
    jq '.cells |= map(select(.workload == "spin" or .workload == "sleep") | .workload |= {spin: "漢字", sleep: "文字"}[.])' \
        "$fixtures/standard.json" >labels.json
    run report labels.json --format latex --tables
    [ "$(grep -c '^\\label' out)" -gt 1 ] || fail "few labels"
    [ -z "$(grep '^\\label' out | sort | uniq -d)" ] || fail "twice: $(grep '^\\label' out | sort | uniq -d)"
}

# A name may be of any script; the letters of an article are those of Europe's west.
names_of_any_script_are_typeset() {
    local name='漢字 αβγ Ж é ß Ð « ≥ 😀 e\u0301 ｆ ﬁ א ﷽'
    jq --arg name "$(printf '%b' "$name")" '(.. | objects | select(.workload? == "spin") | .workload) = $name' \
        "$fixtures/standard.json" >scripts.json
    run report scripts.json --format latex --tables --caption "$(printf '%b' "$name")"
    expect_status 0
    expect_out '\texttt{U+6F22}\texttt{U+5B57}'
    _has_latex || return 0
    _typeset "names of any script" 9
}

a_figure_stands_beside_its_table_in_an_article() {
    _has_latex || return 0
    command -v rsvg-convert >/dev/null && kpsewhich graphicx.sty >/dev/null 2>&1 ||
        { echo "skipped: there is no rsvg-convert, or no graphicx"; return 0; }
    run report "$fixtures/standard.json" --plot ladder -o ladder.pdf
    expect_status 0
    run report "$fixtures/standard.json" --filter 'workload=spin,lock=none' --metric startup --format latex -o table.tex
    expect_status 0
    printf '%s\n' '\documentclass{article}' '\usepackage{booktabs}' '\usepackage{siunitx}' '\usepackage{graphicx}' \
        '\begin{document}' '\input{table.tex}' '\begin{figure}' '\includegraphics[width=\linewidth]{ladder.pdf}' \
        '\caption{What a unit costs}' '\end{figure}' '\end{document}' >paper.tex
    timeout 60 pdflatex -halt-on-error -interaction=nonstopmode paper.tex >log 2>&1 ||
        { fail "LaTeX refuses the figure"; grep -A3 '^!' log | head -n 6; }
    grep -q 'Output written on paper.pdf' log || fail "no article"
    expect_no log '^Overfull'
}

run_tests
