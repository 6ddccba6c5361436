"""What the tests of every kind of queue share: messages, the bad ones of every kind, and what holds when all was moved."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import support  # noqa: E402


def message(number, account="acct_1Queue00000A", **more):
    return json.dumps({"payment_method": f"pm_q{number}", "customer": f"cus_q{number // 2}", "account": account, **more}).encode()


def bad_messages(longest=10 * 1024 * 1024):
    """By the code under which each is rejected."""
    return {
        "message_malformed": [b"", b"{", b"[]", b"null", b"pm_1", message(1)[:-1] + b', "customer": "cus_2"}'],
        "message_unknown_field": [message(2, colour="red")],
        "message_wrong_type": [message(3, default="true"), message(3, metadata=[]), message(3, account="x").replace(b'"x"', b"7")],
        "message_too_long": [message(4, name="x" * longest)],
        "invalid_utf8": [b'{"payment_method": "\xff"}'],
        "payment_method_missing": [b"{}"],
        "payment_method_invalid": [message(5, payment_method="4242")],
        "account_invalid_id": [message(6, account="elsewhere")],
        "metadata_invalid_key": [message(7, metadata={"payferry_x": "y"})],
    }


class OfAQueue(support.EndToEnd):
    def setUp(self):
        super().setUp()
        self.stripe = self.simulator("--any-originals", "--latency", 2)

    def job_from(self, kind, queue, idle_exit="1s", name="job", **sections):
        """A job whose source is the queue, with the keys of that kind."""
        job = self.job(self.stripe, name=name, source="", **sections)
        settings = json.loads(job.read_text())
        settings["source"] = {kind: queue, **({"idle_exit": idle_exit} if idle_exit else {})}
        job.write_text(json.dumps(settings))
        return job

    def attached(self):
        return self.stripe.report()["clones"]["attached"]

    def assert_moved(self, count):
        report = self.stripe.report()
        self.assertEqual((report["duplicate_clones"], report["duplicate_customers"]), (0, 0), report)
        self.assertEqual(report["clones"]["attached"], count, report)

    def assert_rejected(self, job, bad):
        found = {}
        for row in self.rejects(job):
            found[row["payferry_code"]] = found.get(row["payferry_code"], 0) + 1
        self.assertEqual(found, {code: len(bodies) for code, bodies in bad.items()})

    def refused(self, code, *words, job):
        ended = self.run_job(job, expect=code)
        for word in words:
            self.assertIn(word, ended.err)
        return ended

    def assert_commands_refuse(self, job, nowhere):
        for command in (["plan"], ["rehearse"]):
            ended = self.payferry(*command, job)
            self.assertEqual(ended.code, 2, ended)
            self.assertIn("a queue is read by taking from it", ended.err)
        ended = self.payferry("export", job)
        self.assertEqual(ended.code, 2, ended)
        self.assertIn("--out", ended.err)
        self.assertEqual(self.payferry("validate", job).code, 0)
        self.assertEqual(self.payferry("validate", "--online", job).code, 0)
        self.assertEqual(self.payferry("validate", "--online", nowhere).code, 2)
