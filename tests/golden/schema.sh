#!/bin/bash
# ctest: label notsan
# The result schema, judged by an independent validator (Debian's python3-jsonschema): it accepts
# the good fixtures and refuses each broken one.
set -u
source_dir=$(readlink -f "${2:?the source directory}")
schema=$source_dir/results/schema/result-1.json
fixtures=$source_dir/tests/fixtures/report
python=/usr/bin/python3
"$python" -c 'import jsonschema' 2>/dev/null || python=python3
if ! "$python" -c 'import jsonschema' 2>/dev/null; then
    echo "python3-jsonschema is not installed"
    exit 77
fi

# One start of Python for all files. What no schema can say: that an id stands twice.
"$python" -W ignore - "$schema" "$fixtures" <<'PYTHON'
import glob
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failed = 0


def problems(path):
    try:
        document = json.load(open(path))
    except ValueError as wrong:
        return [str(wrong)]
    return [error.message for error in validator.iter_errors(document)]


def expect(pattern, is_good):
    global failed
    paths = sorted(glob.glob(f"{sys.argv[2]}/{pattern}"))
    if not paths:
        print(f"no file matches {pattern}")
        failed += 1
    for path in paths:
        found = problems(path)
        if bool(found) == is_good:
            failed += 1
            print(f"{'refused' if is_good else 'accepted'}: {path} {found[:1]}")


expect("*.json", True)
expect("off_schema/*.json", False)
expect("broken/[!s]*.json", False)
expect("broken/s[!a]*.json", False)
expect("broken/sample*.json", False)
sys.exit(failed > 0)
PYTHON
