/* Names of addresses: the symbol, and the file. */
#include "bench/watch/elf.h"
#include "bench/watch/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ledger_names {
    const struct watch_region *region;
    struct elf_symbols *symbols[WATCH_MODULES_MOST];
    bool is_tried[WATCH_MODULES_MOST];
};

struct ledger_names *ledger_names_open(const struct watch_region *r)
{
    struct ledger_names *n = calloc(1, sizeof *n);
    if (n)
        n->region = r;
    return n;
}

void ledger_names_close(struct ledger_names *n)
{
    for (size_t i = 0; n && i < WATCH_MODULES_MOST; i++)
        elf_symbols_close(n->symbols[i]);
    free(n);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool ledger_name(struct ledger_names *n, const struct watch_place *place, bool with_offset,
                 char *out, size_t size)
{
    uint64_t offset = 0;
    size_t i = place->module - 1u;
    out[0] = '\0';
    if (!place->module || i >= WATCH_MODULES_MOST || n->region->modules[i].state != 2)
        return false;
    char path[WATCH_PATH_MOST];
    snprintf(path, sizeof path, "%.*s", (int)sizeof path - 1, n->region->modules[i].path);
    if (!n->is_tried[i]) {
        n->is_tried[i] = true;
        n->symbols[i] = elf_symbols_open(path);
    }
    const char *name = n->symbols[i] ? elf_symbol_at(n->symbols[i], place->address, &offset) : NULL;
    if (name && *name && with_offset)
        snprintf(out, size, "%.120s+0x%llx in %.60s", name, (unsigned long long)offset,
                 base_name(path));
    else if (name && *name)
        snprintf(out, size, offset ? "%.120s+%llu in %.60s" : "%.120s%.0llu in %.60s", name,
                 (unsigned long long)offset, base_name(path));
    else
        snprintf(out, size, "%.60s+0x%llx", base_name(path), (unsigned long long)place->address);
    return true;
}
