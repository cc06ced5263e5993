/* Names of addresses: the symbol, and the file. */
#include "bench/watch/elf.h"
#include "bench/watch/ledger.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What of a name is shown. */
enum { NAME_MOST = 120 };

typedef char *demangle(const char *mangled, char *out, size_t *size, int *status);

struct ledger_names {
    const struct watch_region *region;
    struct elf_symbols *symbols[WATCH_MODULES_MOST];
    bool is_tried[WATCH_MODULES_MOST];
    void *cpp; /* a library of C++, where there is one: it knows how names are written */
    demangle *demangle;
    bool is_cpp_tried;
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
    if (n && n->cpp)
        dlclose(n->cpp);
    free(n);
}

/* ---- Names of C++ ------------------------------------------------------------------------------
 */

static void find_demangler(struct ledger_names *n)
{
    static const char *const libraries[] = {"libstdc++.so.6", "libc++abi.so.1", NULL};
    n->is_cpp_tried = true;
    for (size_t i = 0; libraries[i] && !n->cpp; i++)
        n->cpp = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
    void *found = n->cpp ? dlsym(n->cpp, "__cxa_demangle") : NULL;
    memcpy(&n->demangle, &found, sizeof found);
}

/* "operator<", "operator()" and "->" are no brackets. */
static bool is_operator(const char *text, const char *at)
{
    static const char word[] = "operator";
    size_t length = sizeof word - 1;
    const char *begin = at;
    while (begin > text && strchr("<>()-=", begin[-1]))
        begin--;
    return (*at == '>' && at > text && at[-1] == '-') ||
           ((size_t)(begin - text) >= length && !memcmp(begin - length, word, length));
}

/* Who reads a long name asks for the function, and not what it was made with and takes. */
static void fold(const char *name, char *out, size_t size)
{
    size_t length = 0;
    unsigned depth = 0;
    for (const char *at = name; *at && length + 4 < size; at++) {
        bool is_bracket = !is_operator(name, at);
        bool opens = is_bracket && strchr("<(", *at), closes = is_bracket && strchr(">)", *at);
        if (closes && depth && --depth == 0 && !strchr("<(", at[-1])) {
            out[length++] = '.';
            out[length++] = '.';
        }
        if (!depth)
            out[length++] = *at;
        depth += opens;
    }
    out[length] = '\0';
}

/* As its programmer wrote it; as it is where it is no name of C++, or nobody can tell. */
static void readable(struct ledger_names *n, const char *symbol, char *out, size_t size)
{
    bool is_cpp = !strncmp(symbol, "_Z", 2);
    int status = 0;
    if (is_cpp && !n->is_cpp_tried)
        find_demangler(n);
    char *name = is_cpp && n->demangle ? n->demangle(symbol, NULL, NULL, &status) : NULL;
    if (name && strlen(name) >= size)
        fold(name, out, size);
    else
        snprintf(out, size, "%s", name ? name : symbol);
    free(name);
}

/* ---- Addresses ---------------------------------------------------------------------------------
 */

struct found {
    char path[WATCH_PATH_MOST], name[NAME_MOST + 1];
    uint64_t offset;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Of the file that it lies in: its path, and the symbol as it is read; false where it is of none.
 */
static bool look_up(struct ledger_names *n, const struct watch_place *place, struct found *out)
{
    size_t i = place->module - 1u;
    *out = (struct found){0};
    if (!place->module || i >= WATCH_MODULES_MOST || n->region->modules[i].state != 2)
        return false;
    snprintf(out->path, sizeof out->path, "%.*s", (int)sizeof out->path - 1,
             n->region->modules[i].path);
    if (!n->is_tried[i]) {
        n->is_tried[i] = true;
        n->symbols[i] = elf_symbols_open(out->path);
    }
    const char *symbol =
        n->symbols[i] ? elf_symbol_at(n->symbols[i], place->address, &out->offset) : NULL;
    if (symbol)
        readable(n, symbol, out->name, sizeof out->name);
    return true;
}

bool ledger_name(struct ledger_names *n, const struct watch_place *place, bool with_offset,
                 char *out, size_t size)
{
    struct found f;
    out[0] = '\0';
    if (!look_up(n, place, &f))
        return false;
    unsigned long long offset = f.offset, address = place->address;
    const char *file = base_name(f.path);
    if (!*f.name)
        snprintf(out, size, "%.60s+0x%llx", file, address);
    else if (with_offset)
        snprintf(out, size, "%s+0x%llx in %.60s", f.name, offset, file);
    else
        snprintf(out, size, offset ? "%s+%llu in %.60s" : "%s%.0llu in %.60s", f.name, offset,
                 file);
    return true;
}

bool ledger_function(struct ledger_names *n, const struct watch_place *place, char *out,
                     size_t size)
{
    struct found f;
    bool is_found = look_up(n, place, &f);
    snprintf(out, size, "%s", *f.name ? f.name : base_name(f.path));
    return is_found;
}
