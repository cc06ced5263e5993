#!/usr/bin/env bash
# ctest: label nosan
# No fixed array fills up in silence, and the script that looks for them finds each form.
. "$(dirname "$0")/lib.sh"

check=$source_dir/scripts/check-arrays

this_tree_has_none() {
    "$check" "$source_dir" >found || fail "$(head -n 5 found)"
}

each_form_is_found() {
    local form
    while IFS= read -r form; do
        _finds "$(printf '%b' "$form")"
        [ "$status" -eq 1 ] || fail "not found: $form"
        grep -q 'bench/made.c:1: PARTS_MAX' found || fail "not named: $form"
    done <<'END'
    for (size_t i = 0; i < n && out->count < PARTS_MAX; i++)
    for (size_t i = 0; i < rules && i < PARTS_MAX; i++) {
    for (size_t i = 0; i < PARTS_MAX && (path = next(i)) != NULL && n < PARTS_MAX; i++)
    while (p->choices[n] && n < PARTS_MAX)
    struct part *one = &f->items[f->count < PARTS_MAX ? f->count++ : PARTS_MAX - 1];
    if (w->count < PARTS_MAX - 1)\n        w->items[w->count++] = word;
    if (k == count && count < PARTS_MAX)\n        first[count++] = i;
    if (d->count == PARTS_MAX || have(d, name))\n        return;
    if (count >= PARTS_MAX)\n            continue;
    while (more(s) &&\n           s->count < PARTS_MAX)
END
}

walks_and_refusals_are_none() {
    local form
    while IFS= read -r form; do
        _finds "$(printf '%b' "$form")"
        [ "$status" -eq 0 ] || fail "found: $form"
    done <<'END'
    for (size_t i = 0; i < PARTS_MAX; i++)
    for (size_t i = 0; i < PARTS_MAX && names[i]; i++)
    if (list->count == PARTS_MAX)\n        return err_set(err, ERR_USAGE, "more than %d", PARTS_MAX);
    /* && count < PARTS_MAX */
    if (!vec_add(list, word))
END
}

run_tests
