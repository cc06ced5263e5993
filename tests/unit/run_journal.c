/*
 * A journal that was cut at any byte gives the lines that were finished, and what is appended next
 * is a line of its own.  The whole binary is put through the same by fault/rows/journals.py.
 */
#include "bench/run/journal.h"

#include "bench/base/file.h"
#include "tests/test.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

enum { VISITS = 7 };

static char directory[PATH_MAX], result[PATH_MAX], path[PATH_MAX];

static bool enter(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%.3000s/contend-test-XXXXXX", tmp ? tmp : "/tmp");
    if (!CHECK(mkdtemp(directory) != NULL))
        return false;
    snprintf(result, sizeof result, "%.3500s/x.json", directory);
    snprintf(path, sizeof path, "%.3600s.journal", result);
    return true;
}

static void leave(void)
{
    unlink(path);
    CHECK_EQ(rmdir(directory), 0);
}

static json_t *visit(int i)
{
    return json_pack("{s:i, s:i, s:s, s:{s:[f, f]}}", "cell", i, "round", i / 3, "id",
                     "sleep/none/thread/tasks=\xc3\xa4\"\\", "metrics", "v", i + 0.1, i / 8.0);
}

/* A header and its visits; the caller frees it. */
static char *make_journal(size_t *length)
{
    struct journal j = {.fd = -1};
    struct err err = {0};
    json_t *header = json_pack("{s:s}", "schema", "contend.journal/1");
    CHECK_EQ(journal_create(&j, result, false, &err), 0);
    CHECK_EQ(journal_append(&j, header, &err), 0);
    json_decref(header);
    for (int i = 0; i < VISITS; i++) {
        json_t *one = visit(i);
        CHECK_EQ(journal_append(&j, one, &err), 0);
        json_decref(one);
    }
    journal_close(&j);
    return file_read(path, length, &err);
}

static void put(const char *text, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, text, length) == (ssize_t)length);
    close(fd);
}

static int lines_of(const char *text, size_t length)
{
    int lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

static bool are_the_first(const json_t *visits)
{
    for (size_t i = 0; i < json_array_size(visits); i++) {
        json_t *wanted = visit((int)i), *found = json_deep_copy(json_array_get(visits, i));
        json_t *some = json_object();
        const char *name;
        json_t *value;
        json_object_foreach(wanted, name, value)
            json_object_set(some, name, json_object_get(found, name));
        bool same = json_equal(wanted, some);
        json_decref(wanted);
        json_decref(found);
        json_decref(some);
        if (!same)
            return false;
    }
    return true;
}

/* What is found after a cut, and again after one more visit. */
static void check_cut(const char *text, size_t cut)
{
    struct journal j = {.fd = -1};
    struct journal_faults faults;
    struct err err = {0};
    json_t *header, *visits;
    int lines = lines_of(text, cut);
    put(text, cut);
    int failed = journal_open(&j, result, &header, &visits, &faults, &err);
    CHECK_MSG(!failed == (lines > 0), "cut at %zu: %s", cut, err.text);
    if (failed) {
        CHECK(header == NULL && visits == NULL && err.text[0]);
        return;
    }
    CHECK_MSG(json_array_size(visits) == (size_t)lines - 1 && faults.count == 0 &&
                  are_the_first(visits),
              "cut at %zu: %zu visits of %d lines", cut, json_array_size(visits), lines);
    json_decref(header);
    json_decref(visits);
    json_t *next = visit(lines - 1);
    CHECK_EQ(journal_append(&j, next, &err), 0);
    json_decref(next);
    journal_close(&j);
    CHECK_EQ(journal_open(&j, result, &header, &visits, &faults, &err), 0);
    CHECK_MSG(json_array_size(visits) == (size_t)lines && are_the_first(visits),
              "cut at %zu, and one more", cut);
    json_decref(header);
    json_decref(visits);
    journal_close(&j);
}

static void a_journal_cut_at_any_byte_has_its_finished_lines(void)
{
    size_t length = 0;
    if (!enter())
        return;
    char *text = make_journal(&length);
    CHECK(text && length > 500);
    for (size_t cut = 0; text && cut <= length && test_failed_checks < 5; cut++)
        check_cut(text, cut);
    free(text);
    leave();
}

static const struct test tests[] = {
    {"a_journal_cut_at_any_byte_has_its_finished_lines",
     a_journal_cut_at_any_byte_has_its_finished_lines},
    {0},
};
TEST_MAIN(tests)
