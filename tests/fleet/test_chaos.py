"""A fleet in a storm: workers killed with -9 and started again, the broker and the database killed, one worker cut off from the
database, and a Stripe that refuses, stalls, resets and loses answers. Judged by the simulator's own count, item by item.

  FLEET_WORKERS=4 FLEET_ITEMS=20000 FLEET_SECONDS=120    how many workers, messages (of the list: a third), for how long at least
"""

import os
import random
import signal
import time

import stage
import supervisor
from stage import broker, support

ITEMS = int(os.environ.get("FLEET_ITEMS", "2500"))
SECONDS = int(os.environ.get("FLEET_SECONDS", "30"))
# create_customer loses no answer for good here: such a one is settled two hours later, and no test waits for that.
FAULTS = ("rate_limit:none=0.005", "rate_limit=0.001", "lock_timeout=0.01", "idempotency_conflict=0.01", "error_500_before=0.01",
          "error_500_after=0.01", "error_503=0.01", "clone/error_500_stored=0.01", "attach/error_500_stored=0.01",
          "reset_before=0.01", "reset_after=0.01", "close_after=0.01", "truncated=0.01", "garbage=0.005", "late:200=0.01",
          "slow:150=0.01", "stall=0.003", "stall_before=0.002")


class Storm(stage.FleetTest):
    def storm(self, source, items, seconds, dice):
        """The fleet begins to work; how far it is, is what the simulator has attached."""
        self.items = items
        self.dice = random.Random(dice)
        self.rate = max(1, round(items / seconds))
        self.job_file = job = self.fleet_job(self.stripe, source, limits={"global": 10 * self.rate, "endpoint": self.rate, "in_flight": 64})
        self.net = self.network()
        envs = [{"PG_PORT": str(self.net.port)}] + [{}] * (stage.WORKERS - 1)
        self.fleet = supervisor.Fleet(self, job, envs)
        self.said = []
        return job

    def setUp(self):
        super().setUp()
        faults = [part for fault in FAULTS for part in ("--fault", fault)]
        self.stripe = self.simulator("--any-originals", "--seed", 7, "--latency", 20, "--latency-jitter", 10, *faults)

    def attached(self):
        return self.stripe.report()["clones"]["attached"]

    def at(self, share):
        """When so much of it is done; the balance holds at any moment. What was planned for then has to find something that is left."""
        self.fleet.wait_for(lambda: self.attached() >= share * self.items, f"{share:.0%} of the items", 60 + 10 * SECONDS)
        self.assertFalse(self.fleet.done(), "too quick for the trouble that was planned: give it more FLEET_SECONDS")
        self.status(self.job_file)

    def goes_on(self, what):
        before = self.attached()
        self.fleet.wait_for(lambda: self.attached() > before + stage.WORKERS, f"work {what}")

    def kill_the_database(self):
        self.server.stop(signal.SIGQUIT)
        self.server.start()
        self.server.wait()
        self.goes_on("after the database was killed")

    def kill_the_broker(self):
        self.fleet.again.add(5)  # nobody there at first contact
        self.rabbitmq.kill()
        self.rabbitmq.start()
        self.goes_on("after the broker was killed")
        self.fleet.again.discard(5)

    def cut_one_off(self):
        """For longer than its lease, and what it had sent by then arrives afterwards. The others go on meanwhile, with its items
        too; it ends by itself."""
        lonely = self.fleet.workers[0]
        lonely.spared = True
        self.fleet.wait_for(lonely.alive, "the worker that is to be cut off")
        ends = len(lonely.codes)
        self.net.cut()
        if stage.WORKERS > 1:
            self.fleet.wait_for(lambda: len(lonely.codes) > ends, "the end of the worker without a database", 90)
            self.assertEqual(lonely.codes[ends], 6, lonely.last)
            self.goes_on("without the worker that is cut off")
        else:
            time.sleep(stage.LEASE)
        self.net.heal()
        self.goes_on("after the network was mended")
        lonely.spared = False

    def end(self, job, killer, code):
        """The last of it in peace, so that every worker sees the end."""
        self.at(0.9)
        killer.stop()
        self.fleet.wait_for(lambda: len(self.fleet.alive()) == stage.WORKERS, "a whole fleet")
        finals = self.fleet.finish(300)
        self.assertEqual([ended.code for ended in finals], [code] * stage.WORKERS, finals)
        summary = self.status(job)
        print(f"\n{stage.WORKERS} workers, {self.items} items, {self.fleet.kills()} kills; ends by exit code: {self.fleet.ends()}; "
              f"{summary['items']['duplicate']} entries came twice, {self.stripe.report()['orphans']} orphans", flush=True)
        return summary


class FromAQueue(Storm):
    def test_workers_broker_database_and_network_fail(self):
        self.rabbitmq = self.rabbit()
        queue = broker.Queue(self.rabbitmq, "fleet", dead_letter="fleet.dead")
        originals = stage.originals(ITEMS)
        twice = originals[:: 20]
        queue.fill([stage.message(*each) for each in originals + twice])
        job = self.storm({"amqp": {"url": self.rabbitmq.url(), "queue": "fleet", "prefetch": 200}, "idle_exit": "5s"}, ITEMS, SECONDS,
                         dice=20261127)
        self.at(0.05)
        killer = supervisor.Killer(self.fleet, self.dice)
        self.at(0.15)
        self.kill_the_broker()
        self.at(0.4)
        self.kill_the_database()
        self.at(0.6)
        self.cut_one_off()
        summary = self.end(job, killer, 0)
        self.assertGreater(self.fleet.kills(), 5)
        self.judge(self.stripe, originals, summary)
        items = summary["items"]
        self.assertEqual(items["read"], items["succeeded"] + items["duplicate"], items)
        self.assertGreaterEqual(items["duplicate"], len(twice), items)
        self.assertEqual((queue.ready(), broker.Queue(self.rabbitmq, "fleet.dead", declare=False).ready()), (0, 0),
                         "with nobody connected, what is not acknowledged would be here")


class FromAList(Storm):
    BAD = 7

    def all_move(self, job):
        if stage.WORKERS == 1:
            return True
        workers = self.status(job).get("workers", [])
        self.assertLessEqual(sum(worker["reads"] for worker in workers), 1, workers)
        return len(workers) == stage.WORKERS and all(worker["succeeded"] > 0 for worker in workers)

    def test_one_reads_all_move_and_any_may_die(self):
        count = ITEMS // 3
        originals = stage.originals(count)
        rows = [(customer, original, account) for original, customer, account in originals]
        rows += rows[:: 20] + [("", "4242", stage.ACCOUNTS[0])] * self.BAD
        self.dice = random.Random(20261128)
        self.csv(self.dice.sample(rows, len(rows)))
        job = self.storm({"csv": "in.csv"}, count, SECONDS / 2, dice=20261128)
        self.at(0.02)
        self.fleet.wait_for(lambda: self.all_move(job), "that all move what one reads")
        killer = supervisor.Killer(self.fleet, self.dice)
        self.at(0.3)
        self.kill_the_database()
        self.at(0.6)
        self.cut_one_off()
        summary = self.end(job, killer, 3)
        self.judge(self.stripe, originals, summary)
        self.assertEqual(summary["items"]["read"], len(rows))
        self.assertEqual(summary["items"]["rejected"], self.BAD)


if __name__ == "__main__":
    support.main()
