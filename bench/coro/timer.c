#include "bench/coro/timer.h"

#include <assert.h>
#include <stdlib.h>

/* Emptying the inbox or a bucket opens one chunk a bucket and fills at most TIMER_INBOX entries
 * more than it frees. */
enum { RESERVE = TIMER_BUCKETS + TIMER_INBOX / TIMER_CHUNK + 1, CHUNKS_A_BLOCK = 95 };
enum { FEW_DEAD = 1024 };
/* A bucket of 2^17 ns or less: its tasks will be looked at before they leave the cache again. */
enum { SOON = 18 };

struct block {
    struct block *next;
    char pad[sizeof(struct timer_chunk) - sizeof(struct block *)];
    struct timer_chunk chunks[CHUNKS_A_BLOCK];
};

void timers_release(struct timers *timers)
{
    struct block *block = timers->blocks;
    while (block != NULL) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    *timers = (struct timers){0};
}

/* Moving entries about must not fail half way, so each bucket's next chunk is there beforehand. */
static int reserve(struct timers *timers)
{
    while (timers->spare_count < RESERVE) {
        struct block *block = malloc(sizeof *block);
        timers->starved = block == NULL;
        if (block == NULL)
            return CORO_NO_MEMORY;
        block->next = timers->blocks;
        timers->blocks = block;
        timers->bytes += sizeof *block;
        for (int i = CHUNKS_A_BLOCK; i-- > 0;) {
            block->chunks[i].next = timers->spare;
            timers->spare = &block->chunks[i];
        }
        timers->spare_count += CHUNKS_A_BLOCK;
    }
    return CORO_OK;
}

static void give_back(struct timers *timers, struct timer_chunk *chunk)
{
    chunk->next = timers->spare;
    timers->spare = chunk;
    timers->spare_count++;
}

static void insert(struct timers *timers, struct timer entry)
{
    int b = 0;
    if (entry.deadline_ns > timers->last) {
        b = 64 - __builtin_clzll(entry.deadline_ns ^ timers->last);
        timers->occupied |= UINT64_C(1) << (b - 1);
    }
    struct timer_bucket *bucket = &timers->buckets[b];
    struct timer_chunk *chunk = bucket->last;
    if (chunk == NULL || chunk->end == TIMER_CHUNK) {
        assert(timers->spare != NULL);
        struct timer_chunk *fresh = timers->spare;
        timers->spare = fresh->next;
        timers->spare_count--;
        fresh->next = NULL;
        fresh->begin = fresh->end = 0;
        if (chunk != NULL) {
            chunk->next = fresh;
        } else {
            bucket->first = fresh;
            bucket->least = UINT64_MAX;
        }
        bucket->last = chunk = fresh;
    }
    chunk->entries[chunk->end++] = entry;
    if (entry.deadline_ns < bucket->least)
        bucket->least = entry.deadline_ns;
}

static bool is_alive(struct timer entry)
{
    return entry.task->deadline_ns == entry.deadline_ns;
}

static struct timer_chunk *take_bucket(struct timers *timers, int b)
{
    struct timer_chunk *first = timers->buckets[b].first;
    timers->buckets[b] = (struct timer_bucket){0};
    if (b > 0)
        timers->occupied &= ~(UINT64_C(1) << (b - 1));
    return first;
}

/* Cancelled entries would otherwise wait for their time. */
static void sweep(struct timers *timers)
{
    for (int b = 0; b < TIMER_BUCKETS; b++) {
        for (struct timer_chunk *chunk = take_bucket(timers, b), *next; chunk; chunk = next) {
            next = chunk->next;
            for (uint32_t i = chunk->begin; i < chunk->end; i++) {
                if (is_alive(chunk->entries[i]))
                    insert(timers, chunk->entries[i]);
                else
                    timers->entries--;
            }
            give_back(timers, chunk);
        }
    }
}

int timers_settle(struct timers *timers)
{
    if (timers->armed == 0) {
        timers_clear(timers);
        return CORO_OK;
    }
    if (reserve(timers) != CORO_OK)
        return CORO_NO_MEMORY;
    for (size_t i = 0; i < timers->inbox_count; i++) {
        if (!is_alive(timers->inbox[i]))
            continue;
        insert(timers, timers->inbox[i]);
        timers->entries++;
    }
    timers->inbox_count = 0;
    if (timers->entries > 2 * timers->armed + FEW_DEAD && reserve(timers) == CORO_OK)
        sweep(timers);
    return CORO_OK;
}

/* The lowest bucket's earliest entry is due: it becomes `last`, and the bucket falls apart. */
static void descend(struct timers *timers, int b)
{
    timers->last = timers->buckets[b].least;
    for (struct timer_chunk *chunk = take_bucket(timers, b), *next; chunk; chunk = next) {
        next = chunk->next;
        for (uint32_t i = chunk->begin; i < chunk->end; i++) {
            if (b < SOON)
                __builtin_prefetch(chunk->entries[i].task, 1);
            insert(timers, chunk->entries[i]);
        }
        give_back(timers, chunk);
    }
}

struct coro *timers_pop(struct timers *timers, uint64_t now_ns)
{
    for (;;) {
        struct timer_chunk *chunk = timers->buckets[0].first;
        while (chunk != NULL && chunk->begin < chunk->end) {
            struct timer entry = chunk->entries[chunk->begin++];
            timers->entries--;
            if (is_alive(entry))
                return entry.task;
        }
        if (chunk != NULL) {
            timers->buckets[0].first = chunk->next;
            if (chunk->next == NULL)
                timers->buckets[0] = (struct timer_bucket){0};
            give_back(timers, chunk);
            continue;
        }
        if (timers->occupied == 0)
            return NULL;
        int b = __builtin_ctzll(timers->occupied) + 1;
        if (timers->buckets[b].least > now_ns || reserve(timers) != CORO_OK)
            return NULL;
        descend(timers, b);
    }
}

uint64_t timers_next(const struct timers *timers)
{
    if (timers->buckets[0].first != NULL)
        return timers->last;
    if (timers->occupied == 0)
        return UINT64_MAX;
    return timers->buckets[__builtin_ctzll(timers->occupied) + 1].least;
}

void timers_clear(struct timers *timers)
{
    assert(timers->armed == 0);
    timers->inbox_count = 0;
    if (timers->entries == 0 && timers->occupied == 0 && timers->buckets[0].first == NULL)
        return;
    for (int b = 0; b < TIMER_BUCKETS; b++) {
        for (struct timer_chunk *chunk = take_bucket(timers, b), *next; chunk; chunk = next) {
            next = chunk->next;
            give_back(timers, chunk);
        }
    }
    timers->entries = 0;
}
