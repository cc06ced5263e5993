#include "bench/lab/runtimes/instance.h"

#include "bench/base/buf.h"
#include "bench/base/program.h"
#include "bench/child/child.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASK_LIMIT_NS UINT64_C(20000000000)

enum { TEXT_BYTES = 8192 };

extern char **environ;

/* ---- Words ------------------------------------------------------------------------------ */

bool call_line_add(struct call_line *w, const char *text)
{
    if (!vec_add(w, strdup(text)))
        return false;
    if (w->items[w->count - 1])
        return true;
    w->count--;
    return false;
}

bool call_line_end(struct call_line *w)
{
    return vec_add(w, NULL);
}

void call_line_release(struct call_line *w)
{
    for (size_t i = 0; i < w->count; i++)
        free(w->items[i]);
    vec_release(w);
}

static void expand(struct buf *out, const struct instance *i, const char *text)
{
    const char *slash = strrchr(i->path, '/');
    while (*text) {
        if (!strncmp(text, "{found}", 7)) {
            buf_add(out, i->path);
            text += 7;
        } else if (!strncmp(text, "{found_in}", 10)) {
            buf_add_bytes(out, i->path, slash ? (size_t)(slash - i->path) : 0);
            text += 10;
        } else if (!strncmp(text, "{build}", 7)) {
            buf_add(out, i->build);
            text += 7;
        } else {
            buf_add_bytes(out, text++, 1);
        }
    }
}

bool call_line_of(struct call_line *w, const struct instance *i, const json_t *list)
{
    size_t k;
    json_t *word;
    struct buf text = {0};
    bool ok = true;
    json_array_foreach((json_t *)(uintptr_t)list, k, word)
    {
        buf_reset(&text);
        expand(&text, i, json_string_value(word));
        ok = ok && !text.failed && call_line_add(w, buf_text(&text));
    }
    buf_release(&text);
    return ok;
}

/* ---- What it needs around it ------------------------------------------------------------ */

static bool is_replaced(const json_t *ours, const char *entry)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)ours, name, value)
    {
        size_t length = strlen(name);
        if (!strncmp(entry, name, length) && entry[length] == '=')
            return true;
    }
    return false;
}

/* That of contend, with what the runtime's document says. */
static int make_environment(struct instance *i, struct err *err)
{
    const json_t *ours = i->runtime->environment;
    const char *name;
    json_t *value;
    struct call_line w = {0};
    struct buf entry = {0};
    bool ok = true;
    for (char **e = environ; *e && ok; e++)
        ok = is_replaced(ours, *e) || call_line_add(&w, *e);
    json_object_foreach((json_t *)(uintptr_t)ours, name, value)
    {
        buf_reset(&entry);
        buf_printf(&entry, "%s=", name);
        expand(&entry, i, json_string_value(value));
        ok = ok && !entry.failed && call_line_add(&w, buf_text(&entry));
    }
    ok = ok && call_line_end(&w);
    buf_release(&entry);
    if (!ok) {
        call_line_release(&w);
        return err_set(err, ERR_SYSTEM, "reference: out of memory");
    }
    i->environment = w.items;
    return 0;
}

static void release_environment(struct instance *i)
{
    for (char **e = i->environment; e && *e; e++)
        free(*e);
    free(i->environment);
    i->environment = NULL;
}

static int go_there(void *context)
{
    return chdir(context) ? errno : 0;
}

/* Runs it where the program lies; what it says is kept as far as there is room. */
static int run_there(struct instance *i, struct call_line *w, bool wants_errors,
                     uint64_t timeout_ns, const volatile bool *interrupted, char *text, size_t size,
                     struct child_end *end, struct err *err)
{
    struct child_text kept = {.text = text, .size = size};
    const struct child_request request = {
        .what = w->items[0],
        .program = w->items[0],
        .argv = w->items,
        .environment = i->environment,
        .before = go_there,
        .context = i->folder,
        .out = CHILD_PIPE,
        .errors = wants_errors ? CHILD_PIPE : CHILD_NOTHING,
    };
    const struct child_watch watch = {.timeout_ns = timeout_ns,
                                      .interrupted = interrupted,
                                      .on_output = child_keep_text,
                                      .context = &kept};
    text[0] = '\0';
    int failed = child_run(&request, &watch, end, err);
    child_end_strays();
    return failed;
}

/* ---- Candidates ------------------------------------------------------------------------- */

/* Wherever PATH has it. */
static bool add_named(struct call_line *out, const char *name)
{
    const char *path = getenv("PATH");
    bool ok = true;
    for (const char *at = path ? path : ""; ok && *at;) {
        size_t length = strcspn(at, ":");
        struct buf one = {0};
        buf_add_bytes(&one, at, length);
        buf_printf(&one, "%s/%s", length ? "" : ".", name);
        if (one.failed || (program_is(buf_text(&one)) && !call_line_add(out, buf_text(&one))))
            ok = false;
        buf_release(&one);
        at += length + (at[length] == ':');
    }
    return ok;
}

static bool add_matching(struct call_line *out, const char *pattern)
{
    glob_t found = {0};
    bool ok = true;
    if (!glob(pattern, GLOB_TILDE, NULL, &found))
        for (size_t i = 0; i < found.gl_pathc; i++)
            ok = ok && (!program_is(found.gl_pathv[i]) || call_line_add(out, found.gl_pathv[i]));
    globfree(&found);
    return ok;
}

static bool add_candidates(struct call_line *out, const json_t *list)
{
    size_t i;
    json_t *word;
    bool ok = true;
    json_array_foreach((json_t *)(uintptr_t)list, i, word)
    {
        const char *text = json_string_value(word);
        ok = ok && (strpbrk(text, "/~") ? add_matching(out, text) : add_named(out, text));
    }
    return ok;
}

/* ---- Which it is ------------------------------------------------------------------------ */

static void set_reason(struct instance *i, const struct err *cause)
{
    free(i->reason);
    i->reason = strdup(cause->text);
}

/* "go version go1.19.8 linux/amd64" -> "1.19.8"; where the answer names the file the kernel runs,
 * that. */
static bool take_version(struct instance *i, char *text, char *image, size_t size)
{
    const char *behind = i->runtime->version_behind;
    char *at = strstr(text, behind);
    if (!at)
        return false;
    at += strlen(behind);
    size_t length = strspn(at, "0123456789abcdefghijklmnopqrstuvwxyz.+_-");
    if (!isdigit((unsigned char)*at) || length >= sizeof i->version)
        return false;
    snprintf(i->version, sizeof i->version, "%.*s", (int)length, at);
    at += length;
    size_t path = *at == ' ' && at[1] == '/' ? strcspn(at + 1, "\n") : 0;
    snprintf(image, size, "%.*s", (int)path, at + (path ? 1 : 0));
    return true;
}

/* What stands where the version should: how it ended, or how what it says begins. */
static void version_fault(const struct child_end *end, char *text, char *out, size_t size)
{
    char words[160];
    text += strspn(text, " \t\r\n");
    text[strcspn(text, "\r\n")] = '\0';
    if (!child_is_fine(end))
        snprintf(out, size, "it %s", child_words(end, words, sizeof words));
    else if (*text)
        snprintf(out, size, "it says \"%.60s\"", text);
    else
        snprintf(out, size, "it says nothing");
}

static int ask_version(struct instance *i, char *image, size_t size, struct err *err)
{
    char text[TEXT_BYTES];
    struct call_line w = {0};
    struct child_end end = {0};
    if (!call_line_of(&w, i, i->runtime->ask) || !call_line_end(&w)) {
        call_line_release(&w);
        return err_set(err, ERR_SYSTEM, "reference: out of memory");
    }
    int failed = run_there(i, &w, false, ASK_LIMIT_NS, NULL, text, sizeof text, &end, err);
    call_line_release(&w);
    if (failed)
        return -1;
    if (!child_is_fine(&end) || !take_version(i, text, image, size)) {
        char fault[200];
        version_fault(&end, text, fault, sizeof fault);
        return err_set(err, ERR_UNAVAILABLE, "%s does not say which %s it is: %s", i->path,
                       i->runtime->name, fault);
    }
    return 0;
}

/* Follows it to what the kernel runs, where it says that. */
static int check_found(struct instance *i, struct err *err)
{
    char image[INSTANCE_PATH_BYTES], version[sizeof i->version];
    if (ask_version(i, image, sizeof image, err))
        return -1;
    if (program_is_script(i->path) && !*image)
        return err_set(
            err, ERR_UNAVAILABLE,
            "%s is a script that starts something else, and its start would be measured: "
            "put the program itself first in PATH",
            i->path);
    if (*image && strcmp(image, i->path) != 0) {
        memcpy(version, i->version, sizeof version);
        snprintf(i->path, sizeof i->path, "%s", image);
        if (program_is_script(i->path) || ask_version(i, image, sizeof image, err) ||
            strcmp(version, i->version) != 0)
            return err_set(err, ERR_UNAVAILABLE,
                           "%s is a script, and what it starts cannot be told", i->path);
    }
    if (*i->runtime->least && runtime_compare_versions(i->version, i->runtime->least) < 0)
        return err_set(err, ERR_UNAVAILABLE, "%s is %s %s; %s or later is needed", i->path,
                       i->runtime->name, i->version, i->runtime->least);
    return 0;
}

/* "cpython" of 3.11.2 -> "cpython311", of 3.13.0t -> "cpython313t". */
static void make_label(struct instance *i)
{
    const char *v = i->version;
    int major = 0, minor = 0;
    if (i->runtime->is_versioned && sscanf(v, "%3d.%3d", &major, &minor) == 2)
        snprintf(i->label, sizeof i->label, "%s%d%d%s", i->runtime->name, major, minor,
                 v[strlen(v) - 1] == 't' ? "t" : "");
    else
        snprintf(i->label, sizeof i->label, "%s", i->runtime->name);
}

/* The second of a label is "cpython311_2". */
static void tell_apart(struct instance *i, const struct instances *all)
{
    size_t same = 1, length = strlen(i->label);
    for (size_t k = 0; k < all->count; k++)
        same += all->items[k].runtime == i->runtime &&
                !strncmp(all->items[k].label, i->label, length) &&
                (!all->items[k].label[length] || all->items[k].label[length] == '_');
    if (same > 1)
        snprintf(i->label + length, sizeof i->label - length, "_%zu", same);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return !stat(a, &one) && !stat(b, &other) && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* The same program again, or (where nobody asked for it by name) the same version, as labels have
 * it. */
static bool is_known(const struct instances *all, const struct instance *i, bool is_asked)
{
    for (size_t k = 0; k < all->count; k++) {
        const struct instance *other = &all->items[k];
        if (other->runtime == i->runtime && !other->reason &&
            (is_same_file(other->path, i->path) || (!is_asked && !strcmp(other->label, i->label))))
            return true;
    }
    return false;
}

static int add_absent(struct instances *out, struct instance *i, const struct err *cause,
                      struct err *err)
{
    struct buf text = {0};
    const struct foreign *r = i->runtime;
    if (cause->code != ERR_NONE)
        buf_add(&text, cause->text);
    else
        buf_printf(&text, "there is no %s in PATH", json_string_value(json_array_get(r->find, 0)));
    if (*r->package && cause->code == ERR_NONE)
        buf_printf(&text, " (Debian: %s)", r->package);
    snprintf(i->label, sizeof i->label, "%s", r->name);
    i->path[0] = '\0';
    i->reason = buf_steal(&text);
    i->is_first = true;
    return i->reason && vec_add(out, *i) ? 0 : err_set(err, ERR_SYSTEM, "reference: out of memory");
}

/* Those among the candidates that can be used, each once; *cause: why the first could not. */
static int take_candidates(struct instances *out, const struct instance *like,
                           const struct call_line *candidates, bool is_asked, struct err *cause,
                           struct err *err)
{
    size_t before = out->count;
    for (size_t k = 0; k < candidates->count; k++) {
        struct instance one = *like;
        struct err why = {0};
        snprintf(one.path, sizeof one.path, "%s", candidates->items[k]);
        if (make_environment(&one, err))
            return -1;
        if (check_found(&one, &why)) {
            release_environment(&one);
            if (why.code != ERR_UNAVAILABLE || is_asked)
                return err_set(err, why.code, "reference: %s", why.text);
            if (cause->code == ERR_NONE)
                *cause = why;
            continue;
        }
        make_label(&one);
        if (is_known(out, &one, is_asked)) {
            release_environment(&one);
            continue;
        }
        tell_apart(&one, out);
        one.is_first = out->count == before;
        if (!vec_add(out, one)) {
            release_environment(&one);
            return err_set(err, ERR_SYSTEM, "reference: out of memory");
        }
        if (!like->runtime->is_versioned)
            break;
    }
    return 0;
}

static bool add_asked(struct call_line *out, const struct opt_list *asked)
{
    bool ok = true;
    for (size_t i = 0; i < asked->count; i++)
        ok = ok && (strchr(asked->items[i], '/') || !program_is(asked->items[i])
                        ? call_line_add(out, asked->items[i])
                        : add_named(out, asked->items[i]));
    return ok;
}

int instances_find(struct instances *out, const struct foreign *r, const struct opt_list *asked,
                   const struct reference_folder *folder, struct err *err)
{
    struct instance like = {.runtime = r};
    struct call_line candidates = {0};
    struct err cause = {0};
    size_t before = out->count;
    char made[INSTANCE_PATH_BYTES - 16];
    if (reference_folder_add(folder, r->name, r->files, made, sizeof made, err))
        return -1;
    snprintf(like.build, sizeof like.build, "%s/build", made);
    snprintf(like.folder, sizeof like.folder, "%s", r->folder ? r->folder : made);
    bool ok = asked->count
                  ? add_asked(&candidates, asked)
                  : add_candidates(&candidates, r->find) && add_candidates(&candidates, r->also_in);
    int failed = ok ? take_candidates(out, &like, &candidates, asked->count > 0, &cause, err)
                    : err_set(err, ERR_SYSTEM, "reference: out of memory");
    call_line_release(&candidates);
    if (!failed && out->count == before)
        failed = add_absent(out, &like, &cause, err);
    return failed;
}

void instances_release(struct instances *all)
{
    for (size_t i = 0; i < all->count; i++) {
        release_environment(&all->items[i]);
        free(all->items[i].reason);
    }
    vec_release(all);
}

/* ---- Compiling -------------------------------------------------------------------------- */

/* The first line that tells of an error, or the first at all. */
static const char *line_of(char *text)
{
    char *error = strstr(text, "error"), *begin = text;
    for (char *p = text; error && p < error; p++)
        if (*p == '\n')
            begin = p + 1;
    begin[strcspn(begin, "\n")] = '\0';
    for (char *p = begin; *p; p++)
        *p = (unsigned char)*p < ' ' ? ' ' : *p;
    return *begin ? begin : "it says nothing";
}

static int build_step(struct instance *i, const json_t *command, uint64_t timeout_ns,
                      const volatile bool *interrupted, struct err *err)
{
    char text[TEXT_BYTES], words[160];
    struct call_line w = {0};
    struct child_end end = {0};
    struct err why = {0};
    if (!call_line_of(&w, i, command) || !call_line_end(&w)) {
        call_line_release(&w);
        return err_set(err, ERR_SYSTEM, "reference: out of memory");
    }
    int failed = run_there(i, &w, true, timeout_ns, interrupted, text, sizeof text, &end, err);
    if (!failed && !child_is_fine(&end)) {
        child_words(&end, words, sizeof words);
        err_set(&why, ERR_UNAVAILABLE, "its program cannot be compiled: %s %s: %.200s%s%s%s",
                w.items[0], words, line_of(text), *i->runtime->package ? " (Debian: " : "",
                i->runtime->package, *i->runtime->package ? ")" : "");
        set_reason(i, &why);
    }
    call_line_release(&w);
    return failed;
}

/* A compiler may end well and have made nothing: said here once, and not by each cell. */
static int check_built(struct instance *i, struct err *err)
{
    static const char built[] = "{build}/";
    size_t k;
    json_t *word;
    json_array_foreach((json_t *)(uintptr_t)i->runtime->run, k, word)
    {
        struct err why = {0};
        struct buf path = {0};
        if (strncmp(json_string_value(word), built, sizeof built - 1) != 0)
            continue;
        expand(&path, i, json_string_value(word));
        if (path.failed)
            return err_set(err, ERR_SYSTEM, "reference: out of memory");
        if (access(buf_text(&path), F_OK)) {
            err_set(&why, ERR_UNAVAILABLE,
                    "its program cannot be compiled: nothing failed, and there is no %s",
                    json_string_value(word));
            set_reason(i, &why);
        }
        buf_release(&path);
    }
    return 0;
}

int instance_build(struct instance *i, uint64_t timeout_ns, const volatile bool *interrupted,
                   struct err *err)
{
    size_t k;
    json_t *command;
    json_array_foreach((json_t *)(uintptr_t)i->runtime->build, k, command)
    {
        if (i->reason)
            break;
        if (build_step(i, command, timeout_ns, interrupted, err))
            return -1;
    }
    return i->reason ? 0 : check_built(i, err);
}
