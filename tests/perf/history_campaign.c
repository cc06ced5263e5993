/*
 * What `contend history check` gets right and wrong, on made series with known answers: false
 * alarms in noise of many kinds, steps found and how soon, changes after other changes, lone
 * spikes, drift, many series.  Fixed seeds; the tables are Markdown.  Run by
 * scripts/history-campaign.
 */
#include "tests/perf/history_series.h"

#define NOISE 0.02
#define STEP  0.05

static const struct noise normal = {"normal noise", NORMAL, 0, 0};

/* ---- Nothing ------------------------------------------------------------------------ */

static void false_alarms(size_t trials, const struct noise *n, size_t count)
{
    double x[MOST_POINTS];
    size_t worse = 0, better = 0, watch = 0, dependent = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, count, n, NOISE);
        struct answer a = check(x, 1, count, HISTORY_ALPHA, t);
        worse += a.worse;
        better += a.better;
        watch += a.watch;
        dependent += a.dependence > 0;
    }
    printf(
        "| %s, %zu points | %zu | %.2f | %.2f better, %.1f watched, %.1f held to be dependent |\n",
        n->name, count, trials, percent(worse, trials), percent(better, trials),
        percent(watch, trials), percent(dependent, trials));
}

static void all_false_alarms(size_t trials)
{
    static const struct noise kinds[] = {
        {"normal noise", NORMAL, 0, 0},
        {"Student's t, 3 degrees of freedom", STUDENT, 3, 0},
        {"Student's t, 2 degrees of freedom", STUDENT, 2, 0},
        {"log-normal, sigma 1", LOGNORMAL, 1, 0},
        {"two regimes, 5 % of points 6 sd higher", TWO_REGIMES, 0.05, 6},
        {"two regimes, 10 % of points 8 sd higher", TWO_REGIMES, 0.1, 8},
        {"two regimes, 20 % of points 5 sd higher", TWO_REGIMES, 0.2, 5},
        {"two regimes, 10 % of points 8 sd lower", TWO_REGIMES, 0.1, -8},
        {"two regimes, half of the points 10 sd higher", TWO_REGIMES, 0.5, 10},
        {"rounded to 1 sd", ROUNDED, 1, 0},
        {"80 % of points exactly the same", MOSTLY_SAME, 0.8, 0},
        {"constant", CONSTANT, 0, 0},
    };
    static const size_t counts[] = {30, 60, 100};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            false_alarms(2 * trials, &kinds[k], counts[c]);
}

/* Another machine, or another neighbour: the level stays, and how far points lie about it does not.
 */
static void other_noise(size_t trials)
{
    static const struct noise kinds[] = {
        {"noise 3 times as large in the last 3 points", LOUDER, 97, 3},
        {"noise 10 times as large in the last 3 points", LOUDER, 97, 10},
        {"noise 3 times as large in the last 8 points", LOUDER, 92, 3},
        {"noise 10 times as large in the last 8 points", LOUDER, 92, 10},
        {"noise 2 times as large in the last 40 points", LOUDER, 60, 2},
        {"noise 10 times as large in the last 40 points", LOUDER, 60, 10},
        {"a tenth of the noise in the last 40 points", LOUDER, 60, 0.1},
        {"a tenth of the noise in the last 8 points", LOUDER, 92, 0.1},
        {"a tenth of the noise behind the first 20 points", LOUDER, 20, 0.1},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        false_alarms(2 * trials, &kinds[k], 100);
}

static void dependent_noise(size_t trials)
{
    static const struct noise kinds[] = {
        {"neighbours correlated by 0.1", FOLLOWING, 0.1, 0},
        {"neighbours correlated by 0.2", FOLLOWING, 0.2, 0},
        {"neighbours correlated by 0.3", FOLLOWING, 0.3, 0},
        {"neighbours correlated by 0.5", FOLLOWING, 0.5, 0},
        {"neighbours correlated by 0.8", FOLLOWING, 0.8, 0},
        {"a random walk", WALK, 0, 0},
        {"a wave of period 7, 2 sd high", WAVE, 7, 2},
        {"a wave of period 25, 2 sd high", WAVE, 25, 2},
        {"a wave of period 50, 2 sd high", WAVE, 50, 2},
    };
    static const size_t counts[] = {30, 60, 100, 250};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            false_alarms(trials, &kinds[k], counts[c]);
}

static void looking_often(size_t trials, double alpha)
{
    double x[MOST_POINTS];
    size_t alarmed = 0;
    for (size_t t = 0; t < trials; t++) {
        bool any = false;
        fill(x, 100, &normal, NOISE);
        for (size_t count = 8; count <= 100 && !any; count++)
            any = check(x, 1, count, alpha, t).worse > 0;
        alarmed += any;
    }
    printf("| nothing, checked after each of 100 commits, alpha %g %% | %zu | %.1f | a series ever "
           "alarmed |\n",
           100 * alpha, trials, percent(alarmed, trials));
}

/* ---- One step ----------------------------------------------------------------------- */

/* What nobody can beat: noise, size, direction and the two sides' places are known. */
static double known_place(size_t before, size_t after, double alpha)
{
    double shift = log1p(STEP) / NOISE * sqrt((double)(before * after) / (double)(before + after));
    return 100 * gsl_cdf_ugaussian_P(shift - gsl_cdf_ugaussian_Pinv(1 - alpha));
}

static void steps(size_t trials, const struct noise *n, size_t before, size_t after, double alpha)
{
    double x[MOST_POINTS];
    size_t found = 0, named = 0, near = 0, drift = 0, count = before + after;
    for (size_t t = 0; t < trials; t++) {
        fill(x, count, n, NOISE);
        for (size_t i = before; i < count; i++)
            x[i] += log1p(STEP);
        struct answer a = check(x, 1, count, alpha, t);
        found += a.worse;
        named += a.worse + a.watch;
        near += a.worse && distance(a.likely, before) <= 3;
        drift += a.worse && a.is_drift;
    }
    printf(
        "| 5 %% step after %zu points, %zu points on, %s, alpha %g %% | %zu | %.1f | %.1f with "
        "watched; %.1f of those found within 3 points of the place, %.1f called a drift; %.1f were "
        "the place known |\n",
        before, after, n->name, 100 * alpha, trials, percent(found, trials), percent(named, trials),
        percent(near, found), percent(drift, found), known_place(before, after, alpha));
}

static void all_steps(size_t trials)
{
    static const struct noise spiked = {"2 % of points 10 sd higher", SPIKED, 0.02, 10};
    static const struct noise following = {"neighbours correlated by 0.3", FOLLOWING, 0.3, 0};
    for (size_t after = 3; after <= 6; after++)
        steps(trials, &normal, 50, after, HISTORY_ALPHA);
    steps(trials, &normal, 97, 3, HISTORY_ALPHA);
    steps(trials, &normal, 50, 10, HISTORY_ALPHA);
    steps(trials, &normal, 50, 50, HISTORY_ALPHA);
    steps(trials, &normal, 50, 3, 0.0001);
    steps(trials, &normal, 50, 6, 0.0001);
    steps(trials, &normal, 50, 10, 0.0001);
    steps(trials, &spiked, 50, 5, HISTORY_ALPHA);
    steps(trials, &spiked, 50, 10, HISTORY_ALPHA);
    steps(trials, &following, 50, 5, HISTORY_ALPHA);
    steps(trials, &following, 50, 10, HISTORY_ALPHA);
    steps(trials, &following, 50, 50, HISTORY_ALPHA);
}

/* ---- Changes after changes ---------------------------------------------------------- */

struct stretch {
    size_t points; /* 0 ends the list */
    double ratio;
};

struct shape {
    const char *name;
    double noise;
    struct stretch stretches[12];
    size_t regression; /* stretch that begins with the newest regression; 0: none */
    size_t good;       /* stretch in which the last good commit lies */
    double wave;       /* a wave of period 25 on top of it */
    double drift; /* what the first stretch rises by, little by little, and what is left of it */
};

static size_t make_shape(double *x, const struct shape *s, size_t *starts)
{
    size_t count = 0;
    fill(x, MOST_POINTS, &normal, s->noise);
    for (size_t k = 0; s->stretches[k].points > 0; k++) {
        starts[k] = count;
        for (size_t i = 0; i < s->stretches[k].points; i++, count++)
            x[count] += log(s->stretches[k].ratio) + s->wave * sin(2 * M_PI * (double)count / 25) +
                        log1p(s->drift) * fmin((double)count / (double)s->stretches[0].points, 1);
        starts[k + 1] = count;
    }
    return count;
}

static void changes(size_t trials, const struct shape *s)
{
    double x[MOST_POINTS];
    size_t starts[13], found = 0, named = 0, near = 0, good = 0;
    for (size_t t = 0; t < trials; t++) {
        size_t count = make_shape(x, s, starts);
        struct answer a = check(x, 1, count, HISTORY_ALPHA, t);
        found += a.worse;
        named += a.worse + a.watch;
        if (a.worse == 0)
            continue;
        near += distance(a.likely, starts[s->regression]) <= 3;
        good += a.last_good >= starts[s->good] && a.last_good < starts[s->good + 1];
    }
    printf("| %s%s | %zu | %.1f | %.1f with watched", s->name,
           s->regression > 0 ? "" : ": no regression stands", trials, percent(found, trials),
           percent(named, trials));
    if (s->regression > 0)
        printf("; %.1f of those found within 3 points of the place, last good really good in %.1f",
               percent(near, found), percent(good, found));
    printf(" |\n");
}

static void all_changes(size_t trials)
{
    static const struct shape shapes[] = {
        {"60 at 1, 40 at 0.8, 30 at 0.88, 1 % noise",
         0.01,
         {{60, 1}, {40, 0.8}, {30, 0.88}},
         2,
         1,
         0,
         0},
        {"-10 %, then +5.5 %, 1 % noise", 0.01, {{60, 1}, {40, 0.9}, {30, 0.9495}}, 2, 1, 0, 0},
        {"-20 %, then +10 %", 0.02, {{60, 1}, {40, 0.8}, {30, 0.88}}, 2, 1, 0, 0},
        {"-50 %, then +50 %", 0.02, {{60, 1}, {40, 0.5}, {30, 0.75}}, 2, 1, 0, 0},
        {"-20 %, then +5 % 10 points ago", 0.02, {{60, 1}, {40, 0.8}, {10, 0.84}}, 2, 1, 0, 0},
        {"-20 %, then +5 % 5 points ago", 0.02, {{60, 1}, {40, 0.8}, {5, 0.84}}, 2, 1, 0, 0},
        {"-20 %, 12 points later +10 %, 8 points ago",
         0.02,
         {{60, 1}, {12, 0.8}, {8, 0.88}},
         2,
         1,
         0,
         0},
        {"-10 %, -10 %, -10 %, then +8 %",
         0.02,
         {{40, 1}, {40, 0.9}, {40, 0.81}, {40, 0.729}, {20, 0.787}},
         4,
         3,
         0,
         0},
        {"+5 %, then -20 %, then +6 %",
         0.02,
         {{40, 1}, {40, 1.05}, {40, 0.84}, {20, 0.8904}},
         3,
         2,
         0,
         0},
        {"two directions: +6, -6, +6 %",
         0.02,
         {{40, 1}, {30, 1.06}, {30, 1}, {20, 1.06}},
         3,
         2,
         0,
         0},
        {"two steps: +5 %, then +5 %", 0.02, {{50, 1}, {40, 1.05}, {30, 1.1025}}, 2, 0, 0, 0},
        {"-10 % for 20 points, then as before", 0.02, {{40, 1}, {20, 0.9}, {30, 1}}, 2, 1, 0, 0},
        {"-10 % for 10 points, then as before", 0.02, {{40, 1}, {10, 0.9}, {30, 1}}, 2, 1, 0, 0},
        {"+10 % for 10 points, then back", 0.02, {{40, 1}, {10, 1.1}, {30, 1}}, 0, 0, 0, 0},
        {"up and down by 8 % every 20 points, last rise +8 %",
         0.02,
         {{20, 1}, {20, 1.08}, {20, 1}, {20, 1.08}, {20, 1}, {20, 1.08}, {20, 1}, {20, 1.08}},
         7,
         6,
         0,
         0},
        {"up and down by 8 % every 20 points, then +15 %",
         0.02,
         {{20, 1}, {20, 1.08}, {20, 1}, {20, 1.08}, {20, 1}, {20, 1.08}, {20, 1}, {20, 1.15}},
         7,
         6,
         0,
         0},
        {"a wave of 2 %, period 25, then +10 %", 0.01, {{100, 1}, {30, 1.1}}, 1, 0, 0.02, 0},
        {"a wave of 2 %, period 25, -10 %, then +10 %",
         0.01,
         {{100, 1}, {50, 0.9}, {30, 0.99}},
         2,
         1,
         0.02,
         0},
        {"-20 %, slow rise by 10 % in 40 points",
         0.02,
         {{60, 1}, {8, 0.8}, {8, 0.82}, {8, 0.84}, {8, 0.86}, {8, 0.88}},
         5,
         1,
         0,
         0},
        {.name = "slow fall by 20 % in 100 points, then +6 % 15 points ago",
         .noise = 0.02,
         .stretches = {{100, 1}, {15, 1.06}},
         .regression = 1,
         .drift = -0.2},
        {.name = "slow fall by 20 % in 100 points, then +10 % 8 points ago",
         .noise = 0.02,
         .stretches = {{100, 1}, {8, 1.1}},
         .regression = 1,
         .drift = -0.2},
        {.name = "slow fall by 10 % in 200 points, then +6 % 10 points ago, 1 % noise",
         .noise = 0.01,
         .stretches = {{200, 1}, {10, 1.06}},
         .regression = 1,
         .drift = -0.1},
        {.name = "slow rise by 10 % in 100 points, then -20 %",
         .noise = 0.02,
         .stretches = {{100, 1}, {30, 0.8}},
         .drift = 0.1},
        {.name = "slow fall by 20 % in 100 points alone",
         .noise = 0.02,
         .stretches = {{100, 1}},
         .drift = -0.2},
        {"-20 % alone", 0.02, {{60, 1}, {40, 0.8}}, 0, 0, 0, 0},
        {"-10 %, -10 %, -10 %", 0.02, {{40, 1}, {40, 0.9}, {40, 0.81}, {40, 0.729}}, 0, 0, 0, 0},
        {"+10 %, then back", 0.02, {{60, 1}, {30, 1.1}, {30, 1}}, 0, 0, 0, 0},
    };
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        changes(trials, &shapes[k]);
}

/* ---- Spikes, drift, many series ----------------------------------------------------- */

/* `place` SIZE_MAX: anywhere. */
static void spikes(size_t trials, double size, size_t place, const char *where)
{
    double x[MOST_POINTS];
    size_t alarms = 0, at_spike = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, 100, &normal, NOISE);
        size_t at = place == SIZE_MAX ? (size_t)rng_below(&rng, 100) : place;
        x[at] = log1p(size);
        struct answer a = check(x, 1, 100, HISTORY_ALPHA, t);
        alarms += a.worse;
        at_spike += a.worse && distance(a.likely, at) <= 3;
    }
    printf("| a lone spike of %+.0f %%, %s | %zu | %.1f | %.1f within 3 points of it |\n",
           100 * size, where, trials, percent(alarms, trials), percent(at_spike, trials));
}

static void all_spikes(size_t trials)
{
    static const double sizes[] = {0.06, 0.1, 1, 9};
    static const struct {
        size_t at;
        const char *name;
    } places[] = {{SIZE_MAX, "anywhere"},
                  {99, "the newest point"},
                  {98, "the second newest"},
                  {97, "the third newest"}};
    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            spikes(trials, sizes[s], places[p].at, places[p].name);
}

static void drifts(size_t trials, double size)
{
    double x[MOST_POINTS];
    size_t found = 0, drift = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, 100, &normal, NOISE);
        for (size_t i = 0; i < 100; i++)
            x[i] += log1p(size) * (double)i / 99;
        struct answer a = check(x, 1, 100, HISTORY_ALPHA, t);
        found += a.worse;
        drift += a.worse && a.is_drift;
    }
    printf("| a drift of %.0f %% over 100 points | %zu | %.1f | %.1f called a drift |\n",
           100 * size, trials, percent(found, trials), percent(drift, trials));
}

static void families(size_t trials, size_t after)
{
    static double x[MOST_SERIES * MOST_POINTS];
    size_t count = 60, wrong = 0, found = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, MOST_SERIES * count, &normal, NOISE);
        for (size_t i = count - after; i < count; i++)
            x[i] += log1p(STEP);
        struct answer a = check(x, MOST_SERIES, count, HISTORY_ALPHA, t);
        found += a.likely != SIZE_MAX;
        wrong += a.worse > (a.likely != SIZE_MAX);
    }
    printf("| 40 series of 60, one with a 5 %% step %zu points ago | %zu | %.1f | %.1f alarmed for "
           "another series |\n",
           after, trials, percent(found, trials), percent(wrong, trials));
}

/* ---- Parts -------------------------------------------------------------------------- */

static void often(size_t trials)
{
    looking_often(trials / 5 + 1, HISTORY_ALPHA);
    looking_often(trials / 5 + 1, 0.001);
    looking_often(trials / 5 + 1, 0.0001);
}

static void all_drifts(size_t trials)
{
    drifts(trials, 0.05);
    drifts(trials, 0.1);
}

static void all_families(size_t trials)
{
    families(trials / 5 + 1, 3);
    families(trials / 5 + 1, 6);
}

static const struct {
    const char *name;
    void (*run)(size_t trials);
} parts[] = {
    {"nothing", all_false_alarms}, {"dependence", dependent_noise}, {"often", often},
    {"steps", all_steps},          {"changes", all_changes},        {"spikes", all_spikes},
    {"drifts", all_drifts},        {"families", all_families},      {"noise", other_noise},
};

int main(int argc, char **argv)
{
    size_t trials = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 2026;
    if (trials == 0) {
        fprintf(stderr, "usage: %s [TRIALS [SEED [PART...]]]\nparts:", argv[0]);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            fprintf(stderr, " %s", parts[i].name);
        fprintf(stderr, "\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("Noise 2 %% where nothing else is said, alpha 1 %%, seed %llu.\n\n| series | trials | "
           "alarms, %% | of them, or beside them, %% |\n|---|--:|--:|---|\n",
           (unsigned long long)seed);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        bool is_wanted = argc <= 3;
        for (int k = 3; k < argc; k++)
            is_wanted = is_wanted || !strcmp(argv[k], parts[i].name);
        rng = (struct rng){seed + i}; /* a part is the same whether or not others run */
        if (is_wanted)
            parts[i].run(trials);
    }
    if (checks_done > 0)
        printf("\n%.2f ms a check on average.\n", (double)checks_ns / 1e6 / (double)checks_done);
    return 0;
}
