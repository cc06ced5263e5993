/*
 * Who waits on which word, for cooperative executors without such a list: units in FIFO order,
 * in lists by a hash of the word's address.  One thread.
 */
#ifndef CONTEND_EXECUTORS_PARKING_H
#define CONTEND_EXECUTORS_PARKING_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A member of whatever waits. */
struct parked {
    struct parked *next; /* rings: the list's head is one of them */
    struct parked *prev;
    const _Atomic uint32_t *word; /* NULL: it does not wait */
};

enum { PARKING_LISTS = 256 };

struct parking {
    struct parked lists[PARKING_LISTS];
};

static inline void parking_init(struct parking *p)
{
    for (size_t i = 0; i < PARKING_LISTS; i++)
        p->lists[i].next = p->lists[i].prev = &p->lists[i];
}

/* Words often lie in lines of their own: the low bits tell little. */
static inline struct parked *parking_list(struct parking *p, const _Atomic uint32_t *word)
{
    uint64_t key = (uint64_t)(uintptr_t)word * UINT64_C(0x9e3779b97f4a7c15);
    return &p->lists[key >> 56];
}

static inline void parking_add(struct parking *p, struct parked *unit, const _Atomic uint32_t *word)
{
    struct parked *list = parking_list(p, word);
    unit->word = word;
    unit->next = list;
    unit->prev = list->prev;
    list->prev->next = unit;
    list->prev = unit;
}

static inline void parking_remove(struct parked *unit)
{
    unit->prev->next = unit->next;
    unit->next->prev = unit->prev;
    unit->word = NULL;
}

/* Takes the unit off that has waited longest on word; NULL: nobody does. */
static inline struct parked *parking_take(struct parking *p, const _Atomic uint32_t *word)
{
    struct parked *list = parking_list(p, word);
    for (struct parked *unit = list->next; unit != list; unit = unit->next)
        if (unit->word == word) {
            parking_remove(unit);
            return unit;
        }
    return NULL;
}

static_assert(PARKING_LISTS == 256, "the hash gives eight bits");

#endif
