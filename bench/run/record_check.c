/* Whether a line of the journal is a visit of this plan, member by member, before any of it counts.
 */
#include "bench/base/json_read.h"
#include "bench/result/check.h"
#include "bench/run/record.h"

#include <math.h>
#include <string.h>

static int check_values(const json_t *values, const json_t *launches, size_t launch_count,
                        struct err *err)
{
    size_t count = json_array_size(values);
    if (launches ? json_array_size(launches) != count : count > launch_count)
        return err_set(err, ERR_INPUT, "it has another number of values than of launches");
    for (size_t i = 0; i < count; i++) {
        const json_t *launch = launches ? json_array_get(launches, i) : NULL;
        if (!json_is_number(json_array_get(values, i)) ||
            !(fabs(json_number_value(json_array_get(values, i))) <= RESULT_NUMBER_MAX))
            return err_set(err, ERR_INPUT, "a value is no number within +-%g", RESULT_NUMBER_MAX);
        if (launches && (!json_is_integer(launch) || json_integer_value(launch) < 0 ||
                         (size_t)json_integer_value(launch) >= launch_count))
            return err_set(err, ERR_INPUT, "a value is of a launch that is not there");
    }
    return 0;
}

/* Pairs of a bucket's lowest value and how many it holds, and what the lowest and the highest is.
 */
static int check_buckets(const json_t *buckets, int64_t min, int64_t max, struct err *err)
{
    size_t size = json_array_size(buckets);
    /* While nothing was added the lowest is UINT64_MAX, which JSON's integers hold as -1. */
    if (size ? min < 0 || min > max : min != -1)
        return err_set(err, ERR_INPUT, "its distribution goes from %lld to %lld", (long long)min,
                       (long long)max);
    for (size_t i = 0; i < size; i++) {
        const json_t *number = json_array_get(buckets, i);
        if (!json_is_integer(number) || json_integer_value(number) < 0 ||
            (i % 2 && json_integer_value(number) > UINT32_MAX))
            return err_set(err, ERR_INPUT, "a bucket of its distribution is no number");
    }
    return size % 2 ? err_set(err, ERR_INPUT, "its distribution has half a bucket") : 0;
}

static int check_found(const struct record *record, const char *name, const json_t *found,
                       size_t launch_count, struct err *err)
{
    struct json_reader r = json_reader_of(found, "it");
    const json_t *values = json_read_array(&r, "v"), *launches = json_read_array_or_null(&r, "l");
    const json_t *buckets = json_read_array_or_null(&r, "h");
    json_read_text_or(&r, "reason", NULL);
    json_read_text_or(&r, "source", NULL);
    int64_t min = buckets ? json_read_int(&r, "min", -1, INT64_MAX) : -1;
    int64_t max = buckets ? json_read_int(&r, "max", 0, INT64_MAX) : 0;
    int failed = metric_index(&record->list, name) < 0
                     ? err_set(err, ERR_INPUT, "the cell has no such metric")
                     : json_reader_end(&r, err) ||
                           check_values(values, launches, launch_count, err) ||
                           check_buckets(buckets, min, max, err);
    if (failed)
        err_prefix(err, "metric \"%.64s\": ", name);
    return failed ? -1 : 0;
}

static int check_visit_launch(const json_t *launch, struct err *err)
{
    struct json_reader r = json_reader_of(launch, "a launch");
    json_read_int(&r, "duration_ns", 0, INT64_MAX);
    json_read_int_or(&r, "steal_ns", 0, INT64_MAX, 0, NULL);
    json_read_int_or(&r, "foreign_cpu_ns", INT64_MIN, INT64_MAX, 0, NULL);
    json_read_int_or(&r, "throttled_ns", 0, INT64_MAX, 0, NULL);
    json_read_int_or(&r, "psi_cpu_some_ns", 0, INT64_MAX, 0, NULL);
    json_read_int_or(&r, "branch_permille", 1, UINT32_MAX, 0, NULL);
    json_read_text_or(&r, "excluded", NULL);
    return json_reader_end(&r, err);
}

/* Whether this cell has been visited in that round. */
static bool has_round(const struct record *r, uint32_t round)
{
    for (size_t i = 0; i < r->launch_count; i++)
        if (r->launches[i].round == round)
            return true;
    return false;
}

int records_check(const struct record *records, size_t count, const json_t *visit, struct err *err)
{
    struct json_reader r = json_reader_of(visit, "a visit");
    int64_t cell = json_read_int(&r, "cell", 0, (int64_t)count - 1);
    uint32_t round = (uint32_t)json_read_int(&r, "round", 0, ROUNDS_MAX - 1);
    const char *id = json_read_text(&r, "id");
    const json_t *launches = json_read_array(&r, "launches");
    const json_t *metrics = json_read_object(&r, "metrics");
    json_read_int_or(&r, "spent_ns", 0, INT64_MAX, 0, NULL);
    json_read_int_or(&r, "error", ERR_USAGE, ERR_NOTCOMPARABLE, ERR_NONE, NULL);
    json_read_text_or(&r, "reason", "");
    if (json_reader_end(&r, err))
        return -1;
    if (strcmp(records[cell].cell->id, id))
        return err_set(err, ERR_INPUT, "cell %lld is not \"%.128s\"", (long long)cell, id);
    if (has_round(&records[cell], round))
        return err_set(err, ERR_INPUT, "round %u of \"%.128s\" is there already", round + 1, id);
    if (json_array_size(launches) > LAUNCHES_MAX)
        return err_set(err, ERR_INPUT, "a visit has %zu launches (at most %d)",
                       json_array_size(launches), LAUNCHES_MAX);
    for (size_t i = 0; i < json_array_size(launches); i++)
        if (check_visit_launch(json_array_get(launches, i), err))
            return -1;
    const char *name;
    json_t *found;
    json_object_foreach((json_t *)(uintptr_t)metrics, name, found)
    {
        if (check_found(&records[cell], name, found, json_array_size(launches), err))
            return -1;
    }
    return 0;
}
