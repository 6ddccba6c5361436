#!/usr/bin/env python3
"""The Kubernetes manifests say what they promise: parsed, held against the schemas of Kubernetes and KEDA where those can be had, and
against the rules that no schema knows (no root, secrets by reference, exit codes mapped as documented, what names another object names
one that is there); their job files are what the program takes.

    tests/deploy/check_manifests.py [PAYFERRY]
"""

import importlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
SCHEMAS = "kubernetes-validate==1.34.1"
VERSION = "1.34"
# README: every exit code but 0 (done) and 4 (the same command goes on); in a fleet, 6 is one worker's loss, and another goes on.
FOR_A_PERSON = [1, 2, 3, 5, 6]
FOR_A_PERSON_IN_A_FLEET = [1, 2, 3, 5]

complaints = []


def check(right, where, what):
    if not right:
        complaints.append(f"{where}: {what}")


def documents():
    for path in sorted(FOLDER.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document:
                yield f"{path.relative_to(ROOT)} {document.get('kind')}", document


class Manifests:
    def __init__(self, found):
        self.found = found

    def named(self, kind, name):
        return next((document for _, document in self.found if (document["kind"], document["metadata"]["name"]) == (kind, name)), None)

    def job_file(self, pod):
        """What the pod's worker is told to do."""
        (name,) = [volume["configMap"]["name"] for volume in pod["volumes"] if volume["name"] == "job"]
        return yaml.safe_load(self.named("ConfigMap", name)["data"]["job.yaml"])

    def pods_with(self, labels):
        templates = [document["spec"]["template"] for _, document in self.found if document["kind"] in ("Deployment", "Job")]
        return [template for template in templates if labels.items() <= template["metadata"]["labels"].items()]


def seconds(text):
    return int(re.fullmatch(r"(\d+)s", text)[1])


def check_pod(where, pod, manifests):
    (container,) = pod["containers"]
    check(pod["securityContext"]["runAsNonRoot"] is True, where, "runs as root")
    check(container["securityContext"]["readOnlyRootFilesystem"] is True, where, "the root file system is writable")
    check(container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, where, "capabilities are left")
    check(not any("value" in entry for entry in container.get("env", [])), where, "a value in env: refer to a Secret")
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    check(mounted == {volume["name"] for volume in pod["volumes"]}, where, "volumes and mounts differ")
    job = manifests.job_file(pod)
    in_flight = seconds(job["stripe"].get("timeout", "30s"))
    check(pod["terminationGracePeriodSeconds"] > in_flight, where, "less than what is in flight may take (stripe.timeout)")
    if "fleet" in job:
        check(seconds(job["fleet"]["lease"]) >= in_flight + 5, where, "a lease that a request may outlive")
        check(job["ledger"].startswith("postgres://"), where, "a fleet on a file")
    return container, job


def check_job(where, job, manifests):
    pod = job["template"]["spec"]
    container, file = check_pod(where, pod, manifests)
    for_a_person = FOR_A_PERSON_IN_A_FLEET if "fleet" in file else FOR_A_PERSON
    codes = [rule for rule in job["podFailurePolicy"]["rules"] if "onExitCodes" in rule]
    check(pod["restartPolicy"] == "Never", where, "podFailurePolicy needs restartPolicy: Never")
    check(len(codes) == 1 and codes[0]["action"] == "FailJob", where, "one rule of exit codes, FailJob")
    check(codes[0]["onExitCodes"]["values"] == for_a_person, where, f"exit codes {for_a_person} are for a person")
    check(codes[0]["onExitCodes"]["containerName"] == container["name"], where, "the rule names another container")
    if "fleet" in file:
        check("completions" not in job, where, "workers of a fleet end together: completions would start more of them")
    else:
        check(job.get("parallelism", 1) == 1, where, "a ledger in a file serves one run at a time")


def check_deployment(where, document, manifests):
    pod = document["spec"]["template"]["spec"]
    container, file = check_pod(where, pod, manifests)
    check("fleet" in file, where, "replicas that are no fleet")
    check("idle_exit" not in file["source"], where, "a worker that ends by itself is started again for nothing")
    port = file["metrics"]["listen"].rsplit(":", 1)[1]
    check([str(each["containerPort"]) for each in container["ports"]] == [port], where, "the port is not the page's")
    for probe, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
        asked = container[probe]["httpGet"]
        check((asked["path"], asked["port"]) == (path, container["ports"][0]["name"]), where, f"{probe} asks for something else")


def check_scaled(where, document, manifests):
    spec = document["spec"]
    target = manifests.named(spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"])
    check(target is not None, where, "scales what is not there")
    check(target is not None and "replicas" not in target["spec"], where, "two say how many replicas there are")
    check(spec["minReplicaCount"] >= 1, where, "an empty queue does not mean that nothing is left: somebody has to stay")
    for trigger in spec["triggers"]:
        name = trigger["authenticationRef"]["name"]
        check(manifests.named("TriggerAuthentication", name) is not None, where, f"there is no TriggerAuthentication {name}")


def check_budget(where, document, manifests):
    check(len(manifests.pods_with(document["spec"]["selector"]["matchLabels"])) > 0, where, "selects no pods")


def check_document(where, document, manifests):
    text = yaml.safe_dump(document)
    kind = document["kind"]
    check(kind != "Secret", where, "a Secret does not belong into a file")
    check("sk_live" not in text and "rk_live" not in text, where, "a key")
    if kind == "Job":
        check_job(where, document["spec"], manifests)
    elif kind == "CronJob":
        check_job(where, document["spec"]["jobTemplate"]["spec"], manifests)
    elif kind == "Deployment":
        check_deployment(where, document, manifests)
    elif kind == "ScaledObject":
        check_scaled(where, document, manifests)
    elif kind == "PodDisruptionBudget":
        check_budget(where, document, manifests)


def kubernetes_schemas():
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


def check_schemas(found):
    validator = kubernetes_schemas()
    keda = importlib.import_module("keda")  # after it, because both have to use the jsonschema that it brings
    kinds = keda.kinds()
    for whose, had in (("Kubernetes", validator), ("KEDA", kinds)):
        if had is None:
            print(f"check_manifests: the schemas of {whose} cannot be had here; held against our own rules only")
    for where, document in found:
        if document["apiVersion"].startswith("keda.sh/"):
            for mistake in keda.mistakes(document, kinds) if kinds else []:
                check(False, where, mistake)
        elif validator:
            try:
                validator.validate(document, VERSION, strict=True)
            except validator.ValidationError as error:
                check(False, where, f"{'.'.join(str(step) for step in error.path)}: {error.message}")


def check_job_files(found, payferry):
    """Every job file, with files where it expects some."""
    for where, document in found:
        text = document.get("data", {}).get("job.yaml")
        if not text:
            continue
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            text = re.sub(r"/(run/secrets|srv/list|var/lib/payferry)/", rf"{place}/\1/", text)
            for path in map(pathlib.Path, re.findall(rf"{place}/[\w./-]+", text)):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("sk_test_manifest\n" if path.name == "stripe-key" else "customer,payment_method,account\n")
                path.chmod(0o600)
            (place / "job.yaml").write_text(text)
            done = subprocess.run([payferry, "validate", place / "job.yaml"], capture_output=True, text=True, check=False,
                                  env={**os.environ, "LEDGER_PASSWORD": "no-secret"})
            check(done.returncode == 0, where, f"payferry validate exits {done.returncode}: {done.stdout}{done.stderr}")


def main():
    found = list(documents())
    check(len(found) > 0, FOLDER, "no manifests")
    for where, document in found:
        check_document(where, document, Manifests(found))
    check_schemas(found)
    if len(sys.argv) > 1:
        check_job_files(found, sys.argv[1])
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"check_manifests: {len(found)} objects, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
