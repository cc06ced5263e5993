/*
 * What would disturb a measurement here, and what to do about it: a list of findings made
 * from facts.  Measures nothing itself but half a second of the machine at rest.
 */
#ifndef CONTEND_CLI_DOCTOR_H
#define CONTEND_CLI_DOCTOR_H

#include "bench/core/counters.h"
#include "bench/core/host.h"
#include "bench/core/noise.h"

enum finding_level { FINDING_OK, FINDING_NOTE, FINDING_WARNING };

enum { FINDINGS_MAX = 40 };

struct finding {
    enum finding_level level;
    const char *name;
    char seen[200];
    char advice[200]; /* what to do; empty when nothing needs doing */
};

struct findings {
    struct finding items[FINDINGS_MAX];
    int count;
};

/* What the findings are made of; tests fill it in by hand. */
struct doctor_facts {
    struct host host;
    struct noise_delta noise;               /* of a span in which we did nothing */
    const struct counter_verdict *counters; /* NULL: not tried */
    const char *schedstat_reason;           /* NULL: available */
    const char *priority_reason;            /* why duels cannot raise theirs; NULL: they can */
    const char *build_type;                 /* "Release" */
    const char *sanitizer;                  /* "" for none */
};

void doctor_examine(const struct doctor_facts *facts, struct findings *out);

const char *finding_level_name(enum finding_level level); /* "ok", "note", "warning" */

#endif
