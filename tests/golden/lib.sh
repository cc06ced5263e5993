# Read by the scripts beside it: `. lib.sh NAME "$@"` with the arguments CONTEND SOURCE_DIR.
#
# What is compared lies in tests/golden/NAME/.  What differs is shown and written to NAME/FILE.got;
# UPDATE_GOLDEN=1 tests/golden/NAME.sh build/release/contend . accepts it.
set -u
golden_name=$1
contend=$(readlink -f "${2:?the path of the contend binary}")
source_dir=$(readlink -f "${3:?the source directory}")
expected=$source_dir/tests/golden/$golden_name
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NO_COLOR=1
failed=0

same() { # NAME FILE
    if [ -n "${UPDATE_GOLDEN:-}" ]; then
        cp "$2" "$expected/$1"
    elif ! diff -u "$expected/$1" "$2"; then
        cp "$2" "$expected/$1.got"
        failed=$((failed + 1))
    else
        echo "ok   $1"
    fi
}

# golden NAME ARGUMENTS...: standard output, then standard error and the exit status.
golden() {
    local name=$1 status
    shift
    "$contend" "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ -s "$work/err" ] || [ "$status" -ne 0 ]; then
        cat "$work/err" >>"$work/out"
        echo "exit status $status" >>"$work/out"
    fi
    same "$name" "$work/out"
}
