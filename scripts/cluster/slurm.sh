#!/usr/bin/env bash
# A run as a job array of Slurm: a shard a task, and a job behind it that merges.
#
#   scripts/cluster/slurm.sh -n 100 -d results/july -- --suite standard --seed 1
#
# Nobody stays behind to wait: where a coordinator may (a login node), `contend run --launcher 'srun
# -N1 --exclusive'` does the same and measures again what a lost node had.  Here Slurm does: a task
# whose node is lost is requeued, and goes on with its journal, or begins again on another machine.
# What is whole already is not measured again, so the same command after an accident does the rest.
#
# -n N        shards          -d FOLDER   where they go; all.json is what they are merged to
# -o OPTIONS  of sbatch, for the array: -o '--exclusive --time=1:00:00'
# -c CONTEND  the program as nodes find it (default: build/release/contend of this tree, or in PATH)
# -m OPTIONS  of sbatch, for the job that merges
#
# Prints the numbers of both jobs.  Behind -- stand the options of contend run; shards need a --seed
# that is the same, and get one where none is given.
set -euo pipefail

die() {
    echo "slurm.sh: $*" >&2
    exit 2
}

# ---- As a task of the array: one shard ------------------------------------------------------------

if [ "${1:-}" = --task ]; then
    contend=$2 folder=$3 count=$4
    shift 4
    file=$folder/$SLURM_ARRAY_TASK_ID.json
    if [ -s "$file" ] && [ ! -e "$file.journal" ]; then
        echo "shard $SLURM_ARRAY_TASK_ID is measured already"
        exit 0
    fi
    # An empty journal is of a run that had measured nothing.
    if [ -s "$file.journal" ] && "$contend" run --resume --no-report -o "$file"; then
        exit 0
    fi
    exec "$contend" run "$@" --shard "$SLURM_ARRAY_TASK_ID/$count" --force --no-report -o "$file"
fi

# ---- Behind it: what is there becomes one result --------------------------------------------------

if [ "${1:-}" = --merge ]; then
    contend=$2 folder=$3 count=$4
    files=()
    for i in $(seq "$count"); do
        [ ! -s "$folder/$i.json" ] || files+=("$folder/$i.json")
    done
    [ ${#files[@]} -gt 0 ] || { echo "no shard was measured" >&2; exit 3; }
    "$contend" merge "${files[@]}" -o "$folder/all.json"
    exit
fi

# ---- As typed: two jobs ---------------------------------------------------------------------------

self=$(readlink -f "$0")
count='' folder='' contend='' array_options='' merge_options=''
while getopts n:d:o:c:m: letter; do
    case $letter in
    n) count=$OPTARG ;;
    d) folder=$OPTARG ;;
    o) array_options=$OPTARG ;;
    c) contend=$OPTARG ;;
    m) merge_options=$OPTARG ;;
    *) die "usage: slurm.sh -n SHARDS -d FOLDER [-o SBATCH_OPTIONS] [-c CONTEND] -- RUN_OPTIONS" ;;
    esac
done
shift $((OPTIND - 1))
[[ $count =~ ^[1-9][0-9]{0,4}$ || $count = 100000 ]] || die "-n \"$count\" is no number of shards (1 to 100000)"
[ -n "$folder" ] || die "-d says in which folder the shards go"
command -v sbatch >/dev/null || die "sbatch is not here: Slurm is not installed on this machine"
if [ -z "$contend" ]; then
    contend=$(dirname "$self")/../../build/release/contend
    [ -x "$contend" ] || contend=$(command -v contend) || die "no contend; -c says where it is"
    contend=$(readlink -f "$contend")
fi
for word; do
    case $word in --shard | --shard=* | -o | -o* | --output | --output=*) die "\"$word\" is this script's own to say" ;; esac
done
# What no shard could be made of is told here, once, and not by each task of the array.
if [ -x "$contend" ]; then
    complaint=$("$contend" run "$@" --shard "$count/$count" --dry-run 2>&1 >/dev/null) || die "-n $count: ${complaint#contend: error: }"
fi
mkdir -p "$folder"
folder=$(readlink -f "$folder")
# What is whole there is taken for measured, so a folder is of one command, and of the seed drawn for it.
command=$(printf '%q ' -n "$count" -- "$@")
if [ -e "$folder/command" ]; then
    { IFS= read -r known && IFS= read -r drawn; } <"$folder/command" || die "$folder/command is cut short: another -d"
    [ "$known" = "$command" ] || die "$folder is of another command, ${known% }: another -d"
elif compgen -G "$folder/[0-9]*.json" >/dev/null; then
    die "$folder has results in it that are not of this script: another -d"
else
    drawn=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
    printf '%s\n' "$command" "$drawn" >"$folder/command"
fi
seed=(--seed "$drawn")
for word; do
    case $word in --seed | --seed=*) seed=() ;; esac
done

# Options of sbatch are words, divided by blanks.
# shellcheck disable=SC2086
array=$(sbatch --parsable --job-name=contend --array="1-$count" --requeue --open-mode=append \
    --output="$folder/%a.log" $array_options --wrap="$(printf '%q ' bash "$self" --task "$contend" "$folder" "$count" "${seed[@]}" "$@")")
# Whatever became of them: what is missing is told by merge.
# shellcheck disable=SC2086
merge=$(sbatch --parsable --job-name=contend-merge --dependency="afterany:${array%%;*}" --output="$folder/merge.log" \
    $merge_options --wrap="$(printf '%q ' bash "$self" --merge "$contend" "$folder" "$count")")
echo "array ${array%%;*} merge ${merge%%;*}"
