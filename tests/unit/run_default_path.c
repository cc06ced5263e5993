/* Where results go when nobody said: each run has a name of its own. */
#include "bench/run/default_path.h"

#include "tests/test.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RUNS = 5 };

static void touch(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void remove_both(const char *path)
{
    char journal[PATH_MAX];
    snprintf(journal, sizeof journal, "%s.journal", path);
    unlink(path);
    unlink(journal);
}

/* Buggy result: runs without -o that began in one second wrote one file, and the last one won. */
static void runs_of_one_second_have_names_of_their_own(void)
{
    char directory[] = "/tmp/contend-test-XXXXXX", names[RUNS][256], again[256];
    if (!CHECK(mkdtemp(directory) && !chdir(directory)))
        return;
    /* Nobody's directory gets a results/ unasked; where there is one, it is used. */
    run_default_path("suites/mine.json", again, sizeof again);
    CHECK(!strncmp(again, "mine-", 5));
    CHECK(access("results", F_OK) && !mkdir("results", 0700));
    for (int i = 0; i < RUNS; i++) {
        run_take_path("suites/mine.json", names[i], sizeof names[i]);
        CHECK(!strncmp(names[i], "results/mine-", 13));
        for (int k = 0; k < i; k++)
            CHECK(strcmp(names[i], names[k]) != 0);
    }
    /* One that has ended keeps its name; one that could not be done gives it back. */
    remove_both(names[1]);
    touch(names[1], "a result");
    run_leave_path(names[0]);
    run_take_path("suites/mine.json", again, sizeof again);
    CHECK(strcmp(again, names[1]) != 0);
    CHECK(access(names[1], F_OK) == 0);
    /* A journal with something in it is a run's. */
    char journal[PATH_MAX];
    snprintf(journal, sizeof journal, "%s.journal", names[2]);
    touch(journal, "a plan\n");
    run_leave_path(names[2]);
    CHECK_EQ(access(journal, F_OK), 0);
    for (int i = 0; i < RUNS; i++)
        remove_both(names[i]);
    remove_both(again);
    CHECK_EQ(rmdir("results"), 0);
    CHECK(!chdir("/") && !rmdir(directory));
}

static const struct test tests[] = {
    {"runs_of_one_second_have_names_of_their_own", runs_of_one_second_have_names_of_their_own},
    {0},
};
TEST_MAIN(tests)
