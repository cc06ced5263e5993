#include "bench/machine/limits.h"
#include "tests/test.h"

#include <errno.h>
#include <sys/resource.h>

/* Nothing known: nothing binds. */
static const struct limits unknown = {
    .pid_max = LIMITS_UNKNOWN,
    .threads_max = LIMITS_UNKNOWN,
    .tasks_now = LIMITS_UNKNOWN,
    .max_map_count = LIMITS_UNKNOWN,
    .maps_now = LIMITS_UNKNOWN,
    .nproc = LIMITS_UNKNOWN,
    .user_tasks_now = LIMITS_UNKNOWN,
    .nofile = LIMITS_UNKNOWN,
    .pids_max = LIMITS_UNKNOWN,
    .pids_now = LIMITS_UNKNOWN,
    .memory_available_bytes = LIMITS_UNKNOWN,
};

static void what_is_unknown_does_not_bind(void)
{
    char reason[200];
    CHECK_EQ(limits_check(&unknown, UINT32_MAX, false, reason, sizeof reason), 0);
    CHECK_EQ((const char *)reason, "");
    CHECK_EQ(limits_room(&unknown, true, NULL, 0), UINT64_MAX);
}

static void the_narrowest_limit_is_named(void)
{
    struct {
        struct limits limits;
        bool processes;
        uint64_t room;
        const char *name;
    } rows[] = {
        {unknown, false, 32768 - 68 - 300, "kernel.pid_max = 32768"},
        {unknown, false, 50, "kernel.threads-max = 150"},
        {unknown, true, 20, "pids.max = 30"},
        {unknown, true, 5, "RLIMIT_NPROC (ulimit -u) = 45"},
        {unknown, false, 32753, "vm.max_map_count = 65530"},
        {unknown, false, 32, "available memory = 1 MiB"},
        {unknown, true, 8, "available memory = 1 MiB"},
    };
    rows[0].limits.pid_max = 32768;
    rows[0].limits.tasks_now = 68;
    rows[1].limits.threads_max = 150;
    rows[1].limits.tasks_now = 100;
    rows[2].limits.pids_max = 30;
    rows[2].limits.pids_now = 10;
    rows[3].limits.nproc = 45;
    rows[3].limits.user_tasks_now = 40;
    rows[3].limits.nproc_binds = true;
    rows[4].limits.max_map_count = 65530;
    rows[4].limits.maps_now = 24;
    rows[5].limits.memory_available_bytes = 1 << 20;
    rows[6].limits.memory_available_bytes = 1 << 20;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char reason[200], limit[96];
        CHECK_EQ(limits_room(&rows[i].limits, rows[i].processes, limit, sizeof limit),
                 rows[i].room);
        CHECK_CONTAINS(limit, rows[i].name);
        CHECK_EQ(
            limits_check(&rows[i].limits, rows[i].room, rows[i].processes, reason, sizeof reason),
            0);
        CHECK_EQ(limits_check(&rows[i].limits, rows[i].room + 1, rows[i].processes, reason,
                              sizeof reason),
                 -1);
        CHECK_CONTAINS(reason, rows[i].name);
        CHECK_CONTAINS(reason, rows[i].processes ? "processes" : "threads");
    }
}

static void limits_that_do_not_concern_the_kind_are_passed_over(void)
{
    struct limits l = unknown;
    l.max_map_count = 10; /* of one process: other processes have their own */
    l.maps_now = 10;
    CHECK_EQ(limits_room(&l, true, NULL, 0), UINT64_MAX);
    CHECK_EQ(limits_room(&l, false, NULL, 0), 0);
    l = unknown;
    l.nproc = 1; /* does not hold for the superuser */
    l.user_tasks_now = 1;
    CHECK_EQ(limits_room(&l, true, NULL, 0), UINT64_MAX);
    l.nproc = LIMITS_UNLIMITED;
    l.nproc_binds = true;
    CHECK_EQ(limits_room(&l, true, NULL, 0), UINT64_MAX);
}

static void more_in_use_than_allowed_leaves_no_room(void)
{
    struct limits l = unknown;
    l.pids_max = 10;
    l.pids_now = 12;
    CHECK_EQ(limits_room(&l, true, NULL, 0), 0);
}

static void a_failure_is_explained_by_what_is_nearly_full(void)
{
    char text[200];
    struct limits l = unknown;
    l.pids_max = 100;
    l.pids_now = 100;
    limits_explain(&l, EAGAIN, true, text, sizeof text);
    CHECK_CONTAINS(text, "pids.max = 100 is reached");
    l.pids_now = 10;
    l.pids_max = 100000;
    limits_explain(&l, EAGAIN, true, text, sizeof text);
    CHECK_CONTAINS(text, "still has room for 99990");
    limits_explain(&unknown, ENOMEM, false, text, sizeof text);
    CHECK_CONTAINS(text, "no limit could be read");
    l.nofile = 1024;
    limits_explain(&l, EMFILE, true, text, sizeof text);
    CHECK_CONTAINS(text, "ulimit -n) = 1024");
}

static void this_system_has_limits(void)
{
    char reason[200] = "", text[200] = "";
    struct limits l;
    limits_read(&l);
    CHECK(l.pid_max == LIMITS_UNKNOWN || l.pid_max > 0);
    CHECK(l.tasks_now == LIMITS_UNKNOWN || l.tasks_now > 0);
    CHECK(l.maps_now > 0);
    CHECK_EQ(limits_check_units(1, false, reason, sizeof reason), 0);
    /* 5 million: more than the kernel's largest pid_max, 4194304. */
    if (l.pid_max != LIMITS_UNKNOWN && l.tasks_now != LIMITS_UNKNOWN) {
        CHECK_EQ(limits_check_units(5000000, true, reason, sizeof reason), -1);
        CHECK_CONTAINS(reason, "leaves room for");
    }
    limits_explain_failure(EAGAIN, true, text, sizeof text);
    CHECK(text[0]);
}

static void the_limit_of_open_files_is_read(void)
{
    struct rlimit kept, lowered;
    struct limits l;
    if (!CHECK_EQ(getrlimit(RLIMIT_NOFILE, &kept), 0))
        return;
    lowered = kept;
    lowered.rlim_cur = 77;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
    limits_read(&l);
    setrlimit(RLIMIT_NOFILE, &kept);
    CHECK_EQ(l.nofile, 77);
}

static const struct test tests[] = {
    {"what_is_unknown_does_not_bind", what_is_unknown_does_not_bind},
    {"the_narrowest_limit_is_named", the_narrowest_limit_is_named},
    {"limits_that_do_not_concern_the_kind_are_passed_over",
     limits_that_do_not_concern_the_kind_are_passed_over},
    {"more_in_use_than_allowed_leaves_no_room", more_in_use_than_allowed_leaves_no_room},
    {"a_failure_is_explained_by_what_is_nearly_full",
     a_failure_is_explained_by_what_is_nearly_full},
    {"this_system_has_limits", this_system_has_limits},
    {"the_limit_of_open_files_is_read", the_limit_of_open_files_is_read},
    {0},
};
TEST_MAIN(tests)
