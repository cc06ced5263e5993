#!/usr/bin/env bash
# ctest: timeout 480
# ctest: label nosan
# contend watch on real interpreters: their global lock is found, without symbols, and what it says of it
# is what their programs see.
. "$(dirname "$0")/lib.sh"

# Each CPython there is: that of the system, and those of pyenv.
interpreters=()
for candidate in /usr/bin/python3 "$HOME"/.pyenv/versions/*/bin/python; do
    "$candidate" -c 'import threading' 2>/dev/null && interpreters+=("$candidate")
done
[ ${#interpreters[@]} -gt 0 ] || skip_all "no CPython"
python3=${interpreters[0]}

_version() {
    "$1" -c 'import sys; print("%d.%02d" % sys.version_info[:2])'
}

cat >computes.py <<'PY'
import sys, threading, time
end = time.time() + float(sys.argv[1])
def compute():
    x = 0
    while time.time() < end:
        for i in range(2000):
            x += i
threads = [threading.Thread(target=compute) for _ in range(int(sys.argv[2]))]
for t in threads: t.start()
for t in threads: t.join()
print("computed")
PY

each_interpreter_has_one_gil_that_keeps_to_the_rules() {
    for interpreter in "${interpreters[@]}"; do
        run watch -o w.json -- "$interpreter" computes.py 0.3 2
        expect_status 0
        expect diff out - <<<computed
        expect_document watch-1.json w.json
        expect_json w.json "[l['anomalies'] for l in d['locks'] if l['kind'] == 'GIL'] == [0]"
        expect_json w.json "d['processes'][0]['runtime'] == 'cpython'"
        [[ $(_version "$interpreter") < 3 ]] ||
            expect_json w.json "[l['put_out'] > 0 for l in d['locks'] if l['kind'] == 'GIL'] == [True]"
    done
}

# Nobody is put out before the interval is over; how much later depends on what else runs.
turns_last_as_long_as_the_interval() {
    for interval in 0.02 0.005; do
        run watch -o w.json -- "$python3" -c "import sys; sys.setswitchinterval($interval)
sys.argv = ['', '1', '2']; exec(open('computes.py').read())"
        expect_status 0
        expect_json w.json "[l['waits']['p90_ns'] >= $interval * 1e9 * 0.99 for l in d['locks'] if l['kind'] == 'GIL'] == [True]"
    done
}

what_it_means_is_said() {
    run watch -- "$python3" computes.py 1.5 3
    expect_status 0
    expect_err 'the GIL was wanted'
    expect_err 'more threads cannot help'
    run watch -- "$python3" -c 'import time, threading
t = [threading.Thread(target=time.sleep, args=(0.3,)) for _ in range(3)]
for x in t: x.start()
for x in t: x.join()'
    expect_err 'no lock of the C library held the program up'
}

cat >embeds.c <<'C'
#include <dlfcn.h>
#include <stddef.h>
int main(int argc, char **argv)
{
    void *library = argc > 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library)
        return 3;
    void (*begin)(void) = (void (*)(void))dlsym(library, "Py_Initialize");
    int (*run)(const char *) = (int (*)(const char *))dlsym(library, "PyRun_SimpleString");
    begin();
    return run(argv[2]);
}
C

# The interpreter's names are known to nobody but who loaded it.
an_interpreter_that_a_program_loads_for_itself_is_recognised() {
    local library
    library=$("$python3" -c 'import ctypes, sysconfig
name = sysconfig.get_config_var("INSTSONAME")
ctypes.CDLL(name)
print(name)' 2>/dev/null) || return 0 # none that could be loaded
    cc -w -o embeds embeds.c -ldl || return 0
    run watch -o w.json -- ./embeds "$library" 'import sys; sys.argv = ["", "1", "2"]; exec(open("computes.py").read())'
    expect_status 0
    expect_json w.json "d['locks'][0]['kind'] == 'GIL' and d['processes'][0]['runtime'] == 'cpython'"
}

cat >convoy.py <<'PY'
import json, threading, time
done, late = False, []
def compute():
    x = 0
    while not done:
        for i in range(500):
            x += i
def waits():
    global done
    for _ in range(100):
        begin = time.perf_counter()
        time.sleep(0.001)
        late.append(time.perf_counter() - begin - 0.001)
    done = True
threads = [threading.Thread(target=f) for f in (compute, waits)]
for t in threads: t.start()
for t in threads: t.join()
print(sum(late) * 1e9)
PY

# A wait is as long as the interval at least, and all of them lie within what the program sees as
# lateness, which is more where it waits for a CPU as well.
a_convoy_waits_as_long_as_it_says_itself() {
    local late waits='import json; d = json.load(open("w.json"))
exit(all(p["wait_ns"] < 495e6 for l in d["locks"] if l["kind"] == "GIL" for p in l["threads"]))'
    # Where others have the CPUs the one that computes is not always in the way.
    for _ in 1 2 3 4 5; do
        run watch -o w.json -- "$python3" convoy.py
        expect_status 0
        late=$(cat out)
        "${python:-python3}" -c "$waits" && break
    done
    expect_json w.json "[100 * 4.95e6 < p['wait_ns'] < 1.01 * $late for l in d['locks'] if l['kind'] == 'GIL'
        for p in l['threads'] if d['threads'][p['thread']]['number'] == 3] == [True]"
    expect_json w.json "[l['put_out'] > 20 for l in d['locks'] if l['kind'] == 'GIL'] == [True]"
}

sub_interpreters_have_their_own() {
    local found=0 code
    for interpreter in "${interpreters[@]}"; do
        case $(_version "$interpreter") in
        3.12) code='import _xxsubinterpreters as s; make = lambda: s.create(isolated=True); run = s.run_string' ;;
        3.13) code='import _interpreters as s; make = lambda: s.create("isolated"); run = s.exec' ;;
        *) continue ;;
        esac
        found=1
        run watch -o w.json -- "$interpreter" -c "$code
for i in range(2): run(make(), 'x = sum(range(1000))')"
        expect_status 0
        expect_json w.json "sorted(l['interpreter'] for l in d['locks'] if l['kind'] == 'GIL') == [0, 1, 2]"
        expect_json w.json "all(l['anomalies'] == 0 for l in d['locks'] if l['kind'] == 'GIL')"
    done
    [ $found = 1 ] || echo "no CPython with own locks of sub-interpreters here"
}

children_have_a_gil_of_their_own() {
    run watch -o w.json -- "$python3" -c 'import os, threading
def work():
    for _ in range(50): sum(range(20000))
def two():
    t = [threading.Thread(target=work) for _ in range(2)]
    for x in t: x.start()
    for x in t: x.join()
two()
pid = os.fork()
if pid == 0:
    two()
    os._exit(5)
print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))'
    expect_status 0
    expect diff out - <<<5
    expect_json w.json "len(d['processes']) == 2 and d['processes'][1]['begun_by'] == 'fork'"
    expect_json w.json "{l['process'] for l in d['locks'] if l['kind'] == 'GIL'} == {0, 1}"
}

# Buggy: below eight turns it was no lock, and threads that waited for each other slept.  What waits for
# a thread's end, likewise a semaphore that this one gives back, wants none.
a_lock_of_few_turns_is_one() {
    for interpreter in "${interpreters[@]}"; do
        [[ $(_version "$interpreter") < 3 ]] && continue
        run watch -o w.json -- "$interpreter" -c 'import threading, time
lock = threading.Lock()
def turns():
    for _ in range(2):
        with lock: time.sleep(0.06)
t = [threading.Thread(target=turns) for _ in range(2)]
for x in t: x.start()
for x in t: x.join()'
        expect_status 0
        expect_json w.json "[(l['hold_ns'] >= 239e6, l['takes']) for l in d['locks'] if l['kind'] == 'semaphore' and l['is_lock'] and l['hold_ns'] > 50e6] == [(True, 4)]"
        expect_json w.json "sum(t['wants_ns'] for t in d['threads'] if not t['is_main']) >= 58e6"
        expect_json w.json "[t['wants_ns'] < 50e6 for t in d['threads'] if t['is_main']] == [True]"
    done
}

# One that computes in C keeps all others waiting; short ones do not. CPUs that others have count for
# it as well, so that only the long one has a bound.
a_long_hold_that_blocks_is_found() {
    cat >sorts.py <<'PY'
import random, sys, threading, time
numbers = [random.random() for _ in range(int(sys.argv[1]))]
done = False
def waits():
    while not done:
        time.sleep(0.001)
t = threading.Thread(target=waits)
t.start()
for _ in range(3):
    sorted(numbers)
    time.sleep(0.01)
done = True
t.join()
PY
    run watch --max-hold 20ms --stacks -o w.json -- "$python3" sorts.py 400000
    expect_status 1
    expect_err 'longest blocking hold'
    expect_json w.json "[len(l['stack']) > 2 for l in d['locks'] if l['kind'] == 'GIL'] == [True]"
    run watch --max-hold 60s -- "$python3" sorts.py 1000
    expect_status 0
}

# Other interpreters, where they are installed: their lock by another rule, and turns as long as theirs.
ruby_and_ocaml_have_one_as_well() {
    if command -v ruby >/dev/null; then
        cat >computes.rb <<'RUBY'
finish = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 1.5
threads = 3.times.map { Thread.new { x = 0; (1000.times { |i| x += i }) while Process.clock_gettime(Process::CLOCK_MONOTONIC) < finish } }
threads.each(&:join)
puts "computed"
RUBY
        run watch -o w.json -- ruby computes.rb
        expect_status 0
        expect diff out - <<<computed
        expect_json w.json "[(l['name'], l['blocking_holds']['p90_ns'] >= 99e6, l['anomalies'] <= 1 + l['takes'] / 50) for l in d['locks'] if l['kind'] == 'GIL'] == [('the GVL', True, True)]"
    fi
    if command -v ocamlopt >/dev/null; then
        cat >computes.ml <<'OCAML'
let work finish = let x = ref 0 in
  while Unix.gettimeofday () < finish do
    for i = 1 to 100000 do x := !x + i; ignore (Sys.opaque_identity (ref i)) done
  done
let () =
  let finish = Unix.gettimeofday () +. 1.5 in
  let threads = List.map (fun _ -> Thread.create work finish) [1; 2; 3] in
  List.iter Thread.join threads;
  print_endline "computed"
OCAML
        ocamlopt -I +unix -I +threads unix.cmxa threads.cmxa computes.ml -o computes_ml 2>/dev/null || return 0
        run watch -o w.json -- ./computes_ml
        expect_status 0
        expect diff out - <<<computed
        # OCaml 5 computes in parallel: a lock a domain.
        [[ $(ocamlopt -version) == 4.* ]] || return 0
        expect_json w.json "[(l['name'], l['blocking_holds']['max_ns'] >= 40e6, l['anomalies'] <= 1 + l['takes'] / 50) for l in d['locks'] if l['kind'] == 'GIL'] == [('the master lock', True, True)]"
    fi
}

run_tests
