#include "bench/cli/run_fleet.h"

#include "bench/base/interrupt.h"
#include "bench/base/output.h"
#include "bench/base/words.h"
#include "bench/cli/cli.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int run_fleet_check(const struct fleet_options *o, struct err *err)
{
    if (o->launchers.count || !(o->shards || o->at_once > 1 || o->lost_after_ns || o->launched))
        return 0;
    return err_set(err, ERR_USAGE,
                   "--%s: is of a run that is handed out; --launcher says through what",
                   o->shards        ? "shards"
                   : o->at_once > 1 ? "at-once"
                   : o->launched    ? "launched"
                                    : "lost-after");
}

/* Rows that say what is measured, and how; the rest is the coordinator's. */
static int spell_plan(const struct opt *table, const void *settings, struct opt_list *words,
                      struct err *err)
{
    static const char *const rows[] = {
        "suite",       "workload", "lock",       "executor",    "tasks",     "workers",
        "placement",   "param",    "lock.scope", "ops",         "task-time", "rounds",
        "rounds-most", "budget",   "timeout",    "timer-slack", "plugin"};
    for (const struct opt *o = table; o->name; o++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (!strcmp(o->name, rows[i]) && opts_again(o, settings, words, err))
                return -1;
    return 0;
}

static void say(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

/* The file this program is: an engine on the same file system finds it there. */
static int own_path(char *out, size_t size, struct err *err)
{
    ssize_t length = readlink("/proc/self/exe", out, size - 1);
    if (length < 0)
        return err_set(err, ERR_SYSTEM, "--launched: is needed, /proc does not say what this is");
    out[length] = '\0';
    return 0;
}

static void say_report(const struct fleet_report *r)
{
    char words[40];
    fprintf(stderr, "%zu of %s measured", r->done,
            words_count(words, sizeof words, r->shards, "shard"));
    if (r->lost)
        fprintf(stderr, "; %s lost", words_count(words, sizeof words, r->lost, "worker"));
    if (r->late)
        fprintf(stderr, "; %zu came late and counted for nothing", r->late);
    fputs("\n", stderr);
}

int run_fleet_do(const struct fleet_options *o, const struct run_options *run,
                 const struct opt *table, const void *settings, bool is_quiet,
                 struct fleet_report *report, struct err *err)
{
    char own[PATH_MAX];
    struct opt_list words = {0};
    if (output_is_stream(run->path))
        return err_set(err, ERR_USAGE,
                       "--launcher: shards are collected beside the result; -o \"%s\" is no file",
                       run->path);
    if ((!o->launched && own_path(own, sizeof own, err)))
        return -1;
    int failed = spell_plan(table, settings, &words, err);
    const struct fleet_request request = {
        .launchers = &o->launchers,
        .at_once = o->at_once,
        .contend = o->launched ? o->launched : own,
        .words = &words,
        .plan = run->plan,
        .shards = o->shards,
        /* Of two visits not one line may have come: then the worker would have stopped one. */
        .lost_after_ns =
            o->lost_after_ns ? (uint64_t)o->lost_after_ns : 2 * (uint64_t)run->plan.timeout_ns,
        .path = run->path,
        .resume = run->resume,
        .force = run->force,
        .on_event = is_quiet ? NULL : say,
        .interrupted = &interrupt_came,
    };
    interrupt_catch(INTERRUPT_ENDS);
    failed = failed || fleet_do(&request, report, err);
    for (size_t i = 0; i < words.count; i++)
        free((char *)(uintptr_t)words.items[i]);
    vec_release(&words);
    if (!failed)
        say_report(report);
    return failed ? -1 : 0;
}

int run_fleet_status(const struct fleet_report *r, const char *path, struct err *err)
{
    if (r->is_interrupted)
        return EXIT_INTERRUPTED;
    if (r->done < r->shards)
        err_set(err, ERR_FAILED,
                "%zu of %zu shards were not measured; go on with: contend run --resume --launcher "
                "... -o %s",
                r->shards - r->done, r->shards, path);
    return r->done < r->shards || r->failed_cells ? EXIT_RUN_FAILED : EXIT_FINE;
}
