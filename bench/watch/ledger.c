#include "bench/watch/ledger.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* What goes from the numbers of a region to those of the ledger, while it is read. */
struct reading {
    const struct watch_region *region;
    const struct watch_session *session;
    struct ledger *out;
    int *locks;   /* of the ledger, by number in the region; or LEDGER_NONE */
    int *threads; /* likewise */
    struct known {
        uint64_t key;
        uint32_t process, number;
    } * known; /* locks that are there, by their address */
    size_t known_count;
    size_t process_count;
};

const char *ledger_kind_name(enum watch_kind kind)
{
    switch (kind) {
    case WATCH_MUTEX:
        return "mutex";
    case WATCH_READ:
        return "rwlock, readers";
    case WATCH_WRITE:
        return "rwlock, writers";
    case WATCH_SPIN:
        return "spin lock";
    case WATCH_SEMAPHORE:
        return "semaphore";
    case WATCH_CONDITION:
        return "condition";
    case WATCH_GIL:
    case WATCH_TOGGLE:
        return "GIL";
    }
    return "lock";
}

bool ledger_is_lock(const struct ledger_lock *l)
{
    return l->kind != WATCH_CONDITION && (l->kind != WATCH_SEMAPHORE || l->is_like_lock);
}

static uint64_t after(uint64_t ns, uint64_t begin_ns)
{
    return ns > begin_ns ? ns - begin_ns : 0;
}

/* ---- Processes ----------------------------------------------------------------------------------
 */

/* Its own word, or when it was another program, or was missed, or the end of all. */
static uint64_t process_end_ns(const struct reading *r, size_t i)
{
    const struct watch_process *p = &r->region->processes[i];
    uint64_t end_ns = r->session->end_ns;
    if (p->end_ns)
        return p->end_ns;
    if (r->session->process_ends_ns[i] && r->session->process_ends_ns[i] < end_ns)
        end_ns = r->session->process_ends_ns[i];
    for (size_t k = i + 1; k < r->process_count; k++)
        if (r->region->processes[k].pid == p->pid && r->region->processes[k].begin_ns < end_ns)
            return r->region->processes[k].begin_ns;
    return end_ns;
}

/* Whether it was about to become what nobody watches; of many it is not known. */
static bool has_executed(const struct watch_region *r, int32_t pid)
{
    uint32_t count = watch_started_count(r);
    for (uint32_t i = 0; i < count; i++)
        if (r->started[i].pid == pid && !r->started[i].is_watched)
            return true;
    return r->started_count > count;
}

/*
 * Its last record is of a program that did not end, though the process did by itself.  Who ends by
 * the system call alone, as daemon(3) has its caller do, is not seen to end either.
 */
static bool is_replaced(const struct reading *r)
{
    const struct watch_process *last = NULL;
    for (size_t i = 0; i < r->process_count; i++)
        if (r->region->processes[i].pid == r->session->pid)
            last = &r->region->processes[i];
    return last && !last->has_exited && WIFEXITED(r->session->status) &&
           has_executed(r->region, r->session->pid);
}

static void read_processes(struct reading *r)
{
    r->out->is_replaced = is_replaced(r);
    for (size_t i = 0; i < r->process_count; i++) {
        const struct watch_process *p = &r->region->processes[i];
        uint64_t begin_ns = p->begin_ns ? p->begin_ns : r->session->begin_ns;
        vec_add(&r->out->processes, (struct ledger_process){
                                        .pid = p->pid,
                                        .parent = p->parent,
                                        .is_forked = p->is_forked,
                                        .program = p->program,
                                        .runtime = (enum watch_runtime)p->runtime,
                                        .version = p->version,
                                        .begin_ns = after(begin_ns, r->session->begin_ns),
                                        .life_ns = after(process_end_ns(r, i), begin_ns),
                                        .lock_overflow = p->lock_overflow,
                                        .futex_waits = p->futex_waits,
                                        .futex_wait_ns = p->futex_wait_ns,
                                    });
    }
}

/* ---- Threads ------------------------------------------------------------------------------------
 */

static void split(const struct reading *r, const struct watch_thread *t,
                  const struct watch_sample *s, struct ledger_thread *out)
{
    uint64_t ran_ns = t->ran_ns, runnable_ns = t->runnable_ns;
    bool is_alive = t->state == 1, has_exited = r->region->processes[t->process].has_exited;
    /* The one that ended its process told its last numbers itself. */
    if (is_alive && s->at_ns >= t->begin_ns && !(has_exited && t->has_schedstat)) {
        ran_ns += after(s->ran_ns, t->first_ran_ns);
        runnable_ns += after(s->runnable_ns, t->first_runnable_ns);
        out->is_rough = true;
        out->has_split = true;
    }
    out->has_split |= t->has_schedstat;
    /* The kernel tells what a thread ran up to a tick late, and counts its end, too. */
    ran_ns = ran_ns < out->life_ns ? ran_ns : out->life_ns;
    uint64_t rest_ns = out->life_ns - ran_ns;
    runnable_ns = runnable_ns < rest_ns ? runnable_ns : rest_ns;
    /* Who is woken while he wants a lock waits for a CPU: where that was not told apart, it is
     * both. */
    out->wants_ns = after(out->wants_ns, t->want_runnable_ns);
    uint64_t known_ns = ran_ns + runnable_ns + out->wants_ns;
    uint64_t twice_ns = out->has_split ? after(known_ns, out->life_ns) : 0;
    out->wants_ns = after(out->wants_ns, twice_ns);
    out->runs_ns = ran_ns;
    out->runnable_ns = runnable_ns;
    out->sleeps_ns = after(out->life_ns, known_ns);
}

static void read_thread(struct reading *r, size_t i)
{
    const struct watch_thread *t = &r->region->threads[i];
    const struct watch_sample *s = &r->session->samples[i];
    if (t->state == 0 || t->process >= r->process_count || !t->lives)
        return;
    uint64_t end_ns = process_end_ns(r, t->process);
    struct ledger_process *p = &r->out->processes.items[t->process];
    struct ledger_thread out = {
        .process = t->process,
        .place = (uint32_t)i + 1,
        .tid = t->tid,
        .number = (unsigned)p->threads + 1,
        .is_main = t->is_main,
        .lives = t->lives,
        .begin_ns = after(t->begin_ns, r->session->begin_ns),
        .life_ns = t->life_ns + (t->state == 1 ? after(end_ns, t->begin_ns) : 0),
        .wants_ns = t->want_ns,
        .takes = t->other_takes,
        .lost = t->lost,
    };
    if (t->state == 1 && t->phase == WATCH_WANTS)
        out.wants_ns += after(end_ns, t->phase_since_ns);
    snprintf(out.name, sizeof out.name, "%.15s", t->name[0] ? t->name : s->name);
    split(r, t, s, &out);
    p->threads += t->lives;
    if (vec_add(&r->out->threads, out))
        r->threads[i] = (int)r->out->threads.count - 1;
}

/* ---- Locks --------------------------------------------------------------------------------------
 */

static struct ledger_longest longest_of(const struct reading *r, const struct watch_longest *l)
{
    bool is_known = l->thread && l->thread <= WATCH_THREADS_MOST;
    return (struct ledger_longest){
        .ns = l->ns,
        .at_ns = after(l->end_ns, r->session->begin_ns),
        .thread = is_known ? r->threads[l->thread - 1] : LEDGER_NONE,
        .stack =
            l->stack && l->stack <= WATCH_STACKS_MOST ? &r->region->stacks[l->stack - 1] : NULL,
    };
}

/* What every process and thread here is called by is the same in two runs, but for addresses. */
static void name_lock(const struct reading *r, struct ledger_names *names,
                      const struct watch_lock *l, struct ledger_lock *out)
{
    const struct ledger_process *p = &r->out->processes.items[l->process];
    char where[sizeof out->name - sizeof "a semaphore of "];
    ledger_name(names, &l->site, true, out->site, sizeof out->site);
    if (l->kind == WATCH_GIL && l->serial)
        snprintf(out->name, sizeof out->name, "the GIL of interpreter %u", l->serial + 1);
    else if (l->kind == WATCH_TOGGLE)
        snprintf(out->name, sizeof out->name,
                 p->runtime == WATCH_RUNTIME_RUBY ? "the GVL" : "the master lock");
    else if (l->kind == WATCH_GIL)
        snprintf(out->name, sizeof out->name, "the GIL");
    else if (ledger_name(names, &l->where, false, where, sizeof where))
        snprintf(out->name, sizeof out->name, "%s", where);
    else if (ledger_function(names, &l->site, where, sizeof where))
        snprintf(out->name, sizeof out->name, "a %s of %s",
                 l->kind == WATCH_SEMAPHORE || l->kind == WATCH_CONDITION
                     ? ledger_kind_name((enum watch_kind)l->kind)
                     : "lock",
                 where);
    else
        snprintf(out->name, sizeof out->name, "0x%llx", (unsigned long long)l->address);
}

static void add_line(struct ledger_lock *l, const char *text)
{
    char *line = strdup(text);
    if (!line || !vec_add(&l->stack, line)) {
        free(line);
        l->stack.failed = true;
    }
}

/* The interpreter's own words first: whoever wrote the program knows those. */
static void read_stack(struct ledger_names *names, struct ledger_lock *l)
{
    const struct watch_stack *s = l->longest_block.stack;
    char line[256];
    if (!s)
        return;
    const char *at = s->text, *last = s->text + sizeof s->text - 1;
    while (at < last && *at) {
        size_t length = strnlen(at, (size_t)(last - at));
        const char *end = memchr(at, '\n', length);
        length = end ? (size_t)(end - at) : length;
        snprintf(line, sizeof line, "%.*s", (int)length, at);
        if (length && strncmp(line, "Stack (", 7) != 0 && strncmp(line, "Traceback", 9) != 0)
            add_line(l, line + strspn(line, " "));
        at += length + (end != NULL);
    }
    for (uint32_t i = 0; i < s->count && i < sizeof s->frames / sizeof *s->frames; i++)
        if (ledger_name(names, &s->frames[i], true, line, sizeof line))
            add_line(l, line);
}

static void read_lock(struct reading *r, struct ledger_names *names, size_t i)
{
    const struct watch_lock *l = &r->region->locks[i];
    bool is_known = r->region->keys[i].state == 2 || r->region->keys[i].state == 3;
    if (!is_known || l->process >= r->process_count)
        return;
    struct ledger_lock out = {
        .kind = (enum watch_kind)l->kind,
        .number = (uint32_t)i + 1,
        .process = l->process,
        .serial = l->serial,
        .address = l->address,
        .contended = l->contended,
        .hand_overs = l->hand_overs,
        .asked = l->asked,
        .given_up = l->given_up,
        .timeouts = l->timeouts,
        .anomalies = l->anomalies,
        .blocked_holds = l->blocked_holds,
        .wait_ns = l->wait_ns,
        .is_like_lock = l->kind == WATCH_SEMAPHORE && l->posts && l->own_posts * 10 >= l->posts * 9,
        .fairness = (double)NAN,
        .holds = &l->holds,
        .waits = &l->waits,
        .hand_over_times = &l->hand_over_times,
        .blocks = &l->blocks,
        .longest_hold = longest_of(r, &l->longest_hold),
        .longest_wait = longest_of(r, &l->longest_wait),
        .longest_block = longest_of(r, &l->longest_block),
    };
    name_lock(r, names, l, &out);
    read_stack(names, &out);
    if (vec_add(&r->out->locks, out))
        r->locks[i] = (int)r->out->locks.count - 1;
}

static void longer(struct ledger_longest *l, uint64_t ns, uint64_t at_ns, int thread)
{
    if (ns > l->ns)
        *l = (struct ledger_longest){ns, at_ns, thread, true, NULL};
}

/* ---- What threads had of locks ------------------------------------------------------------------
 */

static int by_key(const void *a, const void *b)
{
    const struct known *left = a, *right = b;
    if (left->process != right->process)
        return left->process < right->process ? -1 : 1;
    return (left->key > right->key) - (left->key < right->key);
}

static void sort_keys(struct reading *r)
{
    for (uint32_t i = 0; i < WATCH_LOCKS_MOST; i++) {
        const struct watch_key *k = &r->region->keys[i];
        if (k->state == 2 && r->locks[i] != LEDGER_NONE)
            r->known[r->known_count++] = (struct known){k->address, k->process, i + 1};
    }
    qsort(r->known, r->known_count, sizeof *r->known, by_key);
}

/*
 * Who had a lock before anybody waited for it does not know that one did.  In memory that was
 * allocated another one may have lain there before, unless it still has it.
 */
static uint32_t number_of_lock(const struct reading *r, const struct watch_thread *t,
                               const struct watch_entry *e)
{
    const struct known wanted = {e->address, t->process, 0};
    const struct known *found = NULL;
    if (!e->lock && r->known_count)
        found = bsearch(&wanted, r->known, r->known_count, sizeof *r->known, by_key);
    bool is_it =
        found && ((e->depth && t->state == 1) || r->region->locks[found->number - 1].where.module);
    return is_it ? found->number : e->lock;
}

/* It still has it: since it took it, or since it is waited for at least. */
static void read_open_hold(const struct reading *r, struct ledger_lock *l, struct ledger_part *part,
                           const struct watch_thread *t, const struct watch_entry *e)
{
    const struct watch_lock *seen = &r->region->locks[l->number - 1];
    uint64_t end_ns = process_end_ns(r, t->process), at_ns = after(end_ns, r->session->begin_ns);
    uint64_t first_ns = seen->waiters && l->kind != WATCH_READ ? seen->first_wait_ns : 0;
    uint64_t since_ns = e->since_ns ? e->since_ns : first_ns;
    if (!since_ns)
        return;
    part->hold_ns += after(end_ns, since_ns);
    longer(&l->longest_hold, after(end_ns, since_ns), at_ns, (int)part->thread);
    if (first_ns)
        longer(&l->longest_block, after(end_ns, first_ns > since_ns ? first_ns : since_ns), at_ns,
               (int)part->thread);
}

/* What a thread had of a lock, and still has. */
static void read_entry(struct reading *r, size_t number, const struct watch_entry *e)
{
    const struct watch_thread *t = &r->region->threads[number];
    int thread = r->threads[number];
    struct ledger_thread *to = &r->out->threads.items[thread];
    uint32_t lock = number_of_lock(r, t, e);
    to->takes += e->takes;
    if (!lock || lock > WATCH_LOCKS_MOST || r->locks[lock - 1] == LEDGER_NONE) {
        r->out->processes.items[t->process].untold_takes += e->takes;
        r->out->processes.items[t->process].quiet_locks++;
        return;
    }
    struct ledger_lock *l = &r->out->locks.items[r->locks[lock - 1]];
    struct ledger_part part = {
        .thread = (size_t)thread,
        .takes = e->takes,
        .contended = e->contended,
        .asked = e->asked,
        .wait_ns = e->wait_ns,
        .hold_ns = e->hold_ns,
    };
    if (t->state == 1 && e->depth && ledger_is_lock(l))
        read_open_hold(r, l, &part, t, e);
    l->takes += e->takes;
    l->hold_ns += part.hold_ns;
    vec_add(l, part);
}

/* A wait that was not over when the program was; and whom it waited for. */
static void read_open_wait(struct reading *r, size_t number)
{
    const struct watch_thread *t = &r->region->threads[number];
    uint32_t lock = t->phase_lock;
    if (t->state != 1 || t->phase != WATCH_WANTS || !lock || lock > WATCH_LOCKS_MOST ||
        r->locks[lock - 1] == LEDGER_NONE)
        return;
    struct ledger_lock *l = &r->out->locks.items[r->locks[lock - 1]];
    const struct watch_lock *seen = &r->region->locks[lock - 1];
    uint64_t end_ns = process_end_ns(r, t->process);
    uint64_t open_ns = after(end_ns, t->phase_since_ns);
    uint64_t at_ns = after(end_ns, r->session->begin_ns);
    l->wait_ns += open_ns;
    l->contended++;
    longer(&l->longest_wait, open_ns, at_ns, r->threads[number]);
    uint64_t since_ns =
        seen->last_take_ns > t->phase_since_ns ? seen->last_take_ns : t->phase_since_ns;
    if (seen->holder && seen->holder <= WATCH_THREADS_MOST)
        longer(&l->longest_block, after(end_ns, since_ns), at_ns, r->threads[seen->holder - 1]);
}

static void read_parts(struct reading *r)
{
    sort_keys(r);
    for (size_t i = 0; i < WATCH_THREADS_MOST; i++) {
        if (r->threads[i] == LEDGER_NONE)
            continue;
        for (size_t k = 0; k < WATCH_ENTRIES; k++)
            if (r->region->threads[i].entries[k].address)
                read_entry(r, i, &r->region->threads[i].entries[k]);
        r->out->processes.items[r->region->threads[i].process].untold_takes +=
            r->region->threads[i].other_takes;
        read_open_wait(r, i);
    }
}

/* Jain, Chiu and Hawe 1984: 1 where all have as many, 1/n where one has them all. */
static void judge_fairness(struct ledger_lock *l)
{
    double sum = 0, squares = 0;
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++) {
        double takes = (double)l->items[i].takes;
        l->waiting_threads += l->items[i].contended > 0;
        sum += takes;
        squares += takes * takes;
        n += takes > 0;
    }
    if (n > 1)
        l->fairness = sum * sum / ((double)n * squares);
}

static int by_waiting(const void *a, const void *b)
{
    const struct ledger_lock *left = a, *right = b;
    bool is_left = ledger_is_lock(left), is_right = ledger_is_lock(right);
    if (is_left != is_right)
        return is_right - is_left;
    if (left->wait_ns != right->wait_ns)
        return left->wait_ns < right->wait_ns ? 1 : -1;
    return (left->address > right->address) - (left->address < right->address);
}

/* ---- All of it ----------------------------------------------------------------------------------
 */

static void read_locks(struct reading *r)
{
    struct ledger_names *names = ledger_names_open(r->region);
    if (!names) {
        r->out->locks.failed = true;
        return;
    }
    for (size_t i = 0; i < WATCH_LOCKS_MOST; i++)
        if (r->region->keys[i].state)
            read_lock(r, names, i);
    ledger_names_close(names);
}

static bool read_all(struct reading *r)
{
    read_processes(r);
    uint32_t count = watch_thread_count(r->region);
    for (size_t i = 0; i < count && !r->out->processes.failed; i++)
        read_thread(r, i);
    read_locks(r);
    if (r->out->processes.failed || r->out->threads.failed || r->out->locks.failed)
        return false;
    read_parts(r);
    for (size_t i = 0; i < r->out->locks.count; i++) {
        judge_fairness(&r->out->locks.items[i]);
        if (r->out->locks.items[i].failed || r->out->locks.items[i].stack.failed)
            return false;
    }
    if (r->out->locks.count)
        qsort(r->out->locks.items, r->out->locks.count, sizeof *r->out->locks.items, by_waiting);
    return !r->region->with_turns || ledger_read_turns(r->out);
}

static int *nobody(size_t count)
{
    int *list = malloc(count * sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = LEDGER_NONE;
    return list;
}

int ledger_read(struct ledger *l, const struct watch_session *s, struct err *err)
{

    *l = (struct ledger){.session = s, .life_ns = after(s->end_ns, s->begin_ns)};
    struct reading r = {
        .region = s->region,
        .session = s,
        .out = l,
        .locks = nobody(WATCH_LOCKS_MOST),
        .threads = nobody(WATCH_THREADS_MOST),
        .known = calloc(WATCH_LOCKS_MOST, sizeof *r.known),
        .process_count = watch_process_count(s->region),
    };
    l->processes_refused = s->region->process_count - (uint32_t)r.process_count;
    l->threads_refused = s->region->threads_refused;
    bool is_read = r.locks && r.threads && r.known && read_all(&r);
    free(r.known);
    free(r.locks);
    free(r.threads);
    return is_read ? 0 : err_set(err, ERR_SYSTEM, "no memory for what was seen");
}

void ledger_release(struct ledger *l)
{
    for (size_t i = 0; i < l->locks.count; i++) {
        struct ledger_lock *lock = &l->locks.items[i];
        for (size_t k = 0; k < lock->stack.count; k++)
            free(lock->stack.items[k]);
        vec_release(&lock->stack);
        vec_release(lock);
    }
    vec_release(&l->locks);
    vec_release(&l->turns);
    vec_release(&l->threads);
    vec_release(&l->processes);
}

double ledger_quantile(const struct histogram *h, double q)
{
    /* The least lies in it as its distance from above. */
    struct histogram copy = *h;
    copy.min = UINT64_MAX - h->min;
    return copy.count ? (double)histogram_quantile(&copy, q) : (double)NAN;
}
