/* Descriptions that tests ask advice for. */
#ifndef CONTEND_TESTS_ADVISE_WORK_H
#define CONTEND_TESTS_ADVISE_WORK_H

#include "bench/judge/advise/advise.h"

static inline struct advise_work work_of(double cpu_ns, double wait_ns, double concurrency,
                                         bool has_gil)
{
    return (struct advise_work){.cpu_ns = cpu_ns,
                                .wait_ns = wait_ns,
                                .concurrency = concurrency,
                                .has_gil = has_gil,
                                .slo_ratio = 0.99,
                                .cpus = 4};
}

#endif
