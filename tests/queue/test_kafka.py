"""A topic of Kafka as the source: the programs from outside, judged by the simulator's own count and by what the cluster
holds afterwards. Without PAYFERRY_KAFKA_LIBS the cluster is librdkafka's mock, which has no TLS, no logins and no limits
of a message's length; with it, a real broker."""

import json
import signal

import broker
import cluster
import moving
from moving import message, support

KAFKA = None
# Requests, as Kafka's protocol numbers them, and answers.
PRODUCE, FETCH, OFFSET_COMMIT, FIND_COORDINATOR, HEARTBEAT = 0, 1, 8, 10, 12
LOADING, NOT_COORDINATOR, NOT_LEADER, NO_REPLICAS, REBALANCING, UNKNOWN_TOPIC, REFUSED_TOPIC = 14, 16, 6, 19, 27, 3, 29


def setUpModule():
    global KAFKA
    KAFKA = cluster.start()


def tearDownModule():
    KAFKA.stop()


def by_customer(body):
    return json.loads(body)["customer"].encode()


class OfATopic(moving.OfAQueue):
    number = 0

    def topic(self, partitions=4, dead=True, **options):
        self.number += 1
        # A group for each topic: they share the cluster.
        made = cluster.Topic(KAFKA, f"{self._testMethodName}-{self.number}", partitions, **options)
        made.group = f"{made.name}.group"
        made.dead = cluster.Topic(KAFKA, f"{made.name}.dead", 2) if dead else None
        return made

    def topic_job(self, topic, idle_exit="1s", name="job", kafka=None, **sections):
        source = {"brokers": KAFKA.brokers, "tls": False}
        if isinstance(topic, str):
            source["topic"] = topic
        else:
            source.update(topic=topic.name, group=topic.group, **({"dead_letter": topic.dead.name} if topic.dead else {}))
        return self.job_from("kafka", {**source, **(kafka or {})}, idle_exit, name, **sections)

    def assert_committed(self, topic):
        self.assertEqual(topic.left(topic.group), 0)


class Reading(OfATopic):
    def test_what_is_on_the_topic_is_moved_once_and_committed(self):
        topic = self.topic()
        topic.publish(*[message(n, f"acct_1Queue0000{n % 3}", name=support.PERSON, email=support.MAIL,
                                metadata={"plan": "gold"}, default=n % 2 == 0) for n in range(4000)], key=by_customer)
        ended = self.run_job(self.topic_job(topic), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 4000})
        self.assertEqual(ended.summary["input"], {"lines": 4000, "complete": True})
        self.assert_committed(topic)
        self.assert_moved(4000)
        self.assertEqual(topic.dead.read(), [])
        self.assertEqual(self.run_job(self.topic_job(topic), expect=0).items["read"], 0, "an empty topic is a new list")

    def test_what_is_there_twice_is_moved_once(self):
        topic = self.topic()
        topic.publish(message(1), message(2), message(1), message(1))
        ended = self.run_job(self.topic_job(topic), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 2, "duplicate": 2})
        topic.publish(message(2), message(3))
        ended = self.run_job(self.topic_job(topic), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 2}, "known items cost nothing in a list of their own")
        self.assert_moved(3)

    def judge_bad(self, topic, bad):
        letters = [each for bodies in bad.values() for each in bodies]
        good = [message(n) for n in range(100, 140)]
        topic.publish(*good[:20], *letters, *good[20:], key=lambda body: b"k" if body is None or len(body) < 20 else body[:16])
        job = self.topic_job(topic)
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 40, "rejected": len(letters)})
        self.assert_rejected(job, bad)
        self.assert_committed(topic)
        self.assert_moved(40)
        return letters

    def test_a_message_of_every_bad_kind_is_recorded_and_dead_lettered_and_nothing_stops(self):
        # The mock keeps 5 MiB of a partition, and the longest would push out the others.
        bad = moving.bad_messages(*([] if KAFKA.is_real else [1024 * 1024]))
        bad["message_malformed"].append(None)
        topic = self.topic()
        letters = self.judge_bad(topic, bad)
        found = topic.dead.read()
        self.assertEqual(sorted(str(body) for _, _, _, body, _ in found), sorted(map(str, letters)))
        codes = {}
        for _, _, key, body, headers in found:
            codes[headers["payferry-code"]] = codes.get(headers["payferry-code"], 0) + 1
            self.assertEqual(headers["payferry-topic"], topic.name)
            where = (int(headers["payferry-partition"]), int(headers["payferry-offset"]))
            self.assertIn((*where, key, body), [each[:4] for each in topic.read()] if len(body or b"") < 1000 else [(*where, key, body)])
        self.assertEqual(codes, {code: len(bodies) for code, bodies in bad.items()})

    def test_without_a_topic_for_them_bad_messages_are_recorded_and_passed_by(self):
        self.judge_bad(self.topic(dead=False), {"message_malformed": [b"poison", None], "payment_method_missing": [b"{}"]})

    def test_a_message_that_is_too_long_for_the_dead_letters_goes_there_without_its_value(self):
        if not KAFKA.is_real:
            self.skipTest("the mock takes messages of any length")
        topic = self.topic(dead=False)
        topic.dead = cluster.Topic(KAFKA, f"{topic.name}.dead", 1, longest=100_000)
        long = message(4, name="x" * 2_000_000)
        self.judge_bad(topic, {"message_too_long": [long], "message_malformed": [b"{"]})
        letters = {headers["payferry-code"]: body for _, _, _, body, headers in topic.dead.read()}
        self.assertIn(letters["message_too_long"], (None, b""))
        self.assertEqual(letters["message_malformed"], b"{")

    def test_a_service_waits_for_more_until_it_is_stopped(self):
        topic = self.topic()
        topic.publish(message(1))
        process = self.start_job(self.topic_job(topic, idle_exit=None))
        self.wait_for(lambda: self.attached() == 1, "the first message")
        topic.publish(message(2), message(3))
        self.wait_for(lambda: self.attached() == 3, "what came later")
        process.send_signal(signal.SIGTERM)
        ended = self.finish(process, summary=process.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertEqual(ended.counts(), {"succeeded": 3})
        self.assertFalse(ended.summary["input"]["complete"])
        self.assert_committed(topic)
        ended = self.run_job(self.topic_job(topic), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 3}, "the same list goes on")


class Surviving(OfATopic):
    COUNT = 1500

    def begin(self, **sections):
        """A service in the middle of its work."""
        topic = self.topic()
        topic.publish(*[message(n) for n in range(self.COUNT)], key=by_customer)
        job = self.topic_job(topic, idle_exit=None, **sections)
        process = self.start_job(job)
        self.wait_for(lambda: self.attached() > 50, "the first items")
        return topic, job, process

    def end(self, topic, process, count=COUNT):
        """When all is done and committed."""
        self.wait_for(lambda: self.attached() == count, "all items", 60)
        self.wait_for(lambda: topic.left(topic.group) == 0, "that all is committed")
        process.send_signal(signal.SIGTERM)
        ended = self.finish(process, summary=process.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertEqual(ended.items["succeeded"], count, ended)
        self.assertEqual(ended.items["read"], ended.items["succeeded"] + ended.items["duplicate"], ended)
        self.assert_moved(count)
        self.assert_committed(topic)

    def test_killed_in_mid_run_the_next_run_goes_on(self):
        topic, job, process = self.begin(limits={"global": 800, "endpoint": 400})
        for number in range(2):
            process.kill()
            process.wait()
            first = self.COUNT + 50 * number
            topic.publish(*[message(n) for n in range(first, first + 50)], key=by_customer)
            process = self.start_job(job)
            before = self.attached()
            self.wait_for(lambda: self.attached() > before, "that it goes on")
        self.end(topic, process, self.COUNT + 100)

    def test_killed_while_it_reads_nothing_is_lost(self):
        topic = self.topic()
        job = self.topic_job(topic, idle_exit=None)
        for count in (500, 1000):
            topic.publish(*[message(n) for n in range(count - 500, count)], key=by_customer)
            process = self.start_job(job)
            self.wait_for(lambda: self.attached() > count - 500, "that it reads")
            process.kill()
            process.wait()
        self.end(topic, self.start_job(job), 1000)

    def test_all_brokers_die_in_mid_run_and_come_back(self):
        topic, _, process = self.begin(limits={"global": 200, "endpoint": 100})
        KAFKA.down()
        try:
            self.wait_for(lambda: "cannot be read" in self.errors_of(process), "that the loss is seen")
            before = self.attached()
            self.wait_for(lambda: self.attached() > before, "that what is admitted is moved meanwhile")
        finally:
            KAFKA.up()
        self.wait_for(lambda: "is read again" in self.errors_of(process), "that they are seen again")
        topic.publish(message(self.COUNT - 1), message(0), message(self.COUNT))
        self.end(topic, process, self.COUNT + 1)

    def test_one_broker_of_three_dies_and_comes_back(self):
        if KAFKA.is_real:
            self.skipTest("there is one")
        topic, _, process = self.begin(limits={"global": 200, "endpoint": 100})
        KAFKA.down([2])
        try:
            self.wait_for(lambda: "onnection refused" in self.errors_of(process), "that the loss is seen")
            before = self.attached()
            self.wait_for(lambda: self.attached() > before, "that the others go on")
        finally:
            KAFKA.up([2])
        topic.publish(*[message(n) for n in range(self.COUNT, self.COUNT + 100)], key=by_customer)
        self.end(topic, process, self.COUNT + 100)
        self.assertNotIn("cannot be read", self.errors_of(process), "two of them were there all the time")

    def test_no_broker_for_as_long_as_a_run_waits_ends_it(self):
        topic = self.topic()
        topic.publish(message(1))
        process = self.start_job(self.topic_job(topic, idle_exit=None, run={"outage": "2s"}))
        self.wait_for(lambda: self.attached() == 1, "the first message")
        KAFKA.down()
        try:
            ended = self.finish(process, summary=process.summary)
        finally:
            KAFKA.up()
        self.assertEqual(ended.code, 4, ended)
        self.assertEqual(ended.counts(), {"succeeded": 1})
        self.assertEqual(self.run_job(self.topic_job(topic)).code, 0)
        self.assert_committed(topic)
        self.assert_moved(1)

    def test_answers_that_are_errors_lose_nothing(self):
        if KAFKA.is_real:
            self.skipTest("only the mock can")
        topic = self.topic()
        topic.publish(*[message(n) for n in range(500)], b"{", b"[")
        KAFKA.desk.ask("errors", FETCH, NOT_LEADER, NOT_LEADER)
        KAFKA.desk.ask("errors", OFFSET_COMMIT, REBALANCING, NOT_COORDINATOR, LOADING)
        KAFKA.desk.ask("errors", FIND_COORDINATOR, LOADING, LOADING)
        KAFKA.desk.ask("errors", HEARTBEAT, NOT_COORDINATOR)
        KAFKA.desk.ask("errors", PRODUCE, NO_REPLICAS, NOT_LEADER)
        ended = self.run_job(self.topic_job(topic), expect=3)
        self.assertEqual((ended.items["succeeded"], ended.items["rejected"]), (500, 2), ended)
        self.assert_moved(500)
        self.assert_committed(topic)
        self.assertEqual(sorted(body for _, _, _, body, _ in topic.dead.read()), [b"[", b"{"])


class Sharing(OfATopic):
    def test_a_worker_that_is_stopped_leaves_the_next_one_nothing_to_read_twice(self):
        topic = self.topic()
        topic.publish(*[message(n) for n in range(2000)], key=by_customer)
        first = self.start_job(self.topic_job(topic, idle_exit=None))
        self.wait_for(lambda: self.attached() > 10, "the first items")
        first.send_signal(signal.SIGTERM)
        ended = self.finish(first, summary=first.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertEqual(ended.items["read"], 2000 - topic.left(topic.group), "what is admitted is committed, and no more")
        topic.publish(*[message(n) for n in range(2000, 2200)], key=by_customer)
        ended = self.run_job(self.topic_job(topic), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 2200})
        self.assert_committed(topic)
        self.assert_moved(2200)

    def test_partitions_go_to_another_consumer_and_come_back_and_no_message_is_lost(self):
        topic = self.topic()
        process = self.start_job(self.topic_job(topic, idle_exit=None))
        count, theirs = 0, set()

        def publish(more):
            nonlocal count
            topic.publish(*[message(n) for n in range(count, count + more)], key=by_customer)
            count += more

        def take():
            theirs.update(json.loads(body)["payment_method"] for body in other.take(200))
            return theirs

        def other_has_some():
            publish(50)
            return take()

        def all_are_somewhere():
            return len(theirs | {row["original"] for row in self.stripe.attached()}) == count

        publish(300)
        self.wait_for(lambda: self.attached() == count, "the first messages")
        other = cluster.Member(KAFKA, topic)
        self.addCleanup(other.stop)
        self.wait_for(other_has_some, "that the other gets partitions", 60)
        publish(400)
        self.wait_for(lambda: take() and all_are_somewhere(), "that the two share what is there", 60)
        other.ask("leave")
        before = self.attached()
        publish(200)
        self.wait_for(lambda: self.attached() >= before + 200 and all_are_somewhere(), "that all partitions are ours again", 60)
        self.wait_for(lambda: topic.left(topic.group) == 0, "that all is committed")
        process.send_signal(signal.SIGTERM)
        ended = self.finish(process, summary=process.summary)
        self.assertEqual(ended.items["read"], ended.items["succeeded"] + ended.items["duplicate"], ended)
        self.assert_moved(ended.items["succeeded"])


class Connecting(OfATopic):
    def test_nobody_there_at_first_contact(self):
        port = broker.free_ports(1)[0]
        self.refused(5, f"127.0.0.1:{port}", job=self.topic_job("t", kafka={"brokers": f"127.0.0.1:{port}"}))

    def test_a_topic_that_is_not_there_is_said_at_once(self):
        self.refused(2, "source.kafka.topic", job=self.topic_job(self.absent(), name="nowhere"))
        topic = self.topic(dead=False)
        self.refused(2, "source.kafka.dead_letter", job=self.topic_job(topic, kafka={"dead_letter": self.absent("dead-letter")}))

    def absent(self, kind="topic"):
        name = f"{self._testMethodName}-no-{kind}"
        if not KAFKA.is_real:  # it makes every topic that somebody asks for
            cluster.Topic(KAFKA, name, 1)
            KAFKA.desk.ask("topic-error", name, UNKNOWN_TOPIC)
        return name

    def test_a_topic_that_may_not_be_read_is_said_at_once(self):
        if KAFKA.is_real:
            self.skipTest("it has no rights")
        topic = self.topic()
        KAFKA.desk.ask("topic-error", topic.name, REFUSED_TOPIC)
        self.refused(5, "authorization", job=self.topic_job(topic))

    def test_commands_that_read_a_list_say_what_they_cannot(self):
        topic = self.topic()
        topic.publish(message(1))
        self.assert_commands_refuse(self.topic_job(topic), self.topic_job(self.absent(), name="nowhere"))
        self.assertEqual(topic.left(topic.group), 1)


class Securely(OfATopic):
    def setUp(self):
        if not KAFKA.is_real:
            self.skipTest("the mock has neither TLS nor logins")
        super().setUp()

    def secure(self, topic, **kafka):
        secret = self.write("password", cluster.PASSWORD + "\n")
        secret.chmod(0o600)
        keys = {"brokers": KAFKA.secure, "tls": True, "username": cluster.USER, "password_file": str(secret),
                "ca_file": str(KAFKA.folder / "ca.pem"), **kafka}
        return self.topic_job(topic, kafka={key: value for key, value in keys.items() if value is not None})

    def test_over_tls_with_every_mechanism(self):
        topic = self.topic()
        for number, more in enumerate(({}, {"mechanism": "scram-sha-256"}, {"mechanism": "plain"})):
            topic.publish(message(number), b"{")
            ended = self.run_job(self.secure(topic, **more), expect=3)
            self.assertEqual(ended.counts(), {"succeeded": 1, "rejected": 1})
            self.assertNotIn("hush", ended.err + ended.out)
        self.assertEqual(len(topic.dead.read()), 3)

    def test_a_certificate_that_cannot_be_trusted(self):
        topic = self.topic()
        self.refused(5, "ca_file", job=self.secure(topic, ca_file=None))
        other = self.write("other.pem", (KAFKA.folder / "server.pem").read_text())
        self.refused(5, job=self.secure(topic, ca_file=str(other)))
        self.refused(5, "hosts' names", job=self.secure(topic, brokers=KAFKA.secure.replace("localhost", "127.0.0.1")))
        nothing = self.write("nothing.pem", "nothing\n")
        self.refused(2, "holds no PEM", job=self.secure(topic, ca_file=str(nothing)))

    def test_a_login_that_is_refused_repeats_no_password(self):
        topic = self.topic()
        wrong = self.write("wrong", "wrong-wrong-wrong\n")
        for mechanism in ("scram-sha-512", "plain"):
            ended = self.refused(5, "uthentication", job=self.secure(topic, password_file=str(wrong), mechanism=mechanism))
            self.assertNotIn("wrong-wrong", ended.err + ended.out)
        nobody = self.refused(5, job=self.secure(topic, username=None, password_file=None))
        self.assertNotIn("hush", nobody.err + nobody.out)


if __name__ == "__main__":
    support.main()
