#include "bench/lab/scaled.h"

#include "bench/base/interrupt.h"
#include "bench/base/name_list.h"
#include "bench/base/program.h"
#include "bench/base/units.h"
#include "bench/machine/affinity.h"
#include "bench/page/picture/picture.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What was asked ---------------------------------------------------------------------------
 */

static int parse_counts(struct scaled *s, const char *text, struct err *err)
{
    size_t count = 0;
    if (name_list_check("--tasks", text, err))
        return -1;
    for (const char *at = text; *at;) {
        char word[32];
        int64_t value;
        size_t length = strcspn(at, ",");
        if (length >= sizeof word)
            return err_set(err, ERR_USAGE, "--tasks: \"%s\" is no list of numbers", text);
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        if (units_parse("--tasks", word, "count", 1, SCALE_THREADS_MOST, &value, err))
            return -1;
        if (count && (unsigned)value <= s->counts[count - 1])
            return err_set(err, ERR_USAGE, "--tasks: \"%s\" is not ascending", text);
        if (count == SCALE_COUNTS_MOST)
            return err_set(err, ERR_USAGE, "--tasks: more than %d numbers", SCALE_COUNTS_MOST);
        s->counts[count++] = (unsigned)value;
        at += length + (at[length] == ',');
    }
    s->request.count = count;
    return count < 2 ? err_set(err, ERR_USAGE,
                               "--tasks: \"%s\": two numbers at least, to be compared", text)
                     : 0;
}

static void usual_counts(struct scaled *s)
{
    unsigned cpus = (unsigned)affinity_count(), most = 4 * (cpus ? cpus : 1);
    for (unsigned n = 1; n <= most; n *= 2) /* doubled 32 times at most */
        s->counts[s->request.count++] = n;
}

static bool has_count(char *const *argv)
{
    for (; *argv; argv++)
        if (strstr(*argv, "{n}"))
            return true;
    return false;
}

static int check_program(const char *what, char *const *argv, struct err *err)
{
    char path[PATH_MAX];
    if (!has_count(argv))
        return err_set(err, ERR_USAGE,
                       "%s: no {n} in it, so it cannot be told how many threads to use", what);
    if (strchr(argv[0], '/') ? program_is(argv[0]) : program_find(argv[0], path, sizeof path))
        return 0;
    return err_set(err, ERR_USAGE, "%s: \"%s\" %s", what, argv[0],
                   strchr(argv[0], '/') ? "cannot be executed" : "is not in the PATH");
}

static int read_commands(struct scaled *s, const char *processes, const struct opt_list *words,
                         struct err *err)
{
    s->argv = opt_list_argv(words, err);
    if (!s->argv || check_program("CMD", s->argv, err))
        return -1;
    if (!processes)
        return 0;
    const char *fault = argv_split(&s->processes, processes);
    if (fault)
        return err_set(err, ERR_USAGE, "--processes: \"%s\" %s", processes, fault);
    return check_program("--processes", s->processes.items, err);
}

int scaled_look(struct scaled *s, const struct scale_wishes *wishes, const struct opt_list *words,
                struct err *err)
{
    *s = (struct scaled){.output = wishes->output};
    if (!wishes->counts)
        usual_counts(s);
    else if (parse_counts(s, wishes->counts, err))
        return -1;
    if (read_commands(s, wishes->processes, words, err) ||
        (wishes->output && !picture_place(NULL, wishes->output, "json", err)))
        return -1;
    s->request = (struct scale_request){
        .argv = s->argv,
        .processes = s->processes.items,
        .counts = s->counts,
        .count = s->request.count,
        .rounds = (unsigned)wishes->rounds,
        .budget_ns = (uint64_t)wishes->budget_ns,
        .timeout_ns = (uint64_t)wishes->timeout_ns,
        .is_each = !strcmp(wishes->work, "each"),
        .seed = (uint64_t)wishes->seed,
        .interrupted = &interrupt_came,
    };
    return 0;
}

void scaled_release(struct scaled *s)
{
    free(s->argv);
    argv_release(&s->processes);
}

/* ---- What comes of it --------------------------------------------------------------------------
 */

static int judge(const struct scale *measured, const char *output, struct page *p, struct err *err)
{
    struct scale_verdict v;
    int failed = scale_judge(measured, &v, err);
    if (!failed) {
        const struct page_style style = {.width = 100, .utf8 = true};
        scale_page(p, measured, &v);
        p->is_measured = true;
        failed = output && picture_write_named(p, output, "json", &style, err);
        if (failed)
            page_release(p);
    }
    scale_verdict_release(&v);
    return failed ? -1 : 0;
}

int scaled_run(const struct scaled *s, struct page *p, int *status, struct err *err)
{
    struct scale measured;
    int failed = scale_measure(&s->request, &measured, err) || judge(&measured, s->output, p, err);
    scale_release(&measured);
    *status = EXIT_FINE;
    if (failed && interrupt_came) {
        /* What broke while it was being stopped is no news. */
        *err = (struct err){0};
        *status = EXIT_INTERRUPTED;
        failed = 0;
    }
    return failed ? -1 : 0;
}
