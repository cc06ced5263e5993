#include "bench/demo/spinner_show.h"

#include "bench/base/command.h"
#include "bench/base/interrupt.h"
#include "bench/demo/spinner_screen.h"
#include "bench/registry.h"

/* Least width of a terminal for a table with medians. */
enum { WIDE_COLUMNS = 72 };

static int show_one(const struct spinner_request *r, const struct spinner_front *front,
                    const volatile bool *interrupted, struct err *err)
{
    struct spinner_terminal terminal;
    struct spinner_outcome o;
    spinner_terminal_begin(&terminal, front->out);
    struct spinner_screen screen = spinner_terminal_screen(&terminal);
    int rc = spinner_run(r, &screen, interrupted, &o, err);
    spinner_terminal_end(&terminal);
    if (rc)
        return rc;
    char text[192];
    int length = snprintf(text, sizeof text, "Answer: %llu\n", (unsigned long long)o.answer);
    spinner_summary(&o, front->columns, text + length, sizeof text - (size_t)length);
    return spinner_terminal_say(&terminal, text, err);
}

/* Both locks where all are wanted and none was named. */
static size_t choose_locks(const struct spinner_wishes *w, const struct lock *locks[2],
                           struct err *err)
{
    size_t count = 0;
    locks[count++] = registry_find_lock(w->lock ? w->lock : "none", err);
    if (w->all && !w->lock)
        locks[count++] = registry_find_lock("gil", err);
    return locks[0] && locks[count - 1] ? count : 0;
}

static int show_wished(const struct spinner_wishes *w, const struct spinner_front *front,
                       const volatile bool *interrupted, struct err *err)
{
    if (!w->model && !w->all)
        return err_set(err, ERR_USAGE,
                       "spinner: which model? thread, process or coroutine (or --all)");
    uint64_t duration_ns = 0;
    const struct lock *locks[2];
    size_t lock_count = choose_locks(w, locks, err);
    const char *seconds = w->all ? "0.5" : "3";
    if (!lock_count || spinner_duration(w->seconds ? w->seconds : seconds, &duration_ns, err))
        return -1;
    const struct spinner_table table = {.model = w->model,
                                        .work = w->work,
                                        .locks = locks,
                                        .lock_count = lock_count,
                                        .duration_ns = duration_ns,
                                        .is_wide = front->columns >= WIDE_COLUMNS,
                                        .is_whole = w->is_whole};
    if (w->all)
        return spinner_table_run(&table, &front->viewer, interrupted, err);
    const struct spinner_request r = spinner_request_of(w->model, w->work, locks[0], duration_ns);
    return show_one(&r, front, interrupted, err);
}

int spinner_show_wished(const struct spinner_wishes *w, const struct spinner_front *front,
                        struct err *err)
{
    interrupt_catch(INTERRUPT_IGNORED);
    int failed = show_wished(w, front, &interrupt_came, err);
    if (!interrupt_came)
        return failed ? -1 : EXIT_FINE;
    /* What broke while it was being stopped is no news. */
    *err = (struct err){0};
    return EXIT_INTERRUPTED;
}
