#include "bench/judge/duel/side.h"

#include "bench/base/file.h"
#include "bench/base/words.h"
#include "bench/judge/duel/code.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *sides_own(struct duel_sides *s, void *memory, struct err *err)
{
    void **grown = memory ? realloc(s->owned, (s->owned_count + 1) * sizeof *grown) : NULL;
    if (!grown) {
        free(memory);
        err_set(err, ERR_SYSTEM, "no memory for the sides");
        return NULL;
    }
    s->owned = grown;
    s->owned[s->owned_count++] = memory;
    return memory;
}

char *sides_own_text(struct duel_sides *s, const char *text, struct err *err)
{
    return sides_own(s, strdup(text), err);
}

void duel_sides_release(struct duel_sides *s)
{
    for (size_t i = 0; i < s->owned_count; i++)
        free(s->owned[i]);
    free(s->owned);
    free(s->subjects);
    *s = (struct duel_sides){0};
}

struct duel_subject *sides_add(struct duel_sides *s, struct err *err)
{
    struct duel_subject *grown = realloc(s->subjects, (s->count + 1) * sizeof *grown);
    if (!grown) {
        err_set(err, ERR_SYSTEM, "no memory for the sides");
        return NULL;
    }
    s->subjects = grown;
    grown[s->count] = (struct duel_subject){0};
    return &grown[s->count++];
}

void words_add(struct words *w, const char *word)
{
    vec_add(w, word);
}

void words_add_option(struct words *w, const char *name, const char *value)
{
    words_add(w, name);
    words_add(w, value);
}

/* The words as one line, for people: what is long is cut. */
static char *join(struct duel_sides *s, struct command_line line, struct err *err)
{
    enum { WORD_MOST = 160, LINE_MOST = 400 };
    struct buf b = {0};
    for (size_t i = 0; i < line.count; i++) {
        if (b.len > LINE_MOST) {
            buf_printf(&b, " .. (%zu words)", line.count);
            break;
        }
        struct buf word = {0};
        words_add_quoted(&word, line.words[i]);
        buf_printf(&b, "%s%.*s%s", i ? " " : "", WORD_MOST, buf_text(&word),
                   word.len > WORD_MOST ? ".." : "");
        buf_release(&word);
    }
    return sides_own(s, buf_steal(&b), err);
}

static int add_code(struct duel_sides *s, struct duel_side *side, const char *path, struct err *err)
{
    struct named_file *file = &side->files[side->file_count];
    file->path = sides_own_text(s, path, err);
    struct err unread = {0};
    if (!file->path)
        return -1;
    /* What may be executed and not read, as sudo is in places, is known by its path alone. */
    if (file_fnv1a64(path, &side->code_hash, &unread)) {
        if (!access(path, R_OK))
            return err_set(err, unread.code, "%s", unread.text);
        side->has_unread = true;
    }
    file->is_code = true;
    file_mark_now(path, &file->mark);
    side->file_count++;
    return 0;
}

int sides_make_side(struct duel_sides *s, const char *what, struct command_line line,
                    struct duel_side *out, struct err *err)
{
    char path[PATH_MAX];
    const char **argv = sides_own(s, calloc(line.count + 1, sizeof *argv), err);
    if (!argv || code_find(what, line.words[0], path, sizeof path, err))
        return -1;
    memcpy(argv, line.words, line.count * sizeof *argv);
    out->argv = argv;
    out->program = sides_own_text(s, path, err);
    if (!out->label)
        out->label = join(s, line, err);
    out->files = sides_own(s, calloc(2 * line.count + 1, sizeof *out->files), err);
    if (!out->program || !out->label || !out->files || add_code(s, out, path, err))
        return -1;
    /* A program may have an option of that name for something else. */
    for (size_t i = 1; i < line.count; i++)
        if (!strcmp(line.words[i - 1], "--plugin") && word_is_file(line.words[i]) &&
            add_code(s, out, line.words[i], err))
            return -1;
    out->file_count += named_files_of(argv, out->files + out->file_count);
    return 0;
}

/*
 * The same file, called by the same words, its own name among them.  Files that are equal are not
 * enough: what they load, or look for beside themselves, may differ.
 */
static bool are_identical(const struct duel_side *a, const struct duel_side *b)
{
    if (strcmp(a->program, b->program) != 0 || a->code_hash != b->code_hash)
        return false;
    size_t i = 0;
    while (a->argv[i] && b->argv[i] && !strcmp(a->argv[i], b->argv[i]))
        i++;
    return !a->argv[i] && !b->argv[i];
}

void sides_compare_code(struct duel_subject *subject)
{
    const struct duel_side *base = &subject->base, *head = &subject->head;
    subject->is_identical = are_identical(base, head);
    subject->has_equal_code =
        base->code_hash == head->code_hash && !base->has_unread && !head->has_unread;
    if (subject->relinked)
        file_mark_now(subject->relinked, &subject->relinked_mark);
}
