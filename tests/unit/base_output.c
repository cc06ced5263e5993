/* Where documents go: files replaced whole, links kept, pipes and devices written to, the rest
 * refused. */
#include "bench/base/output.h"

#include "bench/base/file.h"
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each test has a directory of its own, and is in it. */
static char directory[PATH_MAX];

static void enter(void)
{
    snprintf(directory, sizeof directory, "/tmp/contend-test-XXXXXX");
    if (!mkdtemp(directory) || chdir(directory))
        perror(directory);
}

/* Nothing temporary is left: exactly that many entries, hidden ones too. */
static void leave(int expected_entries)
{
    DIR *d = opendir(".");
    int count = 0;
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        count++;
        if (unlink(e->d_name))
            rmdir(e->d_name);
    }
    if (d)
        closedir(d);
    CHECK_EQ(count, expected_entries);
    if (!chdir("/"))
        rmdir(directory);
}

static void make(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    fchmod(fd, mode);
    close(fd);
}

static void expect_text(const char *path, const char *text)
{
    struct err err = {0};
    char *found = file_read(path, NULL, &err);
    CHECK_EQ(found, text);
    free(found);
}

static int put(const char *path, const char *text, struct err *err)
{
    return output_write(path, text, strlen(text), err);
}

static void a_link_stays_one_and_its_target_is_replaced(void)
{
    struct err err = {0};
    struct stat st;
    enter();
    CHECK(!mkdir("deep", 0755) && !symlink("deep/target", "link") && !symlink("link", "second"));
    CHECK_EQ(put("second", "new", &err), 0); /* nothing is there yet */
    CHECK(!lstat("second", &st) && S_ISLNK(st.st_mode));
    CHECK(!lstat("link", &st) && S_ISLNK(st.st_mode));
    expect_text("deep/target", "new");
    CHECK_EQ(put("link", "newer", &err), 0);
    expect_text("deep/target", "newer");
    CHECK(!lstat("link", &st) && S_ISLNK(st.st_mode));
    unlink("deep/target");
    leave(3);
}

static void links_in_a_circle_are_refused(void)
{
    struct err err = {0};
    enter();
    CHECK(!symlink("b", "a") && !symlink("a", "b"));
    CHECK_EQ(output_check("a", &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
    leave(2);
}

static void mode_stays_and_a_read_only_file_is_refused(void)
{
    struct err err = {0};
    struct stat st;
    enter();
    make("private", "old", 0600);
    CHECK_EQ(output_check("private", &err), 0);
    expect_text("private", "old");
    CHECK_EQ(put("private", "new", &err), 0);
    CHECK(!stat("private", &st) && (st.st_mode & 07777) == 0600);
    make("frozen", "old", 0444);
    CHECK_EQ(output_check("frozen", &err), -1);
    CHECK_CONTAINS(err.text, "frozen: is there and read-only");
    struct err again = {0};
    CHECK_EQ(put("frozen", "new", &again), -1);
    expect_text("frozen", "old");
    leave(2);
}

/* Buggy result: one of some thousand kills left ".result.json.0123456789abcdef.tmp" for good. */
static void what_a_killed_writer_left_is_taken_away_and_nothing_else(void)
{
    struct err err = {0};
    enter();
    make(".result.0123456789abcdef.tmp", "left", 0644);
    make(".result.fedcba9876543210.tmp", "being written", 0644);
    make(".result.0123456789abcde.tmp", "of somebody else", 0644);
    make(".results.0123456789abcdef.tmp", "of another result", 0644);
    int living = open(".result.fedcba9876543210.tmp", O_RDONLY);
    CHECK(living >= 0 && !flock(living, LOCK_EX));
    CHECK_EQ(put("result", "new", &err), 0);
    expect_text("result", "new");
    CHECK_EQ(access(".result.0123456789abcdef.tmp", F_OK), -1);
    expect_text(".result.fedcba9876543210.tmp", "being written");
    close(living);
    CHECK_EQ(output_check("result", &err), 0);
    CHECK_EQ(access(".result.fedcba9876543210.tmp", F_OK), -1);
    expect_text(".result.0123456789abcde.tmp", "of somebody else");
    leave(3);
}

/* What others put where an older version had its temporary file is theirs. */
static void a_neighbour_called_tmp_is_left_alone(void)
{
    struct err err = {0};
    enter();
    make("victim", "precious", 0644);
    make("plain.json.tmp", "mine", 0644);
    CHECK(!symlink("victim", "a.json.tmp"));
    CHECK_EQ(output_check("a.json", &err), 0);
    CHECK_EQ(put("a.json", "{}", &err), 0);
    CHECK_EQ(put("plain.json", "{}", &err), 0);
    expect_text("victim", "precious");
    expect_text("plain.json.tmp", "mine");
    leave(5);
}

static void a_pipe_is_written_to(void)
{
    struct err err = {0};
    struct stat st;
    char got[16] = "";
    enter();
    CHECK(!mkfifo("fifo", 0600));
    CHECK(output_is_stream("fifo") && !output_exists("fifo"));
    int fd = open("fifo", O_RDONLY | O_NONBLOCK);
    CHECK_EQ(output_check("fifo", &err), 0);
    CHECK_EQ(put("fifo", "through", &err), 0);
    CHECK_EQ(read(fd, got, sizeof got - 1), 7);
    CHECK_EQ(&got[0], "through");
    CHECK(!lstat("fifo", &st) && S_ISFIFO(st.st_mode));
    close(fd);
    leave(1);
}

/* As the shell's >(command) names one. */
static void a_pipe_of_our_own_is_written_to_by_its_descriptor(void)
{
    struct err err = {0};
    int ends[2];
    char name[64], got[16] = "";
    CHECK(!pipe(ends));
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    CHECK(output_is_stream(name));
    CHECK_EQ(output_check(name, &err), 0);
    CHECK_EQ(put(name, "through", &err), 0);
    CHECK_EQ(read(ends[0], got, sizeof got - 1), 7);
    CHECK_EQ(&got[0], "through");
    close(ends[0]);
    close(ends[1]);
}

/* As the shell's 3>>log: what stands there stays, and the file is not replaced behind its back. */
static void a_file_that_is_open_is_written_to_where_it_stands(void)
{
    struct err err = {0}, closed = {0}, length = {0};
    char name[64], *long_name = calloc(1, 301);
    enter();
    make("log", "before ", 0644);
    int fd = open("log", O_WRONLY | O_APPEND | O_CLOEXEC);
    snprintf(name, sizeof name, "/dev/fd/%d", fd);
    CHECK(output_is_stream(name));
    CHECK_EQ(output_check(name, &err), 0);
    CHECK_EQ(put(name, "one ", &err), 0);
    CHECK_EQ(put(name, "two", &err), 0);
    expect_text("log", "before one two");
    close(fd);
    fd = open("log", O_RDONLY | O_CLOEXEC);
    CHECK_EQ(output_check(name, &closed), -1);
    CHECK_CONTAINS(closed.text, "is not open for writing");
    close(fd);
    /* A name that no file can have is known before anything is done. */
    memset(long_name, 'a', 300);
    CHECK_EQ(output_check(long_name, &length), -1);
    CHECK_CONTAINS(length.text, "File name too long");
    free(long_name);
    leave(1);
}

static void a_device_stays_a_device(void)
{
    struct err err = {0};
    struct stat st;
    CHECK_EQ(output_check("/dev/null", &err), 0);
    CHECK_EQ(put("/dev/null", "gone", &err), 0);
    CHECK(!lstat("/dev/null", &st) && S_ISCHR(st.st_mode));
    CHECK(output_is_stream("/dev/null") && output_is_stream("-"));
    CHECK_EQ(put("/dev/full", "more", &err), -1);
    CHECK_CONTAINS(err.text, "/dev/full: cannot be written: No space left on device");
}

static void what_is_no_place_for_a_document_is_refused(void)
{
    static const struct {
        const char *path, *said;
    } rows[] = {{"", "empty name"},
                {".", "is a directory"},
                {"/", "is a directory"},
                {"socket", "is a socket"},
                {"file/under", "file"}};
    enter();
    make("file", "x", 0644);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(!bind(fd, (struct sockaddr *)&address, sizeof address));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err check = {0}, write = {0};
        CHECK_EQ(output_check(rows[i].path, &check), -1);
        CHECK_EQ(check.code, ERR_INPUT);
        CHECK_CONTAINS(check.text, rows[i].said);
        CHECK_EQ(put(rows[i].path, "x", &write), -1);
    }
    close(fd);
    leave(2);
}

/* Killed at any moment, what was there is whole and nothing lies beside it, or one hidden file. */
static void a_writer_that_is_killed_leaves_the_old_document_or_the_new_one(void)
{
    enum { TIMES = 200, SIZE = 300000 };
    struct err err = {0};
    enter();
    char *one = malloc(SIZE + 1), *two = malloc(SIZE + 1);
    memset(one, '1', SIZE);
    memset(two, '2', SIZE);
    one[SIZE] = two[SIZE] = '\0';
    CHECK_EQ(put("a.json", one, &err), 0);
    fflush(stdout);
    for (int i = 0; i < TIMES && !err.code; i++) {
        pid_t child = fork();
        if (child == 0)
            for (;;) {
                put("a.json", two, NULL);
                put("a.json", one, NULL);
            }
        usleep((useconds_t)(i * 37 % 2000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        char *text = file_read("a.json", NULL, &err);
        CHECK(text && (!strcmp(text, one) || !strcmp(text, two)));
        free(text);
    }
    CHECK_EQ(put("a.json", one, &err),
             0); /* takes away what was left between a link and its rename */
    free(one);
    free(two);
    leave(1);
}

static int entries(void)
{
    DIR *d = opendir(".");
    int count = 0;
    while (d && readdir(d))
        count++;
    if (d)
        closedir(d);
    return count - 2;
}

static void what_is_written_in_parts_is_there_when_it_is_whole(void)
{
    struct err err = {0};
    enter();
    make("a.json", "old", 0640);
    struct output *o = output_open("a.json", &err);
    if (!CHECK(o))
        return;
    CHECK_EQ(output_add(o, "one ", 4, &err), 0);
    expect_text("a.json", "old");
    CHECK_EQ(output_add(o, "two", 3, &err), 0);
    CHECK_EQ(output_end(o, true, &err), 0);
    expect_text("a.json", "one two");
    struct stat st;
    CHECK(!stat("a.json", &st) && (st.st_mode & 07777) == 0640);
    leave(1);
}

static void what_lacks_a_part_leaves_nothing(void)
{
    struct err err = {0};
    enter();
    make("a.json", "old", 0600);
    const char *const paths[] = {"a.json", "new.json"};
    for (int i = 0; i < 2; i++) {
        struct output *o = output_open(paths[i], &err);
        CHECK(o && !output_add(o, "half", 4, &err));
        CHECK(o && output_end(o, false, &err) == -1);
    }
    CHECK_EQ(err.code, ERR_NONE); /* who failed says why */
    CHECK_EQ(entries(), 1);
    expect_text("a.json", "old");
    leave(1);
}

static void parts_go_through_a_pipe_as_they_come(void)
{
    struct err err = {0};
    char got[8] = "";
    enter();
    CHECK(!mkfifo("fifo", 0600));
    int fd = open("fifo", O_RDONLY | O_NONBLOCK);
    struct output *o = output_open("fifo", &err);
    CHECK(o && !output_add(o, "one", 3, &err));
    CHECK_EQ(read(fd, got, sizeof got - 1), 3);
    CHECK_EQ((const char *)got, "one");
    CHECK(o && !output_end(o, true, &err));
    close(fd);
    leave(1);
}

static const struct test tests[] = {
    {"a_link_stays_one_and_its_target_is_replaced", a_link_stays_one_and_its_target_is_replaced},
    {"links_in_a_circle_are_refused", links_in_a_circle_are_refused},
    {"mode_stays_and_a_read_only_file_is_refused", mode_stays_and_a_read_only_file_is_refused},
    {"what_a_killed_writer_left_is_taken_away_and_nothing_else",
     what_a_killed_writer_left_is_taken_away_and_nothing_else},
    {"a_neighbour_called_tmp_is_left_alone", a_neighbour_called_tmp_is_left_alone},
    {"a_pipe_is_written_to", a_pipe_is_written_to},
    {"a_pipe_of_our_own_is_written_to_by_its_descriptor",
     a_pipe_of_our_own_is_written_to_by_its_descriptor},
    {"a_file_that_is_open_is_written_to_where_it_stands",
     a_file_that_is_open_is_written_to_where_it_stands},
    {"a_device_stays_a_device", a_device_stays_a_device},
    {"what_is_no_place_for_a_document_is_refused", what_is_no_place_for_a_document_is_refused},
    {"a_writer_that_is_killed_leaves_the_old_document_or_the_new_one",
     a_writer_that_is_killed_leaves_the_old_document_or_the_new_one},
    {"what_is_written_in_parts_is_there_when_it_is_whole",
     what_is_written_in_parts_is_there_when_it_is_whole},
    {"what_lacks_a_part_leaves_nothing", what_lacks_a_part_leaves_nothing},
    {"parts_go_through_a_pipe_as_they_come", parts_go_through_a_pipe_as_they_come},
    {0},
};
TEST_MAIN(tests)
