/*
 * How often rows of an interleaved fidelity run are decided rightly, and after how many rounds.
 * usage: fidelity_campaign [SERIES [MOST_ROUNDS]]
 */
#include "tests/unit/fidelity_model.h"

#include <stdio.h>
#include <stdlib.h>

enum { TESTS = 33, MOST = 1000 };

static int by_size(const void *a, const void *b)
{
    const size_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void row(double noise, double drift, double bursts, double off, size_t series, size_t most)
{
    static double x[MOST];
    size_t *rounds = calloc(series, sizeof *rounds), counts[3] = {0}, decided = 0;
    for (size_t i = 0; i < series && rounds; i++) {
        struct model m = model_of(1000 * i + (size_t)(off * 1000), noise, drift, bursts);
        size_t count;
        enum equivalence verdict = model_judge(&m, log1p(off), 0.05, most, TESTS, x, &count);
        counts[verdict]++;
        if (verdict != EQUIVALENCE_OPEN)
            rounds[decided++] = count;
    }
    if (rounds)
        qsort(rounds, decided, sizeof *rounds, by_size);
    printf("%6.1f %% %6.0f %% %6.0f %% %8.0f %% %9.1f %% %9.1f %% %9.1f %% %8zu %8zu\n",
           100 * noise, 100 * drift, 100 * bursts, 100 * off,
           100.0 * (double)counts[EQUIVALENCE_WITHIN] / (double)series,
           100.0 * (double)counts[EQUIVALENCE_BEYOND] / (double)series,
           100.0 * (double)counts[EQUIVALENCE_OPEN] / (double)series,
           decided ? rounds[decided / 2] : 0, decided ? rounds[decided * 9 / 10] : 0);
    free(rounds);
}

static void share_row(double off, size_t series, size_t most)
{
    static double x[MOST];
    size_t counts[3] = {0}, *rounds = calloc(series, sizeof *rounds), decided = 0;
    for (size_t i = 0; i < series && rounds; i++) {
        struct model m = model_of(77 * i + 5, 0, 0, 0);
        size_t count;
        enum equivalence verdict = model_judge_shares(&m, off, most, TESTS, x, &count);
        counts[verdict]++;
        if (verdict != EQUIVALENCE_OPEN)
            rounds[decided++] = count;
    }
    if (rounds)
        qsort(rounds, decided, sizeof *rounds, by_size);
    printf("%8.0f pt %9.1f %% %9.1f %% %9.1f %% %8zu %8zu\n", 100 * off,
           100.0 * (double)counts[EQUIVALENCE_WITHIN] / (double)series,
           100.0 * (double)counts[EQUIVALENCE_BEYOND] / (double)series,
           100.0 * (double)counts[EQUIVALENCE_OPEN] / (double)series,
           rounds && decided ? rounds[decided / 2] : 0,
           rounds && decided ? rounds[decided * 9 / 10] : 0);
    free(rounds);
}

int main(int argc, char **argv)
{
    static const double machines[][3] = {{0.01, 0.1, 0}, {0.02, 0.1, 0.02}, {0.03, 0.2, 0.05}};
    static const double offs[] = {0, 0.02, 0.04, 0.049, 0.052, 0.06, 0.10, -0.10};
    size_t series = argc > 1 ? (size_t)atol(argv[1]) : 400;
    size_t most = argc > 2 ? (size_t)atol(argv[2]) : 40;
    most = most < MOST ? most : MOST;
    printf("tolerance 5 %%, %zu series of at most %zu rounds a row\n", series, most);
    printf("%8s %8s %8s %10s %11s %11s %11s %8s %8s\n", "noise", "drift", "bursts", "planted",
           "agrees", "differs", "undecided", "median", "90 %");
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        for (size_t k = 0; k < sizeof offs / sizeof *offs; k++)
            row(machines[i][0], machines[i][1], machines[i][2], offs[k], series, most);
    static const double shares[] = {0, 0.05, 0.10, 0.16, 0.20, 0.30};
    printf("\nshares of late sleeps, 40 a launch, tolerance 15 points\n");
    printf("%11s %11s %11s %11s %8s %8s\n", "planted", "agrees", "differs", "undecided", "median",
           "90 %");
    for (size_t k = 0; k < sizeof shares / sizeof *shares; k++)
        share_row(shares[k], series, most);
    return 0;
}
