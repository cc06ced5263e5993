#include "bench/run/plan/suite.h"

#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/base/suggest.h"
#include "suites.h" /* made by the build from workloads/suites/ */

#include <stdlib.h>
#include <string.h>

static const struct suite_text builtin[] = {CONTEND_SUITES{NULL, NULL, NULL}};

enum { ADDED_MAX = 8 };
static struct suite_text added[ADDED_MAX];
static size_t added_count;

static json_t *check(json_t *root, const char *name, const json_error_t *error, struct err *err)
{
    if (!root) {
        err_set(err, ERR_INPUT, "suite %s: line %d, column %d: %s", name, error->line,
                error->column, json_fault(error));
        return NULL;
    }
    if (!json_is_array(json_object_get(root, "groups"))) {
        err_set(err, ERR_INPUT, "suite %s: \"groups\" must be a list of groups", name);
        json_decref(root);
        return NULL;
    }
    return root;
}

json_t *suite_read(const char *name, const char *text, size_t length, struct err *err)
{
    json_error_t error;
    return check(json_parse(text, length, JSON_REJECT_DUPLICATES, &error), name, &error, err);
}

static json_t *load_file(const char *path, struct err *err)
{
    size_t length;
    char *text = file_read_most(path, SUITE_MOST_BYTES, &length, err);
    json_t *suite = text ? suite_read(path, text, length, err) : NULL;
    free(text);
    return suite;
}

const struct suite_text *suite_builtin(size_t i)
{
    size_t count = sizeof builtin / sizeof builtin[0] - 1;
    if (i < count)
        return &builtin[i];
    return i - count < added_count ? &added[i - count] : NULL;
}

int suite_add(const char *name, char *(*make)(void), struct err *err)
{
    if (added_count == ADDED_MAX)
        return err_set(err, ERR_SYSTEM, "suite %s: too many suites", name);
    added[added_count++] = (struct suite_text){.name = name, .make = make};
    return 0;
}

/* The suite read; the caller releases it with json_decref. */
static json_t *parse(const struct suite_text *s, struct err *err)
{
    json_error_t error;
    char *made = s->make ? s->make() : NULL;
    if (s->make && !made) {
        err_set(err, ERR_SYSTEM, "suite %s: out of memory", s->name);
        return NULL;
    }
    const char *text = made ? made : s->text;
    json_t *root = json_parse(text, strlen(text), JSON_REJECT_DUPLICATES, &error);
    free(made);
    return check(root, s->name, &error, err);
}

json_t *suite_load(const char *name, struct err *err)
{
    if (strchr(name, '/') || strstr(name, ".json"))
        return load_file(name, err);
    const char *names[64];
    size_t count = 0;
    for (const struct suite_text *s; (s = suite_builtin(count)) != NULL && count < 64; count++) {
        if (!strcmp(s->name, name))
            return parse(s, err);
        names[count] = s->name;
    }
    const char *near = suggest(name, names, count);
    if (near)
        err_set(err, ERR_USAGE, "unknown suite \"%s\"; did you mean \"%s\"?", name, near);
    else
        err_set(err, ERR_USAGE,
                "unknown suite \"%s\"; \"contend list suites\" names them, and a path "
                "names a file",
                name);
    return NULL;
}
