/* Turns that were kept one by one: for pictures. */
#include "bench/watch/ledger.h"

#include <stdlib.h>

static uint64_t after(uint64_t ns, uint64_t begin_ns)
{
    return ns > begin_ns ? ns - begin_ns : 0;
}

/* Places in the ledger, by number in the region less 1; the caller frees it. */
static int *places(size_t count)
{
    int *list = malloc(count * sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = LEDGER_NONE;
    return list;
}

static void read_turn(struct ledger *l, const struct watch_turn *t, const int *locks,
                      const int *threads)
{
    uint64_t begin_ns = l->session->begin_ns;
    if (!t->thread || t->thread > WATCH_THREADS_MOST || !t->lock || t->lock > WATCH_LOCKS_MOST ||
        t->drop_ns < t->take_ns)
        return;
    int thread = threads[t->thread - 1], lock = locks[t->lock - 1];
    if (thread == LEDGER_NONE || lock == LEDGER_NONE)
        return;
    vec_add(&l->turns, (struct ledger_turn){
                           .lock = (size_t)lock,
                           .thread = (size_t)thread,
                           .wait_ns = after(t->wait_ns ? t->wait_ns : t->take_ns, begin_ns),
                           .take_ns = after(t->take_ns, begin_ns),
                           .drop_ns = after(t->drop_ns, begin_ns),
                           .is_put_out = t->is_put_out,
                       });
}

bool ledger_read_turns(struct ledger *l)
{
    const struct watch_region *r = l->session->region;
    uint32_t count = r->turn_count;
    int *locks = places(WATCH_LOCKS_MOST), *threads = places(WATCH_THREADS_MOST);
    for (size_t i = 0; locks && i < l->locks.count; i++)
        locks[l->locks.items[i].number - 1] = (int)i;
    for (size_t i = 0; threads && i < l->threads.count; i++)
        threads[l->threads.items[i].place - 1] = (int)i;
    l->turns_seen = count;
    count = count > WATCH_TURNS_MOST ? WATCH_TURNS_MOST : count;
    for (uint32_t i = 0; locks && threads && i < count; i++)
        read_turn(l, &r->turns[i], locks, threads);
    bool is_read = locks && threads && !l->turns.failed;
    free(locks);
    free(threads);
    return is_read;
}
