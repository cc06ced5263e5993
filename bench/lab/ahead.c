#include "bench/lab/ahead.h"

#include "bench/base/interrupt.h"
#include "bench/child/child.h"
#include "bench/child/raiser.h"
#include "bench/machine/priority.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct child measuring;
static pid_t parent; /* 0: this is the process that was started */

/* What was asked for and can be had is done by the child, for its own session. */
static void go_first(bool may, const char *why_not, char note[AHEAD_NOTE])
{
    char reason[RAISER_REASON];
    int as_it_was = priority_nice();
    if (may && raiser_raise(reason, sizeof reason))
        snprintf(note, AHEAD_NOTE, "nice %d, in a session of its own", priority_nice());
    else
        snprintf(note, AHEAD_NOTE, "nice %d, not raised: %s", as_it_was, may ? reason : why_not);
}

enum ahead ahead_go(bool is_wanted, char note[AHEAD_NOTE], struct err *err)
{
    char why_not[RAISER_REASON] = "as asked";
    bool may = is_wanted && raiser_may(why_not, sizeof why_not);
    /* What those leave behind that it starts comes to it, and to us when it is killed. */
    child_adopt();
    fflush(NULL);
    pid_t us = getpid();
    /* Not killed with us: it has to put in order what it started, as for any other signal. */
    const struct child_request request = {.what = "the process that measures",
                                          .in = CHILD_OURS,
                                          .out = CHILD_OURS,
                                          .errors = CHILD_OURS,
                                          .is_part_of_us = true,
                                          .death_signal = SIGTERM};
    int at = child_split(&measuring, &request, err);
    if (at < 0)
        return AHEAD_FAILED;
    if (at == 0)
        return AHEAD_PARENT;
    parent = us;
    child_stop_with_us();
    go_first(may, why_not, note);
    return AHEAD_CHILD;
}

bool ahead_is_alone(void)
{
    return parent && getppid() != parent;
}

static void pass_on(int number)
{
    int kept = errno;
    child_signal(&measuring, number);
    errno = kept;
}

/*
 * Ctrl-Z reaches this process alone: the one that measures has another session, of which nobody is
 * the terminal's, and there SIGTSTP does nothing unless it is handled.
 */
static void stop_both(int number)
{
    int kept = errno;
    child_signal(&measuring, number);
    kill(getpid(), SIGSTOP);
    child_signal(&measuring, SIGCONT);
    errno = kept;
}

static void catch_stop(void)
{
    const struct sigaction action = {.sa_handler = stop_both};
    struct sigaction was;
    if (!sigaction(SIGTSTP, NULL, &was) && was.sa_handler != SIG_IGN)
        sigaction(SIGTSTP, &action, NULL);
}

int ahead_await(struct err *err)
{
    struct child *const children[] = {&measuring};
    struct child_end end;
    char words[160];
    interrupt_catch_with(pass_on);
    catch_stop();
    if (interrupt_came) /* before there was anybody to pass it on to */
        child_signal(&measuring, SIGTERM);
    while (!measuring.has_ended)
        child_await(children, 1, NULL, UINT64_MAX, NULL);
    int failed = child_end(&measuring, &end, err);
    child_end_strays();
    if (!failed && WIFEXITED(end.status))
        return WEXITSTATUS(end.status);
    return err_set(err, ERR_SYSTEM, "the process that measured %s",
                   child_words(&end, words, sizeof words));
}

int ahead_run(bool is_wanted, ahead_measure *measure, void *context, struct err *err)
{
    char note[AHEAD_NOTE];
    switch (ahead_go(is_wanted, note, err)) {
    case AHEAD_PARENT:
        return ahead_await(err);
    case AHEAD_CHILD:
        return measure(context, note, err);
    case AHEAD_FAILED:
        break;
    }
    return -1;
}
