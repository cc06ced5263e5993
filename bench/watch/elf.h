/* What kind of program a file is, and which of its functions an address belongs to (elf(5)). */
#ifndef CONTEND_WATCH_ELF_H
#define CONTEND_WATCH_ELF_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_facts {
    bool is_elf;
    bool is_native;        /* of this machine's kind and width */
    bool is_go;            /* holds Go's own build note */
    char interpreter[128]; /* the dynamic linker; "": a static program */
    char sanitizer[64];    /* the library of one it needs; "" */
};

/* Looks at the file; what is no ELF file, or a damaged one, has is_elf false.  -1: it cannot be
 * read. */
int elf_look(const char *path, struct elf_facts *out);

/* The names of a file's symbols: functions and variables. */
struct elf_symbols;

/* NULL where there are none. */
struct elf_symbols *elf_symbols_open(const char *path);
void elf_symbols_close(struct elf_symbols *s);

/*
 * The symbol that holds that address of the file; NULL where none does.  *offset is how far behind
 * its begin.  The text lives as long as the symbols.
 */
const char *elf_symbol_at(const struct elf_symbols *s, uint64_t address, uint64_t *offset);

#endif
