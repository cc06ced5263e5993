#!/usr/bin/env bash
# ctest: label nosan
# Nothing calls jansson's setters but the maker, and the script that looks for them finds each one.
. "$(dirname "$0")/lib.sh"

check=$source_dir/scripts/check-json

this_tree_has_none() {
    "$check" "$source_dir" >found || fail "$(head -n 5 found)"
}

each_setter_is_found() {
    local form
    while IFS= read -r form; do
        _finds "$form"
        [ "$status" -eq 1 ] || fail "not found: $form"
        grep -q 'bench/made.c:1:' found || fail "not named: $form"
    done <<'END'
    json_object_set_new(o, "name", json_string(name));
    json_object_set(o, "name", value);
    json_array_append_new(list, item);
    failed |= json_array_append(list, item) != 0;
    json_object_update_new(o, others);
    json_array_extend(list, more);
    json_library.json_object_set_new(o, "name", value);
END
}

makers_and_readers_are_none() {
    local form
    while IFS= read -r form; do
        _finds "$form"
        [ "$status" -eq 0 ] || fail "found: $form"
    done <<'END'
    json_make_text(&o, "name", name);
    json_t *value = json_object_get(o, "name");
    json_t *o = json_pack("{s:s}", "name", name);
    size_t n = json_array_size(list);
END
}

run_tests
