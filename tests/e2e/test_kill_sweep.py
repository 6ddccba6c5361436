"""The worker dies at every place at which dying could matter: before and after each ledger commit, before each request, after its bytes
are written, after its answer has come. Needs a build with crash points (presets dev and asan)."""

import signal
import unittest

import support

HEADER = ("customer", "payment_method", "account", "default")


class KillSweep(support.EndToEnd):
    def sweep(self, name, *simulator_options, wall=0, codes=(0,)):
        """Kills at the first place, the second, …, until a run gets through; after each the same command goes on (after `wall` seconds of
        Stripe's time) and is judged by the simulator."""
        at = 0
        kills = 0
        while True:
            at += 1
            simulator = self.simulator("--customers", 3, "--methods-per-customer", 2, "--accounts", 2, "--csv", "in.csv",
                                       "--bank-share", "0.3", *simulator_options)
            job = self.job(simulator, name=f"{name}-{at}", ledger=f"{name}-{at}.db")
            process = self.start_job(job, env={"PAYFERRY_CRASH_AT": str(at)})
            code = process.wait(60)
            if code == -signal.SIGKILL:
                kills += 1
                if wall:
                    simulator.post(f"advance?seconds={wall}")
                ended = self.run_until_done(job, codes=codes) if not wall else self.past_the_wall(simulator, job, wall)
                self.assertEqual(ended.counts(), {"succeeded": 6}, f"killed at {at}: {ended}")
            else:
                self.assertIn(code, codes)
            self.judge(simulator, at, wall)
            simulator.stop()
            if code != -signal.SIGKILL:
                break
            (self.folder / f"{name}-{at}.db").unlink(missing_ok=True)
        print(f"\n{name}: {kills} kills, 0 duplicates, 0 lost", flush=True)
        self.assertGreater(kills, 40, "a build without crash points proves nothing")

    def past_the_wall(self, simulator, job, wall):
        for _ in range(5):
            ended = self.run_job(job)
            if ended.code == 0:
                return ended
            simulator.post(f"advance?seconds={wall}")
        return ended

    def judge(self, simulator, at, wall):
        report = simulator.report()
        where = f"killed at {at}: {report}"
        self.assertEqual(report["duplicate_clones"], 0, where)
        self.assertEqual(report["duplicate_customers"], 0, where)
        self.assertEqual(report["clones"]["attached"], 6, where)
        self.assertEqual(report["clones"]["misattached"], 0, where)
        self.assertEqual(sum(report["customers_created"].values()), 3, where)
        if not wall:
            self.assertEqual(report["orphans"], 0, where)

    def test_at_every_place(self):
        self.sweep("sweep")

    def test_at_every_place_and_lying_still_for_25_hours(self):
        self.sweep("wall", wall=25 * 3600)


if __name__ == "__main__":
    support.main()
