/*
 * contend-worker: the program in which everything is measured.
 *
 * It is contend without what plans, reads, judges and shows, and without the libraries for that:
 * a fork copies the page tables of the program it is called in, so what is mapped and written here
 * is part of what a process costs.  It is started afresh for each visit (bench/run/worker.c) and
 * finds its assignment on descriptor 3; or for one task, by the executor `spawn`.
 *
 *     contend worker [PLUGIN]...
 *     contend unit FD MEMORY BYTES LAUNCH PARENT INDEX [PLUGIN]...
 */
#include "bench/child/child.h"
#include "bench/executors/spawn.h"
#include "bench/registry.h"
#include "bench/run/launch/surroundings.h"
#include "bench/run/launch/tracing.h"
#include "bench/run/launch/visit.h"
#include "bench/worker/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const char program_has_unit_command[] = "yes";

/* contend's own exit statuses, as far as they can occur here. */
enum { STATUS_USAGE = 2, STATUS_FAILED = 3 };

static int do_sample(struct mailbox *m, const struct visit *v, struct err *err)
{
    visit_measure(v, m);
    if (m->err.code != ERR_NONE)
        return err_set(err, m->err.code, "%s: %s", v->cell->id, m->err.text);
    if (m->excluded[0][0])
        return err_set(err, ERR_FAILED, "%s: %s", v->cell->id, m->excluded[0]);
    return sample_print(v->cell, m, err);
}

/* What concerns the cell goes into the mailbox, what concerns this program into err. */
static int do_job(struct mailbox *m, struct err *err)
{
    const struct assignment *a = &m->job;
    struct cell c;
    if (a->kind == ASSIGN_OVERHEAD)
        return overhead_run(m, &m->err);
    if (assignment_cell(a, &c, err))
        return -1;
    const struct visit v = {
        .cell = &c,
        .launches = a->launches,
        .timer_slack_ns = a->timer_slack_ns,
        .lifecycle_ns = a->lifecycle_ns,
        .is_sample = a->kind == ASSIGN_SAMPLE,
        .is_uncompared = a->is_uncompared,
        .cpus_of_run = a->cpus_of_run,
    };
    int failed = 0;
    switch (a->kind) {
    case ASSIGN_VISIT:
        visit_measure(&v, m);
        break;
    case ASSIGN_OWN:
        visit_measure_own(&v, m);
        break;
    case ASSIGN_CALIBRATE:
        m->op_ns = visit_op_ns(&c, &m->err);
        break;
    case ASSIGN_SLOWDOWN:
        m->slowdown = visit_slowdown(&c, a->op_ns, a->time_ns, a->cpus);
        break;
    case ASSIGN_SAMPLE:
        failed = do_sample(m, &v, err);
        break;
    case ASSIGN_EMPTIES:
        failed = empties_run(&c, a, err);
        break;
    case ASSIGN_TRACE:
        traced_measure(&v, a, m);
        break;
    case ASSIGN_OVERHEAD:
        break;
    }
    cell_release(&c);
    return failed;
}

static int load_plugins(int argc, char *const *argv, struct err *err)
{
    for (int i = 1; i < argc; i++)
        if (registry_load_plugin(argv[i], err))
            return -1;
    return 0;
}

static int work(int argc, char *const *argv, struct err *err)
{
    struct mailbox *m = mailbox_attach(WORKER_MAILBOX_FD, err);
    if (!m && mailbox_tell_unmapped(WORKER_MAILBOX_FD, err))
        *err = (struct err){0};
    if (!m || assignment_check(&m->job, err))
        return -1;
    pid_t parent = m->job.parent;
    if (parent && !child_die_with(parent, SIGKILL))
        return -1;
    surroundings_enter(parent != 0, m->job.keeps_surroundings);
    counters_adopt(&m->job.counters);
    int failed = load_plugins(argc, argv, err) ? -1 : do_job(m, err);
    if (failed && parent) {
        /* In a child everything is told by the mailbox. */
        err_set(&m->err, err->code, "%s", err->text);
        *err = (struct err){0};
    }
    m->is_done = true;
    return failed;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    prctl(PR_SET_NAME, "contend"); /* not after the descriptor it was started from */
    bool is_unit = argc > 1 && !strcmp(argv[1], "unit");
    int status = EXIT_SUCCESS;
    if (is_unit)
        status = unit_main(argc - 1, argv + 1, &err);
    else if (argc < 2 || strcmp(argv[1], "worker"))
        err_set(&err, ERR_USAGE,
                "this is the part of contend that measures, and contend starts it");
    else if (work(argc - 1, argv + 1, &err))
        status = STATUS_FAILED;
    if (err.code != ERR_NONE) {
        fprintf(stderr, "contend: error: %s\n", err.text);
        status = err.code == ERR_USAGE || err.code == ERR_INPUT ? STATUS_USAGE : STATUS_FAILED;
    }
    /* Not by return: atexit functions of libraries are no part of a unit's life. */
    fflush(NULL);
    _exit(status);
}
