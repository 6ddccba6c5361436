"""The limits are the fleet's, not each worker's: together it sends what the job allows, no more in any second than Stripe's bucket
bears, and what a killed worker held is soon used by the others. Judged by the simulator's log of requests, with their times."""

import time

import request_log
import stage
import supervisor
from stage import support

RATE = 96  # a second, for each endpoint
LIMIT = RATE * 25 // 24  # what the simulator lets through, as Stripe's 25 stand beside 24
WARM_UP, STEADY, BACK, AFTER = 6, 15, 3, 10  # seconds


class Limits(stage.FleetTest):
    def begin(self):
        count = RATE * (WARM_UP + STEADY + BACK + AFTER + 30)
        self.stripe = self.simulator("--any-originals", "--latency", 150, "--latency-jitter", 50, "--limit-scope", "platform",
                                     "--limit-endpoint", LIMIT, "--limit-burst", LIMIT, "--limit-global", 4 * LIMIT)
        # One card a customer: an item is a clone and a customer, and no lane holds up another item.
        self.csv([(f"cus_r{n}", f"pm_r{n}", stage.ACCOUNTS[n % 3]) for n in range(count)])
        job = self.fleet_job(self.stripe, {"csv": "in.csv"}, limits={"global": 4 * RATE, "endpoint": RATE, "in_flight": 128})
        self.log = request_log.RequestLog(self.stripe)
        self.fleet = supervisor.Fleet(self, job, [{}] * stage.WORKERS)
        self.fleet.wait_for(lambda: self.stripe.report()["clones"]["attached"] > RATE, "the first items")

    def pass_by(self, seconds):
        """Time in which the fleet is left alone; the moments of begin and end."""
        begin = time.time()
        self.fleet.wait_for(lambda: time.time() >= begin + seconds, "time", seconds + 5)
        return begin, begin + seconds

    def test_together_they_keep_the_rate_and_take_over_a_share(self):
        self.begin()
        began, _ = self.pass_by(WARM_UP)
        steady = self.pass_by(STEADY)
        if stage.WORKERS > 1:
            self.fleet.retire(self.fleet.workers[-1])
        _, back = self.pass_by(BACK)
        after = self.pass_by(AFTER)
        self.pass_by(1)  # what came is logged when it is answered
        self.log.stop()
        self.assertFalse(self.fleet.done(), "nothing was left to be sent")
        self.assertEqual(self.log.gaps, 0)
        print(f"\n{stage.WORKERS} workers at {RATE}/s: {self.log.rate(*steady):.2f}/s, {self.log.worst_second(began, after[1])} in the "
              f"worst second; in the {BACK} s after a kill {self.log.rate(back - BACK, back):.2f}/s, then {self.log.rate(*after):.2f}/s",
              flush=True)
        self.assertEqual(self.stripe.report()["rate_limited"], {})
        for begin, end in (steady, after):
            self.assertAlmostEqual(self.log.rate(begin, end) / RATE, 1, delta=0.01)


if __name__ == "__main__":
    support.main()
