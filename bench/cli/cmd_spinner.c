/* contend spinner: the hello world of concurrency, in three models, run for real. */
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/demo/spinner_show.h"
#include "bench/lab/known.h"

#include <string.h>
#include <unistd.h>

struct settings {
    struct spinner_wishes wishes;
    struct show show;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, wishes.work), .name = "work", .argument = "WORK",
     .help = "what the slow function does", .without = "sleep", .choices = spinner_works},
    {OPT_AT(struct settings, wishes.lock), .name = "lock", .argument = "NAME",
     .help = "who may compute", .without = "none; with --all none and gil", .choice_at = known_lock,
     .is_open = true},
    {OPT_AT(struct settings, wishes.seconds), .name = "seconds", .argument = "N",
     .help = "how long it works", .without = "3; with --all 0.5"},
    {OPT_AT(struct settings, wishes.all), .name = "all",
     .help = "a table of all models, works and locks, or of those named"},
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct settings, show.is_json), SHOW_JSON},
    {OPT_AT(struct settings, show.output), SHOW_OUTPUT},
    {0},
};

static int show(void *how, struct page *p, struct err *err)
{
    return show_page(p, how, err);
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct spinner_wishes *w = &s->wishes;
    const struct spinner_front front = {
        stdout, terminal_columns(STDOUT_FILENO, WIDTH_MOST), {show, &s->show}};
    const char *of_table = s->show.is_json  ? "json"
                           : s->show.format ? "format"
                           : s->show.output ? "output"
                                            : NULL;
    if (of_table && !w->all)
        return err_set(err, ERR_USAGE, "spinner: --%s goes with --all", of_table);
    if (show_take(&s->show, "text", NULL, err))
        return -1;
    w->model = call->words->count ? call->words->items[0] : NULL;
    w->is_whole = s->show.output || strcmp(s->show.format, "text") != 0;
    s->show.width = w->is_whole ? 0 : SHOW_LINES;
    return spinner_show_wished(w, &front, err);
}

const struct command command_spinner = {
    .name = "spinner",
    .summary = "the hello world of concurrency: a spinner that turns while others work",
    .usage = "MODEL [--work sleep|cpu|block|nap] [--lock NAME] [--seconds N]\n--all [--format F] "
             "[-o FILE]",
    .about = "A spinner turns ten times a second while a slow function works, as a thread, a "
             "process or a coroutine. Which of them stand still, and under which work?",
    .argument = {.name = "MODEL",
                 .help = "what turns and works",
                 .most = 1,
                 .choices = spinner_models},
    COMMAND_DOES(options, struct settings, run),
};
