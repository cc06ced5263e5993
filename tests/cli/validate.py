"""Checks result files against the JSON Schema and against what a schema cannot say.

usage: validate.py SCHEMA RESULT...
"""

import json
import math
import sys

import jsonschema


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a member stands twice in one object")
    return dict(pairs)


def beyond_schema(document):
    """Yields what is wrong although the shape is right."""
    ids = [cell["id"] for cell in document["cells"]]
    if len(ids) != len(set(ids)):
        yield "two cells have the same id"
    for cell in document["cells"]:
        if cell["status"] != "ok" and not cell.get("reason"):
            yield f"{cell['id']}: {cell['status']} without a reason"
        for name, metric in cell.get("metrics", {}).items():
            where = f"{cell['id']}: {name}"
            samples = metric["samples"]
            if not samples and not metric.get("reason") and cell["status"] == "ok":
                yield f"{where}: no samples and no reason"
            summary = metric.get("summary")
            if summary:
                if not summary["lo"] <= summary["center"] <= summary["hi"]:
                    yield f"{where}: center outside lo..hi"
                if summary["n"] != len(samples):
                    yield f"{where}: n is not the number of samples"
                if not min(samples) <= summary["center"] <= max(samples):
                    yield f"{where}: center outside the samples"
            spread = metric.get("distribution")
            if spread:
                row = [spread[k] for k in ("min", "p10", "p50", "p90", "p99", "p999", "max") if k in spread]
                if row != sorted(row):
                    yield f"{where}: quantiles are not in order"
            if any(not math.isfinite(sample) for sample in samples):
                yield f"{where}: a sample is not finite"


def main(schema_path, paths):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)
    wrong = 0
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                document = json.load(file, parse_constant=refuse_constant,
                                     object_pairs_hook=no_duplicates)
        except (OSError, ValueError) as problem:
            print(f"{path}: {problem}")
            wrong += 1
            continue
        problems = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
                    for error in validator.iter_errors(document)]
        problems = problems or list(beyond_schema(document))
        for problem in problems[:20]:
            print(f"{path}: {problem}")
        wrong += bool(problems)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
