"""What the tests of `payferry enqueue` start from: lists, what must arrive of them, and a wire that can be cut."""

import collections
import json
import signal
import socket
import threading

from of_a_queue import OfAQueue, schema, support

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


class Frames:
    """What a broker says, frame by frame (AMQP 0-9-1, 4.2.3): type, channel, size, payload, end."""

    def __init__(self):
        self.rest = b""

    def without_confirms(self, data):
        self.rest += data
        kept = b""
        while len(self.rest) >= 7:
            size = 7 + int.from_bytes(self.rest[3:7], "big") + 1
            if len(self.rest) < size:
                break
            frame, self.rest = self.rest[:size], self.rest[size:]
            is_ack = frame[0] == 1 and frame[7:11] == bytes((0, 60, 0, 80))
            kept += b"" if is_ack else frame
        return kept


class Wire:
    """Stands between the program and the broker, can be cut, and, where it is `mute` from the beginning, keeps the broker's
    confirms to itself."""

    def __init__(self, test, port):
        self.port, self.pairs, self.mute = port, [], threading.Event()
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
            threading.Thread(target=self.carry, args=(near, far), daemon=True).start()
            threading.Thread(target=self.carry, args=(far, near, Frames()), daemon=True).start()

    def carry(self, one, other, frames=None):
        try:
            while True:
                data = one.recv(4096)
                if not data:
                    break
                other.sendall(frames.without_confirms(data) if frames and self.mute.is_set() else data)
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
        summary = self.summary_path()
        process = self.start("enqueue", job, "--from", source, "--summary", summary, "--progress", "none", *args, key=None,
                             **more)
        process.summary = summary
        return process

    def end(self, process, expect=None, timeout=180):
        ended = self.finish(process, timeout, process.summary)
        if ended.summary is not None:
            self.check_enqueue_summary(ended)
        if expect is not None:
            self.assertEqual(ended.code, expect, ended)
        return ended

    def enqueue(self, job, source, *args, expect=0, timeout=180, **more):
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
