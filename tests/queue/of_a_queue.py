"""What the tests of queues start from: one broker for all, a queue for each."""

import json
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import broker  # noqa: E402
import schema  # noqa: E402, F401  (handed on)
import support  # noqa: E402

RABBIT = None


def setUpModule():
    global RABBIT
    folder = tempfile.mkdtemp(prefix="payferry-rabbit-")
    RABBIT = broker.Broker(folder)


def tearDownModule():
    RABBIT.stop()
    shutil.rmtree(RABBIT.folder, ignore_errors=True)


def message(number, account="acct_1Queue00000A", **more):
    return json.dumps({"payment_method": f"pm_q{number}", "customer": f"cus_q{number // 2}", "account": account, **more}).encode()


class OfAQueue(support.EndToEnd):
    @property
    def rabbit(self):
        return RABBIT

    def setUp(self):
        super().setUp()
        self.stripe = self.simulator("--any-originals", "--latency", 2)
        self.number = 0

    def queue(self, **options):
        self.number += 1
        name = f"{self._testMethodName}-{self.number}"
        return broker.Queue(RABBIT, name, dead_letter=f"{name}.dead", **options)

    def dead(self, queue):
        return broker.Queue(RABBIT, f"{queue.name}.dead", declare=False)

    def queue_job(self, queue, idle_exit="1s", name="job", amqp=None, **sections):
        source = {"csv": None, "amqp": {"url": RABBIT.url(), "queue": getattr(queue, "name", queue), **(amqp or {})}}
        job = self.job(self.stripe, name=name, source="", **sections)
        settings = json.loads(job.read_text())
        del source["csv"]
        if idle_exit:
            source["idle_exit"] = idle_exit
        settings["source"] = source
        job.write_text(json.dumps(settings))
        return job

    def assert_moved(self, count):
        report = self.stripe.report()
        self.assertEqual((report["duplicate_clones"], report["duplicate_customers"]), (0, 0), report)
        self.assertEqual(report["clones"]["attached"], count, report)
