#include "bench/cli/run_session.h"

#include "bench/base/interrupt.h"
#include "bench/cli/cli.h"
#include "bench/cli/progress.h"
#include "bench/run/default_path.h"
#include "bench/run/words.h"

static int measure(const struct run_session *s, struct run_options *o, struct run_report *report,
                   struct err *err)
{
    struct progress_line line;
    progress_begin(&line, s->is_quiet);
    interrupt_catch(INTERRUPT_ENDS);
    o->interrupted = &interrupt_came;
    o->on_progress = progress_show;
    o->context = &line;
    int failed = run_do(o, report, err);
    progress_clear(&line);
    return failed;
}

void run_session_take_path(struct run_session *s, struct run_options *o)
{
    if (o->path)
        return;
    run_take_path(s->name, s->default_path, sizeof s->default_path);
    o->path = s->default_path;
}

void run_session_leave_path(struct run_session *s, const struct run_options *o)
{
    if (o->path == s->default_path)
        run_leave_path(o->path);
}

int run_session_do(struct run_session *s, struct run_options *o, const struct call *call,
                   struct run_report *report, struct err *err)
{
    struct buf text = {0};
    s->alone.is_forced = o->force;
    if (alone_begin(&s->alone, err))
        return -1;
    run_session_take_path(s, o);
    o->command_argc = call->argc;
    o->command_argv = call->argv;
    if (measure(s, o, report, err)) {
        run_session_leave_path(s, o);
        return -1;
    }
    run_report_words(&text, report);
    cli_tell(&text);
    return 0;
}

void run_session_end(const struct run_report *r, const char *path)
{
    struct buf text = {0};
    buf_printf(&text, "result: %s", path);
    run_unusable_words(&text, r);
    buf_add(&text, "\n");
    cli_tell(&text);
}

int run_session_status(const struct run_report *r)
{
    return r->is_interrupted                       ? EXIT_INTERRUPTED
           : r->failed_count || r->failed_controls ? EXIT_RUN_FAILED
                                                   : EXIT_FINE;
}
