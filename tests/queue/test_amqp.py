"""A queue of a real RabbitMQ as the source: the programs from outside, judged by the simulator's own count and by a
client that shares nothing with ours."""

import pathlib
import signal
import sys

import broker
import moving
from of_a_queue import OfAQueue, message, setUpModule, support, tearDownModule  # noqa: F401  (unittest calls these)

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from restarting import Restarting  # noqa: E402

PASSWORD = "guest"


class Reading(OfAQueue):
    def test_what_is_in_the_queue_is_moved_and_acknowledged(self):
        queue = self.queue()
        queue.publish(*[message(n, f"acct_1Queue0000{n % 3}", name=support.PERSON, email=support.MAIL,
                                metadata={"plan": "gold"}, default=n % 2 == 0) for n in range(300)])
        ended = self.run_job(self.queue_job(queue), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 300})
        self.assertEqual(ended.summary["input"], {"lines": 300, "complete": True})
        self.assertEqual(queue.ready(), 0)
        self.assert_moved(300)
        self.assertEqual(self.run_job(self.queue_job(queue), expect=0).items["read"], 0, "an empty queue is a new list")

    def test_what_is_delivered_twice_is_moved_once(self):
        queue = self.queue()
        queue.publish(message(1), message(2), message(1), message(1))
        ended = self.run_job(self.queue_job(queue), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 2, "duplicate": 2})
        queue.publish(message(2), message(3))
        ended = self.run_job(self.queue_job(queue), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 2}, "known items cost nothing in a list of their own")
        self.assert_moved(3)

    def test_a_message_of_every_bad_kind_is_recorded_and_dead_lettered_and_nothing_stops(self):
        bad = moving.bad_messages()
        queue = self.queue()
        queue.publish(*[message(n) for n in range(100, 120)], *[body for bodies in bad.values() for body in bodies],
                      *[message(n) for n in range(120, 140)])
        count = sum(len(bodies) for bodies in bad.values())
        job = self.queue_job(queue)
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 40, "rejected": count})
        self.assert_rejected(job, bad)
        letters = [body for body, _ in self.dead(queue).drain()]
        self.assertEqual(sorted(letters), sorted(body for bodies in bad.values() for body in bodies))
        self.assertEqual(queue.ready(), 0)
        self.assert_moved(40)

    def test_a_service_waits_for_more_until_it_is_stopped(self):
        queue = self.queue()
        queue.publish(message(1))
        process = self.start_job(self.queue_job(queue, idle_exit=None))
        self.wait_for(lambda: self.stripe.report()["clones"]["attached"] == 1, "the first message")
        queue.publish(message(2), message(3))
        self.wait_for(lambda: self.stripe.report()["clones"]["attached"] == 3, "what came later")
        process.send_signal(signal.SIGTERM)
        ended = self.finish(process, summary=process.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertEqual(ended.counts(), {"succeeded": 3})
        self.assertFalse(ended.summary["input"]["complete"])
        ended = self.run_job(self.queue_job(queue), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 3}, "the same list goes on")
        self.assertEqual(queue.ready(), 0)


class Surviving(OfAQueue):
    COUNT = 1500

    def begin(self, **sections):
        queue = self.queue()
        queue.publish(*[message(n) for n in range(self.COUNT)])
        job = self.queue_job(queue, amqp={"prefetch": 100}, **sections)
        process = self.start_job(job)
        self.wait_for(lambda: self.stripe.report()["clones"]["attached"] > 50, "the first items")
        return queue, job, process

    def judge(self, queue, ended):
        self.assertEqual(ended.items["succeeded"], self.COUNT, ended)
        self.assertEqual(ended.items["read"], ended.items["succeeded"] + ended.items["duplicate"], ended)
        self.assert_moved(self.COUNT)
        self.assertEqual(queue.ready(), 0)

    def test_killed_in_mid_run_the_next_run_goes_on(self):
        queue, job, process = self.begin(limits={"global": 800, "endpoint": 400})
        for _ in range(3):
            process.kill()
            process.wait()
            process = self.start_job(job)
            before = self.stripe.report()["clones"]["attached"]
            self.wait_for(lambda: self.stripe.report()["clones"]["attached"] > before, "that it goes on")
        ended = self.finish(process, summary=process.summary)
        self.assertEqual(ended.code, 0, ended)
        self.judge(queue, ended)

    def test_the_broker_dies_in_mid_run_and_comes_back(self):
        queue, _, process = self.begin(limits={"global": 200, "endpoint": 100})
        self.rabbit.kill()
        self.wait_for(lambda: "cannot be read" in self.errors_of(process), "that the loss is seen")
        self.rabbit.start()
        queue.publish(message(self.COUNT - 1), message(0))
        ended = self.finish(process, summary=process.summary)
        self.assertEqual(ended.code, 0, ended)
        self.assertIn("is read again", ended.err)
        self.judge(queue, ended)


class Connecting(OfAQueue):
    def refused(self, code, *words, job=None, **options):
        return super().refused(code, *words, job=job or self.queue_job("nowhere", **options))

    def test_over_tls_with_a_certificate_that_is_verified(self):
        queue = self.queue()
        queue.publish(message(1))
        secure = {"url": self.rabbit.url(tls=True)}
        self.refused(5, "ca_file", job=self.queue_job(queue, amqp=secure))
        other = self.write("other.pem", (self.rabbit.folder / "server.pem").read_text())
        self.refused(5, job=self.queue_job(queue, amqp={**secure, "ca_file": str(other)}))
        trusted = {**secure, "ca_file": str(self.rabbit.folder / "ca.pem")}
        wrong_name = {**trusted, "url": self.rabbit.url(tls=True).replace("localhost", "127.0.0.1")}
        self.refused(5, "host's name", job=self.queue_job(queue, amqp=wrong_name))
        self.assertEqual(self.run_job(self.queue_job(queue, amqp=trusted), expect=0).counts(), {"succeeded": 1})

    def test_a_login_that_is_refused_or_a_queue_that_is_not_there_is_said_at_once(self):
        secret = self.write("password", "hush-hush-hush\n")
        user = {"url": self.rabbit.url().replace("amqp://", "amqp://somebody@"), "password_file": str(secret)}
        ended = self.refused(5, "ACCESS_REFUSED", amqp=user)
        self.assertNotIn("hush", ended.err + ended.out)
        self.refused(2, "NOT_FOUND", "declare: true")
        self.refused(5, "vhost", amqp={"url": self.rabbit.url() + "other"})

    def test_nobody_there_at_first_contact(self):
        port = broker.free_ports(1)[0]
        self.refused(5, f"127.0.0.1:{port}", amqp={"url": f"amqp://127.0.0.1:{port}"})

    def test_one_that_restarts_and_resets_every_login_is_waited_for(self):
        def greet(near, far):
            far.sendall(near.recv(8))  # the protocol
            near.sendall(far.recv(65536))  # start
            near.recv(65536)  # start-ok: who we are

        queue = self.queue()
        queue.publish(message(1))
        front = Restarting(self.rabbit.port, 20, greet)
        self.addCleanup(front.close)
        ended = self.run_job(self.queue_job(queue, amqp={"url": f"amqp://127.0.0.1:{front.port}/"}), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 1})
        self.assertGreater(front.refused, 5)

    def test_a_declared_queue_keeps_its_dead_letters(self):
        name = f"{self._testMethodName}-made"
        job = self.queue_job(name, amqp={"declare": True})
        self.run_job(job, expect=0)
        queue = broker.Queue(self.rabbit, name, declare=False)
        queue.publish(b"poison", message(1))
        self.assertEqual(self.run_job(job, expect=3).counts(), {"succeeded": 1, "rejected": 1})
        dead = broker.Queue(self.rabbit, f"{name}.rejected", declare=False)
        self.wait_for(lambda: dead.ready() == 1, "the dead letter")
        self.assertEqual(dead.drain()[0][0], b"poison")

    def test_commands_that_read_a_list_say_what_they_cannot(self):
        queue = self.queue()
        queue.publish(message(1))
        job = self.queue_job(queue)
        self.assert_commands_refuse(job, self.queue_job("nowhere", name="nowhere"))
        self.assertEqual(queue.ready(), 1)


if __name__ == "__main__":
    support.main()
