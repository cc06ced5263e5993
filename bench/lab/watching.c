#include "bench/lab/watching.h"

#include "bench/judge/timeline/timeline.h"
#include "bench/machine/affinity.h"
#include "bench/page/picture/picture.h"

#include <stdlib.h>
#include <sys/wait.h>

static int check_files(const struct watch_wishes *wishes, struct err *err)
{
    if (wishes->output && !picture_place(NULL, wishes->output, "json", err))
        return -1;
    return wishes->timeline && !picture_place(NULL, wishes->timeline, "svg", err) ? -1 : 0;
}

int watched_look(struct watched *w, const struct watch_wishes *wishes, const struct opt_list *words,
                 struct err *err)
{
    *w = (struct watched){.session = {.fd = -1, .library_fd = -1}};
    if (check_files(wishes, err) || watch_program_look(words->items[0], &w->program, err))
        return -1;
    w->argv = opt_list_argv(words, err);
    return w->argv ? 0 : -1;
}

int watched_run(struct watched *w, const struct watch_wishes *wishes, struct err *err)
{
    char library[PATH_MAX];
    if (watch_library_find(library, err))
        return -1;
    const struct watch_request request = {
        .library = library,
        .path = w->program.path,
        .argv = w->argv,
        .out_is_errors = wishes->format != NULL,
        /* A hold that was not timed would be drawn as a time nobody had the lock. */
        .times_all_holds = wishes->holds_all || wishes->timeline,
        .with_stacks = wishes->with_stacks,
        .with_turns = wishes->timeline != NULL,
        .is_children_off = wishes->is_alone,
    };
    w->view = (struct ledger_view){
        .ledger = &w->ledger,
        .argv = w->argv,
        .cpus = (unsigned)affinity_count(),
        .max_hold_ns = (uint64_t)wishes->max_hold_ns,
        .max_wait_ns = (uint64_t)wishes->max_wait_ns,
        .is_all = wishes->is_all,
    };
    return watch_session_run(&w->session, &request, err) ||
                   ledger_read(&w->ledger, &w->session, err)
               ? -1
               : 0;
}

void watched_release(struct watched *w)
{
    ledger_release(&w->ledger);
    watch_session_close(&w->session);
    free(w->argv);
}

int watched_status(const struct watched *w, struct buf *why)
{
    int end = w->session.status;
    int status = WIFSIGNALED(end) ? 128 + WTERMSIG(end) : WEXITSTATUS(end);
    bool has_seen = !ledger_saw_nothing(&w->view, why);
    return status                     ? status
           : !has_seen                ? EXIT_NO_VERDICT
           : ledger_is_over(&w->view) ? EXIT_REGRESSION
                                      : EXIT_FINE;
}

/* ---- What is written ------------------------------------------------------------------------ */

static int draw(const struct trace *t, const char *path, const struct page_style *style,
                struct err *err)
{
    struct page p;
    page_init(&p, "contend watch");
    timeline_page(&p, t);
    p.is_measured = true;
    int failed = picture_write_named(&p, path, "svg", style, err);
    page_release(&p);
    return failed;
}

/* Everything, or the page that its ending says. */
static int write_page(const struct watched *w, const char *path, const struct page_style *style,
                      struct err *err)
{
    struct page p;
    ledger_page(&p, &w->view);
    p.is_measured = true;
    int failed = picture_write_named(&p, path, "json", style, err);
    page_release(&p);
    return failed;
}

int watched_write(const struct watched *w, const struct watch_wishes *wishes,
                  const struct page_style *style, struct err *nothing, struct err *err)
{
    struct trace t;
    int failed = wishes->output ? write_page(w, wishes->output, style, err) : 0;
    if (!wishes->timeline)
        return failed;
    if (!ledger_trace(&t, &w->view, (uint64_t)wishes->window_ns, nothing))
        failed |= draw(&t, wishes->timeline, style, err);
    else if (nothing->code != ERR_FAILED)
        failed = err_set(err, nothing->code, "%s", nothing->text);
    trace_release(&t);
    return failed;
}
