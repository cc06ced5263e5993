/*
 * A database of many results, for those who ask all of them at once: SQLite's format.
 *
 * A database is added to.  What is kept apart is a cell of one run on one host (of a merged result:
 * of each of the runs it was made of), so that the same result again, or merged with others, is
 * there once; of a run at two moments the later one counts.  All results of a call are one
 * transaction, and each is read by itself: memory is that of the largest one.
 *
 * SQLite is loaded by whoever writes to a database: linked, every command would map it.
 */
#include "bench/exchange/export/export.h"

#ifdef CONTEND_HAVE_SQLITE
#include "bench/base/hash.h"
#include "bench/base/output.h"
#include "bench/base/peer_library.h"
#include "bench/exchange/export/sqlite_tables.h"
#include "bench/result/list.h"
#include "bench/result/merge_parts.h"

#include <limits.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FUNCTIONS(X)                                                                               \
    X(sqlite3_bind_double)                                                                         \
    X(sqlite3_bind_int64)                                                                          \
    X(sqlite3_bind_text)                                                                           \
    X(sqlite3_busy_timeout)                                                                        \
    X(sqlite3_clear_bindings)                                                                      \
    X(sqlite3_close)                                                                               \
    X(sqlite3_column_int64)                                                                        \
    X(sqlite3_column_text)                                                                         \
    X(sqlite3_errcode)                                                                             \
    X(sqlite3_errmsg)                                                                              \
    X(sqlite3_exec)                                                                                \
    X(sqlite3_finalize)                                                                            \
    X(sqlite3_last_insert_rowid)                                                                   \
    X(sqlite3_open_v2)                                                                             \
    X(sqlite3_prepare_v2)                                                                          \
    X(sqlite3_reset)                                                                               \
    X(sqlite3_step)

static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

static int load_library(struct err *err)
{
    static const char *const names[] = {"libsqlite3.so.0", NULL};
    static void *handle;
    struct err why = {0};
    if (handle)
        return 0;
    void *opened = peer_load(names, &why);
    if (!opened)
        return err_set(err, ERR_UNAVAILABLE, "--to sqlite: no SQLite here (libsqlite3-0): %s",
                       why.text);
#define FIND(function)                                                                             \
    if (!peer_find(opened, #function, (void **)(void *)&lib.function, err))                        \
        return -1;
    FUNCTIONS(FIND)
#undef FIND
    handle = opened;
    return 0;
}

enum statement {
    FIND_HOST,
    ADD_HOST,
    FIND_RUN,
    ADD_RUN,
    SET_RUN,
    FIND_CELL,
    DROP_CELL,
    ADD_CELL,
    ADD_WARNING,
    ADD_METRIC,
    ADD_SAMPLE,
    STATEMENTS
};

static const char *const words[STATEMENTS] = {
    [FIND_HOST] = "SELECT id FROM hosts WHERE hostname IS ?1 AND cpu IS ?2 AND architecture IS ?3 "
                  "AND kernel IS ?4 AND libc IS ?5 AND virtualization IS ?6 AND cpus_online IS ?7 "
                  "AND cpus_allowed IS ?8 AND memory_bytes IS ?9",
    [ADD_HOST] = "INSERT INTO hosts (hostname, cpu, architecture, kernel, libc, virtualization, "
                 "cpus_online, cpus_allowed, memory_bytes) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)",
    [FIND_RUN] = "SELECT id FROM runs WHERE host = ?1 AND key = ?2",
    [ADD_RUN] = "INSERT INTO runs (host, key, suite, status, started_at, finished_at, duration_ns, "
                "seed, shard, shards, plan, runtime, version, commit_id, compiler, build_type, "
                "sanitizer, path) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,"
                "?17,?18)",
    /* A run that was cut short, and gone on with. */
    [SET_RUN] = "UPDATE runs SET status = ?1, finished_at = ?2, duration_ns = ?3, path = ?4 "
                "WHERE id = ?5 AND status <> 'complete'",
    [FIND_CELL] = "SELECT id, launches, status, digest FROM cells WHERE run = ?1 AND cell = ?2",
    [DROP_CELL] = "DELETE FROM cells WHERE id = ?1",
    [ADD_CELL] = "INSERT INTO cells (run, cell, role, workload, workload_kind, lock, executor, "
                 "placement, tasks, workers, params, status, reason, launches, digest) "
                 "VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)",
    [ADD_WARNING] = "INSERT INTO warnings (cell, code, text) VALUES (?1,?2,?3)",
    [ADD_METRIC] = "INSERT INTO metrics (cell, metric, role, unit, better, nature, source, reason, "
                   "n, center, lo, hi, level) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
    [ADD_SAMPLE] = "INSERT INTO samples (metric, place, round, value) VALUES (?1,?2,?3,?4)",
};

struct database {
    sqlite3 *handle;
    sqlite3_stmt *statements[STATEMENTS];
    const char *path;
    struct export_stored *report;
    struct err *err;
};

static int refuse(const struct database *d)
{
    int code = lib.sqlite3_errcode(d->handle) & 0xff;
    if (code == SQLITE_NOTADB)
        return err_set(d->err, ERR_INPUT, "%s: is no SQLite database", d->path);
    if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_AUTH ||
        code == SQLITE_PERM)
        return err_set(d->err, ERR_INPUT, "%s: cannot be written: %s", d->path,
                       lib.sqlite3_errmsg(d->handle));
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return err_set(d->err, ERR_SYSTEM, "%s: somebody else is writing to it", d->path);
    return err_set(d->err, ERR_SYSTEM, "%s: %s", d->path, lib.sqlite3_errmsg(d->handle));
}

static int execute(const struct database *d, const char *sql)
{
    return lib.sqlite3_exec(d->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : refuse(d);
}

static int number_of(const struct database *d, const char *sql, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    int failed = lib.sqlite3_prepare_v2(d->handle, sql, -1, &s, NULL) != SQLITE_OK ||
                 lib.sqlite3_step(s) != SQLITE_ROW;
    if (failed)
        refuse(d);
    else
        *out = lib.sqlite3_column_int64(s, 0);
    lib.sqlite3_finalize(s);
    return failed ? -1 : 0;
}

/* ---- Values --------------------------------------------------------------------------------- */

/* What a statement gets, in its order. */
struct row {
    const struct database *database;
    sqlite3_stmt *statement;
    int next;
};

static struct row row_of(const struct database *d, enum statement which)
{
    lib.sqlite3_reset(d->statements[which]);
    lib.sqlite3_clear_bindings(d->statements[which]);
    return (struct row){d, d->statements[which], 1};
}

static void add_int(struct row *r, int64_t value)
{
    lib.sqlite3_bind_int64(r->statement, r->next++, value);
}

/* Texts of a result live as long as it does. */
static void add_text(struct row *r, const char *text)
{
    if (text && *text)
        lib.sqlite3_bind_text(r->statement, r->next, text, -1, SQLITE_STATIC);
    r->next++;
}

static void add_real(struct row *r, double value)
{
    if (!isnan(value))
        lib.sqlite3_bind_double(r->statement, r->next, value);
    r->next++;
}

/* A member of an object, of whatever kind it is there. */
static void add_member(struct row *r, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value))
        add_int(r, json_integer_value(value));
    else if (json_is_string(value))
        add_text(r, json_string_value(value));
    else
        r->next++;
}

/* 1: there is a row to look at; 0: there is none, or none was asked for; -1. */
static int step(struct row *r)
{
    int code = lib.sqlite3_step(r->statement);
    return code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : refuse(r->database);
}

/* The row that was added. */
static int add(struct row *r, int64_t *id)
{
    if (step(r) < 0)
        return -1;
    if (id)
        *id = lib.sqlite3_last_insert_rowid(r->database->handle);
    return 0;
}

/* ---- Hosts and runs ------------------------------------------------------------------------- */

static struct row host_row(const struct database *d, enum statement which, const struct result *r)
{
    static const char *const keys[] = {"hostname",    "cpu",          "architecture",
                                       "kernel",      "libc",         "virtualization",
                                       "cpus_online", "cpus_allowed", "memory_bytes"};
    const json_t *host = json_object_get(r->json, "host");
    struct row row = row_of(d, which);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        add_member(&row, host, keys[i]);
    return row;
}

static int store_host(const struct database *d, const struct result *r, int64_t *id)
{
    struct row find = host_row(d, FIND_HOST, r);
    int found = step(&find);
    if (found > 0)
        *id = lib.sqlite3_column_int64(find.statement, 0);
    if (found)
        return found < 0 ? -1 : 0;
    struct row new = host_row(d, ADD_HOST, r);
    return add(&new, id);
}

static int update_run(const struct database *d, const json_t *run, const char *path, int64_t id)
{
    struct row row = row_of(d, SET_RUN);
    add_member(&row, run, "status");
    add_member(&row, run, "finished_at");
    add_member(&row, run, "duration_ns");
    add_text(&row, path);
    add_int(&row, id);
    return step(&row) < 0 ? -1 : 0;
}

static int add_run(const struct database *d, const struct result *r, const json_t *run,
                   int64_t host, const char *key, int64_t *id)
{
    const json_t *shard = json_object_get(run, "shard");
    const json_t *tool = json_object_get(json_object_get(r->json, "run"), "tool");
    struct row row = row_of(d, ADD_RUN);
    add_int(&row, host);
    add_text(&row, key);
    add_text(&row, r->suite);
    add_member(&row, run, "status");
    add_member(&row, run, "started_at");
    add_member(&row, run, "finished_at");
    add_member(&row, run, "duration_ns");
    add_member(&row, run, "seed");
    add_member(&row, shard, "index");
    add_member(&row, shard, "count");
    add_member(&row, shard, "plan");
    add_text(&row, r->runtime);
    add_member(&row, tool, "version");
    add_member(&row, tool, "commit");
    add_member(&row, tool, "compiler");
    add_text(&row, r->build_type);
    add_text(&row, r->sanitizer);
    add_text(&row, r->path);
    return add(&row, id);
}

static int store_run(const struct database *d, const struct result *r, const json_t *run,
                     int64_t host, int64_t *id)
{
    char *key = part_key_of_run(run);
    if (!key)
        return err_set(d->err, ERR_SYSTEM, "%s: out of memory", r->path);
    struct row find = row_of(d, FIND_RUN);
    add_int(&find, host);
    add_text(&find, key);
    int found = step(&find);
    if (found > 0)
        *id = lib.sqlite3_column_int64(find.statement, 0);
    int failed = found < 0    ? -1
                 : found == 0 ? add_run(d, r, run, host, key, id)
                              : update_run(d, run, r->path, *id);
    lib.sqlite3_reset(find.statement); /* it holds the key */
    free(key);
    return failed;
}

/* The row of the run that cells of a merged result call by that key. */
static int run_of_key(const struct database *d, int64_t host, const char *key, int64_t *id)
{
    struct row find = row_of(d, FIND_RUN);
    add_int(&find, host);
    add_text(&find, key);
    int found = step(&find);
    if (found > 0)
        *id = lib.sqlite3_column_int64(find.statement, 0);
    return found > 0   ? 0
           : found < 0 ? -1
                       : err_set(d->err, ERR_INPUT,
                                 "a cell is of part \"%.60s\", which is none of "
                                 "its run's parts",
                                 key ? key : "");
}

static int store_runs(const struct database *d, const struct result *r, int64_t host, int64_t *id)
{
    const json_t *run = json_object_get(r->json, "run");
    const json_t *parts = json_object_get(run, "parts");
    if (!parts)
        return store_run(d, r, run, host, id);
    for (size_t i = 0; i < json_array_size(parts); i++)
        if (store_run(d, r, json_array_get(parts, i), host, id))
            return -1;
    return 0;
}

/* ---- Cells ---------------------------------------------------------------------------------- */

static int store_samples(const struct database *d, const struct result_cell *c,
                         const struct result_metric *m, int64_t metric)
{
    for (size_t i = 0; i < m->sample_count; i++) {
        struct row row = row_of(d, ADD_SAMPLE);
        add_int(&row, metric);
        add_int(&row, (int64_t)i);
        add_int(&row, (int64_t)result_round(c, m, i));
        add_real(&row, m->samples[i]);
        if (step(&row) < 0)
            return -1;
    }
    return 0;
}

static int store_metric(const struct database *d, const struct result_cell *c,
                        const struct result_metric *m, int64_t cell)
{
    const struct summary *s = &m->summary;
    int64_t id = 0;
    struct row row = row_of(d, ADD_METRIC);
    add_int(&row, cell);
    add_text(&row, m->name);
    add_text(&row, role_word(m->role));
    add_text(&row, m->unit);
    add_text(&row, m->better);
    add_text(&row, m->nature);
    add_text(&row, m->source);
    add_text(&row, m->reason);
    add_int(&row, (int64_t)s->n);
    add_real(&row, s->n ? s->center : (double)NAN);
    add_real(&row, s->n > 1 ? s->lo : (double)NAN);
    add_real(&row, s->n > 1 ? s->hi : (double)NAN);
    add_real(&row, s->n > 1 ? s->level : (double)NAN);
    return add(&row, &id) ? -1 : store_samples(d, c, m, id);
}

static int store_warnings(const struct database *d, const struct result_cell *c, int64_t cell)
{
    for (size_t i = 0; i < c->warning_count; i++) {
        struct row row = row_of(d, ADD_WARNING);
        add_int(&row, cell);
        add_text(&row, c->warnings[i].code);
        add_text(&row, c->warnings[i].text);
        if (step(&row) < 0)
            return -1;
    }
    return 0;
}

/* Of what was measured: the same values again, or others under the same name? */
static void digest_of(const struct result_cell *c, char *out, size_t size)
{
    uint64_t hash = HASH_FNV1A;
    for (size_t i = 0; i < c->metric_count; i++) {
        const struct result_metric *m = &c->metrics[i];
        hash = hash_fnv1a(hash, m->name, strlen(m->name) + 1);
        if (m->sample_count)
            hash = hash_fnv1a(hash, m->samples, m->sample_count * sizeof *m->samples);
    }
    snprintf(out, size, "%016llx", (unsigned long long)hash);
}

static int add_cell(const struct database *d, const struct result_cell *c, int64_t run,
                    const char *digest)
{
    int64_t id = 0;
    char *params = json_object_size(c->params) ? json_dumps(c->params, JSON_COMPACT) : NULL;
    struct row row = row_of(d, ADD_CELL);
    add_int(&row, run);
    add_text(&row, c->id);
    add_text(&row, c->role);
    add_text(&row, c->workload);
    add_text(&row, c->workload_kind);
    add_text(&row, c->lock);
    add_text(&row, c->executor);
    add_text(&row, c->placement);
    add_int(&row, c->tasks);
    add_int(&row, c->workers);
    add_text(&row, params);
    add_text(&row, cell_status_name(c->status));
    add_text(&row, c->reason);
    add_int(&row, (int64_t)c->launch_count);
    add_text(&row, digest);
    int failed = add(&row, &id);
    lib.sqlite3_clear_bindings(row.statement);
    free(params);
    for (size_t i = 0; i < c->metric_count && !failed; i++)
        failed = store_metric(d, c, &c->metrics[i], id);
    return failed || store_warnings(d, c, id) ? -1 : 0;
}

static int drop_cell(const struct database *d, int64_t id)
{
    struct row row = row_of(d, DROP_CELL);
    add_int(&row, id);
    return step(&row) < 0 ? -1 : 0;
}

/* One that is there stays, unless the other says more of the same run. */
static int store_cell(const struct database *d, const struct result *r, const struct result_cell *c,
                      int64_t run)
{
    char digest[20];
    digest_of(c, digest, sizeof digest);
    struct row find = row_of(d, FIND_CELL);
    add_int(&find, run);
    add_text(&find, c->id);
    int found = step(&find);
    if (found < 0)
        return -1;
    if (found > 0) {
        int64_t id = lib.sqlite3_column_int64(find.statement, 0);
        int64_t launches = lib.sqlite3_column_int64(find.statement, 1);
        const char *status = (const char *)lib.sqlite3_column_text(find.statement, 2);
        const char *there = (const char *)lib.sqlite3_column_text(find.statement, 3);
        bool is_same =
            launches == (int64_t)c->launch_count && !strcmp(status, cell_status_name(c->status));
        if (is_same && strcmp(there, digest) != 0)
            return err_set(d->err, ERR_INPUT,
                           "%s: cell \"%.128s\" of run %.50s is in %s with other values", r->path,
                           c->id, r->run_id, d->path);
        bool is_later = launches < (int64_t)c->launch_count;
        lib.sqlite3_reset(find.statement);
        if (!is_later) {
            d->report->known++;
            return 0;
        }
        if (drop_cell(d, id))
            return -1;
    }
    d->report->cells++;
    return add_cell(d, c, run, digest);
}

static int store_result(const struct database *d, const struct result *r)
{
    int64_t host = 0, run = 0;
    if (store_host(d, r, &host) || store_runs(d, r, host, &run))
        return -1;
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        const json_t *part = json_object_get(c->json, "part");
        if ((part && run_of_key(d, host, json_string_value(part), &run)) ||
            store_cell(d, r, c, run))
            return -1;
    }
    d->report->results++;
    return 0;
}

static int store_file(const struct database *d, const char *path)
{
    struct result_list list;
    int failed = results_load(&list, &path, 1, RESULT_SUMMARIES | RESULT_HOSTS, d->err);
    for (size_t i = 0; i < list.count && !failed; i++)
        failed = store_result(d, &list.items[i]);
    results_unload(&list);
    return failed;
}

/* ---- The database --------------------------------------------------------------------------- */

static int make_tables(const struct database *d)
{
    struct buf owner = {0};
    buf_printf(&owner, "PRAGMA application_id = %d; PRAGMA user_version = %d;", SQLITE_TABLES_OWNER,
               SQLITE_TABLES_VERSION);
    int failed = owner.failed ? err_set(d->err, ERR_SYSTEM, "%s: out of memory", d->path)
                              : execute(d, sqlite_tables) || execute(d, buf_text(&owner));
    buf_release(&owner);
    return failed ? -1 : 0;
}

/* Somebody's database is no place for our tables. */
static int check_tables(const struct database *d)
{
    int64_t tables, owner, version;
    if (number_of(d, "SELECT count(*) FROM sqlite_master", &tables) ||
        number_of(d, "PRAGMA application_id", &owner) ||
        number_of(d, "PRAGMA user_version", &version))
        return -1;
    if (!tables)
        return make_tables(d);
    if (owner != SQLITE_TABLES_OWNER)
        return err_set(d->err, ERR_INPUT, "%s: is a database, but not one of contend's", d->path);
    if (version != SQLITE_TABLES_VERSION)
        return err_set(d->err, ERR_INPUT,
                       "%s: its tables are of version %lld, and this contend writes version %d",
                       d->path, (long long)version, SQLITE_TABLES_VERSION);
    return 0;
}

static int prepare(struct database *d)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (lib.sqlite3_prepare_v2(d->handle, words[i], -1, &d->statements[i], NULL) != SQLITE_OK)
            return refuse(d);
    return 0;
}

static int store_files(struct database *d, const char *const *results, size_t count)
{
    /* 8 MiB of pages in memory; what is beyond goes to the file, which the journal can take back.
     */
    if (execute(d, "PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192; BEGIN IMMEDIATE") ||
        check_tables(d) || prepare(d))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (store_file(d, results[i]))
            return -1;
    for (size_t i = 0; i < STATEMENTS; i++)
        lib.sqlite3_reset(d->statements[i]);
    return execute(d, "COMMIT");
}

static int store(const char *const *results, size_t count, const char *path,
                 struct export_stored *report, struct err *err)
{
    enum { OTHERS_WRITE_MS = 10000 };
    struct database d = {.path = path, .report = report, .err = err};
    struct stat about;
    char target[PATH_MAX], file[PATH_MAX + 2];
    *report = (struct export_stored){0};
    if (load_library(err) || output_target(path, target, err))
        return -1;
    bool is_new = stat(target, &about) != 0;
    /* To SQLite ":memory:" and "file:x?mode=memory" are no files, and an empty name is a passing
     * one. */
    snprintf(file, sizeof file, "%s%s", target[0] == '/' ? "" : "./", target);
    int failed = lib.sqlite3_open_v2(file, &d.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                     NULL) != SQLITE_OK
                     ? refuse(&d)
                     : 0;
    if (!failed) {
        lib.sqlite3_busy_timeout(d.handle, OTHERS_WRITE_MS);
        failed = store_files(&d, results, count);
    }
    for (size_t i = 0; i < STATEMENTS; i++)
        lib.sqlite3_finalize(d.statements[i]);
    lib.sqlite3_close(d.handle); /* what was not committed is taken back */
    if (failed && is_new && !stat(target, &about) && about.st_size == 0)
        unlink(target);
    else if (is_new && !stat(target, &about)) /* whatever the umask: it is added to */
        chmod(target, (about.st_mode & 07777) | S_IRUSR | S_IWUSR);
    return failed ? -1 : 0;
}
#else
static int store(const char *const *results, size_t count, const char *path,
                 struct export_stored *report, struct err *err)
{
    (void)results, (void)count, (void)path;
    *report = (struct export_stored){0};
    return err_set(err, ERR_UNAVAILABLE,
                   "--to sqlite: this contend was built where SQLite was not (libsqlite3-dev)");
}
#endif

const struct export_format export_sqlite = {
    .name = "sqlite",
    .consumer = "a database of many results; -o FILE.db, which is added to",
    .store = store,
};
