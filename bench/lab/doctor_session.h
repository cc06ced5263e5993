/* What `contend doctor` can be asked for, each from the question to a page. */
#ifndef CONTEND_LAB_DOCTOR_SESSION_H
#define CONTEND_LAB_DOCTOR_SESSION_H

#include "bench/base/command.h"
#include "bench/lab/doctor.h"
#include "bench/lab/inject.h"

#include <stdbool.h>

struct doctor_session {
    bool overhead, moments, tests_itself; /* none of them, and nothing to inject: it examines */
    int64_t budget_ns;                    /* 0: as what is done has it */
    struct injection_options inject;      /* percents NULL: none */
    void (*on_progress)(void *context, const char *text); /* what is done next */
};

struct doctor_found {
    bool has_page; /* also of what there was until an interrupt */
    struct page page;
    int status; /* also that of a child (ahead.h), which measured and has shown it */
};

/* Whether it measures, and so wants the machine for itself. */
bool doctor_session_measures(const struct doctor_session *s);

/* Does it.  -1 with err; what was measured before an interrupt is no error. */
int doctor_session_run(struct doctor_session *s, struct doctor_found *out, struct err *err);

#endif
