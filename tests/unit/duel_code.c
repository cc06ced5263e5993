/* Where a program is, what its content hashes to, and the copy of it in memory. */
#include "bench/judge/duel/code.h"

#include "bench/base/file.h"
#include "bench/judge/duel/sample.h"
#include "tests/test.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    if (!CHECK(f != NULL))
        return;
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
}

/* Values of the FNV reference (isthe.com/chongo/tech/comp/fnv). */
static void contents_are_hashed_by_fnv1a(void)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } rows[] = {{"a", UINT64_C(0xaf63dc4c8601ec8c)},
                {"foobar", UINT64_C(0x85944171f73967e8)},
                {"", UINT64_C(0xcbf29ce484222325)}};
    char path[] = "/tmp/contend-code-XXXXXX";
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t hash = 0;
        write_file(path, rows[i].text, 0600);
        CHECK_EQ(file_fnv1a64(path, &hash, NULL), 0);
        CHECK_EQ(hash, rows[i].hash);
    }
    unlink(path);
}

static void programs_are_found_as_a_shell_would(void)
{
    char found[PATH_MAX];
    struct err err = {0};
    CHECK_EQ(code_find("BASE", "sh", found, sizeof found, &err), 0);
    CHECK(found[0] == '/' && strstr(found, "/sh"));
    CHECK_EQ(code_find("BASE", "/bin/sh", found, sizeof found, &err), 0);
    CHECK_EQ(found, "/bin/sh");
}

static void what_is_no_program_is_named(void)
{
    static const struct {
        const char *program, *said;
    } rows[] = {{"/nowhere/at-all", "No such file"},
                {"/etc/passwd", "not executable"},
                {"/tmp", "not a file"},
                {"no-such-program-anywhere", "in PATH"},
                {"", "in PATH"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char found[PATH_MAX];
        struct err err = {0};
        CHECK_EQ(code_find("HEAD", rows[i].program, found, sizeof found, &err), -1);
        CHECK_EQ(err.code, ERR_USAGE);
        CHECK_CONTAINS(err.text, "HEAD");
        CHECK_CONTAINS(err.text, rows[i].said);
    }
}

static void a_copy_in_memory_runs_and_is_the_same_code(void)
{
    static const volatile bool never;
    char path[64];
    uint64_t original = 0, copy = 0;
    int fd = code_copy("/bin/true", path, sizeof path);
    if (!CHECK(fd >= 0))
        return;
    CHECK_EQ(file_fnv1a64("/bin/true", &original, NULL), 0);
    CHECK_EQ(file_fnv1a64(path, &copy, NULL), 0);
    CHECK_EQ(copy, original);
    struct err err = {0};
    struct sampler *s = sampler_open(&never, &err);
    const char *const argv[] = {"true", NULL};
    const struct sample_request r = {
        .name = "copy", .program = path, .argv = argv, .timeout_ns = 10000000000};
    struct sample sample;
    CHECK_EQ(sampler_run(s, &r, 1, &sample, &err), 0);
    CHECK_EQ(err.text, "");
    CHECK_EQ(sample.exit_status, 0);
    CHECK(sample.wall_ns > 0 && sample.memory_bytes > 0);
    sampler_close(s);
    close(fd);
}

static void a_script_is_not_copied(void)
{
    char path[] = "/tmp/contend-code-XXXXXX", out[64];
    close(mkstemp(path));
    write_file(path, "#!/bin/sh\ntrue\n", 0700);
    CHECK_EQ(code_copy(path, out, sizeof out), -1);
    CHECK_EQ(code_copy("/nowhere/at-all", out, sizeof out), -1);
    unlink(path);
}

static void output_and_environment_reach_the_sample(void)
{
    static const volatile bool never;
    struct err err = {0};
    struct sampler *s = sampler_open(&never, &err);
    const char *const argv[] = {"sh", "-c", "printf %s \"${#CONTEND_PADDING}\"; exec 0<&0 && cat",
                                NULL};
    struct sample_request r = {.name = "head",
                               .program = "sh",
                               .argv = argv,
                               .padding_bytes = 160,
                               .timeout_ns = 10000000000,
                               .is_read = true};
    struct sample sample;
    CHECK_EQ(sampler_run(s, &r, 1, &sample, &err), 0);
    CHECK_EQ(sample.output, "160");
    r.padding_bytes = 0;
    CHECK_EQ(sampler_run(s, &r, 1, &sample, &err), 0);
    CHECK_EQ(sample.output, "0"); /* nothing is left of the one before */
    sampler_close(s);
}

static const struct test tests[] = {
    {"contents_are_hashed_by_fnv1a", contents_are_hashed_by_fnv1a},
    {"programs_are_found_as_a_shell_would", programs_are_found_as_a_shell_would},
    {"what_is_no_program_is_named", what_is_no_program_is_named},
    {"a_copy_in_memory_runs_and_is_the_same_code", a_copy_in_memory_runs_and_is_the_same_code},
    {"a_script_is_not_copied", a_script_is_not_copied},
    {"output_and_environment_reach_the_sample", output_and_environment_reach_the_sample},
    {0},
};
TEST_MAIN(tests)
