/* The fidelity table of an interleaved run: verdicts round by round. */
#include "bench/base/rng.h"
#include "bench/judge/fidelity/fidelity.h"
#include "bench/page/formats.h"
#include "bench/result/read.h"
#include "tests/test.h"

#include <math.h>

enum { ROUNDS = 18 };

static struct buf text;

static void begin(const char *runtime, const char *session)
{
    buf_reset(&text);
    buf_printf(&text,
               "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"%s\",\"started_at\":"
               "\"2026-01-31T12:00:00Z\",\"status\":\"partial\",\"command\":[\"x\"],\"seed\":1,"
               "\"session\":\"%s\",\"tool\":{\"name\":\"x\",\"version\":\"1\",\"runtime\":\"%s\"}},"
               "\"host\":{\"hostname\":\"h\",\"cpus_allowed\":2,\"kernel\":\"k\"},\"cells\":[",
               runtime, session, runtime);
}

/* One metric of a cell, a launch in each round from `first` on; `spread` is its distributions. */
static void add(const char *cell, const char *params, const char *metric, const double *samples,
                int count, int first, const char *spread)
{
    char workload[16], lock[16], executor[16];
    int tasks;
    if (!CHECK_EQ(sscanf(cell, "%15[a-z]/%15[a-z_]/%15[a-z]/%d", workload, lock, executor, &tasks),
                  4))
        return;
    buf_printf(&text,
               "%s{\"id\":\"%s,x=%zu\",\"role\":\"measured\",\"workload\":\"%s\",\"workload_kind\":"
               "\"cpu\",\"lock\":\"%s\",\"executor\":\"%s\",\"tasks\":%d,\"workers\":0,"
               "\"placement\":\"free\",\"params\":{%s},\"lock_params\":{\"interval\":5000000},"
               "\"status\":\"ok\",\"warnings\":[],\"launches\":[",
               text.data[text.len - 1] == '[' ? "" : ",", cell, text.len, workload, lock, executor,
               tasks, params);
    for (int i = 0; i < count; i++)
        buf_printf(&text, "%s{\"round\":%d,\"duration_ns\":1}", i ? "," : "", first + i);
    buf_printf(&text,
               "],\"launch_distributions\":{%s},\"metrics\":{\"%s\":{\"unit\":\"ns\",\"better\":"
               "\"lower\",\"nature\":\"noisy\",\"group\":\"latency\",\"definition\":\"d\","
               "\"source\":\"clock\",\"samples\":[",
               spread, metric);
    for (int i = 0; i < count; i++)
        buf_printf(&text, "%s%.9g", i ? "," : "", samples[i]);
    buf_add(&text, "]}}}");
}

static void end(struct result *out)
{
    struct err err = {0};
    buf_add(&text, "]}");
    const struct result_source source = {.path = "x.json",
                                         .text = buf_text(&text),
                                         .length = text.len,
                                         .keep = RESULT_SUMMARIES | RESULT_ALL};
    if (!CHECK_EQ(result_read(out, &source, &err), 0))
        printf("  %s\n", err.text);
}

static const struct fidelity_row *row(const struct fidelity *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->rows[i].rule->name, name))
            return &f->rows[i];
    CHECK_MSG(false, "there is no row %s", name);
    return &f->rows[0];
}

static struct result emulated, real;

static void judge(struct fidelity *f)
{
    struct err err = {0};
    CHECK_EQ(fidelity_of(f, &emulated, &real, 1, &err), 0);
    result_unload(&emulated);
    result_unload(&real);
}

/* Throughput of 1 and 2 threads on a machine that is `factor[i]` as fast in round i. */
static void add_scaling(const double *factor, double speed, double ratio, int first)
{
    double one[ROUNDS], two[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        one[i] = speed * factor[first + i];
        two[i] = one[i] * ratio * (1 + 0.003 * (i % 3 - 1));
    }
    add("spin/gil/thread/1", "", "throughput_per_s", one, ROUNDS, first, "");
    add("spin/gil/thread/2", "", "throughput_per_s", two, ROUNDS, first, "");
}

static enum fidelity_verdict verdict_of_scaling(double a, double b, int first, const char *session,
                                                struct fidelity *f)
{
    double factor[2 * ROUNDS];
    for (int i = 0; i < 2 * ROUNDS; i++)
        factor[i] = 1 + 0.4 * sin(i); /* which no median of a side survives */
    begin("contend 1", "s");
    add_scaling(factor, 1e6, a, 0);
    end(&emulated);
    begin("cpython 3", session);
    add_scaling(factor, 100, b, first);
    end(&real);
    judge(f);
    return row(f, "cpu_threads_2")->verdict;
}

static void rounds_of_one_session_are_pairs(void)
{
    struct fidelity f;
    CHECK_EQ(verdict_of_scaling(1.00, 0.98, 0, "s", &f), FIDELITY_AGREES);
    CHECK(f.is_paired);
    CHECK_EQ(row(&f, "cpu_threads_2")->rounds, ROUNDS);
    CHECK_NEAR(row(&f, "cpu_threads_2")->difference, 1 / 0.98 - 1, 1e-6);
    CHECK_EQ(verdict_of_scaling(1.15, 1, 0, "s", &f), FIDELITY_DIFFERS);
    CHECK_EQ(verdict_of_scaling(1.00, 0.98, 0, "another", &f), FIDELITY_AGREES);
    CHECK(!f.is_paired);
}

static void rounds_are_matched_by_their_number(void)
{
    struct fidelity f;
    CHECK_EQ(verdict_of_scaling(1, 1, 14, "s", &f), FIDELITY_UNDECIDED);
    CHECK_EQ(row(&f, "cpu_threads_2")->rounds, ROUNDS - 14);
    CHECK_CONTAINS(row(&f, "cpu_threads_2")->reason, "4 rounds: 6 is the least");
    CHECK_EQ(verdict_of_scaling(1, 1, ROUNDS, "s", &f), FIDELITY_MISSING);
    CHECK_CONTAINS(row(&f, "cpu_threads_2")->reason, "no round has both runtimes");
}

static void undecided_says_what_is_missing(void)
{
    struct fidelity f;
    double noisy[ROUNDS], even[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        noisy[i] = 195 * (1 + 0.2 * sin(2 * i));
        even[i] = 195;
    }
    begin("contend 1", "s");
    add("prime/none/serial/2", "", "makespan_ns", even, ROUNDS, 0, "");
    add("prime/gil/thread/2", "", "makespan_ns", noisy, ROUNDS, 0, "");
    end(&emulated);
    begin("cpython 3", "s");
    add("prime/none/serial/2", "", "makespan_ns", even, ROUNDS, 0, "");
    add("prime/gil/thread/2", "", "makespan_ns", even, ROUNDS, 0, "");
    end(&real);
    judge(&f);
    CHECK_EQ(row(&f, "prime_threads_2")->verdict, FIDELITY_UNDECIDED);
    CHECK_CONTAINS(row(&f, "prime_threads_2")->reason, "18 rounds differ by ");
    CHECK_CONTAINS(row(&f, "prime_threads_2")->reason, "more at this noise");
}

/* Shares of a launch of 40 events at 0.2 and at 4 intervals, wandering from launch to launch. */
static void add_two_modes(struct rng *rng, double share, double high_ns)
{
    struct buf spread = {0};
    double medians[ROUNDS];
    buf_add(&spread, "\"io_latency_ns\":[");
    for (int i = 0; i < ROUNDS; i++) {
        int late = (int)(40 * share) + (int)rng_below(rng, 5) - 2;
        medians[i] = late > 20 ? high_ns : 1e6;
        buf_printf(&spread, "%s[[1000000,%d],[%.0f,%d]]", i ? "," : "", 40 - late, high_ns, late);
    }
    buf_add(&spread, "]");
    add("mixed/gil/thread/3", "", "io_latency_ns", medians, ROUNDS, 0, buf_text(&spread));
    buf_release(&spread);
}

static enum fidelity_verdict verdict_of_modes(double a, double b, double b_ns, struct fidelity *f)
{
    struct rng rng = {.state = 5};
    begin("contend 1", "s");
    add_two_modes(&rng, a, 20e6);
    end(&emulated);
    begin("cpython 3", "s");
    add_two_modes(&rng, b, b_ns);
    end(&real);
    judge(f);
    return row(f, "late_2")->verdict;
}

/* With modes of nearly the same weight a median is on either side by chance; shapes are not. */
static void whole_distributions_are_compared(void)
{
    struct fidelity f;
    CHECK_EQ(verdict_of_modes(0.5, 0.5, 20e6, &f), FIDELITY_AGREES);
    CHECK_EQ(verdict_of_modes(0.5, 0.9, 20e6, &f), FIDELITY_DIFFERS);
    CHECK_NEAR(row(&f, "late_2")->difference, -0.4, 0.06);
    /* Both modes as heavy, one of them elsewhere. */
    CHECK_EQ(verdict_of_modes(0.5, 0.5, 60e6, &f), FIDELITY_DIFFERS);
}

static void a_collapse_is_judged_round_by_round(void)
{
    static const double kept[][3] = {{0.01, 0.02, FIDELITY_AGREES},
                                     {0.50, 0.51, FIDELITY_AGREES},
                                     {0.02, 0.20, FIDELITY_DIFFERS}};
    for (size_t i = 0; i < 3; i++) {
        struct fidelity f;
        for (int side = 0; side < 2; side++) {
            double base[ROUNDS], beside[ROUNDS];
            for (int k = 0; k < ROUNDS; k++) {
                base[k] = 30000 * (1 + 0.3 * sin(k));
                beside[k] = base[k] * kept[i][side] * (1 + 0.02 * sin(3 * k));
            }
            begin(side ? "cpython 3" : "contend 1", "s");
            add("mixed/gil/thread/1", "\"mode\":\"echo\"", "io_throughput_per_s", base, ROUNDS, 0,
                "");
            add("mixed/gil/thread/2", "\"mode\":\"echo\"", "io_throughput_per_s", beside, ROUNDS, 0,
                "");
            end(side ? &real : &emulated);
        }
        judge(&f);
        CHECK_MSG((int)row(&f, "echo_1")->verdict == (int)kept[i][2], "case %zu: %s", i,
                  fidelity_verdict_name(row(&f, "echo_1")->verdict));
        CHECK_NEAR(row(&f, "echo_1")->real.center, 1 - kept[i][1], 0.02);
    }
}

static enum fidelity_verdict verdict_of_orders(const double *a, const double *b, struct fidelity *f)
{
    static const char *const forms[] = {"prime/none/serial/2", "prime/gil/thread/2",
                                        "prime/gil/thread/4", "prime/gil/process/2"};
    for (int side = 0; side < 2; side++) {
        begin(side ? "cpython 3" : "contend 1", "s");
        for (int i = 0; i < 4; i++) {
            double times[ROUNDS];
            for (int k = 0; k < ROUNDS; k++)
                times[k] = (side ? b : a)[i] * (1 + 0.3 * sin(k)) * (1 + 0.01 * sin(7 * k + i));
            add(forms[i], "", "makespan_ns", times, ROUNDS, 0, "");
        }
        end(side ? &real : &emulated);
    }
    judge(f);
    return row(f, "prime_order")->verdict;
}

static void the_order_of_four_is_that_within_rounds(void)
{
    static const double usual[] = {1519, 1549, 3117, 761}, same[] = {1549, 1540, 3209, 777},
                        turned[] = {700, 1549, 3117, 1500};
    struct fidelity f;
    CHECK_EQ(verdict_of_orders(usual, same, &f), FIDELITY_AGREES);
    CHECK_EQ(row(&f, "prime_order")->emulated_text, "P<S=2<4");
    CHECK_EQ(verdict_of_orders(usual, turned, &f), FIDELITY_DIFFERS);
}

static void several_real_ones_have_a_column_each(void)
{
    static struct fidelity tables[2];
    struct result sides[3];
    struct err err = {0};
    for (int i = 0; i < 3; i++) {
        double samples[ROUNDS];
        for (int k = 0; k < ROUNDS; k++)
            samples[k] = i == 2 ? 150 : 100;
        begin(i == 0 ? "contend 1" : i == 1 ? "cpython 3.9" : "cpython 3.13", "s");
        add("sleep/gil/thread/200", "\"duration\":10", "makespan_ns", samples, ROUNDS, 0, "");
        end(&sides[i]);
    }
    for (size_t i = 0; i < 2; i++)
        CHECK_EQ(fidelity_of(&tables[i], &sides[0], &sides[i + 1], 2, &err), 0);
    CHECK_EQ(row(&tables[0], "sleepers_200")->verdict, FIDELITY_AGREES);
    CHECK_EQ(row(&tables[1], "sleepers_200")->verdict, FIDELITY_DIFFERS);
    static const struct {
        const char *format, *words;
    } shown[] = {
        {"text", "15.0 differs"},
        {"markdown", "15.0 -33.3 % differs"},
        {"json", "\"references\""},
        {"csv", "cpython 3.13,sleepers_200,"},
        {"junit", "failure message=\"differs: 10.0 emulated, 15.0 real, -33.3 %\""},
        {0},
    };
    struct page page;
    fidelity_page(&page, tables, &sides[0], &sides[1], 2);
    for (size_t i = 0; shown[i].format; i++) {
        struct buf out = {0};
        CHECK_EQ(page_write(&page, shown[i].format, &(struct page_style){0}, &out, &err), 0);
        CHECK_CONTAINS(buf_text(&out), "cpython 3.9");
        CHECK_CONTAINS(buf_text(&out), "cpython 3.13");
        CHECK_CONTAINS(buf_text(&out), shown[i].words);
        buf_release(&out);
    }
    page_release(&page);
    for (int i = 0; i < 3; i++)
        result_unload(&sides[i]);
    buf_release(&text);
}

/*
 * Turns of one and of two intervals, and `cut` short ones at the end of each launch, which a count
 * of hand-overs has in it.
 */
static void add_turns(double handoffs_per_s, int cut)
{
    static const char metric[] =
        "},\"lock_slice_ns\":{\"unit\":\"ns\",\"better\":\"neutral\",\"nature\":\"noisy\","
        "\"group\":"
        "\"contention\",\"definition\":\"d\",\"source\":\"clock\",\"samples\":[1]}}}";
    double counts[ROUNDS];
    struct buf spread = {0};
    buf_add(&spread, "\"lock_slice_ns\":[");
    for (int i = 0; i < ROUNDS; i++) {
        counts[i] = handoffs_per_s;
        buf_printf(&spread, "%s[[1000000,%d],[4980736,30],[9961472,10]]", i ? "," : "", cut);
    }
    buf_add(&spread, "]");
    add("spin/gil/thread/2", "", "handoffs_per_s", counts, ROUNDS, 0, buf_text(&spread));
    text.len -= 3;
    buf_add(&text, metric);
    buf_release(&spread);
}

/* 40 turns in 251 ms. */
static void turns_that_were_cut_are_no_switches(void)
{
    struct fidelity f;
    begin("contend 1", "s");
    add_turns(250, 20);
    end(&emulated);
    begin("cpython 3", "s");
    add_turns(160, 1);
    end(&real);
    judge(&f);
    CHECK_EQ(row(&f, "switches_2_5ms")->verdict, FIDELITY_AGREES);
    CHECK_NEAR(row(&f, "switches_2_5ms")->difference, 0, 1e-9);
    CHECK_NEAR(row(&f, "switches_2_5ms")->emulated.center, 159.5, 1);
}

static const struct test tests[] = {
    {"rounds_of_one_session_are_pairs", rounds_of_one_session_are_pairs},
    {"rounds_are_matched_by_their_number", rounds_are_matched_by_their_number},
    {"undecided_says_what_is_missing", undecided_says_what_is_missing},
    {"whole_distributions_are_compared", whole_distributions_are_compared},
    {"a_collapse_is_judged_round_by_round", a_collapse_is_judged_round_by_round},
    {"the_order_of_four_is_that_within_rounds", the_order_of_four_is_that_within_rounds},
    {"turns_that_were_cut_are_no_switches", turns_that_were_cut_are_no_switches},
    {"several_real_ones_have_a_column_each", several_real_ones_have_a_column_each},
    {0},
};

TEST_MAIN(tests)
