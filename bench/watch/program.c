#include "bench/watch/program.h"

#include "bench/base/program.h"
#include "bench/watch/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { SCRIPTS_MOST = 4 }; /* as many as the kernel follows */

static int find(const char *name, char out[PATH_MAX], struct err *err)
{
    if (!strchr(name, '/')) {
        if (program_find(name, out, PATH_MAX))
            return 0;
        return err_set(err, ERR_USAGE, "no program \"%s\" in PATH", name);
    }
    if (snprintf(out, PATH_MAX, "%s", name) >= PATH_MAX)
        return err_set(err, ERR_USAGE, "\"%.64s...\" is longer than a path can be", name);
    if (program_is(name))
        return 0;
    return err_set(err, ERR_USAGE, "\"%s\" cannot be executed: %s", name, strerror(errno));
}

/* ---- Scripts -------------------------------------------------------------------------------- */

/* "#!/usr/bin/env -S python3 -u": the interpreter, or what env looks for; false: no script. */
static bool interpreter_of(const char *path, char out[PATH_MAX])
{
    char line[512], *rest = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, line, sizeof line - 1);
    close(fd);
    line[got > 0 ? got : 0] = '\0';
    if (strncmp(line, "#!", 2) != 0)
        return false;
    line[strcspn(line, "\n")] = '\0';
    char *word = strtok_r(line + 2, " \t", &rest);
    const char *base = word ? strrchr(word, '/') : NULL;
    snprintf(out, PATH_MAX, "%s", word ? word : "");
    if (!base || strcmp(base, "/env") != 0)
        return word != NULL;
    while ((word = strtok_r(NULL, " \t", &rest)) && (*word == '-' || strchr(word, '=')))
        ;
    char found[PATH_MAX];
    if (word && program_find(word, found, sizeof found))
        snprintf(out, PATH_MAX, "%s", found);
    return true;
}

/* ---- What cannot be watched -------------------------------------------------------------------
 */

/* The dynamic linker takes nobody's library into a program that has more rights than its user. */
static bool has_other_rights(const char *path)
{
    struct stat file;
    char value[64];
    if (stat(path, &file))
        return false;
    if ((file.st_mode & S_ISUID) && file.st_uid != getuid())
        return true;
    if ((file.st_mode & S_ISGID) && file.st_gid != getgid())
        return true;
    return getuid() != 0 && getxattr(path, "security.capability", value, sizeof value) > 0;
}

static const char perf[] = "; perf and bpftrace see it, as root";

static void judge(struct watch_program *p, const struct elf_facts *f)
{
    const char *name = p->binary;
    size_t size = sizeof p->unseen;
    if (has_other_rights(name))
        snprintf(
            p->unseen, size,
            "\"%.200s\" runs with other rights than yours (set-uid, set-gid or capabilities): no "
            "library can be put into it",
            name);
    else if (f->is_elf && !f->is_native)
        snprintf(p->unseen, size,
                 "\"%.200s\" is of another machine or width than contend: its locks cannot be seen",
                 name);
    else if (f->is_go)
        snprintf(
            p->unseen, size,
            "\"%.200s\" is written in Go, whose locks are no library's: they cannot be seen from "
            "outside%s",
            name, perf);
    else if (f->is_elf && !*f->interpreter)
        snprintf(p->unseen, size,
                 "\"%.200s\" is linked statically: its locks cannot be seen from outside%s", name,
                 perf);
    else if (f->is_elf && !strstr(f->interpreter, "/ld-linux"))
        snprintf(
            p->unseen, size,
            "\"%.200s\" runs on another C library than glibc (%.100s): its locks cannot be seen",
            name, f->interpreter);
    else if (*f->sanitizer)
        snprintf(p->unseen, size,
                 "\"%.200s\" is built with a sanitizer (%s), which takes the same calls: watch one "
                 "that is built without",
                 name, f->sanitizer);
}

int watch_program_look(const char *name, struct watch_program *out, struct err *err)
{
    struct elf_facts facts;
    char next[PATH_MAX];
    *out = (struct watch_program){0};
    if (find(name, out->path, err))
        return -1;
    memcpy(out->binary, out->path, sizeof out->binary);
    for (int i = 0; i < SCRIPTS_MOST && interpreter_of(out->binary, next); i++)
        memcpy(out->binary, next, sizeof out->binary);
    if (elf_look(out->binary, &facts))
        return 0; /* it may be executed and not read: then it is seen whether it attaches */
    judge(out, &facts);
    return 0;
}

int watch_library_find(char out[PATH_MAX], struct err *err)
{
    static const char library[] = "contend-watch.so";
    static const char *const places[] = {"", CONTEND_LIBRARY_FOLDER, "../lib/contend/", NULL};
    char self[PATH_MAX];
    if (program_own(self, sizeof self, err))
        return -1;
    char *slash = strrchr(self, '/');
    if (slash)
        slash[1] = '\0';
    for (size_t i = 0; places[i]; i++)
        if (snprintf(out, PATH_MAX, "%s%s%s", self, places[i], library) < PATH_MAX &&
            !access(out, R_OK))
            return 0;
    return err_set(err, ERR_UNAVAILABLE, "no %s beside contend (%s)", library, self);
}
