#include "bench/run/sources.h"

#include "bench/base/argv_split.h"
#include "bench/base/file.h"
#include "bench/base/json_make.h"
#include "bench/base/program.h"
#include "bench/machine/host.h"
#include "bench/registry.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct source_line {
    int64_t text; /* equal texts have equal values */
    struct argv words;
    char program[PATH_MAX]; /* "" where the first word is none */
    struct named_file *files;
    size_t file_count;
};

/* Calls `take` for each text among the parameters of a cell, as long as it returns NULL. */
static const char *each_text(const struct cell *c, const char *(*take)(void *context, int64_t text),
                             void *context)
{
    const struct {
        const struct param *table;
        const int64_t *values;
    } tables[] = {{c->workload->params, c->workload_params},
                  {c->lock->params, c->lock_params},
                  {c->executor->params, c->executor_params}};
    const char *found = NULL;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; !found && tables[t].table && tables[t].table[i].name; i++)
            if (tables[t].table[i].text)
                found = take(context, tables[t].values[i]);
    return found;
}

/* ---- Finding them --------------------------------------------------------------------------- */

/* The program, where it is found, and the files it is told of. */
static int look_at_line(struct source_line *line, struct err *err)
{
    if (argv_split(&line->words, param_text(line->text)))
        return 0; /* a text that is no command line */
    char *const *words = line->words.items;
    line->files = calloc(line->words.count + 1, sizeof *line->files);
    if (!line->files)
        return err_set(err, ERR_SYSTEM, "no memory for the files that \"%.100s\" names", words[0]);
    bool is_program = strchr(words[0], '/')
                          ? program_is(words[0])
                          : program_find(words[0], line->program, sizeof line->program);
    if (is_program) {
        struct named_file *file = &line->files[line->file_count++];
        *file =
            (struct named_file){.path = *line->program ? line->program : words[0], .is_code = true};
        file_mark_now(file->path, &file->mark);
    }
    line->file_count += named_files_of((const char *const *)words, line->files + line->file_count);
    return 0;
}

struct gathering {
    VEC(int64_t);
};

static const char *gather(void *context, int64_t text)
{
    struct gathering *g = context;
    /* Cells of one command line stand beside each other. */
    if (g->count == 0 || g->items[g->count - 1] != text)
        vec_add(g, text);
    return NULL;
}

static int by_text(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static int make_lines(struct sources *s, struct gathering *g, struct err *err)
{
    if (g->count == 0)
        return 0;
    qsort(g->items, g->count, sizeof *g->items, by_text);
    s->lines = calloc(g->count, sizeof *s->lines);
    if (!s->lines)
        return err_set(err, ERR_SYSTEM, "no memory for the files that cells name");
    for (size_t i = 0; i < g->count; i++) {
        if (i > 0 && g->items[i] == g->items[i - 1])
            continue;
        struct source_line *line = &s->lines[s->count++];
        line->text = g->items[i];
        if (look_at_line(line, err))
            return -1;
    }
    return 0;
}

static int mark_plugins(struct sources *s, struct err *err)
{
    while (registry_plugin_path(s->plugin_count))
        s->plugin_count++;
    s->plugins = calloc(s->plugin_count + 1, sizeof *s->plugins);
    if (!s->plugins)
        return err_set(err, ERR_SYSTEM, "no memory for the marks of plug-ins");
    for (size_t i = 0; i < s->plugin_count; i++)
        file_mark_now(registry_plugin_path(i), &s->plugins[i]);
    return 0;
}

int sources_find(struct sources *s, const struct plan *p, struct err *err)
{
    struct gathering g = {0};
    *s = (struct sources){0};
    for (size_t i = 0; i < p->cell_count; i++)
        each_text(&p->cells[i], gather, &g);
    int failed = g.failed ? err_set(err, ERR_SYSTEM, "no memory for the files that cells name")
                          : make_lines(s, &g, err);
    vec_release(&g);
    return failed || mark_plugins(s, err) ? -1 : 0;
}

void sources_release(struct sources *s)
{
    for (size_t i = 0; i < s->count; i++) {
        argv_release(&s->lines[i].words);
        free(s->lines[i].files);
    }
    free(s->lines);
    free(s->plugins);
    *s = (struct sources){0};
}

/* ---- Those of a run that goes on ------------------------------------------------------------ */

/* "0123456789abcdef"; "" for one that may be executed and not read. */
static const char *code_of(const struct named_file *file, char text[24])
{
    uint64_t hash = 0;
    text[0] = '\0';
    if (!file_fnv1a64(file->path, &hash, NULL))
        snprintf(text, 24, "%016llx", (unsigned long long)hash);
    return text;
}

static bool has_program(const struct source_line *line)
{
    return line->file_count && line->files[0].is_code;
}

json_t *sources_to_json(const struct sources *s)
{
    struct json_maker list = json_maker_list();
    for (size_t i = 0; i < s->count; i++) {
        char code[24], path[1024];
        if (!has_program(&s->lines[i]))
            continue;
        struct json_maker one = json_maker_new();
        host_sanitise(path, sizeof path, s->lines[i].files[0].path);
        json_make_text(&one, "file", path);
        json_make_text(&one, "code_fnv1a64", code_of(&s->lines[i].files[0], code));
        json_make_add(&list, json_made(&one));
    }
    return json_made(&list);
}

/* Whether the list has it with other code. */
static bool was_another(const struct named_file *file, const json_t *then)
{
    size_t i;
    const json_t *one;
    char code[24], path[1024];
    host_sanitise(path, sizeof path, file->path);
    code_of(file, code);
    json_array_foreach(then, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "file"));
        const char *known = json_string_value(json_object_get(one, "code_fnv1a64"));
        if (name && known && !strcmp(name, path) && strcmp(known, code) != 0)
            return true;
    }
    return false;
}

int sources_check(const struct sources *s, const json_t *then, const char *journal, struct err *err)
{
    for (size_t i = 0; i < s->count; i++)
        if (has_program(&s->lines[i]) && was_another(&s->lines[i].files[0], then))
            return err_set(err, ERR_INPUT,
                           "%s: was begun with another %s, which has changed since; --force "
                           "discards it",
                           journal, s->lines[i].files[0].path);
    return 0;
}

/* ---- Looking at them ------------------------------------------------------------------------ */

void sources_settle(struct sources *s)
{
    for (size_t i = 0; i < s->count && !s->is_settled; i++)
        named_files_settle(s->lines[i].files, s->lines[i].file_count);
    s->is_settled = true;
}

/* Before it is settled what may be the program's own doing is only looked at for what it is. */
static bool is_another(const struct sources *s, const struct named_file *file)
{
    struct stat now;
    if (file->is_code || (s->is_settled && !file->is_written))
        return !file_mark_holds(file->path, &file->mark);
    return !stat(file->path, &now) && !S_ISREG(now.st_mode);
}

struct look {
    const struct sources *sources;
};

static const char *look(void *context, int64_t text)
{
    const struct sources *s = ((const struct look *)context)->sources;
    const struct source_line *line =
        s->count ? bsearch(&text, s->lines, s->count, sizeof *s->lines, by_text) : NULL;
    for (size_t i = 0; line && i < line->file_count; i++)
        if (is_another(s, &line->files[i]))
            return line->files[i].path;
    return NULL;
}

const char *sources_changed(const struct sources *s, const struct cell *c)
{
    struct look context = {s};
    return each_text(c, look, &context);
}

const char *sources_changed_plugin(const struct sources *s)
{
    for (size_t i = 0; i < s->plugin_count; i++)
        if (!file_mark_holds(registry_plugin_path(i), &s->plugins[i]))
            return registry_plugin_path(i);
    return NULL;
}
