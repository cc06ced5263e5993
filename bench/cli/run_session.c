#include "bench/cli/run_session.h"

#include "bench/core/clock.h"

#include <ctype.h>
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

void run_session_tell(const struct run_report *r)
{
    if (r->is_untouched) {
        fputs("interrupted before anything was measured; no result was written\n", stderr);
        return;
    }
    fprintf(stderr, "%zu cells measured", r->ok_count);
    if (r->skipped_count)
        fprintf(stderr, ", %zu skipped", r->skipped_count);
    if (r->failed_count)
        fprintf(stderr, ", %zu FAILED", r->failed_count);
    fprintf(stderr, " in %u of %u rounds, %.1f s\n", r->rounds, r->rounds_planned,
            (double)r->duration_ns * 1e-9);
    if (r->journal_faults.count)
        fprintf(stderr, "%zu line%s of the journal could not be used (%s)\n",
                r->journal_faults.count, r->journal_faults.count == 1 ? "" : "s",
                r->journal_faults.first);
    if (!r->ok_count && !r->is_interrupted)
        fputs("no cell could be measured; the result says of each why\n", stderr);
}
