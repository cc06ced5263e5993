/*
 * Providers that are made up drive the paths no machine of ours has: hardware counters,
 * providers that lie, crash and hang.  ctest: serial
 */
#include "bench/base/clock.h"
#include "bench/machine/counters/counter_group.h"
#include "tests/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALL = (1u << COUNTER_COUNT) - 1 };
static const uint64_t second_ns = 1000000000;

/* A machine with everything: each read gives far more than the one before. */
static void generous_start(struct counter_session *s, uint32_t wanted, enum counter_scope scope)
{
    (void)scope;
    s->counting = wanted;
    s->handle = 0;
}

static void generous_read(struct counter_session *s, uint64_t *values)
{
    s->handle++;
    for (int c = 0; c < COUNTER_COUNT; c++)
        if (s->counting & 1u << c)
            values[c] = 1000000000u * (uint64_t)s->handle;
}

static void generous_stop(struct counter_session *s)
{
    s->counting = 0;
}

static const struct counter_provider generous = {
    .name = "generous", .start = generous_start, .read = generous_read, .stop = generous_stop};

/* PAPI's default domain: accepts everything, counts nothing. */
static void zero_read(struct counter_session *s, uint64_t *values)
{
    for (int c = 0; c < COUNTER_COUNT; c++)
        if (s->counting & 1u << c)
            values[c] = 0;
}

static const struct counter_provider zero = {
    .name = "zero", .start = generous_start, .read = zero_read, .stop = generous_stop};

/* No PMU: the software events only, and only of the calling thread. */
static void lone_start(struct counter_session *s, uint32_t wanted, enum counter_scope scope)
{
    uint32_t software = ALL & ~((1u << COUNTER_CONTEXT_SWITCHES) - 1);
    s->counting = scope == COUNTER_THREAD ? wanted & software : 0;
    s->handle = 0;
    for (int c = 0; c < COUNTER_COUNT; c++)
        if (!(s->counting & 1u << c))
            snprintf(s->reason[c], sizeof s->reason[c], "no PMU");
}

static const struct counter_provider lone = {
    .name = "lone", .start = lone_start, .read = generous_read, .stop = generous_stop};

static void hang(struct counter_session *s, uint32_t wanted, enum counter_scope scope)
{
    (void)s;
    (void)wanted;
    (void)scope;
    for (;;)
        pause();
}

static void crash(struct counter_session *s, uint32_t wanted, enum counter_scope scope)
{
    (void)s;
    (void)wanted;
    (void)scope;
    raise(SIGKILL); /* not SIGSEGV: sanitizers would report it */
}

static const struct counter_provider hanging = {
    .name = "hanging", .start = hang, .read = generous_read, .stop = generous_stop};
static const struct counter_provider crashing = {
    .name = "crashing", .start = crash, .read = generous_read, .stop = generous_stop};

static const char *never(void)
{
    return "never here";
}

static const struct counter_provider unavailable = {.name = "unavailable", .unavailable = never};

static struct counter_verdict verdict;

static void judge(const struct counter_provider *first, const struct counter_provider *second)
{
    const struct counter_provider *providers[] = {first, second, NULL};
    /* The hanging one costs that; on a busy machine others take a second, too. */
    counters_judge(providers, 5 * second_ns, &verdict);
}

static void a_provider_that_counts_is_chosen_for_everything(void)
{
    judge(&generous, &counter_provider_perf);
    for (int scope = 0; scope < COUNTER_SCOPES; scope++)
        for (int c = 0; c < COUNTER_COUNT; c++)
            CHECK(verdict.choices[scope][c].provider == &generous);
}

static void a_silent_zero_is_not_believed(void)
{
    judge(&zero, NULL);
    for (int scope = 0; scope < COUNTER_SCOPES; scope++) {
        const struct counter_choice *switches = &verdict.choices[scope][COUNTER_CONTEXT_SWITCHES];
        CHECK(switches->provider == NULL);
        CHECK_CONTAINS(switches->reason, "not believed");
        CHECK(verdict.choices[scope][COUNTER_PAGE_FAULTS].provider == NULL);
        CHECK(verdict.choices[scope][COUNTER_TASK_CLOCK].provider == NULL);
        CHECK(verdict.choices[scope][COUNTER_INSTRUCTIONS].provider == NULL);
    }
}

static void the_choice_is_made_for_each_counter_and_scope(void)
{
    judge(&lone, &generous);
    const struct counter_choice *one = verdict.choices[COUNTER_THREAD];
    const struct counter_choice *tree = verdict.choices[COUNTER_TREE];
    CHECK(one[COUNTER_PAGE_FAULTS].provider == &lone);
    CHECK(one[COUNTER_INSTRUCTIONS].provider == &generous);
    CHECK(tree[COUNTER_PAGE_FAULTS].provider == &generous);
    /* Why the better one was passed over stays known. */
    CHECK_EQ((const char *)one[COUNTER_INSTRUCTIONS].reason, "no PMU");
}

static void a_provider_that_hangs_or_crashes_costs_only_itself(void)
{
    judge(&hanging, &generous);
    CHECK(verdict.choices[COUNTER_TREE][COUNTER_CYCLES].provider == &generous);
    CHECK_CONTAINS(verdict.choices[COUNTER_TREE][COUNTER_CYCLES].reason, "did not answer");
    judge(&crashing, &generous);
    CHECK(verdict.choices[COUNTER_TREE][COUNTER_CYCLES].provider == &generous);
    CHECK_CONTAINS(verdict.choices[COUNTER_TREE][COUNTER_CYCLES].reason, "broke down");
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static void no_provider_leaves_a_reason_everywhere(void)
{
    judge(&unavailable, NULL);
    CHECK_EQ((const char *)verdict.choices[COUNTER_TREE][COUNTER_CYCLES].reason, "never here");
    judge(NULL, NULL);
    CHECK(verdict.choices[COUNTER_TREE][COUNTER_CYCLES].reason[0]);
}

/* Groups. */

static void a_group_reports_hardware_with_its_source(void)
{
    const struct counter_provider *providers[] = {&generous, NULL};
    struct counter_group g;
    uint64_t value;
    const char *source, *reason;
    judge(&generous, NULL);
    counter_group_start(&g, &verdict, providers, &generous, COUNTER_TREE);
    counter_group_mark(&g);
    counter_group_end(&g);
    counter_group_stop(&g);
    CHECK(counter_group_value(&g, COUNTER_INSTRUCTIONS, &value, &source, &reason));
    CHECK_EQ(value, second_ns); /* a step of the made-up counter */
    CHECK_EQ(source, "generous");
    /* A software counter loses the caller's own part, here all of it. */
    CHECK(counter_group_value(&g, COUNTER_CONTEXT_SWITCHES, &value, &source, &reason));
    CHECK_EQ(value, 0);
}

static void a_group_of_one_thread_keeps_the_callers_part(void)
{
    const struct counter_provider *providers[] = {&generous, NULL};
    struct counter_group g;
    uint64_t value;
    const char *source, *reason;
    judge(&generous, NULL);
    counter_group_start(&g, &verdict, providers, NULL, COUNTER_THREAD);
    counter_group_end(&g);
    counter_group_stop(&g);
    CHECK(counter_group_value(&g, COUNTER_CONTEXT_SWITCHES, &value, &source, &reason));
    CHECK_EQ(value, second_ns);
}

static void a_group_says_why_a_count_is_missing(void)
{
    const struct counter_provider *providers[] = {&lone, NULL};
    struct counter_group g;
    uint64_t value;
    const char *source, *reason;
    judge(&lone, NULL);
    counter_group_start(&g, &verdict, providers, NULL, COUNTER_THREAD);
    CHECK(!counter_group_value(&g, COUNTER_PAGE_FAULTS, &value, &source, &reason));
    CHECK_CONTAINS(reason, "end"); /* not ended yet */
    counter_group_end(&g);
    CHECK(!counter_group_value(&g, COUNTER_INSTRUCTIONS, &value, &source, &reason));
    CHECK_EQ(reason, "no PMU");
    CHECK_EQ(source, "none");
    counter_group_stop(&g);
    counter_group_stop(&g); /* twice is once */
}

/* Plain perf events, where the kernel lets us. */

static bool perf_counts(enum counter c)
{
    judge(&counter_provider_perf, NULL);
    return verdict.choices[COUNTER_TREE][c].provider != NULL;
}

static void *nap(void *arg)
{
    for (int i = 0; i < *(int *)arg; i++)
        usleep(500);
    return NULL;
}

static void perf_follows_threads_and_processes(void)
{
    enum { THREADS = 3, NAPS = 100 };
    if (!perf_counts(COUNTER_CONTEXT_SWITCHES))
        SKIP("no perf events here");
    const struct counter_provider *providers[] = {&counter_provider_perf, NULL};
    struct counter_group g;
    pthread_t threads[THREADS];
    pid_t children[THREADS];
    int naps = NAPS;
    uint64_t value = 0;
    const char *source, *reason;
    counter_group_start(&g, &verdict, providers, &counter_provider_perf, COUNTER_TREE);
    fflush(stdout);
    for (int i = 0; i < THREADS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            nap(&naps);
            _exit(0);
        }
    }
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, nap, &naps);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        waitpid(children[i], NULL, 0);
    }
    nap(&naps); /* the caller's own: taken out */
    counter_group_end(&g);
    counter_group_stop(&g);
    CHECK(counter_group_value(&g, COUNTER_CONTEXT_SWITCHES, &value, &source, &reason));
    printf("  %llu switches, expected %d and few more\n", (unsigned long long)value,
           2 * THREADS * NAPS);
    /* 0.8: a nap may be over before it begins when the hypervisor takes the CPU away. */
    CHECK(value >= 2 * THREADS * NAPS * 8 / 10);
    CHECK_EQ(source, "perf");
}

static void perf_descriptors_are_close_on_exec(void)
{
    struct counter_session s = {0};
    counter_provider_perf.start(&s, ALL, COUNTER_THREAD);
    for (int c = 0; c < COUNTER_COUNT; c++)
        if (s.fds[c] >= 0)
            CHECK(fcntl(s.fds[c], F_GETFD) & FD_CLOEXEC);
        else
            CHECK(s.reason[c][0]);
    counter_provider_perf.stop(&s);
}

/* Buggy result: a forked child that ends its copy of the counters stops its parent's. */
static void a_child_that_stops_its_copy_leaves_the_parents_counters_running(void)
{
    if (!perf_counts(COUNTER_CONTEXT_SWITCHES))
        SKIP("no perf events here");
    struct counter_session s = {0};
    uint64_t values[COUNTER_COUNT];
    int naps = 50;
    counter_provider_perf.start(&s, 1u << COUNTER_CONTEXT_SWITCHES, COUNTER_THREAD);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        counter_provider_perf.read(&s, values);
        counter_provider_perf.stop(&s);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    nap(&naps);
    counter_provider_perf.read(&s, values);
    CHECK(values[COUNTER_CONTEXT_SWITCHES] >= 40);
    counter_provider_perf.stop(&s);
}

static const struct test tests[] = {
    {"a_provider_that_counts_is_chosen_for_everything",
     a_provider_that_counts_is_chosen_for_everything},
    {"a_silent_zero_is_not_believed", a_silent_zero_is_not_believed},
    {"the_choice_is_made_for_each_counter_and_scope",
     the_choice_is_made_for_each_counter_and_scope},
    {"a_provider_that_hangs_or_crashes_costs_only_itself",
     a_provider_that_hangs_or_crashes_costs_only_itself},
    {"no_provider_leaves_a_reason_everywhere", no_provider_leaves_a_reason_everywhere},
    {"a_group_reports_hardware_with_its_source", a_group_reports_hardware_with_its_source},
    {"a_group_of_one_thread_keeps_the_callers_part", a_group_of_one_thread_keeps_the_callers_part},
    {"a_group_says_why_a_count_is_missing", a_group_says_why_a_count_is_missing},
    {"perf_follows_threads_and_processes", perf_follows_threads_and_processes},
    {"perf_descriptors_are_close_on_exec", perf_descriptors_are_close_on_exec},
    {"a_child_that_stops_its_copy_leaves_the_parents_counters_running",
     a_child_that_stops_its_copy_leaves_the_parents_counters_running},
    {0},
};
TEST_MAIN(tests)
