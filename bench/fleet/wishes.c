#include "bench/fleet/wishes.h"

#include "bench/base/interrupt.h"
#include "bench/base/output.h"
#include "bench/base/program.h"
#include "bench/base/words.h"
#include "bench/run/default_path.h"

#include <limits.h>

int fleet_wishes_check(const struct fleet_wishes *w, struct err *err)
{
    if (w->launchers.count || !(w->shards || w->at_once > 1 || w->lost_after_ns || w->launched))
        return 0;
    return err_set(err, ERR_USAGE,
                   "--%s: is of a run that is handed out; --launcher says through what",
                   w->shards        ? "shards"
                   : w->at_once > 1 ? "at-once"
                   : w->launched    ? "launched"
                                    : "lost-after");
}

static int hand_out(const struct fleet_wishes *w, const struct run_options *run,
                    const struct opt_list *words, void (*say)(const char *line),
                    struct fleet_report *report, struct err *err)
{
    char own[PATH_MAX];
    if (output_is_stream(run->path))
        return err_set(err, ERR_USAGE,
                       "--launcher: shards are collected beside the result; -o \"%s\" is no file",
                       run->path);
    /* An engine on the same file system finds it there. */
    if (!w->launched && program_own(own, sizeof own, err))
        return err_set(err, ERR_SYSTEM, "--launched: is needed, /proc does not say what this is");
    const struct fleet_request request = {
        .launchers = &w->launchers,
        .at_once = w->at_once,
        .contend = w->launched ? w->launched : own,
        .words = words,
        .plan = run->plan,
        .shards = w->shards,
        /* Of two visits not one line may have come: then the worker would have stopped one. */
        .lost_after_ns =
            w->lost_after_ns ? (uint64_t)w->lost_after_ns : 2 * (uint64_t)run->plan.timeout_ns,
        .path = run->path,
        .resume = run->resume,
        .force = run->force,
        .say = say,
        .interrupted = &interrupt_came,
    };
    interrupt_catch(INTERRUPT_ENDS);
    return fleet_do(&request, report, err);
}

int fleet_run(const struct fleet_wishes *w, struct run_options *run, const struct opt_list *words,
              void (*say)(const char *line), struct fleet_report *report, struct err *err)
{
    run_options_take_path(run);
    int failed = hand_out(w, run, words, say, report, err);
    run_options_leave_path(run);
    return failed;
}

static void add_further(struct buf *out, const char *path)
{
    buf_add(out, "go on with: contend run --resume --launcher ... -o ");
    words_add_quoted(out, path);
}

void fleet_report_words(struct buf *out, const struct fleet_report *r, const char *path)
{
    char words[40];
    buf_printf(out, "%zu of %s measured", r->done,
               words_count(words, sizeof words, r->shards, "shard"));
    if (r->lost)
        buf_printf(out, "; %s lost", words_count(words, sizeof words, r->lost, "worker"));
    if (r->late)
        buf_printf(out, "; %zu came late and counted for nothing", r->late);
    buf_add(out, "\n");
    if (!r->is_interrupted || r->done == r->shards)
        return;
    struct buf further = {0};
    add_further(&further, path);
    interrupt_words(out, r->done ? path : NULL, buf_text(&further));
    buf_settle(out, &further);
}

int fleet_report_status(const struct fleet_report *r, const char *path, struct err *err)
{
    char words[40];
    struct buf further = {0};
    if (r->is_interrupted)
        return EXIT_INTERRUPTED;
    add_further(&further, path);
    if (r->done < r->shards)
        err_set(err, ERR_FAILED, "%zu of %s %s not measured; %s", r->shards - r->done,
                words_count(words, sizeof words, r->shards, "shard"),
                r->shards - r->done == 1 ? "was" : "were", buf_text(&further));
    buf_release(&further);
    return r->done < r->shards || r->failed_cells ? EXIT_RUN_FAILED : EXIT_FINE;
}
