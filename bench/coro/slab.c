#include "bench/coro/slab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench/coro/valgrind.h"

#ifdef CORO_ASAN
#include <sanitizer/asan_interface.h>
#endif

/* Newer than many C libraries' headers. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#define SLAB_MADV_GUARD_INSTALL 102

/* A page that mprotect splits off costs two mappings of the 65 530 a process may have. */
enum { SLAB_MOST_PROTECTED = 12288 };
static const uint64_t canary_word = 0x9e5ac7d3b1f80c62;
enum { SLAB_CANARY_WORDS = 2 };

/* Sanitizers' own frames, and the machine context that ucontext keeps on the stack. */
#if defined(CORO_HOOKED)
enum { SLAB_EXTRA = 64 * 1024 };
#elif defined(CORO_SWITCH_UCONTEXT)
enum { SLAB_EXTRA = 4096 };
#else
enum { SLAB_EXTRA = 0 };
#endif

static size_t round_up(size_t value, size_t to)
{
    return (value + to - 1) / to * to;
}

size_t coro_stack_least(enum coro_stack stack)
{
    return stack == CORO_DENSE ? 960 : stack == CORO_GUARDED ? 2048 : 16384;
}

int slab_init(struct slab *slab, enum coro_stack kind, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *slab = (struct slab){.kind = kind, .page = page};
    if ((unsigned)kind > CORO_COMPACT || bytes > SIZE_MAX / 4)
        return CORO_BAD;
    if (bytes != 0 && bytes < coro_stack_least(kind))
        return CORO_SMALL;
    if (kind == CORO_COMPACT) {
        slab->stride = sizeof(struct coro);
    } else if (kind == CORO_DENSE) {
        slab->usable = round_up(bytes != 0 ? bytes : 4096, SLAB_LINE) + SLAB_EXTRA;
        size_t lines = (slab->usable + sizeof(struct coro)) / SLAB_LINE;
        slab->stride = (lines | 1) * SLAB_LINE;
        slab->usable = slab->stride - sizeof(struct coro);
        slab->guard = SLAB_GUARD_CANARY;
    } else {
        size_t taken = sizeof(struct coro) + (SLAB_COLOURS - 1) * SLAB_LINE;
        slab->usable = (bytes != 0 ? bytes : 14 * 1024) + SLAB_EXTRA;
        size_t pages = 1 + round_up(slab->usable + taken, page) / page;
        slab->stride = (pages | 1) * page;
        slab->usable = slab->stride - page - taken;
        slab->guard_bytes = page;
        /* Valgrind reads memory itself, and knows of mprotect only. */
        slab->guard = RUNNING_ON_VALGRIND ? SLAB_GUARD_PROTECT : SLAB_GUARD_MARKER;
    }
    return CORO_OK;
}

/* What the checkers know of the stacks. */
static void forget(struct slab *slab, struct slab_chunk *chunk)
{
    for (uint32_t i = 0; chunk->valgrind != NULL && i < chunk->carved; i++)
        VALGRIND_STACK_DEREGISTER(chunk->valgrind[i]);
#ifdef CORO_ASAN
    ASAN_UNPOISON_MEMORY_REGION(chunk->base, chunk->bytes);
#endif
#ifdef CORO_TSAN
    for (uint32_t i = 0; i < chunk->carved; i++)
        coro_end_fiber(slab_task(slab, chunk, i));
#endif
    (void)slab;
}

void slab_release(struct slab *slab)
{
    for (uint32_t i = 0; i < slab->chunk_count; i++) {
        forget(slab, &slab->chunks[i]);
        free(slab->chunks[i].valgrind);
        munmap(slab->chunks[i].base, slab->chunks[i].bytes);
    }
    free(slab->chunks);
    *slab = (struct slab){0};
}

char *slab_slot(const struct slab *slab, const struct slab_chunk *chunk, uint32_t index)
{
    return chunk->base + (size_t)index * slab->stride;
}

struct coro *slab_task(const struct slab *slab, const struct slab_chunk *chunk, uint32_t index)
{
    char *end = slab_slot(slab, chunk, index) + slab->stride;
    if (slab->kind == CORO_GUARDED)
        end -= (index % SLAB_COLOURS) * SLAB_LINE;
    return (struct coro *)(void *)end - 1;
}

struct slab_chunk *slab_find(const struct slab *slab, const void *address, uint32_t *index)
{
    uintptr_t at = (uintptr_t)address;
    for (uint32_t i = 0; i < slab->chunk_count; i++) {
        struct slab_chunk *chunk = &slab->chunks[i];
        uintptr_t base = (uintptr_t)chunk->base;
        if (at >= base && at - base < (uintptr_t)chunk->carved * slab->stride) {
            *index = (uint32_t)((at - base) / slab->stride);
            return chunk;
        }
    }
    return NULL;
}

/* Doubles from small to 64 MiB: a loop of ten tasks stays small, one of a million has few chunks.
 */
static int add_chunk(struct slab *slab)
{
    if (slab->chunk_count == slab->chunk_room) {
        uint32_t room = slab->chunk_room != 0 ? 2 * slab->chunk_room : 16;
        struct slab_chunk *chunks = realloc(slab->chunks, room * sizeof *chunks);
        if (chunks == NULL)
            return CORO_NO_MEMORY;
        slab->chunks = chunks;
        slab->chunk_room = room;
    }
    size_t bytes = (size_t)64 * 1024 << (slab->chunk_count < 10 ? slab->chunk_count : 10);
    if (bytes < 16 * slab->stride)
        bytes = 16 * slab->stride;
    bytes = round_up(bytes, slab->page);
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return CORO_NO_MEMORY;
    if (slab->kind == CORO_GUARDED)
        madvise(base, bytes, MADV_NOHUGEPAGE); /* one touched page must not cost 2 MiB */
    struct slab_chunk chunk = {
        .base = base, .bytes = bytes, .slots = (uint32_t)(bytes / slab->stride)};
    if (RUNNING_ON_VALGRIND && slab->kind != CORO_COMPACT)
        chunk.valgrind = calloc(chunk.slots, sizeof *chunk.valgrind);
    slab->chunks[slab->chunk_count++] = chunk;
    slab->mapped_bytes += bytes;
    return CORO_OK;
}

/* ---- guards ---- */

/* Some emulators accept any advice and do nothing, so the first marker is put to the test: a system
 * call that reads from there must fail. */
static bool install_marker(struct slab *slab, char *slot)
{
    if (madvise(slot, slab->guard_bytes, SLAB_MADV_GUARD_INSTALL) != 0)
        return false;
    if (!slab->is_tested)
        slab->is_tested = access(slot, F_OK) != 0 && errno == EFAULT;
    return slab->is_tested;
}

/* The best kind of guard that works here; a kind found wanting is not tried again. */
static bool install_guard(struct slab *slab, char *slot)
{
    if (slab->guard == SLAB_GUARD_MARKER) {
        if (install_marker(slab, slot))
            return true;
        slab->guard = SLAB_GUARD_PROTECT;
    }
    if (slab->guard == SLAB_GUARD_PROTECT) {
        if (slab->protected < SLAB_MOST_PROTECTED &&
            mprotect(slot, slab->guard_bytes, PROT_NONE) == 0) {
            slab->protected ++;
            return true;
        }
        slab->guard = SLAB_GUARD_CANARY;
    }
    return false; /* this slot's low end stays untouched and reads as zeros */
}

/* One advice about a page of each of many slots, `offset` into them, in few system calls, where the
 * kernel takes "myself" for a process. Returns how many slots were reached. */
static uint32_t advise_slots(const struct slab *slab, const struct slab_chunk *chunk, uint32_t from,
                             uint32_t count, size_t offset, int advice)
{
    enum { BATCH = 64, MYSELF = -10000 };
    uint32_t done = 0;
    while (done < count) {
        struct iovec pages[BATCH];
        uint32_t n = count - done < BATCH ? count - done : BATCH;
        for (uint32_t i = 0; i < n; i++)
            pages[i] = (struct iovec){slab_slot(slab, chunk, from + done + i) + offset, slab->page};
        long bytes = syscall(SYS_process_madvise, MYSELF, pages, (unsigned long)n, advice, 0);
        if (bytes <= 0)
            break;
        done += (uint32_t)((size_t)bytes / slab->page);
    }
    return done;
}

/* For the slots below `end`. */
static void install_guards(struct slab *slab, struct slab_chunk *chunk, uint32_t end)
{
    if (slab->kind != CORO_GUARDED || chunk->tried >= end)
        return;
    if (slab->guard == SLAB_GUARD_MARKER && slab->is_tested) {
        /* 390 ns each in place of 560. */
        uint32_t many =
            advise_slots(slab, chunk, chunk->tried, end - chunk->tried, 0, SLAB_MADV_GUARD_INSTALL);
        if (many > 0)
            chunk->tried = chunk->guarded = chunk->tried + many;
    }
    for (; chunk->tried < end; chunk->tried++)
        if (install_guard(slab, slab_slot(slab, chunk, chunk->tried)))
            chunk->guarded = chunk->tried + 1;
}

/* ---- carving ---- */

void slab_populate(char *from, size_t bytes, size_t page)
{
    uintptr_t low = ((uintptr_t)from + page - 1) & ~(page - 1);
    uintptr_t high = ((uintptr_t)from + bytes + page - 1) & ~(page - 1);
    if (high - low >= 4 * page)
        madvise((void *)low, high - low, MADV_POPULATE_WRITE); /* if not, then one by one */
}

/* Of a guarded slot only the page where it begins; the others may never be needed. */
static void populate_slots(const struct slab *slab, const struct slab_chunk *chunk, uint32_t count)
{
    enum { MANY = 64 };
    if (slab->kind != CORO_GUARDED)
        slab_populate(slab_slot(slab, chunk, chunk->carved), count * slab->stride, slab->page);
    else if (count >= MANY)
        advise_slots(slab, chunk, chunk->carved, count, slab->stride - slab->page,
                     MADV_POPULATE_WRITE);
}

static void prepare_slot(struct slab *slab, struct slab_chunk *chunk, uint32_t index)
{
    char *slot = slab_slot(slab, chunk, index);
    for (int i = 0; i < SLAB_CANARY_WORDS && slab->kind == CORO_DENSE; i++)
        memcpy(slot + i * 8, &canary_word, 8);
    struct coro *task = slab_task(slab, chunk, index);
    *task = (struct coro){.state = CORO_STATE_FREE};
    if (slab->kind != CORO_COMPACT)
        *coro_top_of(task) = (struct coro_top){0};
    if (chunk->valgrind != NULL)
        chunk->valgrind[index] = (uint32_t)VALGRIND_STACK_REGISTER(slot + slab->guard_bytes, task);
}

int slab_carve(struct slab *slab, uint32_t count, struct coro **list)
{
    while (slab->open < slab->chunk_count &&
           slab->chunks[slab->open].carved == slab->chunks[slab->open].slots)
        slab->open++;
    if (slab->open == slab->chunk_count) {
        int error = add_chunk(slab);
        if (error != CORO_OK)
            return error;
    }
    struct slab_chunk *chunk = &slab->chunks[slab->open];
    if (count > chunk->slots - chunk->carved)
        count = chunk->slots - chunk->carved;
    install_guards(slab, chunk, chunk->carved + count);
    populate_slots(slab, chunk, count);
    for (uint32_t i = 0; i < count; i++)
        prepare_slot(slab, chunk, chunk->carved + i);
    for (uint32_t i = count; i-- > 0;) {
        struct coro *task = slab_task(slab, chunk, chunk->carved + i);
        task->next = *list;
        *list = task;
    }
    chunk->carved += count;
    slab->carved += count;
    return (int)count;
}

bool slab_is_intact(const struct slab *slab, const struct coro *task)
{
    const char *slot;
    uint64_t expected = 0;
    if (slab->guard != SLAB_GUARD_CANARY)
        return true;
    if (slab->kind == CORO_DENSE) {
        slot = (const char *)(task + 1) - slab->stride;
        expected = canary_word;
    } else {
        uint32_t index;
        const struct slab_chunk *chunk = slab_find(slab, task, &index);
        if (chunk == NULL || index < chunk->guarded)
            return true;
        slot = slab_slot(slab, chunk, index);
    }
    for (int i = 0; i < SLAB_CANARY_WORDS; i++)
        if (memcmp(slot + i * 8, &expected, 8) != 0)
            return false;
    return true;
}
