"""The stack of deploy/compose without containers: its passwords, certificates, configurations and its job, with real servers on
loopback in place of its hosts."""

import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import unittest.mock
import urllib.request

import pika
import stage
from stage import broker, postgres, support

COMPOSE = stage.TESTS.parent / "deploy" / "compose"


def line_of(path):
    return path.read_text().strip()


class ConfiguredBroker(broker.Broker):
    """With the shipped rabbitmq.conf, and the users and queues that prepare.sh has defined."""

    def __init__(self, folder, secrets):
        self.secrets = secrets
        super().__init__(folder)

    def start(self):
        shipped = (COMPOSE / "rabbitmq.conf").read_text()
        (self.folder / "rabbitmq.conf").write_text(
            shipped.replace("/run/secrets", str(self.secrets))
            .replace("listeners.ssl.default = 5671", f"listeners.ssl.1 = 127.0.0.1:{self.tls_port}") + "disk_free_limit.absolute = 50MB\n")
        super().start()

    def connect(self):
        context = ssl.create_default_context(cafile=self.secrets / "ca.pem")
        return pika.BlockingConnection(pika.ConnectionParameters(
            "localhost", self.tls_port, ssl_options=pika.SSLOptions(context, "localhost"), socket_timeout=10,
            credentials=pika.PlainCredentials("payferry", line_of(self.secrets / "rabbitmq-password"))))


class Compose(support.EndToEnd):
    def setUp(self):
        super().setUp()
        self.secrets = self.folder / "secrets"
        subprocess.run([COMPOSE / "prepare.sh", self.secrets], check=True, capture_output=True)
        trust = unittest.mock.patch.dict(os.environ, {"SSL_CERT_FILE": str(self.secrets / "ca.pem")})
        trust.start()
        self.addCleanup(trust.stop)

    def rabbit(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="payferry-rabbit-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        rabbit = ConfiguredBroker(folder, self.secrets)
        self.addCleanup(rabbit.stop)
        return rabbit

    def database(self):
        """Its user has the password, and only TLS leads to it."""
        server = postgres.Server()
        self.addCleanup(server.close)
        server.query(f"ALTER USER payferry PASSWORD '{line_of(self.secrets / 'postgres-password')}'")
        server.query("CREATE DATABASE payferry")
        server.stop()
        for name in ("postgres.pem", "postgres.key"):
            shutil.copy(self.secrets / name, server.data / name)
            (server.data / name).chmod(0o600)
            shutil.chown(server.data / name, server.user.pw_uid, server.user.pw_gid)
        (server.data / "pg_hba.conf").write_text("local all all trust\nhostssl all all samehost scram-sha-256\n")
        server.settings += ["ssl=on", "ssl_cert_file=postgres.pem", "ssl_key_file=postgres.key"]
        server.start()
        server.wait()
        return server

    def stripe(self):
        stripe = self.simulator("--any-originals", "--tls-cert", self.secrets / "stripe.pem", "--tls-key", self.secrets / "stripe.key")
        stripe.base = stripe.base.replace("http://127.0.0.1", "https://localhost")
        return stripe

    def shipped(self, name, *places):
        """A file of the stack, where the hosts are elsewhere."""
        text = (COMPOSE / name).read_text().replace("/run/secrets", str(self.secrets))
        for host, place in places:
            self.assertIn(host, text)
            text = text.replace(host, place)
        return self.write(name, text)

    def test_prepared_twice_changes_nothing(self):
        before = {path.name: path.read_bytes() for path in self.secrets.iterdir()}
        subprocess.run([COMPOSE / "prepare.sh", self.secrets], check=True, capture_output=True)
        self.assertEqual({path.name: path.read_bytes() for path in self.secrets.iterdir()}, before)
        self.assertEqual(self.secrets.stat().st_mode & 0o777, 0o700)

    def test_a_worker_of_the_stack_moves_what_is_in_the_queue(self):
        rabbit, server, stripe = self.rabbit(), self.database(), self.stripe()
        (page,) = broker.free_ports(1)
        job = self.shipped("job.yaml", ("rabbitmq:5671", f"localhost:{rabbit.tls_port}"), ("postgres:5432", f"localhost:{server.port}"),
                           ("https://stripe:12112", stripe.base), ("0.0.0.0:9464", f"127.0.0.1:{page}"))
        script = self.shipped("with-passwords")
        queue = broker.Queue(rabbit, "payferry", declare=False)
        originals = stage.originals(60)
        queue.publish(*[stage.message(*each) for each in originals], b"{}")
        with open(self.folder / "worker.txt", "wb") as log:
            worker = subprocess.Popen(["/bin/sh", script, "run", job, "--progress", "none", "--log-format", "json"], cwd=self.folder,
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      env={"PATH": f"{support.BIN}:{os.environ['PATH']}", "HOME": str(self.folder)})
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)
        self.wait_for(lambda: stripe.report()["clones"]["attached"] == len(originals) or worker.poll() is not None, "the items")
        said = (self.folder / "worker.txt").read_text()
        self.assertIsNone(worker.poll(), said)
        for path in ("healthz", "readyz", "metrics"):
            with urllib.request.urlopen(f"http://127.0.0.1:{page}/{path}", timeout=10) as answer:
                self.assertEqual(answer.status, 200)
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(60), 4)
        for name in ("rabbitmq-password", "postgres-password", "stripe-key"):
            self.assertNotIn(line_of(self.secrets / name), (self.folder / "worker.txt").read_text())
        self.assertEqual({(row["original"], row["account"]) for row in stripe.attached()}, {(pm, account) for pm, _, account in originals})
        self.assertEqual(queue.ready(), 0)
        self.assertEqual(broker.Queue(rabbit, "payferry.rejected", declare=False).drain()[0][0], b"{}")


if __name__ == "__main__":
    support.main()
