"""Ledgers that cannot be used: exit code 6, nothing sent, nothing lost."""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import time
import unittest

import support
from support import Fault, lines


class Ledgers(support.EndToEnd):
    def refused(self, job, said, **more):
        before = len(self.stripe.writes)
        ended = self.run_job(job, expect=6, **more)
        self.assertIn("ledger", ended.err)
        for word in [said] if isinstance(said, str) else said:
            self.assertIn(word, ended.err)
        self.assertEqual(len(self.stripe.writes), before, "something was sent")
        self.assertLess(ended.seconds, 15)
        return ended

    def setUp(self):
        super().setUp()
        self.stripe = self.stand_in()
        self.csv(lines(20))

    def everything_is_there(self):
        self.assert_exactly_once(self.stripe, [(account, method) for _, method, account in lines(20)])

    def test_two_runs_at_once(self):
        slow = self.stripe.rule(lambda request: Fault("slow", seconds=2))
        job = self.job(self.stripe, limits={"in_flight": 2})
        other = self.job(self.stripe, name="other")
        first = self.start_job(job)
        self.wait_for(lambda: self.stripe.writes, "the first run's first call")
        for second in (job, other):
            ended = self.run_job(second, expect=6)
            self.assertIn(str(first.pid), ended.err)
        self.assertEqual(self.payferry("retry", job).code, 6)
        self.stripe.rules.remove(slow)
        self.assertEqual(self.finish(first, 60, first.summary).code, 0)
        self.everything_is_there()
        self.run_job(other, expect=0)

    def test_a_lock_dies_with_its_holder(self):
        self.stripe.rule(lambda request: Fault("slow", seconds=0.05))
        job = self.job(self.stripe, limits={"in_flight": 2})
        process = self.start_job(job)
        self.wait_for(lambda: self.stripe.writes, "the first call")
        process.kill()
        process.wait()
        self.run_job(job, expect=0)
        self.everything_is_there()

    def test_of_another_platform_or_mode(self):
        job = self.job(self.stripe)
        self.run_job(job, "--limit", 2, expect=4)
        self.stripe.platform = "acct_1Other"
        self.refused(job, ["acct_1Other", support.PLATFORM])
        self.stripe.platform = support.PLATFORM
        before = len(self.stripe.writes)
        ended = self.run_job(job, "--live", key="sk_live_51SecretOfTheTests00", expect=6)
        self.assertIn("live", ended.err)
        self.assertEqual(len(self.stripe.writes), before)
        self.run_job(job, expect=0)
        self.everything_is_there()

    def test_files_that_are_no_ledger(self):
        job = self.job(self.stripe)
        self.write("ledger.db", "not a database " * 100)
        self.refused(job, "not a ledger")
        self.assertEqual((self.folder / "ledger.db").read_text(), "not a database " * 100)
        (self.folder / "ledger.db").unlink()
        other = sqlite3.connect(self.folder / "ledger.db")
        other.execute("CREATE TABLE mine(x)")
        other.commit()
        other.close()
        self.refused(job, "not a ledger")
        (self.folder / "ledger.db").unlink()
        (self.folder / "ledger.db").mkdir()
        self.refused(job, "")
        for command in ("status", "report", "retry"):
            self.assertEqual(self.payferry(command, job).code, 6, command)
        self.refused(self.job(self.stripe, ledger="in.csv/ledger.db"), "")

    def test_an_empty_file_becomes_a_ledger(self):
        self.write("ledger.db", "")
        self.run_job(self.job(self.stripe), expect=0)
        self.everything_is_there()

    def test_a_newer_schema_is_left_alone(self):
        job = self.job(self.stripe)
        self.run_job(job, expect=0)
        ledger = sqlite3.connect(self.folder / "ledger.db")
        ledger.execute("PRAGMA user_version = 99")
        ledger.commit()
        ledger.close()
        self.refused(job, "99")

    def test_a_damaged_ledger(self):
        job = self.job(self.stripe)
        self.run_job(job, "--limit", 5, expect=4)
        path = self.folder / "ledger.db"
        size = path.stat().st_size
        with open(path, "r+b") as file:
            file.seek(8192)
            file.write(os.urandom(size - 8192))
        ended = self.run_job(job, expect=6)
        self.assertIn("ledger", ended.err)

    def nothing_was_sent_without_an_intent(self, job, path="ledger.db"):
        self.status(job)  # what the run did last is in the tables from now on
        ledger = sqlite3.connect(self.folder / path)
        intended = ledger.execute("SELECT coalesce(sum(sends), 0) FROM intent").fetchone()[0]
        ledger.close()
        self.assertLessEqual(len(self.stripe.writes), intended, "sent after the ledger had stopped taking intents")

    def test_a_ledger_that_is_replaced_while_it_is_used(self):
        self.stripe.rule(lambda request: Fault("slow", seconds=0.02))
        job = self.job(self.stripe)
        process = self.start_job(job)
        self.wait_for(lambda: len(self.stripe.writes) > 3, "some calls")
        os.replace(self.write("another.db", b""), self.folder / "ledger.db")
        ended = self.finish(process, 20, process.summary)
        self.assertEqual(ended.code, 6, ended)
        self.assertIn("deleted or replaced", ended.err)
        (saved,) = self.folder.glob("ledger.db.rescued-*")
        saved.rename(self.folder / "ledger.db")
        self.nothing_was_sent_without_an_intent(job)
        self.run_job(job, expect=0)
        self.everything_is_there()

    def test_a_ledger_that_vanishes_while_it_is_used(self):
        self.stripe.rule(lambda request: Fault("slow", seconds=0.02))
        job = self.job(self.stripe, limits={"in_flight": 1})
        process = self.start_job(job)
        self.wait_for(lambda: len(self.stripe.writes) > 3, "some calls")
        for path in self.folder.glob("ledger.db*"):
            path.unlink()
        ended = self.finish(process, 20, process.summary)
        self.assertEqual(ended.code, 6, ended)
        (saved,) = self.folder.glob("ledger.db.rescued-*")
        self.assertIn(str(saved), ended.err)
        self.refused(job, str(saved))
        saved.rename(self.folder / "ledger.db")
        self.nothing_was_sent_without_an_intent(job)
        self.run_job(job, expect=0)
        self.everything_is_there()

    @unittest.skipUnless(os.geteuid() != 0 or shutil.which("setpriv"), "needs another user than root, or setpriv")
    def test_a_folder_that_cannot_be_written(self):
        prefix = () if os.geteuid() != 0 else ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        self.folder.chmod(0o755)
        closed = self.folder / "closed"
        closed.mkdir()
        closed.chmod(0o555)
        job = self.job(self.stripe, ledger="closed/ledger.db")
        try:
            probe = subprocess.run([*prefix, str(support.BIN / "payferry"), "--version"], capture_output=True)
            if probe.returncode:
                self.skipTest("the program cannot be run as another user here")
            ended = self.finish(self.start("run", job, prefix=prefix), 20)
            self.assertEqual(ended.code, 6, ended)
            self.assertIn("closed/ledger.db", ended.err)
            ended = self.finish(self.start("run", self.job(self.stripe, ledger="closed/deeper/ledger.db"), prefix=prefix), 20)
            self.assertEqual(ended.code, 6, ended)
        finally:
            closed.chmod(0o755)
        self.assertEqual(self.stripe.writes, [])

    def test_a_full_disk(self):
        small = self.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(small)], capture_output=True)
        if mounted.returncode:
            self.skipTest("no small disk can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(small)], capture_output=True)
        rows = lines(2500)
        self.csv(rows)
        job = self.job(self.stripe, ledger="small/ledger.db")
        ended = self.run_job(job, expect=6)
        self.assertIn("disk is full", ended.err)
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        self.nothing_was_sent_without_an_intent(job, "small/ledger.db")
        self.run_job(job, expect=0)
        self.assert_exactly_once(self.stripe, [(account, method) for _, method, account in rows])

    def test_a_full_disk_from_the_start(self):
        """Without a disk of one's own: a limit on the size of files."""
        rows = lines(1200)
        self.csv(rows)
        job = self.job(self.stripe)
        process = self.start("run", job, prefix=("prlimit", "--fsize=200000")) if shutil.which("prlimit") else None
        if not process:
            self.skipTest("prlimit is missing")
        ended = self.finish(process, 30)
        self.assertEqual(ended.code, 6, ended)
        self.run_job(job, expect=0)
        self.assert_exactly_once(self.stripe, [(account, method) for _, method, account in rows])

    def test_a_summary_that_cannot_be_written_loses_nothing(self):
        job = self.job(self.stripe)
        ended = self.payferry("run", job, "--summary", self.folder / "no/such/folder.json")
        self.assertEqual(ended.code, 0)
        self.assertIn("--summary", ended.err)
        self.everything_is_there()

    def test_standard_error_that_nobody_reads(self):
        """A pipe whose reader has gone, and none at all."""
        job = self.job(self.stripe)
        reader, writer = os.pipe()
        os.close(reader)
        command = [str(support.BIN / "payferry"), "run", str(job), "--log-level", "debug"]
        environment = {"STRIPE_SECRET_KEY": support.KEY}
        code = subprocess.run(command, stderr=writer, stdout=writer, timeout=30, env=environment).returncode
        os.close(writer)
        self.assertEqual(code, 0)
        code = subprocess.run(["sh", "-c", '"$@" >&- 2>&- <&-', "sh", *command], timeout=30, env=environment).returncode
        self.assertEqual(code, 0)
        self.everything_is_there()


if __name__ == "__main__":
    support.main()
