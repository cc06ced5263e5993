/* contend spinner: the hello world of concurrency, in three models, run for real. */
#include "bench/base/interrupt.h"
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/demo/spinner_show.h"
#include "bench/lab/known.h"
#include "bench/page/picture/picture.h"

#include <unistd.h>

struct settings {
    struct spinner_wishes wishes;
    bool json;
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
    SHOW_FORMAT_OPT(struct settings, wishes.format),
    SHOW_JSON_OPT(struct settings, json),
    SHOW_OUTPUT_OPT(struct settings, wishes.output),
    {0},
};

static const struct argument arguments[] = {
    {.name = "MODEL", .help = "what turns and works", .most = 1, .choices = spinner_models},
    {0},
};

static int check(const struct settings *s, struct err *err)
{
    if ((s->json || s->wishes.format || s->wishes.output) && !s->wishes.all)
        return err_set(err, ERR_USAGE, "spinner: --%s goes with --all",
                       s->json            ? "json"
                       : s->wishes.format ? "format"
                                          : "output");
    if (!s->wishes.model && !s->wishes.all)
        return err_set(err, ERR_USAGE,
                       "spinner: which model? thread, process or coroutine (or --all)");
    return 0;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    const struct spinner_front front = {stdout, terminal_columns(STDOUT_FILENO, WIDTH_MOST),
                                        show_page_to};
    s->wishes.model = call->words->count ? call->words->items[0] : NULL;
    if (check(s, err))
        return -1;
    s->wishes.format =
        picture_place(s->json ? "json" : s->wishes.format, s->wishes.output, "text", err);
    if (!s->wishes.format)
        return -1;
    interrupt_catch(INTERRUPT_IGNORED);
    int rc = spinner_show_wished(&s->wishes, &front, &interrupt_came, err);
    if (!interrupt_came)
        return rc ? EXIT_RUN_FAILED : EXIT_FINE;
    /* What broke while it was being stopped is no news. */
    *err = (struct err){0};
    return EXIT_INTERRUPTED;
}

const struct command command_spinner = {
    .name = "spinner",
    .summary = "the hello world of concurrency: a spinner that turns while others work",
    .usage = "MODEL [--work sleep|cpu|block|nap] [--lock NAME] [--seconds N]\n--all [--format F] "
             "[-o FILE]",
    .about = "A spinner turns ten times a second while a slow function works, as a thread, a "
             "process or a coroutine. Which of them stand still, and under which work?",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
