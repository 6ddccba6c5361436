"""A list on its way into a queue of a real RabbitMQ while the program is killed, connections are cut and the broker fails: every
line arrives, and no more of them twice than is said."""

import gzip
import os
import random
import signal
import threading
import time

import broker
from enqueueing import Enqueueing, Wire
from of_a_queue import setUpModule, support, tearDownModule  # noqa: F401  (unittest calls these)


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

    def begin_slowly(self, job, count, *args):
        """From a pipe that brings lines one after the other, and the last ones and the end only when the event is set."""
        lines = self.list_of(range(count)).read_bytes().splitlines(keepends=True)
        hurry = threading.Event()
        self.addCleanup(hurry.set)
        reading, writing = os.pipe()

        def bring():
            try:
                with open(writing, "wb", buffering=0) as pipe:
                    for at in range(0, count - 100, 5):
                        pipe.write(b"".join(lines[at:at + 5]))
                        hurry.wait(0.01)
                    hurry.wait()
                    pipe.write(b"".join(lines[at + 5:]))
            except BrokenPipeError:
                pass

        process = self.begin(job, "-", *args, stdin=reading)
        os.close(reading)
        threading.Thread(target=bring, daemon=True).start()
        return process, hurry

    def lose_broker(self, queue, stop, start, times, window, lines):
        process, hurry = self.begin_slowly(self.queue_job(queue), lines, "--window", window)
        for _ in range(times):
            before, lost = queue.ready(), self.errors_of(process).count("queue_lost")
            self.wait_for(lambda: queue.ready() > before + window, "that it goes on", timeout=60)
            stop()
            try:
                self.wait_for(lambda: self.errors_of(process).count("queue_lost") > lost, "that the loss is seen")
            finally:
                start()
        hurry.set()
        ended = self.end(process, 0)
        self.assertEqual(ended.summary["messages"]["confirmed"], lines)
        self.assertGreaterEqual(ended.err.count("queue_reached_again"), times)
        self.assert_arrived(queue.take_all(), range(lines), extra=ended.summary["run"]["sent_again"])

    # A classic queue: a quorum queue that is a second old when its broker is killed has no leader after that.
    def test_the_broker_dies_in_mid_stream_and_comes_back(self):
        self.lose_broker(self.queue(**{"x-queue-type": "classic"}), self.rabbit.kill, self.rabbit.start, 2, 1000, 20000)

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
        ended = self.end(process, 0)
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

    def test_a_broker_that_is_short_of_memory_for_too_long_ends_it_and_the_same_command_goes_on(self):
        queue = self.queue()
        job = self.queue_job(queue, run={"outage": "3s"})
        source = self.list_of(range(20000))
        self.rabbit.control("set_vm_memory_high_watermark", "0.00001")
        self.addCleanup(self.rabbit.control, "set_vm_memory_high_watermark", "0.4")
        ended = self.end(self.begin(job, source), 4)
        self.assertIn("queue_blocked", ended.err)
        self.assertIn("has taken nothing for run.outage", ended.summary["reason"])
        kept = ended.summary["messages"]["confirmed"]
        self.rabbit.control("set_vm_memory_high_watermark", "0.4")
        self.assertEqual(self.enqueue(job, source).summary["messages"]["confirmed"], 20000)
        self.assert_arrived(queue.take_all(), range(20000), extra=1000)
        self.assertLess(kept, 20000)

    def test_a_broker_that_confirms_nothing_ends_it_and_the_same_command_goes_on(self):
        queue = self.queue()
        wire = Wire(self, self.rabbit.port)
        wire.mute.set()
        job = self.queue_job(queue, amqp={"url": wire.url}, run={"outage": "3s"})
        source = self.list_of(range(2000))
        ended = self.end(self.begin(job, source, "--window", 100), 4)
        self.assertIn("has confirmed nothing for", ended.summary["reason"])
        self.assertEqual(ended.summary["messages"]["confirmed"], 0)
        lost = ended.err.count("queue_lost")
        self.assertGreater(lost, 0)
        wire.mute.clear()
        self.assertEqual(self.enqueue(job, source, "--window", 100).summary["messages"]["confirmed"], 2000)
        self.assert_arrived(queue.take_all(), range(2000), extra=100 * (lost + 1))

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


if __name__ == "__main__":
    support.main()
