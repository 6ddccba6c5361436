"""A PostgreSQL server of Debian's `postgresql`, for the length of a test: in a folder of its own, on a socket in it and on a
free port of 127.0.0.1, and not as root, which PostgreSQL refuses."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from ports import free_ports


def programs():
    """The folder of initdb and postgres; None where there is none."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Server:
    def __init__(self, settings=()):
        # Short: a socket's path has 107 bytes.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pf-pg-", dir="/tmp"))
        self.data = self.folder / "data"
        self.user = pwd.getpwnam("postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name)
        if os.getuid() == 0:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        (self.port,) = free_ports()
        self.settings = ["fsync=off", "full_page_writes=off", "max_connections=50", "shared_buffers=16MB", *settings]
        self.process = None
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "payferry", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()
        self.wait()

    def who(self):
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}

    def run(self, program, *args):
        subprocess.run([programs() / program, *map(str, args)], check=True, stdout=subprocess.DEVNULL, cwd=self.folder,
                       **self.who())

    def start(self):
        options = [f"-c{setting}" for setting in self.settings]
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [programs() / "postgres", "-D", self.data, "-k", self.folder, "-h", "127.0.0.1", "-p", str(self.port), *options],
            stdout=self.log, stderr=self.log, cwd=self.folder, **self.who())

    def wait(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if subprocess.run([programs() / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("no PostgreSQL server: " + (self.folder / "log").read_text()[-2000:])

    def stop(self, how=signal.SIGINT):
        """SIGINT ends every connection; SIGQUIT is a crash."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)
        self.log.close()

    def query(self, sql, database="postgres"):
        return subprocess.run(["psql", "-qAtX", "-h", self.folder, "-p", str(self.port), "-U", "payferry", "-c", sql, database],
                              check=True, capture_output=True, text=True).stdout.strip()

    def url(self, database="postgres", tcp=False):
        if tcp:
            return f"postgres://payferry@127.0.0.1:{self.port}/{database}"
        return f"postgres://payferry@:{self.port}/{database}?host={self.folder}"

    def close(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)
