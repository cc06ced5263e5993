#include "bench/cli/ahead.h"

#include "bench/cli/cli.h"
#include "bench/cli/interrupt.h"
#include "bench/core/priority.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: ahead of the session it came from, and gone when the parent is. */
static void go_on(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        raise(SIGKILL);
    priority_raise_session();
}

pid_t ahead_go(bool is_wanted, char note[AHEAD_NOTE])
{
    char why_not[AHEAD_NOTE / 2] = "as asked";
    int as_it_was = priority_nice();
    if (!is_wanted || !priority_raise(why_not, sizeof why_not)) {
        snprintf(note, AHEAD_NOTE, "nice %d, not raised: %s", as_it_was, why_not);
        return 0;
    }
    fflush(NULL);
    pid_t parent = getpid(), child = fork();
    if (child > 0)
        return child;
    if (child == 0)
        go_on(parent);
    snprintf(note, AHEAD_NOTE, "nice %d%s", priority_nice(),
             child == 0 ? ", in a session of its own" : "");
    return 0;
}

static volatile pid_t measuring;

static void pass_on(int number)
{
    int kept = errno;
    kill(measuring, number);
    errno = kept;
}

int ahead_await(pid_t child, struct err *err)
{
    int status = 0;
    measuring = child;
    interrupt_catch_with(pass_on);
    if (interrupt_came) /* before there was anybody to pass it on to */
        kill(child, SIGTERM);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    err_set(err, ERR_SYSTEM, "the process that measured was killed by signal %d (%s)",
            WTERMSIG(status), strsignal(WTERMSIG(status)));
    return EXIT_RUN_FAILED;
}
