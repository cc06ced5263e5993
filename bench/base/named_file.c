#include "bench/base/named_file.h"

#include <sys/stat.h>

void file_mark_now(const char *path, struct file_mark *out)
{
    struct stat st;
    *out = (struct file_mark){0};
    if (stat(path, &st))
        return;
    *out = (struct file_mark){
        .is_known = true,
        .device = st.st_dev,
        .inode = st.st_ino,
        .mode = st.st_mode,
        .size = (uint64_t)st.st_size,
        .modified_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
    };
}

bool file_mark_holds(const char *path, const struct file_mark *mark)
{
    struct file_mark now;
    file_mark_now(path, &now);
    return !mark->is_known || (now.is_known && now.device == mark->device &&
                               now.inode == mark->inode && now.mode == mark->mode &&
                               now.size == mark->size && now.modified_ns == mark->modified_ns);
}

bool word_is_file(const char *word)
{
    struct stat st;
    return !stat(word, &st) && S_ISREG(st.st_mode);
}

size_t named_files_of(const char *const *argv, struct named_file *out)
{
    size_t count = 0;
    for (size_t i = 1; argv[0] && argv[i]; i++)
        if (word_is_file(argv[i])) {
            out[count] = (struct named_file){.path = argv[i]};
            file_mark_now(argv[i], &out[count++].mark);
        }
    return count;
}

void named_files_settle(struct named_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        files[i].is_written |= !files[i].is_code && !file_mark_holds(files[i].path, &files[i].mark);
}

const char *named_files_changed(const struct named_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!files[i].is_written && !file_mark_holds(files[i].path, &files[i].mark))
            return files[i].path;
    return NULL;
}
