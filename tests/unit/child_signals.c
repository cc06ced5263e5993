/* What a child inherits of signals: nothing, but that a hang-up is ignored. */
#include "bench/child/child.h"

#include "tests/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char said[4096];

/* A line of /proc/PID/status ("SigIgn:") of a program, or of a function's process. */
static uint64_t mask_of(const char *line)
{
    const char *at = strstr(said, line);
    return at ? strtoull(at + strlen(line), NULL, 16) : UINT64_MAX;
}

static bool has(const char *line, int number)
{
    return mask_of(line) >> (number - 1) & 1;
}

static int print_status(void *unused)
{
    char text[4096];
    (void)unused;
    FILE *f = fopen("/proc/self/status", "r");
    size_t length = f ? fread(text, 1, sizeof text, f) : 0;
    return write(STDOUT_FILENO, text, length) != (ssize_t)length;
}

static int nothing_before(void *unused)
{
    (void)unused;
    return 0;
}

enum kind { BORROWED, FORKED, FUNCTION, KINDS };

static void ask(enum kind kind, bool is_part_of_us)
{
    static char cat[] = "cat", file[] = "/proc/self/status";
    char *const argv[] = {cat, file, NULL};
    struct child_text text = {.text = said, .size = sizeof said};
    const struct child_request request = {
        .what = "cat",
        .program = kind == FUNCTION ? NULL : "cat",
        .argv = kind == FUNCTION ? NULL : argv,
        .before = kind == FORKED ? nothing_before : NULL,
        .body = kind == FUNCTION ? print_status : NULL,
        .out = CHILD_PIPE,
        .is_part_of_us = is_part_of_us,
    };
    const struct child_watch watch = {
        .timeout_ns = 20000000000, .on_output = child_keep_text, .context = &text};
    struct child_end end;
    said[0] = '\0';
    CHECK_EQ(child_run(&request, &watch, &end, NULL), 0);
    CHECK(child_is_fine(&end));
    CHECK_CONTAINS(said, "SigIgn:");
}

static void handle(int number)
{
    (void)number;
}

static const int ignored[] = {SIGCHLD, SIGPIPE, SIGXFSZ, SIGINT, SIGQUIT, SIGTERM, SIGUSR2};

static void what_was_ignored_or_blocked_is_not_in_a_child(void)
{
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGRTMIN + 1);
    for (enum kind kind = 0; kind < KINDS; kind++) {
        sigprocmask(SIG_BLOCK, &blocked, &before);
        /* Not SIGCHLD here: whoever ignores it learns no end. */
        for (size_t i = 1; i < sizeof ignored / sizeof ignored[0]; i++)
            signal(ignored[i], SIG_IGN);
        signal(SIGUSR1, handle);
        ask(kind, false);
        for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
            CHECK_MSG(!has("SigIgn:", ignored[i]), "kind %d ignores %d", kind, ignored[i]);
        CHECK_EQ(mask_of("SigBlk:"), 0);
        CHECK(!has("SigCgt:", SIGUSR1));
        /* Here all is as it was. */
        sigset_t now;
        struct sigaction action;
        sigprocmask(SIG_SETMASK, &before, &now);
        CHECK(sigismember(&now, SIGUSR1) && !sigismember(&now, SIGINT));
        sigaction(SIGPIPE, NULL, &action);
        CHECK(action.sa_handler == SIG_IGN);
        for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
            signal(ignored[i], SIG_DFL);
        signal(SIGUSR1, SIG_DFL);
    }
}

static void a_hang_up_that_is_ignored_stays_so(void)
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        signal(SIGHUP, SIG_IGN);
        ask(kind, false);
        CHECK(has("SigIgn:", SIGHUP));
        signal(SIGHUP, SIG_DFL);
        ask(kind, false);
        CHECK(!has("SigIgn:", SIGHUP));
    }
}

static void a_part_of_us_keeps_ours(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, handle);
    ask(FUNCTION, true);
    CHECK(has("SigIgn:", SIGPIPE));
    CHECK(has("SigCgt:", SIGUSR1));
    signal(SIGPIPE, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
}

static const struct test tests[] = {
    {"what_was_ignored_or_blocked_is_not_in_a_child",
     what_was_ignored_or_blocked_is_not_in_a_child},
    {"a_hang_up_that_is_ignored_stays_so", a_hang_up_that_is_ignored_stays_so},
    {"a_part_of_us_keeps_ours", a_part_of_us_keeps_ours},
    {0},
};
TEST_MAIN(tests)
