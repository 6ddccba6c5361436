"""What the checks that ask the compiler share: the flags, and many files at once."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# As cmake/ sets them; the checks need no configured build folder.
FLAGS = """-std=c++20 -fsyntax-only -isystem /usr/include/postgresql -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror
 -DBOOST_ASIO_NO_DEPRECATED -DRAPIDJSON_HAS_STDSTRING=1 -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL
 -DPAYFERRY_VERSION="check" -Isrc -Itests""".split()


def compile_one(arguments, source=""):
    """The compiler's words, or None if it has none."""
    command = [os.environ.get("CXX", "g++"), *FLAGS, *arguments]
    done = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True)
    return None if done.returncode == 0 else done.stderr


def report(name, jobs):
    """jobs: (label, arguments of compile_one). Prints what failed; the exit code."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda job: compile_one(*job[1]), jobs))
    failed = [(job[0], words) for job, words in zip(jobs, answers) if words is not None]
    for label, words in failed:
        print(f"{label}:\n{words}")
    print(f"{name}: {len(failed)} of {len(jobs)} failed" if failed else f"{name}: ok, {len(jobs)} files")
    return 1 if failed else 0
