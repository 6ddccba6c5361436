#!/usr/bin/env python3
"""The ledger's tests on a PostgreSQL server that lives as long as they do: run_on_postgres.py PROGRAM [ARGUMENT…]"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
import postgres  # noqa: E402

# What is about a file.
FILES = ("FilesTest", "DamageTest", "DiskTest", "BackupTest", "RunLockTest", "FileCheckTest", "AnswersTest", "Content*")


def main():
    if not postgres.programs():
        print("there is no PostgreSQL here: deploy/packages.sh install test")
        return 1
    server = postgres.Server()
    try:
        filters = "-" + ":".join(f"{name}.*" for name in FILES)
        arguments = sys.argv[2:] or [f"--gtest_filter={filters}"]
        environment = {**os.environ, "PAYFERRY_TEST_SERVER": server.url()}
        return subprocess.run([sys.argv[1], *arguments], env=environment).returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
