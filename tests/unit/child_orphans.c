/* Parents that die, children that outlive them, and whose they are then. */
#include "bench/child/child.h"

#include "bench/base/clock.h"
#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS(n) ((uint64_t)(n)*1000000000)

static atomic_int *shared; /* what processes tell each other */

static pid_t told(size_t i)
{
    for (int tries = 0; tries < 2000 && !atomic_load(&shared[i]); tries++)
        usleep(5000);
    return atomic_load(&shared[i]);
}

static bool is_gone(pid_t pid)
{
    for (int tries = 0; tries < 2000; tries++) {
        siginfo_t info = {0};
        if (kill(pid, 0) && errno == ESRCH)
            return true;
        if (!waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid)
            return true; /* it came to us, and has ended */
        usleep(5000);
    }
    return false;
}

static int tell_and_sleep(void *place)
{
    atomic_store(&shared[*(size_t *)place], (int)getpid());
    pause();
    return 0;
}

static char sleep_name[] = "sleep", minute[] = "61";
static char *const sleeper[] = {sleep_name, minute, NULL};

/* Starts one of each kind, tells who they are and waits to be killed. */
static int start_and_wait(void *unused)
{
    struct child function, program;
    size_t first = 0;
    (void)unused;
    const struct child_request a = {.what = "f", .body = tell_and_sleep, .context = &first};
    const struct child_request b = {.what = "p", .program = "sleep", .argv = sleeper};
    if (child_start(&function, &a, NULL) || child_start(&program, &b, NULL))
        return 1;
    atomic_store(&shared[1], (int)program.pid);
    pause();
    return 0;
}

static void children_die_with_the_parent(void)
{
    struct child parent;
    struct child_end end;
    atomic_store(&shared[0], 0);
    atomic_store(&shared[1], 0);
    const struct child_request request = {.what = "a parent", .body = start_and_wait};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    CHECK_EQ(child_start(&parent, &request, NULL), 0);
    pid_t function = told(0), program = told(1);
    if (!CHECK(function > 0 && program > 0))
        return;
    kill(parent.pid, SIGKILL); /* it alone: each of them has a group of its own */
    CHECK(is_gone(function));
    CHECK(is_gone(program));
    CHECK_EQ(child_end(&parent, &end, NULL), 0);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

/* A daemon as they are made: forked twice, a session of its own, and its parent gone. */
static int make_daemon(void *unused)
{
    (void)unused;
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        if (fork() > 0)
            _exit(0);
        size_t first = 0;
        tell_and_sleep(&first);
    }
    waitpid(pid, NULL, 0);
    return told(0) > 0 ? 0 : 1;
}

static int adopt_and_end(void *unused)
{
    (void)unused;
    /* One that was there before is somebody else's, as for who became this program by exec. */
    pid_t before = fork();
    if (before == 0) {
        pause();
        _exit(0);
    }
    child_adopt();
    child_adopt(); /* twice is once */
    const struct child_request daemon = {.what = "a daemon", .body = make_daemon};
    const struct child_request living = {.what = "ours", .program = "sleep", .argv = sleeper};
    const struct child_watch watch = {.timeout_ns = SECONDS(30)};
    struct child_end end;
    struct child ours;
    if (child_start(&ours, &living, NULL) || child_run(&daemon, &watch, &end, NULL) ||
        !child_is_fine(&end))
        return 2;
    child_end_strays();
    if (!kill(told(0), 0) || errno != ESRCH)
        return 3; /* killed, and reaped */
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)before, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid)
        return 4;
    if (kill(ours.pid, 0) || child_end(&ours, &end, NULL) || end.in_time)
        return 5;
    kill(before, SIGKILL);
    waitpid(before, NULL, 0);
    child_end_strays(); /* with nobody there */
    return 0;
}

static void orphans_that_left_their_group_are_ended_and_nobody_else(void)
{
    struct child_end end;
    atomic_store(&shared[0], 0);
    const struct child_request request = {.what = "a parent", .body = adopt_and_end};
    const struct child_watch watch = {.timeout_ns = SECONDS(40)};
    CHECK_EQ(child_run(&request, &watch, &end, NULL), 0);
    CHECK(end.in_time);
    CHECK_EQ(end.status, 0);
}

static int score(void *unused)
{
    (void)unused;
    char text[16] = "";
    FILE *f = fopen("/proc/self/oom_score_adj", "r");
    if (f && !fgets(text, sizeof text, f))
        text[0] = '\0';
    if (f)
        fclose(f);
    return f ? atoi(text) / 10 : 0;
}

static void the_kernel_takes_a_child_before_its_parent(void)
{
    struct child_end end;
    if (access("/proc/self/oom_score_adj", W_OK))
        SKIP("no /proc/self/oom_score_adj");
    const struct child_request request = {.what = "a child", .body = score};
    const struct child_watch watch = {.timeout_ns = SECONDS(20)};
    CHECK_EQ(child_run(&request, &watch, &end, NULL), 0);
    CHECK_EQ(WEXITSTATUS(end.status), 100);
    CHECK(score(NULL) < 100);
}

static const struct test tests[] = {
    {"children_die_with_the_parent", children_die_with_the_parent},
    {"orphans_that_left_their_group_are_ended_and_nobody_else",
     orphans_that_left_their_group_are_ended_and_nobody_else},
    {"the_kernel_takes_a_child_before_its_parent", the_kernel_takes_a_child_before_its_parent},
    {0},
};

int main(int argc, char **argv)
{
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED ? 1 : test_main(tests, argc, argv);
}
