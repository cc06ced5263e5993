#include "bench/demo/spinner_screen.h"

#include "bench/base/units.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE      "thinking!"
#define HIDE_CURSOR  "\x1b[?25l"
#define SHOW_CURSOR  "\x1b[?25h"
#define CLEAR_LINE   "\r\x1b[K"
#define CLEAR_BLANKS "\r           \r" /* as wide as a frame, for who knows no better */

static volatile sig_atomic_t cursor_is_hidden;
static int descriptor; /* of the terminal, for the handler */

/* write(), for a handler must not touch stdio; a terminal that is gone needs no cursor. */
static void put(const char *text, size_t length)
{
    if (write(descriptor, text, length) < 0)
        return;
}

/* Ctrl-Z: the shell that comes next has a cursor, and the spinner has none when it goes on. */
static void on_suspend(int number)
{
    int kept = errno;
    (void)number;
    if (cursor_is_hidden)
        put(SHOW_CURSOR, sizeof SHOW_CURSOR - 1);
    raise(SIGSTOP);
    if (cursor_is_hidden)
        put(HIDE_CURSOR, sizeof HIDE_CURSOR - 1);
    errno = kept;
}

void spinner_terminal_begin(struct spinner_terminal *terminal, FILE *out)
{
    const char *term = getenv("TERM");
    descriptor = fileno(out);
    *terminal = (struct spinner_terminal){.out = out, .is_terminal = isatty(descriptor)};
    terminal->is_dumb = !term || !*term || !strcmp(term, "dumb");
    const struct sigaction action = {.sa_handler = on_suspend, .sa_flags = SA_RESTART};
    if (terminal->is_terminal && !terminal->is_dumb)
        sigaction(SIGTSTP, &action, NULL);
}

static int draw(const struct spinner_terminal *terminal, const char *text, struct err *err)
{
    if (fputs(text, terminal->out) == EOF || fflush(terminal->out) == EOF)
        return err_set_sys(err, errno, "writing to standard output");
    return 0;
}

static int object(void *context, const char *text, struct err *err)
{
    char line[128];
    snprintf(line, sizeof line, "spinner object: %s\n", text);
    return draw(context, line, err);
}

static int frame(void *context, uint64_t number, uint64_t at_ns, struct err *err)
{
    struct spinner_terminal *terminal = context;
    char glyph = "|/-\\"[number % 4], text[64];
    if (!terminal->is_terminal)
        snprintf(text, sizeof text, "%7.3f s  %c " MESSAGE "\n", (double)at_ns * 1e-9, glyph);
    else
        snprintf(text, sizeof text, "%s\r%c " MESSAGE,
                 terminal->is_drawn || terminal->is_dumb ? "" : HIDE_CURSOR, glyph);
    terminal->is_drawn = true;
    cursor_is_hidden = 1;
    return draw(terminal, text, err);
}

static int clear(void *context, struct err *err)
{
    struct spinner_terminal *terminal = context;
    if (!terminal->is_terminal || !terminal->is_drawn)
        return 0;
    terminal->is_drawn = false;
    cursor_is_hidden = 0;
    return draw(terminal, terminal->is_dumb ? CLEAR_BLANKS : CLEAR_LINE SHOW_CURSOR, err);
}

/* A reader or a terminal that has gone is noticed also while nothing is drawn. */
static int check(void *context, struct err *err)
{
    const struct spinner_terminal *terminal = context;
    struct pollfd fd = {.fd = fileno(terminal->out)};
    if (poll(&fd, 1, 0) == 1 && (fd.revents & (POLLERR | POLLHUP)))
        return err_set_sys(err, fd.revents & POLLERR ? EPIPE : EIO, "writing to standard output");
    return 0;
}

struct spinner_screen spinner_terminal_screen(struct spinner_terminal *terminal)
{
    return (struct spinner_screen){
        .context = terminal, .object = object, .frame = frame, .clear = clear, .check = check};
}

void spinner_terminal_end(struct spinner_terminal *terminal)
{
    struct err ignored = {0};
    clear(terminal, &ignored);
}

int spinner_terminal_say(const struct spinner_terminal *terminal, const char *text, struct err *err)
{
    return draw(terminal, text, err);
}

void spinner_summary(const struct spinner_outcome *o, int columns, char *out, size_t size)
{
    char worst[32], median[32], work[32], lateness[96] = "it never turned", shorter[96];
    unsigned long long shown = o->shown, due = o->due;
    units_format(worst, sizeof worst, (double)o->worst_ns, "ns", 3);
    units_format(median, sizeof median, (double)o->median_ns, "ns", 3);
    units_format(work, sizeof work, (double)o->work_ns, "ns", 3);
    snprintf(shorter, sizeof shorter, "%s", lateness);
    if (o->frames > 0) {
        snprintf(lateness, sizeof lateness, "lateness worst %s, median %s", worst, median);
        snprintf(shorter, sizeof shorter, "late %s, worst %s", median, worst);
    }
    int length = snprintf(out, size, "frames shown %llu of %llu due, in %s; %s\n", shown, due, work,
                          lateness);
    if (length > columns + 1)
        snprintf(out, size, "%llu/%llu frames; %s\n", shown, due, shorter);
}
