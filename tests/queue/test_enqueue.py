"""A list on its way into a queue of a real RabbitMQ: what arrives is taken by a client that shares nothing with ours."""

import collections
import csv
import gzip
import io
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time

import broker
from of_a_queue import OfAQueue, schema, setUpModule, support, tearDownModule  # noqa: F401  (unittest calls these)

HEADER = ("customer", "payment_method", "account", "shoe size", "metadata.plan", "default", "name")
SUMMARY = {
    "": ["job", "outcome", "exit_code", "reason", "seconds", "list", "queue", "messages", "run", "rejects_file"],
    "list": ["file", "lines", "complete", "dropped_columns"],
    "messages": ["confirmed", "rejected", "unconfirmed"],
    "run": ["sent", "sent_again", "confirmed", "rejected"],
}


def row(number):
    return (f"cus_e{number // 2}", f"pm_e{number}", "acct_1Enqueue000A", 43, "gold" if number % 3 else "",
            "true" if number % 2 else "", f'{support.PERSON}, "{number}"')


def as_message(number):
    """What docs/queue.md says of that line."""
    made = {"payment_method": f"pm_e{number}", "customer": f"cus_e{number // 2}", "account": "acct_1Enqueue000A",
            "name": f'{support.PERSON}, "{number}"'}
    if number % 2:
        made["default"] = True
    if number % 3:
        made["metadata"] = {"plan": "gold"}
    return made


class Wire:
    """Stands between the program and the broker, and can be cut."""

    def __init__(self, test, port):
        self.port, self.pairs, self.frozen = port, [], threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.own = self.server.getsockname()[1]
        self.url = f"amqp://127.0.0.1:{self.own}/"
        self.connections = 0
        threading.Thread(target=self.accept, daemon=True).start()
        test.addCleanup(self.close)

    def accept(self):
        while True:
            try:
                near, _ = self.server.accept()
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                return
            self.connections += 1
            self.pairs.append((near, far))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        try:
            while True:
                data = one.recv(4096)
                if not data:
                    break
                other.sendall(data)
        except OSError:
            pass
        for each in (one, other):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """As a reset does it: what was on its way is lost."""
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for each in pair:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        try:
            self.server.shutdown(socket.SHUT_RDWR)  # or the one who waits would accept once more
        except OSError:
            pass
        self.server.close()
        self.cut()


class Enqueueing(OfAQueue):
    def list_of(self, numbers, name="in.csv", bad=()):
        """Lines of these numbers; `bad` ones have an id that is none."""
        rows = [row(n) if n not in bad else ("cus_x", "oops", *row(n)[2:]) for n in numbers]
        return self.csv(rows, name=name, header=HEADER)

    def begin(self, job, source, *args, **more):
        self.quoted |= set()
        summary = self.summary_path()
        process = self.start("enqueue", job, "--from", source, "--summary", summary, "--progress", "none", *args, key=None,
                             **more)
        process.summary = summary
        return process

    def end(self, process, expect=None, timeout=60):
        ended = self.finish(process, timeout, process.summary)
        if ended.summary is not None:
            self.check_enqueue_summary(ended)
        if expect is not None:
            self.assertEqual(ended.code, expect, ended)
        return ended

    def enqueue(self, job, source, *args, expect=0, timeout=60, **more):
        return self.end(self.begin(job, source, *args, **more), expect, timeout)

    def check_enqueue_summary(self, ended):
        for part, keys in SUMMARY.items():
            self.assertEqual(list(ended.summary[part] if part else ended.summary), keys)
        self.assertEqual(ended.summary["exit_code"], ended.code, ended)
        counts = ended.summary["messages"]
        self.assertEqual(ended.summary["list"]["lines"], sum(counts.values()), "the balance is broken")
        if ended.code in (0, 3):
            self.assertEqual(counts["unconfirmed"], 0)
            self.assertTrue(ended.summary["list"]["complete"])
        if schema.jsonschema:
            self.assertEqual(schema.faults("enqueue", ended.summary), [])

    def check(self, ended, what):
        if ended.code != -signal.SIGKILL:
            super().check(ended, what)

    def kill(self, process):
        process.kill()
        process.wait()

    def assert_arrived(self, found, numbers, extra=0):
        """Every line, at least once; what is there twice has one id, and there are at most so many of those."""
        bodies, copies = {}, collections.Counter()
        for name, body in found:
            self.assertEqual(bodies.setdefault(name, body), body)
            copies[name] += 1
        made = sorted((json.loads(body) for body in bodies.values()), key=lambda each: int(each["payment_method"][4:]))
        self.assertEqual(made, [as_message(n) for n in numbers])
        self.assertLessEqual(len(found) - len(bodies), extra)
        return len(found) - len(bodies)


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


class Surviving(Enqueueing):
    COUNT = 20000
    WINDOW = 200

    def test_killed_at_any_moment_it_goes_on(self):
        queue = self.queue()
        job = self.queue_job(queue)
        bad = set(range(7, self.COUNT, 101))
        source = self.list_of(range(self.COUNT), bad=bad)
        chance, kills = random.Random(4711), 0
        while kills < 25:
            process = self.begin(job, source, "--window", self.WINDOW)
            time.sleep(chance.uniform(0, 0.3))
            if process.poll() is not None:
                break
            self.kill(process)
            kills += 1
        self.assertGreater(kills, 3)
        ended = self.enqueue(job, source, "--window", self.WINDOW, expect=3)
        self.assertEqual(ended.summary["messages"], {"confirmed": self.COUNT - len(bad), "rejected": len(bad), "unconfirmed": 0})
        self.assert_arrived(queue.take_all(), [n for n in range(self.COUNT) if n not in bad], extra=kills * self.WINDOW)
        self.assertEqual([int(each["payferry_line"]) for each in self.rows(self.folder / "in.rejects.csv")],
                         [n + 2 for n in sorted(bad)])

    def test_killed_at_every_point_of_its_book_keeping(self):
        numbers, bad, window = range(30), {0, 11, 12, 29}, 8
        good = [n for n in numbers if n not in bad]
        source = self.list_of(numbers, bad=bad)
        at, died = 0, True
        while died:
            at += 1
            self.assertLess(at, 500)
            queue = self.queue()
            job = self.queue_job(queue)
            process = self.begin(job, source, "--window", window, env={"PAYFERRY_CRASH_AT": str(at)})
            died = process.wait(60) == -signal.SIGKILL
            ended = self.enqueue(job, source, "--window", window, expect=3)
            self.assertEqual(ended.summary["messages"]["confirmed"], len(good), f"at {at}")
            self.assert_arrived(queue.take_all(), good, extra=window)
            self.assertEqual([int(each["payferry_line"]) for each in self.rows(self.folder / "in.rejects.csv")],
                             [n + 2 for n in sorted(bad)], f"at {at}")
        self.assertGreater(at, 10, "the points are compiled in")

    def test_a_packed_list_goes_on_where_it_was(self):
        queue = self.queue()
        job = self.queue_job(queue)
        packed = self.write("in.csv.gz", gzip.compress(self.list_of(range(10000)).read_bytes()))
        process = self.begin(job, packed, "--window", self.WINDOW)
        self.wait_for(lambda: queue.ready() > 500, "the first messages")
        self.kill(process)
        before = queue.ready()
        ended = self.enqueue(job, packed, "--window", self.WINDOW)
        self.assertIn("list_goes_on", ended.err)
        self.assertLessEqual(ended.summary["run"]["sent"], 10000 - before + self.WINDOW)
        self.assert_arrived(queue.take_all(), range(10000), extra=self.WINDOW)

    def lose_broker(self, queue, stop, start, times, window, lines):
        process = self.begin(self.queue_job(queue), self.list_of(range(lines)), "--window", window)
        for _ in range(times):
            before, lost = queue.ready(), self.errors_of(process).count("queue_lost")
            self.wait_for(lambda: queue.ready() > before + window, "that it goes on", timeout=60)
            stop()
            try:
                self.assertIsNone(process.poll(), "too fast for this test")
                self.wait_for(lambda: self.errors_of(process).count("queue_lost") > lost, "that the loss is seen")
            finally:
                start()
        ended = self.end(process, 0, timeout=180)
        self.assertEqual(ended.summary["messages"]["confirmed"], lines)
        self.assertGreaterEqual(ended.err.count("queue_reached_again"), times)
        self.assert_arrived(queue.take_all(), range(lines), extra=ended.summary["run"]["sent_again"])

    # A classic queue: a quorum queue that is a second old when its broker is killed has no leader after that.
    def test_the_broker_dies_in_mid_stream_and_comes_back(self):
        self.lose_broker(self.queue(**{"x-queue-type": "classic"}), self.rabbit.kill, self.rabbit.start, 2, 1000, 20000)

    # A small window, because an operator's command takes seconds.
    def test_the_broker_is_stopped_in_mid_stream_and_comes_back(self):
        self.lose_broker(self.queue(), lambda: self.rabbit.control("stop_app"), lambda: self.rabbit.control("start_app"), 1, 100,
                         10000)

    def test_connections_that_are_cut_again_and_again(self):
        queue = self.queue()
        wire = Wire(self, self.rabbit.port)
        process = self.begin(self.queue_job(queue, amqp={"url": wire.url}), self.list_of(range(8000)), "--window", self.WINDOW)
        cuts, chance = 0, random.Random(42)
        while process.poll() is None and cuts < 12:
            before = queue.ready()
            self.wait_for(lambda: process.poll() is not None or queue.ready() > before, "that it goes on", timeout=60)
            time.sleep(chance.uniform(0, 0.05))
            wire.cut()
            cuts += 1
        ended = self.end(process, 0, timeout=120)
        self.assertGreater(wire.connections, 3)
        again = ended.summary["run"]["sent_again"]
        self.assertLessEqual(again, wire.connections * self.WINDOW)
        self.assert_arrived(queue.take_all(), range(8000), extra=again)

    def test_a_broker_that_is_lost_for_too_long_ends_it_and_the_same_command_goes_on(self):
        queue = self.queue()
        wire = Wire(self, self.rabbit.port)
        job = self.queue_job(queue, amqp={"url": wire.url}, run={"outage": "2s"})
        source = self.list_of(range(30000))
        process = self.begin(job, source)
        self.wait_for(lambda: queue.ready() > 1000, "the first messages")
        wire.close()
        ended = self.end(process, 4)
        self.assertIn(f"127.0.0.1:{wire.own}", ended.summary["reason"])
        self.assertGreater(ended.summary["messages"]["confirmed"], 0)

    def test_a_signal_lets_what_is_on_its_way_be_confirmed(self):
        for name in (signal.SIGTERM, signal.SIGINT):
            queue = self.queue()
            job = self.queue_job(queue)
            source = self.list_of(range(50000))
            process = self.begin(job, source)
            self.wait_for(lambda: queue.ready() > 1000, "the first messages")
            process.send_signal(name)
            ended = self.end(process, 4, timeout=30)
            self.assertIn(name.name, ended.summary["reason"])
            self.wait_for(lambda: queue.ready() == ended.summary["messages"]["confirmed"], "nothing is in the queue that is not kept")
            ended = self.enqueue(job, source)
            self.assertEqual(ended.summary["run"]["sent_again"], 0)
            self.assert_arrived(queue.take_all(), range(50000), extra=0)

    def test_a_broker_that_is_short_of_memory_is_waited_for(self):
        queue = self.queue()
        job = self.queue_job(queue)
        self.rabbit.control("set_vm_memory_high_watermark", "0.00001")
        self.addCleanup(self.rabbit.control, "set_vm_memory_high_watermark", "0.4")
        process = self.begin(job, self.list_of(range(20000)))
        self.wait_for(lambda: "queue_blocked" in self.errors_of(process), "that it is told")
        self.assertIsNone(process.poll())
        self.rabbit.control("set_vm_memory_high_watermark", "0.4")
        ended = self.end(process, 0)
        self.assertIn("queue_unblocked", ended.err)
        self.assert_arrived(queue.take_all(), range(20000))

    def test_a_stop_while_the_broker_is_short_of_memory_is_bounded(self):
        queue = self.queue()
        self.rabbit.control("set_vm_memory_high_watermark", "0.00001")
        self.addCleanup(self.rabbit.control, "set_vm_memory_high_watermark", "0.4")
        process = self.begin(self.queue_job(queue), self.list_of(range(20000)))
        self.wait_for(lambda: "queue_blocked" in self.errors_of(process), "that it is told")
        process.send_signal(signal.SIGTERM)
        ended = self.end(process, 4, timeout=30)
        self.assertGreater(ended.summary["messages"]["unconfirmed"], 0)

    def test_what_a_full_queue_refuses_goes_again_when_there_is_room(self):
        queue = self.queue(**{"x-max-length": 100, "x-overflow": "reject-publish"})
        process = self.begin(self.queue_job(queue), self.list_of(range(600)), "--window", 50)
        found = []
        self.wait_for(lambda: "queue_refuses" in self.errors_of(process), "that it is told")
        while process.poll() is None:
            found += queue.take_all()
        ended = self.end(process, 0)
        found += queue.take_all()
        self.assert_arrived(found, range(600))
        self.assertGreater(ended.summary["run"]["sent_again"], 0)

    def test_a_queue_that_is_deleted_in_mid_stream_is_named(self):
        queue = self.queue()
        job = self.queue_job(queue)
        process = self.begin(job, self.list_of(range(50000)))
        self.wait_for(lambda: queue.ready() > 1000, "the first messages")
        queue.delete()
        ended = self.end(process, 2)
        self.assertIn(queue.name, ended.err)
        self.assertIn("the queue is not there any more", ended.err)
        kept = ended.summary["messages"]["confirmed"]
        again = broker.Queue(self.rabbit, queue.name)
        self.assertEqual(self.enqueue(job, "in.csv").summary["messages"]["confirmed"], 50000)
        self.assert_arrived(again.take_all(), range(kept, 50000))


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
