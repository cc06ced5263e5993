/*
 * What would disturb a measurement here, and what to do about it: a list of findings made
 * from facts.  Measures nothing itself but half a second of the machine at rest.
 */
#ifndef CONTEND_LAB_DOCTOR_H
#define CONTEND_LAB_DOCTOR_H

#include "bench/base/err.h"
#include "bench/machine/counters/counters.h"
#include "bench/machine/host.h"
#include "bench/machine/noise.h"
#include "bench/machine/topology/topology.h"
#include "bench/page/page.h"

enum finding_level { FINDING_OK, FINDING_NOTE, FINDING_WARNING };

enum { FINDINGS_MAX = 40 };

struct finding {
    enum finding_level level;
    const char *name;
    char seen[TOPOLOGY_WORDS_BYTES];
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
    uint32_t branch_permille;               /* core_share.h; 0: not known */
    int branch_cpu;                         /* the CPU it is of */
    const struct counter_verdict *counters; /* NULL: not tried */
    const char *schedstat_reason;           /* NULL: available */
    const char *priority_reason;            /* why duels cannot raise theirs; NULL: they can */
    char priority_words[160];               /* what that may point to */
    const struct topology *topology;        /* NULL: not known, for topology_reason */
    struct err topology_reason;
    const char *build_type; /* "Release" */
    const char *sanitizer;  /* "" for none */
};

/* Watches the machine for half a second; the facts must stay where they are. */
void doctor_gather(struct doctor_facts *d);

/* What of these facts disturbs a measurement, and what to do about it. */
void doctor_examine(const struct doctor_facts *facts, struct findings *out);

/* Onto a page that this begins; all is borrowed until the page is released. */
void doctor_page(struct page *p, const struct doctor_facts *facts, const struct findings *found);

/* Measures what the harness itself adds. Where it fails there is no page. */
int overhead_page(struct page *p, struct err *err);

const char *finding_level_name(enum finding_level level); /* "ok", "note", "warning" */

#endif
