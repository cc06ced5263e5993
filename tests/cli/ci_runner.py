#!/usr/bin/env python3
"""Runs the recipes of scripts/ci as their services do: each step's shell as it is written.

  ci_runner.py github ACTION.yml TREE WORK key=value...   a composite action; inputs and context in words
  ci_runner.py gitlab RECIPE.yml JOB TREE WORK key=value...
  ci_runner.py project WORKFLOW.yml ACTION.yml            a project's own lines; prints what they give the action
  ci_runner.py check DIRECTORY                            the files by themselves

Of what is an action of somebody else's the effect alone is played: a cache is empty, an artifact is a folder
in WORK/artifacts.  Ends with the status of the first step that fails; prints each step's name.
"""
import os
import re
import shutil
import subprocess
import sys

import yaml

PINNED = re.compile(r"^[A-Za-z0-9-]+/[A-Za-z0-9_./-]+@v?[0-9][0-9.]*$")
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]


class Unknown(Exception):
    pass


def value_of(name, context):
    if name in ("always()", "success()"):
        return True
    if re.fullmatch(r"'[^']*'", name):
        return name[1:-1]
    if name in context:
        return context[name]
    if re.fullmatch(r"(inputs|github|runner|steps)\.[a-z0-9_.-]+", name):
        return ""
    raise Unknown(name)


def condition(text, context):
    """The few operators the recipes use: ||, &&, ==, !=."""
    def term(part):
        found = re.fullmatch(r"(.*?)\s*(==|!=)\s*(.*)", part)
        if not found:
            return bool(value_of(part.strip(), context))
        equal = value_of(found[1].strip(), context) == value_of(found[3].strip(), context)
        return equal == (found[2] == "==")
    return any(all(term(t.strip()) for t in alternative.split("&&")) for alternative in text.split("||"))


def filled(text, context):
    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda m: str(value_of(m[1], context)), str(text))


def in_clean_environment(extra):
    kept = {k: v for k, v in os.environ.items() if k.startswith(("GIT_", "CONTEND_T", "HOME", "LANG", "TMPDIR"))}
    return {**kept, "PATH": os.environ["PATH"], **extra}


def play(uses, options, artifacts):
    name = uses.split("@")[0]
    if name == "actions/upload-artifact":
        if os.path.isdir(options["path"]):
            shutil.copytree(options["path"], os.path.join(artifacts, options["name"]), dirs_exist_ok=True)
    elif name == "actions/download-artifact":
        shutil.copytree(os.path.join(artifacts, options["name"]), options["path"], dirs_exist_ok=True)
    elif name != "actions/cache":
        raise Unknown(name)


def github(action, tree, work, settings):
    document = yaml.safe_load(open(action))
    temporary = os.path.join(work, "temp")
    files = {name: os.path.join(work, name) for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_ENV", "GITHUB_STEP_SUMMARY")}
    for directory in (temporary, os.path.join(work, "artifacts")):
        os.makedirs(directory, exist_ok=True)
    context = {"runner.temp": temporary, "github.token": "a-token-nobody-may-see", "github.event_name": "push", **{
        f"inputs.{name}": filled(i.get("default", ""), {"github.token": "a-token-nobody-may-see"})
        for name, i in document["inputs"].items()}, **settings}
    path, kept, status = os.environ["PATH"], {}, 0
    for step in document["runs"]["steps"]:
        if not condition(step.get("if", "success()"), context) or (status and "always()" not in step.get("if", "")):
            continue
        print(f"== {step.get('name') or step.get('uses') or step.get('id')}", flush=True)
        if "uses" in step:
            play(step["uses"], {k: filled(v, context) for k, v in step["with"].items()}, os.path.join(work, "artifacts"))
            continue
        for name in files.values():
            open(name, "a").close()
        open(files["GITHUB_OUTPUT"], "w").close()
        environment = in_clean_environment({
            "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": os.path.dirname(os.path.abspath(action)),
            "RUNNER_TEMP": temporary, **files, "PATH": path, **kept,
            **{k: filled(v, context) for k, v in step.get("env", {}).items()}})
        script = os.path.join(work, "step.sh")
        open(script, "w").write(step["run"])
        done = subprocess.run([*SHELL, script], cwd=tree, env=environment, stdin=subprocess.DEVNULL)
        status = status or done.returncode
        for line in open(files["GITHUB_OUTPUT"]).read().splitlines():
            key, _, value = line.partition("=")
            context[f"steps.{step['id']}.outputs.{key}"] = value
        kept = dict(line.split("=", 1) for line in open(files["GITHUB_ENV"]).read().splitlines())
        path = os.pathsep.join([*reversed(open(files["GITHUB_PATH"]).read().split()), os.environ["PATH"]])
    return status


def merged(jobs, name):
    job = dict(jobs[name])
    if "extends" in job:
        base = merged(jobs, job.pop("extends"))
        job = {**base, **job, "variables": {**base.get("variables", {}), **job.get("variables", {})}}
    return job


def gitlab(recipe, name, tree, work, settings):
    text = open(recipe).read()
    head, _, body = text.partition("\n---\n")
    inputs = {k: (v or {}).get("default", "") for k, v in yaml.safe_load(head)["spec"]["inputs"].items()}
    inputs.update({k[7:]: v for k, v in settings.items() if k.startswith("inputs.")})
    body = re.sub(r"\$\[\[\s*inputs\.([a-z]+)\s*\]\]", lambda m: inputs[m[1]], body)
    job = merged(yaml.safe_load(body), name)
    variables = {k: v for k, v in settings.items() if not k.startswith("inputs.")}
    for key, value in job["variables"].items():
        variables[key] = re.sub(r"\$([A-Z_]+)", lambda m: variables.get(m[1], ""), value)
    script = os.path.join(work, "job.sh")
    open(script, "w").write("\n".join(job.get("before_script", []) + job["script"]) + "\n")
    status = subprocess.run([*SHELL, script], cwd=tree, env=in_clean_environment(variables), stdin=subprocess.DEVNULL).returncode
    if status in job.get("allow_failure", {}).get("exit_codes", []):
        print(f"== passed with a warning: {status}", flush=True)
        return 0
    return status


def check_action(path):
    document = yaml.safe_load(open(path))
    assert set(document) <= {"name", "description", "author", "branding", "inputs", "outputs", "runs"}, set(document)
    assert document["runs"]["using"] == "composite" and document["name"] and document["description"]
    ids = {s["id"] for s in document["runs"]["steps"] if "id" in s}
    for name, one in document["inputs"].items():
        assert set(one) <= {"description", "default", "required"} and isinstance(one["default"], str), name
    for step in document["runs"]["steps"]:
        assert set(step) <= {"id", "name", "if", "uses", "with", "run", "shell", "env"}, step
        assert ("uses" in step) != ("run" in step), step
        assert "run" not in step or step["shell"] == "bash", step
        assert "uses" not in step or PINNED.match(step["uses"]), step["uses"]
        # What comes from outside is data: an expression in a script's text would be code.
        assert "${{" not in step.get("run", ""), step
        for text in [*step.get("env", {}).values(), *step.get("with", {}).values()]:
            for name in re.findall(r"\$\{\{\s*(.*?)\s*\}\}", str(text)):
                kind, _, rest = name.partition(".")
                assert kind in ("inputs", "github", "runner", "steps"), name
                assert kind != "inputs" or rest in document["inputs"], name
                assert kind != "steps" or rest.split(".")[0] in ids, name
    with_token = [s for s in document["runs"]["steps"] if "TOKEN" in s.get("env", {})]
    assert not any("gate.sh" in s["run"] or "obtain.sh" in s["run"] for s in with_token), "a token beside what is measured"


def check_workflow(path):
    document = yaml.safe_load(open(path))
    jobs = document["jobs"]
    assert document["permissions"] == {}, "what is not said is not allowed"
    assert set(jobs) == {"measure", "publish"}
    assert jobs["measure"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["permissions"] == {"contents": "write"} and "push" in jobs["publish"]["if"]
    assert jobs["publish"]["needs"] == "measure"
    for job in jobs.values():
        assert job["runs-on"] and job["timeout-minutes"]
        for step in job["steps"]:
            assert PINNED.match(step["uses"]), step
            if step["uses"].startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False, step
    action = yaml.safe_load(open(os.path.join(os.path.dirname(path), "action.yml")))
    for job in jobs.values():
        for step in job["steps"]:
            if "scripts/ci@" in step["uses"]:
                assert set(step["with"]) <= set(action["inputs"]), step["with"]


def check_project(path, action):
    """The few lines of a project that is not contend."""
    document = yaml.safe_load(open(path))
    inputs = yaml.safe_load(open(action))["inputs"]
    job, = document["jobs"].values()
    checkout, contend = job["steps"]
    assert document["permissions"] == {"contents": "read"} and document[True] == "pull_request"
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False} and PINNED.match(checkout["uses"])
    assert PINNED.match(contend["uses"]) and set(contend["with"]) <= set(inputs), contend
    for name, value in contend["with"].items():
        print(f"inputs.{name}={value}")


def check_recipe(path):
    head, _, body = open(path).read().partition("\n---\n")
    inputs = yaml.safe_load(head)["spec"]["inputs"]
    used = set(re.findall(r"\$\[\[\s*inputs\.([a-z]+)\s*\]\]", body))
    assert used == set(inputs), used ^ set(inputs)
    jobs = yaml.safe_load(re.sub(r"\$\[\[.*?\]\]", "x", body))
    assert set(jobs) == {".contend", "contend:measure", "contend:publish"}, "nothing of it leaks into other jobs"
    measure, publish = merged(jobs, "contend:measure"), merged(jobs, "contend:publish")
    assert measure["allow_failure"]["exit_codes"] == [4, 5] and measure["artifacts"]["reports"]["junit"]
    assert "TOKEN=" not in "\n".join(measure["script"]) and "unset CONTEND HISTORY_TOKEN" in "\n".join(measure["script"])
    assert "gate.sh" not in "\n".join(publish["script"])
    assert "HISTORY_TOKEN" not in str(measure["variables"]) + str(publish["variables"]), "no token in an address"


def main():
    what, *rest = sys.argv[1:]
    settings = dict(w.split("=", 1) for w in rest if "=" in w)
    words = [w for w in rest if "=" not in w]
    if what == "check":
        check_action(os.path.join(words[0], "action.yml"))
        check_workflow(os.path.join(words[0], "github.yml"))
        check_recipe(os.path.join(words[0], "gitlab.yml"))
        return 0
    if what == "project":
        check_project(*words)
        return 0
    return (github if what == "github" else gitlab)(*words, settings)


sys.exit(main())
