/* The filter expression of dim.h: "workload=sleep,executor=thread|process,tasks>=10". */
#include "bench/judge/parts/dim.h"

#include "bench/base/units.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum relation { EQUAL, UNEQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL };

struct condition {
    char dim[128]; /* longer ones are not understood */
    enum relation relation;
    const char *values; /* "thread|process", up to the next comma */
    size_t length;
};

/* Two-letter signs stand before the one-letter ones they begin with. */
static const struct {
    const char *sign;
    enum relation relation;
} signs[] = {{"!=", UNEQUAL}, {"<=", LESS_EQUAL}, {">=", MORE_EQUAL},
             {"=", EQUAL},    {"<", LESS},        {">", MORE}};

/* "a||b", "a|", nothing at all: what is empty is no value. */
static bool has_empty_value(const struct condition *c)
{
    for (const char *at = c->values, *end = at + c->length; at <= end; at++) {
        size_t length = strcspn(at, "|,");
        if (length == 0)
            return true;
        at += length;
    }
    return false;
}

/* Reads one condition; returns what follows it, or NULL with the error set. */
static const char *read_condition(const char *text, struct condition *out, struct err *err)
{
    size_t length = strcspn(text, ",");
    size_t name = strcspn(text, "!=<>,");
    if (name == 0 || name >= length || name >= sizeof out->dim)
        goto not_understood;
    snprintf(out->dim, sizeof out->dim, "%.*s", (int)name, text);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t size = strlen(signs[i].sign);
        if (strncmp(text + name, signs[i].sign, size))
            continue;
        out->relation = signs[i].relation;
        out->values = text + name + size;
        out->length = length - name - size;
        if (has_empty_value(out) || (text[length] && !text[length + 1]))
            goto not_understood;
        return text + length + (text[length] == ',');
    }
not_understood:
    err_set(err, ERR_USAGE, "--filter: \"%.*s\" is not a condition such as tasks>=10", (int)length,
            text);
    return NULL;
}

/* "10ms" against a duration, "200" against tasks. */
static bool as_number(const char *text, double *out)
{
    static const char *const units[] = {"ns", "bytes", "count"};
    if (!isdigit((unsigned char)text[0]) && text[0] != '-')
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t whole;
        if (!units_parse("", text, units[i], INT64_MIN / 2, INT64_MAX, &whole, NULL)) {
            *out = (double)whole;
            return true;
        }
    }
    return false;
}

/* A number is no longer than this; what is longer is compared as a word alone. */
enum { NUMBER_BYTES = 96 };

static bool is_equal(const struct dim_value *value, const char *word, size_t length)
{
    char text[NUMBER_BYTES];
    double number;
    if (strlen(dim_text(value)) == length && !memcmp(dim_text(value), word, length))
        return true;
    if (length >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)length, word);
    return value->is_number && as_number(text, &number) && !(value->number < number) &&
           !(value->number > number);
}

static bool is_one_of(const struct condition *c, const struct dim_value *value)
{
    const char *at = c->values, *end = c->values + c->length;
    while (at < end) {
        size_t length = strcspn(at, "|,");
        if (is_equal(value, at, length))
            return true;
        at += length + 1;
    }
    return false;
}

static int compare(const struct condition *c, const struct dim_value *value, bool *out,
                   struct err *err)
{
    char text[NUMBER_BYTES];
    double number;
    snprintf(text, sizeof text, "%.*s", (int)c->length, c->values);
    if (c->length >= sizeof text || !as_number(text, &number))
        return err_set(err, ERR_USAGE, "--filter: \"%s\" is not a number to compare %s with", text,
                       c->dim);
    *out = value->is_number && ((c->relation == LESS && value->number < number) ||
                                (c->relation == LESS_EQUAL && value->number <= number) ||
                                (c->relation == MORE && value->number > number) ||
                                (c->relation == MORE_EQUAL && value->number >= number));
    return 0;
}

static int matches(const struct condition *c, const struct entry *e, bool *out, struct err *err)
{
    struct dim_value value;
    dim_value_of(e, c->dim, &value);
    if (c->relation == EQUAL || c->relation == UNEQUAL) {
        *out = is_one_of(c, &value) == (c->relation == EQUAL);
        return 0;
    }
    return compare(c, &value, out, err);
}

static int keep_matching(struct entries *e, const struct condition *c, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->count; i++) {
        bool is_match = false;
        if (matches(c, &e->items[i], &is_match, err))
            return -1;
        if (is_match)
            e->items[kept++] = e->items[i];
    }
    e->count = kept;
    return 0;
}

/* Whether some cell has the value. */
static bool is_there(const struct entries *all, const char *dim, const char *word, size_t length)
{
    struct dim_value value;
    for (size_t i = 0; i < all->count; i++) {
        dim_value_of(&all->items[i], dim, &value);
        if (is_equal(&value, word, length))
            return true;
    }
    return false;
}

/* That one of the values is there at all: what no cell has is likely misspelt. */
static int check_values(const struct condition *c, const struct entries *all, struct err *err)
{
    const char *end = c->values + c->length;
    char first[NUMBER_BYTES];
    if (c->relation != EQUAL)
        return 0;
    for (const char *at = c->values; at < end; at += strcspn(at, "|,") + 1)
        if (is_there(all, c->dim, at, strcspn(at, "|,")))
            return 0;
    snprintf(first, sizeof first, "%.*s", (int)strcspn(c->values, "|,"), c->values);
    return dim_refuse_value("--filter", c->dim, first, all, err);
}

int entries_filter(struct entries *e, const char *filter, struct err *err)
{
    const struct condition measured = {
        .dim = "role", .relation = UNEQUAL, .values = "control", .length = strlen("control")};
    bool wants_role = false;
    const char *at = filter ? filter : "";
    /* All dimensions are checked against all cells, before the first condition removes some. */
    while (*at) {
        struct condition c;
        at = read_condition(at, &c, err);
        if (!at || dim_check("--filter", c.dim, e, err) || check_values(&c, e, err))
            return -1;
        wants_role |= !strcmp(c.dim, "role");
    }
    if (!wants_role && keep_matching(e, &measured, err))
        return -1;
    for (at = filter ? filter : ""; *at;) {
        struct condition c;
        at = read_condition(at, &c, err);
        if (!at || keep_matching(e, &c, err))
            return -1;
        if (e->count == 0)
            return err_set(err, ERR_USAGE, "--filter: no cell is left by \"%s\"", filter);
    }
    return 0;
}
