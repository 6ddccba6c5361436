"""The platform's customers and methods as a list: the right one, in parts too, and a list that a run takes."""

import signal
import stat
import unittest

import support


class Export(support.EndToEnd):
    def world(self, *options, customers=150):
        simulator = self.simulator("--csv", "seeded.csv", "--customers", customers, "--methods-per-customer", "1-3",
                                   "--legacy-share", "0.2", *options)
        return simulator, self.rows(self.folder / "seeded.csv")

    def export(self, job, *args, expect=0, **more):
        ended = self.payferry("export", job, *args, **more)
        self.assertEqual(ended.code, expect, ended)
        return ended

    def key(self, row):
        return (row["customer"], row["payment_method"], row["type"], row["default"] == "true", row["name"], row["email"])

    def test_exported_moved_and_verified(self):
        simulator, seeded = self.world("--other-types-share", "0.1")
        accounts = sorted({row["account"] for row in seeded})[:2]
        job = self.job(simulator, source="list.csv", target={"accounts": accounts})
        self.export(job)
        file = self.folder / "list.csv"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        wanted = [row for row in seeded if row["type"] in ("card", "us_bank_account")]
        self.assertEqual(sorted(map(self.key, self.rows(file))), sorted(map(self.key, wanted)))
        self.assertTrue(any(row["payment_method"].startswith("card_") and row["default"] == "true" for row in wanted))
        report = simulator.report()
        self.assertEqual(sum(report["writes"].values()), 0, "an export writes nothing")
        self.assertEqual(report["requests"]["total"], 1 + 2 + 150, "one read a customer, one a hundred")
        self.assertEqual([path.name for path in self.folder.glob("list.csv*")], ["list.csv"])
        self.run_job(job, expect=0)
        self.assertEqual(self.status(job)["items"]["succeeded"], 2 * len(wanted))
        self.assertEqual(simulator.report()["writes"].get("update_customer", 0), 0, "defaults come first, and cost no call")
        ended = self.payferry("verify", job, "--yes")
        self.assertEqual(ended.code, 0, ended)
        self.assertIn("all equal", ended.out)

    def test_cut_off_and_gone_on_with_it_is_the_same_file(self):
        simulator, _ = self.world(customers=450)
        job = self.job(simulator, source="list.csv")
        self.export(job, "--out", "whole.csv")
        whole = (self.folder / "whole.csv").read_bytes()
        slow = self.job(simulator, file="slow.yaml", source="list.csv", limits={"global": 400, "endpoint": 400})
        process = self.start("export", slow, "--out", "parts.csv")
        self.wait_for((self.folder / "parts.csv.cursor").exists, "the first page")
        process.send_signal(signal.SIGKILL)
        process.wait()
        with open(self.folder / "parts.csv.part", "ab") as part:
            part.write(b"half a li")
        self.assertFalse((self.folder / "parts.csv").exists())
        self.export(job, "--out", "parts.csv", "--no-personal", expect=2)
        self.export(job, "--out", "parts.csv", "--max-reads", 130, expect=4)
        ended = self.export(job, "--out", "parts.csv")
        self.assertIn("goes on behind cus_", ended.err)
        self.assertEqual((self.folder / "parts.csv").read_bytes(), whole)

    def test_few_reads_at_a_time_are_not_spent_twice(self):
        simulator, _ = self.world(customers=250)
        job = self.job(simulator, source="list.csv")
        for attempt in range(10):
            ended = self.payferry("export", job, "--max-reads", 60)
            if ended.code == 0:
                break
            self.assertEqual(ended.code, 4, ended)
        self.assertEqual(ended.code, 0, ended)
        runs = attempt + 1
        # Each begins with a look at the key and the list, and at most what is on its way at the end is asked again.
        self.assertLess(simulator.report()["requests"]["total"], 250 + runs * (2 + 16))
        whole = self.export(job, "--out", "whole.csv")
        self.assertEqual((self.folder / "list.csv").read_bytes(), (self.folder / "whole.csv").read_bytes(), whole)

    def test_what_is_chosen(self):
        simulator, seeded = self.world(customers=60)
        job = self.job(simulator, source="list.csv")
        self.export(job, "--type", "us_bank_account", "--no-personal", "--accounts", "acct_1,acct_2")
        rows = self.rows(self.folder / "list.csv")
        self.assertEqual(list(rows[0]), ["customer", "payment_method", "account", "type", "default"])
        banks = [row["payment_method"] for row in seeded if row["type"] == "us_bank_account"]
        self.assertEqual(sorted(row["payment_method"] for row in rows), sorted(banks * 2))
        self.assertNotIn(b"example.com", (self.folder / "list.csv").read_bytes())
        self.export(job, expect=2)
        self.export(job, "--overwrite", "--created-before", "2001-01-01")
        self.assertEqual(self.rows(self.folder / "list.csv"), [])
        self.export(job, "--overwrite", "--created-from", "2001-01-01", "--metadata", "plan")
        self.assertEqual(len(self.rows(self.folder / "list.csv")), len(seeded))
        self.assertIn("metadata.plan", (self.folder / "list.csv").read_text().splitlines()[0])

    def test_what_is_wrong_is_said_before_anything_is_sent(self):
        job = self.job("http://127.0.0.1:9", source="list.csv")
        for args in (("--created-from", "yesterday"), ("--type", "link"), ("--accounts", "cus_1"), ("--out", "-")):
            with self.subTest(args):
                self.export(job, *args, expect=2)


if __name__ == "__main__":
    support.main()
