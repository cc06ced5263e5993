/*
 * hwloc's tree as a flat table.  Goglin, "hwloc: a generic framework for managing hardware
 * affinities", PDP 2010, and the manual of hwloc 2.9 say what its objects are.
 */
#include "bench/machine/topology/topology.h"

#include "bench/base/buf.h"
#include "bench/base/peer_library.h"
#include "bench/base/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef CONTEND_HAVE_HWLOC
#include <hwloc.h>
#endif

static int compare_ints(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

#ifdef CONTEND_HAVE_HWLOC

#define FUNCTIONS(X)                                                                               \
    X(hwloc_get_api_version)                                                                       \
    X(hwloc_topology_init)                                                                         \
    X(hwloc_topology_destroy)                                                                      \
    X(hwloc_topology_set_flags)                                                                    \
    X(hwloc_topology_set_io_types_filter)                                                          \
    X(hwloc_topology_set_synthetic)                                                                \
    X(hwloc_topology_set_xmlbuffer)                                                                \
    X(hwloc_topology_load)                                                                         \
    X(hwloc_topology_is_thissystem)                                                                \
    X(hwloc_get_type_depth)                                                                        \
    X(hwloc_get_nbobjs_by_depth)                                                                   \
    X(hwloc_get_obj_by_depth)                                                                      \
    X(hwloc_bitmap_alloc)                                                                          \
    X(hwloc_bitmap_free)                                                                           \
    X(hwloc_bitmap_isset)                                                                          \
    X(hwloc_bitmap_weight)                                                                         \
    X(hwloc_cpukinds_get_nr)                                                                       \
    X(hwloc_cpukinds_get_info)

static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

static int load_library(struct err *err)
{
    static const char *const names[] = {"libhwloc.so.15", NULL};
    static void *handle;
    if (handle)
        return 0;
    void *opened = peer_load(names, err);
    if (!opened)
        return -1;
#define FIND(function)                                                                             \
    if (!peer_find(opened, #function, (void **)(void *)&lib.function, err))                        \
        return -1;
    FUNCTIONS(FIND)
#undef FIND
    /* Structures are read as this header has them. */
    if (lib.hwloc_get_api_version() >> 16 != HWLOC_API_VERSION >> 16)
        return err_set(err, ERR_LIMIT, "the library is of another version: %x, and not %x",
                       lib.hwloc_get_api_version(), HWLOC_API_VERSION);
    handle = opened;
    return 0;
}

static int open_tree(hwloc_topology_t *out, const struct topology_source *source, struct err *err)
{
    hwloc_topology_t tree;
    if (lib.hwloc_topology_init(&tree))
        return err_set(err, ERR_LIMIT, "hwloc does not begin");
    bool is_here = !source->synthetic && !source->xml;
    /* What a control group withholds is part of the machine all the same. */
    unsigned long flags = is_here ? HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED : 0;
    lib.hwloc_topology_set_io_types_filter(tree, HWLOC_TYPE_FILTER_KEEP_NONE);
    bool ok = !lib.hwloc_topology_set_flags(tree, flags);
    if (ok && source->synthetic)
        ok = !lib.hwloc_topology_set_synthetic(tree, source->synthetic);
    if (ok && source->xml)
        ok = !lib.hwloc_topology_set_xmlbuffer(tree, source->xml, (int)strlen(source->xml) + 1);
    ok = ok && !lib.hwloc_topology_load(tree);
    /* Its own variables, made for looking at other machines, would place units by one of those. */
    bool is_other = ok && is_here && !lib.hwloc_topology_is_thissystem(tree);
    if (ok && !is_other) {
        *out = tree;
        return 0;
    }
    lib.hwloc_topology_destroy(tree);
    return err_set(err, ERR_LIMIT,
                   is_other
                       ? "hwloc tells of another machine (HWLOC_SYNTHETIC or HWLOC_XMLFILE in the "
                         "environment; HWLOC_THISSYSTEM=1 says that it is this one)"
                       : "hwloc cannot tell what this machine is made of");
}

static int above(hwloc_obj_t obj, hwloc_obj_type_t type)
{
    while (obj && obj->type != type)
        obj = obj->parent;
    return obj ? (int)obj->logical_index : TOPOLOGY_UNKNOWN;
}

/* The outermost cache: its level is 3 on most machines, and 2 on some small ones.  Levels are
 * numbered apart, so a machine with both is told by level and number. */
static int last_cache(hwloc_obj_t pu)
{
    static const hwloc_obj_type_t levels[] = {HWLOC_OBJ_L5CACHE, HWLOC_OBJ_L4CACHE,
                                              HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        int found = above(pu, levels[i]);
        if (found != TOPOLOGY_UNKNOWN)
            return (int)(i << 24) + found;
    }
    return TOPOLOGY_UNKNOWN;
}

/* Memory that several nodes of CPUs share is nobody's own: the narrowest node counts. */
static int narrowest_node(hwloc_topology_t tree, unsigned cpu)
{
    int depth = lib.hwloc_get_type_depth(tree, HWLOC_OBJ_NUMANODE);
    int found = TOPOLOGY_UNKNOWN, width = 0;
    for (unsigned i = 0; i < lib.hwloc_get_nbobjs_by_depth(tree, depth); i++) {
        hwloc_obj_t node = lib.hwloc_get_obj_by_depth(tree, depth, i);
        if (!lib.hwloc_bitmap_isset(node->cpuset, cpu))
            continue;
        int weight = lib.hwloc_bitmap_weight(node->cpuset);
        if (found == TOPOLOGY_UNKNOWN || weight < width) {
            found = (int)node->logical_index;
            width = weight;
        }
    }
    return found;
}

static int add_cpus(struct topology *t, hwloc_topology_t tree, const int *allowed,
                    size_t allowed_count, struct err *err)
{
    int depth = lib.hwloc_get_type_depth(tree, HWLOC_OBJ_PU);
    for (unsigned i = 0; i < lib.hwloc_get_nbobjs_by_depth(tree, depth); i++) {
        hwloc_obj_t pu = lib.hwloc_get_obj_by_depth(tree, depth, i);
        int cpu = (int)pu->os_index;
        int core = above(pu, HWLOC_OBJ_CORE);
        struct topology_cpu one = {
            .cpu = cpu,
            .package = above(pu, HWLOC_OBJ_PACKAGE),
            .node = narrowest_node(tree, pu->os_index),
            .llc = last_cache(pu),
            /* A CPU whose core is not told is one. */
            .core = core == TOPOLOGY_UNKNOWN ? (1 << 24) + cpu : core,
            .kind = TOPOLOGY_UNKNOWN,
            .is_allowed = bsearch(&cpu, allowed, allowed_count, sizeof cpu, compare_ints) != NULL,
        };
        if (!vec_add(&t->cpus, one))
            return err_set(err, ERR_SYSTEM, "no memory for the topology");
    }
    return 0;
}

static const char *info_of(const struct hwloc_info_s *infos, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (!strcmp(infos[i].name, name))
            return infos[i].value;
    return NULL;
}

/* By its type where the vendor has a word for it, else by its place among the others. */
static void name_kind(struct topology_kind *kind, const struct hwloc_info_s *infos, unsigned count,
                      unsigned index)
{
    const char *word = info_of(infos, count, "CoreType");
    if (word)
        snprintf(kind->name, sizeof kind->name, "%s", word);
    else
        snprintf(kind->name, sizeof kind->name, "kind%u", index);
    for (char *c = kind->name; *c; c++)
        if (*c <= ' ' || *c > '~' || *c == ',' || *c == ';')
            *c = '_';
}

/* Two kinds of one word (cores of one type with two clocks) are told apart by their place. */
static void tell_apart(struct topology *t)
{
    for (size_t i = 1; i < t->kinds.count; i++)
        for (size_t j = 0; j < i; j++)
            if (!strcmp(t->kinds.items[i].name, t->kinds.items[j].name)) {
                size_t used = strlen(t->kinds.items[i].name);
                const size_t most = TOPOLOGY_KIND_BYTES - 13;
                used = used > most ? most : used;
                snprintf(t->kinds.items[i].name + used, TOPOLOGY_KIND_BYTES - used, "-%zu", i);
            }
}

static int add_kinds(struct topology *t, hwloc_topology_t tree, struct err *err)
{
    int count = lib.hwloc_cpukinds_get_nr(tree, 0);
    hwloc_bitmap_t set = count > 1 ? lib.hwloc_bitmap_alloc() : NULL;
    for (int k = 0; k < count && set; k++) {
        struct topology_kind kind = {.rank = 0};
        struct hwloc_info_s *infos = NULL;
        unsigned info_count = 0;
        int efficiency = -1;
        if (lib.hwloc_cpukinds_get_info(tree, (unsigned)k, set, &efficiency, &info_count, &infos,
                                        0))
            continue;
        kind.rank = efficiency;
        name_kind(&kind, infos, info_count, (unsigned)k);
        for (size_t i = 0; i < t->cpus.count; i++)
            if (lib.hwloc_bitmap_isset(set, (unsigned)t->cpus.items[i].cpu)) {
                t->cpus.items[i].kind = (int)t->kinds.count;
                kind.cpus++;
            }
        if (!vec_add(&t->kinds, kind))
            break;
    }
    if (set)
        lib.hwloc_bitmap_free(set);
    if (t->kinds.failed || (count > 1 && !set))
        return err_set(err, ERR_SYSTEM, "no memory for the topology");
    tell_apart(t);
    return 0;
}

static int fill(struct topology *out, const struct topology_source *source, const int *allowed,
                size_t allowed_count, struct err *err)
{
    hwloc_topology_t tree = NULL;
    if (load_library(err) || open_tree(&tree, source, err))
        return -1;
    unsigned version = lib.hwloc_get_api_version();
    snprintf(out->source, sizeof out->source, "hwloc %u.%u", version >> 16, version >> 8 & 255);
    int failed = add_cpus(out, tree, allowed, allowed_count, err) || add_kinds(out, tree, err);
    lib.hwloc_topology_destroy(tree);
    if (!failed && !out->cpus.count)
        failed = err_set(err, ERR_LIMIT, "hwloc sees no CPU here");
    return failed ? -1 : 0;
}
#else
static int fill(struct topology *out, const struct topology_source *source, const int *allowed,
                size_t allowed_count, struct err *err)
{
    (void)out, (void)source, (void)allowed, (void)allowed_count;
    return err_set(err, ERR_LIMIT, "contend was built without hwloc");
}
#endif

/* ---- Whatever told it ---------------------------------------------------------------------- */

/* Numbers that differ; TOPOLOGY_UNKNOWN is none. */
static int distinct(const struct topology *t, size_t member)
{
    int *seen = malloc((t->cpus.count + 1) * sizeof *seen), count = 0;
    size_t n = 0;
    for (size_t i = 0; i < t->cpus.count && seen; i++) {
        int value;
        memcpy(&value, (const char *)&t->cpus.items[i] + member, sizeof value);
        if (value != TOPOLOGY_UNKNOWN)
            seen[n++] = value;
    }
    if (seen)
        qsort(seen, n, sizeof *seen, compare_ints);
    for (size_t i = 0; i < n; i++)
        count += i == 0 || seen[i] != seen[i - 1];
    free(seen);
    return count;
}

int topology_read(struct topology *out, const struct topology_source *source, const int *allowed,
                  size_t allowed_count, struct err *err)
{
    *out = (struct topology){0};
    if (fill(out, source, allowed, allowed_count, err)) {
        topology_release(out);
        return -1;
    }
    out->packages = distinct(out, offsetof(struct topology_cpu, package));
    out->nodes = distinct(out, offsetof(struct topology_cpu, node));
    out->llcs = distinct(out, offsetof(struct topology_cpu, llc));
    out->cores = distinct(out, offsetof(struct topology_cpu, core));
    return 0;
}

void topology_release(struct topology *t)
{
    vec_release(&t->cpus);
    vec_release(&t->kinds);
    *t = (struct topology){0};
}

static void add_count(struct buf *b, const char *separator, int count, const char *one)
{
    char words[64];
    if (count > 0)
        buf_printf(b, "%s%s", separator, words_count(words, sizeof words, (size_t)count, one));
}

void topology_words(const struct topology *t, char out[TOPOLOGY_WORDS_BYTES])
{
    struct buf b = {0};
    add_count(&b, "", t->packages, "package");
    add_count(&b, b.len ? ", " : "", t->nodes, "NUMA node");
    add_count(&b, b.len ? ", " : "", t->llcs, "last-level cache");
    add_count(&b, b.len ? ", " : "", t->cores, "core");
    add_count(&b, b.len ? ", " : "", (int)t->cpus.count, "CPU");
    for (size_t i = 0; i < t->kinds.count; i++)
        buf_printf(&b, "%s%d of kind %s", i ? ", " : "; ", t->kinds.items[i].cpus,
                   t->kinds.items[i].name);
    char *text = buf_steal(&b);
    snprintf(out, TOPOLOGY_WORDS_BYTES, "%s", text ? text : "no memory for the words");
    free(text);
}
