"""Killed at random under every fault at once, until the job is done; judged by the simulator's own count."""

import os
import random
import time

import support

FAULTS = ("rate_limit=0.03", "lock_timeout=0.02", "error_500_before=0.02", "error_500_after=0.02", "error_500_stored=0.02",
          "error_503=0.01", "reset_before=0.02", "reset_after=0.02", "truncated=0.01", "garbage=0.01", "close_after=0.01",
          "late:200=0.01", "slow:150=0.01", "stall=0.003")
KILLS = int(os.environ.get("PAYFERRY_KILLS", "200"))


class RandomKills(support.EndToEnd):
    def one_job(self, number, dice, kills_wanted):
        faults = [part for fault in FAULTS for part in ("--fault", fault)]
        simulator = self.simulator("--seed", number + 1, "--customers", 150, "--methods-per-customer", "1-3", "--accounts", 3,
                                   "--csv", "in.csv", "--bad-lines", 5, "--latency", 10, "--latency-jitter", 10, *faults)
        job = self.job(simulator, name=f"kills-{number}", ledger=f"kills-{number}.db", limits={"in_flight": 32},
                       stripe={"timeout": "1s"}, retry={"attempts": 6, "max_delay": "200ms"})
        kills = 0
        while kills < kills_wanted:
            process = self.start_job(job)
            time.sleep(dice.uniform(0.02, 0.25))
            if process.poll() is not None:
                break
            process.kill()
            process.wait()
            kills += 1
        for _ in range(12):
            ended = self.run_job(job, timeout=120)
            if ended.code != 4:
                break
            simulator.post("advance?seconds=7300")
        self.assertEqual(ended.code, 3, ended)
        self.judge(simulator, ended)
        simulator.stop()
        return kills, ended.items

    def judge(self, simulator, ended):
        report = simulator.report()
        self.assertEqual(report["duplicate_clones"], 0, report)
        self.assertEqual(report["duplicate_customers"], 0, report)
        self.assertEqual(report["clones"]["misattached"], 0, report)
        self.assertEqual(ended.items["rejected"], 5, ended)
        self.assertEqual(ended.items["failed"], 0, ended)
        self.assertEqual(report["clones"]["attached"], ended.items["succeeded"], report)
        self.assertEqual(ended.items["read"], ended.items["rejected"] + ended.items["succeeded"] + ended.items["duplicate"])
        self.assertLessEqual(report["orphans"], ended.summary["possible_orphans"], "an orphan that nobody reported")

    def test_hundreds_of_kills_under_mixed_faults(self):
        dice = random.Random(20261123)
        kills = jobs = items = 0
        while kills < KILLS:
            killed, counts = self.one_job(jobs, dice, min(25, KILLS - kills))
            kills, jobs, items = kills + killed, jobs + 1, items + counts["succeeded"]
            self.assertLess(jobs, KILLS, "the jobs end before they can be killed")
        print(f"\n{kills} random kills in {jobs} jobs under mixed faults: {items} items, 0 duplicates, 0 lost", flush=True)


if __name__ == "__main__":
    support.main()
