#include "bench/cli/run_session.h"

#include "bench/core/clock.h"
#include "bench/core/words.h"

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

static void add_unusable(const struct run_report *r)
{
    if (r->unusable_count)
        fprintf(stderr, "; %zu of %zu UNUSABLE: others used the CPUs in every launch",
                r->unusable_count, r->ok_count);
    fputs("\n", stderr);
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
    char words[40];
    fputs(words_count(words, sizeof words, o->cells, "cell"), stderr);
    if (o->controls)
        fprintf(stderr, " (and %zu to compare with)", o->controls);
    fprintf(stderr, ": %s in about ", words_count(words, sizeof words, o->rounds, "round"));
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
    if (r->is_untouched) {
        fputs("interrupted before anything was measured; no result was written\n", stderr);
        return;
    }
    char cells[40];
    fprintf(stderr, "%s measured", words_count(cells, sizeof cells, r->ok_count, "cell"));
    if (r->skipped_count)
        fprintf(stderr, ", %zu skipped", r->skipped_count);
    if (r->failed_count)
        fprintf(stderr, ", %zu FAILED", r->failed_count);
    fprintf(stderr, " in %s", words_count(cells, sizeof cells, r->rounds, "round"));
    if (r->extra_visits)
        fprintf(stderr, " and %zu more %s where intervals were wide", r->extra_visits,
                words_many(cells, sizeof cells, r->extra_visits, "visit"));
    fprintf(stderr, ", %.1f s", (double)r->duration_ns * 1e-9);
    add_unusable(r);
    if (r->wanted_ns && !r->is_interrupted)
        fprintf(stderr, "(%u rounds were wanted; --budget %.0f%s would do for them)\n",
                r->rounds_planned,
                ceil((double)r->wanted_ns / (r->wanted_ns < 1000000000 ? 1e6 : 1e9)),
                r->wanted_ns < 1000000000 ? "ms" : "s");
    if (r->journal_faults.count)
        fprintf(stderr, "%s of the journal could not be used (%s)\n",
                words_count(cells, sizeof cells, r->journal_faults.count, "line"),
                r->journal_faults.first);
    if (!r->ok_count && !r->is_interrupted)
        fputs("no cell could be measured; the result says of each why\n", stderr);
}

void run_session_end(const struct run_report *r, const char *path)
{
    fprintf(stderr, "result: %s", path);
    add_unusable(r);
}
