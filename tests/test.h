/*
 * The test harness: one program per file, exit status 0 (passed), 1 (failed), 77 (all skipped).
 *
 *     static void numbers_add_up(void) { CHECK_EQ(1 + 1, 2); }
 *     static const struct test tests[] = {{"numbers_add_up", numbers_add_up}, {0}};
 *     TEST_MAIN(tests)
 *
 * Names are sentences of behaviour.  `./program NAME...` runs only those.  A CHECK that fails is
 * printed and the test goes on; it is an expression, so `if (!CHECK(p)) return;` stops there.
 * A comment "ctest: serial, timeout 120, label slow" in a test's file is read by
 * tests/CMakeLists.txt.
 */
#ifndef CONTEND_TEST_H
#define CONTEND_TEST_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
    const char *name; /* NULL ends the table */
    void (*fn)(void);
};

/* Of the test that runs; one program runs one test at a time. */
__attribute__((unused)) static unsigned test_failed_checks;
__attribute__((unused)) static const char *test_skip_reason;

#define TEST_HELPER __attribute__((unused)) static

#define CHECK(condition) test_check((condition), __FILE__, __LINE__, "%s", #condition)
/* CHECK with the reason in printf form, for loops over tables: which row failed? */
#define CHECK_MSG(condition, ...) test_check((condition), __FILE__, __LINE__, __VA_ARGS__)
/* Integers of any width and sign, doubles (NaN equals NaN), or strings (NULL equals NULL). */
#define CHECK_EQ(a, b)                                                                             \
    _Generic((a),                                                                                  \
        char *: test_equal_text,                                                                   \
        const char *: test_equal_text,                                                             \
        double: test_equal_real,                                                                   \
        default: test_equal_int)(__FILE__, __LINE__, #a " == " #b, (a), (b))
#define CHECK_NEAR(a, b, tolerance)                                                                \
    test_near(__FILE__, __LINE__, #a " near " #b, (a), (b), (tolerance))
#define CHECK_CONTAINS(text, part) test_contains(__FILE__, __LINE__, #text, (text), (part))
/* Leaves the test function. */
#define SKIP(reason)                                                                               \
    do {                                                                                           \
        test_skip_reason = (reason);                                                               \
        return;                                                                                    \
    } while (0)

__attribute__((unused, format(printf, 4, 5))) static bool
test_check(bool ok, const char *file, int line, const char *format, ...)
{
    if (ok)
        return true;
    test_failed_checks++;
    va_list args;
    va_start(args, format);
    printf("%s:%d: not so: ", file, line);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    return false;
}

TEST_HELPER bool test_equal_text(const char *file, int line, const char *what, const char *a,
                                 const char *b)
{
    bool ok = a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
    return test_check(ok, file, line, "%s\n  left:  \"%s\"\n  right: \"%s\"", what,
                      a ? a : "(NULL)", b ? b : "(NULL)");
}

TEST_HELPER bool test_equal_real(const char *file, int line, const char *what, double a, double b)
{
    bool ok = (isnan(a) && isnan(b)) || !(a < b || a > b || isnan(a) || isnan(b));
    return test_check(ok, file, line, "%s\n  left:  %.17g\n  right: %.17g", what, a, b);
}

TEST_HELPER bool test_near(const char *file, int line, const char *what, double a, double b,
                           double tolerance)
{
    return test_check(fabs(a - b) <= tolerance, file, line,
                      "%s\n  left:  %.17g\n  right: %.17g\n  allowed difference: %g", what, a, b,
                      tolerance);
}

/* 128 bits hold every int64_t and every uint64_t, so mixed signs compare by value. */
TEST_HELPER bool test_equal_int(const char *file, int line, const char *what, __int128 a,
                                __int128 b)
{
    char text[2][32];
    for (int i = 0; i < 2; i++) {
        __int128 value = i == 0 ? a : b;
        if (value < 0)
            snprintf(text[i], sizeof text[i], "%lld", (long long)value);
        else
            snprintf(text[i], sizeof text[i], "%llu", (unsigned long long)value);
    }
    return test_check(a == b, file, line, "%s\n  left:  %s\n  right: %s", what, text[0], text[1]);
}

TEST_HELPER bool test_contains(const char *file, int line, const char *what, const char *text,
                               const char *part)
{
    return test_check(text != NULL && strstr(text, part) != NULL, file, line,
                      "%s contains \"%s\"\n  it is: \"%s\"", what, part, text ? text : "(NULL)");
}

/* Runs the tests named in argv, or all. Output is flushed before each, so that forks are safe. */
TEST_HELPER int test_main(const struct test *tests, int argc, char **argv)
{
    unsigned run = 0, failed = 0, skipped = 0;
    for (const struct test *t = tests; t->name != NULL; t++) {
        bool wanted = argc < 2;
        for (int i = 1; i < argc; i++)
            wanted |= strcmp(argv[i], t->name) == 0;
        if (!wanted)
            continue;
        run++;
        test_failed_checks = 0;
        test_skip_reason = NULL;
        fflush(stdout);
        t->fn();
        failed += test_failed_checks > 0;
        skipped += test_failed_checks == 0 && test_skip_reason != NULL;
        printf("%s %s%s%s\n",
               test_failed_checks > 0 ? "FAIL"
               : test_skip_reason     ? "skip"
                                      : "ok  ",
               t->name, test_skip_reason ? ": " : "", test_skip_reason ? test_skip_reason : "");
    }
    if (run == 0)
        fprintf(stderr, "no test of that name\n");
    else
        printf("%u run, %u failed, %u skipped\n", run, failed, skipped);
    return run == 0 || failed > 0 ? 1 : skipped == run ? 77 : 0;
}

#define TEST_MAIN(tests)                                                                           \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return test_main((tests), argc, argv);                                                     \
    }

#endif
