/* Digits and units: as many as the interval deserves. */
#include "bench/judge/parts/number.h"

#include "bench/base/rng.h"
#include "tests/test.h"

static void numbers_have_the_digits_their_interval_deserves(void)
{
    static const struct {
        struct summary s;
        const char *unit, *text;
    } rows[] = {
        {{38190, 38100, 38300, 0.98, 7}, "ns", "38.19 us"},
        {{38190, 37500, 38900, 0.98, 7}, "ns", "38.2 us"},
        {{38190, 35000, 41000, 0.98, 7}, "ns", "38 us"},
        {{38190, 10000, 60000, 0.98, 7}, "ns", "~38 us"},
        {{312345, 300000, 340000, 0.98, 7}, "ns", "310 us"},
        {{312345, 312000, 312700, 0.98, 7}, "ns", "312.3 us"},
        {{10000000, 10000000, 10000000, 0.98, 7}, "ns", "10.00 ms"},
        {{500, 500, 500, 0, 1}, "ns", "~500 ns"},
        /* Twice 3 samples alike are no interval. */
        {{500, 500, 500, 0.75, 3}, "ns", "~500 ns"},
        {{500, 490, 510, 0.9375, 5}, "ns", "~500 ns"},
        {{1001103, 700000, 1300000, 0.98, 7}, "ns", "1.0 ms"},
        {{1001103, 366000, 1144000, 0.75, 3}, "ns", "~1.0 ms"},
        {{999999.99999999988, 700000, 1300000, 0.98, 7}, "ns", "1.0 ms"},
        {{999.6, 996, 1003, 0.98, 7}, "ns", "1.00 us"},
        {{9.996, 9.9, 10.1, 0.98, 7}, "count", "10.0"},
        {{9.996, 9.5, 10.5, 0.98, 7}, "count", "10"},
        {{1000, 800, 1590, 0.98, 7}, "ns", "1.0 us"},
        {{1000, 800, 1600, 0.98, 7}, "ns", "~1.0 us"},
        {{1000, -10, 1600, 0.98, 7}, "ns", "~1.0 us"},
        {{-1000, -1100, -900, 0.98, 7}, "ns", "-1.00 us"},
        /* Half widths at the ends of what a double holds. */
        {{5, 5, 5.0000000000000009, 0.98, 7}, "count", "5.000"},
        {{1, 0x1p-1074, 0x1p-1073, 0.98, 7}, "ratio", "~1.0"},
        {{1e300, -1.7e308, 1.7e308, 0.98, 7}, "count", NULL},
        {{0, 0, 0, 0.98, 7}, "ns", "0 ns"},
        {{1, 1, 1, 0.98, 7}, "ratio", "1"},
        {{0, 0, 0, 0.98, 7}, "ratio", "0"},
        {{0.9876, 0.98, 0.99, 0.98, 7}, "ratio", "0.988"},
        {{0.0042, 0.004, 0.0044, 0.98, 7}, "ratio", "0.0042"},
        {{0.0001, 0.0001, 0.0009, 0.98, 7}, "ratio", "<0.001"},
        {{1536, 1500, 1580, 0.98, 7}, "bytes", "1.50 KiB"},
        {{314572800, 290000000, 330000000, 0.98, 7}, "bytes", "300 MiB"},
        {{1250000, 1240000, 1260000, 0.98, 7}, "per_s", "1.250 M/s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct number n;
        char text[48];
        number_of_summary(&n, &rows[i].s, rows[i].unit, "noisy");
        if (rows[i].text)
            CHECK_EQ((const char *)number_text(text, sizeof text, &n), rows[i].text);
    }
}

/* Reads a printed number back: its value, and how many of its digits are meant. */
static double read_back(const char *text, const char *unit, int *digits, bool *has_point)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"ns", 1},    {"us", 1e3},   {"ms", 1e6},      {"s", 1e9},
                 {"B", 1},     {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824},
                 {"k", 1e3},   {"M", 1e6},    {"G", 1e9},       {"/s", 1},
                 {"k/s", 1e3}, {"M/s", 1e6},  {"G/s", 1e9},     {"", 1}};
    double factor = NAN;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(units[i].unit, unit))
            factor = units[i].factor;
    bool has_begun = false;
    *digits = 0;
    *has_point = false;
    for (const char *c = text; *c; c++) {
        *has_point |= *c == '.';
        has_begun |= *c >= '1' && *c <= '9';
        *digits += has_begun && *c >= '0' && *c <= '9';
    }
    return strtod(text, NULL) * factor;
}

/* Whatever the value, its unit and its interval: as many digits as deserved, none more. */
static void printed_digits_are_those_deserved(void)
{
    static const char *const units[] = {"ns", "bytes", "count", "per_s", "ratio"};
    static const double edges[] = {1, 10, 100, 1000, 1024, 1e4, 1e6, 1048576, 1e9, 1e3 - 1e-13};
    struct rng r = {.state = 20261128};
    for (size_t i = 0; i < 200000; i++) {
        const char *unit = units[i % 5];
        double center = pow(10, (double)rng_below(&r, 12000) / 1000);
        if (i % 3 == 0) /* close to where digits and units change */
            center = edges[rng_below(&r, 10)] * (1 + ((double)rng_below(&r, 2001) - 1000) * 1e-5);
        if (i % 7 == 0)
            center = nextafter(edges[rng_below(&r, 10)], i % 2 ? 0 : 1e12);
        if (!strcmp(unit, "ratio"))
            center /= 1e3;
        double half = center * pow(10, -(double)rng_below(&r, 5000) / 1000) / 3.01;
        struct summary s = {center, center - half, center + half, 0.98, 7};
        int deserved = number_digits(s.center, s.lo, s.hi), digits;
        struct number n;
        bool has_point;
        number_of_summary(&n, &s, unit, "noisy");
        if (n.text[0] == '<')
            continue;
        CHECK(n.text[0] != '~');
        double shown = read_back(n.text, n.unit, &digits, &has_point);
        CHECK_MSG(has_point ? digits == deserved : digits >= deserved,
                  "%.17g +- %.3g %s: \"%s %s\" has %d digits, deserved %d", center, half, unit,
                  n.text, n.unit, digits, deserved);
        for (size_t d = strlen(n.text); !has_point && digits > deserved; digits--)
            CHECK_MSG(n.text[--d] == '0', "%.17g: \"%s\", deserved %d", center, n.text, deserved);
        CHECK_MSG(fabs(shown - center) <= center * 0.5001 * pow(10, 1 - deserved),
                  "%.17g is shown as \"%s %s\"", center, n.text, n.unit);
    }
}

static void exact_counts_are_not_rough(void)
{
    const struct summary s = {12345, 12345, 12345, 0, 1};
    struct number n;
    char text[48];
    number_of_summary(&n, &s, "count", "exact");
    CHECK_EQ((const char *)number_text(text, sizeof text, &n), "12.35 k");
}

/* The rule of number.h: 10^k of the last digit is within 1/20 .. 1/2 of the half width. */
static void the_last_digit_is_a_twentieth_to_a_half_of_the_half_width(void)
{
    struct rng r = {.state = 5};
    for (size_t i = 0; i < 10000; i++) {
        double center = 1 + (double)rng_below(&r, 1000000);
        double half = center * (double)(1 + rng_below(&r, 1000)) / 2000;
        int digits = number_digits(center, center - half, center + half);
        CHECK(digits >= 2 && digits <= 4);
        double last = pow(10, floor(log10(center)) - digits + 1);
        bool is_in = last <= half / 2 * 1.0000001 && last > half / 20 * 0.9999999;
        bool is_clamped = (digits == 2 && last < half / 2) || (digits == 4 && last > half / 20) ||
                          (digits == 2 && last > half / 2);
        CHECK_MSG(is_in || is_clamped, "center %g half %g digits %d", center, half, digits);
    }
}

static void ratios_say_nothing_when_their_interval_holds_one(void)
{
    static const struct {
        struct ratio r;
        const char *text;
    } rows[] = {
        {{2, 1.5, 2.5, 0.95}, "2.0x"},
        {{2, 1.98, 2.02, 0.95}, "2.00x"},
        {{0.52, 0.515, 0.524, 0.95}, "0.520x"},
        {{1.02, 0.9, 1.1, 0.95}, "~"},
        {{1, 1, 1, 0.95}, "~"},
        {{0.5, 0.5, 0.5, 0}, "~0.50x"},
        {{134, 130, 139, 0.95}, "134x"},
        {{0.00169, 0.0016, 0.00175, 0.95}, "1/590"},
        {{(double)NAN, 0, 0, 0}, "~"},
        {{1230, 1200, 1260, 0.95}, "1.23kx"},
        {{3, (double)NAN, (double)NAN, 0.9}, "~3.0x"},
        {{9.996, 9.5, 10.5, 0.95}, "10x"},
        {{9.996, 9.9, 10.1, 0.95}, "10.0x"},
        {{0.0099996, 0.0095, 0.0105, 0.95}, "1/100"},
        /* Three samples a side, all of one below all of the other: 10 % of equal pairs. */
        {{1.05, 1.01, 1.1, 0.5625}, "~"},
        {{0.6, 0.5, 0.7, 0.5625}, "~"},
        {{20.04, 19.9, 20.1, 0.5625}, "~20x"},
        {{3, 1.5, 6, 0.95}, "~3.0x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct number n;
        number_of_ratio(&n, &rows[i].r);
        CHECK_EQ((const char *)n.text, rows[i].text);
        CHECK_EQ((const char *)n.unit, "");
    }
}

/* A ratio and its interval have the digits of the interval, whichever column they stand in. */
static void a_ratio_and_its_interval_end_with_the_same_digit(void)
{
    static const struct {
        struct page_value r;
        const char *both, *beside, *ends;
    } rows[] = {
        {{.center = 5.48, .lo = 5.21, .hi = 5.86, .level = 0.95},
         "5.5x [5.2, 5.9]",
         "5.5x",
         "5.2-5.9"},
        {{.center = 1.0027, .lo = 1.0011, .hi = 1.0044, .level = 0.95},
         "1.003x [1.001, 1.004]",
         "1.003x",
         "1.001-1.004"},
        {{.center = 0.99, .lo = 0.95, .hi = 1.04, .level = 0.95},
         "0.99x [0.95, 1.04]",
         "~",
         "0.95-1.04"},
        {{.center = 0.00478, .lo = 0.00457, .hi = 0.00501, .level = 0.95},
         "1/209 [1/219, 1/200]",
         "1/209",
         "1/219-1/200"},
        {{.center = 312.3, .lo = 281, .hi = 344, .level = 0.95},
         "310x [280, 340]",
         "310x",
         "280-340"},
        {{.center = 3.02, .lo = 1.5, .hi = 6.04, .level = 0.95},
         "~3.0x [1.5, 6.0]",
         "~3.0x",
         "1.5-6.0"},
        {{.center = 20.04, .lo = 19.9, .hi = 20.1, .level = 0.5},
         "~20.04x [19.90, 20.10]",
         "~20.04x",
         "19.90-20.10"},
        {{.center = 2, .lo = (double)NAN, .hi = (double)NAN}, "~2.0x", "~2.0x", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[96];
        struct number n;
        CHECK_EQ((const char *)number_of_quotient_in_ends(text, sizeof text, &rows[i].r),
                 rows[i].both);
        number_of_quotient(&n, &rows[i].r, true);
        CHECK_EQ((const char *)n.text, rows[i].beside);
        CHECK_EQ((const char *)number_ends_of_quotient(text, sizeof text, &rows[i].r, "-"),
                 rows[i].ends);
    }
}

/* Buggy: "310 us [297, 344]", "1.0 ms [1.0, 1.0]". */
static void a_value_and_its_interval_end_with_the_same_digit(void)
{
    static const struct {
        struct page_value v;
        const char *unit, *text, *lo, *hi;
    } rows[] = {
        {{312345, 297000, 344000, 0.98, 7}, "ns", "310", "300", "340"},
        {{1001103, 998000, 1003000, 0.75, 3}, "ns", "~1.001", "0.998", "1.003"},
        {{38190, 37500, 38900, 0.98, 7}, "ns", "38.2", "37.5", "38.9"},
        {{0, 0, 0.0131, 0.98, 7}, "ratio", "0", "0", "0.013"},
        {{0.01, -0.001, 0.02, 0.98, 7}, "ratio", "~0.010", "-0.001", "0.020"},
        {{10, -0.3, 20, 0.98, 7}, "count", "~10", "0", "20"},
        /* Buggy: "1.0 k/s [1.0, 1.0]", of a thousand in tens. */
        {{996, 975, 1017, 0.98, 7}, "per_s", "996", "975", "1017"},
        {{1004, 983, 1026, 0.98, 7}, "per_s", "1.00", "0.98", "1.03"},
        {{1.5e300, 1e300, 2e300, 0.98, 7}, "count", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct number n, lo, hi;
        int digits = number_digits_in_ends(&rows[i].v);
        number_of_value(&n, &rows[i].v, rows[i].unit, false, digits);
        number_end(&lo, &n, digits, rows[i].v.lo, rows[i].unit);
        number_end(&hi, &n, digits, rows[i].v.hi, rows[i].unit);
        if (!rows[i].text)
            continue;
        CHECK_EQ((const char *)n.text, rows[i].text);
        CHECK_EQ((const char *)lo.text, rows[i].lo);
        CHECK_EQ((const char *)hi.text, rows[i].hi);
        CHECK_EQ((const char *)lo.unit, n.unit);
    }
}

static void an_end_has_the_digits_that_end_where_the_value_does(void)
{
    static const struct {
        double value, end;
        int digits, expected;
    } rows[] = {
        {9.8, 10.13, 2, 3}, {96, 101.8, 2, 3}, {101, 99.8, 4, 3},      {38, 0, 2, 2},
        {0, 5, 2, 2},       {10, 0.3, 2, 1},   {1e-300, 1e300, 2, 17}, {-9.8, -10.1, 2, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_EQ(number_digits_of_end(rows[i].value, rows[i].digits, rows[i].end),
                 rows[i].expected);
}

static double draw(struct rng *r, int shape)
{
    double u = ((double)(rng_next(r) >> 11) + 0.5) / 0x1p53;
    double z = u < 0.5 ? -sqrt(-2 * log(2 * u) / 2) : sqrt(-2 * log(2 * (1 - u)) / 2);
    return shape == 0 ? 100 + 100 * u : shape == 1 ? 100 * exp(0.1 * z) : 100 - 10 * log(u);
}

/* Two samples of one thing: a number for their ratio is wrong, and a rare one. */
static void equal_pairs_of_few_samples_have_no_ratio(void)
{
    enum { TRIALS = 20000 };
    struct rng r = {.state = 17};
    for (int shape = 0; shape < 3; shape++)
        for (size_t n = 3; n <= 6; n++) {
            int wrong = 0;
            for (int t = 0; t < TRIALS; t++) {
                double a[6], b[6];
                struct ratio ratio;
                struct number text;
                for (size_t i = 0; i < n; i++) {
                    a[i] = draw(&r, shape);
                    b[i] = draw(&r, shape);
                }
                CHECK_EQ(ratio_of_samples(a, n, b, n, SUMMARY_LEVEL, &ratio, NULL), 0);
                number_of_ratio(&text, &ratio);
                wrong += strcmp(text.text, "~") != 0;
            }
            CHECK_MSG(wrong <= TRIALS / 20, "shape %d, %zu samples: %d of %d", shape, n, wrong,
                      TRIALS);
        }
    /* What differs by far is said, as the rough number it is. */
    double few[] = {100, 103, 98}, many[] = {2000, 2100, 1990};
    struct ratio ratio;
    struct number text;
    CHECK_EQ(ratio_of_samples(many, 3, few, 3, SUMMARY_LEVEL, &ratio, NULL), 0);
    number_of_ratio(&text, &ratio);
    CHECK_EQ((const char *)text.text, "~20x");
}

static const struct test tests[] = {
    {"numbers_have_the_digits_their_interval_deserves",
     numbers_have_the_digits_their_interval_deserves},
    {"printed_digits_are_those_deserved", printed_digits_are_those_deserved},
    {"exact_counts_are_not_rough", exact_counts_are_not_rough},
    {"the_last_digit_is_a_twentieth_to_a_half_of_the_half_width",
     the_last_digit_is_a_twentieth_to_a_half_of_the_half_width},
    {"equal_pairs_of_few_samples_have_no_ratio", equal_pairs_of_few_samples_have_no_ratio},
    {"a_ratio_and_its_interval_end_with_the_same_digit",
     a_ratio_and_its_interval_end_with_the_same_digit},
    {"a_value_and_its_interval_end_with_the_same_digit",
     a_value_and_its_interval_end_with_the_same_digit},
    {"an_end_has_the_digits_that_end_where_the_value_does",
     an_end_has_the_digits_that_end_where_the_value_does},
    {"ratios_say_nothing_when_their_interval_holds_one",
     ratios_say_nothing_when_their_interval_holds_one},
    {0},
};

TEST_MAIN(tests)
