#include "bench/lab/scale_session.h"

#include "bench/base/clock.h"
#include "bench/base/json_read.h"
#include "bench/base/named_file.h"
#include "bench/base/program.h"
#include "bench/base/rng.h"
#include "bench/child/child.h"
#include "bench/lab/scale_run.h"
#include "bench/machine/affinity.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Rounds that hold the runs with one thing changed. */
enum { CHANGED_ROUNDS = 3, KINDS = SCALE_CHANGES };

struct session {
    const struct scale_request *request;
    struct scale *out;
    const char *allocator;        /* its path; NULL */
    bool lacks[KINDS];            /* cannot be run: it is left out */
    struct named_file *files;     /* owned; of both command lines */
    size_t file_count, own_count; /* those of the program itself come first */
    bool is_settled[2]; /* which of them the program writes, and which that of processes */
};

/* ---- Another allocator ------------------------------------------------------------------------
 */

static const char *find_allocator(void)
{
    static char path[128];
    static const char *const folders[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                                          "/usr/lib64", "/usr/lib", "/usr/local/lib"};
    static const char *const names[] = {"libjemalloc.so.2", "libtcmalloc_minimal.so.4",
                                        "libmimalloc.so.2", "libtcmalloc.so.4"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
            snprintf(path, sizeof path, "%s/%s", folders[i], names[k]);
            if (!access(path, R_OK))
                return path;
        }
    return NULL;
}

/* ---- One run ----------------------------------------------------------------------------------
 */

static const char *const change_words[] = {"", " as processes", " on one CPU", " copies",
                                           " with another allocator"};

static void tell(const struct scale_request *r, const char *what, unsigned n, unsigned round)
{
    char text[80];
    if (!r->on_progress)
        return;
    int length = round ? snprintf(text, sizeof text, "round %u: ", round) : 0;
    snprintf(text + length, sizeof text - (size_t)length, "%u%s", n, what);
    r->on_progress(r->context, text);
}

static int start_one(struct session *s, enum scale_change change, unsigned n, unsigned round,
                     struct scale_places *places, struct err *err)
{
    const struct scale_request *r = s->request;
    bool is_copies = change == SCALE_COPIES;
    const struct scale_start start = {
        .argv = change == SCALE_PROCESSES ? r->processes : r->argv,
        .n = is_copies ? 1 : n,
        .copies = is_copies ? n : 1,
        .preload = change == SCALE_ALLOCATOR ? s->allocator : NULL,
        .is_pinned = change == SCALE_PINNED,
        .timeout_ns = r->timeout_ns,
        .places = places,
        .interrupted = r->interrupted,
    };
    struct scale_run run;
    tell(r, change_words[change], n, round);
    if (scale_run(&start, &run, err))
        return -1;
    run.change = change;
    run.n = n;
    /* The first one is warm-up, and what only looks is not timed. */
    if (round && !places && !vec_add(&s->out->runs, run))
        return err_set(err, ERR_SYSTEM, "no memory for %zu runs", s->out->runs.count);
    return 0;
}

static int check_files(const struct session *s, struct err *err)
{
    const char *changed = named_files_changed(s->files, s->file_count);
    return changed
               ? err_set(err, ERR_FAILED, "%s changed while it was measured: no answer", changed)
               : 0;
}

/* What a program writes itself, it has written once it has run. */
static void settle_files(struct session *s, bool is_processes)
{
    if (s->is_settled[is_processes])
        return;
    size_t first = is_processes ? s->own_count : 0;
    named_files_settle(s->files + first, s->file_count - first);
    s->is_settled[is_processes] = true;
}

/*
 * One that is still what it was.  What took a script's place is not run: behind a pipe of that name
 * each run would wait for its timeout.  A run that failed because its program went says so.
 */
static int run_one(struct session *s, enum scale_change change, unsigned n, unsigned round,
                   struct scale_places *places, struct err *err)
{
    if (check_files(s, err))
        return -1;
    int failed = start_one(s, change, n, round, places, err);
    settle_files(s, change == SCALE_PROCESSES);
    struct err changed = {0};
    if (failed && !*s->request->interrupted && check_files(s, &changed))
        *err = changed;
    return failed;
}

/* A run with one thing changed may fail where the program does not: then there is none. */
static int run_changed(struct session *s, enum scale_change change, unsigned round, struct err *err)
{
    struct err own = {0};
    if (s->lacks[change] || round > CHANGED_ROUNDS)
        return 0;
    if (!run_one(s, change, s->out->at, round, NULL, &own))
        return 0;
    s->lacks[change] = true;
    if (check_files(s, err))
        return -1;
    if (*s->request->interrupted)
        return err_set(err, own.code, "%s", own.text);
    if (change == SCALE_ALLOCATOR)
        snprintf(s->out->unallocated, sizeof s->out->unallocated, "%.200s", own.text);
    return 0;
}

/* ---- The watched run --------------------------------------------------------------------------
 */

static double number_of(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

/* The first thread of a program waits for the others, where there are any. */
static bool has_others(const json_t *threads)
{
    size_t i;
    const json_t *t;
    json_array_foreach(threads, i, t) if (!json_is_true(json_object_get(t, "is_main"))) return true;
    return false;
}

/* What was waited for it: by the first thread of a program, or by all others. */
static double wait_of(const json_t *lock, const json_t *threads, bool is_first)
{
    double wait_ns = 0;
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(lock, "threads"), i, one)
    {
        size_t at = (size_t)number_of(one, "thread");
        bool is_main = json_is_true(json_object_get(json_array_get(threads, at), "is_main"));
        wait_ns += is_main == is_first ? number_of(one, "wait_ns") : 0;
    }
    return wait_ns;
}

/* Of the threads that have to do with it: what they waited for it, of all their time.  The first
 * one of a program is none of them where it never waited, but for others' ends. */
static double wait_ratio(const json_t *lock, const json_t *threads)
{
    double life_ns = 0, of_first_ns = wait_of(lock, threads, true);
    bool is_left_out = has_others(threads) && of_first_ns <= 0;
    size_t i;
    const json_t *one;
    json_array_foreach(threads, i, one)
    {
        bool is_main = json_is_true(json_object_get(one, "is_main"));
        life_ns += is_main && is_left_out ? 0 : number_of(one, "life_ns");
    }
    double wait_ns = wait_of(lock, threads, false) + of_first_ns;
    /* Of a condition it is known how long it was waited for, and not by whom. */
    wait_ns = fmax(wait_ns,
                   json_is_true(json_object_get(lock, "is_lock")) ? 0 : number_of(lock, "wait_ns"));
    return life_ns > 0 ? fmin(wait_ns / life_ns, 1) : 0;
}

/* Java and .NET make their monitors out of conditions. */
static bool is_of_monitor(const char *site)
{
    return strstr(site, "libjvm.so") || strstr(site, "libcoreclr.so");
}

static int take_locks(struct scale *out, const json_t *document, struct err *err)
{
    const json_t *threads = json_object_get(document, "threads"), *l;
    size_t i;
    json_array_foreach(json_object_get(document, "locks"), i, l)
    {
        const char *name = json_string_value(json_object_get(l, "name"));
        const char *site = json_string_value(json_object_get(l, "first_waited_for_at"));
        double takes = number_of(l, "takes");
        bool is_lock = json_is_true(json_object_get(l, "is_lock"));
        struct scale_lock lock = {
            .wait_ratio = wait_ratio(l, threads),
            .contended_ratio = takes > 0 ? fmin(number_of(l, "contended") / takes, 1) : 0,
            .is_lock = is_lock,
            .is_turn = !is_lock && !is_of_monitor(site ? site : ""),
        };
        snprintf(lock.name, sizeof lock.name, "%.190s", name ? name : "a lock");
        if (!vec_add(&out->locks, lock))
            return err_set(err, ERR_SYSTEM, "no memory for %zu locks", out->locks.count);
    }
    out->is_watched = true;
    return 0;
}

static char **watch_argv(char *self, char **command)
{
    size_t count = 0, used = 0;
    static char name[] = "watch", format[] = "-f", json[] = "json", behind[] = "--";
    while (command[count])
        count++;
    char **argv = calloc(count + 6, sizeof *argv);
    if (!argv)
        return NULL;
    argv[used++] = self;
    argv[used++] = name;
    argv[used++] = format;
    argv[used++] = json;
    argv[used++] = behind;
    memcpy(argv + used, command, count * sizeof *argv);
    return argv;
}

/* Its first line, which says what could not be seen. */
static void note_unwatched(struct scale *out, int said)
{
    char text[sizeof out->unwatched];
    ssize_t length = pread(said, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    const char *words = strstr(text, "error: ");
    words = words ? words + strlen("error: ") : text;
    snprintf(out->unwatched, sizeof out->unwatched, "%.*s", (int)strcspn(words, "\n"), words);
}

static int run_watch(const struct scale_request *r, char **argv, int document, int said,
                     struct err *err)
{
    const struct child_request request = {
        .what = "contend watch", .program = argv[0], .argv = argv, .out = document, .errors = said};
    const struct child_watch watch = {.timeout_ns = 2 * r->timeout_ns,
                                      .interrupted = r->interrupted};
    struct child_end end;
    return child_run(&request, &watch, &end, err);
}

/* What contend watch says of the program; why not, into out->unwatched. */
static int watch_once(struct session *s, char *self, int written, int said, struct err *err)
{
    char **command = scale_argv(s->request->argv, s->out->at);
    char **argv = command ? watch_argv(self, command) : NULL;
    int failed = argv ? run_watch(s->request, argv, written, said, err) : -1;
    free(argv);
    scale_argv_release(command);
    json_t *document = failed || lseek(written, 0, SEEK_SET) ? NULL : json_loadfd(written, 0, NULL);
    if (document && !json_object_get(document, "unseen"))
        failed = take_locks(s->out, document, err);
    else
        note_unwatched(s->out, said);
    json_decref(document);
    return failed;
}

static int watch_program(struct session *s, struct err *err)
{
    char self[PATH_MAX];
    struct err own = {0};
    int failed = 0, written = memfd_create("contend-watched", MFD_CLOEXEC);
    int said = memfd_create("contend-said", MFD_CLOEXEC);
    if (written < 0 || said < 0 || program_own(self, sizeof self, &own)) {
        snprintf(s->out->unwatched, sizeof s->out->unwatched,
                 "no memory for what contend watch says");
    } else {
        tell(s->request, " watched", s->out->at, 0);
        failed = watch_once(s, self, written, said, err);
    }
    if (written >= 0)
        close(written);
    if (said >= 0)
        close(said);
    return failed;
}

/* ---- All of it --------------------------------------------------------------------------------
 */

/* The runs of a round, in an order of its own. */
static int run_round(struct session *s, struct rng *rng, unsigned round, struct err *err)
{
    const struct scale_request *r = s->request;
    size_t plain = r->count, all = plain * 2 + 3;
    uint32_t *order = malloc(all * sizeof *order);
    if (!order)
        return err_set(err, ERR_SYSTEM, "no memory for a round");
    for (size_t i = 0; i < all; i++)
        order[i] = (uint32_t)i;
    rng_shuffle(rng, order, all);
    int failed = 0;
    for (size_t i = 0; i < all && !failed; i++) {
        size_t k = order[i];
        if (k < plain)
            failed = run_one(s, SCALE_PLAIN, r->counts[k], round, NULL, err);
        else if (k < 2 * plain && r->processes)
            failed = run_one(s, SCALE_PROCESSES, r->counts[k - plain], round, NULL, err);
        else if (k >= 2 * plain)
            failed = run_changed(s, (enum scale_change)(SCALE_PINNED + (int)(k - 2 * plain)), round,
                                 err);
    }
    free(order);
    return failed;
}

/* As many threads as CPUs, where that was asked for; else the next there is. */
static unsigned changed_at(const struct scale_request *r, unsigned cpus)
{
    unsigned at = r->counts[r->count > 1];
    for (size_t i = 1; i < r->count; i++)
        if (r->counts[i] <= cpus && r->counts[i] <= CHILDREN_AT_ONCE)
            at = r->counts[i];
    return at;
}

/* ---- What is measured stays what it is -------------------------------------------------------
 */

static size_t words_in(char *const *argv)
{
    size_t count = 0;
    while (argv && argv[count])
        count++;
    return count;
}

/* The program, where it is found, and the files it is told of. */
static void add_files(struct session *s, char *const *argv, char *path, size_t size)
{
    struct named_file program = {.path = argv[0], .is_code = true};
    if (!strchr(argv[0], '/') && program_find(argv[0], path, size))
        program.path = path;
    file_mark_now(program.path, &program.mark);
    s->files[s->file_count++] = program;
    s->file_count += named_files_of((const char *const *)argv, s->files + s->file_count);
}

static int measure(struct session *s, struct err *err)
{
    const struct scale_request *r = s->request;
    struct rng rng = {.state = r->seed};
    uint64_t begin_ns = clock_now_ns();
    if (run_one(s, SCALE_PLAIN, r->counts[0], 0, NULL, err))
        return -1;
    s->out->control_ratio =
        s->out->at <= CHILDREN_AT_ONCE ? scale_control(s->out->at) : (double)NAN;
    for (unsigned round = 1; round <= r->rounds; round++)
        if ((round <= 2 || clock_now_ns() - begin_ns < r->budget_ns) &&
            run_round(s, &rng, round, err))
            return -1;
    if (check_files(s, err))
        return -1;
    struct err own = {0};
    if (run_one(s, SCALE_PLAIN, s->out->at, 1, &s->out->places, &own) && *r->interrupted)
        return err_set(err, own.code, "%s", own.text);
    return watch_program(s, err);
}

int scale_measure(const struct scale_request *r, struct scale *out, struct err *err)
{
    char paths[2][PATH_MAX];
    unsigned cpus = (unsigned)affinity_count();
    *out = (struct scale){
        .argv = r->argv,
        .processes = r->processes,
        .cpus = cpus ? cpus : 1,
        .at = changed_at(r, cpus),
        .is_each = r->is_each,
        .control_ratio = NAN,
        .seed = r->seed,
    };
    struct session s = {.request = r, .out = out, .allocator = find_allocator()};
    s.files = calloc(words_in(r->argv) + words_in(r->processes) + 2, sizeof *s.files);
    if (!s.files)
        return err_set(err, ERR_SYSTEM, "no memory for the files that \"%s\" is told of",
                       r->argv[0]);
    add_files(&s, r->argv, paths[0], sizeof paths[0]);
    s.own_count = s.file_count;
    if (r->processes)
        add_files(&s, r->processes, paths[1], sizeof paths[1]);
    s.lacks[SCALE_COPIES] = out->at > CHILDREN_AT_ONCE;
    s.lacks[SCALE_ALLOCATOR] = !s.allocator;
    if (!s.allocator)
        snprintf(out->unallocated, sizeof out->unallocated,
                 "none of jemalloc, tcmalloc and mimalloc is installed");
    int failed = measure(&s, err);
    free(s.files);
    return failed;
}
