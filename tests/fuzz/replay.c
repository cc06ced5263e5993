/*
 * Runs a fuzz target over files and folders of them, where there is no fuzzer: what once was found
 * stays found.  usage: fuzz_NAME FILE|FOLDER...
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count;

/* A block of its own of just that size: a sanitizer sees what is read beyond it. */
static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END)) {
        perror(path);
        return -1;
    }
    size_t size = (size_t)ftell(f);
    uint8_t *data = malloc(size ? size : 1);
    rewind(f);
    if (!data || fread(data, 1, size, f) != size) {
        perror(path);
        return -1;
    }
    fclose(f);
    fprintf(stderr, "%s\n", path); /* the last one named is the one that failed */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    count++;
    return 0;
}

static int run(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int failed = 0;
    if (!folder)
        return run_file(path);
    while (!failed && (entry = readdir(folder))) {
        char below[4096];
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            failed = run(below);
    }
    closedir(folder);
    return failed;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (run(argv[i]))
            return 1;
    printf("%zu inputs\n", count);
    return count ? 0 : 1;
}
