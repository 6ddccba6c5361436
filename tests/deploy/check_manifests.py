#!/usr/bin/env python3
"""The Kubernetes manifests say what they promise: parsed, held against Kubernetes' own schemas where those can be had, and against
the rules that no schema knows (one pod, no root, the key by reference, exit codes mapped as documented).

    tests/deploy/check_manifests.py
"""

import importlib
import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
SCHEMAS = "kubernetes-validate==1.34.1"
VERSION = "1.34"
FOR_A_PERSON = [1, 2, 3, 5, 6]  # README: every exit code but 0 (done) and 4 (the same command goes on)

complaints = []


def check(right, where, what):
    if not right:
        complaints.append(f"{where}: {what}")


def documents():
    for path in sorted(FOLDER.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document:
                yield f"{path.relative_to(ROOT)} {document.get('kind')}", document


def job_of(document):
    if document["kind"] == "Job":
        return document["spec"]
    return document["spec"]["jobTemplate"]["spec"] if document["kind"] == "CronJob" else None


def check_job(where, job):
    pod = job["template"]["spec"]
    (container,) = pod["containers"]
    codes = [rule for rule in job["podFailurePolicy"]["rules"] if "onExitCodes" in rule]
    check(pod["restartPolicy"] == "Never", where, "podFailurePolicy needs restartPolicy: Never")
    check(len(codes) == 1 and codes[0]["action"] == "FailJob", where, "one rule of exit codes, FailJob")
    check(codes[0]["onExitCodes"]["values"] == FOR_A_PERSON, where, f"exit codes {FOR_A_PERSON} are for a person")
    check(codes[0]["onExitCodes"]["containerName"] == container["name"], where, "the rule names another container")
    check(job.get("parallelism", 1) == 1, where, "a ledger serves one run at a time")
    check(pod["securityContext"]["runAsNonRoot"] is True, where, "runs as root")
    check(container["securityContext"]["readOnlyRootFilesystem"] is True, where, "the root file system is writable")
    check(container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, where, "capabilities are left")
    check(not any("value" in entry for entry in container.get("env", [])), where, "a value in env: refer to a Secret")
    check(pod["terminationGracePeriodSeconds"] > 30, where, "less than what is in flight may take (stripe.timeout)")
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    check(mounted == {volume["name"] for volume in pod["volumes"]}, where, "volumes and mounts differ")


def check_secrets(where, document):
    text = yaml.safe_dump(document)
    check(document["kind"] != "Secret", where, "a Secret does not belong into a file")
    check("sk_live" not in text and "rk_live" not in text, where, "a key")


def schemas():
    try:
        return importlib.import_module("kubernetes_validate")
    except ImportError:
        pass
    folder = ROOT / "build" / "tools" / "kubernetes-schemas"
    if not folder.exists():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), SCHEMAS]
        if subprocess.run(install, capture_output=True, timeout=300, check=False).returncode != 0:
            return None
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("kubernetes_validate")
    except ImportError:
        return None


def check_schemas(all_documents):
    validator = schemas()
    if validator is None:
        print("check_manifests: Kubernetes' schemas cannot be had here; held against our own rules only")
        return
    for where, document in all_documents:
        try:
            validator.validate(document, VERSION, strict=True)
        except validator.ValidationError as error:
            check(False, where, f"{'.'.join(str(step) for step in error.path)}: {error.message}")


def main():
    found = list(documents())
    check(len(found) > 0, FOLDER, "no manifests")
    for where, document in found:
        check_secrets(where, document)
        if job := job_of(document):
            check_job(where, job)
    check_schemas(found)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"check_manifests: {len(found)} objects, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
