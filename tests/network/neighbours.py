"""Servers of neighbouring versions, played by a front before today's server, and the words of version 0.3."""

import concurrent.futures
import json
import pathlib
import threading
import urllib.error
import urllib.request

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, unknown_fields

import club
import vocabulary

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures"
BEFORE = FIXTURES / "moadon_v1_0_3.desc"
PACKAGE = "moadon.v1."
DETAILS = "grpc-status-details-bin"
CALL_SECONDS = 20
THREADS = 16


def unknown_field(text):
    """A field that no version knows (number 9002, a text), as a later one would send it."""
    number = 9002 << 3 | 2
    tag = bytes([number & 127 | 128, number >> 7 & 127 | 128, number >> 14])
    return tag + bytes([len(text)]) + text


NEW_BYTES = unknown_field(b"of a later version")
NEW_REASON = 9003


class Words:
    """The messages and calls of a stored descriptor set."""

    def __init__(self, path=BEFORE):
        self.files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
        pool = descriptor_pool.DescriptorPool()
        for file in self.files.file:
            pool.Add(file)
        self._pool = pool
        self._factory = message_factory.MessageFactory(pool)
        self.calls = {f"/{file.package}.{service.name}/{method.name}": (method.input_type, method.output_type)
                      for file in self.files.file for service in file.service for method in service.method}

    def message(self, name):
        return self._factory.GetPrototype(self._pool.FindMessageTypeByName(PACKAGE + name.rsplit(".", 1)[-1]))

    def narrowed(self, name, data):
        """What a program of that version makes of a message: without all that it does not know."""
        message = self.message(name).FromString(data)
        message.DiscardUnknownFields()
        return message.SerializeToString(deterministic=True)


class Front(grpc.GenericRpcHandler):
    """Answers on a port of its own for the server at `target`. Keeps the Record requests that came: (authorization,
    bytes). The port stays the same over close() and open()."""

    def __init__(self, target):
        self.records = []
        self._mutex = threading.Lock()
        self._backend = grpc.insecure_channel(target)
        self.address = f"127.0.0.1:{club.free_port()}"
        self._server = None

    def open(self):
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(THREADS), handlers=[self])
        self._server.add_insecure_port(self.address)
        self._server.start()
        return self

    def close(self):
        if self._server:
            self._server.stop(None).wait(CALL_SECONDS)
        self._server = None

    def service(self, call):
        if not self.knows(call.method):
            return None  # gRPC's own UNIMPLEMENTED
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._answer(call.method, request, context))

    def _answer(self, method, request, context):
        authorization = [(k, v) for k, v in context.invocation_metadata() if k == "authorization"]
        if method.endswith("/Record"):
            with self._mutex:
                self.records.append((authorization[0][1], request))
        try:
            answer = self._backend.unary_unary(method)(
                self.request(method, request), metadata=authorization,
                timeout=min(CALL_SECONDS, context.time_remaining() or CALL_SECONDS))
        except grpc.RpcError as refused:
            context.set_trailing_metadata([(k, v) for k, v in refused.trailing_metadata() or () if k == DETAILS])
            context.abort(refused.code(), refused.details())
        return self.answer(method, answer)

    # What a neighbour does otherwise.
    def knows(self, method):
        return True

    def request(self, method, request):
        return request

    def answer(self, method, answer):
        return answer


class OlderServer(Front):
    """As a server of version 0.3: calls that it did not have are unknown, fields that it did not have are not read and not
    answered. After upgrade() it is today's."""

    def __init__(self, target):
        super().__init__(target)
        self.words = Words()
        self.unknown_calls = set()
        self.forged_facts = []
        self._is_older = True

    def upgrade(self):
        self._is_older = False

    def knows(self, method):
        known = not self._is_older or method in self.words.calls
        if not known:
            self.unknown_calls.add(method.rsplit("/", 1)[1])
        return known

    def request(self, method, request):
        if not self._is_older:
            return request
        if method.endswith("/Record"):
            self._judge_seals(request)
        return self.words.narrowed(self.words.calls[method][0], request)

    def _judge_seals(self, request):
        """That server's seal of a member's facts was over all that was in them."""
        for entry in self.words.message("RecordRequest").FromString(request).entries:
            if len(unknown_fields.UnknownFieldSet(entry.context.facts)) > 0:
                self.forged_facts.append(entry.context.facts)

    def answer(self, method, answer):
        return self.words.narrowed(self.words.calls[method][1], answer) if self._is_older else answer


class NewerServer(Front):
    """As a server that says more than anybody understands: in every answer, in the facts of a member, and, while `is_refusing`,
    why it refuses deliveries."""

    def __init__(self, target):
        super().__init__(target)
        self.is_refusing = False

    def answer(self, method, answer):
        if method.endswith("/FindMember"):
            found = vocabulary.message("FindMemberResponse").FromString(answer)
            found.member.facts.MergeFromString(NEW_BYTES)
            answer = found.SerializeToString()
        if method.endswith("/Record") and self.is_refusing:
            taken = vocabulary.message("RecordResponse").FromString(answer)
            for outcome in taken.outcomes:
                outcome.refused.detail.reason = NEW_REASON
            answer = taken.SerializeToString()
        return answer + NEW_BYTES

    def request(self, method, request):
        """The facts that come back are those that the server behind has sealed."""
        if not method.endswith("/Record"):
            return request
        record = vocabulary.message("RecordRequest").FromString(request)
        for entry in record.entries:
            entry.context.facts.DiscardUnknownFields()
        return record.SerializeToString()


def post_bytes(agent, register, method, payload):
    """A call of the agent with a serialized message; the answer's bytes."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{agent.port}/moadon.v1.RegisterService/{method}", data=payload, method="POST",
        headers={"content-type": "application/proto", "authorization": "Bearer " + agent.local_token(register)})
    try:
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise club.Refused(error.code, json.loads(error.read())) from None
