#include "bench/judge/compare/load.h"

#include <pthread.h>

/* The files of one side. */
struct loading {
    const struct opt_list *paths;
    struct result_list *out;
    struct err err;
};

static void *load_side(void *arg)
{
    struct loading *l = arg;
    results_load(l->out, l->paths->items, l->paths->count, 0, &l->err);
    return NULL;
}

int compare_load(const struct opt_list *base_paths, const struct opt_list *head_paths,
                 struct result_list *base, struct result_list *head, struct err *err)
{
    struct loading of_base = {.paths = base_paths, .out = base};
    struct loading of_head = {.paths = head_paths, .out = head};
    pthread_t thread;
    bool is_apart = !pthread_create(&thread, NULL, load_side, &of_head);
    load_side(&of_base);
    if (is_apart)
        pthread_join(thread, NULL);
    else
        load_side(&of_head);
    const struct err *first = of_base.err.code != ERR_NONE ? &of_base.err : &of_head.err;
    if (first->code == ERR_NONE)
        return 0;
    *err = *first;
    return -1;
}
