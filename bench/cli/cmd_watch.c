/* contend watch: the locks inside somebody else's program. */
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/lab/watching.h"

#include <stdio.h>
#include <unistd.h>

#define YEAR_NS INT64_C(31536000000000000)

static const struct opt options[] = {
    {OPT_AT(struct watch_wishes, output), .name = "output", .letter = 'o', .argument = "FILE",
     .help =
         "write everything as JSON (contend.watch/1), or the page that its ending says (.html .md "
         "..)"},
    {OPT_AT(struct watch_wishes, max_hold_ns), .name = "max-hold", OPT_TIME(1, YEAR_NS),
     .help = "status 1 where a lock was held longer while somebody waited for it"},
    {OPT_AT(struct watch_wishes, max_wait_ns), .name = "max-wait", OPT_TIME(1, YEAR_NS),
     .help = "status 1 where a lock was waited for longer"},
    {OPT_AT(struct watch_wishes, holds_all), .name = "all-holds",
     .help = "time every hold, not one in 16 of the short ones nobody waits for"},
    {OPT_AT(struct watch_wishes, with_stacks), .name = "stacks",
     .help = "show the stack of who blocked others longest, where it let go"},
    {OPT_AT(struct watch_wishes, timeline), .name = "timeline", .argument = "FILE",
     .help = "who had the lock when; its ending says the format (.json for Chrome, Perfetto and "
             "speedscope; .svg .png .pdf .html the picture)"},
    {OPT_AT(struct watch_wishes, window_ns), .name = "window",
     OPT_TIME(1000000, INT64_C(60000000000)),
     .help = "how much of it: the stretch in which most was waited", .initial = "100ms"},
    {OPT_AT(struct watch_wishes, is_alone), .name = "no-children",
     .help = "watch the program alone, not those it starts"},
    {OPT_AT(struct watch_wishes, is_all), .name = "all", .letter = 'a',
     .help = "all locks and threads, not those of a screen"},
    {OPT_AT(struct watch_wishes, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "show it on standard output, where CMD's own then goes to standard error",
     .choices = page_formats, .without = "text on standard error"},
    {0},
};

/* To where the program's output does not go. */
static int show(const struct watched *w, const struct watch_wishes *wishes, struct err *err)
{
    const char *format = wishes->format;
    const struct show how = {.format = format, .document = wishes->output};
    struct page page;
    ledger_page(&page, &w->view);
    if (!format) {
        fflush(stdout);
        dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    return show_page(&page, &how, err);
}

static int tell(const struct watched *w, const struct watch_wishes *wishes, struct err *err)
{
    const struct page_style style = {.width = terminal_text_width(0), .utf8 = true};
    struct buf why = {0};
    struct err nothing = {0};
    int status = watched_status(w, &why);
    if (why.len)
        cli_say("error", buf_text(&why));
    buf_release(&why);
    /* Files first, and each of them: who reads what is shown may have gone. */
    int failed = watched_write(w, wishes, &style, &nothing, err);
    if (show(w, wishes, failed ? NULL : err))
        failed = -1;
    if (failed)
        return -1;
    if (nothing.code != ERR_NONE)
        cli_say("timeline", nothing.text);
    return status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct watch_wishes *wishes = settings;
    struct watched w;
    int status = -1;
    if (!watched_look(&w, wishes, call->words, err)) {
        status = EXIT_NO_VERDICT;
        if (*w.program.unseen)
            cli_say("error", w.program.unseen);
        else
            status = watched_run(&w, wishes, err) ? -1 : tell(&w, wishes, err);
    }
    watched_release(&w);
    return status;
}

const struct command command_watch = {
    .name = "watch",
    .summary = "the locks inside a program, as it is: who waits for whom, and how long",
    .usage = "[OPTION]... -- CMD [ARG]...",
    .about = "Runs CMD with a library put before it that sees its locks, and shows a ledger when "
             "it ends: of the interpreter's global lock (CPython), mutexes, read-write locks, "
             "semaphores and conditions; and of each thread, how long it ran, wanted a lock, "
             "waited for a CPU and slept. Its output, status and signals stay what they are. What "
             "it forks and starts is watched as well.",
    .statuses = "Exit status: that of CMD (128 + N where signal N killed it); where that is 0, 1 "
                "when a limit was passed; 2 usage, 3 it could not be watched to the end, 5 "
                "nothing can be seen of it.",
    .examples = "  contend watch -- python3 app.py\n"
                "  contend watch --max-hold 20ms -o watch.json -- ./server --once\n",
    .argument = {ARGUMENT_SOME("CMD", "behind --: the program and its arguments",
                               "a program behind --, such as: contend watch -- python3 app.py"),
                 .is_behind = true},
    COMMAND_DOES(options, struct watch_wishes, run),
};
