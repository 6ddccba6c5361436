"""One worker stands still in the worst moment: in the middle of a transaction that holds what the others need. They go on all the same,
with its items too, and nothing of what it was about to write counts."""

import random
import signal
import time
import unittest

import stage
import supervisor
from stage import support

ITEMS = 1500
# Held by a client that has the floor and says nothing: locks that exclude the other workers.
HOLDING = """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted
  AND mode = 'ExclusiveLock' AND state = 'idle in transaction' AND client_port IN ({ports})"""


@unittest.skipIf(stage.WORKERS < 2, "one worker has nobody to go on without it")
class Frozen(stage.FleetTest):
    def setUp(self):
        super().setUp()
        self.stripe = self.simulator("--any-originals", "--latency", 30)
        self.originals = stage.originals(ITEMS)
        self.csv([(customer, original, account) for original, customer, account in self.originals])
        job = self.fleet_job(self.stripe, {"csv": "in.csv"}, limits={"global": 500, "endpoint": 60})
        self.job_file = job
        self.net = self.network()
        self.fleet = supervisor.Fleet(self, job, [{"PG_PORT": str(self.net.port)}] + [{}] * (stage.WORKERS - 1))
        self.lonely = self.fleet.workers[0]
        self.fleet.wait_for(lambda: len(self.net.ports) > 1 and self.attached() > 20, "the first items")
        self.lonely.retired = True  # it ends once

    def attached(self):
        return self.stripe.report()["clones"]["attached"]

    def catch(self, stop, go):
        """Stops it until it was stopped while it held up the others."""
        self.net.delay = 0.01  # so that it is in the middle of something for much of the time
        for _ in range(200):
            time.sleep(random.uniform(0.2, 0.6))
            self.assertTrue(self.lonely.alive(), self.lonely.last)
            stop()
            ports = ",".join(map(str, self.net.ports))
            if self.held(ports):
                self.net.delay = 0
                return
            go()
        self.fail("it was never caught with a lock")

    def held(self, ports):
        time.sleep(0.1)  # what the server had from it already is done by then
        return self.server.query(HOLDING.format(ports=ports), self.database) != "0"

    def others_go_on(self):
        """Until all is done but what it had, and then with that: all of it before the lonely one comes back."""
        self.fleet.wait_for(lambda: self.attached() == ITEMS, "all items without the worker that stands still", 180)

    def end(self):
        self.fleet.finish()
        self.assertEqual(self.lonely.codes, [6], self.lonely.last)
        self.judge(self.stripe, self.originals, self.status(self.job_file))

    def test_cut_off_from_the_database(self):
        self.catch(self.net.cut, self.net.heal)
        self.others_go_on()
        self.fleet.wait_for(lambda: self.lonely.codes, "the end of the worker without a database", 90)
        self.net.heal()
        self.end()

    def test_its_machine_stands_still(self):
        self.catch(lambda: self.lonely.process.send_signal(signal.SIGSTOP), lambda: self.lonely.process.send_signal(signal.SIGCONT))
        self.others_go_on()
        self.lonely.process.send_signal(signal.SIGCONT)
        self.end()


if __name__ == "__main__":
    support.main()
