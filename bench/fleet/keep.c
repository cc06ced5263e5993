#include "bench/fleet/keep.h"

#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/base/json_read.h"
#include "bench/base/output.h"
#include "bench/run/plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEEP_SCHEMA "contend.fleet/1"

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for what is collected");
}

static char *path_of(const char *folder, const char *name)
{
    char *text = NULL;
    return asprintf(&text, "%s/%s", folder, name) < 0 ? NULL : text;
}

char *keep_path(const struct keep *k, int64_t shard)
{
    char name[40];
    snprintf(name, sizeof name, "%" PRId64 ".json", shard);
    return path_of(k->folder, name);
}

bool keep_has(const struct keep *k, int64_t shard)
{
    char *path = keep_path(k, shard);
    bool has = path && output_exists(path);
    free(path);
    return has;
}

int keep_add(const struct keep *k, int64_t shard, const struct buf *text, struct err *err)
{
    char *path = keep_path(k, shard);
    int failed = path ? output_write_text(path, text, err) : no_memory(err);
    free(path);
    return failed;
}

/* ---- run.json ------------------------------------------------------------------------------- */

static json_t *run_json(const struct keep_run *run)
{
    char plan[20];
    struct json_maker o = json_maker_new();
    json_t *words = json_array();
    snprintf(plan, sizeof plan, "%016" PRIx64, run->plan);
    json_make_text(&o, "schema", KEEP_SCHEMA);
    json_make_int(&o, "seed", run->seed);
    json_make_int(&o, "shards", run->shards);
    json_make_text(&o, "plan", plan);
    for (size_t i = 0; i < run->words->count; i++)
        json_make_item(&o, words, json_text(run->words->items[i]));
    json_make_value(&o, "words", words);
    return json_made(&o);
}

static int read_run(const struct keep *k, struct opt_list *words, struct keep_run *out,
                    struct err *err)
{
    struct json_reader r = json_reader_of(k->run, "run.json");
    const char *schema = json_read_text(&r, "schema");
    const char *plan = json_read_text(&r, "plan");
    const json_t *list = json_read_array(&r, "words");
    *out = (struct keep_run){.words = words,
                             .seed = json_read_int(&r, "seed", 0, INT64_MAX),
                             .shards = json_read_int(&r, "shards", 1, SHARDS_MAX)};
    int failed = json_reader_end(&r, err);
    if (!failed && strcmp(schema, KEEP_SCHEMA))
        failed = err_set(err, ERR_INPUT, "\"schema\": \"%.60s\" is not " KEEP_SCHEMA, schema);
    out->plan = failed ? 0 : strtoull(plan, NULL, 16);
    for (size_t i = 0; i < json_array_size(list) && !failed; i++) {
        const char *word = json_string_value(json_array_get(list, i));
        failed = word ? opt_list_add(words, word, err)
                      : err_set(err, ERR_INPUT, "\"words\": are not all texts");
    }
    return failed ? err_prefix(err, "%s/run.json: ", k->folder) : 0;
}

/* ---- The folder ----------------------------------------------------------------------------- */

static int lock(struct keep *k, const char *file, int flags, struct err *err)
{
    if (file_is_frozen(file))
        return err_set(err, ERR_INPUT, "%s: is there and read-only", file);
    k->fd = open(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0666);
    if (k->fd < 0)
        return errno == ENOENT
                   ? err_set(err, ERR_INPUT, "%s: there is no unfinished run to go on with",
                             k->folder)
                   : err_set(err, ERR_INPUT, "%s: cannot be written: %s", file, strerror(errno));
    if (file_lock(k->fd, k->folder, "another run collects here", err)) {
        struct stat s;
        if (errno != EWOULDBLOCK && !fstat(k->fd, &s) && s.st_size == 0) {
            unlink(file); /* it was made for this run, which is not to be */
            rmdir(k->folder);
        }
        return -1;
    }
    if (flags & O_CREAT)
        file_let_owner(k->fd);
    return 0;
}

static int name_it(struct keep *k, const char *path, struct err *err)
{
    *k = (struct keep){.fd = -1};
    return asprintf(&k->folder, "%s.shards", path) < 0 ? (k->folder = NULL, no_memory(err)) : 0;
}

/* Shards of an earlier run would be taken for this one's. */
static void drop_shards(const struct keep *k, int64_t shards)
{
    /* Whatever a damaged file says: more there never are. */
    for (int64_t i = 1; i <= shards && i <= SHARDS_MAX; i++) {
        char *path = keep_path(k, i);
        if (path)
            unlink(path);
        free(path);
    }
}

static int begin(struct keep *k, const struct keep_run *run, const char *file, bool is_forced,
                 struct err *err)
{
    struct stat about;
    struct buf text = {0};
    if (file_make_folder(k->folder))
        return err_set(err, ERR_INPUT, "%s: cannot be made: %s", k->folder, strerror(errno));
    if (lock(k, file, O_CREAT, err))
        return -1;
    if (!fstat(k->fd, &about) && about.st_size > 0) {
        if (!is_forced)
            return err_set(err, ERR_INPUT,
                           "%s: an unfinished run is there; --resume goes on with it, --force "
                           "discards it",
                           k->folder);
        json_t *old = json_load_file(file, 0, NULL);
        drop_shards(k, json_integer_value(json_object_get(old, "shards")));
        json_decref(old);
    }
    k->run = run_json(run);
    json_add_text(&text, json_incref(k->run), JSON_INDENT(1));
    int failed = text.failed ? no_memory(err) : 0;
    if (!failed &&
        (ftruncate(k->fd, 0) || file_write_whole(k->fd, text.data, text.len) || fdatasync(k->fd)))
        failed = err_set_sys(err, errno, "%s", file);
    buf_release(&text);
    return failed;
}

int keep_create(struct keep *k, const char *path, const struct keep_run *run, bool is_forced,
                struct err *err)
{
    char *file = name_it(k, path, err) ? NULL : path_of(k->folder, "run.json");
    int failed = file ? begin(k, run, file, is_forced, err) : no_memory(err);
    free(file);
    return failed;
}

int keep_open(struct keep *k, const char *path, struct opt_list *words, struct keep_run *out,
              struct err *err)
{
    char *file = name_it(k, path, err) ? NULL : path_of(k->folder, "run.json");
    json_error_t error;
    int failed = file ? lock(k, file, 0, err) : no_memory(err);
    if (!failed && !(k->run = json_load_file(file, 0, &error)))
        failed = err_set(err, ERR_INPUT, "%s: %s", file, json_fault(&error));
    free(file);
    return failed || read_run(k, words, out, err) ? -1 : 0;
}

void keep_close(struct keep *k)
{
    if (k->fd >= 0)
        close(k->fd);
    free(k->folder);
    json_decref(k->run);
    *k = (struct keep){.fd = -1};
}

void keep_remove(struct keep *k, int64_t shards)
{
    char *file = path_of(k->folder, "run.json");
    drop_shards(k, shards);
    if (file)
        unlink(file);
    free(file);
    rmdir(k->folder);
}
