"""Kafka for the tests: librdkafka's mock of a cluster, or, with a folder of Kafka's own jars, a real broker on loopback.
Both are driven through kafka-cluster (kafka_cluster.cpp)."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import broker
from moving import support

USER, PASSWORD = "payferry", "hush-hush-hush"


class Desk:
    """kafka-cluster, which answers line by line."""

    def __init__(self, *args):
        self.process = subprocess.Popen([str(support.BIN / "kafka-cluster"), *map(str, args)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        word, self.bootstrap = self._line().split()
        assert word == "bootstrap"

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("kafka-cluster has ended")
        return line.decode().rstrip("\n")

    def ask(self, *words, text=b""):
        self.process.stdin.write(" ".join(map(str, words)).encode() + b"\n" + text)
        self.process.stdin.flush()
        lines = []
        while True:
            line = self._line()
            if line == "ok":
                return lines
            if line.startswith("error "):
                raise RuntimeError(f"{' '.join(map(str, words))}: {line[6:]}")
            lines.append(line)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


class Mock:
    is_real = False

    def __init__(self):
        self.desk = Desk("mock", 3)
        self.brokers = self.desk.bootstrap

    def topic(self, name, partitions, longest=None):
        self.desk.ask("topic", name, partitions)

    def down(self, numbers=(1, 2, 3)):
        for number in numbers:
            self.desk.ask("down", number)

    def up(self, numbers=(1, 2, 3)):
        for number in numbers:
            self.desk.ask("up", number)

    def stop(self):
        self.desk.stop()


class Real:
    """One node that is broker and controller (KRaft); what it holds survives down() and up()."""

    is_real = True

    def __init__(self, libs):
        self.libs = libs
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="payferry-kafka-"))
        self.port, self.tls_port, controller = broker.free_ports(3)
        broker.make_certificates(self.folder)
        (self.folder / "keystore.pem").write_text((self.folder / "server.key").read_text() +
                                                  (self.folder / "server.pem").read_text())
        login = "org.apache.kafka.common.security"
        (self.folder / "server.properties").write_text(f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{self.port},SASL_SSL://127.0.0.1:{self.tls_port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{self.port},SASL_SSL://localhost:{self.tls_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={self.folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
socket.request.max.bytes=200000000
sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256,PLAIN
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={login}.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config={login}.scram.ScramLoginModule required;
listener.name.sasl_ssl.plain.sasl.jaas.config={login}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";
ssl.keystore.type=PEM
ssl.keystore.location={self.folder}/keystore.pem
""")
        self.java("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", self.folder / "server.properties",
                  *[word for kind in ("256", "512")
                    for word in ("--add-scram", f"SCRAM-SHA-{kind}=[name={USER},password={PASSWORD}]")]).wait()
        self.brokers = f"127.0.0.1:{self.port}"
        self.secure = f"localhost:{self.tls_port}"
        self.up()
        self.desk = Desk(self.brokers)

    def java(self, program, *args):
        with open(self.folder / "console.log", "ab") as log:
            return subprocess.Popen(["java", "-Xmx512m", "-cp", f"{self.libs}/*", program, *map(str, args)],
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.folder)

    def up(self, _=None):
        self.process = self.java("kafka.Kafka", self.folder / "server.properties")
        end = time.monotonic() + 120
        while True:
            try:
                desk = Desk(self.brokers)
                desk.ask("committed", "nobody", "nothing")
            except RuntimeError as error:
                if "nknown topic" in str(error):
                    return desk.stop()
            desk.stop()
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("Kafka did not start:\n" + (self.folder / "console.log").read_text()[-3000:])
            time.sleep(0.2)

    def down(self, _=None):
        """As a crash does it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def topic(self, name, partitions, longest=20_000_000):
        self.desk.ask("topic", name, partitions, f"max.message.bytes={longest}")

    def stop(self):
        self.desk.stop()
        if self.process.poll() is None:
            self.down()
        shutil.rmtree(self.folder, ignore_errors=True)


def start():
    libs = os.environ.get("PAYFERRY_KAFKA_LIBS")
    return Real(libs) if libs else Mock()


class Member(Desk):
    """Another consumer of a topic's group."""

    def __init__(self, cluster, topic):
        super().__init__(cluster.brokers)
        self.ask("join", topic.group, topic.name)

    def take(self, milliseconds):
        """The messages that came meanwhile, which it has committed."""
        return [body for _, _, _, body, _ in Topic.understood(self.ask("take", milliseconds))]


class Topic:
    """One topic as a foreign client sees it."""

    def __init__(self, cluster, name, partitions=4, create=True, **options):
        self.cluster, self.name = cluster, name
        if create:
            cluster.topic(name, partitions, **options)

    def publish(self, *bodies, key=lambda body: None):
        """A body, None for a tombstone; `key` makes its key of it."""
        def digits(data):
            return "-" if data is None else data.hex() or "0"  # half a byte is none
        lines = b"".join(f"{digits(key(body))} {digits(body)}\n".encode() for body in bodies)
        self.cluster.desk.ask("produce", self.name, len(bodies), text=lines)

    def read(self):
        """All that is there: (partition, offset, key, body, headers)."""
        return self.understood(self.cluster.desk.ask("read", self.name))

    @staticmethod
    def understood(lines):
        found = []
        for line in lines:
            partition, offset, key, body, *headers = line.split(" ")
            found.append((int(partition), int(offset), *(None if word == "-" else bytes.fromhex(word) for word in (key, body)),
                          dict(header.split("=", 1) for header in headers)))
        return found

    def left(self, group="payferry"):
        """Messages that the group has not committed."""
        count = 0
        for line in self.cluster.desk.ask("committed", group, self.name):
            _, committed, end = map(int, line.split())
            count += end - max(committed, 0)
        return count
