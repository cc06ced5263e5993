/* The names there are, one by one, for those who list what an option takes. */
#ifndef CONTEND_LAB_KNOWN_H
#define CONTEND_LAB_KNOWN_H

#include <stddef.h>

/* The i-th, NULL behind the last; hidden ones are left out. */
const char *known_workload(size_t i);
const char *known_executor(size_t i);
const char *known_lock(size_t i);
const char *known_probe(size_t i);
const char *known_suite(size_t i);
const char *known_claim(size_t i);
const char *known_metric(size_t i);
const char *known_placement(size_t i);

#endif
