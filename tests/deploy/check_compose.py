#!/usr/bin/env python3
"""The compose file says what it promises: taken by the loader that docker compose uses itself, where that can be had, and held
against the rules that no schema knows. tests/fleet/test_compose.py runs what is in it.

    tests/deploy/check_compose.py
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import go_module
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "compose"
LOADER = ("github.com/compose-spec/compose-go/v2/cmd", "v2.9.0")

complaints = []


def check(right, where, what):
    if not right:
        complaints.append(f"{where}: {what}")


def check_load():
    loader = go_module.program(*LOADER)
    if loader is None:
        print("check_compose: the loader of compose files cannot be had here; held against our own rules only")
        return
    loaded = subprocess.run([loader, "compose.yaml"], cwd=FOLDER, capture_output=True, text=True, check=False)
    check(loaded.returncode == 0, "compose.yaml", loaded.stderr.strip())


def check_files(stack, secrets):
    """Whatever is mounted is there, and used."""
    for kind in ("configs", "secrets"):
        used = {use if isinstance(use, str) else use["source"] for service in stack["services"].values() for use in service.get(kind, [])}
        check(used == set(stack[kind]), kind, f"defined and used differ: {used ^ set(stack[kind])}")
        for name, entry in stack[kind].items():
            path = FOLDER / entry["file"]
            if kind == "secrets":
                check(path.parent == FOLDER / "secrets", name, "a secret that prepare.sh does not make, or that git does not ignore")
                path = secrets / path.name
            check(path.exists(), name, f"there is no {entry['file']}")


def check_service(name, service):
    image = service["image"]
    check(re.search(r":[\w.-]+$", image) and not image.endswith(":latest"), name, f"the image {image} is not pinned")
    for port in service.get("ports", []):
        check(port.startswith("127.0.0.1:"), name, f"the port {port} is open beyond this machine")
    for variable, value in service.get("environment", {}).items():
        check("PASSWORD" not in variable or "FILE" in variable and value.startswith("/run/secrets/"), name, f"{variable} is no file")
    if image.startswith("payferry"):
        check(service.get("read_only") is True and service.get("cap_drop") == ["ALL"], name, "may write, or has capabilities")
    elif name in ("rabbitmq", "postgres"):
        check("ports" not in service, name, "nobody outside needs it")
    for path in re.findall(r"/run/secrets/([\w.-]+)", yaml.safe_dump(service)):
        check(path in service.get("secrets", []), name, f"the secret {path} is not mounted")


def check_order(stack):
    for name, service in stack["services"].items():
        for other in service.get("depends_on", []):
            check(other in stack["services"], name, f"waits for {other}, which there is not")


def check_job(stack):
    job = yaml.safe_load((FOLDER / "job.yaml").read_text())
    worker = stack["services"]["worker"]
    hosts = re.findall(r"(?:@|https://)([a-z]+):\d+", (FOLDER / "job.yaml").read_text())
    check(len(hosts) == 3 and set(hosts) <= set(stack["services"]), "job.yaml", f"{hosts}: no such services")
    for path in re.findall(r"/run/secrets/([\w.-]+)", yaml.safe_dump(job)):
        check(path in worker["secrets"], "job.yaml", f"the secret {path} is not mounted")
    check("idle_exit" not in job["source"], "job.yaml", "a worker that ends by itself")
    check(int(worker.get("stop_grace_period", "10s")[:-1]) > 30, "worker", "less than what is in flight may take (stripe.timeout)")


def check_prometheus():
    promtool = shutil.which("promtool")
    if not promtool:
        print("check_compose: there is no promtool here; prometheus.yml is not checked")
        return
    with tempfile.TemporaryDirectory() as folder:
        for path in (FOLDER / "prometheus.yml", *(ROOT / "deploy" / "prometheus").glob("payferry.*.yml")):
            shutil.copy(path, folder)
        said = subprocess.run([promtool, "check", "config", "prometheus.yml"], cwd=folder, capture_output=True, text=True, check=False)
        check(said.returncode == 0, "prometheus.yml", said.stdout + said.stderr)


def main():
    stack = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    check_load()
    with tempfile.TemporaryDirectory() as folder:
        secrets = pathlib.Path(folder)
        subprocess.run([FOLDER / "prepare.sh", secrets], check=True, stdout=subprocess.DEVNULL)
        check_files(stack, secrets)
    for name, service in stack["services"].items():
        check_service(name, service)
    check_order(stack)
    check_job(stack)
    check_prometheus()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"check_compose: {len(stack['services'])} services, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
