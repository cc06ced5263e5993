/*
 * Metrics that somebody's own program reports, declared as a text: "lookup_ns,hit_ratio:higher".
 * The unit is the name's ending (_ns, _bytes, _ratio, _per_s; a count without one), and so is the
 * direction, unless it is said.
 */
#ifndef CONTEND_WORKLOADS_COMMAND_METRICS_H
#define CONTEND_WORKLOADS_COMMAND_METRICS_H

#include "bench/contend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A table of them behind the workload's own; kept for the life of the program. */
struct declared {
    struct declared *next;
    const char *text;
    char names[CONTEND_OWN_MAX][64];
    struct metric table[]; /* the workload's own, those of the text, a row without name */
};

static const struct {
    const char *ending, *unit;
    enum better better;
} declared_endings[] = {{"_ns", "ns", BETTER_LOWER},
                        {"_bytes", "bytes", BETTER_LOWER},
                        {"_ratio", "ratio", BETTER_NEUTRAL},
                        {"_per_s", "per_s", BETTER_HIGHER},
                        {"", "count", BETTER_NEUTRAL}};

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && !strcmp(name + length - tail, ending);
}

static bool declared_direction(const char *word, enum better *out)
{
    static const char *const words[] = {
        [BETTER_LOWER] = "lower", [BETTER_HIGHER] = "higher", [BETTER_NEUTRAL] = "neutral"};
    for (int i = BETTER_LOWER; i <= BETTER_NEUTRAL; i++)
        if (!strcmp(word, words[i])) {
            *out = (enum better)i;
            return true;
        }
    return false;
}

static bool is_metric_name(const char *name, size_t length)
{
    return length > 0 && length < 64 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

/* One of them, with its name written to `name`; what is wrong, or NULL. */
static const char *declare(const char *word, size_t length, char name[64], struct metric *out)
{
    char copy[96];
    if (length >= sizeof copy)
        return "has a name that is too long (63 characters)";
    snprintf(copy, sizeof copy, "%.*s", (int)length, word);
    char *colon = strchr(copy, ':');
    if (colon)
        *colon = '\0';
    if (strlen(copy) > 63)
        return "has a name that is too long (63 characters)";
    if (!is_metric_name(copy, strlen(copy)))
        return "is not a list of names of a-z, 0-9 and _, such as \"lookup_ns,hits\"";
    if (!strcmp(copy, "operations") || !strcmp(copy, "checksum"))
        return "declares operations or checksum, which need no declaration";
    size_t i = 0;
    while (!ends_in(copy, declared_endings[i].ending))
        i++;
    memcpy(name, copy, strlen(copy) + 1);
    *out = (struct metric){.name = name,
                           .unit = declared_endings[i].unit,
                           .better = declared_endings[i].better,
                           .nature = NATURE_NOISY,
                           .group = "throughput",
                           .definition = "reported by the program; median of its copies"};
    if (colon && !declared_direction(colon + 1, &out->better))
        return "says a direction that is none of lower, higher, neutral";
    return NULL;
}

/* All of a text; how many into *count.  `table` and `names` have room for CONTEND_OWN_MAX. */
static const char *declare_all(const char *text, char names[][64], struct metric *table,
                               size_t *count)
{
    *count = 0;
    while (*text) {
        size_t length = strcspn(text, ",");
        if (*count == CONTEND_OWN_MAX)
            return "declares more than 8 metrics";
        const char *fault = declare(text, length, names[*count], &table[*count]);
        for (size_t i = 0; !fault && i < *count; i++)
            if (!strcmp(names[i], names[*count]))
                fault = "names a metric twice";
        if (fault)
            return fault;
        ++*count;
        text += length + (text[length] == ',');
    }
    return NULL;
}

#endif
