/* Waiting: for ends, for what is written, and for whom it takes too long. */
#include "bench/child/internal.h"

#include "bench/base/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    LOOK_NS = 50000000,    /* where what is waited for tells nothing by itself */
    PASS_ON_NS = 50000000, /* between two signals to one that is to end */
};

bool child_is_over(const struct child *c)
{
    siginfo_t info = {0};
    int failed;
    do
        failed = waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT);
    while (failed && errno == EINTR);
    return failed || info.si_pid; /* who is no child any more has ended, too */
}

static bool is_flooded(const struct child *c)
{
    struct stat file;
    for (size_t i = 0; i < 2 && c->output_most_bytes; i++)
        if (c->files[i] >= 0 && !fstat(c->files[i], &file) && S_ISREG(file.st_mode) &&
            (uint64_t)file.st_size > c->output_most_bytes)
            return true;
    return false;
}

/* ---- One wait ------------------------------------------------------------------------------ */

/* What is waited for. */
struct wait {
    struct pollfd polled[CHILDREN_AT_ONCE + 1];
    nfds_t count;
    bool needs_signal; /* one of the children has no descriptor */
    bool needs_looks;  /* one writes to files of which nobody tells */
    sigset_t during;   /* signals that are blocked meanwhile */
    sigset_t ours;
    struct sigaction on_child;
};

static void wake_up(int number)
{
    (void)number;
}

/*
 * From here to the wait no signal is taken, so that none falls between the look at what it changed
 * and the wait.  SIGCHLD, which is ignored by default, wakes only where it is handled.
 */
static void wait_begin(struct wait *w, struct child *const *children, size_t count,
                       const struct pollfd *extra)
{
    sigset_t all;
    *w = (struct wait){.count = count};
    for (size_t i = 0; i < count; i++) {
        const struct child *c = children[i];
        bool is_waited_for = c->pid && !c->has_ended && !c->has_flooded;
        w->polled[i] = (struct pollfd){.fd = is_waited_for ? c->fd : -1, .events = POLLIN};
        w->needs_signal |= is_waited_for && c->fd < 0;
        w->needs_looks |= is_waited_for && c->output_most_bytes;
    }
    if (extra)
        w->polled[w->count++] = *extra;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &w->ours);
    w->during = w->ours;
    if (w->needs_signal) {
        const struct sigaction action = {.sa_handler = wake_up, .sa_flags = SA_NOCLDSTOP};
        sigaction(SIGCHLD, &action, &w->on_child);
        sigdelset(&w->during, SIGCHLD);
    }
}

static void wait_over(const struct wait *w)
{
    if (w->needs_signal)
        sigaction(SIGCHLD, &w->on_child, NULL);
    sigprocmask(SIG_SETMASK, &w->ours, NULL);
}

static bool has_news(struct child *const *children, size_t count, const struct wait *w)
{
    for (size_t i = 0; i < count && w->needs_signal; i++)
        if (children[i]->pid && !children[i]->has_ended && children[i]->fd < 0 &&
            child_is_over(children[i]))
            return true;
    return false;
}

void child_await(struct child *const *children, size_t count, struct pollfd *extra,
                 uint64_t until_ns, const volatile bool *interrupted)
{
    struct wait w;
    assert(count <= CHILDREN_AT_ONCE);
    wait_begin(&w, children, count, extra);
    uint64_t now_ns = clock_now_ns();
    /* By SIGCHLD, too: another thread may have taken it. */
    if ((w.needs_looks || w.needs_signal) && (until_ns < now_ns || until_ns - now_ns > LOOK_NS))
        until_ns = until_ns < now_ns ? now_ns : now_ns + LOOK_NS;
    uint64_t left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
    if (has_news(children, count, &w) || (interrupted && *interrupted))
        left_ns = 0;
    const struct timespec left = {.tv_sec = (time_t)(left_ns / 1000000000u),
                                  .tv_nsec = (long)(left_ns % 1000000000u)};
    int ready =
        ppoll(w.polled, w.count, until_ns == UINT64_MAX && left_ns ? NULL : &left, &w.during);
    now_ns = clock_now_ns();
    wait_over(&w);
    for (size_t i = 0; i < count; i++) {
        struct child *c = children[i];
        if (!c->pid || c->has_ended || c->has_flooded)
            continue;
        if (c->fd < 0 ? child_is_over(c) : ready > 0 && w.polled[i].revents) {
            c->has_ended = true;
            c->ended_ns = now_ns;
        } else if (is_flooded(c)) {
            c->has_flooded = true;
        }
    }
    if (extra)
        extra->revents = (short)(ready > 0 ? w.polled[count].revents : 0);
}

void child_signal(const struct child *c, int number)
{
    if (c->pid > 0)
        kill(c->pid, number);
}

/* ---- All of it for one ------------------------------------------------------------------- */

bool child_keep_text(void *text, const char *bytes, size_t length)
{
    struct child_text *t = text;
    size_t room = t->size - 1 - t->length, taken = length < room ? length : room;
    for (size_t i = 0; i < taken; i++)
        t->text[t->length++] = bytes[i];
    t->text[t->length] = '\0';
    return taken == length;
}

enum more { MORE, NO_MORE, ENOUGH };

static enum more take_output(const struct child *c, const struct child_watch *w)
{
    char bytes[4096];
    ssize_t got = read(c->output, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR)
        return MORE;
    if (got <= 0)
        return NO_MORE;
    return !w->on_output || w->on_output(w->context, bytes, (size_t)got) ? MORE : ENOUGH;
}

/* Until it has ended by itself, or is not waited for any more. */
static enum more watch_it(struct child *c, const struct child_watch *w)
{
    uint64_t begin_ns = clock_now_ns(), next_signal_ns = 0;
    uint64_t deadline_ns =
        w->timeout_ns < UINT64_MAX - begin_ns ? begin_ns + w->timeout_ns : UINT64_MAX;
    enum more more = c->output >= 0 ? MORE : NO_MORE;
    struct child *const children[] = {c};
    while (!c->has_ended && more != ENOUGH && !c->has_flooded) {
        uint64_t now_ns = clock_now_ns(), until_ns = deadline_ns;
        bool is_interrupted = w->interrupted && *w->interrupted;
        if (now_ns >= deadline_ns || (is_interrupted && !w->pass_on))
            break;
        if (is_interrupted) {
            if (now_ns >= next_signal_ns) {
                child_signal(c, w->pass_on);
                next_signal_ns = now_ns + PASS_ON_NS;
            }
            until_ns = next_signal_ns < deadline_ns ? next_signal_ns : deadline_ns;
        }
        struct pollfd output = {.fd = more == MORE ? c->output : -1, .events = POLLIN};
        child_await(children, 1, &output, until_ns, is_interrupted ? NULL : w->interrupted);
        if (output.revents)
            more = take_output(c, w);
    }
    return more;
}

int child_run(const struct child_request *request, const struct child_watch *watch,
              struct child_end *end, struct err *err)
{
    struct child c;
    *end = (struct child_end){0};
    if (child_start(&c, request, err))
        return -1;
    enum more more = watch_it(&c, watch);
    c.has_flooded |= more == ENOUGH;
    int output = c.output;
    c.output = -1;
    int failed = child_end(&c, end, err);
    if (output >= 0) {
        /* What is left in the pipe; somebody that left its group may hold the other end. */
        c.output = output;
        fcntl(output, F_SETFL, O_NONBLOCK);
        while (more == MORE)
            more = take_output(&c, watch);
        end->has_flooded |= more == ENOUGH;
        close(output);
    }
    return failed;
}
