/* The region, this process in it, and its threads. */
#include "bench/watch/preload/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Until there is a page that a fork wipes, and where there is none. */
static struct local nothing;
struct local *local = &nothing;

/* What a fork inherits. */
static struct watch_region *mapped;
static pthread_key_t key;
static bool has_key; /* the first key there is has the number 0 */

__thread struct watch_thread *self __attribute__((tls_model("initial-exec")));
/* Its end was seen, or there was no place for it: it is asked no more. */
static __thread bool is_unwatched __attribute__((tls_model("initial-exec")));
static __thread unsigned goodbyes __attribute__((tls_model("initial-exec")));

/* ---- Small files of /proc, without a lock and an allocation -----------------------------------
 */

/* Not by functions of these names: threads may be cancelled in them, and programs have their own.
 */
static int open_file(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC);
}

static void close_file(int fd)
{
    syscall(SYS_close, fd);
}

static long read_file(const char *path, char *out, size_t size)
{
    int fd = open_file(path, O_RDONLY);
    if (fd < 0)
        return -1;
    long got = syscall(SYS_read, fd, out, size - 1);
    close_file(fd);
    out[got > 0 ? got : 0] = '\0';
    return got;
}

static uint64_t number(const char **text)
{
    uint64_t value = 0;
    while (**text == ' ')
        ++*text;
    for (; **text >= '0' && **text <= '9'; ++*text)
        value = value * 10 + (uint64_t)(**text - '0');
    return value;
}

bool own_schedstat(uint64_t *ran_ns, uint64_t *runnable_ns)
{
    char text[96];
    const char *at = text;
    int error = errno;
    if (is_sealed)
        return false;
    bool is_read = read_file("/proc/thread-self/schedstat", text, sizeof text) > 0;
    errno = error;
    if (!is_read)
        return false;
    *ran_ns = number(&at);
    *runnable_ns = number(&at);
    return true;
}

/* At the ends of a life.  What the file says of running is as old as the last tick, the clock's is
 * not: a short life would be all sleep. */
static bool own_times(uint64_t *ran_ns, uint64_t *runnable_ns)
{
    struct timespec ran;
    if (!own_schedstat(ran_ns, runnable_ns))
        return false;
    if (!clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran))
        *ran_ns = (uint64_t)ran.tv_sec * 1000000000u + (uint64_t)ran.tv_nsec;
    return true;
}

/*
 * Pages that are about to be written, in one call: a page fault each costs ten times as much, and
 * fifty times in some guests (madvise(2), Linux 5.14; older kernels refuse, and nothing is lost).
 */
void pages_are_wanted(void *from, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    int error = errno;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    char *begin = (char *)from - (uintptr_t)from % page;
    if (!is_sealed)
        madvise(begin, (size_t)((char *)from + bytes - begin), MADV_POPULATE_WRITE);
    errno = error;
#else
    (void)from;
    (void)bytes;
#endif
}

/* ---- Processes ----------------------------------------------------------------------------------
 */

static void note_program(struct watch_process *p)
{
    ssize_t length = readlink("/proc/self/exe", p->program, sizeof p->program - 1);
    p->program[length > 0 ? length : 0] = '\0';
}

/* A record for this process; false where there is none left. */
static bool add_process(struct watch_region *r, bool is_forked)
{
    uint32_t index = __atomic_fetch_add(&r->process_count, 1, __ATOMIC_RELAXED);
    if (index >= WATCH_PROCESSES_MOST)
        return false;
    struct watch_process *p = &r->processes[index];
    p->parent = getppid();
    p->is_forked = is_forked;
    note_program(p);
    local->process = index;
    local->region = r;
    p->begin_ns = now_ns();
    __atomic_store_n(&p->pid, getpid(), __ATOMIC_RELEASE);
    return true;
}

static struct watch_region *map_region(const char *path)
{
    struct stat file;
    int fd = open_file(path, O_RDWR);
    if (fd < 0)
        return NULL;
    void *at = MAP_FAILED;
    if (!fstat(fd, &file) && file.st_size == (off_t)sizeof(struct watch_region))
        at = mmap(NULL, sizeof(struct watch_region), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_NORESERVE, fd, 0);
    close_file(fd);
    if (at == MAP_FAILED)
        return NULL;
    struct watch_region *r = at;
    if (r->magic == WATCH_MAGIC && r->version == WATCH_VERSION && r->bytes == sizeof *r)
        return r;
    munmap(at, sizeof(struct watch_region));
    return NULL;
}

/* Without it a forked child would write as its parent. */
static struct local *map_local(void)
{
    void *at = mmap(NULL, sizeof(struct local), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                    -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    if (!madvise(at, sizeof(struct local), MADV_WIPEONFORK))
        return at;
    munmap(at, sizeof(struct local));
    return NULL;
}

static void thread_is_over(void *value)
{
    /* Destructors of other keys may come behind this one, and lock: the last round is the end. */
    if (++goodbyes < PTHREAD_DESTRUCTOR_ITERATIONS && !pthread_setspecific(key, value))
        return;
    thread_ends();
}

/* ---- Threads ------------------------------------------------------------------------------------
 */

static bool claim(struct watch_thread *t, uint32_t from)
{
    return __atomic_compare_exchange_n(&t->state, &from, 3, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static struct watch_thread *claim_ended(struct watch_region *r, uint32_t count)
{
    static uint32_t next;
    uint32_t begin = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < count; i++) {
        struct watch_thread *t = &r->threads[(begin + i) % count];
        if (t->process == local->process && t->state == 2 && claim(t, 2)) {
            __atomic_store_n(&next, begin + i + 1, __ATOMIC_RELAXED);
            return t;
        }
    }
    return NULL;
}

static struct watch_thread *claim_place(struct watch_region *r)
{
    struct watch_thread *t = NULL;
    uint32_t count = watch_thread_count(r);
    if (count >= WATCH_THREADS_APART)
        t = claim_ended(r, count);
    if (t || count >= WATCH_THREADS_MOST)
        return t;
    count = __atomic_fetch_add(&r->thread_count, 1, __ATOMIC_RELAXED);
    if (count >= WATCH_THREADS_MOST)
        return NULL;
    pages_are_wanted(&r->threads[count], sizeof r->threads[count]);
    return claim(&r->threads[count], 0) ? &r->threads[count] : NULL;
}

static void begin_life(struct watch_thread *t)
{
    t->process = local->process;
    t->tid = is_sealed ? 0 : (int32_t)syscall(SYS_gettid);
    t->is_main = !is_sealed && t->tid == getpid();
    t->lives++;
    t->begin_ns = now_ns();
    t->end_ns = 0;
    t->random = (uint64_t)t->tid * UINT64_C(0x9e3779b97f4a7c15) | 1;
    for (size_t i = 0; t->lives > 1 && i < WATCH_ENTRIES; i++)
        t->entries[i].depth = 0;
    t->last = NULL;
    t->semaphore = t->end_semaphore = 0;
    t->busy = t->gil = t->inside = t->phase = t->waits_for = 0;
    /* One that was made by pthread_create() has done nothing yet. */
    t->first_ran_ns = t->first_runnable_ns = 0;
    if (t->is_main)
        own_times(&t->first_ran_ns, &t->first_runnable_ns);
    __atomic_store_n(&t->state, 1, __ATOMIC_RELEASE);
}

static bool attach_fork(void)
{
    if (mapped->is_children_off || is_sealed ||
        __atomic_exchange_n(&local->is_attaching, true, __ATOMIC_ACQ_REL))
        return false;
    goodbyes = 0;
    is_unwatched = false;
    return add_process(mapped, true);
}

struct watch_thread *thread_enter_slowly(void)
{
    int error = errno;
    if (!mapped || local == &nothing)
        return NULL;
    if (!local->region) { /* forked: what the thread was is its parent's */
        self = NULL;
        if (!attach_fork())
            return NULL;
    }
    if (self || is_unwatched)
        return NULL;
    struct watch_thread *t = claim_place(mapped);
    if (!t) {
        is_unwatched = true;
        __atomic_fetch_add(&mapped->threads_refused, 1, __ATOMIC_RELAXED);
        errno = error;
        return NULL;
    }
    begin_life(t);
    t->busy = 1;
    self = t;
    if (has_key)
        pthread_setspecific(key, t);
    errno = error;
    return t;
}

static void note_end(struct watch_thread *t)
{
    uint64_t ran_ns, runnable_ns;
    if (own_times(&ran_ns, &runnable_ns)) {
        t->ran_ns += ran_ns - t->first_ran_ns;
        t->runnable_ns += runnable_ns - t->first_runnable_ns;
        t->has_schedstat = 1;
    }
    if (!is_sealed)
        prctl(PR_GET_NAME, t->name);
}

bool is_mapped(void)
{
    return mapped != NULL;
}

struct watch_region *mapped_region(void)
{
    return mapped;
}

void thread_ends(void)
{
    struct watch_thread *t = self;
    int error = errno;
    self = NULL;
    is_unwatched = true;
    if (!t || !local->region)
        return;
    wait_is_given_up(t);
    note_end(t);
    t->end_ns = now_ns();
    t->life_ns += t->end_ns - t->begin_ns;
    t->phase = WATCH_ELSEWHERE;
    __atomic_store_n(&t->state, 2, __ATOMIC_RELEASE);
    errno = error;
}

struct start {
    void *(*body)(void *);
    void *argument;
};

void thread_begins(void)
{
    struct watch_thread *t = thread_enter();
    if (t)
        thread_leave(t);
}

static void *start_thread(void *memory)
{
    struct start start = *(struct start *)memory;
    free(memory);
    thread_begins();
    return start.body(start.argument);
}

bool thread_is_seen(uintptr_t site)
{
    /* A process that was forked is attached before it has a second thread. */
    struct watch_thread *t = thread_enter();
    if (t) {
        gil_saw_start(t, site);
        place_of(site); /* whose threads they are: a runtime's, with locks of its own? */
        thread_leave(t);
    }
    return local->region != NULL;
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*body)(void *), void *argument)
{
    struct start *start = thread_is_seen(CALLER()) ? malloc(sizeof *start) : NULL;
    if (!start)
        return real()->thread_create(thread, attributes, body, argument);
    *start = (struct start){body, argument};
    int failed = real()->thread_create(thread, attributes, start_thread, start);
    if (failed)
        free(start);
    return failed;
}

/* ---- Begin and end of the process ---------------------------------------------------------------
 */

/*
 * Who executed this one chose which system calls it may make.  What was done up to here is what the
 * dynamic linker does as well.
 */
static bool has_more_filters(const struct watch_region *r)
{
    char status[4096];
    return read_file("/proc/self/status", status, sizeof status) > 0 &&
           watch_filters(status) > r->filters;
}

/* NULL where this process is not to be watched. */
static struct watch_region *region_for_us(const char *path)
{
    struct watch_region *r = map_region(path);
    is_sealed = r && has_more_filters(r);
    if (!r || is_sealed)
        return NULL;
    if (r->is_children_off && r->process_count) {
        munmap(r, sizeof *r);
        return NULL;
    }
    madvise(r, sizeof *r, MADV_DONTDUMP); /* a core is the program's */
    confine_find_limits(r);
    return r;
}

__attribute__((constructor)) static void begin(void)
{
    int error = errno;
    const char *path = getenv(WATCH_VARIABLE);
    real_find();
    struct watch_region *r = path ? region_for_us(path) : NULL;
    struct local *own = r ? map_local() : NULL;
    if (own) {
        toggle_find_runtime();
        local = own;
        mapped = r;
        if (add_process(r, false))
            started_is_watched(getpid());
        else
            mapped = NULL;
        if (r->with_stacks)
            stack_prepare();
        has_key = mapped && !pthread_key_create(&key, thread_is_over);
        struct watch_thread *t = mapped ? thread_enter() : NULL;
        if (t)
            thread_leave(t);
    }
    errno = error;
}

/* Where it was not called the process was killed, or executed what does not know us. */
__attribute__((destructor)) void process_ends(void)
{
    if (!local->region)
        return;
    struct watch_process *p = &local->region->processes[local->process];
    int error = errno;
    if (is_sealed)
        p->has_exited = 1;
    if (is_sealed || p->pid != getpid()) /* a child that borrows our memory (vfork) ends */
        return;
    if (self && !p->has_exited)
        note_end(self);
    p->end_ns = now_ns();
    p->has_exited = 1;
    errno = error;
}

/* Ends the process without its exit handlers: forked children of interpreters do. */
EXPORT _Noreturn void _exit(int status)
{
    process_ends();
    for (;;)
        syscall(SYS_exit_group, status);
}

EXPORT _Noreturn void _Exit(int status)
{
    _exit(status);
}

/* Not by its own name, which ends this program to those who read it. */
EXPORT _Noreturn void leave_quickly(int status) __asm__("quick_exit");
void leave_quickly(int status)
{
    process_ends();
    real()->leave_quickly(status);
    __builtin_unreachable();
}

/* ---- Where addresses belong ---------------------------------------------------------------------
 */

/* dlfcn.h of newer C libraries has it; it takes no lock, unlike what walks through all modules. */
struct found_object {
    uint64_t flags;
    void *begin, *end;
    struct link_map_head {
        uintptr_t base;
        const char *path;
    } * map;
    void *frames;
    uint64_t reserved[7];
};
extern int find_object(void *address, struct found_object *out) __asm__("_dl_find_object")
    __attribute__((weak));

static uint32_t module_of(const char *path)
{
    struct watch_region *r = local->region;
    for (uint32_t i = 0; i < WATCH_MODULES_MOST; i++) {
        struct watch_module *m = &r->modules[i];
        uint32_t state = 0;
        if (__atomic_compare_exchange_n(&m->state, &state, 1, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_ACQUIRE)) {
            strncpy(m->path, path, sizeof m->path - 1);
            __atomic_store_n(&m->state, 2, __ATOMIC_RELEASE);
            return i + 1;
        }
        /* One that is being written is passed over: at worst a file is in the table twice. */
        if (state == 2 && !strncmp(m->path, path, sizeof m->path - 1))
            return i + 1;
    }
    return 0;
}

static struct link_map_head *map_of(uint64_t address)
{
    struct found_object found;
    void *at = (void *)(uintptr_t)address; // NOLINT(performance-no-int-to-ptr)
    return find_object && !find_object(at, &found) ? found.map : NULL;
}

const char *path_of(uint64_t address)
{
    const struct link_map_head *map = map_of(address);
    return map && map->path && *map->path ? map->path : NULL;
}

struct watch_place place_of(uint64_t address)
{
    struct watch_place place = {.address = address};
    const struct link_map_head *map = map_of(address);
    if (!map)
        return place;
    const char *path = map->path;
    if (!path || !*path)
        path = local->region->processes[local->process].program;
    place.module = module_of(path);
    if (place.module)
        place.address = address - map->base;
    return place;
}
