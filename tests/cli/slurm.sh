#!/usr/bin/env bash
# ctest: serial, label slow, label nosan, timeout 900
# A real Slurm with two nodes on this machine: a node is lost in the middle, and nothing is lost or counted twice.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_all "only root can start daemons of Slurm"
for tool in slurmctld slurmd sbatch srun munged mungekey; do
    PATH=$PATH:/usr/sbin command -v $tool >/dev/null || skip_all "$tool is not installed (scripts/install-deps --cluster)"
done
PATH=$PATH:/usr/sbin
run_limit=300

# ---- The cluster -----------------------------------------------------------------------------------

# Ports that nobody listens on: of a test that runs beside this one, too.
_free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

_start_munge() {
    mungekey -c -k "$work/munge.key" 2>/dev/null || dd if=/dev/urandom of="$work/munge.key" bs=1024 count=1 2>/dev/null
    chmod 600 "$work/munge.key"
    munged --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" \
        --log-file="$work/munge.log" --seed-file="$work/munge.seed" --num-threads=1 >munge.out 2>&1
}

_start_node() {
    slurmd -N "$1" -f "$SLURM_CONF" -D >>"$1.out" 2>&1 </dev/null &
    echo $! >"$1.pid"
}

_cluster_up() {
    mkdir -p state
    export SLURM_CONF=$work/slurm.conf
    cat >slurm.conf <<CONF
ClusterName=contend
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
SlurmctldPort=$(_free_port)
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmdSpoolDir=$work/spool-%n
StateSaveLocation=$work/state
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
InactiveLimit=0
KillWait=2
JobRequeue=1
SchedulerParameters=sched_interval=1
NodeName=n1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$(_free_port) CPUs=1 State=UNKNOWN
NodeName=n2 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$(_free_port) CPUs=1 State=UNKNOWN
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
    _start_munge || return 1
    slurmctld -f "$SLURM_CONF" -D >slurmctld.out 2>&1 </dev/null &
    echo $! >slurmctld.pid.ours
    _start_node n1
    _start_node n2
    local i
    for i in $(seq 300); do
        [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && return 0
        sleep 0.2
    done
    return 1
}

# Every process of it is in one of these; steps are children of theirs.
_cluster_down() {
    local file pid
    scancel --quiet --state=RUNNING,PENDING --user=root 2>/dev/null
    sleep 1
    for file in n1.pid n2.pid slurmctld.pid.ours munge.pid; do
        [ -s "$work/$file" ] && kill "$(cat "$work/$file")" 2>/dev/null
    done
    sleep 1
    for pid in $(pgrep -f "slurmstepd" 2>/dev/null); do
        grep -qzxF "CONTEND_TEST_MARK=$work" "/proc/$pid/environ" 2>/dev/null && kill -KILL "$pid"
    done
    for file in n1.pid n2.pid slurmctld.pid.ours; do
        [ -s "$work/$file" ] && kill -KILL "$(cat "$work/$file")" 2>/dev/null
    done
    clean_up
}
trap _cluster_down EXIT

_cluster_up || { tail -n 5 slurmctld.out n1.out munge.out 2>/dev/null; skip_all "no Slurm could be started here"; }

# Cells that take a while each: so many that a node can be lost between them.
plan=(--workload sleep --lock none --executor thread --tasks 1,2,3,4,5,6 -p sleep.duration=200ms --ops 2 --rounds 2 --seed 7)

# Each measured cell once, all samples of each; whoever measured it.
_expect_once() {
    expect_valid "$1"
    expect_json "$1" 'sorted(c["tasks"] for c in cells if c["role"] == "measured") == [1, 2, 3, 4, 5, 6]'
    expect_json "$1" 'all(c["status"] == "ok" and len(c["launches"]) == 2 for c in cells)'
    expect_json "$1" 'len({p["shard"]["index"] for p in d["run"]["parts"]}) == len(d["run"]["parts"]) == 6'
    expect_json "$1" 'd["run"]["status"] == "complete"'
}

shards_go_to_nodes_through_srun() {
    run run "${plan[@]}" --launcher 'srun -Q -N1 -n1' --at-once 2 --shards 6 --no-report -o a.json
    expect_status 0
    _expect_once a.json
    # Both nodes had work: Slurm's own log says so.
    grep -q 'n1' slurmctld.log && grep -q 'n2' slurmctld.log || fail "not both nodes were used"
}

# Kills node n1's daemon with what it runs when a shard is on it.
_lose_node() {
    local i
    for i in $(seq 300); do
        if squeue -h -o %N 2>/dev/null | grep -q n1; then
            kill -KILL "$(cat n1.pid)"
            for pid in $(pgrep -f 'slurmstepd: \['); do
                grep -qzxF "SLURMD_NODENAME=n1" "/proc/$pid/environ" 2>/dev/null && kill -KILL "$pid"
            done
            echo lost >node_is_lost
            return
        fi
        sleep 0.1
    done
}

what_a_lost_node_had_is_measured_elsewhere() {
    _lose_node &
    local killer=$!
    run run "${plan[@]}" --launcher 'srun -Q -N1 -n1 -w n1' --launcher 'srun -Q -N1 -n1 -w n2' --lost-after 10s --shards 6 --no-report -o b.json
    wait $killer
    expect [ -e node_is_lost ]
    expect_status 0
    _expect_once b.json
    sed 's/^/     /' err
    _start_node n1
}

a_job_array_and_the_job_behind_it_make_one_result() {
    local i
    for i in $(seq 300); do
        [ "$(sinfo -h -o %T)" = idle ] && break
        sleep 0.2
    done
    rm -f node_is_lost
    "$source_dir/scripts/cluster/slurm.sh" -n 6 -d c -c "$contend" -- "${plan[@]}" >out 2>err || { fail "slurm.sh"; cat err; return; }
    local merge
    merge=$(sed -n 's/.* merge //p' out)
    _lose_node
    sleep 2
    _start_node n1
    # Slurm starts again what the node had.
    for i in $(seq 1200); do
        [ -n "$(squeue -h -j "$merge" 2>/dev/null)" ] || break
        sleep 0.2
    done
    expect [ -s c/all.json ]
    _expect_once c/all.json
    tail -qn 1 c/*.log | sort | uniq -c | sed 's/^/     /'
    # The same once more measures nothing again.
    cp c/1.json first.json
    SLURM_ARRAY_TASK_ID=1 bash "$source_dir/scripts/cluster/slurm.sh" --task "$contend" c 6 "${plan[@]}" >out 2>err
    grep -q 'measured already' out || fail "shard 1 was measured again"
    expect cmp -s c/1.json first.json
}

wrong_usage_of_the_script_is_explained() {
    local script=$source_dir/scripts/cluster/slurm.sh
    "$script" -n 0 -d x -- --suite quick >out 2>err; [ $? -eq 2 ] || fail "status"
    grep -q '"0" is no number of shards' err || fail "$(cat err)"
    "$script" -n 2 -d x -c "$contend" -- --shard 1/2 >out 2>err; [ $? -eq 2 ] || fail "status"
    grep -q "this script's own" err || fail "$(cat err)"
    # Of what no shard could be made of, each task of the array would say the same.
    "$script" -n 7 -d x -c "$contend" -- "${plan[@]}" >out 2>err; [ $? -eq 2 ] || fail "status"
    grep -q '"7/7" has nothing to measure' err || fail "$(cat err)"
    "$script" -n 2 -d x -c "$contend" -- --workload no_such_work >out 2>err; [ $? -eq 2 ] || fail "status"
    grep -q 'no_such_work' err || fail "$(cat err)"
    expect [ ! -e x ]
}

# Another question was answered with what lay there.
a_folder_is_of_one_command() {
    local script=$source_dir/scripts/cluster/slurm.sh seed
    "$script" -n 6 -d c -c "$contend" -- "${plan[@]}" --tasks 1,2,3,4,5,7 >out 2>err; [ $? -eq 2 ] || fail "status"
    grep -q 'c is of another command, -n 6 -- --workload sleep' err || fail "$(cat err)"
    "$script" -n 5 -d c -c "$contend" -- "${plan[@]}" >out 2>err; [ $? -eq 2 ] || fail "status"
    mkdir -p strange && cp c/1.json strange
    "$script" -n 6 -d strange -c "$contend" -- "${plan[@]}" >out 2>err; [ $? -eq 2 ] || fail "status"
    grep -q 'not of this script' err || fail "$(cat err)"
    # Where no seed is given, the second array has that of the first.
    local few=(--workload noop --lock none --executor fake --tasks 1 --ops 1 --rounds 1)
    "$script" -n 1 -d drawn -o --hold -c "$contend" -- "${few[@]}" >out 2>err || fail "$(cat err)"
    seed=$(sed -n 2p drawn/command)
    "$script" -n 1 -d drawn -o --hold -c "$contend" -- "${few[@]}" >out 2>err || fail "$(cat err)"
    scontrol write batch_script "$(sed 's/array \([0-9]*\).*/\1/' out)" - >batch 2>&1
    grep -qe "--seed $seed " batch || fail "another seed: $(cat batch)"
    expect [ "$(sed -n 2p drawn/command)" = "$seed" ]
}

run_tests
