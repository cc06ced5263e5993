/*
 * What a program of the workload command says of itself, on the descriptor it was given for that:
 *
 *     operations=100000 checksum=4950 lookup_ns=12.5
 *
 * One line, words NAME=NUMBER.  operations (1 where nothing is said) are what it has done, checksum
 * depends on each of them, and other names are metrics that the parameter command.metrics declares.
 */
#ifndef CONTEND_WORKLOADS_COMMAND_REPORT_H
#define CONTEND_WORKLOADS_COMMAND_REPORT_H

#include "bench/contend.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_BYTES_MAX = 4096 };

struct command_report {
    uint64_t operations, checksum;
    bool has_operations, has_checksum;
    double values[CONTEND_OWN_MAX]; /* NaN: not said */
};

/* A whole number, or one with a fraction; `end` must be the end of the word. */
static bool report_whole(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* Decimal: strtod() takes hexadecimal numbers, infinity and blanks before a number, too. */
static bool report_number(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return *text && !*end && text[strspn(text, "+-.0123456789eE")] == '\0' && isfinite(*out);
}

/* One word, NUL-terminated; what is wrong with it, or NULL. */
static const char *report_word(char *word, const struct metric *own, struct command_report *r)
{
    char *equals = strchr(word, '=');
    if (!equals)
        return "is not NAME=NUMBER";
    *equals = '\0';
    const char *number = equals + 1, *fault = NULL;
    bool is_again = false;
    if (!strcmp(word, "operations")) {
        is_again = r->has_operations;
        r->has_operations = report_whole(number, &r->operations) && r->operations;
        fault = r->has_operations ? NULL : "is not a whole number above 0";
    } else if (!strcmp(word, "checksum")) {
        is_again = r->has_checksum;
        r->has_checksum = report_whole(number, &r->checksum);
        fault = r->has_checksum ? NULL : "is not a whole number";
    } else {
        size_t i = 0;
        while (own[i].name && strcmp(own[i].name, word))
            i++;
        is_again = own[i].name && !isnan(r->values[i]);
        fault = !own[i].name                           ? "is not declared in command.metrics"
                : report_number(number, &r->values[i]) ? NULL
                                                       : "is not a number";
    }
    if (!fault && is_again)
        fault = "was said before";
    *equals = '=';
    return fault;
}

/*
 * Reads `text`, one line, which is changed.  `own`: the declared metrics, ended by a row without
 * name.  NULL, or what is wrong, into `words`.
 */
static const char *command_report_read(char *text, const struct metric *own,
                                       struct command_report *r, char *words, size_t size)
{
    *r = (struct command_report){.operations = 1};
    for (size_t i = 0; i < CONTEND_OWN_MAX; i++)
        r->values[i] = NAN;
    char *end = text + strcspn(text, "\r\n"), *rest = NULL;
    if (end[strspn(end, " \t\r\n")])
        return "reported more than one line";
    *end = '\0';
    for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        const char *fault = report_word(word, own, r);
        if (!fault)
            continue;
        snprintf(words, size, "reported \"%.40s\", which %s", word, fault);
        return words;
    }
    return NULL;
}

#endif
