#include "bench/fleet/seat.h"

#include "bench/base/clock.h"
#include "bench/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ERRORS_MOST_BYTES = 1 << 24 };

static char **make_argv(const struct launcher *l, const char *contend, const struct opt_list *words)
{
    char **argv = calloc(l->count + words->count + 2, sizeof *argv);
    size_t count = 0;
    for (size_t i = 0; argv && i < l->count; i++)
        argv[count++] = l->words[i];
    if (argv)
        argv[count++] = (char *)(uintptr_t)contend; /* execvp(3) changes nothing */
    for (size_t i = 0; argv && i < words->count; i++)
        argv[count++] = (char *)(uintptr_t)words->items[i];
    return argv;
}

int seat_start(struct seat *s, const char *contend, const struct opt_list *words, struct err *err)
{
    char **argv = make_argv(s->launcher, contend, words);
    if (!argv)
        return err_set(err, ERR_SYSTEM, "no memory for a worker");
    s->errors = memfd_create("contend-launcher", MFD_CLOEXEC);
    if (s->errors < 0) {
        free(argv);
        return err_set_sys(err, errno, "a file for what a launcher says");
    }
    const struct child_request request = {.what = "a launcher",
                                          .program = argv[0],
                                          .argv = argv,
                                          .in = CHILD_NOTHING,
                                          .out = CHILD_PIPE,
                                          .errors = s->errors,
                                          .output_most_bytes = ERRORS_MOST_BYTES};
    int failed = child_start(&s->child, &request, err);
    free(argv);
    if (failed) {
        close(s->errors);
        s->errors = -1;
        return -1;
    }
    fcntl(s->child.output, F_SETFL, O_NONBLOCK);
    s->heard_ns = clock_now_ns();
    s->launched_at = time(NULL);
    s->clock_offset_s = 0;
    s->is_silent = s->is_taken = false;
    s->ending_ns = 0;
    return 0;
}

void seat_ask_to_end(struct seat *s, uint64_t until_ns)
{
    if (s->ending_ns)
        return;
    kill(-s->child.pid, SIGTERM); /* the group that it leads */
    s->ending_ns = until_ns;
}

/* The last line that says something, made fit to stand in one of ours. */
static void add_last_line(const struct seat *s, struct buf *out)
{
    enum { SHOWN = 300 };
    char text[SHOWN + 1];
    off_t size = lseek(s->errors, 0, SEEK_END);
    off_t from = size > SHOWN ? size - SHOWN : 0;
    ssize_t got = pread(s->errors, text, SHOWN, from);
    if (got <= 0)
        return;
    while (got && strchr("\r\n \t", text[got - 1]))
        got--;
    text[got] = '\0';
    char *feed = strrchr(text, '\n');
    const char *line = feed ? feed + 1 : text;
    static const char ours[] = "contend: error: ";
    if (!strncmp(line, ours, sizeof ours - 1))
        line += sizeof ours - 1;
    if (!*line)
        return;
    buf_add(out, ": ");
    size_t length;
    for (const char *at = line; *at; at += length) {
        bool is_shown = utf8_is_shown(utf8_decode(at, &length));
        buf_add_bytes(out, is_shown ? at : "?", is_shown ? length : 1);
    }
}

void seat_end(struct seat *s, struct buf *why, bool *is_usage)
{
    struct child_end end = {0};
    struct err err = {0};
    char words[200];
    bool was_asked = s->ending_ns || s->is_silent;
    int unknown = child_end(&s->child, &end, &err);
    if (unknown)
        buf_add(why, err.text);
    else if (s->stream.is_wild)
        buf_add(why, "wrote what is no journal of contend, and did not stop");
    else if (was_asked && !end.in_time)
        buf_add(why, "was ended");
    else
        buf_printf(why, "%s%s", child_words(&end, words, sizeof words),
                   child_is_fine(&end) && !s->is_taken ? " and brought no result" : "");
    *is_usage = !unknown && end.in_time && WIFEXITED(end.status) && WEXITSTATUS(end.status) == 2 &&
                !s->stream.lines.len;
    add_last_line(s, why);
    close(s->errors);
    s->errors = -1;
    s->child = (struct child){.output = -1, .fd = -1};
    stream_release(&s->stream);
}
