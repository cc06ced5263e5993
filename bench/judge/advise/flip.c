/* Where another kind would win: the model's answer along one axis at a time. */
#include "bench/judge/advise/advise.h"

#include <math.h>

enum { STEPS = 96, HALVINGS = 20 };

#define WIDEST 1000.0 /* so far up and down it is looked for another */

/* The work with one thing changed; false where there is no such work. */
static bool move(const struct advise_work *w, enum advise_axis axis, double factor,
                 struct advise_work *out, double *value)
{
    double whole_ns = w->cpu_ns + w->wait_ns;
    *out = *w;
    switch (axis) {
    case ADVISE_CPU:
        *value = w->cpu_ns / whole_ns * factor;
        out->cpu_ns = whole_ns * *value;
        out->wait_ns = whole_ns - out->cpu_ns;
        return *value <= 1 && out->cpu_ns >= 1000;
    case ADVISE_WAIT:
        *value = out->wait_ns = w->wait_ns * factor;
        return out->wait_ns >= 1000;
    case ADVISE_CONCURRENCY:
        *value = out->concurrency = round(w->concurrency * factor);
        return out->concurrency >= 1 && out->concurrency <= 1e6;
    default:
        *value = out->memory_bytes = w->memory_bytes * factor;
        return out->memory_bytes > 0;
    }
}

/* A limit is looked for below what the choice takes, where none was given. */
static struct advise_work beginning(const struct advise_work *w, const struct advise_costs *c,
                                    enum advise_axis axis)
{
    struct advise_work from = *w;
    if (axis == ADVISE_MEMORY && !(from.memory_bytes > 0)) {
        struct advise_shape s = advise_foretell(w, c);
        from.memory_bytes = advise_memory(w, c, &s) * WIDEST;
    }
    return from;
}

static void seek(const struct advise_work *w, const struct advise_costs *c, enum advise_axis axis,
                 bool is_above, struct advise_flips *out)
{
    struct advise_work from = beginning(w, c, axis), there;
    double step = pow(WIDEST * (axis == ADVISE_MEMORY ? WIDEST : 1), 1.0 / STEPS), value;
    double near = 1, far = 1;
    enum advise_kind kind = out->kind;
    for (int i = 0; i < STEPS && kind == out->kind; i++) {
        near = far;
        far = is_above ? far * step : far / step;
        if (!move(&from, axis, far, &there, &value))
            return;
        kind = advise_foretell(&there, c).kind;
    }
    if (kind == out->kind)
        return;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = sqrt(near * far);
        move(&from, axis, middle, &there, &value);
        enum advise_kind here = advise_foretell(&there, c).kind;
        if (here == out->kind) {
            near = middle;
        } else {
            far = middle;
            kind = here;
        }
    }
    move(&from, axis, far, &there, &value);
    out->items[out->count++] =
        (struct advise_flip){.axis = axis, .is_above = is_above, .value = value, .kind = kind};
}

void advise_flips(const struct advise_work *w, const struct advise_costs *c,
                  struct advise_flips *out)
{
    *out = (struct advise_flips){.kind = advise_foretell(w, c).kind};
    for (int axis = 0; axis < ADVISE_AXES; axis++)
        for (int side = 0; side < 2; side++)
            seek(w, c, (enum advise_axis)axis, side == 1, out);
}
