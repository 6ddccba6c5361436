"""Every command on every state that its ledger can be in: the right answer or a clear error, the right exit code, never
a crash. The commands are those of --help: one without a row here fails."""

import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import unittest

import schema
import support
from support import Fault, lines, refuse

# What the row says of each state, in this order.
STATES = ("never", "finished", "killed", "going_on", "newer", "no_job", "directory", "full_disk", "read_only")


class Row:
    """A command: its words after the program's name, JOB standing for the job file; and its exit code for each state."""

    def __init__(self, words, *codes):
        self.words, self.codes = words.split(), dict(zip(STATES, codes, strict=True))


#            words                              never finished killed going_on newer no_job directory full_disk read_only
ROWS = {
    "run": Row("run JOB --progress none",           3, 3, 3, 6, 6, 2, 6, 6, 6),
    "validate": Row("validate JOB",                 0, 0, 0, 0, 0, 2, 0, 0, 0),
    "status": Row("status JOB --json",              0, 0, 0, 0, 6, 2, 6, 6, 0),
    "report": Row("report JOB --out out",           2, 0, 0, 0, 6, 2, 6, 6, 0),
    "retry": Row("retry JOB --json",                6, 0, 0, 6, 6, 2, 6, 6, 6),
    # The stand-in refuses to detach.
    "rollback": Row("rollback JOB --yes --progress none", 6, 3, 3, 6, 6, 2, 6, 6, 6),
    "explain": Row("explain JOB pm_1m0",            6, 0, 0, 0, 6, 2, 6, 6, 0),
    "ledger check": Row("ledger check JOB",         6, 0, 0, 0, 6, 2, 6, 6, 0),
    "ledger export": Row("ledger export JOB",       6, 0, 0, 0, 6, 2, 6, 6, 0),
    "plan": Row("plan JOB --json",                  0, 0, 0, 0, 6, 2, 6, 6, 0),
    # The job reads a list, and no queue.
    "enqueue": Row("enqueue JOB --from in.csv",     2, 2, 2, 2, 2, 2, 2, 2, 2),
    "rehearse": Row("rehearse JOB --latency 1",     0, 0, 0, 0, 0, 2, 0, 6, 0),
    # Needs a place for how far it has come, beside the ledger.
    "verify": Row("verify JOB --yes --json",        6, 3, 3, 3, 6, 2, 6, 6, 6),
    "export": Row("export JOB --out list.csv",      0, 0, 0, 0, 0, 2, 0, 0, 0),
    "pause": Row("pause JOB",                       2, 2, 2, 0, 2, 2, 2, 2, 2),
    "resume": Row("resume JOB",                     2, 2, 2, 0, 2, 2, 2, 2, 2),
    "set": Row("set JOB rate=500",                  2, 2, 2, 0, 2, 2, 2, 2, 2),
    "skip-account": Row("skip-account JOB acct_Z",  2, 2, 2, 0, 2, 2, 2, 2, 2),
    "take-account": Row("take-account JOB acct_Z",  2, 2, 2, 0, 2, 2, 2, 2, 2),
    "stop": Row("stop JOB",                         2, 2, 2, 0, 2, 2, 2, 2, 2),
    "ledger backup": Row("ledger backup JOB --out copy.db", 6, 0, 0, 0, 6, 2, 6, 6, 0),
}


class States(support.EndToEnd):
    ROWS = ROWS
    copies = itertools.count()

    def setUp(self):
        super().setUp()
        self.stripe = self.stand_in()
        self.stripe.always("clone", refuse(402, "card_declined", "Your card was declined."),
                           lambda request: request.param("payment_method") == "pm_0m0")
        self.csv(lines(6))
        self.job(self.stripe)

    def commands(self, *below):
        text = self.payferry(*below, "--help").out
        listed = text.partition("Subcommands:")[2].partition("Exit codes:")[0]
        for name in re.findall(r"^  ([a-z][a-z-]*) ", listed, re.M):
            yield from list(self.commands(*below, name)) or [" ".join([*below, name])]

    def test_each_command_has_its_row(self):
        self.assertEqual(sorted(self.commands()), sorted(self.ROWS), "add its exit codes to ROWS in test_states.py")

    def try_all(self, state, prefix=(), anew=True, names=()):
        """Each command, or those named, on its own copy of the folder as it is now."""
        base = self.folder
        for name in names or self.ROWS:
            row = self.ROWS[name]
            with self.subTest(state=state, command=name):
                if anew:
                    self.folder = base.parent / f"{base.name}-{name.replace(' ', '-')}-{next(self.copies)}"
                    shutil.copytree(base, self.folder, copy_function=self.copy, ignore=shutil.ignore_patterns("*.sock"))
                    self.addCleanup(self.remove, self.folder)
                try:
                    job = "elsewhere/no-such.yaml" if state == "no_job" else "job.yaml"
                    words = [job if word == "JOB" else word for word in row.words]
                    ended = self.finish(self.start(*words, prefix=prefix), 120)
                finally:
                    self.folder = base
                self.assertEqual(ended.code, row.codes[state], f"{words}: {ended}")
                self.assertNotRegex(ended.err, r"terminate called|what\(\):|std::|Assertion|core dumped|unexpected error")
                self.check_json(name, words, ended)
                if ended.code in (2, 6):
                    self.assertRegex(ended.err, r"payferry: .{20,}", "no word on why")
                if ended.code == 6 and state != "going_on":
                    self.assertIn("ledger", ended.err)
                if ended.code == 2 and state == "no_job":
                    self.assertIn("no-such.yaml", ended.err)

    # What --json prints, or is JSON anyhow, is what its schema says.
    SCHEMAS = {"status": "summary", "retry": "retry", "plan": "plan", "verify": "verify", "ledger export": "ledger-line"}

    def check_json(self, name, words, ended):
        self.assertEqual("--json" in words, name in self.SCHEMAS and name != "ledger export", "which schema?")
        if name not in self.SCHEMAS or ended.code in (2, 6) or not schema.jsonschema:
            return
        texts = ended.out.splitlines() if name == "ledger export" else [ended.out]
        self.assertTrue(texts, ended)
        for text in texts:
            self.assertEqual(schema.faults(self.SCHEMAS[name], json.loads(text)), [], text)

    @staticmethod
    def copy(source, target):
        shutil.copy2(source, target)

    @staticmethod
    def remove(folder):
        folder.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)

    def test_never_started(self):
        self.try_all("never")

    def test_finished(self):
        self.run_job(self.folder / "job.yaml", expect=3)
        self.try_all("finished")

    def kill_in_the_middle(self):
        slow = self.stripe.rule(lambda request: Fault("slow", seconds=0.02))
        process = self.start_job(self.folder / "job.yaml")
        self.wait_for(lambda: len(self.stripe.attached()) >= 2, "some clones")
        process.kill()
        process.wait()
        return slow

    def test_killed_in_the_middle(self):
        self.job(self.stripe, limits={"in_flight": 1})
        self.kill_in_the_middle()
        self.try_all("killed")

    def test_going_on(self):
        self.csv(lines(600))
        self.stripe.rule(lambda request: Fault("slow", seconds=0.2))
        self.job(self.stripe, limits={"in_flight": 1})
        process = self.start_job(self.folder / "job.yaml")
        self.wait_for(lambda: len(self.stripe.attached()) >= 2, "some clones")
        self.try_all("going_on", anew=False, names=[name for name in self.ROWS if name != "stop"])
        self.assertIsNone(process.poll(), "a command ended the run")
        self.try_all("going_on", anew=False, names=["stop"])
        self.assertEqual(self.finish(process, 30, process.summary).code, 4)

    def test_of_a_newer_schema(self):
        self.run_job(self.folder / "job.yaml", expect=3)
        with sqlite3.connect(self.folder / "ledger.db") as ledger:
            ledger.execute("PRAGMA user_version = 99")
        ledger.close()
        self.try_all("newer")

    def test_a_job_file_that_is_not_there(self):
        self.try_all("no_job")

    def test_a_folder_in_the_ledgers_place(self):
        (self.folder / "ledger.db").mkdir()
        self.try_all("directory")

    @unittest.skipUnless(shutil.which("prlimit"), "prlimit is missing")
    def test_a_full_disk(self):
        """A limit on the size of files: nothing of more than a few lines can be written."""
        self.run_job(self.folder / "job.yaml", expect=3)
        self.try_all("full_disk", prefix=("prlimit", "--fsize=4000"))

    def a_ledger_in_a_closed_folder(self):
        """The words before a command that make it run as somebody who may only read there."""
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            self.skipTest("needs another user than root, or setpriv")
        prefix = () if os.geteuid() != 0 else ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        probe = subprocess.run([*prefix, str(support.BIN / "payferry"), "--version"], capture_output=True)
        if probe.returncode:
            self.skipTest("the program cannot be run as another user here")
        (self.folder / "closed").mkdir()
        self.job(self.stripe, ledger="closed/ledger.db", limits={"in_flight": 1})
        return prefix

    def close_folder(self):
        for file in self.folder.rglob("*"):
            file.chmod(0o755 if file.is_dir() else 0o444)
        self.folder.chmod(0o777)
        (self.folder / "closed").chmod(0o555)
        self.addCleanup((self.folder / "closed").chmod, 0o755)

    def parts(self):
        return {file.name: file.read_bytes() for file in (self.folder / "closed").iterdir() if file.suffix != ".sock"}

    def test_a_folder_that_cannot_be_written(self):
        prefix = self.a_ledger_in_a_closed_folder()
        self.run_job(self.folder / "job.yaml", expect=3)
        self.close_folder()
        self.try_all("read_only", prefix=prefix)

    READING = ("status", "report", "explain", "ledger check", "ledger export", "plan", "ledger backup")

    def test_killed_in_a_folder_that_cannot_be_written(self):
        prefix = self.a_ledger_in_a_closed_folder()
        self.kill_in_the_middle()
        self.close_folder()
        for shared_memory in (True, False):
            with self.subTest(shared_memory=shared_memory):
                if not shared_memory:  # as a copy of ledger and log alone has none
                    (self.folder / "closed" / "ledger.db-shm").unlink()
                before = self.parts()
                self.assertIn("ledger.db-wal", before)
                self.try_all("read_only", prefix=prefix, names=self.READING)
                self.assertEqual(self.parts(), before)
                counts = self.finish(self.start("status", "job.yaml", "--json", prefix=prefix), 60)
                self.assertGreater(json.loads(counts.out)["items"]["read"], 0, "what stands in the log alone is not seen")


if __name__ == "__main__":
    support.main()
