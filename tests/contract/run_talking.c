/*
 * Tasks that hand something over, start, stop and stop for each other: what their workloads count
 * is what they must count, in every way and under every executor that can; and nothing is left of
 * it, no descriptor and no process.
 *
 * ctest: timeout 480
 */
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/plan/cell_fit.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>

enum { METRICS = 8 };

/* What collect() posts, kept by row. */
struct found {
    struct sink sink; /* first: hooks get its address */
    double values[METRICS];
    size_t value_counts[METRICS];
    size_t quantity_counts[METRICS];
    uint64_t least[METRICS];
};

static void take_value(struct sink *sink, int metric, double value)
{
    struct found *f = (struct found *)sink;
    f->values[metric] = value;
    f->value_counts[metric]++;
}

static void take_quantity(struct sink *sink, int metric, uint64_t value)
{
    struct found *f = (struct found *)sink;
    if (!f->quantity_counts[metric]++ || value < f->least[metric])
        f->least[metric] = value;
}

static void take_text(struct sink *sink, int metric, const char *text)
{
    (void)sink;
    (void)metric;
    CHECK(text && *text);
}

static int metric_row(const struct workload *w, const char *name)
{
    for (int i = 0; w->metrics[i].name; i++)
        if (!strcmp(w->metrics[i].name, name))
            return i;
    CHECK_MSG(false, "%s has no metric %s", w->name, name);
    return 0;
}

struct setting {
    const char *param;
    int64_t value;
};

static int64_t choice(const struct workload *w, const char *param, const char *word)
{
    const struct param *p = &w->params[param_find(w->params, param)];
    for (int64_t i = 0; p->choices[i]; i++)
        if (!strcmp(p->choices[i], word))
            return i;
    CHECK_MSG(false, "%s.%s has no choice %s", w->name, param, word);
    return 0;
}

/* Runs two launches of three batches; false when this executor cannot. */
static bool run_cell(const char *workload, const char *lock, const struct executor *x,
                     uint32_t tasks, uint64_t ops, const struct setting *settings,
                     struct found *found)
{
    struct err err = {0};
    struct cell c;
    struct launch *l;
    cell_init(&c, registry_find_workload(workload, NULL), registry_find_lock(lock, NULL), x);
    for (; settings->param; settings++)
        c.workload_params[param_find(c.workload->params, settings->param)] = settings->value;
    c.tasks = tasks;
    c.batch_ops = ops;
    c.batch_count = 3;
    cell_make_id(&c);
    char *reason = cell_skip_reason(&c);
    bool fits = !reason;
    free(reason);
    if (fits && launch_open(&c, c.tasks, NULL, 0, &l, &err)) {
        CHECK_MSG(err.code == ERR_UNAVAILABLE, "%s: %s", c.id, err.text);
        fits = false;
    }
    for (int again = 0; fits && again < 2; again++) {
        CHECK_MSG(!launch_run(l, &err), "%s: %s", c.id, err.text);
        *found = (struct found){
            .sink = {.value = take_value, .quantity = take_quantity, .absent = take_text}};
        found->sink.source = take_text;
        c.workload->collect(l, &found->sink);
    }
    if (fits)
        launch_close(l);
    cell_release(&c);
    return fits;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void check_no_children(const char *what)
{
    CHECK_MSG(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s: a child was left", what);
}

static bool is_ours(const struct executor *x)
{
    return !(x->traits & EXECUTOR_PEER);
}

/* ---- payload ------------------------------------------------------------------------ */

/* {"sequence":N,"values":[N,N,...]} with numbers of 18 digits, and its length in 8 bytes. */
static size_t text_length(int64_t size)
{
    size_t values = (size_t)size / 8 - 1;
    return strlen("{\"sequence\":,\"values\":[]}") + 18 + 18 * values + (values - 1) + 8;
}

static void check_way(const char *way, int64_t size, size_t copies, size_t bytes)
{
    const struct workload *w = registry_find_workload("payload", NULL);
    const struct setting settings[] = {{"way", choice(w, "way", way)}, {"size", size}, {0}};
    const struct executor *x;
    size_t done = 0;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        for (uint32_t tasks = 2; tasks <= 3; tasks++)
            for (int k = 0; k < 2; k++) {
                struct found found;
                if (!run_cell("payload", k ? "gil" : "none", x, tasks, 2, settings, &found))
                    continue;
                CHECK_EQ((size_t)found.values[metric_row(w, "handover_copies")], copies);
                CHECK_EQ((size_t)found.values[metric_row(w, "handover_moved_bytes")], bytes);
                CHECK_EQ(found.value_counts[metric_row(w, "handover_ns")], 1);
                done++;
            }
    CHECK_MSG(done >= 8, "payload by %s was done by %zu cells alone", way, done);
}

static void every_way_hands_over_whole_objects(void)
{
    /* One that fits into a pipe, and one that does not. */
    static const int64_t sizes[] = {64, 131072};
    /* Libraries of others are loaded by the first, and keep what they open. */
    check_way("pointer", 64, 0, sizeof(void *));
    size_t descriptors = open_descriptors();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t size = (size_t)sizes[i];
        check_way("pointer", sizes[i], 0, sizeof(void *));
        check_way("shared", sizes[i], 2, size);
        check_way("file", sizes[i], 2, size);
        check_way("pipe", sizes[i], 2, size);
        check_way("socket", sizes[i], 2, size);
    }
    check_way("json", 4096, 4, text_length(4096));
    check_way("json_pipe", 64, 6, text_length(64));
    check_way("json_pipe", 32768, 6, text_length(32768));
    CHECK_EQ(open_descriptors(), descriptors);
    check_no_children("payload");
}

static void a_pointer_means_nothing_to_another_process(void)
{
    const struct workload *w = registry_find_workload("payload", NULL);
    struct cell c;
    cell_init(&c, w, registry_find_lock("none", NULL), registry_find_executor("process", NULL));
    c.workload_params[param_find(w->params, "way")] = choice(w, "way", "pointer");
    char *reason = cell_skip_reason(&c);
    CHECK_CONTAINS(reason, "processes share nothing");
    free(reason);
    cell_release(&c);
}

/* ---- future, cancel ----------------------------------------------------------------- */

static void a_result_takes_each_model_its_own_number_of_steps(void)
{
    static const struct {
        const char *executor;
        size_t steps;
    } rows[] = {{"coroutine", 2}, {"thread", 5}, {"process", 6}};
    const struct workload *w = registry_find_workload("future", NULL);
    size_t descriptors = open_descriptors();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int64_t outcome = 0; outcome < 2; outcome++) {
            const struct setting settings[] = {{"outcome", outcome}, {0}};
            const struct executor *x = registry_find_executor(rows[i].executor, NULL);
            struct found found;
            /* More than a hundred: errors begin again. */
            uint64_t ops = i == 0 ? 250 : 5;
            CHECK(run_cell("future", "none", x, 2, ops, settings, &found));
            CHECK_EQ((size_t)found.values[metric_row(w, "future_steps_count")], rows[i].steps);
            CHECK(found.values[metric_row(w, "future_ns")] > 0);
        }
    CHECK_EQ(open_descriptors(), descriptors);
    check_no_children("future");
}

static void every_request_to_end_is_timed(void)
{
    static const char *const executors[] = {"coroutine", "thread", "process"};
    const struct workload *w = registry_find_workload("cancel", NULL);
    const struct setting settings[] = {
        {"child", choice(w, "child", "computing")}, {"turns", 1000}, {"delay", 20000}, {0}};
    for (size_t i = 0; i < sizeof executors / sizeof executors[0]; i++) {
        struct found found;
        CHECK(run_cell("cancel", "none", registry_find_executor(executors[i], NULL), 2, 4, settings,
                       &found));
        int latency = metric_row(w, "cancel_latency_ns");
        CHECK_EQ(found.quantity_counts[latency], 2 * 3 * 4);
        CHECK(found.least[latency] > 0);
        CHECK_EQ(found.quantity_counts[metric_row(w, "cancel_lateness_ns")], 2 * 3 * 4);
        CHECK(found.values[metric_row(w, "op_ns")] >= 20000);
    }
    check_no_children("cancel");
}

/* ---- freeze ------------------------------------------------------------------------- */

static void who_shares_a_loop_or_a_lock_stands_still_while_one_computes(void)
{
    const struct workload *w = registry_find_workload("freeze", NULL);
    const int64_t duration_ns = 3000000;
    const struct setting settings[] = {{"duration", duration_ns}, {0}};
    int wait = metric_row(w, "freeze_wait_ns"), progress = metric_row(w, "freeze_progress_ratio");
    const struct executor *x;
    size_t frozen = 0;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        for (int k = 0; k < 2; k++) {
            /* Of several loops one stands still. */
            bool shares = !(x->traits & (EXECUTOR_PREEMPTIVE | EXECUTOR_GROUPED)) ||
                          (k == 1 && (x->traits & EXECUTOR_SHARED_HEAP));
            struct found found;
            if (!shares || !is_ours(x) ||
                !run_cell("freeze", k ? "gil" : "none", x, 3, 2, settings, &found))
                continue;
            /* Who does not get the lock between two freezes waits for both, once. */
            CHECK_MSG(found.quantity_counts[wait] >= 2 && found.quantity_counts[wait] <= 2 * 3 * 2,
                      "%s: %zu waits", x->name, found.quantity_counts[wait]);
            CHECK_MSG(found.least[wait] >= (uint64_t)duration_ns, "%s: a gap of %llu ns", x->name,
                      (unsigned long long)found.least[wait]);
            CHECK_MSG(found.value_counts[progress] == 0 || found.values[progress] == 0,
                      "%s: progress %f", x->name, found.values[progress]);
            frozen++;
        }
    CHECK_MSG(frozen >= 3, "%zu", frozen);
}

static void who_shares_neither_goes_on(void)
{
    const struct workload *w = registry_find_workload("freeze", NULL);
    const struct setting settings[] = {{"duration", 30000000}, {0}};
    int progress = metric_row(w, "freeze_progress_ratio");
    static const char *const rows[][2] = {
        {"thread", "none"}, {"process", "none"}, {"process", "gil"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct found found;
        CHECK(run_cell("freeze", rows[i][1], registry_find_executor(rows[i][0], NULL), 2, 1,
                       settings, &found));
        CHECK_MSG(found.values[progress] > 0, "%s: no progress", rows[i][0]);
    }
}

/* ---- file --------------------------------------------------------------------------- */

static void blocks_come_back_as_they_were_written(void)
{
    const struct workload *w = registry_find_workload("file", NULL);
    size_t descriptors = open_descriptors();
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        for (int64_t sync = 0; sync < 3; sync++) {
            const struct setting settings[] = {{"size", 10007}, {"sync", sync}, {0}};
            struct found found;
            if (!is_ours(x) || (x->traits & EXECUTOR_POOLED) ||
                !run_cell("file", "gil", x, 2, 1, settings, &found))
                continue;
            CHECK_EQ((size_t)found.values[metric_row(w, "file_bytes")], 2 * 10007);
            CHECK_EQ(found.quantity_counts[metric_row(w, "file_read_ns")], 2 * 3);
            CHECK_EQ(found.quantity_counts[metric_row(w, "file_sync_ns")], sync == 2 ? 0 : 2 * 3);
        }
    CHECK_EQ(open_descriptors(), descriptors);
}

static void a_directory_that_is_not_there_is_named(void)
{
    struct err err = {0};
    struct cell c;
    struct launch *l;
    char *before = getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;
    setenv("TMPDIR", "/nonexistent/place", 1);
    cell_init(&c, registry_find_workload("file", NULL), registry_find_lock("none", NULL),
              registry_find_executor("serial", NULL));
    c.tasks = c.batch_count = 1;
    c.batch_ops = 1;
    CHECK_EQ(launch_open(&c, c.tasks, NULL, 0, &l, &err), -1);
    CHECK_EQ(err.code, ERR_UNAVAILABLE);
    CHECK_CONTAINS(err.text, "/nonexistent/place");
    cell_release(&c);
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
}

static const struct test tests[] = {
    {"every_way_hands_over_whole_objects", every_way_hands_over_whole_objects},
    {"a_pointer_means_nothing_to_another_process", a_pointer_means_nothing_to_another_process},
    {"a_result_takes_each_model_its_own_number_of_steps",
     a_result_takes_each_model_its_own_number_of_steps},
    {"every_request_to_end_is_timed", every_request_to_end_is_timed},
    {"who_shares_a_loop_or_a_lock_stands_still_while_one_computes",
     who_shares_a_loop_or_a_lock_stands_still_while_one_computes},
    {"who_shares_neither_goes_on", who_shares_neither_goes_on},
    {"blocks_come_back_as_they_were_written", blocks_come_back_as_they_were_written},
    {"a_directory_that_is_not_there_is_named", a_directory_that_is_not_there_is_named},
    {0},
};
TEST_MAIN(tests)
