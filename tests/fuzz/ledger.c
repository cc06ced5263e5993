/*
 * The memory that a watched program writes: whatever a program that went wild, or another one, left
 * there is read, judged and shown.  The input is a list of places that are written over.
 */
/* fuzz: rooms ledger timeline */
#include "bench/judge/ledger/ledger_view.h"

#include "bench/judge/timeline/timeline.h"
#include "bench/trace/chrome.h"
#include "tests/fuzz/lib/page_check.h"
#include "tests/fuzz/lib/target.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SOME = 3 }; /* records of each kind that are written to */

/* A program of one process, whose two threads waited for a mutex of its own. */
static void fill(struct watch_region *r)
{
    static const char text[] = "Stack (most recent call first):\n  File \"a.py\", line 3 in work\n";
    r->with_turns = 1;
    r->process_count = 1;
    r->thread_count = SOME;
    r->turn_count = 2;
    r->stack_count = 1;
    r->processes[0] =
        (struct watch_process){.pid = 100, .begin_ns = 10, .program = "/bin/app", .version = "1"};
    r->modules[0] = (struct watch_module){2, "/nowhere/libapp.so"};
    r->modules[1].state = 2;
    memset(r->modules[1].path, 'a', sizeof r->modules[1].path); /* without an end */
    memcpy(r->stacks[0].text, text, sizeof text);
    r->stacks[0].count = 1;
    r->stacks[0].frames[0] = (struct watch_place){1, 0, 64};
    for (uint32_t i = 0; i < 2; i++) {
        r->keys[i] = (struct watch_key){2, 0, 4096 + i, WATCH_MUTEX + 6 * i, 0};
        r->locks[i] = (struct watch_lock){.kind = WATCH_MUTEX + 6 * i,
                                          .address = 4096 + i,
                                          .where = {1, 0, 64},
                                          .site = {2, 0, 128},
                                          .contended = 1,
                                          .wait_ns = 50,
                                          .longest_block = {40, 500, 1, 1}};
        histogram_init(&r->locks[i].waits);
        histogram_add(&r->locks[i].waits, 50);
        r->threads[i] = (struct watch_thread){
            .state = 1 + i, .tid = 100 + (int)i, .lives = 1, .begin_ns = 20, .name = "worker"};
        r->threads[i].entries[0] = (struct watch_entry){
            .address = 4096, .lock = 1, .takes = 3, .contended = 1, .wait_ns = 50, .hold_ns = 70};
        r->turns[i] =
            (struct watch_turn){90 + 100 * i, 100 + 100 * i, 150 + 100 * i, 1, 1 + i, 0, 0};
    }
}

struct span {
    void *at;
    size_t bytes;
};

static struct span choose(struct input *in, struct watch_region *r)
{
    size_t i = input_below(in, SOME);
    switch (input_below(in, 8)) {
    case 0:
        return (struct span){r, offsetof(struct watch_region, processes)};
    case 1:
        return (struct span){&r->processes[i], sizeof r->processes[i]};
    case 2:
        return (struct span){&r->stacks[i], sizeof r->stacks[i]};
    case 3:
        return (struct span){&r->turns[i], sizeof r->turns[i]};
    case 4:
        return (struct span){&r->keys[i], sizeof r->keys[i]};
    case 5:
        return (struct span){&r->locks[i], sizeof r->locks[i]};
    case 6:
        return (struct span){&r->threads[i], offsetof(struct watch_thread, entries)};
    default:
        return (struct span){&r->threads[i].entries[input_below(in, 2)],
                             sizeof(struct watch_entry)};
    }
}

/* Some bytes, the same one or a number's. */
static void write_over(struct input *in, struct watch_region *r)
{
    struct span s = choose(in, r);
    size_t offset = input_whole(in) % s.bytes, count = 1 + input_below(in, 8);
    uint64_t value = input_whole(in);
    bool is_run = input_below(in, 4) == 0;
    if (is_run)
        count *= 64;
    if (count > s.bytes - offset)
        count = s.bytes - offset;
    if (is_run)
        memset((char *)s.at + offset, (int)(value & 255), count);
    else
        memcpy((char *)s.at + offset, &value, count);
}

/* ---- What is made of it ---------------------------------------------------------------------- */

static void draw(const struct ledger_view *v, uint64_t length_ns)
{
    static const struct page_style style = {.width = 80, .utf8 = true};
    struct trace t;
    struct page p;
    struct err err = {0};
    if (ledger_trace(&t, v, length_ns, &err)) {
        if (!err.text[0])
            target_fail("no picture, and no reason");
    } else {
        page_init(&p, "contend watch");
        timeline_page(&p, &t);
        page_check(&p, &style);
        page_release(&p);
    }
    trace_release(&t);
}

static void show(const struct ledger_view *v)
{
    static const struct page_style style = {.width = 80, .utf8 = true};
    struct page p;
    struct buf why = {0};
    if (ledger_saw_nothing(v, &why) && !why.len)
        target_fail("nothing was seen, and no reason");
    buf_release(&why);
    ledger_is_over(v);
    ledger_page(&p, v);
    page_check(&p, &style);
    page_release(&p);
    json_t *document = ledger_document(v);
    if (!document)
        target_fail("no document");
    json_decref(document);
}

static void judge(struct watch_region *r, struct input *in)
{
    static struct watch_sample samples[WATCH_THREADS_MOST];
    static uint64_t process_ends_ns[WATCH_PROCESSES_MOST];
    static char name[] = "app";
    static char *const argv[] = {name, NULL};
    const struct watch_session session = {.region = r,
                                          .begin_ns = input_below(in, 2) * 5,
                                          .end_ns = 1000,
                                          .samples = samples,
                                          .process_ends_ns = process_ends_ns};
    struct ledger ledger;
    struct err err = {0};
    if (ledger_read(&ledger, &session, &err)) {
        target_expect_reason("ledger", &err);
    } else {
        const struct ledger_view view = {.ledger = &ledger,
                                         .argv = argv,
                                         .cpus = 2,
                                         .max_hold_ns = input_below(in, 2) * 60,
                                         .is_all = input_below(in, 2)};
        show(&view);
        draw(&view, 1 + input_whole(in) % 2000);
    }
    ledger_release(&ledger);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in;
    struct watch_region *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (r == MAP_FAILED)
        return 0;
    input_open(&in, data, size);
    fill(r);
    /* Further records are counted and empty, which takes time and tells nothing. */
    for (int i = 0; i < 32 && !input_is_empty(&in); i++)
        write_over(&in, r);
    judge(r, &in);
    input_close(&in);
    munmap(r, sizeof *r);
    return 0;
}
