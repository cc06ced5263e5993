#include "bench/registry_crash.h"

#include "bench/base/command.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { CRASHES = sizeof crashes / sizeof crashes[0] };

static pid_t ours;
static char words[CRASHES][160]; /* made before: a handler cannot */
static char stack[1 << 15];      /* what crashed may have used up its own */

static void on_crash(int number)
{
    for (size_t i = 0; i < CRASHES && getpid() == ours; i++)
        if (crashes[i] == number) {
            ssize_t wrote = write(STDERR_FILENO, words[i], strlen(words[i]));
            (void)wrote;
            _exit(EXIT_RUN_FAILED);
        }
    raise(number); /* what it did before stands again: SA_RESETHAND */
}

void registry_tell_crashes(void)
{
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    const struct sigaction action = {.sa_handler = on_crash,
                                     .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK)};
    ours = getpid();
    sigaltstack(&other, NULL);
    for (size_t i = 0; i < CRASHES; i++) {
        struct sigaction was;
        snprintf(words[i], sizeof words[i],
                 "contend: error: a plug-in crashed the program: signal %d (%s) while one of its "
                 "hooks was asked, or after\n",
                 crashes[i], strsignal(crashes[i]));
        /* A sanitizer tells more. */
        if (!sigaction(crashes[i], NULL, &was) && was.sa_handler == SIG_DFL)
            sigaction(crashes[i], &action, NULL);
    }
}
