"""What only Go's module proxy has: the schemas of KEDA, and the loader of compose files."""

import json
import os
import pathlib
import shutil
import subprocess

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "build" / "tools"


def _go(*args, **env):
    if not shutil.which("go"):
        return None
    try:
        done = subprocess.run(["go", *args], capture_output=True, text=True, timeout=240, check=False,
                              env={**os.environ, "GOFLAGS": "-mod=mod", **env})
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def folder(module, version):
    """The module's files; None where they cannot be had."""
    said = _go("mod", "download", "-json", f"{module}@{version}")
    return pathlib.Path(json.loads(said)["Dir"]) if said else None


def program(package, version):
    """A program of a module, built; None where it cannot be had."""
    bin = TOOLS / f"{package.split('/')[2]}-{version}"
    built = bin / package.rsplit("/", 1)[1]
    if not built.exists():
        _go("install", f"{package}@{version}", GOBIN=str(bin))
    return built if built.exists() else None
