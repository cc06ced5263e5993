#include "bench/base/interrupt.h"

#include "bench/base/output.h"

#include <signal.h>
#include <stddef.h>

volatile bool interrupt_came;

static void on_signal(int number)
{
    (void)number;
    interrupt_came = true;
}

static void catch_ends(void (*handler)(int number), int flags)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU};
    const struct sigaction action = {.sa_handler = handler, .sa_flags = flags}; /* no SA_RESTART */
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct sigaction was;
        /* nohup, and whoever means the same: what is ignored at the start stays so. */
        bool is_ignored =
            ends[i] == SIGHUP && !sigaction(SIGHUP, NULL, &was) && was.sa_handler == SIG_IGN;
        if (!is_ignored)
            sigaction(ends[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

void interrupt_begin(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN);
}

void interrupt_catch(enum interrupt_again again)
{
    catch_ends(on_signal, again == INTERRUPT_ENDS ? (int)SA_RESETHAND : 0);
}

void interrupt_catch_with(void (*handler)(int number))
{
    catch_ends(handler, 0);
}

void interrupt_words(struct buf *out, const char *path, const char *further)
{
    if (!path)
        buf_add(out, "interrupted; nothing was written\n");
    else if (output_is_stream(path))
        buf_add(out, "interrupted: what was measured is in the document\n");
    else
        buf_printf(out, "interrupted: what was measured is in %s; %s\n", path, further);
}
