/* What is read of programs' files, whole ones and damaged ones. */
#include "bench/watch/elf.h"

#include "bench/base/rng.h"
#include "bench/watch/program.h"
#include "tests/test.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int watch_elf_counter = 7;

static void this_program_is_dynamic_and_of_this_machine(void)
{
    struct elf_facts f;
    CHECK_EQ(elf_look("/proc/self/exe", &f), 0);
    CHECK(f.is_elf && f.is_native && !f.is_go);
    CHECK(strstr(f.interpreter, "ld-"));
}

static void what_is_no_program_is_none(void)
{
    struct elf_facts f;
    CHECK_EQ(elf_look("/etc/passwd", &f), 0);
    CHECK(!f.is_elf);
    CHECK_EQ(elf_look("/nowhere/at-all", &f), -1);
    CHECK_EQ(elf_look("/dev/null", &f), 0);
    CHECK(!f.is_elf);
}

/* Addresses of a program that is not position-independent are those of its file; else from its
 * begin. */
static uint64_t address_in_file(const void *at)
{
    Dl_info info;
    if (!dladdr(at, &info))
        return 0;
    struct elf_facts f;
    bool is_fixed = elf_look("/proc/self/exe", &f) || (uintptr_t)info.dli_fbase == 0x400000;
    return (uint64_t)(uintptr_t)at - (is_fixed ? 0 : (uint64_t)(uintptr_t)info.dli_fbase);
}

static void a_symbol_is_found_by_each_of_its_addresses(void)
{
    struct elf_symbols *s = elf_symbols_open("/proc/self/exe");
    uint64_t offset = 99, at = address_in_file(&watch_elf_counter);
    if (!CHECK(s != NULL) || !at)
        return;
    const char *name = elf_symbol_at(s, at, &offset);
    CHECK(name && !strcmp(name, "watch_elf_counter"));
    CHECK_EQ(offset, 0);
    name = elf_symbol_at(s, at + 3, &offset);
    CHECK(name && !strcmp(name, "watch_elf_counter"));
    CHECK_EQ(offset, 3);
    CHECK(!elf_symbol_at(s, 0, &offset));
    CHECK(!elf_symbol_at(s, UINT64_MAX, &offset));
    elf_symbols_close(s);
    elf_symbols_close(NULL);
}

enum { BYTES = 1 << 16 };

/* Whatever a file says of itself is looked up within it: sanitizers would tell otherwise. */
static void damaged_files_are_read_to_their_end_and_no_further(void)
{
    static unsigned char bytes[BYTES];
    char path[] = "/tmp/contend-elf-XXXXXX";
    struct rng r = {.state = 5};
    int in = open("/bin/true", O_RDONLY | O_CLOEXEC), out = mkstemp(path);
    ssize_t length = read(in, bytes, sizeof bytes);
    close(in);
    if (!CHECK(length > 1000 && out >= 0))
        return;
    for (int i = 0; i < 400; i++) {
        uint64_t offset;
        struct elf_facts f;
        unsigned char copy[BYTES];
        memcpy(copy, bytes, (size_t)length);
        size_t kept = i % 2 ? (size_t)length : rng_below(&r, (uint64_t)length);
        /* The header, the segments or anywhere. */
        for (uint64_t k = rng_below(&r, 8); k > 0; k--)
            copy[rng_below(&r, i % 3 ? 800 : (uint64_t)length)] = (unsigned char)rng_next(&r);
        memcpy(copy, bytes, 20);
        if (ftruncate(out, 0) || pwrite(out, copy, kept, 0) != (ssize_t)kept)
            break;
        elf_look(path, &f);
        struct elf_symbols *s = elf_symbols_open(path);
        for (uint64_t at = 0; s && at < 0x8000; at += 0x71)
            elf_symbol_at(s, at, &offset);
        elf_symbols_close(s);
    }
    close(out);
    unlink(path);
}

static void write_script(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    CHECK_EQ(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void what_runs_a_script_is_its_interpreter(void)
{
    static const char *const lines[] = {"#!/bin/sh\n", "#! /bin/sh -e\n", "#!/usr/bin/env sh\n",
                                        "#!/usr/bin/env -S A=1 sh -e\n", NULL};
    char directory[] = "/tmp/contend-script-XXXXXX", path[64];
    struct watch_program p;
    struct err err = {0};
    if (!CHECK(mkdtemp(directory) != NULL))
        return;
    snprintf(path, sizeof path, "%s/script", directory);
    for (size_t i = 0; lines[i]; i++) {
        write_script(path, lines[i]);
        CHECK_EQ(watch_program_look(path, &p, &err), 0);
        CHECK_EQ(p.path, path);
        CHECK(strstr(p.binary, "/sh") != NULL);
        CHECK_EQ(p.unseen, "");
    }
    /* One that is its own interpreter is not followed for ever. */
    write_script(path, "#!./script\n");
    CHECK_EQ(watch_program_look(path, &p, &err), 0);
    unlink(path);
    rmdir(directory);
}

static void what_is_not_there_is_named(void)
{
    struct watch_program p;
    struct err err = {0};
    CHECK_EQ(watch_program_look("no-such-program-anywhere", &p, &err), -1);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK_CONTAINS(err.text, "no-such-program-anywhere");
    err = (struct err){0};
    CHECK_EQ(watch_program_look("/etc/passwd", &p, &err), -1);
    CHECK_CONTAINS(err.text, "/etc/passwd");
}

static const struct test tests[] = {
    {"this_program_is_dynamic_and_of_this_machine", this_program_is_dynamic_and_of_this_machine},
    {"what_is_no_program_is_none", what_is_no_program_is_none},
    {"a_symbol_is_found_by_each_of_its_addresses", a_symbol_is_found_by_each_of_its_addresses},
    {"damaged_files_are_read_to_their_end_and_no_further",
     damaged_files_are_read_to_their_end_and_no_further},
    {"what_runs_a_script_is_its_interpreter", what_runs_a_script_is_its_interpreter},
    {"what_is_not_there_is_named", what_is_not_there_is_named},
    {0},
};
TEST_MAIN(tests)
