#include "bench/cli/alone.h"

#include "bench/base/interrupt.h"
#include "bench/cli/cli.h"
#include "bench/cli/progress.h"
#include "bench/run/default_path.h"
#include "bench/run/words.h"

int alone_begin(const struct alone *alone, struct err *err)
{
    char note[TURN_NOTE];
    if (turn_take(&alone->turn, note, err))
        return -1;
    if (note[0])
        cli_say("measuring beside another contend", note);
    progress_begin(alone->is_quiet);
    return 0;
}

int alone_ahead(const struct alone *alone, bool is_wanted, ahead_measure *measure, void *context,
                struct err *err)
{
    if (alone_begin(alone, err))
        return -1;
    interrupt_catch(INTERRUPT_IGNORED);
    return ahead_run(is_wanted, measure, context, err);
}

int alone_run(struct alone *alone, struct run_options *o, const struct call *call,
              struct run_report *report, struct err *err)
{
    struct buf said = {0};
    alone->turn.is_forced = o->force;
    if (alone_begin(alone, err))
        return -1;
    interrupt_catch(INTERRUPT_ENDS);
    o->interrupted = &interrupt_came;
    o->on_progress = progress_show;
    o->command_argc = call->argc;
    o->command_argv = call->argv;
    if (run_do_somewhere(o, report, err))
        return -1;
    run_report_words(&said, report);
    cli_tell(&said);
    return 0;
}
