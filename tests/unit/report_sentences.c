/* Sentences: computed from the numbers, hedged where intervals overlap, absent without cells. */
#include "bench/report/sentences.h"

#include "tests/test.h"

/* A result under construction: cells of `kind` with one metric of three equal samples. */
struct draft {
    struct buf text;
    size_t cells;
};

static void begin(struct draft *d)
{
    *d = (struct draft){0};
    buf_add(&d->text,
            "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":\"complete\"},"
            "\"host\":{\"hostname\":\"h\",\"cpus_allowed\":4},\"cells\":[");
}

/* Six samples around center: their interval at 95 % is the full range, center -/+ spread. */
static void add(struct draft *d, const char *kind, const char *lock, const char *executor,
                int tasks, const char *metric, double center, double spread)
{
    buf_printf(&d->text,
               "%s{\"id\":\"w/%s/%s/tasks=%d,n=%zu\",\"workload\":\"work\",\"workload_kind\":"
               "\"%s\",\"lock\":\"%s\",\"executor\":\"%s\",\"tasks\":%d,\"status\":\"ok\","
               "\"metrics\":{\"%s\":{\"unit\":\"%s\",\"samples\":[%.9g,%.9g,%.9g,%.9g,%.9g,%.9g]"
               "}}}",
               d->cells ? "," : "", lock, executor, tasks, d->cells, kind, lock, executor, tasks,
               metric, strstr(metric, "_ns") ? "ns" : "per_s", center - spread, center, center,
               center, center, center + spread);
    d->cells++;
}

static void check_sentences(struct draft *d, const char *const *expected)
{
    struct result r;
    struct sentences s;
    struct err err = {0};
    buf_add(&d->text, "]}");
    if (!CHECK_MSG(result_parse(&r, "draft", buf_text(&d->text), d->text.len, &err) == 0, "%s",
                   err.text))
        return;
    CHECK_EQ(sentences_of(&s, &r, &err), 0);
    size_t i = 0;
    for (; expected[i] && i < s.count; i++)
        CHECK_EQ((const char *)s.items[i], expected[i]);
    CHECK_MSG(i == s.count && !expected[i], "%zu sentences", s.count);
    sentences_release(&s);
    result_unload(&r);
    buf_release(&d->text);
}

static void nothing_is_said_of_nothing(void)
{
    struct draft d;
    begin(&d);
    check_sentences(&d, (const char *const[]){NULL});
}

static void starting_is_compared_with_a_thread(void)
{
    struct draft d;
    begin(&d);
    add(&d, "startup", "none", "coroutine", 1, "lifecycle_ns", 100, 4);
    add(&d, "startup", "none", "process", 1, "lifecycle_ns", 300000, 9000);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 20000, 600);
    check_sentences(&d, (const char *const[]){
                            "Starting and ending one unit costs 20.0 us as a thread, 300 us as a "
                            "process (15.0 times a thread) and 100 ns as a coroutine (1/200 of a "
                            "thread) (work, 1 task).",
                            NULL});
}

static void intervals_that_overlap_are_not_called_different(void)
{
    struct draft d;
    begin(&d);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 20000, 3000);
    add(&d, "startup", "none", "process", 1, "lifecycle_ns", 21000, 3000);
    check_sentences(&d, (const char *const[]){"Starting and ending one unit costs 20 us as a "
                                              "thread and 21 us as a process (no difference can "
                                              "be told) (work, 1 task).",
                                              NULL});
}

static void waiting_is_held_against_one_after_the_other(void)
{
    struct draft d;
    begin(&d);
    add(&d, "io", "none", "thread", 1, "makespan_ns", 10e6, 10e4);
    add(&d, "io", "none", "thread", 200, "makespan_ns", 20e6, 20e4);
    add(&d, "io", "none", "coroutine", 200, "makespan_ns", 10e6, 10e4);
    check_sentences(&d, (const char *const[]){
                            "200 tasks of work take 2.00 s one after the other (one alone, times "
                            "their number), but 20.0 ms as threads (100 at once) and 10.00 ms as "
                            "coroutines (200 at once).",
                            NULL});
    begin(&d);
    add(&d, "io", "none", "serial", 200, "makespan_ns", 3e9, 3e7);
    add(&d, "io", "none", "coroutine", 200, "makespan_ns", 3.01e9, 3e7);
    check_sentences(&d, (const char *const[]){"200 tasks of work take 3.00 s one after the other, "
                                              "but 3.01 s as coroutines (no gain can be told).",
                                              NULL});
}

static void computing_is_told_with_and_without_the_lock(void)
{
    struct draft d;
    begin(&d);
    static const char *const executors[] = {"thread", "process", "coroutine"};
    static const double rates[3][2] = {{400, 95}, {390, 380}, {100, 100}};
    for (int x = 0; x < 3; x++) {
        add(&d, "cpu", "none", executors[x], 1, "throughput_per_s", 100, 1);
        add(&d, "cpu", "gil", executors[x], 1, "throughput_per_s", 100, 1);
        add(&d, "cpu", "none", executors[x], 4, "throughput_per_s", rates[x][0], 1);
        add(&d, "cpu", "gil", executors[x], 4, "throughput_per_s", rates[x][1], 1);
    }
    check_sentences(&d, (const char *const[]){
                            "Computing work with 4 tasks in place of 1 on 4 CPUs, threads get 4.00 "
                            "times as much done without a lock and 0.950 times as much under gil; "
                            "processes 3.90 and 3.80 times as much; coroutines about as much (1.00 "
                            "times) and about as much (1.00 times).",
                            NULL});
}

static void a_missing_half_leaves_the_sentence_out(void)
{
    struct draft d;
    begin(&d);
    add(&d, "cpu", "none", "thread", 1, "throughput_per_s", 100, 1);
    add(&d, "cpu", "none", "thread", 4, "throughput_per_s", 400, 1);
    add(&d, "cpu", "gil", "thread", 4, "throughput_per_s", 400, 1);
    add(&d, "io", "none", "thread", 200, "makespan_ns", 20e6, 20e4);
    check_sentences(&d, (const char *const[]){NULL});
}

static const struct test tests[] = {
    {"nothing_is_said_of_nothing", nothing_is_said_of_nothing},
    {"starting_is_compared_with_a_thread", starting_is_compared_with_a_thread},
    {"intervals_that_overlap_are_not_called_different",
     intervals_that_overlap_are_not_called_different},
    {"waiting_is_held_against_one_after_the_other", waiting_is_held_against_one_after_the_other},
    {"computing_is_told_with_and_without_the_lock", computing_is_told_with_and_without_the_lock},
    {"a_missing_half_leaves_the_sentence_out", a_missing_half_leaves_the_sentence_out},
    {0},
};

TEST_MAIN(tests)
