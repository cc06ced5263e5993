/* Whole files: written so that nobody ever sees half of one, refused in words. */
#include "bench/base/file.h"

#include "bench/base/output.h"

#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[] = "/tmp/contend-test-XXXXXX";

static char *at(char out[300], const char *name)
{
    snprintf(out, 300, "%s/%s", directory, name);
    return out;
}

/* How many entries the directory has: nothing temporary may be left behind. */
static int entry_count(void)
{
    DIR *d = opendir(directory);
    int count = 0;
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        count += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return count;
}

static void clear_directory(void)
{
    static const char *const names[] = {"a.json", "a.json.tmp", "deep/er/a.json", "deep/er",
                                        "deep"};
    char path[300];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove(at(path, names[i]));
}

static void what_was_written_is_read_back(void)
{
    char path[300];
    struct err err = {0};
    size_t length = 0;
    CHECK_EQ(output_write(at(path, "a.json"), "a\0b\n", 4, &err), 0);
    char *text = file_read(path, &length, &err);
    CHECK_EQ(length, 4);
    CHECK(text && memcmp(text, "a\0b\n", 5) == 0);
    free(text);
    CHECK_EQ(entry_count(), 1);
    CHECK_EQ(err.text, "");
    clear_directory();
}

static void a_second_write_replaces_the_whole_first(void)
{
    char path[300];
    struct err err = {0};
    output_write(at(path, "a.json"), "a long first version", 20, &err);
    CHECK_EQ(output_write(path, "short", 5, &err), 0);
    char *text = file_read(path, NULL, &err);
    CHECK_EQ(text, "short");
    free(text);
    clear_directory();
}

/* A file larger than the process may write: the old content must survive, nothing be left. */
static void a_write_that_fails_leaves_the_old_file(void)
{
    char path[300];
    struct err err = {0};
    output_write(at(path, "a.json"), "old", 3, &err);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit = {4096, 4096};
        setrlimit(RLIMIT_FSIZE, &limit);
        static const char big[65536] = "x";
        int status = output_write(path, big, sizeof big, &err);
        bool named = strstr(err.text, path) && strstr(err.text, "File too large");
        _exit(status == -1 && err.code == ERR_SYSTEM && err.sys_errno == EFBIG && named ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_EQ(status, 0);
    char *text = file_read(path, NULL, &err);
    CHECK_EQ(text, "old");
    free(text);
    CHECK_EQ(entry_count(), 1);
    clear_directory();
}

static void a_missing_directory_is_named(void)
{
    char path[300];
    struct err err = {0};
    CHECK_EQ(output_write(at(path, "no/a.json"), "x", 1, &err), -1);
    CHECK_CONTAINS(err.text, path);
    CHECK_CONTAINS(err.text, "No such file or directory");
}

static void a_missing_file_is_an_input_error(void)
{
    char path[300];
    struct err err = {0};
    CHECK(file_read(at(path, "nowhere"), NULL, &err) == NULL);
    CHECK_EQ(err.code, ERR_INPUT);
    CHECK_CONTAINS(err.text, "nowhere: No such file or directory");
}

static void a_directory_is_not_read(void)
{
    struct err err = {0};
    CHECK(file_read(directory, NULL, &err) == NULL);
    CHECK_EQ(err.code, ERR_INPUT);
    CHECK_CONTAINS(err.text, "Is a directory");
}

static void large_files_are_read_whole(void)
{
    enum { SIZE = 1000000 };
    char path[300];
    struct err err = {0};
    size_t length = 0;
    char *data = malloc(SIZE);
    for (size_t i = 0; data && i < SIZE; i++)
        data[i] = (char)(i * 31 >> 3);
    CHECK_EQ(output_write(at(path, "a.json"), data, SIZE, &err), 0);
    char *back = file_read(path, &length, &err);
    CHECK_EQ(length, SIZE);
    CHECK(data && back && memcmp(data, back, SIZE) == 0);
    free(data);
    free(back);
    clear_directory();
}

static void writable_places_pass_and_keep_what_is_there(void)
{
    char path[300];
    struct err err = {0};
    CHECK_EQ(output_check(at(path, "a.json"), &err), 0);
    CHECK_EQ(entry_count(), 0);
    output_write(path, "old", 3, &err);
    CHECK_EQ(output_check(path, &err), 0);
    char *text = file_read(path, NULL, &err);
    CHECK_EQ(text, "old");
    free(text);
    clear_directory();
}

static void places_that_cannot_be_written_are_input_errors(void)
{
    char path[300];
    struct err err = {0};
    CHECK_EQ(output_check("/proc/no/a.json", &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
    CHECK_CONTAINS(err.text, "cannot be ");
    CHECK_EQ(output_check(at(path, "deep/er/a.json"), NULL), 0); /* directories are made */
    clear_directory();
    struct err is_directory = {0};
    CHECK_EQ(output_check(directory, &is_directory), -1);
    CHECK_CONTAINS(is_directory.text, "is a directory; name a file to write");
}

static void paths_that_are_too_long_are_refused(void)
{
    static char path[10000];
    memset(path, 'p', sizeof path - 1);
    struct err err = {0};
    CHECK_EQ(output_write(path, "x", 1, &err), -1);
    CHECK_CONTAINS(err.text, "ppp");
    struct err check = {0}, parents = {0};
    CHECK_EQ(output_check(path, &check), -1);
    CHECK_EQ(file_make_parents(path, &parents), -1);
}

static void missing_parents_are_made_twice_without_harm(void)
{
    char path[300];
    struct stat st;
    struct err err = {0};
    CHECK_EQ(file_make_parents(at(path, "deep/er/a.json"), &err), 0);
    CHECK_EQ(file_make_parents(path, &err), 0);
    CHECK(stat(path, &st) != 0); /* the last part is a file's name */
    CHECK(stat(at(path, "deep/er"), &st) == 0 && S_ISDIR(st.st_mode));
    CHECK_EQ(file_make_parents("plain-name", &err), 0);
    clear_directory();
}

static void a_parent_that_is_a_file_is_named(void)
{
    char path[300];
    struct err err = {0};
    output_write(at(path, "a.json"), "x", 1, &err);
    CHECK_EQ(file_make_parents(at(path, "a.json/b/c"), &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
    clear_directory();
}

static void small_files_are_cut_to_fit(void)
{
    char path[300], out[5];
    struct err err = {0};
    output_write(at(path, "a.json"), "123456789", 9, &err);
    CHECK_EQ(file_read_small(path, out, sizeof out), 4);
    CHECK_EQ(&out[0], "1234");
    CHECK_EQ(file_read_small(at(path, "nowhere"), out, sizeof out), -1);
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(&out[0], "");
    clear_directory();
}

static void fields_are_found_by_their_whole_name(void)
{
    const char *status = "Name:\tx\nVmPTE:\t      44 kB\nnonvoluntary_ctxt_switches:\t7\n"
                         "voluntary_ctxt_switches:\t123\n";
    CHECK_EQ(file_field(status, "VmPTE:"), 44);
    CHECK_EQ(file_field(status, "voluntary_ctxt_switches:"), 123);
    CHECK_EQ(file_field(status, "VmRSS:"), -1);
    CHECK_EQ(file_field("some avg10=0.00 total=42", "total="), 42);
}

static void an_open_file_is_read_from_some_byte_on(void)
{
    char path[200];
    struct err err = {0};
    size_t length = 0;
    snprintf(path, sizeof path, "%s/part", directory);
    CHECK_EQ(output_write(path, "0123456789", 10, &err), 0);
    int fd = file_open_regular(path);
    char *text = file_read_at(fd, path, 4, 100, &length, &err);
    CHECK_EQ(text, "456789");
    CHECK_EQ(length, 6);
    free(text);
    text = file_read_at(fd, path, 10, 100, &length, &err);
    CHECK_EQ(text, "");
    free(text);
    CHECK(!file_read_at(fd, path, 4, 5, &length, &err));
    CHECK_CONTAINS(err.text, "is larger than 5 bytes");
    close(fd);
    unlink(path);
}

/* Buggy result: who opens a pipe to see that it is one lets its writer go, and then waits for
 * another. */
static void a_pipe_is_not_touched_by_who_wants_a_regular_file(void)
{
    char path[200];
    snprintf(path, sizeof path, "%s/fifo", directory);
    CHECK(!mkfifo(path, 0600));
    fflush(stdout);
    pid_t writer = fork();
    if (writer == 0)
        _exit(open(path, O_WRONLY) < 0); /* comes back when somebody opens it to read */
    usleep(50000);
    CHECK_EQ(file_open_regular(path), -1);
    usleep(20000);
    CHECK_EQ(waitpid(writer, NULL, WNOHANG), 0);
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    CHECK_EQ(file_open_regular(directory), -1);
    CHECK_EQ(file_open_regular("/dev/null"), -1);
    CHECK_EQ(file_open_regular("/nowhere"), -1);
    unlink(path);
}

static const struct test tests[] = {
    {"what_was_written_is_read_back", what_was_written_is_read_back},
    {"a_second_write_replaces_the_whole_first", a_second_write_replaces_the_whole_first},
    {"a_write_that_fails_leaves_the_old_file", a_write_that_fails_leaves_the_old_file},
    {"a_missing_directory_is_named", a_missing_directory_is_named},
    {"a_missing_file_is_an_input_error", a_missing_file_is_an_input_error},
    {"a_directory_is_not_read", a_directory_is_not_read},
    {"large_files_are_read_whole", large_files_are_read_whole},
    {"writable_places_pass_and_keep_what_is_there", writable_places_pass_and_keep_what_is_there},
    {"places_that_cannot_be_written_are_input_errors",
     places_that_cannot_be_written_are_input_errors},
    {"paths_that_are_too_long_are_refused", paths_that_are_too_long_are_refused},
    {"missing_parents_are_made_twice_without_harm", missing_parents_are_made_twice_without_harm},
    {"a_parent_that_is_a_file_is_named", a_parent_that_is_a_file_is_named},
    {"small_files_are_cut_to_fit", small_files_are_cut_to_fit},
    {"fields_are_found_by_their_whole_name", fields_are_found_by_their_whole_name},
    {"an_open_file_is_read_from_some_byte_on", an_open_file_is_read_from_some_byte_on},
    {"a_pipe_is_not_touched_by_who_wants_a_regular_file",
     a_pipe_is_not_touched_by_who_wants_a_regular_file},
    {0},
};

int main(int argc, char **argv)
{
    if (!mkdtemp(directory)) {
        perror(directory);
        return 1;
    }
    int status = test_main(tests, argc, argv);
    clear_directory();
    return rmdir(directory) ? 1 : status;
}
