#include "bench/coro/compact.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/coro/slab.h"
#include "bench/coro/valgrind.h"

#ifdef CORO_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum { LINE = 64, UNIT = 8, DEFAULT_BYTES = 256 * 1024, MOST_BYTES = 480 * 1024 };
enum { WIPED = 0xd5 };
_Static_assert(MOST_BYTES / UNIT <= UINT16_MAX, "coro.saved counts units");

#if defined(CORO_HOOKED)
enum { EXTRA = 128 * 1024 };
#else
enum { EXTRA = 0 };
#endif

/* Blocks of areas are linked through their first line. */
struct block {
    struct block *next;
    size_t bytes;
    char pad[LINE - 2 * sizeof(void *)];
};
_Static_assert(sizeof(struct block) == LINE, "areas begin on a line");

int compact_init(struct compact *compact, size_t bytes, bool is_checked)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    bytes = (bytes != 0 ? bytes : DEFAULT_BYTES) + EXTRA;
    if (bytes > MOST_BYTES)
        return CORO_BAD;
    /* The line above the end is there to be copied with the last, partly used one. */
    size_t usable = (bytes + sizeof(struct coro_top) + LINE + page - 1) / page * page;
    void *map = mmap(NULL, usable + page, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return CORO_NO_MEMORY;
    if (mprotect(map, page, PROT_NONE) != 0) {
        munmap(map, usable + page);
        return CORO_NO_MEMORY;
    }
    compact->map = map;
    compact->map_bytes = usable + page;
    compact->low = compact->map + page;
    compact->top = (struct coro_top *)(void *)(compact->low + usable - LINE) - 1;
    *compact->top = (struct coro_top){0};
    compact->is_checked = is_checked;
    compact->is_exposed = RUNNING_ON_VALGRIND != 0;
#ifdef CORO_ASAN
    compact->is_exposed = true;
#endif
    compact->valgrind = (unsigned)VALGRIND_STACK_REGISTER(compact->low, compact->top + 1);
    return CORO_OK;
}

void compact_release(struct compact *compact)
{
    if (compact->map == NULL)
        return;
    for (struct block *block = compact->blocks, *next; block != NULL; block = next) {
        next = block->next;
        munmap(block, block->bytes);
    }
    VALGRIND_STACK_DEREGISTER(compact->valgrind);
    munmap(compact->map, compact->map_bytes);
    *compact = (struct compact){0};
}

/* ---- areas ---- */

static bool add_block(struct compact *compact)
{
    size_t bytes = (size_t)64 * 1024 << (compact->block_count < 10 ? compact->block_count : 10);
    void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return false;
    struct block *block = map;
    block->next = compact->blocks;
    block->bytes = bytes;
    compact->blocks = block;
    compact->block_count++;
    compact->bytes += bytes;
    compact->fresh = (char *)(block + 1);
    compact->fresh_left = bytes - sizeof *block;
    compact->ready = compact->fresh;
    return true;
}

static size_t lines_of(uint16_t saved)
{
    return ((size_t)saved * UNIT + LINE - 1) / LINE;
}

static struct compact_area *new_area(struct compact *compact, size_t lines)
{
    struct compact_area *area;
    if (lines > COMPACT_CLASSES) {
        area = malloc(lines * LINE);
        compact->large_count += area != NULL;
        return area;
    }
    area = compact->free[lines];
    if (area != NULL) {
        compact->free[lines] = area->next;
        return area;
    }
    size_t bytes = lines * LINE;
    if (compact->fresh_left < bytes) {
        /* The rest of the old block still makes one smaller area. */
        size_t rest = compact->fresh_left / LINE;
        char *at = compact->fresh;
        if (!add_block(compact))
            return NULL;
        if (rest > 0) {
            struct compact_area *small = (struct compact_area *)(void *)at;
            small->next = compact->free[rest];
            compact->free[rest] = small;
        }
    }
    if (compact->fresh + bytes > compact->ready) {
        size_t step = compact->bytes / 16;
        step = step < 16384 ? 16384 : step > 256 * 1024 ? 256 * 1024 : step;
        step = step > compact->fresh_left ? compact->fresh_left : step;
        slab_populate(compact->fresh, step, (size_t)sysconf(_SC_PAGESIZE));
        compact->ready = compact->fresh + step;
    }
    area = (struct compact_area *)(void *)compact->fresh;
    compact->fresh += bytes;
    compact->fresh_left -= bytes;
    return area;
}

static void free_area(struct compact *compact, struct compact_area *area, size_t lines)
{
    if (lines > COMPACT_CLASSES) {
        free(area);
        compact->large_count--;
        return;
    }
    area->next = compact->free[lines];
    compact->free[lines] = area;
}

/* ---- in and out ---- */

/* What lies below the saved context, in the frame of the function that switched. */
#ifdef CORO_SWITCH_UCONTEXT
enum { SPILLS = 512 };
#else
enum { SPILLS = 0 };
#endif

static char *end_of(const struct compact *compact)
{
    return (char *)(compact->top + 1);
}

/* Whole lines: what is more than `saved` is never looked at. */
static inline void copy_lines(void *to, const void *from, size_t lines)
{
    char *t = to;
    const char *f = from;
    for (size_t i = 0; i < lines; i++)
        memcpy(t + i * LINE, f + i * LINE, LINE);
}

/* Frames are copied whole, whatever the checkers think of bytes between variables. */
static void expose(char *low, size_t bytes)
{
#ifdef CORO_ASAN
    ASAN_UNPOISON_MEMORY_REGION(low, bytes);
#endif
    VALGRIND_MAKE_MEM_UNDEFINED(low, bytes);
    (void)low, (void)bytes;
}

void compact_enter(struct compact *compact, struct coro_loop *loop, struct coro *task)
{
    char *end = end_of(compact);
    if (task->saved == 0) {
        if (compact->is_exposed)
            expose(compact->low, (size_t)(end - compact->low));
        compact->own = NULL;
        *compact->top = (struct coro_top){0};
        coro_first_context(loop, compact->top, task);
        return;
    }
    char *low = end - (size_t)task->saved * UNIT;
    if (compact->is_exposed)
        expose(low, (size_t)(end - low));
    compact->own = (struct compact_area *)(void *)task->context;
    copy_lines(low, compact->own, lines_of(task->saved));
    task->context = (struct coro_context *)(void *)(low + SPILLS);
}

int compact_leave(struct compact *compact, struct coro *task)
{
    struct compact_area *area = compact->own;
    compact->own = NULL;
    compact->stranded = NULL;
    if (task->state == CORO_STATE_FREE || task->state == CORO_STATE_FINISHED) {
        if (area != NULL)
            free_area(compact, area, lines_of(task->saved));
        task->saved = 0;
        return CORO_OK;
    }
    char *end = end_of(compact), *low = (char *)task->context - SPILLS;
    uint16_t saved = (uint16_t)((size_t)(end - low) / UNIT);
    size_t lines = lines_of(saved);
    if (area == NULL || lines != lines_of(task->saved)) {
        struct compact_area *fitting = new_area(compact, lines);
        if (fitting == NULL) {
            compact->own = area;
            compact->stranded = task;
            return CORO_NO_MEMORY;
        }
        if (area != NULL)
            free_area(compact, area, lines_of(task->saved));
        area = fitting;
    }
#ifdef CORO_ASAN
    ASAN_UNPOISON_MEMORY_REGION(low, (size_t)(end - low));
#endif
    task->saved = saved;
    copy_lines(area, low, lines);
    task->context = (struct coro_context *)(void *)area;
    if (compact->is_checked) /* who still looks there shall see that it is nothing */
        memset(low, WIPED, (size_t)(end - low));
    return CORO_OK;
}

void *compact_see(const struct compact *compact, const struct coro *task, void *variable)
{
    if (compact->stranded == task || task->saved == 0)
        return variable;
    const char *low = end_of(compact) - (size_t)task->saved * UNIT;
    return (char *)(void *)task->context + ((char *)variable - low);
}

void compact_drop(struct compact *compact, struct coro *task)
{
    if (task->saved != 0 && lines_of(task->saved) > COMPACT_CLASSES &&
        task->state != CORO_STATE_FINISHED)
        free_area(compact, (struct compact_area *)(void *)task->context, lines_of(task->saved));
}
