/* A description from a program that was watched (contend.watch/1). */
#include "bench/lab/advise_run.h"

#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/base/units.h"

#include <stdlib.h>
#include <string.h>

struct sums {
    double runs_ns, waits_ns; /* of the threads that work; wanting a lock or a CPU is no waiting */
    double threads;
    double given_up; /* times a thread let the GIL go by itself */
    bool has_gil;
};

static double number(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    double value = json_is_number(v) ? json_number_value(v) : 0;
    return value > 0 ? value : 0;
}

/* Where the main thread only waits for others it is no server; a program without others has it. */
static void add_threads(const json_t *document, bool with_main, struct sums *sums)
{
    size_t i;
    json_t *thread;
    json_array_foreach(json_object_get(document, "threads"), i, thread)
    {
        if (json_is_true(json_object_get(thread, "is_main")) != with_main)
            continue;
        if (number(thread, "runs_ns") + number(thread, "sleeps_ns") <= 0)
            continue;
        sums->runs_ns += number(thread, "runs_ns");
        sums->waits_ns += number(thread, "sleeps_ns");
        sums->threads++;
    }
}

static void add_locks(const json_t *document, struct sums *sums)
{
    size_t i;
    json_t *lock;
    json_array_foreach(json_object_get(document, "locks"), i, lock)
    {
        const char *kind = json_string_value(json_object_get(lock, "kind"));
        if (kind && !strcmp(kind, "GIL")) {
            sums->has_gil = true;
            sums->given_up += number(lock, "given_up");
        }
    }
}

static int read_sums(const char *path, struct sums *sums, struct err *err)
{
    json_error_t fault;
    size_t length;
    char *text = file_read(path, &length, err);
    if (!text)
        return -1;
    json_t *document = json_parse(text, length, JSON_REJECT_DUPLICATES, &fault);
    free(text);
    if (!document)
        return err_set(err, ERR_INPUT, "%s: not JSON: %s (line %d)", path, json_fault(&fault),
                       fault.line);
    const char *schema = json_string_value(json_object_get(document, "schema"));
    bool is_watch = schema && !strcmp(schema, "contend.watch/1");
    if (is_watch) {
        add_threads(document, false, sums);
        if (!sums->threads)
            add_threads(document, true, sums);
        add_locks(document, sums);
    }
    json_decref(document);
    if (!is_watch)
        return err_set(err, ERR_INPUT,
                       "%s: no watched program is in it (contend watch -o FILE -- CMD writes one)",
                       path);
    return sums->threads > 0
               ? 0
               : err_set(err, ERR_INPUT, "%s: of no thread it is known how long it ran and slept",
                         path);
}

int advise_from_watch(const char *path, double requests, struct advise_work *w, bool *has_lock,
                      struct buf *how, struct err *err)
{
    struct sums sums = {0};
    char cpu[40], wait[40];
    if (read_sums(path, &sums, err))
        return -1;
    double count = requests > 0 ? requests : sums.given_up;
    if ((w->cpu_ns <= 0 || w->wait_ns < 0) && !(count > 0))
        return err_set(err, ERR_USAGE,
                       "--from %s: it does not say how many requests that was; --requests N does",
                       path);
    if (w->cpu_ns <= 0)
        w->cpu_ns = sums.runs_ns / count;
    if (w->wait_ns < 0)
        w->wait_ns = sums.waits_ns / count;
    if (!(w->concurrency > 0))
        w->concurrency = sums.threads;
    *has_lock = sums.has_gil;
    buf_printf(how, "from %s: %.0f threads ran %s and slept %s, for %.0f %s", path, sums.threads,
               units_format(cpu, sizeof cpu, sums.runs_ns, "ns", 3),
               units_format(wait, sizeof wait, sums.waits_ns, "ns", 3), count,
               requests > 0 ? "requests" : "times that the GIL was given up");
    return 0;
}
