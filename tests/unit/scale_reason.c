/* What stops a program, from times that are made up: each cause, and what must not be one. */
#include "bench/judge/scale/scale.h"

#include "tests/test.h"

#include <string.h>

#define MS 1000000ull

static char program[] = "app", number[] = "{n}";
static char *const words_of_it[] = {program, number, NULL};

/* Fixed work of 400 ms, on 2 CPUs: what one with n threads takes, if nothing stops it. */
static struct scale_run usual(unsigned n)
{
    unsigned cpus = n < 2 ? 1 : 2;
    return (struct scale_run){.n = n,
                              .wall_ns = 400 * MS / cpus,
                              .user_ns = 400 * MS,
                              .life_ns = 400 * MS / cpus * n,
                              .delay_ns = 400 * MS / cpus * n - 400 * MS,
                              .least_cpus = 2,
                              .threads = n + 1};
}

static void add(struct scale *s, struct scale_run r, enum scale_change change)
{
    r.change = change;
    for (unsigned i = 0; i < 3; i++) {
        struct scale_run one = r;
        one.wall_ns += i * MS;
        CHECK(vec_add(&s->runs, one));
    }
}

static struct scale empty(void)
{
    return (struct scale){
        .argv = words_of_it, .cpus = 2, .at = 2, .control_ratio = 1, .is_watched = true, .seed = 1};
}

/* Judges, checks what is named, and that the sentence has these words. */
static void expect(struct scale *s, enum scale_cause cause, const char *words)
{
    struct scale_verdict v;
    struct err err = {0};
    CHECK_EQ(scale_judge(s, &v, &err), 0);
    CHECK_EQ(scale_cause_name(v.cause), scale_cause_name(cause));
    CHECK_CONTAINS(v.sentence, words);
    scale_verdict_release(&v);
    scale_release(s);
}

static void as_many_cpus_as_there_are(void)
{
    struct scale s = empty();
    for (unsigned n = 1; n <= 8; n *= 2)
        add(&s, usual(n), SCALE_PLAIN);
    expect(&s, SCALE_BY_CPUS, "all 2 are in use");
}

static void sleepers_are_stopped_by_nothing(void)
{
    struct scale s = empty();
    for (unsigned n = 1; n <= 8; n *= 2) {
        struct scale_run r = {
            .n = n, .wall_ns = 400 * MS / n, .user_ns = MS, .life_ns = 400 * MS, .threads = n};
        r.waits_ns[SCALE_SLEEP] = 399 * MS;
        add(&s, r, SCALE_PLAIN);
    }
    expect(&s, SCALE_NOTHING, "up to 8 threads");
}

/* Two threads that wait in a futex for half of their time. */
static void add_waiting(struct scale *s, enum scale_wait wait)
{
    struct scale_run r = usual(2);
    r.wall_ns = 400 * MS;
    r.life_ns = 800 * MS;
    r.waits_ns[wait] = 400 * MS;
    add(s, usual(1), SCALE_PLAIN);
    add(s, r, SCALE_PLAIN);
}

static void a_lock_needs_one_that_was_seen(void)
{
    struct scale s = empty();
    add_waiting(&s, SCALE_FUTEX);
    CHECK(vec_add(&s.locks, (struct scale_lock){"a_mutex", 0.45, 0.9, true, false}));
    expect(&s, SCALE_BY_LOCK, "a_mutex");
    s = empty();
    add_waiting(&s, SCALE_FUTEX);
    CHECK(vec_add(&s.locks, (struct scale_lock){"a_condition", 0.45, 0.9, false, true}));
    expect(&s, SCALE_UNKNOWN, "wait for each other");
}

/* As often as that they wake each other. */
static void add_waking(struct scale *s, enum scale_wait wait)
{
    struct scale_run r = usual(2);
    r.wall_ns = 400 * MS;
    r.life_ns = 800 * MS;
    r.waits_ns[wait] = 400 * MS;
    r.switches = 40000;
    add(s, usual(1), SCALE_PLAIN);
    add(s, r, SCALE_PLAIN);
}

static void wake_ups_are_the_scheduler_s(void)
{
    struct scale s = empty();
    add_waking(&s, SCALE_FUTEX);
    for (unsigned i = 0; i < 2; i++)
        CHECK(vec_add(&s.locks, (struct scale_lock){"turn_came", 0.06, 0.9, false, true}));
    expect(&s, SCALE_BY_SCHEDULER, "wait to be woken 50000 times");
    s = empty();
    add_waking(&s, SCALE_TALK); /* by a pipe */
    expect(&s, SCALE_BY_SCHEDULER, "wait to be woken 50000 times");
}

/* Where they happen to run, turns are quicker: with another allocator, too, and not by it. */
static void turns_that_were_quicker_are_no_allocator_s(void)
{
    struct scale s = empty();
    add_waking(&s, SCALE_FUTEX);
    CHECK(vec_add(&s.locks, (struct scale_lock){"turn_came", 0.4, 0.9, false, true}));
    struct scale_run other = usual(2);
    other.switches = 40000;
    add(&s, other, SCALE_ALLOCATOR);
    expect(&s, SCALE_BY_SCHEDULER, "wait to be woken 50000 times");
}

/* A lock of Rust's or of C11 wakes as often, and is none that is seen; Java's is a condition. */
static void wake_ups_for_what_is_not_seen_may_be_a_lock_s(void)
{
    struct scale s = empty();
    add_waking(&s, SCALE_FUTEX);
    expect(&s, SCALE_UNKNOWN, "a lock of the language's own");
    s = empty();
    add_waking(&s, SCALE_FUTEX);
    CHECK(vec_add(&s.locks, (struct scale_lock){"a monitor", 0.45, 0.9, false, false}));
    expect(&s, SCALE_UNKNOWN, "a lock of the language's own");
}

static void waiting_for_files_is_io(void)
{
    struct scale s = empty();
    add_waiting(&s, SCALE_FILE);
    expect(&s, SCALE_BY_IO, "files");
}

/* CPU time doubles with two threads; what the changed runs say decides. */
static void add_slower(struct scale *s, uint64_t pinned_ms, uint64_t copies_ms)
{
    struct scale_run r = usual(2), changed = usual(2);
    r.user_ns = 1200 * MS;
    r.wall_ns = 600 * MS;
    r.life_ns = 1200 * MS;
    r.delay_ns = 0;
    add(s, usual(1), SCALE_PLAIN);
    add(s, r, SCALE_PLAIN);
    changed.user_ns = pinned_ms * MS;
    add(s, changed, SCALE_PINNED);
    changed.user_ns = 2 * copies_ms * MS;
    add(s, changed, SCALE_COPIES);
}

static void sharing_is_gone_on_one_cpu_and_memory_is_not_in_copies(void)
{
    struct scale s = empty();
    add_slower(&s, 410, 405);
    s.places = (struct scale_places){.samples = 400, .atomic_ratio = 0.01};
    expect(&s, SCALE_BY_SHARING, "plain writes of 2 threads");
    s = empty();
    add_slower(&s, 410, 405);
    s.places = (struct scale_places){.samples = 400, .atomic_ratio = 0.9};
    expect(&s, SCALE_UNKNOWN, "atomic instructions");
    s = empty();
    add_slower(&s, 410, 405);
    expect(&s, SCALE_UNKNOWN, "perf_event_open");
    s = empty();
    add_slower(&s, 420, 1100);
    expect(&s, SCALE_BY_MEMORY, "more CPU time beside others");
    s = empty();
    add_slower(&s, 1150, 405);
    expect(&s, SCALE_UNKNOWN, "does more with more threads");
}

/* Buggy: a lock in a run of 30 ms, whose waits were not watched, and whose wake-ups not told from
 * it. */
static void who_waits_as_well_may_have_a_lock(void)
{
    struct scale s = empty();
    add_slower(&s, 410, 405);
    s.places = (struct scale_places){.samples = 400, .atomic_ratio = 0.01};
    for (size_t i = 0; i < s.runs.count; i++) {
        struct scale_run *r = &s.runs.items[i];
        bool is_plain = r->change == SCALE_PLAIN && r->n == 2;
        r->waits_ns[SCALE_FUTEX] = is_plain ? 80 * MS : 0;
        r->life_ns += is_plain ? 80 * MS : 0;
    }
    expect(&s, SCALE_UNKNOWN, "or a lock that was not seen");
}

static void the_machine_s_own_slowness_is_no_cause(void)
{
    struct scale s = empty();
    struct scale_run r = usual(2);
    r.user_ns = 520 * MS;
    r.wall_ns = 260 * MS;
    r.life_ns = 520 * MS;
    r.delay_ns = 0;
    s.control_ratio = 1.3;
    add(&s, usual(1), SCALE_PLAIN);
    add(&s, r, SCALE_PLAIN);
    add(&s, usual(8), SCALE_PLAIN);
    expect(&s, SCALE_BY_CPUS, "in use");
}

static void an_allocator_takes_its_growth_along(void)
{
    struct scale s = empty();
    struct scale_run r = usual(2), other = usual(2);
    r.system_ns = 800 * MS;
    r.wall_ns = 600 * MS;
    r.life_ns = 1200 * MS;
    r.delay_ns = 0;
    r.faults = 100000;
    other.faults = 300;
    add(&s, usual(1), SCALE_PLAIN);
    add(&s, r, SCALE_PLAIN);
    add(&s, other, SCALE_ALLOCATOR);
    expect(&s, SCALE_BY_ALLOCATOR, "with another one");
}

/* Buggy: some of a lock inside the C library was the allocator's. */
static void what_takes_no_pages_must_take_much(void)
{
    struct scale s = empty();
    struct scale_run r = usual(2);
    r.user_ns = 600 * MS;
    r.wall_ns = 300 * MS;
    r.life_ns = 600 * MS;
    r.delay_ns = 0;
    add(&s, usual(1), SCALE_PLAIN);
    add(&s, r, SCALE_PLAIN);
    add(&s, usual(2), SCALE_ALLOCATOR);
    s.places = (struct scale_places){.samples = 400, .atomic_ratio = 0.9};
    expect(&s, SCALE_UNKNOWN, "does more with more threads");
}

/* As quick as with one thread in one round: what the others took longer for is not shown. */
static void let_one_be_quick(struct scale *s, enum scale_change change, uint64_t ms)
{
    struct scale_run *last = NULL;
    for (size_t i = 0; i < s->runs.count; i++)
        if (s->runs.items[i].change == change && s->runs.items[i].n == 2)
            last = &s->runs.items[i];
    last->user_ns = ms * MS;
    last->system_ns = 0;
}

/* Buggy: a lock inside the C library was the memory bus on a busy machine, and the allocator. */
static void a_cause_is_seen_in_each_round(void)
{
    struct scale s = empty();
    add_slower(&s, 420, 1100);
    let_one_be_quick(&s, SCALE_COPIES, 780);
    expect(&s, SCALE_UNKNOWN, "memory bandwidth, or other programs");
    s = empty();
    add_slower(&s, 410, 405);
    s.places = (struct scale_places){.samples = 400, .atomic_ratio = 0.01};
    let_one_be_quick(&s, SCALE_PLAIN, 400);
    expect(&s, SCALE_UNKNOWN, "lines of memory that they share, or other programs");
    s = empty();
    struct scale_run r = usual(2);
    r.system_ns = 800 * MS;
    r.wall_ns = 600 * MS;
    r.life_ns = 1200 * MS;
    r.delay_ns = 0;
    r.faults = 100000;
    add(&s, usual(1), SCALE_PLAIN);
    add(&s, r, SCALE_PLAIN);
    add(&s, usual(2), SCALE_ALLOCATOR);
    let_one_be_quick(&s, SCALE_PLAIN, 400);
    expect(&s, SCALE_UNKNOWN, "no run with one thing");
}

static void a_quota_is_told_from_few_cpus(void)
{
    struct scale s = empty();
    for (unsigned n = 1; n <= 4; n *= 2) {
        struct scale_run r = usual(n);
        r.wall_ns = 500 * MS;
        r.has_throttled = true;
        r.throttled_ns = 100 * MS * n;
        r.quota_cpus = 0.8;
        add(&s, r, SCALE_PLAIN);
    }
    expect(&s, SCALE_BY_QUOTA, "0.8 CPUs");
}

static void affinity_and_others_are_told_apart(void)
{
    struct scale s = empty();
    struct scale_run r = usual(2);
    r.wall_ns = 400 * MS;
    r.life_ns = 800 * MS;
    r.delay_ns = 400 * MS;
    r.others_cpus = 1;
    add(&s, usual(1), SCALE_PLAIN);
    add(&s, r, SCALE_PLAIN);
    expect(&s, SCALE_UNKNOWN, "other programs had 1.0 of 2 CPUs");
    s = empty();
    r.least_cpus = 1;
    add(&s, usual(1), SCALE_PLAIN);
    add(&s, r, SCALE_PLAIN);
    expect(&s, SCALE_BY_SCHEDULER, "affinity");
}

static void a_serial_part_is_said_to_be_one(void)
{
    struct scale s = empty();
    struct scale_run r = usual(2);
    r.wall_ns = 360 * MS;
    r.life_ns = 400 * MS;
    r.delay_ns = 0;
    add(&s, usual(1), SCALE_PLAIN);
    add(&s, r, SCALE_PLAIN);
    expect(&s, SCALE_UNKNOWN, "is done by one");
}

static void the_calmer_half_is_judged(void)
{
    struct scale s = empty();
    struct scale_run r = usual(2);
    r.delay_ns = 0;
    add(&s, r, SCALE_PLAIN);
    r.wall_ns = 900 * MS;
    r.delay_ns = 300 * MS;
    add(&s, r, SCALE_PLAIN);
    struct scale_run median;
    CHECK(scale_typical(&s, SCALE_PLAIN, 2, &median));
    CHECK_EQ(median.wall_ns, 201 * MS);
    CHECK(!scale_typical(&s, SCALE_COPIES, 2, &median));
    scale_release(&s);
}

static const struct test tests[] = {
    {"as_many_cpus_as_there_are", as_many_cpus_as_there_are},
    {"sleepers_are_stopped_by_nothing", sleepers_are_stopped_by_nothing},
    {"a_lock_needs_one_that_was_seen", a_lock_needs_one_that_was_seen},
    {"wake_ups_are_the_scheduler_s", wake_ups_are_the_scheduler_s},
    {"turns_that_were_quicker_are_no_allocator_s", turns_that_were_quicker_are_no_allocator_s},
    {"wake_ups_for_what_is_not_seen_may_be_a_lock_s",
     wake_ups_for_what_is_not_seen_may_be_a_lock_s},
    {"waiting_for_files_is_io", waiting_for_files_is_io},
    {"sharing_is_gone_on_one_cpu_and_memory_is_not_in_copies",
     sharing_is_gone_on_one_cpu_and_memory_is_not_in_copies},
    {"who_waits_as_well_may_have_a_lock", who_waits_as_well_may_have_a_lock},
    {"the_machine_s_own_slowness_is_no_cause", the_machine_s_own_slowness_is_no_cause},
    {"an_allocator_takes_its_growth_along", an_allocator_takes_its_growth_along},
    {"what_takes_no_pages_must_take_much", what_takes_no_pages_must_take_much},
    {"a_cause_is_seen_in_each_round", a_cause_is_seen_in_each_round},
    {"a_quota_is_told_from_few_cpus", a_quota_is_told_from_few_cpus},
    {"affinity_and_others_are_told_apart", affinity_and_others_are_told_apart},
    {"a_serial_part_is_said_to_be_one", a_serial_part_is_said_to_be_one},
    {"the_calmer_half_is_judged", the_calmer_half_is_judged},
    {0},
};

TEST_MAIN(tests)
