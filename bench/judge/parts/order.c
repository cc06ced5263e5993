/* Sorting entries by their dimensions; see dim.h. */
#include "bench/judge/parts/dim.h"

#include <stdlib.h>
#include <string.h>

/* An entry's value in the dimension sorted by, and where it goes. */
struct key {
    struct dim_value value;
    struct entry entry;
    size_t position; /* before sorting */
    size_t rank;     /* of its value among all values */
};

static int by_value(const void *a, const void *b)
{
    const struct key *left = a, *right = b;
    if (left->value.is_number != right->value.is_number)
        return left->value.is_number ? -1 : 1;
    if (left->value.is_number &&
        (left->value.number < right->value.number || left->value.number > right->value.number))
        return left->value.number < right->value.number ? -1 : 1;
    int words = strcmp(dim_text(&left->value), dim_text(&right->value));
    if (words != 0)
        return words;
    return (left->entry.order > right->entry.order) - (left->entry.order < right->entry.order);
}

static int by_rank(const void *a, const void *b)
{
    const struct key *left = a, *right = b;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return (left->position > right->position) - (left->position < right->position);
}

/* Keys are sorted by value: equal ones form runs, and within a run the first entry is first. */
static void rank(struct key *keys, size_t count, bool is_executor)
{
    for (size_t i = 0, run = 0; i < count; i++) {
        if (i > 0 && strcmp(dim_text(&keys[i].value), dim_text(&keys[run].value)))
            run = i;
        const struct key *first = &keys[run];
        if (!dim_text(&first->value)[0])
            keys[i].rank = 0;
        else if (first->value.is_number)
            keys[i].rank = 1 + run;
        else
            keys[i].rank =
                count + 1 + (is_executor ? first->entry.executor_order : first->entry.order);
    }
}

int entries_sort(struct entry *items, size_t count, const struct dims *by, struct err *err)
{
    if (count < 2)
        return 0;
    struct key *keys = calloc(count, sizeof *keys);
    if (!keys)
        return err_set(err, ERR_SYSTEM, "%zu cells: out of memory", count);
    /* From the last dimension to the first: each pass keeps the order of the one before. */
    for (size_t d = by->count; d-- > 0;) {
        for (size_t i = 0; i < count; i++) {
            keys[i] = (struct key){.entry = items[i], .position = i};
            dim_value_of(&items[i], by->names[d], &keys[i].value);
        }
        qsort(keys, count, sizeof *keys, by_value);
        rank(keys, count, !strcmp(by->names[d], "executor"));
        qsort(keys, count, sizeof *keys, by_rank);
        for (size_t i = 0; i < count; i++)
            items[i] = keys[i].entry;
    }
    free(keys);
    return 0;
}

bool entries_agree(const struct entry *a, const struct entry *b, const struct dims *in)
{
    for (size_t d = 0; d < in->count; d++) {
        struct dim_value left, right;
        dim_value_of(a, in->names[d], &left);
        dim_value_of(b, in->names[d], &right);
        if (strcmp(dim_text(&left), dim_text(&right)))
            return false;
    }
    return true;
}
