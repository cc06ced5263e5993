/* contend spinner: the hello world of concurrency, in three models, run for real. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/known.h"
#include "bench/cli/show.h"
#include "bench/cli/spinner_screen.h"
#include "bench/cli/spinner_table.h"
#include "bench/core/opts.h"
#include "bench/core/units.h"
#include "bench/registry.h"

#include <stdio.h>
#include <string.h>

struct settings {
    const char *model; /* NULL: none was named */
    const char *work;  /* NULL: the default, or all */
    const char *lock;  /* likewise */
    const char *seconds;
    const char *format; /* of the table */
    bool all;
    bool json;
};

/* "3", "0.5" (seconds) or any time: "500ms". */
static int parse_duration(const char *text, uint64_t *out_ns, struct err *err)
{
    char with_unit[64];
    size_t length = strlen(text);
    bool is_bare = strspn(text, "-+0123456789._") == length;
    int64_t value;
    struct err why = {0};
    snprintf(with_unit, sizeof with_unit, "%.*s%s", (int)sizeof with_unit - 2, text,
             is_bare ? "s" : "");
    if (units_parse("--seconds", with_unit, "ns", 1000000, INT64_C(3600000000000), &value, &why))
        return is_bare ? err_set(err, ERR_USAGE, "--seconds: \"%.32s\" is not within 0.001 to 3600",
                                 text)
                       : err_set(err, why.code, "%s", why.text);
    *out_ns = (uint64_t)value;
    return 0;
}

static int find_word(const char *const *words, const char *word)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(words[i], word))
            return i;
    return -1;
}

static const struct opt options[] = {
    {OPT_AT(struct settings, work), .name = "work", .argument = "WORK",
     .help = "what the slow function does", .without = "sleep", .choices = spinner_works},
    {OPT_AT(struct settings, lock), .name = "lock", .argument = "NAME", .help = "who may compute",
     .without = "none; with --all none and gil", .choice_at = known_lock, .is_open = true},
    {OPT_AT(struct settings, seconds), .name = "seconds", .argument = "N",
     .help = "how long it works", .without = "3; with --all 0.5"},
    {OPT_AT(struct settings, all), .name = "all",
     .help = "a table of all models, works and locks, or of those named"},
    SHOW_FORMAT_OPT(struct settings, format),
    SHOW_JSON_OPT(struct settings, json),
    {0},
};

static const struct argument arguments[] = {
    {.name = "MODEL", .help = "what turns and works", .most = 1, .choices = spinner_models},
    {0},
};

static int check(const struct settings *s, struct err *err)
{
    if ((s->json || s->format) && !s->all)
        return err_set(err, ERR_USAGE, "spinner: --%s goes with --all",
                       s->json ? "json" : "format");
    if (!s->model && !s->all)
        return err_set(err, ERR_USAGE,
                       "spinner: which model? thread, process or coroutine (or --all)");
    return 0;
}

/* ---- One spinner ------------------------------------------------------------------- */

static int show_one(const struct spinner_request *r, struct err *err)
{
    struct spinner_terminal terminal;
    struct spinner_outcome o;
    spinner_terminal_begin(&terminal);
    struct spinner_screen screen = spinner_terminal_screen(&terminal);
    int rc = spinner_run(r, &screen, &interrupt_came, &o, err);
    spinner_terminal_end(&terminal);
    if (rc)
        return rc;
    char text[192];
    int length = snprintf(text, sizeof text, "Answer: %llu\n", (unsigned long long)o.answer);
    spinner_summary(&o, terminal.columns, text + length, sizeof text - (size_t)length);
    return cli_print(text, err);
}

static int perform(const struct settings *s, struct err *err)
{
    uint64_t duration_ns = 0;
    const struct lock *locks[2];
    size_t lock_count = 0;
    locks[lock_count++] = registry_find_lock(s->lock ? s->lock : "none", err);
    if (s->all && !s->lock)
        locks[lock_count++] = registry_find_lock("gil", err);
    if (!locks[0] || !locks[lock_count - 1] ||
        parse_duration(s->seconds ? s->seconds
                       : s->all   ? "0.5"
                                  : "3",
                       &duration_ns, err))
        return -1;
    const struct spinner_table table = {.model = s->model,
                                        .work = s->work,
                                        .locks = locks,
                                        .lock_count = lock_count,
                                        .duration_ns = duration_ns};
    if (s->all)
        return spinner_table_show(&table, s->json ? "json" : s->format, &interrupt_came, err);
    struct spinner_request r = {.model = (enum spinner_model)find_word(spinner_models, s->model),
                                .work = SLOW_SLEEP,
                                .lock = locks[0],
                                .duration_ns = duration_ns};
    if (s->work)
        r.work = (enum slow_kind)find_word(spinner_works, s->work);
    return show_one(&r, err);
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    s->model = call->words->count ? call->words->items[0] : NULL;
    if (check(s, err))
        return EXIT_USAGE;
    interrupt_catch(INTERRUPT_IGNORED);
    int rc = perform(s, err);
    if (!interrupt_came)
        return rc ? EXIT_RUN_FAILED : EXIT_FINE;
    /* What broke while it was being stopped is no news. */
    *err = (struct err){0};
    return EXIT_INTERRUPTED;
}

const struct command command_spinner = {
    .name = "spinner",
    .summary = "the hello world of concurrency: a spinner that turns while others work",
    .usage = "MODEL [--work sleep|cpu|block|nap] [--lock NAME] [--seconds N]\n--all [--format F]",
    .about = "A spinner turns ten times a second while a slow function works, as a thread, a "
             "process or a coroutine. Which of them stand still, and under which work?",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
