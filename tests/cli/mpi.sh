#!/usr/bin/env bash
# ctest: timeout 400, label nosan
# contend-mpi: ranks of a real Open MPI as units, and the result as contend reads it.
. "$(dirname "$0")/lib.sh"

mpi=$(dirname "$contend")/contend-mpi
[ -x "$mpi" ] || skip_all "contend-mpi was not built: Open MPI was not there (scripts/install-deps --cluster)"
command -v mpirun >/dev/null || skip_all "mpirun is not installed (scripts/install-deps --cluster)"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
cpus=$(nproc)
few=(--rounds 2 --trips 20 --sleeps 3 --task-time 2ms)

# _ranks ARGUMENTS: as run, of contend-mpi.
_ranks() {
    last_command="(contend-mpi) $*"
    status=0
    timeout 120 "$mpi" "$@" >out 2>err </dev/null || status=$?
}

_ranks -n 1 --rounds 1 --trips 1 --sleeps 1 --task-time 1ms -o probe.json
[ "$status" -eq 0 ] || skip_all "mpirun starts nothing here: $(tail -n 1 err)"

ranks_are_units_of_an_ordinary_result() {
    local many=2
    [ "$cpus" -ge 2 ] || many=1
    _ranks -n $many "${few[@]}" -o a.json
    expect_status 0
    expect_valid a.json
    expect_json a.json 'd["run"]["status"] == "complete" and d["run"]["rounds"] == 2'
    expect_json a.json "len(d['run']['mpi']['ranks']) == $many and 'Open MPI' in d['run']['mpi']['library']"
    expect_json a.json 'all(r["cpus"] and r["host"] for r in d["run"]["mpi"]["ranks"])'
    expect_json a.json 'all(c["executor"] == "mpi" for c in cells)'
    expect_json a.json '{c["workload"] for c in cells if c["status"] == "ok"} >= {"startup", "barrier", "sleep", "spin"}'
    expect_none a.json '[c["id"] for c in cells if c["status"] == "ok" for m in c["metrics"].values() if len(m["samples"]) != 2 or min(m["samples"]) <= 0]'
    # What has to be waited for cannot take less.
    expect_json a.json "all(s <= $many * 1000 for c in cells if c['workload'] == 'sleep' for s in c['metrics']['throughput_per_s']['samples'])"
    # A program is started before MPI is.
    expect_json a.json 'all(s > 100000 for c in cells if c["workload"] == "startup" for s in c["metrics"]["startup_ns"]["samples"])'
    run report a.json --rows workload,executor --metric throughput_per_s
    expect_status 0
    expect_out barrier
    run report a.json
    expect_status 0
    run compare a.json a.json
    expect_status 0
}

two_ranks_of_one_machine_play_ping_pong() {
    [ "$cpus" -ge 2 ] || { echo "     one CPU"; return; }
    expect_json a.json '[c["status"] for c in cells if c["workload"] == "pingpong"] == ["ok", "skipped"]'
    expect_json a.json '[c["reason"] for c in cells if c["status"] == "skipped"] == ["all ranks are on one machine"]'
}

ranks_that_have_to_share_cpus_are_refused() {
    _ranks -n $((cpus + 1)) --launcher 'mpirun --oversubscribe --bind-to none' "${few[@]}" -o b.json
    expect_status 3
    grep -q "contend-mpi: error: $((cpus + 1)) ranks on .* share CPU set .*--share-cpus" err || { fail "not refused in words"; show_run; }
    expect [ ! -e b.json ]
    _ranks -n $((cpus + 1)) --launcher 'mpirun --oversubscribe --bind-to none' --share-cpus --rounds 1 --trips 2 --sleeps 1 --task-time 1ms -o b.json
    expect_status 0
    expect_valid b.json
    expect_json b.json 'all(w["code"] == "shared_cpus" for c in cells for w in c["warnings"]) and all(c["warnings"] for c in cells)'
}

sets_that_overlap_are_refused() {
    [ "$cpus" -ge 2 ] && command -v taskset >/dev/null || { echo "     one CPU, or no taskset"; return; }
    # As two nodes that are one machine bind their ranks.
    printf 'words=; for word; do case $word in */contend-mpi) words="$words sh %s/pin.sh" ;; esac; words="$words $word"; done\nexec mpirun --bind-to none $words\n' "$work" >over.sh
    # shellcheck disable=SC2016
    printf 'case $OMPI_COMM_WORLD_RANK in 0) exec "$@" ;; esac\nexec taskset -c "$(taskset -cp $$ | sed "s/.*: *\\([0-9]*\\).*/\\1/")" "$@"\n' >pin.sh
    _ranks -n 2 --launcher "sh $work/over.sh" "${few[@]}" -o c.json
    expect_status 3
    grep -q 'ranks 0 and 1 on .* are bound to CPU sets that overlap: ' err || { fail "not refused in words"; show_run; }
}

what_cannot_be_launched_is_told() {
    _ranks -n 2 --launcher ./no_such_mpirun -o d.json
    expect_status 2
    expect_err 'no_such_mpirun cannot be executed: No such file'
    _ranks -n 2 --launcher 'false' -o d.json
    expect_status 3
    expect_err 'ended with status 1: it said nothing'
    _ranks -n 2
    expect_status 2
    expect_err '-o FILE'
    _ranks -n 0 -o d.json
    expect_status 2
    expect_err '--ranks'
    _ranks --help
    expect_status 0
    expect_out 'contend-mpi -n 2 -o results/mpi.json'
    expect [ ! -e d.json ]
}

a_rank_that_is_killed_ends_all() {
    # shellcheck disable=SC2016
    printf 'words=; for word; do case $word in */contend-mpi) words="$words sh %s/die.sh" ;; esac; words="$words $word"; done\nexec mpirun $words\n' "$work" >dying.sh
    # shellcheck disable=SC2016
    printf '[ "$OMPI_COMM_WORLD_RANK" != 0 ] || kill -KILL $$\nexec "$@"\n' >die.sh
    _ranks -n 1 --launcher "sh $work/dying.sh" "${few[@]}" -o e.json
    expect_status 3
    expect_err 'contend-mpi: error: '
    expect [ ! -e e.json ]
    expect [ -z "$(pgrep -f "$work/die.sh")" ]
}

run_tests
