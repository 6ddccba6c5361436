"""What the tests of a fleet stand on: one PostgreSQL server and one RabbitMQ for all of them, a database and a simulator for each
test, a job of which several workers run, and the judge."""

import json
import os
import pathlib
import shutil
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
for folder in ("e2e", "support", "queue"):
    sys.path.insert(0, str(TESTS / folder))
import broker  # noqa: E402
import postgres  # noqa: E402
import proxy  # noqa: E402
import support  # noqa: E402

WORKERS = int(os.environ.get("FLEET_WORKERS", "4"))
LEASE = 6  # seconds; a request may take 1
ACCOUNTS = ("acct_1Fleet00000A", "acct_1Fleet00000B", "acct_1Fleet00000C")


def originals(count):
    """Two cards for each customer, who has both on one account."""
    return [(f"pm_f{n}", f"cus_f{n // 2}", ACCOUNTS[n // 2 % len(ACCOUNTS)]) for n in range(count)]


def message(original, customer, account):
    return json.dumps({"payment_method": original, "customer": customer, "account": account}).encode()


class FleetTest(support.EndToEnd):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server(["max_connections=100"])
        cls.addClassCleanup(cls.server.close)
        cls.databases = 0

    def setUp(self):
        super().setUp()
        type(self).databases += 1
        self.database = f"fleet_{self.databases}"
        self.server.query(f"CREATE DATABASE {self.database}")

    def start(self, *args, env=None, **more):
        return super().start(*args, env={"PG_PORT": str(self.server.port), **(env or {})}, **more)

    def rabbit(self):
        folder = tempfile.mkdtemp(prefix="payferry-rabbit-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        rabbit = broker.Broker(folder)
        self.addCleanup(rabbit.stop)
        return rabbit

    def network(self):
        """A way to the database that can be cut."""
        network = proxy.Proxy(self.server.port)
        self.addCleanup(network.close)
        return network

    def fleet_job(self, simulator, source, **sections):
        """One job file for all workers: what is different is in their environment."""
        sections.setdefault("stripe", {"timeout": "1s"})
        sections.setdefault("retry", {"attempts": 20, "max_delay": "500ms"})
        if WORKERS > 1:
            sections["fleet"] = {"lease": f"{LEASE}s"}
        job = self.job(simulator, name="fleet", ledger=f"postgres://payferry@127.0.0.1:${{PG_PORT}}/{self.database}", **sections)
        settings = json.loads(job.read_text())
        settings["source"] = source
        job.write_text(json.dumps(settings, indent=1))
        return job

    def judge(self, stripe, expected, summary):
        """Stripe's side, item by item: each attached once, to the one customer of its link, and nothing else is there; then ours."""
        report = stripe.report()
        found = (report["duplicate_clones"], report["duplicate_customers"], report["clones"]["misattached"])
        self.assertEqual(found, (0, 0, 0), report)
        rows = stripe.attached()
        self.assertEqual(len(rows), len(expected))
        self.assertEqual({(row["original"], row["source_customer"], row["account"]) for row in rows}, set(expected))
        links = {}
        for row in rows:
            links.setdefault((row["account"], row["source_customer"]), set()).add(row["customer"])
        self.assertEqual([link for link, customers in links.items() if len(customers) != 1], [])
        self.assertEqual(sum(report["customers_created"].values()), len(links), report["customers_created"])
        self.assertEqual(summary["items"]["succeeded"], len(expected), summary)
        self.assertLessEqual(report["orphans"], summary["possible_orphans"], "an orphan that nobody reported")
        return report
