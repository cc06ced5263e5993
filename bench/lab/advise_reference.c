#include "bench/lab/advise_reference.h"

#include "bench/base/json.h"
#include "bench/child/child.h"
#include "bench/lab/reference.h"
#include "bench/lab/runtimes/folder.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_BYTES = 1024, WORD_BYTES = 64 };

/* Why there is nothing beside it; one at a time. */
static char missing[512];

static int say_missing(struct advise_found *f, const char *why)
{
    snprintf(missing, sizeof missing, "%.500s", why);
    f->reference.missing = missing;
    return 0;
}

/* ---- One shape ------------------------------------------------------------------------------- */

struct words {
    char text[10][WORD_BYTES];
    char *argv[24];
};

static void spell(const struct advise_found *f, const struct advise_shape *s, const char *runtime,
                  char *program, struct words *w)
{
    static char isolated[] = "-I";
    static char names[8][16] = {"--kind",    "--processes", "--units", "--cpu-ns",
                                "--wait-ns", "--clients",   "--rate",  "--payload"};
    const struct advise_work *work = &f->work;
    size_t n = 0;
    snprintf(w->text[0], WORD_BYTES, "%s", advise_executor(s->kind));
    snprintf(w->text[1], WORD_BYTES, "%u", s->processes);
    snprintf(w->text[2], WORD_BYTES, "%u", s->units);
    snprintf(w->text[3], WORD_BYTES, "%.0f", work->cpu_ns);
    snprintf(w->text[4], WORD_BYTES, "%.0f", work->wait_ns);
    snprintf(w->text[5], WORD_BYTES, "%.0f", work->concurrency);
    snprintf(w->text[6], WORD_BYTES, "%.6f", work->rate_per_s);
    snprintf(w->text[7], WORD_BYTES, "%.0f", work->payload_bytes);
    w->argv[n++] = (char *)(uintptr_t)runtime;
    w->argv[n++] = isolated;
    w->argv[n++] = program;
    for (size_t i = 0; i < 8; i++) {
        w->argv[n++] = names[i];
        w->argv[n++] = w->text[i];
    }
    w->argv[n] = NULL;
}

static double number(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

/* The last line is JSON; anything else is what went wrong. */
static bool take_answer(struct advise_found *f, const struct advise_entry *e, const char *text)
{
    json_t *o = json_parse(text, strlen(text), 0, NULL);
    double served = number(o, "served_per_s");
    if (served > 0) {
        size_t i = f->reference.count++;
        f->reference.rows[i].entry = e;
        f->reference.rows[i].served_per_s = served;
        f->reference.rows[i].p99_ns = number(o, "p99_ns");
        f->reference.rows[i].memory_bytes = number(o, "memory_bytes");
    }
    json_decref(o);
    return served > 0;
}

static int run_shape(const struct advise_request *r, struct advise_found *f,
                     const struct advise_entry *e, const char *runtime, char *program,
                     struct err *err)
{
    struct words w = {0};
    char answer[ANSWER_BYTES] = "", why[400], end_words[160];
    struct child_text text = {.text = answer, .size = sizeof answer};
    struct child_end end;
    spell(f, &e->shape, runtime, program, &w);
    const struct child_request request = {.what = runtime,
                                          .program = runtime,
                                          .argv = w.argv,
                                          .out = CHILD_PIPE,
                                          .errors = CHILD_PIPE};
    const struct child_watch watch = {.timeout_ns = r->timeout_ns,
                                      .interrupted = r->interrupted,
                                      .on_output = child_keep_text,
                                      .context = &text};
    child_adopt();
    int failed = child_run(&request, &watch, &end, err);
    child_end_strays(); /* what it has left running */
    if (failed)
        return -1;
    if (child_is_fine(&end) && take_answer(f, e, answer))
        return 0;
    snprintf(why, sizeof why, "%.100s %s: %.100s", runtime,
             child_words(&end, end_words, sizeof end_words), answer);
    return say_missing(f, why);
}

/* ---- Some shapes ----------------------------------------------------------------------------- */

/* The choice, and the best of each other kind. */
static size_t choose(const struct advise_found *f, const struct advise_entry **out)
{
    const struct advise_view v = {.work = &f->work, .board = &f->board};
    bool has_kind[ADVISE_KINDS] = {false};
    size_t count = 0;
    out[0] = advise_choice(&v);
    if (out[0])
        has_kind[out[count++]->shape.kind] = true;
    for (size_t i = 0; i < f->board.count; i++) {
        const struct advise_entry *e = &f->board.items[i];
        if (!e->rank || has_kind[e->shape.kind])
            continue;
        has_kind[e->shape.kind] = true;
        out[count++] = e;
    }
    return count;
}

static int run_all(const struct advise_request *r, struct advise_found *f,
                   const struct reference_runtime *runtime, const char *folder, struct err *err)
{
    const struct advise_entry *rows[ADVISE_KINDS];
    size_t count = choose(f, rows);
    char program[4100];
    snprintf(program, sizeof program, "%s/advise.py", folder);
    for (size_t i = 0; i < count && !f->reference.missing && !*r->interrupted; i++)
        if (run_shape(r, f, rows[i], runtime->path, program, err))
            return -1;
    return 0;
}

int advise_reference_run(const struct advise_request *r, struct advise_found *f, struct err *err)
{
    static char name[64];
    const struct reference *reference = reference_named(r->reference);
    struct reference_runtime runtime;
    struct reference_folder folder = {.lock = -1};
    struct err why = {0};
    if (reference->find(r->runtime, &runtime, &why))
        return say_missing(f, why.text);
    snprintf(name, sizeof name, "%s %s", reference->name, runtime.version);
    f->reference.runtime = name;
    int failed = reference_folder_open(&folder, reference->files, err) ||
                 run_all(r, f, &runtime, folder.path, err);
    reference_folder_close(&folder);
    return failed ? -1 : 0;
}
