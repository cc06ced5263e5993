/*
 * Who is parked on which word: a hash table from address to a ring of waiters, linear probing, at
 * most half full. An address has an entry only while somebody waits on it.
 */
#ifndef CORO_WORD_H
#define CORO_WORD_H

#include "bench/coro/coro.h"

struct word_entry {
    const uint32_t *word; /* NULL: free */
    struct coro *first;   /* oldest waiter */
};

struct words {
    struct word_entry *entries;
    uint32_t mask; /* capacity - 1; meaningless without entries */
    uint32_t count;
};

void words_release(struct words *words);
/* Takes a waiting task off its word (task->on). */
void words_remove(struct words *words, struct coro *task);

#endif
