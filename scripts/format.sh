#!/usr/bin/env bash
# Formats the C sources in place; with --check changes nothing, names the files it would
# change and exits 1.  Versions of clang-format disagree with each other, so only version 14 counts
# (Debian 12's); without it the exit status is 77: nothing was checked.
set -euo pipefail
cd "$(dirname "$0")/.."

check=0
case ${1:-} in
'') ;;
--check) check=1 ;;
*) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac

formatter=
for name in clang-format-14 clang-format; do
    if [[ $("$name" --version 2>/dev/null || true) == *"version 14."* ]]; then
        formatter=$name
        break
    fi
done
if [ -z "$formatter" ]; then
    echo "clang-format 14 is not here: the formatting was not checked" >&2
    exit 77
fi

mapfile -d '' -t files < <(find bench workloads tests examples \( -name '*.[ch]' -o -name '*.cpp' \) -print0 | sort -z)
if [ $check -eq 0 ]; then
    exec "$formatter" -i "${files[@]}"
fi

# Many files a process, for most of what it does is to start; a process a CPU.
wrong=$(printf '%s\0' "${files[@]}" |
    xargs -0 -n 60 -P "$(nproc 2>/dev/null || echo 1)" "$formatter" --dry-run --Werror 2>&1 |
    sed -n 's/:[0-9]*:[0-9]*: error: .*//p' | sort -u) || true
[ -n "$wrong" ] || exit 0
while IFS= read -r file; do
    echo "$file is not formatted; scripts/format.sh does it" >&2
done <<<"$wrong"
exit 1
