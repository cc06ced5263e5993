# Read by the scripts beside it: `. lib.sh "$@"` with the arguments CONTEND SOURCE_DIR.
#
# Skips where there is no browser to look with; scripts/install-deps --tests brings one.
set -u
contend=$(readlink -f "${1:?the path of the contend binary}")
source_dir=$(readlink -f "${2:?the source directory}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fixtures=$source_dir/tests/fixtures

skip() { echo "skipped: $1"; exit 77; }

command -v node >/dev/null || skip "no node"
[ -d "$source_dir/tests/browser/node_modules/playwright-core" ] ||
    skip "no playwright-core (npm install --prefix tests/browser)"
for name in chromium chromium-browser google-chrome; do
    CONTEND_CHROMIUM=$(command -v "$name") && break
done
[ -n "${CONTEND_CHROMIUM:-}" ] || skip "no chromium"
export CONTEND_CHROMIUM
pictures=${CONTEND_BUILD:-$work}/browser
mkdir -p "$pictures"

# look WHAT FILE [CHECK]...: opens the page in every way (look.mjs); screenshots lie in $pictures.
look() {
    node "$source_dir/tests/browser/look.mjs" "$pictures/$1" "$2" "${@:3}"
}
