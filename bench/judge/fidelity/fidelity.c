#include "bench/judge/fidelity/parts.h"

#include <math.h>
#include <string.h>

static const char *const verdict_names[] = {"agrees", "differs", "undecided", "missing"};

const char *fidelity_verdict_name(enum fidelity_verdict v)
{
    return verdict_names[v];
}

/* What an interleaved run calls itself in both of its results; NULL: it was none. */
static const char *session_of(const struct result *r)
{
    return json_string_value(json_object_get(json_object_get(r->json, "run"), "session"));
}

static bool is_one_session(const struct result *emulated, const struct result *real)
{
    const char *a = session_of(emulated), *b = session_of(real);
    return a && b && !strcmp(a, b);
}

int fidelity_of(struct fidelity *out, const struct result *emulated, const struct result *real,
                size_t references, struct err *err)
{
    size_t rules = 0;
    while (fidelity_rules[rules].name)
        rules++;
    *out = (struct fidelity){.is_paired = is_one_session(emulated, real)};
    if (rules > FIDELITY_ROWS_MAX)
        return err_set(err, ERR_FAILED, "fidelity: %zu rules, and room for %d rows", rules,
                       FIDELITY_ROWS_MAX);
    /* Single launches are looked at, and only who read all has their distributions. */
    const struct result *lacks = !emulated->is_whole ? emulated : !real->is_whole ? real : NULL;
    if (out->is_paired && lacks)
        return err_set(err, ERR_USAGE, "%s was read without its launches' distributions",
                       lacks->path);
    for (size_t i = 0; i < rules; i++) {
        struct fidelity_row *row = &out->rows[out->count++];
        *row = (struct fidelity_row){.rule = &fidelity_rules[i],
                                     .emulated = {NAN, NAN, NAN},
                                     .real = {NAN, NAN, NAN},
                                     .difference = NAN,
                                     .verdict = FIDELITY_MISSING};
        if (!out->is_paired)
            fidelity_judge_moments(row, emulated, real);
        else if (fidelity_judge_rounds(row, emulated, real, rules * references, err))
            return -1;
        out->counts[row->verdict]++;
    }
    return 0;
}
