"""A stand-in for Stripe, written for these tests alone.

It shares nothing with payferry-simulator: where the two agree, client and simulator are not wrong together. It records
every request byte by byte, keeps idempotency keys as Stripe documents them, and answers whatever a test tells it to.
"""

import asyncio
import collections
import json
import re
import ssl
import threading
import time
import urllib.parse

PLATFORM = "acct_1Platform"

Answer = collections.namedtuple("Answer", "status body headers", defaults=((),))


class Fault:
    """What is done instead of, or after, an ordinary answer."""

    KINDS = {"answer", "reset_before", "close_before", "stall_before", "reset_after", "close_after", "stall_after",
             "truncated", "garbage", "slow", "chunked", "close_announced", "trickle", "early_hint"}

    def __init__(self, kind, answer=None, stored=False, seconds=0.0):
        assert kind in self.KINDS, kind
        self.kind, self.answer, self.stored, self.seconds = kind, answer, stored, seconds


def error(status, code=None, message="Refused as told.", param=None, type=None, headers=(), **more):
    body = {"type": type or ("card_error" if status == 402 else "api_error" if status >= 500 else
                             "invalid_request_error"), "message": message}
    if code:
        body["code"] = code
    if param:
        body["param"] = param
    body.update(more)
    return Answer(status, {"error": body}, tuple(headers))


def refuse(status, code=None, message="Refused as told.", stored=True, **more):
    return Fault("answer", error(status, code, message, **more), stored=stored)


class Request:
    def __init__(self, number, connection, head, body):
        self.number, self.connection, self.raw, self.body = number, connection, head, body
        self.at = time.monotonic()
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.protocol = lines[0].split(" ")
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if line]
        self.path = self.target.split("?")[0]
        self.query = dict(urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True))
        self.form = []
        if body:
            self.form = urllib.parse.parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True,
                                               encoding="utf-8", errors="strict")

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        found = self.all(name)
        return found[0] if found else ""

    def param(self, name):
        return dict(self.form).get(name, "")

    @property
    def account(self):
        return self.header("Stripe-Account")

    @property
    def key(self):
        return self.header("Idempotency-Key")

    @property
    def step(self):
        if self.method == "POST":
            if self.path == "/v1/payment_methods":
                return "clone"
            if self.path == "/v1/customers":
                return "create_customer"
            if re.fullmatch(r"/v1/payment_methods/[^/]+/attach", self.path):
                return "attach"
            if re.fullmatch(r"/v1/customers/[^/]+", self.path):
                return "set_default"
            return "other_write"
        if self.path == "/v1/account":
            return "own_account"
        return "read"

    def __repr__(self):
        return f"{self.method} {self.target} {self.account} {self.body.decode('ascii', 'replace')}"


class StandIn:
    """`with StandIn() as stripe:` serves on a free loopback port. Rules are functions of a request that return a Fault,
    or None; the first that returns one wins."""

    def __init__(self, certificate=None, key="", accept=True):
        self.accept = accept
        self.requests, self.rules = [], []
        self.customers, self.methods, self.originals = {}, {}, {}
        self.stored = {}
        self.connections = 0
        self.in_flight = self.most_in_flight = 0
        self.platform = PLATFORM
        self.type_of = lambda original: "us_bank_account" if "bank" in original else "card"
        self._ids = 0
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate, key)
        self._lock = threading.RLock()

    # -- what tests ask --------------------------------------------------------------------------------------------

    @property
    def base(self):
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def writes(self):
        return [request for request in list(self.requests) if request.method != "GET"]

    def of(self, step):
        return [request for request in list(self.requests) if request.step == step]

    def counts(self):
        return dict(collections.Counter(request.step for request in self.writes))

    def attached(self):
        """(account, original) → clones that are attached."""
        found = collections.defaultdict(list)
        for clone in list(self.methods.values()):
            if clone["customer"]:
                found[clone["account"], clone["original"]].append(clone["id"])
        return dict(found)

    def made(self):
        """(account, source customer) → customers that bear its mark."""
        found = collections.defaultdict(list)
        for customer in list(self.customers.values()):
            source = customer["metadata"].get("payferry_source_customer")
            if source:
                found[customer["account"], source].append(customer["id"])
        return dict(found)

    def duplicates(self):
        return ([key for key, clones in self.attached().items() if len(clones) > 1],
                [key for key, made in self.made().items() if len(made) > 1])

    def rule(self, function):
        self.rules.append(function)
        return function

    def once(self, step, fault, where=lambda request: True):
        left = [1]

        def strike(request):
            if request.step == step and left[0] and where(request):
                left[0] -= 1
                return fault
            return None

        self.rules.append(strike)

    def always(self, step, fault, where=lambda request: True):
        self.rules.append(lambda request: fault if request.step == step and where(request) else None)

    def forget(self):
        """As if a day had passed: no idempotency key is remembered."""
        self.stored.clear()

    def add_customer(self, account, id):
        self.customers[id] = {"id": id, "object": "customer", "account": account, "metadata": {}, "default": None}

    # -- the server ------------------------------------------------------------------------------------------------

    def __enter__(self):
        started = threading.Event()
        self._loop = asyncio.new_event_loop()

        async def serve():
            self._server = await asyncio.start_server(self._connection, "127.0.0.1", 0, ssl=self._tls, limit=1 << 22,
                                                      backlog=512)
            self.port = self._server.sockets[0].getsockname()[1]
            started.set()

        def run():
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(serve())
            self._loop.run_forever()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0.01))
            self._loop.close()

        self._loop.set_exception_handler(lambda loop, context: None)
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        started.wait(10)
        return self

    def __exit__(self, *ignored):
        self.stop()

    def stop(self):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._server.close)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    async def _connection(self, reader, writer):
        self.connections += 1
        connection = self.connections
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?im)^content-length:\s*(\d+)", head)
                body = await reader.readexactly(int(length.group(1))) if length else b""
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                try:
                    request = Request(len(self.requests), connection, head[:-4], body)
                    self.requests.append(request)
                    going = await self._answer(request, writer)
                finally:
                    self.in_flight -= 1
                if not going:
                    return
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, request, writer):
        fault = next((found for found in (rule(request) for rule in list(self.rules)) if found), None)
        kind = fault.kind if fault else ""
        if kind == "reset_before":
            writer.transport.abort()
            return False
        if kind == "close_before":
            return False
        if kind == "stall_before":
            await asyncio.sleep(fault.seconds or 3600)
            return False
        if kind == "slow":
            await asyncio.sleep(fault.seconds)
        if kind == "answer":
            answer = self._keep(request, fault.answer) if fault.stored else fault.answer
        else:
            answer = self._stripe(request)
        if kind == "reset_after":
            writer.transport.abort()
            return False
        if kind == "close_after":
            return False
        if kind == "stall_after":
            await asyncio.sleep(fault.seconds or 3600)
            return False
        return await self._send(request, answer, kind, writer)

    async def _send(self, request, answer, kind, writer):
        text = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body, indent=2).encode()
        if kind == "garbage":
            text = b"<html><body>200 OK, said the proxy</body></html>"
        head = [f"HTTP/1.1 {answer.status} Said", "Content-Type: application/json", f"Request-Id: req_{request.number}"]
        head += [f"{name}: {value}" for name, value in answer.headers]
        if kind == "chunked":
            head.append("Transfer-Encoding: chunked")
            middle = len(text) // 2
            payload = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in (text[:middle], text[middle:]))
            payload += b"0\r\nX-Trailer: yes\r\n\r\n"
        else:
            head.append(f"Content-Length: {len(text)}")
            payload = text
        if kind == "close_announced":
            head.append("Connection: close")
        data = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + payload
        if kind == "early_hint":
            data = b"HTTP/1.1 100 Continue\r\n\r\n" + data
        if kind == "truncated":
            writer.write(data[:-max(1, len(payload) // 2)])
            await writer.drain()
            return False
        if kind == "trickle":
            for at in range(0, len(data), 40):
                writer.write(data[at:at + 40])
                await writer.drain()
                await asyncio.sleep(0.001)
        else:
            writer.write(data)
            await writer.drain()
        return kind != "close_announced"

    # -- Stripe, as far as it is needed ----------------------------------------------------------------------------

    def _keep(self, request, answer):
        """Stored under the key, and replayed from there."""
        if request.method != "POST" or not request.key:
            return answer
        slot = (request.account, request.key)
        if slot in self.stored:
            return self._replay(slot, request)
        self.stored[slot] = (request.path, request.body, answer)
        return answer

    def _replay(self, slot, request):
        path, body, answer = self.stored[slot]
        if (path, body) != (request.path, request.body):
            return error(400, type="idempotency_error",
                         message="Keys for idempotent requests can only be used with the same parameters they were "
                                 "first used with.")
        return Answer(answer.status, answer.body, tuple(answer.headers) + (("Idempotent-Replayed", "true"),))

    def _stripe(self, request):
        if not request.header("Authorization").startswith("Bearer sk_test_") and \
           not request.header("Authorization").startswith("Bearer sk_live_"):
            return error(401, message="Invalid API Key provided")
        if request.step == "own_account":
            return Answer(200, self._show_account(self.platform))
        if request.method == "GET":
            return self._read(request)
        slot = (request.account, request.key)
        if request.key and slot in self.stored:
            return self._replay(slot, request)
        answer = getattr(self, "_" + request.step, self._unknown)(request)
        return self._keep(request, answer) if answer.status != 404 or request.step != "other_write" else answer

    def _id(self, prefix):
        self._ids += 1
        return f"{prefix}_{self._ids}New"

    def _unknown(self, request):
        return error(404, message=f"Unrecognized request URL ({request.method}: {request.path}).")

    def _refuse_unknown(self, request, *allowed):
        for name, _ in request.form:
            if not any(re.fullmatch(pattern, name) for pattern in allowed):
                return error(400, "parameter_unknown", f"Received unknown parameter: {name}", name)
        return None

    def _show(self, clone):
        type = clone["type"]
        shown = {"id": clone["id"], "object": "payment_method", "type": type, "customer": clone["customer"],
                 "billing_details": {"email": None, "name": None, "phone": None}, "livemode": False, "metadata": {}}
        shown[type] = {"fingerprint": "fp" + clone["original"], "last4": "4242"}
        if type == "card":
            shown[type].update(brand="visa", exp_month=4, exp_year=2031)
        return shown

    def _clone(self, request):
        wrong = self._refuse_unknown(request, "customer", "payment_method")
        if wrong:
            return wrong
        original, customer = request.param("payment_method"), request.param("customer")
        if self.originals and original not in self.originals:
            return error(404, "resource_missing", f"No such PaymentMethod: '{original}'", "payment_method")
        if self.originals and self.originals[original] != customer:
            return error(400, None, "The payment method does not belong to the customer.", "payment_method")
        clone = {"id": self._id("pm"), "account": request.account, "original": original, "customer": None,
                 "type": self.type_of(original), "used": False}
        self.methods[clone["id"]] = clone
        return Answer(200, self._show(clone))

    def _take(self, request, clone_id, customer_id):
        clone = self.methods.get(clone_id)
        if not clone or clone["account"] != request.account:
            return error(404, "resource_missing", f"No such PaymentMethod: '{clone_id}'", "payment_method")
        if clone["customer"]:
            return error(400, None, "The payment method you provided has already been attached to a customer.")
        clone["customer"] = customer_id
        return None

    def _create_customer(self, request):
        wrong = self._refuse_unknown(request, "payment_method", "name", "email", "phone", r"metadata\[[^\]]+\]",
                                     r"invoice_settings\[default_payment_method\]")
        if wrong:
            return wrong
        customer = {"id": self._id("cus"), "object": "customer", "account": request.account, "default": None,
                    "metadata": {name[9:-1]: value for name, value in request.form if name.startswith("metadata[")}}
        if request.param("payment_method"):
            wrong = self._take(request, request.param("payment_method"), customer["id"])
            if wrong:
                return wrong
        default = request.param("invoice_settings[default_payment_method]")
        if default and default != request.param("payment_method"):
            return error(400, None, f"The customer does not have a payment method with the ID {default}.")
        customer["default"] = default or None
        self.customers[customer["id"]] = customer
        return Answer(200, self._show_customer(customer))

    def _show_customer(self, customer):
        return {"id": customer["id"], "object": "customer", "metadata": customer["metadata"], "livemode": False,
                "invoice_settings": {"default_payment_method": customer["default"]}}

    def _attach(self, request):
        wrong = self._refuse_unknown(request, "customer")
        if wrong:
            return wrong
        customer = self.customers.get(request.param("customer"))
        if not customer or customer["account"] != request.account:
            return error(404, "resource_missing", f"No such customer: '{request.param('customer')}'", "customer")
        clone_id = request.path.split("/")[3]
        wrong = self._take(request, clone_id, customer["id"])
        return wrong or Answer(200, self._show(self.methods[clone_id]))

    def _set_default(self, request):
        wrong = self._refuse_unknown(request, r"invoice_settings\[default_payment_method\]")
        if wrong:
            return wrong
        customer = self.customers.get(request.path.split("/")[3])
        if not customer or customer["account"] != request.account:
            return error(404, "resource_missing", "No such customer", "id")
        default = request.param("invoice_settings[default_payment_method]")
        clone = self.methods.get(default)
        if not clone or clone["customer"] != customer["id"]:
            return error(400, None, f"The customer does not have a payment method with the ID {default}.",
                         "invoice_settings[default_payment_method]")
        customer["default"] = default
        return Answer(200, self._show_customer(customer))

    def _show_account(self, id):
        active = {"card_payments": "active", "us_bank_account_ach_payments": "active"}
        return {"id": id, "object": "account", "charges_enabled": True, "country": "DE", "capabilities": active}

    def _read(self, request):
        parts = request.path.split("/")
        if len(parts) == 4 and parts[2] == "accounts":
            return Answer(200, self._show_account(parts[3]))
        if len(parts) == 4 and parts[2] == "payment_methods":
            clone = self.methods.get(parts[3])
            if clone and clone["account"] == request.account:
                return Answer(200, self._show(clone))
            return error(404, "resource_missing", f"No such PaymentMethod: '{parts[3]}'", "payment_method")
        if len(parts) == 4 and parts[2] == "customers":
            customer = self.customers.get(parts[3])
            if customer and customer["account"] == request.account:
                return Answer(200, self._show_customer(customer))
            return error(404, "resource_missing", "No such customer", "id")
        if request.path == "/v1/customers":
            found = [self._show_customer(customer) for customer in reversed(self.customers.values())
                     if customer["account"] == request.account]
            return Answer(200, {"object": "list", "data": found, "has_more": False, "url": "/v1/customers"})
        return self._unknown(request)
