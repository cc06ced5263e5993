#include "bench/watch/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#define OUR_MACHINE EM_NONE
#endif

/* A file as it lies on the disk; whatever it says of itself may be wrong. */
struct image_file {
    const unsigned char *bytes;
    size_t size;
};

static int map_file(const char *path, struct image_file *out)
{
    struct stat file;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *out = (struct image_file){0};
    if (fd < 0)
        return -1;
    void *at = MAP_FAILED;
    if (!fstat(fd, &file) && S_ISREG(file.st_mode) && file.st_size > 0)
        at = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (at != MAP_FAILED) {
        out->bytes = at;
        out->size = (size_t)file.st_size;
    }
    return 0;
}

static void unmap_file(struct image_file *f)
{
    if (f->bytes)
        munmap((void *)(uintptr_t)f->bytes, f->size);
}

/* That many bytes at that place; NULL where the file does not have them, or not aligned. */
static const void *bytes_at(const struct image_file *f, uint64_t offset, uint64_t size)
{
    bool is_inside = offset <= f->size && size <= f->size - offset;
    return is_inside && offset % sizeof(ElfW(Addr)) == 0 ? f->bytes + offset : NULL;
}

/* A text that ends within the file; "" where it does not. */
static const char *text_at(const struct image_file *f, uint64_t offset)
{
    if (offset >= f->size || !memchr(f->bytes + offset, 0, f->size - offset))
        return "";
    return (const char *)f->bytes + offset;
}

static const ElfW(Ehdr) * header_of(const struct image_file *f)
{
    const ElfW(Ehdr) *h = bytes_at(f, 0, sizeof *h);
    bool is_ours = h && !memcmp(h->e_ident, ELFMAG, SELFMAG) &&
                   h->e_ident[EI_CLASS] == (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) &&
                   h->e_machine == OUR_MACHINE;
    return is_ours ? h : NULL;
}

/* ---- What kind of program ------------------------------------------------------------------- */

/* Where an address that the program will have lies in the file; 0 where it does not. */
static uint64_t offset_of(const ElfW(Phdr) * segments, size_t count, uint64_t address)
{
    for (size_t i = 0; i < count; i++) {
        const ElfW(Phdr) *p = &segments[i];
        if (p->p_type == PT_LOAD && address >= p->p_vaddr && address - p->p_vaddr < p->p_filesz)
            return p->p_offset + (address - p->p_vaddr);
    }
    return 0;
}

static void note_needed(const char *library, struct elf_facts *out)
{
    static const char *const sanitizers[] = {"libasan.", "libtsan.", "liblsan.", "libclang_rt.",
                                             NULL};
    for (size_t i = 0; sanitizers[i]; i++)
        if (!strncmp(library, sanitizers[i], strlen(sanitizers[i])))
            snprintf(out->sanitizer, sizeof out->sanitizer, "%s", library);
}

static void look_at_needs(const struct image_file *f, const ElfW(Phdr) * segments, size_t count,
                          const ElfW(Phdr) * dynamic, struct elf_facts *out)
{
    size_t entries = dynamic->p_filesz / sizeof(ElfW(Dyn));
    const ElfW(Dyn) *table = bytes_at(f, dynamic->p_offset, dynamic->p_filesz);
    uint64_t texts = 0;
    for (size_t i = 0; table && i < entries; i++)
        if (table[i].d_tag == DT_STRTAB)
            texts = offset_of(segments, count, table[i].d_un.d_ptr);
    for (size_t i = 0; table && texts && i < entries; i++)
        if (table[i].d_tag == DT_NEEDED && table[i].d_un.d_val < f->size)
            note_needed(text_at(f, texts + table[i].d_un.d_val), out);
}

static void look_at_notes(const struct image_file *f, const ElfW(Phdr) * notes,
                          struct elf_facts *out)
{
    ElfW(Nhdr) note; /* lies at multiples of 4 */
    if (notes->p_offset > f->size || f->size - notes->p_offset < sizeof note)
        return;
    memcpy(&note, f->bytes + notes->p_offset, sizeof note);
    if (note.n_namesz == 4 && !strcmp(text_at(f, notes->p_offset + sizeof note), "Go"))
        out->is_go = true;
}

static void look_at_segments(const struct image_file *f, const ElfW(Ehdr) * h,
                             struct elf_facts *out)
{
    const ElfW(Phdr) *segments = bytes_at(f, h->e_phoff, (uint64_t)h->e_phnum * sizeof(ElfW(Phdr)));
    for (size_t i = 0; segments && i < h->e_phnum; i++) {
        const ElfW(Phdr) *p = &segments[i];
        if (p->p_type == PT_INTERP)
            snprintf(out->interpreter, sizeof out->interpreter, "%s", text_at(f, p->p_offset));
        else if (p->p_type == PT_DYNAMIC)
            look_at_needs(f, segments, h->e_phnum, p, out);
        else if (p->p_type == PT_NOTE)
            look_at_notes(f, p, out);
    }
}

/* ---- Sections ----------------------------------------------------------------------------------
 */

static const ElfW(Shdr) * sections_of(const struct image_file *f, size_t *count)
{
    const ElfW(Ehdr) *h = header_of(f);
    *count = h ? h->e_shnum : 0;
    return h ? bytes_at(f, h->e_shoff, (uint64_t)h->e_shnum * sizeof(ElfW(Shdr))) : NULL;
}

/* A table of symbols and where its names begin. */
struct table {
    const ElfW(Sym) * symbols;
    size_t count;
    uint64_t names;
};

static bool find_table(const struct image_file *f, uint32_t type, struct table *out)
{
    size_t count;
    const ElfW(Shdr) *s = sections_of(f, &count);
    for (size_t i = 0; s && i < count; i++) {
        if (s[i].sh_type != type || s[i].sh_link >= count)
            continue;
        *out = (struct table){.symbols = bytes_at(f, s[i].sh_offset, s[i].sh_size),
                              .count = s[i].sh_size / sizeof(ElfW(Sym)),
                              .names = s[s[i].sh_link].sh_offset};
        return out->symbols != NULL;
    }
    return false;
}

int elf_look(const char *path, struct elf_facts *out)
{
    struct image_file f;
    *out = (struct elf_facts){0};
    if (map_file(path, &f))
        return -1;
    out->is_elf = f.size > SELFMAG && !memcmp(f.bytes, ELFMAG, SELFMAG);
    const ElfW(Ehdr) *h = header_of(&f);
    out->is_native = h != NULL;
    if (h)
        look_at_segments(&f, h, out);
    unmap_file(&f);
    return 0;
}

/* ---- Names of addresses -------------------------------------------------------------------------
 */

struct symbol {
    uint64_t address, size;
    const char *name;
};

struct elf_symbols {
    struct image_file file;
    struct symbol *sorted;
    size_t count;
};

static int by_address(const void *a, const void *b)
{
    const struct symbol *left = a, *right = b;
    return (left->address > right->address) - (left->address < right->address);
}

static void add_symbols(struct elf_symbols *s, const struct table *t)
{
    s->sorted = calloc(t->count ? t->count : 1, sizeof *s->sorted);
    for (size_t i = 0; s->sorted && i < t->count; i++) {
        const ElfW(Sym) *y = &t->symbols[i];
        unsigned type = y->st_info & 0xf;
        if ((type == STT_FUNC || type == STT_OBJECT) && y->st_shndx != SHN_UNDEF)
            s->sorted[s->count++] =
                (struct symbol){y->st_value, y->st_size, text_at(&s->file, t->names + y->st_name)};
    }
    if (s->count)
        qsort(s->sorted, s->count, sizeof *s->sorted, by_address);
}

struct elf_symbols *elf_symbols_open(const char *path)
{
    struct elf_symbols *s = calloc(1, sizeof *s);
    struct table t;
    if (!s || map_file(path, &s->file)) {
        free(s);
        return NULL;
    }
    if (find_table(&s->file, SHT_SYMTAB, &t) || find_table(&s->file, SHT_DYNSYM, &t))
        add_symbols(s, &t);
    return s;
}

void elf_symbols_close(struct elf_symbols *s)
{
    if (!s)
        return;
    unmap_file(&s->file);
    free(s->sorted);
    free(s);
}

const char *elf_symbol_at(const struct elf_symbols *s, uint64_t address, uint64_t *offset)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->sorted[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    /* Aliases lie beside each other, and not each says its size. */
    for (size_t i = low; i > 0 && i + 4 > low; i--) {
        const struct symbol *y = &s->sorted[i - 1];
        if (address - y->address < y->size) {
            *offset = address - y->address;
            return y->name;
        }
    }
    return NULL;
}
