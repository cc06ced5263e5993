/*
 * A program is a child with a deadline.  Its lines are taken as they come; while it holds units,
 * its memory is looked at, and then it is told to go on.  What it leaves running is killed, and
 * held against it.
 */
#include "bench/lab/runtimes/visit.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/child/child.h"
#include "bench/machine/memory_use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    SAID_MOST = 1 << 20,      /* of errors */
    OUTPUT_MOST = 64 << 20,   /* of answers */
    STRAY_LOOKS = 50,         /* what ends with the program has so long ... */
    STRAY_LOOK_NS = 10000000, /* ... times that */
};

/* What is going on with it. */
struct talk {
    struct visit *v;
    struct answer *a;
    struct child child;
    int go_on; /* a line written there lets it go on */
    struct buf line;
    size_t taken; /* bytes of answers */
    struct memory_reading {
        int64_t bytes, threads;
        bool is_known;
    } memory[2];
    struct err fault; /* the first thing that was wrong with its answer */
};

/* ---- Its memory ------------------------------------------------------------------------- */

static void add_family(pid_t pid, struct memory_reading *m)
{
    char path[64], text[65536];
    struct memory_use use;
    if (!memory_use_read(pid, &use) || !use.has_shares || use.threads < 0) {
        m->is_known = false;
        return;
    }
    m->bytes += use.anonymous_share + use.shared_share + use.page_tables;
    m->threads += use.threads;
    /* Children of the first thread: those who fork here do it from there. */
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    if (file_read_small(path, text, sizeof text) <= 0)
        return;
    char *end;
    for (char *at = text; *at; at = end) {
        long child = strtol(at, &end, 10);
        if (end == at)
            break;
        add_family((pid_t)child, m);
        end += *end == ' ';
    }
}

static void look_at_memory(struct talk *t)
{
    struct memory_reading *m = &t->memory[t->a->ready_count - 1];
    *m = (struct memory_reading){.is_known = true};
    add_family(t->child.pid, m);
}

/* What one unit adds, with a kernel stack for each thread that came with it; none where it cannot
 * be told. */
static void close_memory(struct talk *t)
{
    const struct memory_reading *less = &t->memory[0], *more = &t->memory[1];
    int64_t stack = memory_stack_of_one(), threads = more->threads - less->threads;
    if (!less->is_known || !more->is_known || (threads && !stack))
        return;
    double each =
        (double)(more->bytes - less->bytes + threads * stack) / (double)(t->a->more - t->a->count);
    if (each > 0)
        vec_add(&t->a->values[MADE_MEMORY], each);
}

/* ---- Its lines -------------------------------------------------------------------------- */

static void take_line(struct talk *t)
{
    unsigned ready = t->a->ready_count;
    if (answer_take(t->a, buf_text(&t->line), t->line.len, &t->fault) || t->a->ready_count == ready)
        return;
    look_at_memory(t);
    /* It may be gone: then it ended too early, and that is told. */
    if (write(t->go_on, "\n", 1) < 0)
        return;
}

enum output { GOT_SOME, NOTHING_YET, NO_MORE };

static enum output take_output(struct talk *t)
{
    char bytes[4096];
    ssize_t got = read(t->child.output, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return NOTHING_YET;
    if (got <= 0)
        return NO_MORE;
    t->taken += (size_t)got;
    if (t->taken > OUTPUT_MOST)
        err_set(&t->fault, ERR_FAILED, "it says more than anybody asked for");
    for (ssize_t i = 0; i < got && t->fault.code == ERR_NONE; i++) {
        if (bytes[i] != '\n') {
            buf_add_bytes(&t->line, &bytes[i], 1);
            if (t->line.len > ANSWER_LINE_MOST)
                err_set(&t->fault, ERR_FAILED, "a line of it has no end");
            continue;
        }
        take_line(t);
        buf_reset(&t->line);
    }
    return t->fault.code == ERR_NONE ? GOT_SOME : NO_MORE;
}

/* What it said before it ended; others may have the pipe's other end still. */
static void take_the_rest(struct talk *t)
{
    fcntl(t->child.output, F_SETFL, O_NONBLOCK);
    while (take_output(t) == GOT_SOME)
        ;
}

/* Until it has ended by itself, said something wrong, or takes too long. */
static void watch(struct talk *t)
{
    uint64_t until_ns = clock_now_ns() + t->v->timeout_ns;
    struct child *const children[] = {&t->child};
    bool reads = true;
    while (reads || !t->child.has_ended) {
        struct pollfd output = {.fd = reads ? t->child.output : -1, .events = POLLIN};
        if (clock_now_ns() >= until_ns || *t->v->interrupted || t->child.has_flooded)
            return;
        if (t->child.has_ended) {
            take_the_rest(t);
            return;
        }
        child_await(children, 1, &output, until_ns, t->v->interrupted);
        if (output.revents)
            reads = take_output(t) != NO_MORE;
        if (t->fault.code != ERR_NONE)
            return;
    }
}

/* ---- Its end ---------------------------------------------------------------------------- */

/* The last line that tells of an error, or the last at all; with nothing in it that acts on a
 * terminal. */
static void last_words(int fd, char *out, size_t size)
{
    char text[4096];
    off_t length = lseek(fd, 0, SEEK_END);
    off_t from = length > (off_t)sizeof text - 1 ? length - (off_t)sizeof text + 1 : 0;
    ssize_t got = pread(fd, text, sizeof text - 1, from);
    bool is_of_error = false;
    out[0] = '\0';
    text[got > 0 ? got : 0] = '\0';
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        bool tells = strcasestr(line, "error") != NULL;
        if (line[strspn(line, " ")] && (tells || !is_of_error))
            snprintf(out, size, "%.*s", (int)size - 1, line);
        is_of_error |= tells;
    }
    for (char *p = out; *p; p++)
        *p = (unsigned char)*p < ' ' || *p == 0x7f ? ' ' : *p;
}

/* Those that end by themselves when they see that it is gone are none. */
static size_t wait_for_strays(const volatile bool *interrupted)
{
    size_t strays = child_strays();
    for (int i = 0; i < STRAY_LOOKS && strays && !*interrupted; i++) {
        clock_sleep_until_ns(clock_now_ns() + STRAY_LOOK_NS);
        strays = child_strays();
    }
    return strays;
}

static int judge(struct talk *t, const struct child_end *end, size_t strays, const char *said,
                 struct err *err)
{
    char words[160];
    const char *name = t->v->instance->label;
    if (*t->v->interrupted)
        return 0;
    if (t->fault.code != ERR_NONE)
        return err_set(err, t->fault.code, "%s: %s", name, t->fault.text);
    if (!child_is_fine(end)) {
        child_words(end, words, sizeof words);
        return err_set(err, ERR_FAILED, "%s %s%s%.200s", name, words, *said ? ": " : "", said);
    }
    if (strays)
        return err_set(err, ERR_FAILED, "%s left %zu process%s running, which %s killed", name,
                       strays, strays == 1 ? "" : "es", strays == 1 ? "was" : "were");
    /* The last line may lack its end. */
    if ((t->line.len && answer_take(t->a, buf_text(&t->line), t->line.len, &t->fault)) ||
        answer_close(t->a, &t->fault))
        return err_set(err, t->fault.code, "%s: %s", name, t->fault.text);
    if (t->a->question == ASK_MEMORY)
        close_memory(t);
    return 0;
}

/* ---- All of it -------------------------------------------------------------------------- */

static int go_there(void *context)
{
    const struct instance *i = context;
    return chdir(i->folder) ? errno : 0;
}

static bool add_numbers(struct call_line *w, const struct answer *a)
{
    const int64_t numbers[] = {a->count, a->time_ns, a->more};
    char text[32];
    bool ok = true;
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%lld", (long long)numbers[i]);
        ok = ok && call_line_add(w, text);
    }
    return ok;
}

static int run(struct talk *t, struct call_line *w, int input, int errors, struct err *err)
{
    const struct child_request request = {
        .what = t->v->instance->label,
        .program = w->items[0],
        .argv = w->items,
        .environment = t->v->instance->environment,
        .before = go_there,
        .context = t->v->instance,
        .in = input,
        .out = CHILD_PIPE,
        .errors = errors,
        .output_most_bytes = SAID_MOST,
    };
    struct child_end end;
    char said[200];
    if (child_start(&t->child, &request, err))
        return -1;
    watch(t);
    bool was_late = !t->child.has_ended && t->fault.code == ERR_NONE && !*t->v->interrupted;
    size_t strays = t->child.has_ended ? wait_for_strays(t->v->interrupted) : 0;
    int failed = child_end(&t->child, &end, err);
    child_end_strays();
    last_words(errors, said, sizeof said);
    t->v->is_wild = was_late || strays || end.has_flooded;
    return failed || judge(t, &end, strays, said, err) ? -1 : 0;
}

int visit_ask(struct visit *v, struct answer *a, struct err *err)
{
    struct talk t = {.v = v, .a = a, .go_on = -1};
    struct call_line w = {0};
    struct noise_reading before, after;
    int ends[2] = {-1, -1}, errors = memfd_create("errors", MFD_CLOEXEC), failed = -1;
    noise_read(&before);
    if (errors < 0 || pipe2(ends, O_CLOEXEC))
        err_set_sys(err, errno, "reference: a pipe");
    else if (!call_line_of(&w, v->instance, v->instance->runtime->run) ||
             !call_line_add(&w, question_name(a->question)) || !call_line_add(&w, v->unit->name) ||
             !add_numbers(&w, a) || !call_line_end(&w))
        err_set(err, ERR_SYSTEM, "reference: out of memory");
    else {
        t.go_on = ends[1];
        failed = run(&t, &w, ends[0], errors, err);
    }
    for (size_t i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
    if (errors >= 0)
        close(errors);
    noise_read(&after);
    noise_diff(&before, &after, &v->noise);
    buf_release(&t.line);
    call_line_release(&w);
    return failed;
}
