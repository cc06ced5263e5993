#include "bench/machine/cgroup.h"
#include "tests/test.h"

static const char hybrid_cgroup[] = "9:name=systemd:/\n"
                                    "8:pids:/jobs/a\n"
                                    "4:cpu,cpuacct:/limited\n"
                                    "0::/unified\n";
static const char hybrid_mounts[] =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup "
    "rw,cpu,cpuacct\n"
    "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

static void a_version_one_controller_is_found_in_its_hierarchy(void)
{
    struct cgroup c;
    CHECK(cgroup_find(hybrid_cgroup, hybrid_mounts, "pids", &c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup/pids/jobs/a");
    CHECK(!c.is_v2);
    CHECK(cgroup_find(hybrid_cgroup, hybrid_mounts, "cpu", &c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup/cpu,cpuacct/limited");
    CHECK(cgroup_find(hybrid_cgroup, hybrid_mounts, "cpuacct", &c));
}

static void other_controllers_are_looked_for_in_version_two(void)
{
    struct cgroup c;
    CHECK(cgroup_find(hybrid_cgroup, hybrid_mounts, "memory", &c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup/unified/unified");
    CHECK(c.is_v2);
}

static void a_container_sees_its_part_at_the_mount_point(void)
{
    /* Without a cgroup namespace: the path is the host's, the mount shows a part of it. */
    struct cgroup c;
    CHECK(cgroup_find("0::/docker/0123abcd/inner\n",
                      "50 49 0:26 /docker/0123abcd /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n",
                      "cpu", &c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup/inner");
    /* A path outside of what is mounted: the mount point is all that can be seen. */
    CHECK(cgroup_find("0::/elsewhere\n",
                      "50 49 0:26 /docker/0123abcd /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "cpu",
                      &c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup");
}

/* As container engines name groups; a level is at most 255 bytes, and a path 4095. */
static void long_paths_are_whole(void)
{
    char name[251], own[4096], wanted[4096], mounts[4096];
    struct cgroup c;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(own, sizeof own, "9:name=systemd:/\n0::/%s/%s/%s/leaf\n", name, name, name);
    snprintf(wanted, sizeof wanted, "/sys/fs/%s/cgroup/%s/%s/leaf", name, name, name);
    snprintf(mounts, sizeof mounts, "50 49 0:26 /%s /sys/fs/%s/cgroup ro - cgroup2 cgroup rw\n",
             name, name);
    CHECK(cgroup_find(own, mounts, "cpu", &c));
    CHECK_EQ((const char *)c.path, wanted);
    CHECK(cgroup_parent(&c) && cgroup_parent(&c) && cgroup_parent(&c) && !cgroup_parent(&c));
    /* Longer than can be opened is not a part of it. */
    char far[PATH_MAX + 300];
    memset(far, 'f', sizeof far);
    memcpy(far, "0::/", 4);
    memcpy(far + sizeof far - 2, "\n", 2);
    CHECK(!cgroup_find(far, hybrid_mounts, "cpu", &c));
}

static void blanks_in_a_mount_point_are_read_as_the_kernel_writes_them(void)
{
    struct cgroup c;
    CHECK(cgroup_find("0::/a\n", "50 49 0:26 / /my\\040groups\\134x ro - cgroup2 cgroup rw\n",
                      "cpu", &c));
    CHECK_EQ((const char *)c.path, "/my groups\\x/a");
}

static void a_group_that_begins_alike_is_another(void)
{
    struct cgroup c;
    CHECK(cgroup_find("0::/docker/abcd/x\n",
                      "50 49 0:26 /docker/ab /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "cpu", &c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup");
}

static void parents_end_at_the_mount_point(void)
{
    struct cgroup c;
    CHECK(cgroup_find(hybrid_cgroup, hybrid_mounts, "pids", &c));
    CHECK(cgroup_parent(&c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup/pids/jobs");
    CHECK(cgroup_parent(&c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup/pids");
    CHECK(!cgroup_parent(&c));
    CHECK_EQ((const char *)c.path, "/sys/fs/cgroup/pids");
}

static void nothing_mounted_is_not_found(void)
{
    struct cgroup c;
    CHECK(!cgroup_find("", "", "cpu", &c));
    CHECK(!cgroup_find(hybrid_cgroup, "", "cpu", &c));
    CHECK(!cgroup_find("garbage", "more garbage - \n - \n", "cpu", &c));
}

static void numbers_and_quotas_are_read(void)
{
    CHECK_EQ(cgroup_parse_number("max\n"), CGROUP_UNLIMITED);
    CHECK_EQ(cgroup_parse_number("123\n"), 123);
    CHECK_EQ(cgroup_parse_number("-1\n"), -1);
    CHECK_EQ(cgroup_parse_number(""), -1);
    CHECK_EQ(cgroup_parse_number("words"), -1);
    CHECK_NEAR(cgroup_parse_cpu_max("150000 100000\n"), 1.5, 1e-12);
    CHECK_NEAR(cgroup_parse_cpu_max("max 100000\n"), 0, 1e-12);
    CHECK_NEAR(cgroup_parse_cpu_max("5\n"), 0, 1e-12);
    CHECK_NEAR(cgroup_parse_cpu_max("1 0\n"), 0, 1e-12);
}

static void this_system_is_read_without_harm(void)
{
    struct cgroup c;
    if (cgroup_open("cpu", &c)) {
        CHECK(strlen(c.path) >= c.root_length);
        CHECK_EQ(cgroup_number(&c, "there is no such file"), -1);
    }
    CHECK(cgroup_cpu_quota() >= 0);
}

static const struct test tests[] = {
    {"a_version_one_controller_is_found_in_its_hierarchy",
     a_version_one_controller_is_found_in_its_hierarchy},
    {"other_controllers_are_looked_for_in_version_two",
     other_controllers_are_looked_for_in_version_two},
    {"a_container_sees_its_part_at_the_mount_point", a_container_sees_its_part_at_the_mount_point},
    {"long_paths_are_whole", long_paths_are_whole},
    {"blanks_in_a_mount_point_are_read_as_the_kernel_writes_them",
     blanks_in_a_mount_point_are_read_as_the_kernel_writes_them},
    {"a_group_that_begins_alike_is_another", a_group_that_begins_alike_is_another},
    {"parents_end_at_the_mount_point", parents_end_at_the_mount_point},
    {"nothing_mounted_is_not_found", nothing_mounted_is_not_found},
    {"numbers_and_quotas_are_read", numbers_and_quotas_are_read},
    {"this_system_is_read_without_harm", this_system_is_read_without_harm},
    {0},
};
TEST_MAIN(tests)
