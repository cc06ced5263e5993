#include "bench/coro/loop.h"

#include <assert.h>
#include <stdlib.h>

void words_release(struct words *words)
{
    free(words->entries);
    *words = (struct words){0};
}

static uint32_t home_of(const struct words *words, const uint32_t *word)
{
    /* 2^64 / golden ratio spreads addresses, which share their low and high bits. */
    return (uint32_t)(((uintptr_t)word * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & words->mask;
}

/* The word's entry, or the free one where it would be put. */
static uint32_t find(const struct words *words, const uint32_t *word)
{
    uint32_t i = home_of(words, word);
    while (words->entries[i].word != NULL && words->entries[i].word != word)
        i = (i + 1) & words->mask;
    return i;
}

static int grow(struct loop *loop, void *unused)
{
    (void)unused;
    struct words *old = &loop->words;
    uint32_t room = old->entries != NULL ? 2 * (old->mask + 1) : 32;
    struct words wider = {.entries = calloc(room, sizeof *wider.entries), .mask = room - 1};
    if (wider.entries == NULL)
        return CORO_NO_MEMORY;
    wider.count = old->count;
    for (uint32_t i = 0; old->entries != NULL && i <= old->mask; i++)
        if (old->entries[i].word != NULL)
            wider.entries[find(&wider, old->entries[i].word)] = old->entries[i];
    free(old->entries);
    *old = wider;
    return CORO_OK;
}

/* Entries behind a freed one move up, so that probing never meets a hole in between. */
static void drop(struct words *words, uint32_t hole)
{
    words->count--;
    for (uint32_t i = hole;;) {
        i = (i + 1) & words->mask;
        if (words->entries[i].word == NULL)
            break;
        uint32_t home = home_of(words, words->entries[i].word);
        if (((i - home) & words->mask) >= ((i - hole) & words->mask)) {
            words->entries[hole] = words->entries[i];
            hole = i;
        }
    }
    words->entries[hole] = (struct word_entry){0};
}

void words_remove(struct words *words, struct coro *task)
{
    uint32_t i = find(words, task->on);
    assert(words->entries[i].first != NULL);
    coro_unlist(&words->entries[i].first, task);
    if (words->entries[i].first == NULL)
        drop(words, i);
}

int coro_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    struct loop *loop;
    struct coro *self;
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    if (word == NULL)
        return CORO_BAD;
    if (compact_owns(&loop->compact, word))
        return CORO_ON_STACK;
    /* Acquire: who sees the word changed sees what was written before it. */
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != expected)
        return CORO_CHANGED;
    int error = loop_interrupted(self);
    if (error != CORO_OK)
        return error;
    if (timeout_ns == CORO_NO_WAIT)
        return CORO_TIMED_OUT;
    struct words *words = &loop->words;
    if (words->entries == NULL || 2 * (words->count + 1) > words->mask + 1) {
        error = loop_call(loop, grow, NULL);
        if (error != CORO_OK)
            return error;
    }
    uint32_t i = find(words, word);
    if (words->entries[i].word == NULL) {
        words->entries[i].word = word;
        words->count++;
    }
    coro_enlist(&words->entries[i].first, self);
    self->on = (void *)(uintptr_t)word;
    self->state = CORO_STATE_WORD;
    return loop_park(loop, self,
                     timeout_ns == CORO_FOREVER ? 0 : loop_after(coro_now(), timeout_ns));
}

uint32_t coro_wake(struct coro_loop *hot, const uint32_t *word, uint32_t count)
{
    struct loop *loop = loop_of(hot);
    struct words *words = &loop->words;
    if (words->count == 0 || word == NULL)
        return 0;
    uint32_t i = find(words, word);
    uint32_t woken = 0;
    while (woken < count && words->entries[i].first != NULL) {
        struct coro *task = words->entries[i].first;
        coro_unlist(&words->entries[i].first, task);
        loop_wake(loop, task, CORO_OK);
        woken++;
    }
    if (woken > 0 && words->entries[i].first == NULL)
        drop(words, i);
    return woken;
}
