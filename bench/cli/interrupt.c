#include "bench/cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

volatile bool interrupt_came;

static void on_signal(int number)
{
    (void)number;
    interrupt_came = true;
}

void interrupt_catch(enum interrupt_again again)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    const struct sigaction action = {
        .sa_handler = on_signal,
        .sa_flags = again == INTERRUPT_ENDS ? (int)SA_RESETHAND : 0, /* and never SA_RESTART */
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        sigaction(ends[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}
