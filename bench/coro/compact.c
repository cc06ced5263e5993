#include "bench/coro/compact.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/coro/valgrind.h"

#ifdef CORO_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum { LINE = 64, DEFAULT_BYTES = 256 * 1024, MOST_BYTES = UINT16_MAX * LINE - LINE };
enum { WIPED = 0xd5 };

#if defined(CORO_HOOKED)
enum { EXTRA = 256 * 1024 };
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
    size_t usable = (bytes + LINE + sizeof(struct coro_top) + page - 1) / page * page;
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
    compact->low = compact->map + page + LINE; /* room to copy whole lines */
    compact->top = (struct coro_top *)(void *)(compact->map + page + usable) - 1;
    compact->is_checked = is_checked;
    compact->valgrind = (unsigned)VALGRIND_STACK_REGISTER(compact->low, compact->top + 1);
    return CORO_OK;
}

void compact_trim(struct compact *compact)
{
    for (struct block *block = compact->blocks, *next; block != NULL; block = next) {
        next = block->next;
        munmap(block, block->bytes);
    }
    compact->blocks = NULL;
    compact->block_count = 0;
    compact->fresh = NULL;
    compact->fresh_left = 0;
    compact->bytes = 0;
    memset(compact->free, 0, sizeof compact->free);
}

void compact_release(struct compact *compact)
{
    if (compact->map == NULL)
        return;
    compact_trim(compact);
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
    return true;
}

static struct compact_area *new_area(struct compact *compact, uint16_t lines)
{
    struct compact_area *area;
    if (lines > COMPACT_CLASSES) {
        area = malloc((size_t)lines * LINE);
        compact->large_count += area != NULL;
        return area;
    }
    area = compact->free[lines];
    if (area != NULL) {
        compact->free[lines] = area->next;
        return area;
    }
    size_t bytes = (size_t)lines * LINE;
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
    area = (struct compact_area *)(void *)compact->fresh;
    compact->fresh += bytes;
    compact->fresh_left -= bytes;
    return area;
}

static void free_area(struct compact *compact, struct compact_area *area, uint16_t lines)
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

/* The lowest byte in use of a suspended stack. */
static const char *low_of(const struct coro_context *context)
{
#ifdef CORO_SWITCH_UCONTEXT
    /* The frame of the function that switched; what lies deeper belongs to the C library. */
    enum { SPILLS = 512 };
    return (const char *)context - SPILLS;
#else
    return (const char *)context;
#endif
}

static size_t bytes_of(uint16_t lines)
{
    return (size_t)lines * LINE - sizeof(struct compact_area);
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
    char *end = (char *)(compact->top + 1);
    if (task->lines == 0) {
        size_t bytes = (size_t)(end - compact->low);
        expose(compact->low, bytes);
        compact->own = NULL;
        coro_first_context(loop, compact->top, task);
        return;
    }
    struct compact_area *area = (struct compact_area *)(void *)task->context;
    size_t bytes = bytes_of(task->lines);
    expose(end - bytes, bytes);
    memcpy(end - bytes, area->frames, bytes);
    task->context = area->context;
    compact->own = area;
}

void *compact_see(const struct compact *compact, const struct coro *task, void *variable)
{
    if (compact->stranded == task || task->lines == 0)
        return variable;
    struct compact_area *area = (struct compact_area *)(void *)task->context;
    const char *from = (const char *)(compact->top + 1) - bytes_of(task->lines);
    return area->frames + ((char *)variable - from);
}

void compact_drop(struct compact *compact, struct coro *task)
{
    if (task->state != CORO_STATE_FREE && task->lines > COMPACT_CLASSES)
        free_area(compact, (struct compact_area *)(void *)task->context, task->lines);
}

int compact_leave(struct compact *compact, struct coro *task)
{
    struct compact_area *area = compact->own;
    compact->own = NULL;
    compact->stranded = NULL;
    if (task->state == CORO_STATE_FREE || task->state == CORO_STATE_FINISHED) {
        if (area != NULL)
            free_area(compact, area, task->lines);
        task->lines = 0;
        return CORO_OK;
    }
    char *end = (char *)(compact->top + 1);
    const char *low = low_of(task->context);
    size_t lines = ((size_t)(end - low) + sizeof *area + LINE - 1) / LINE;
    if (lines != task->lines) {
        struct compact_area *fitting = new_area(compact, (uint16_t)lines);
        if (fitting == NULL) {
            compact->own = area;
            compact->stranded = task;
            return CORO_NO_MEMORY;
        }
        if (area != NULL)
            free_area(compact, area, task->lines);
        area = fitting;
        task->lines = (uint16_t)lines;
    }
    size_t bytes = bytes_of(task->lines);
#ifdef CORO_ASAN
    ASAN_UNPOISON_MEMORY_REGION(end - bytes, bytes);
#endif
    VALGRIND_MAKE_MEM_DEFINED(end - bytes, (size_t)(low - (end - bytes)));
    memcpy(area->frames, end - bytes, bytes);
    area->context = task->context;
    task->context = (struct coro_context *)(void *)area;
    if (compact->is_checked) /* who still looks there shall see that it is nothing */
        memset(end - bytes, WIPED, bytes);
    return CORO_OK;
}
