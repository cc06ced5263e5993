#include "bench/machine/counters/counter_group.h"

#include <assert.h>

static const uint32_t software_counters = 1u << COUNTER_CONTEXT_SWITCHES |
                                          1u << COUNTER_CPU_MIGRATIONS | 1u << COUNTER_PAGE_FAULTS |
                                          1u << COUNTER_TASK_CLOCK;

static uint32_t bit(int counter)
{
    return 1u << counter;
}

static const struct counter_choice *choice_of(const struct counter_group *g, int counter)
{
    return &g->verdict->choices[g->scope][counter];
}

void counter_group_start(struct counter_group *g, const struct counter_verdict *verdict,
                         const struct counter_provider *const *providers,
                         const struct counter_provider *apart, enum counter_scope scope)
{
    *g = (struct counter_group){
        .verdict = verdict,
        .providers = providers,
        .apart = apart,
        .scope = scope,
        .is_open = true,
    };
    uint32_t counted = 0;
    for (int i = 0; providers[i]; i++) {
        assert(i < COUNTER_PROVIDERS_MAX);
        uint32_t wanted = 0;
        for (int c = 0; c < COUNTER_COUNT; c++)
            if (choice_of(g, c)->provider == providers[i])
                wanted |= bit(c);
        providers[i]->start(&g->sessions[i], wanted, scope);
        counted |= g->sessions[i].counting;
    }
    if (scope == COUNTER_TREE)
        apart->start(&g->own, counted & software_counters, COUNTER_THREAD);
    counter_group_mark(g);
}

static void read_sessions(struct counter_group *g, uint64_t *values)
{
    for (int i = 0; g->providers[i]; i++)
        g->providers[i]->read(&g->sessions[i], values);
}

void counter_group_mark(struct counter_group *g)
{
    read_sessions(g, g->base);
    if (g->scope == COUNTER_TREE)
        g->apart->read(&g->own, g->base_own);
}

/* The other way round than mark: the caller's own span lies within that of all. */
void counter_group_end(struct counter_group *g)
{
    if (g->scope == COUNTER_TREE)
        g->apart->read(&g->own, g->last_own);
    read_sessions(g, g->last);
    g->has_end = true;
}

/* Ends a session but keeps what it says of itself: value() still asks. */
static void stop_session(const struct counter_provider *p, struct counter_session *s)
{
    uint32_t counting = s->counting;
    p->stop(s);
    s->counting = counting;
}

void counter_group_stop(struct counter_group *g)
{
    if (!g->is_open)
        return;
    for (int i = 0; g->providers[i]; i++)
        stop_session(g->providers[i], &g->sessions[i]);
    if (g->scope == COUNTER_TREE)
        stop_session(g->apart, &g->own);
    g->is_open = false;
}

/* Whether the chosen provider did count; if not, why. */
static bool is_counted(const struct counter_group *g, int counter, const char **reason)
{
    *reason = choice_of(g, counter)->reason;
    for (int i = 0; g->providers[i]; i++) {
        if (g->providers[i] != choice_of(g, counter)->provider)
            continue;
        *reason = g->sessions[i].reason[counter];
        return g->sessions[i].counting & bit(counter);
    }
    return false;
}

bool counter_group_value(const struct counter_group *g, enum counter counter, uint64_t *value,
                         const char **source, const char **reason)
{
    *value = 0;
    *source = "none";
    *reason = "the span did not come to its end";
    if (!g->has_end || !is_counted(g, counter, reason))
        return false;
    uint64_t own = 0;
    if (g->scope == COUNTER_TREE && (software_counters & bit(counter))) {
        *reason = "the coordinator's own part could not be counted apart";
        if (!(g->own.counting & bit(counter)))
            return false;
        own = g->last_own[counter] - g->base_own[counter];
    }
    *reason = "the counter ran backwards";
    if (g->last[counter] < g->base[counter] || g->last[counter] - g->base[counter] < own)
        return false;
    const struct counter_choice *choice = choice_of(g, counter);
    *value = g->last[counter] - g->base[counter] - own;
    const char *apart = choice->user_only ? choice->provider->user_only_name : NULL;
    *source = apart ? apart : choice->provider->name;
    *reason = NULL;
    return true;
}
