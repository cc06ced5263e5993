#include "bench/cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

volatile bool interrupt_came;

static void on_signal(int number)
{
    (void)number;
    interrupt_came = true;
}

void interrupt_catch(void)
{
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}
