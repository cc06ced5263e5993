#include "bench/lab/runtimes/runtime.h"

#include "bench/base/buf.h"
#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/base/opts.h"
#include "bench/base/suggest.h"
#include "bench/lab/runtimes/question.h"
#include "bench/result/traits.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Those that the binary carries ------------------------------------------------------ */

#include "reference_files.h"

#define REFERENCE(name)                                                                            \
    static const struct reference_file files_of_##name[] = {REFERENCE_FILES_##name{0}};
#include "bench/lab/references/references.def"
#undef REFERENCE

static const struct {
    const char *name;
    const struct reference_file *files;
} carried[] = {
#define REFERENCE(name) {#name, files_of_##name},
#include "bench/lab/references/references.def"
#undef REFERENCE
    {NULL, NULL},
};

const char *const runtime_names[] = {
#define REFERENCE(name) #name,
#include "bench/lab/references/references.def"
#undef REFERENCE
    NULL,
};

const struct reference_file *runtime_files(const char *name)
{
    for (size_t i = 0; carried[i].name; i++)
        if (!strcmp(carried[i].name, name))
            return carried[i].files;
    return NULL;
}

static const char *text_of(const struct reference_file *files, const char *name)
{
    for (; files->name; files++)
        if (!strcmp(files->name, name))
            return files->text;
    return NULL;
}

/* ---- What a document says --------------------------------------------------------------- */

enum { NAME_MOST = 24 };

static bool is_name(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return length > 0 && length <= NAME_MOST && !text[length];
}

/* "" where there is none and it need not be. */
static int take_text(const json_t *o, const char *where, const char *key, bool is_needed,
                     const char **out, struct err *err)
{
    const json_t *value = json_object_get(o, key);
    *out = "";
    if (!value && !is_needed)
        return 0;
    if (!json_is_string(value))
        return err_set(err, ERR_INPUT, "%s: \"%s\": expected a text", where, key);
    *out = json_string_value(value);
    return 0;
}

/* A list of texts. */
static int take_words(const json_t *o, const char *where, const char *key, bool is_needed,
                      const json_t **out, struct err *err)
{
    size_t i;
    json_t *word, *value = json_object_get(o, key);
    *out = value;
    if (!value && !is_needed)
        return 0;
    if (!json_array_size(value))
        return err_set(err, ERR_INPUT, "%s: \"%s\": expected a list of texts", where, key);
    json_array_foreach(value, i, word)
    {
        if (!json_is_string(word))
            return err_set(err, ERR_INPUT, "%s: \"%s\": expected a list of texts", where, key);
    }
    return 0;
}

/* An object whose values are texts. */
static int take_texts(const json_t *o, const char *where, const char *key, const json_t **out,
                      struct err *err)
{
    const char *name;
    json_t *one, *value = json_object_get(o, key);
    *out = value;
    if (value && !json_is_object(value))
        return err_set(err, ERR_INPUT, "%s: \"%s\": expected an object of texts", where, key);
    json_object_foreach(value, name, one)
    {
        if (!json_is_string(one))
            return err_set(err, ERR_INPUT, "%s: \"%s\": \"%s\" is no text", where, key, name);
    }
    return 0;
}

/* A word that is not known is a wish that would not be heard. */
static int check_keys(const json_t *o, const char *where, const char *const *keys, size_t count,
                      struct err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)o, key, value)
    {
        size_t i = 0;
        while (i < count && strcmp(key, keys[i]) != 0)
            i++;
        if (i < count)
            continue;
        struct buf words = {0};
        suggest_words(&words, suggest(key, keys, count), keys, count);
        err_set(err, ERR_INPUT, "%s: \"%.40s\" is unknown%s", where, key, buf_text(&words));
        buf_release(&words);
        return -1;
    }
    return 0;
}

static int check_questions(const json_t *texts, const char *where, struct err *err)
{
    const char *names[ASK_NOTHING];
    for (enum question q = 0; q < ASK_NOTHING; q++)
        names[q] = question_name(q);
    return check_keys(texts, where, names, ASK_NOTHING, err);
}

static int take_count(const json_t *value, const char *where, const char *key, int64_t *out,
                      struct err *err)
{
    enum { MOST = 10000000 };
    if (!json_is_integer(value) || json_integer_value(value) < 1 ||
        json_integer_value(value) > MOST)
        return err_set(err, ERR_INPUT, "%s: \"%s\": expected a whole number from 1 to %d", where,
                       key, MOST);
    *out = json_integer_value(value);
    return 0;
}

/* ---- Units ------------------------------------------------------------------------------ */

static int take_traits(const json_t *o, const char *where, unsigned *out, struct err *err)
{
    size_t i;
    json_t *word;
    const json_t *words;
    if (take_words(o, where, "traits", true, &words, err))
        return -1;
    json_array_foreach((json_t *)(uintptr_t)words, i, word)
    {
        json_t *one = json_pack("[O]", word);
        unsigned bit = traits_of_executor(one);
        json_decref(one);
        if (!bit)
            return err_set(err, ERR_INPUT, "%s: \"traits\": \"%.40s\" is none that executors have",
                           where, json_string_value(word));
        *out |= bit;
    }
    return 0;
}

static int take_unit(struct runtime_unit *u, const json_t *o, const char *where, struct err *err)
{
    static const char *const keys[] = {"name",    "traits",           "batch",   "memory",
                                       "most",    "meanings",         "without", "least",
                                       "package", "is_of_first_alone"};
    const json_t *counts = json_object_get(o, "memory");
    *u = (struct runtime_unit){.is_of_first_alone =
                                   json_is_true(json_object_get(o, "is_of_first_alone"))};
    if (take_text(o, where, "name", true, &u->name, err) ||
        take_text(o, where, "least", false, &u->least, err) ||
        take_text(o, where, "package", false, &u->package, err) ||
        take_traits(o, where, &u->traits, err) ||
        take_count(json_object_get(o, "batch"), where, "batch", &u->batch, err) ||
        take_count(json_object_get(o, "most"), where, "most", &u->most, err) ||
        take_count(json_array_get(counts, 0), where, "memory", &u->memory_counts[0], err) ||
        take_count(json_array_get(counts, 1), where, "memory", &u->memory_counts[1], err) ||
        take_texts(o, where, "meanings", &u->meanings, err) ||
        take_texts(o, where, "without", &u->without, err) ||
        check_keys(o, where, keys, sizeof keys / sizeof *keys, err) ||
        check_questions(u->meanings, where, err) || check_questions(u->without, where, err))
        return -1;
    if (!is_name(u->name))
        return err_set(err, ERR_INPUT, "%s: \"%.40s\" is no name for a unit (a-z, 0-9, _)", where,
                       u->name);
    if (u->memory_counts[0] >= u->memory_counts[1])
        return err_set(err, ERR_INPUT, "%s: \"memory\": expected fewer units, then more", where);
    return 0;
}

static int take_units(struct foreign *r, const char *where, struct err *err)
{
    size_t i;
    json_t *o, *list = json_object_get(r->json, "units");
    if (!json_array_size(list))
        return err_set(err, ERR_INPUT, "%s: \"units\": expected a list of kinds of units", where);
    json_array_foreach(list, i, o)
    {
        struct runtime_unit u;
        if (take_unit(&u, o, where, err))
            return -1;
        for (size_t k = 0; k < r->units.count; k++)
            if (!strcmp(r->units.items[k].name, u.name))
                return err_set(err, ERR_INPUT, "%s: \"units\": \"%s\" stands there twice", where,
                               u.name);
        vec_add(&r->units, u);
    }
    return r->units.failed ? err_set(err, ERR_SYSTEM, "%s: out of memory", where) : 0;
}

/* ---- A runtime -------------------------------------------------------------------------- */

static int take_build(struct foreign *r, const char *where, struct err *err)
{
    size_t i;
    json_t *one;
    r->build = json_object_get(r->json, "build");
    if (r->build && !json_is_array(r->build))
        return err_set(err, ERR_INPUT, "%s: \"build\": expected a list of commands", where);
    json_array_foreach((json_t *)(uintptr_t)r->build, i, one)
    {
        const json_t *words;
        json_t *command = json_pack("{s:O}", "build", one);
        int failed = take_words(command, where, "build", true, &words, err);
        json_decref(command);
        if (failed)
            return -1;
    }
    return 0;
}

int runtime_read(struct foreign *out, const char *where, const char *name, const char *text,
                 struct err *err)
{
    static const char *const keys[] = {"schema",         "summary",     "find",      "ask",
                                       "version_behind", "least",       "package",   "build",
                                       "environment",    "run",         "units",     "is_versioned",
                                       "also_in",        "also_called", "program_of"};
    json_error_t cause;
    const char *schema, *of;
    *out = (struct foreign){.name = name,
                            .json = json_parse(text, strlen(text), JSON_REJECT_DUPLICATES, &cause)};
    if (!out->json)
        return err_set(err, ERR_INPUT, "%s: line %d: %s", where, cause.line, cause.text);
    if (take_text(out->json, where, "schema", true, &schema, err))
        return -1;
    if (strcmp(schema, RUNTIME_SCHEMA) != 0)
        return err_set(err, ERR_INPUT, "%s: schema \"%.40s\" is not " RUNTIME_SCHEMA, where,
                       schema);
    out->is_versioned = json_is_true(json_object_get(out->json, "is_versioned"));
    if (check_keys(out->json, where, keys, sizeof keys / sizeof *keys, err) ||
        take_text(out->json, where, "program_of", false, &of, err))
        return -1;
    out->files = *of ? runtime_files(of) : NULL;
    if (*of && !out->files)
        return err_set(err, ERR_INPUT, "%s: \"program_of\": there is no runtime \"%.40s\"", where,
                       of);
    return take_text(out->json, where, "summary", true, &out->summary, err) ||
                   take_text(out->json, where, "version_behind", true, &out->version_behind, err) ||
                   take_text(out->json, where, "least", false, &out->least, err) ||
                   take_text(out->json, where, "package", false, &out->package, err) ||
                   take_words(out->json, where, "find", true, &out->find, err) ||
                   take_words(out->json, where, "also_in", false, &out->also_in, err) ||
                   take_words(out->json, where, "also_called", false, &out->also_called, err) ||
                   take_words(out->json, where, "ask", true, &out->ask, err) ||
                   take_words(out->json, where, "run", true, &out->run, err) ||
                   take_texts(out->json, where, "environment", &out->environment, err) ||
                   take_build(out, where, err) || take_units(out, where, err)
               ? -1
               : 0;
}

void runtime_release(struct foreign *r)
{
    vec_release(&r->units);
    free(r->folder);
    free(r->own_name);
    json_decref(r->json);
    *r = (struct foreign){0};
}

int runtime_load(struct foreign *out, const char *folder, struct err *err)
{
    struct buf path = {0};
    struct err cause = {0};
    char *real = realpath(folder, NULL), *text = NULL, *name = NULL;
    const char *last = real ? strrchr(real, '/') : NULL;
    int failed = -1;
    *out = (struct foreign){0};
    buf_printf(&path, "%s/runtime.json", folder);
    if (last && !is_name(last + 1))
        err_set(err, ERR_USAGE, "reference: \"%s\" is no name for a runtime (a-z, 0-9, _)",
                last + 1);
    else if ((text = file_read(buf_text(&path), NULL, &cause)) == NULL)
        err_set(err, ERR_USAGE, "reference: %s (a folder with a runtime.json is needed)",
                cause.text);
    else if (!last || (name = strdup(last + 1)) == NULL)
        err_set(err, ERR_SYSTEM, "reference: out of memory");
    else
        failed = runtime_read(out, buf_text(&path), name, text, err);
    if (!failed && out->files) { /* the program is another one's */
        free(real);
        real = NULL;
    }
    out->folder = real;
    out->own_name = name;
    free(text);
    buf_release(&path);
    return failed;
}

enum { CARRIED = sizeof runtime_names / sizeof *runtime_names - 1 };

static void add_called(struct opt_list *names, struct opt_list *of, const char *name,
                       const json_t *also)
{
    size_t i;
    json_t *word;
    vec_add(names, name);
    vec_add(of, name);
    json_array_foreach((json_t *)(uintptr_t)also, i, word)
    {
        vec_add(names, json_string_value(word));
        vec_add(of, name);
    }
}

/* The one that is called so, or nearly. */
static const char *nearest(const char *typed)
{
    struct foreign all[CARRIED];
    struct opt_list names = {0}, of = {0};
    const char *found = NULL;
    for (size_t i = 0; i < CARRIED; i++) {
        const char *name = runtime_names[i];
        runtime_read(&all[i], name, name, text_of(runtime_files(name), "runtime.json"), NULL);
        add_called(&names, &of, name, all[i].also_called);
    }
    const char *near = suggest(typed, names.items, names.count);
    for (size_t i = 0; i < names.count && i < of.count && near; i++)
        found = names.items[i] == near ? of.items[i] : found;
    vec_release(&names);
    vec_release(&of);
    for (size_t i = 0; i < CARRIED; i++)
        runtime_release(&all[i]);
    return found;
}

int runtime_carried(struct foreign *out, const char *name, struct err *err)
{
    const struct reference_file *files = runtime_files(name);
    const char *text = files ? text_of(files, "runtime.json") : NULL;
    *out = (struct foreign){0};
    if (!text) {
        const char *near = nearest(name);
        struct buf all = {0};
        suggest_list(&all, runtime_names, CARRIED);
        err_set(err, ERR_USAGE,
                "reference: \"%s\" is no runtime that is known%s%s%s (%s, or a folder)", name,
                near ? ", did you mean " : "", near ? near : "", near ? "?" : "", buf_text(&all));
        buf_release(&all);
        return -1;
    }
    if (runtime_read(out, name, name, text, err))
        return -1;
    out->files = out->files ? out->files : files;
    return 0;
}

int runtime_compare_versions(const char *a, const char *b)
{
    while (isdigit((unsigned char)*a) || isdigit((unsigned char)*b)) {
        char *after_a, *after_b;
        unsigned long one = strtoul(a, &after_a, 10), other = strtoul(b, &after_b, 10);
        if (one != other)
            return one < other ? -1 : 1;
        a = *after_a == '.' ? after_a + 1 : after_a;
        b = *after_b == '.' ? after_b + 1 : after_b;
    }
    return 0;
}
