/*
 * Our context switches beside those of perf-stat(1), of the same known program: this one,
 * started by perf with the word "work".  ctest: serial
 */
#include "bench/machine/counters/counters.h"
#include "tests/test.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, CHILDREN = 2, NAPS = 100, EXPECTED = (THREADS + CHILDREN) * NAPS };

static void *nap(void *arg)
{
    for (int i = 0; i < NAPS; i++)
        usleep(500);
    return arg;
}

static void work(void)
{
    pthread_t threads[THREADS];
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            nap(NULL);
            _exit(0);
        }
    }
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, nap, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < CHILDREN; i++)
        waitpid(children[i], NULL, 0);
}

/* What perf says of this program doing the work; -1 when there is no perf. */
static double ask_perf(void)
{
    char command[600], path[400], line[256];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return -1;
    path[length] = '\0';
    snprintf(command, sizeof command, "perf stat -x, -e context-switches '%s' work 2>&1", path);
    FILE *f = popen(command, "r");
    double found = -1;
    while (f && fgets(line, sizeof line, f))
        if (strstr(line, "context-switches"))
            found = line[0] == '<' ? -1 : strtod(line, NULL);
    return f && pclose(f) == 0 ? found : -1;
}

static double count_ourselves(void)
{
    struct counter_session s = {0};
    uint64_t values[COUNTER_COUNT] = {0};
    counter_provider_perf.start(&s, 1u << COUNTER_CONTEXT_SWITCHES, COUNTER_TREE);
    work();
    counter_provider_perf.read(&s, values);
    bool is_counted = s.counting != 0 && !s.user_only[COUNTER_CONTEXT_SWITCHES];
    counter_provider_perf.stop(&s);
    return is_counted ? (double)values[COUNTER_CONTEXT_SWITCHES] : -1;
}

static void our_switches_agree_with_perf_stat(void)
{
    fflush(stdout);
    double theirs = ask_perf();
    if (theirs < 0)
        SKIP("perf stat is not there, or not allowed");
    double ours = count_ourselves();
    if (ours < 0)
        SKIP("no perf events here");
    printf("  perf stat %.0f, ours %.0f, naps %d\n", theirs, ours, EXPECTED);
    CHECK(ours >= EXPECTED * 0.8);
    /* Two runs of the program differ by preemption; a tool that misses units differs by 100s. */
    CHECK_NEAR(ours, theirs, 0.1 * EXPECTED);
}

static const struct test tests[] = {
    {"our_switches_agree_with_perf_stat", our_switches_agree_with_perf_stat},
    {0},
};

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "work")) {
        work();
        return 0;
    }
    return test_main(tests, argc, argv);
}
