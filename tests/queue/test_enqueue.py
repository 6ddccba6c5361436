"""A list on its way into a queue of a real RabbitMQ: what arrives is taken by a client that shares nothing with ours."""

import csv
import gzip
import io
import json
import os
import subprocess

import broker
from enqueueing import Enqueueing, as_message
from of_a_queue import schema, setUpModule, support, tearDownModule  # noqa: F401  (unittest calls these)


class Sending(Enqueueing):
    def test_a_list_arrives_exactly_and_in_order(self):
        queue = self.queue()
        ended = self.enqueue(self.queue_job(queue), self.list_of(range(5000)))
        self.assertEqual(ended.summary["messages"], {"confirmed": 5000, "rejected": 0, "unconfirmed": 0})
        self.assertEqual(ended.summary["run"], {"sent": 5000, "sent_again": 0, "confirmed": 5000, "rejected": 0})
        self.assertEqual(ended.summary["list"]["dropped_columns"], ["shoe size"])
        self.assertEqual(ended.err.count("columns_dropped"), 1)
        found = queue.take_all()
        self.assertEqual([json.loads(body) for _, body in found], [as_message(n) for n in range(5000)])
        self.assertEqual(len({name for name, _ in found}), 5000)
        if schema.jsonschema:
            for _, body in found[:100]:
                self.assertEqual(schema.faults("message", json.loads(body)), [])

    def test_then_a_run_moves_it(self):
        queue = self.queue()
        job = self.queue_job(queue)
        self.enqueue(job, self.list_of(range(300)))
        self.assertEqual(self.run_job(job, expect=0).counts(), {"succeeded": 300})
        self.assertEqual(queue.ready(), 0)
        self.enqueue(job, "in.csv", "--again")
        self.assertEqual(queue.ready(), 300)
        self.run_job(job, expect=0)
        self.assert_moved(300)

    def test_packed_or_from_standard_input_it_is_the_same(self):
        plain = self.queue()
        self.enqueue(self.queue_job(plain), self.list_of(range(200)))
        text = (self.folder / "in.csv").read_bytes()
        self.write("in.csv.gz", gzip.compress(text[:4000]) + gzip.compress(text[4000:]))
        packed, piped = self.queue(), self.queue()
        self.enqueue(self.queue_job(packed), "in.csv.gz")
        with open(self.folder / "in.csv", "rb") as file:
            self.enqueue(self.queue_job(piped), "-", stdin=file)
        found = plain.take_all()
        self.assert_arrived(found, range(200))
        self.assertEqual(packed.take_all(), found)
        self.assertEqual(piped.take_all(), found)

    def test_bad_lines_stop_nothing_and_are_told(self):
        queue = self.queue()
        job = self.queue_job(queue)
        source = self.list_of(range(1000), bad={3, 500, 999})
        with open(source, "a") as file:
            file.write('cus_1,"pm_1\ncus_2,pm_2\n')
        ended = self.enqueue(job, source, expect=3)
        self.assertEqual(ended.summary["messages"], {"confirmed": 997, "rejected": 5, "unconfirmed": 0})
        self.assertIn("in.rejects.csv", ended.err)
        self.assert_arrived(queue.take_all(), [n for n in range(1000) if n not in (3, 500, 999)])
        rejects = self.folder / "in.rejects.csv"
        self.assertEqual(rejects.stat().st_mode & 0o777, 0o600)
        rows = self.rows(rejects)
        self.assertEqual([(each["payferry_line"], each["payferry_code"]) for each in rows],
                         [("5", "payment_method_invalid"), ("502", "payment_method_invalid"), ("1001", "payment_method_invalid"),
                          ("1002", "csv_malformed"), ("1003", "csv_columns")])
        self.assertEqual([each["shoe size"] for each in rows], ["43", "43", "43", "", ""])
        self.enqueue(job, source, expect=3)
        self.assertEqual(queue.ready(), 0, "it is known already")
        mended = [dict(each, payment_method=f"pm_e{n}", customer=f"cus_e{n // 2}")
                  for each, n in zip(rows, (3, 500, 999), strict=False)]
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(mended)
        rejects.write_text(text.getvalue())
        ended = self.enqueue(job, rejects)
        self.assertEqual(ended.summary["list"]["dropped_columns"], ["shoe size"])
        self.assert_arrived(queue.take_all(), (3, 500, 999))

    def test_a_list_that_is_in_the_queue_is_not_sent_again_unless_it_is_said_or_has_changed(self):
        queue = self.queue()
        job = self.queue_job(queue)
        source = self.list_of(range(50))
        self.enqueue(job, source)
        ended = self.enqueue(job, source)
        self.assertIn("--again", ended.err)
        self.assertEqual(ended.summary["messages"]["confirmed"], 50)
        self.assertEqual((ended.summary["run"]["sent"], queue.ready()), (0, 50))
        self.enqueue(job, source, "--again")
        self.assertEqual(queue.ready(), 100)
        self.assert_arrived(queue.take_all(), range(50), extra=50)
        self.list_of(range(60))
        ended = self.enqueue(job, source)
        self.assertIn("list_begins_anew", ended.err)
        self.assert_arrived(queue.take_all(), range(60))
        other = self.queue()
        self.enqueue(self.queue_job(other), source)
        self.assert_arrived(other.take_all(), range(60))

    def test_a_list_without_lines(self):
        queue = self.queue()
        ended = self.enqueue(self.queue_job(queue), self.list_of([]))
        self.assertEqual((ended.summary["list"]["lines"], queue.ready()), (0, 0))

    def test_a_pipe_that_says_nothing_for_a_while_keeps_the_connection(self):
        queue = self.queue()
        text = self.list_of(range(40)).read_bytes()
        lines = text.splitlines(keepends=True)
        reading, writing = os.pipe()
        process = self.begin(self.queue_job(queue), "-", stdin=reading)
        os.close(reading)
        os.write(writing, b"".join(lines[:21]))
        self.wait_for(lambda: queue.ready() == 20, "the first lines")
        os.write(writing, b"".join(lines[21:]))
        self.wait_for(lambda: queue.ready() == 40, "the others")
        os.close(writing)
        self.end(process, 0)
        self.assert_arrived(queue.take_all(), range(40))


class Refusing(Enqueueing):
    def test_what_is_wrong_is_said_before_anything_is_sent(self):
        queue = self.queue()
        job = self.queue_job(queue)
        good = self.list_of(range(3))
        self.write("headless.csv", "payment_method,colour\npm_1,red\n")
        self.write("in.rejects.csv", "my own notes\n")
        self.write("empty.csv", "")
        of_a_list = self.job(self.stripe, name="of-a-list")
        for args, words in (((job, "headless.csv"), ["headless.csv:1", '"customer"']),
                            ((job, "missing.csv"), ["missing.csv"]),
                            ((job, "empty.csv"), ["empty"]),
                            ((job, "."), ["directory"]),
                            ((job, good), ["in.rejects.csv", "--rejects"]),
                            ((of_a_list, good), ["source.amqp"]),
                            ((job, good, "--window", "0"), ["--window"])):
            ended = self.enqueue(*args, expect=2)
            for word in words:
                self.assertIn(word, ended.err)
            self.assertIsNone(ended.summary)
        ended = self.payferry("enqueue", job)
        self.assertEqual(ended.code, 2)
        self.assertIn("--from", ended.err)
        self.assertEqual(queue.ready(), 0)
        self.enqueue(job, good, "--rejects", self.folder / "elsewhere.csv")
        self.assertEqual(queue.ready(), 3)

    def test_a_queue_that_is_not_there(self):
        source = self.list_of(range(3))
        ended = self.enqueue(self.queue_job("nowhere"), source, expect=2)
        self.assertIn("nowhere", ended.err)
        self.assertIn("NOT_FOUND", ended.err)
        name = f"{self._testMethodName}-made"
        self.enqueue(self.queue_job(name, amqp={"declare": True}), source)
        self.assert_arrived(broker.Queue(self.rabbit, name, declare=False).take_all(), range(3))

    def test_a_broker_that_is_not_there_or_refuses(self):
        source = self.list_of(range(3))
        port = broker.free_ports(1)[0]
        ended = self.enqueue(self.queue_job("any", amqp={"url": f"amqp://127.0.0.1:{port}"}), source, expect=5)
        self.assertIn(f"127.0.0.1:{port}", ended.err)
        secret = self.write("password", "hush-hush-hush\n")
        user = {"url": self.rabbit.url().replace("amqp://", "amqp://somebody@"), "password_file": str(secret)}
        ended = self.enqueue(self.queue_job("any", amqp=user), source, expect=5)
        self.assertIn("ACCESS_REFUSED", ended.err)
        self.assertNotIn("hush", ended.err)

    def test_over_tls(self):
        queue = self.queue()
        source = self.list_of(range(3000))
        secure = {"url": self.rabbit.url(tls=True)}
        self.enqueue(self.queue_job(queue, amqp=secure), source, expect=5)
        trusted = {**secure, "ca_file": str(self.rabbit.folder / "ca.pem")}
        self.enqueue(self.queue_job(queue, amqp=trusted), source)
        self.assert_arrived(queue.take_all(), range(3000))

    def test_a_second_one_at_the_same_time(self):
        queue = self.queue()
        job = self.queue_job(queue)
        source = self.list_of(range(50000))
        process = self.begin(job, source)
        self.wait_for(lambda: queue.ready() > 0, "the first messages")
        ended = self.enqueue(job, source, expect=6)
        self.assertIn("another", ended.err)
        process.kill()

    def test_progress_that_cannot_be_kept_is_no_progress(self):
        if os.geteuid() != 0:
            self.skipTest("needs a file system of its own")
        queue = self.queue()
        job = self.queue_job(queue, ledger="full/ledger.db")
        source = self.list_of(range(2000))
        full = self.folder / "full"
        full.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=3", "tmpfs", full], capture_output=True).returncode:
            self.skipTest("no file system may be mounted here")
        self.addCleanup(subprocess.run, ["umount", full])
        ended = self.enqueue(job, source, expect=6)
        self.assertIn("full", ended.err)


if __name__ == "__main__":
    support.main()
