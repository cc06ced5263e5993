#include "bench/cli/run_session.h"

#include "bench/core/clock.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void run_session_path(const char *suite, char *out, size_t size)
{
    char now[40], stamp[40];
    size_t n = 0;
    clock_utc_text(now, sizeof now);
    for (const char *p = now; *p; p++)
        if (isalnum((unsigned char)*p))
            stamp[n++] = *p;
    stamp[n] = '\0';
    const char *base = strrchr(suite, '/') ? strrchr(suite, '/') + 1 : suite;
    snprintf(out, size, "results/%.*s-%s.json", (int)strcspn(base, "."), base, stamp);
}

/* What all rounds take, as those done did, and a tenth more. */
static double budget_for(const struct run_report *r)
{
    return 1.1 * (double)r->duration_ns / (r->rounds ? r->rounds : 1) * r->rounds_planned;
}

void run_session_begin(const struct outlook *o)
{
    if (o->is_virtual)
        return;
    double run_s = (double)o->run_ns * 1e-9;
    fprintf(stderr, "%zu cell%s", o->cells, o->cells == 1 ? "" : "s");
    if (o->controls)
        fprintf(stderr, " (and %zu to compare with)", o->controls);
    fprintf(stderr, ", %u round%s%s: about %.*f s\n", o->rounds, o->rounds == 1 ? "" : "s",
            o->rounds_most > o->rounds ? ", then where intervals are wide" : "", run_s < 10, run_s);
}

void run_session_tell(const struct run_report *r)
{
    fprintf(stderr, "%zu cells measured", r->ok_count);
    if (r->skipped_count)
        fprintf(stderr, ", %zu skipped", r->skipped_count);
    if (r->failed_count)
        fprintf(stderr, ", %zu FAILED", r->failed_count);
    fprintf(stderr, " in %u round%s", r->rounds, r->rounds == 1 ? "" : "s");
    if (r->extra_visits)
        fprintf(stderr, " and %zu more visits where intervals were wide", r->extra_visits);
    fprintf(stderr, ", %.1f s\n", (double)r->duration_ns * 1e-9);
    if (r->rounds < r->rounds_planned && !r->is_interrupted && r->ok_count)
        fprintf(stderr, "(%u rounds were wanted; --budget %.0fs would do for them here)\n",
                r->rounds_planned, ceil(budget_for(r) * 1e-9));
}
