#include "bench/machine/host.h"
#include "bench/machine/memory_use.h"
#include "tests/test.h"

static void texts_become_valid_utf8_on_one_line(void)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain", "plain"},
        {"m\xc3\xbcller", "m\xc3\xbcller"},
        {"\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80"},
        {"latin\xfc", "latin?"},
        {"two\nlines\t", "two?lines?"},
        {"\xc0\xaf", "??"},           /* overlong */
        {"\xed\xa0\x80", "???"},      /* surrogate */
        {"\xf4\x90\x80\x80", "????"}, /* beyond U+10FFFF */
        {"cut\xe2\x82", "cut??"},
        {"\xc2\x9b"
         "31m",
         "?31m"}, /* a C1 control */
        {"a\xe2\x80\xae"
         "b\x1b[1m",
         "a?b?[1m"}, /* a direction mark, an escape */
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[64];
        host_sanitise(out, sizeof out, rows[i].in);
        CHECK_EQ((const char *)out, rows[i].out);
    }
    char small[6];
    host_sanitise(small, sizeof small, "abc\xe2\x82\xac"); /* no room for the whole sign */
    CHECK_EQ((const char *)small, "abc");
}

static void cpu_models_are_found_on_several_architectures(void)
{
    static const struct {
        const char *text, *model;
    } rows[] = {
        {"processor\t: 0\nmodel\t\t: 106\nmodel name\t: Intel(R) Xeon(R) Processor\nflags\t: fpu\n",
         "Intel(R) Xeon(R) Processor"},
        {"processor\t: 0\nBogoMIPS\t: 50\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n",
         "implementer 0x41 part 0xd0c"},
        {"processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"},
        {"nothing of the kind\n", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[64];
        host_parse_cpu_model(rows[i].text, out, sizeof out);
        CHECK_EQ((const char *)out, rows[i].model);
    }
}

static void virtual_machines_and_containers_are_known_by_their_marks(void)
{
    CHECK(host_parse_hypervisor("x: 1\nflags\t\t: fpu hypervisor lahf_lm\nbugs\t: none\n"));
    CHECK(!host_parse_hypervisor("x: 1\nflags\t\t: fpu lahf_lm\nbugs\t: hypervisor\n"));
    CHECK(!host_parse_hypervisor(""));
    CHECK_EQ(host_vm_from_dmi("QEMU", "Standard PC"), "qemu");
    CHECK_EQ(host_vm_from_dmi("Microsoft Corporation", "Virtual Machine"), "microsoft");
    CHECK_EQ(host_vm_from_dmi("LENOVO", "20XW"), NULL);
    CHECK_EQ(host_container_from("PATH=/bin\ncontainer=podman\n", "0::/\n"), "podman");
    CHECK_EQ(host_container_from("", "3:cpu:/docker/0123\n"), "docker");
    CHECK_EQ(host_container_from("", "0::/kubepods/burstable/pod1\n"), "kubernetes");
    CHECK_EQ(host_container_from("PATH=/bin\n", "0::/init.scope\n"), NULL);
}

static void the_bracketed_word_is_the_setting(void)
{
    char out[16];
    host_parse_bracketed("always [madvise] never\n", out, sizeof out);
    CHECK_EQ((const char *)out, "madvise");
    host_parse_bracketed("always madvise never\n", out, sizeof out);
    CHECK_EQ((const char *)out, "");
}

static void this_host_is_described(void)
{
    struct host h;
    host_read(&h);
    CHECK(h.hostname[0]);
    CHECK(h.kernel[0]);
    CHECK(h.architecture[0]);
    CHECK_CONTAINS(h.libc, "glibc ");
    CHECK(h.virtualization[0]);
    CHECK(h.cpus_online >= 1);
    CHECK(h.cpus_allowed >= 1);
    CHECK(h.memory_bytes > 0);
    CHECK(h.clock_read_cost_ns > 0);
    CHECK(h.timer_slack_ns > 0);
    CHECK(h.turbo >= HOST_UNKNOWN && h.turbo <= HOST_ON);
}

/* Memory figures. */

static const char rollup[] = "1000-2000 ---p 00000000 00:00 0      [rollup]\n"
                             "Rss:                1732 kB\n"
                             "Pss:                 404 kB\n"
                             "Pss_Anon:            108 kB\n"
                             "Pss_File:            296 kB\n"
                             "Pss_Shmem:             4 kB\n"
                             "Anonymous:           208 kB\n"
                             "AnonHugePages:         0 kB\n";
static const char status[] =
    "Name:\tx\nVmRSS:\t 1700 kB\nRssAnon:\t 200 kB\nVmPTE:\t 40 kB\nThreads:\t3\n";

static void memory_use_prefers_the_exact_figures(void)
{
    struct memory_use use;
    CHECK(memory_use_parse(rollup, status, &use));
    CHECK_EQ(use.anonymous, 208 * 1024);
    CHECK_EQ(use.anonymous_share, 108 * 1024);
    CHECK_EQ(use.shared_share, 4 * 1024);
    CHECK_EQ(use.page_tables, 40 * 1024);
    CHECK_EQ(use.threads, 3);
    CHECK(use.has_shares);
}

static void memory_use_falls_back_to_status(void)
{
    struct memory_use use;
    CHECK(memory_use_parse(NULL, status, &use));
    CHECK_EQ(use.anonymous, 200 * 1024);
    CHECK(!use.has_shares);
    CHECK(!memory_use_parse(NULL, "Name:\tkthread\n", &use));
    CHECK(!memory_use_read(INT32_MAX, &use)); /* no such process */
    CHECK(memory_use_read(0, &use));
}

static void a_kernel_stack_is_a_power_of_two_or_unknown(void)
{
    CHECK_EQ(memory_stack_size(64 * 16384, 64), 16384);
    CHECK_EQ(memory_stack_size(64 * 16384 + 3 * 16384, 64), 16384); /* three others came */
    CHECK_EQ(memory_stack_size(64 * 16384 - 9 * 16384, 64), 16384); /* nine others went */
    CHECK_EQ(memory_stack_size(64 * 8192, 64), 8192);
    CHECK_EQ(memory_stack_size(64 * 22 * 1024, 64), 0); /* between two sizes */
    CHECK_EQ(memory_stack_size(64 * 1024, 64), 0);
    CHECK_EQ(memory_stack_size(-16384, 1), 0);
    CHECK_EQ(memory_stack_size(16384, 0), 0);
    CHECK_EQ(memory_stack_size(INT64_C(1) << 30, 64), 0);
    int64_t each = memory_stack_of_one();
    CHECK(!each || (each >= 4096 && each <= 65536 && !(each & (each - 1))));
}

static const struct test tests[] = {
    {"texts_become_valid_utf8_on_one_line", texts_become_valid_utf8_on_one_line},
    {"cpu_models_are_found_on_several_architectures",
     cpu_models_are_found_on_several_architectures},
    {"virtual_machines_and_containers_are_known_by_their_marks",
     virtual_machines_and_containers_are_known_by_their_marks},
    {"the_bracketed_word_is_the_setting", the_bracketed_word_is_the_setting},
    {"this_host_is_described", this_host_is_described},
    {"memory_use_prefers_the_exact_figures", memory_use_prefers_the_exact_figures},
    {"memory_use_falls_back_to_status", memory_use_falls_back_to_status},
    {"a_kernel_stack_is_a_power_of_two_or_unknown", a_kernel_stack_is_a_power_of_two_or_unknown},
    {0},
};
TEST_MAIN(tests)
