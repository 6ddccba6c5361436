"""A RabbitMQ of the tests' own: one node on loopback, with folders, ports and an epmd that nobody else uses."""

import glob
import os
import pathlib
import signal
import subprocess
import sys
import time

import pika

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from ports import free_ports  # noqa: E402

SERVER = sorted(glob.glob("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"))


def make_certificates(folder):
    """ca.pem, and server.pem with server.key for the name localhost."""

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
            "/CN=tests")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "server.pem")


class Broker:
    """Starts at once; what it holds survives stop() and start()."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port, self.tls_port, self.epmd, self.distribution = free_ports(4)
        make_certificates(self.folder)
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            f"listeners.ssl.1 = 127.0.0.1:{self.tls_port}\n"
            f"ssl_options.cacertfile = {self.folder}/ca.pem\n"
            f"ssl_options.certfile = {self.folder}/server.pem\n"
            f"ssl_options.keyfile = {self.folder}/server.key\n"
            "ssl_options.verify = verify_none\n"
            "ssl_options.versions.1 = tlsv1.2\n"
            "ssl_options.versions.2 = tlsv1.3\n"
            "disk_free_limit.absolute = 50MB\n")
        (self.folder / "plugins").write_text("[].\n")
        self.process = None
        self.start()

    def environment(self):
        where = str(self.folder)
        return dict(os.environ, HOME=where, RABBITMQ_NODENAME=f"payferry{self.port}@localhost", RABBITMQ_BASE=where,
                    RABBITMQ_MNESIA_BASE=where, RABBITMQ_LOG_BASE=where, RABBITMQ_CONFIG_FILE=f"{where}/rabbitmq.conf",
                    RABBITMQ_ENABLED_PLUGINS_FILE=f"{where}/plugins", RABBITMQ_DIST_PORT=str(self.distribution),
                    RABBITMQ_GENERATED_CONFIG_DIR=f"{where}/generated", RABBITMQ_SCHEMA_DIR=f"{where}/schema",
                    RABBITMQ_PID_FILE=f"{where}/pid", RABBITMQ_CONF_ENV_FILE="/dev/null", RABBITMQ_LOGS=f"{where}/broker.log",
                    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 2:2",
                    ERL_EPMD_PORT=str(self.epmd), ERL_EPMD_ADDRESS="127.0.0.1")

    def start(self):
        with open(self.folder / "console.log", "ab") as log:
            self.process = subprocess.Popen([SERVER[-1]], env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        end = time.monotonic() + 120
        while True:
            try:
                self.connect().close()
                return
            except pika.exceptions.AMQPError:
                pass
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("RabbitMQ did not start:\n" + (self.folder / "console.log").read_text()[-3000:])
            time.sleep(0.2)

    def kill(self):
        """As a crash does it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def control(self, *command):
        """What an operator types."""
        program = pathlib.Path(SERVER[-1]).with_name("rabbitmqctl")
        done = subprocess.run([program, *map(str, command)], env=self.environment(), capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"rabbitmqctl {command}: {done.stdout}{done.stderr}")

    def stop(self):
        """The node, and the epmd that it started."""
        if self.process.poll() is None:
            self.kill()
        for _ in range(50):  # it refuses as long as it has not seen that the node is gone
            asked = subprocess.run(["epmd", "-port", str(self.epmd), "-kill"], capture_output=True, text=True)
            if "Killed" in asked.stdout or "Cannot connect" in asked.stdout + asked.stderr:
                return
            time.sleep(0.1)

    def connect(self):
        return pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", self.port, socket_timeout=10,
                                                                 blocked_connection_timeout=60))

    def url(self, tls=False):
        return f"amqps://localhost:{self.tls_port}/" if tls else f"amqp://127.0.0.1:{self.port}/"


class Queue:
    """One queue as a foreign client sees it."""

    def __init__(self, broker, name, dead_letter=None, declare=True, **more):
        self.broker, self.name = broker, name
        if not declare:
            return
        arguments = {"x-queue-type": "quorum", **more}
        with self.channel() as channel:
            if dead_letter:
                channel.queue_declare(dead_letter, durable=True, arguments=arguments)
                arguments = dict(arguments, **{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead_letter})
            channel.queue_declare(name, durable=True, arguments=arguments)

    def channel(self):
        return _Channel(self.broker)

    def publish(self, *bodies):
        with self.channel() as channel:
            channel.confirm_delivery()
            for body in bodies:
                channel.basic_publish("", self.name, body, pika.BasicProperties(delivery_mode=2), mandatory=True)

    def fill(self, bodies):
        """As publish, but quick: many at once, and then it waits until all are there."""
        before = self.ready()
        with self.channel() as channel:
            for body in bodies:
                channel.basic_publish("", self.name, body, pika.BasicProperties(delivery_mode=2))
        end = time.monotonic() + 120
        while self.ready() < before + len(bodies):
            if time.monotonic() > end:
                raise RuntimeError(f"{self.ready()} of {len(bodies)} messages arrived in {self.name}")
            time.sleep(0.1)

    def ready(self):
        with self.channel() as channel:
            return channel.queue_declare(self.name, passive=True).method.message_count

    def take_all(self):
        """All that is there, in order: (message id, body); acknowledged."""
        found = []
        with self.channel() as channel:
            count = channel.queue_declare(self.name, passive=True).method.message_count
            channel.basic_qos(prefetch_count=500)
            while len(found) < count:
                for method, properties, body in channel.consume(self.name, inactivity_timeout=30):
                    assert method, f"{len(found)} of {count} messages came"
                    assert properties.delivery_mode == 2, "not persistent"
                    assert properties.content_type == "application/json"
                    found.append((properties.message_id, body))
                    if len(found) % 100 == 0 or len(found) == count:
                        channel.basic_ack(method.delivery_tag, multiple=True)
                    if len(found) == count:
                        break
            channel.cancel()
        return found

    def delete(self):
        with self.channel() as channel:
            channel.queue_delete(self.name)

    def drain(self):
        """All that is there: (body, headers)."""
        found = []
        with self.channel() as channel:
            while True:
                method, properties, body = channel.basic_get(self.name, auto_ack=True)
                if method is None:
                    return found
                found.append((body, properties.headers or {}))


class _Channel:
    def __init__(self, broker):
        self.broker = broker

    def __enter__(self):
        self.connection = self.broker.connect()
        return self.connection.channel()

    def __exit__(self, *_):
        self.connection.close()
