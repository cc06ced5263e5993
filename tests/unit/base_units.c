/* Numbers with units: what is read, what is refused and in which words, what is printed. */
#include "bench/base/units.h"

#include "bench/base/rng.h"
#include "tests/test.h"

enum { MILLION = 1000000 };

static void numbers_are_read_in_their_unit(void)
{
    static const struct {
        const char *text, *unit;
        int64_t expected;
    } rows[] = {
        {"0", "count", 0},
        {"200", "count", 200},
        {"+7", "count", 7},
        {"-3", "count", -3},
        {"10k", "count", 10000},
        {"1.5M", "count", 1500000},
        {"5_000_111_000_222_021", "count", 5000111000222021},
        {"9007199254740993", "count", 9007199254740993}, /* 2^53 + 1 is no double */
        {"9223372036854775807", "count", INT64_MAX},
        {"-9223372036854775808", "count", INT64_MIN},
        {"250ns", "ns", 250},
        {"0", "ns", 0},
        {"250", "bytes", 250},
        {"10ms", "ns", 10000000},
        {"10 ms", "ns", 10000000},
        {"1.5s", "ns", 1500000000},
        {"0.1us", "ns", 100},
        {"2min", "ns", 120000000000},
        {"9223372036854775us", "ns", 9223372036854775000}, /* nor is this times 1000 */
        {"64MiB", "bytes", 67108864},
        {"1kB", "bytes", 1000},
        {"1KiB", "bytes", 1024},
        {"0.5GiB", "bytes", 536870912},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int64_t value = -77;
        int status =
            units_parse("--x", rows[i].text, rows[i].unit, INT64_MIN, INT64_MAX, &value, &err);
        CHECK_MSG(status == 0, "\"%s\" in %s: %s", rows[i].text, rows[i].unit, err.text);
        CHECK_MSG(value == rows[i].expected, "\"%s\" in %s: read as %lld", rows[i].text,
                  rows[i].unit, (long long)value);
    }
}

static void refusals_name_the_option_the_value_and_what_is_accepted(void)
{
    static const struct {
        const char *text, *unit;
        int64_t min, max;
        const char *expected;
    } rows[] = {
        {"0", "count", 1, MILLION, "--x: \"0\" is too small (1 to 1000000)"},
        {"-1", "count", 1, MILLION, "--x: \"-1\" is too small (1 to 1000000)"},
        {"1000001", "count", 1, MILLION, "--x: \"1000001\" is too large (1 to 1000000)"},
        {"99999999999999999999", "count", 1, MILLION,
         "--x: \"99999999999999999999\" is too large (1 to 1000000)"},
        {"-99999999999999999999", "count", 1, MILLION,
         "--x: \"-99999999999999999999\" is too small (1 to 1000000)"},
        {"2G", "count", 1, MILLION, "--x: \"2G\" is too large (1 to 1000000)"},
        {"eight", "count", 1, MILLION, "--x: \"eight\" is not a number (1 to 1000000)"},
        {"", "count", 1, MILLION, "--x: \"\" is not a number (1 to 1000000)"},
        {" 1", "count", 1, MILLION, "--x: \" 1\" is not a number (1 to 1000000)"},
        {"-", "count", 1, MILLION, "--x: \"-\" is not a number (1 to 1000000)"},
        {".", "count", 1, MILLION, "--x: \".\" is not a number (1 to 1000000)"},
        {"1.2.3", "count", 1, MILLION, "--x: \"1.2.3\" is not a number (1 to 1000000)"},
        {"1.5", "count", 1, MILLION, "--x: \"1.5\" is not a whole number of units"},
        {"0.5ns", "ns", 0, MILLION, "--x: \"0.5ns\" is not a whole number of ns"},
        {"5s", "ns", 0, 1000000000, "--x: \"5s\" is too large (0ns to 1s)"},
        {"8x", "ns", 0, 1000000000, "--x: \"8x\" has an unknown unit \"x\" (ns, us, ms, s, min)"},
        {"5", "ns", 0, 1000000000, "--x: \"5\" needs a unit (ns, us, ms, s, min)"},
        {"1.5", "ns", 0, 1000000000, "--x: \"1.5\" needs a unit (ns, us, ms, s, min)"},
        {"-3", "ns", 0, 1000000000, "--x: \"-3\" needs a unit (ns, us, ms, s, min)"},
        {"0x10", "ns", 0, 1000000000,
         "--x: \"0x10\" has an unknown unit \"x10\" (ns, us, ms, s, min)"},
        {"1e3", "count", 0, MILLION, "--x: \"1e3\" has an unknown unit \"e3\" (k, M, G)"},
        {"3m", "bytes", 0, MILLION,
         "--x: \"3m\" has an unknown unit \"m\" (B, KiB, MiB, GiB, kB, MB, GB)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int64_t value = -77;
        int status =
            units_parse("--x", rows[i].text, rows[i].unit, rows[i].min, rows[i].max, &value, &err);
        CHECK_MSG(status == -1, "\"%s\" was accepted", rows[i].text);
        CHECK_EQ(err.code, ERR_USAGE);
        CHECK_EQ(err.text, rows[i].expected);
        CHECK_EQ(value, -77); /* untouched */
    }
}

static void values_beyond_64_bits_are_too_large_in_any_spelling(void)
{
    static const char *const texts[] = {"9223372036854775808ns", "9223372036854775807.5ns",
                                        "9223372036.854775808s", "9223372037s", "1000000000000min"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct err err = {0};
        int64_t value = 0;
        CHECK_MSG(units_parse("--x", texts[i], "ns", 0, INT64_MAX, &value, &err) == -1,
                  "\"%s\" was read as %lld", texts[i], (long long)value);
        CHECK_CONTAINS(err.text, "is too large");
    }
}

static void the_exact_form_is_read_back_as_the_same_value(void)
{
    static const char *const units[] = {"ns", "bytes", "count"};
    static const int64_t edges[] = {0,       1,          999,       1000,      1024,
                                    1000000, 1048576,    INT64_MAX, INT64_MIN, -1000,
                                    1500,    1000000000, 3 * 1024,  123456789};
    uint64_t seed = 20260131;
    struct rng rng = {seed};
    for (size_t u = 0; u < 3; u++) {
        for (size_t i = 0; i < 3000; i++) {
            int64_t value = i < sizeof edges / sizeof edges[0]
                                ? edges[i]
                                : (int64_t)(rng_next(&rng) >> rng_below(&rng, 64));
            if (i % 3 == 1 && value < INT64_MAX / 1000 && value > INT64_MIN / 1000)
                value *= 1000;
            char text[40];
            struct err err = {0};
            int64_t back = ~value;
            units_format_exact(text, sizeof text, value, units[u]);
            units_parse("--x", text, units[u], INT64_MIN, INT64_MAX, &back, &err);
            CHECK_MSG(back == value, "seed %llu: %lld %s -> \"%s\" -> %lld %s",
                      (unsigned long long)seed, (long long)value, units[u], text, (long long)back,
                      err.text);
        }
    }
}

static void the_exact_form_is_the_shortest(void)
{
    char text[40];
    CHECK_EQ(units_format_exact(text, sizeof text, 10000000, "ns"), "10ms");
    CHECK_EQ(units_format_exact(text, sizeof text, 1500, "ns"), "1500ns");
    CHECK_EQ(units_format_exact(text, sizeof text, 2000000000, "ns"), "2s");
    CHECK_EQ(units_format_exact(text, sizeof text, 65536, "bytes"), "64KiB");
    CHECK_EQ(units_format_exact(text, sizeof text, 200, "count"), "200");
}

static void printed_values_are_scaled(void)
{
    static const struct {
        double value;
        const char *unit;
        int digits;
        const char *expected;
    } rows[] = {
        {12345, "ns", 3, "12.3 us"},
        {999, "ns", 3, "999 ns"},
        {0, "ns", 3, "0 ns"},
        {1.5e9, "ns", 2, "1.5 s"},
        {-2500, "ns", 2, "-2.5 us"},
        {67108864, "bytes", 3, "64.0 MiB"},
        {1250000, "per_s", 3, "1.25 M/s"},
        {2.4e9, "hz", 3, "2.40 GHz"},
        {0.98, "ratio", 2, "0.98"},
        {0.0042, "ratio", 2, "0.0042"},
        {1234567, "count", 3, "1.23 M"},
        {12345678, "ns", 2, "12 ms"},
        {312345, "ns", 2, "310 us"},
        {999.6, "ns", 3, "1.00 us"},
        {999.6, "ns", 4, "999.6 ns"},
        {999999.99999999988, "ns", 2, "1.0 ms"},
        {9.996, "count", 3, "10.0"},
        {1023.9, "bytes", 3, "1.00 KiB"},
        {1e-12, "ratio", 2, "1.0e-12"},
        {1.001e-9, "per_s", 4, "1.001e-09 /s"},
        {9.998e-10, "per_s", 4, "9.998e-10 /s"},
        {0.00001234, "ratio", 4, "0.00001234"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[40];
        units_format(text, sizeof text, rows[i].value, rows[i].unit, rows[i].digits);
        CHECK_EQ(text, rows[i].expected);
    }
}

static void what_is_no_number_prints_as_a_dash(void)
{
    char text[40];
    CHECK_EQ(units_format(text, sizeof text, (double)NAN, "ns", 3), "-");
    CHECK_EQ(units_format(text, sizeof text, (double)INFINITY, "ns", 3), "-");
}

static void ratios_are_read_with_and_without_percent(void)
{
    static const struct {
        const char *text;
        double expected;
    } rows[] = {{"3%", 0.03}, {"0.03", 0.03}, {"3 %", 0.03}, {"0", 0}, {"100%", 1}, {"1", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        double value = -1;
        CHECK_EQ(units_parse_ratio("--threshold", rows[i].text, 0, 1, &value, &err), 0);
        CHECK_NEAR(value, rows[i].expected, 1e-15);
    }
}

static void ratios_out_of_range_are_refused(void)
{
    static const char *const texts[] = {"101%", "-1%", "2",  "nan",   "inf",  "0x1p-4",
                                        " 5%",  "",    "3x", "three", "1e999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct err err = {0};
        double value = -1;
        CHECK_MSG(units_parse_ratio("--threshold", texts[i], 0, 1, &value, &err) == -1,
                  "\"%s\" was accepted", texts[i]);
        CHECK_EQ(err.code, ERR_USAGE);
        CHECK_CONTAINS(err.text, "--threshold: \"");
        CHECK_EQ(value, -1.0);
    }
}

static const struct test tests[] = {
    {"numbers_are_read_in_their_unit", numbers_are_read_in_their_unit},
    {"refusals_name_the_option_the_value_and_what_is_accepted",
     refusals_name_the_option_the_value_and_what_is_accepted},
    {"values_beyond_64_bits_are_too_large_in_any_spelling",
     values_beyond_64_bits_are_too_large_in_any_spelling},
    {"the_exact_form_is_read_back_as_the_same_value",
     the_exact_form_is_read_back_as_the_same_value},
    {"the_exact_form_is_the_shortest", the_exact_form_is_the_shortest},
    {"printed_values_are_scaled", printed_values_are_scaled},
    {"what_is_no_number_prints_as_a_dash", what_is_no_number_prints_as_a_dash},
    {"ratios_are_read_with_and_without_percent", ratios_are_read_with_and_without_percent},
    {"ratios_out_of_range_are_refused", ratios_out_of_range_are_refused},
    {0},
};

TEST_MAIN(tests)
