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

/* "0.4 s", "32 s" */
static void put_seconds(uint64_t ns)
{
    double s = (double)ns * 1e-9;
    fprintf(stderr, "%.*f s", s < 10, s);
}

void run_session_begin(const struct outlook *o)
{
    if (o->is_virtual)
        return;
    fprintf(stderr, "%zu cell%s", o->cells, o->cells == 1 ? "" : "s");
    if (o->controls)
        fprintf(stderr, " (and %zu to compare with)", o->controls);
    fprintf(stderr, ": %u round%s in about ", o->rounds, o->rounds == 1 ? "" : "s");
    put_seconds(o->rounds_ns);
    if (o->rounds_most > o->rounds)
        fputs(", then where intervals are wide; in all at most ", stderr);
    else if (o->run_ns < o->rounds_ns)
        fputs("; as many of them as fit into ", stderr);
    if (o->rounds_most > o->rounds || o->run_ns < o->rounds_ns)
        put_seconds(o->run_ns);
    fputc('\n', stderr);
}

void run_session_tell(const struct run_report *r)
{
    fprintf(stderr, "%zu cell%s measured", r->ok_count, r->ok_count == 1 ? "" : "s");
    if (r->skipped_count)
        fprintf(stderr, ", %zu skipped", r->skipped_count);
    if (r->failed_count)
        fprintf(stderr, ", %zu FAILED", r->failed_count);
    fprintf(stderr, " in %u round%s", r->rounds, r->rounds == 1 ? "" : "s");
    if (r->extra_visits)
        fprintf(stderr, " and %zu more visit%s where intervals were wide", r->extra_visits,
                r->extra_visits == 1 ? "" : "s");
    fprintf(stderr, ", %.1f s\n", (double)r->duration_ns * 1e-9);
    if (r->wanted_ns && !r->is_interrupted)
        fprintf(stderr, "(%u rounds were wanted; --budget %.0f%s would do for them)\n",
                r->rounds_planned,
                ceil((double)r->wanted_ns / (r->wanted_ns < 1000000000 ? 1e6 : 1e9)),
                r->wanted_ns < 1000000000 ? "ms" : "s");
}
