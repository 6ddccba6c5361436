"""A network that can be cut: a proxy of TCP connections that stops forwarding without closing anything, and later delivers what
was on its way, as late as that may be."""

import socket
import threading
import time


class Proxy:
    """From a free port of loopback to `port`. `delay`: seconds that everything is on its way."""

    def __init__(self, port):
        self.target = port
        self.delay = 0
        self.ports = set()  # ours towards the target, by which it knows its clients
        self.whole = threading.Event()
        self.whole.set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self.whole.clear()

    def heal(self):
        self.whole.set()

    def close(self):
        self.heal()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        self.whole.wait()
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        self.ports.add(server.getsockname()[1])
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
        back.start()
        self._pump(client, server)
        back.join()
        client.close()
        server.close()

    def _pump(self, source, target):
        """What was received is sent, even if its sender is gone by then; its end is an end for the other side, too."""
        try:
            while data := source.recv(65536):
                time.sleep(self.delay)
                self.whole.wait()
                target.sendall(data)
        except OSError:
            pass
        self.whole.wait()
        for side, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
            try:
                side.shutdown(how)
            except OSError:
                pass
