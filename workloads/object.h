/*
 * What the workload payload hands over: a number and an array of numbers, all different, from
 * which place and generation of each can be told; and the same as JSON text.
 *
 * All numbers have 18 decimal digits, so that the length of the text depends on the size alone.
 */
#ifndef CONTEND_WORKLOADS_OBJECT_H
#define CONTEND_WORKLOADS_OBJECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object {
    int64_t sequence;
    int64_t values[]; /* object_length() */
};

#define OBJECT_BASE INT64_C(100000000000000000)

/* Generations differ by more than an object has values; 2^36 of them stay within 18 digits. */
enum { OBJECT_PLACE_BITS = 20 };
static const uint64_t object_generations = (UINT64_C(1) << 36) - 1;

static inline size_t object_length(size_t bytes)
{
    return bytes / sizeof(int64_t) - 1;
}

static inline int64_t object_first(uint64_t sequence)
{
    return OBJECT_BASE + (int64_t)((sequence & object_generations) << OBJECT_PLACE_BITS);
}

static inline void object_make(struct object *o, size_t bytes, uint64_t sequence)
{
    int64_t first = object_first(sequence);
    o->sequence = first;
    for (size_t i = 0, n = object_length(bytes); i < n; i++)
        o->values[i] = first + (int64_t)i + 1;
}

/* Whether it is the one made with this sequence number, in each of its numbers. */
static inline bool object_is_intact(const struct object *o, size_t bytes, uint64_t sequence)
{
    int64_t first = object_first(sequence), wrong = o->sequence ^ first;
    for (size_t i = 0, n = object_length(bytes); i < n; i++)
        wrong |= o->values[i] ^ (first + (int64_t)i + 1);
    return wrong == 0;
}

/* Room that is enough for the text. */
static inline size_t object_text_room(size_t bytes)
{
    return 64 + 20 * object_length(bytes);
}

/* Returns the length of the text, 0 when there was no memory. */
static inline size_t object_to_text(const struct object *o, size_t bytes, char *text)
{
    json_t *values = json_array();
    int lost = 0;
    for (size_t i = 0, n = object_length(bytes); i < n; i++)
        lost |= json_array_append_new(values, json_integer(o->values[i]));
    json_t *tree = json_pack("{s:I, s:o}", "sequence", (json_int_t)o->sequence, "values", values);
    size_t length = json_dumpb(tree, text, object_text_room(bytes), JSON_COMPACT);
    json_decref(tree);
    return !lost && length <= object_text_room(bytes) ? length : 0;
}

/* Returns whether the text was an object of this size. */
static inline bool object_from_text(struct object *o, size_t bytes, const char *text, size_t length)
{
    json_t *tree = json_loadb(text, length, 0, NULL);
    json_t *values = json_object_get(tree, "values");
    size_t count = json_array_size(values);
    bool is_whole = count == object_length(bytes);
    o->sequence = json_integer_value(json_object_get(tree, "sequence"));
    for (size_t i = 0; i < count && is_whole; i++)
        o->values[i] = json_integer_value(json_array_get(values, i));
    json_decref(tree);
    return is_whole;
}

#endif
