"""What must not get in does not get in: every RPC with every kind of wrong call, and no trace afterwards."""

import base64
import contextlib
import json
import sqlite3
import unittest

import grpc

import club
import vocabulary
from club import line, sale
from refusal_cases import CASES

BIG = 5 * 1024 * 1024


def dump(path):
    """Every row of a database that a running process has open."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return "\n".join(database.iterdump())


class RefusalsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(["R1", "gone"])
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.club.register("Commit", {"sale": sale("kept", [line("1", "A", 100)])})
        cls.club.wait_delivered()
        cls.revoked = cls.club.register_tokens["gone"]
        cls.club.owner("AdminService", "RevokeRegister", {"register_id": "gone"})
        cls.register_token = cls.club.register_tokens["R1"]
        cls.club.agent.stop()  # its heartbeats would change the server's rows while they are compared

    def setUp(self):
        self.before = dump(self.club.server.directory / "moadon.db")

    def tearDown(self):
        self.assertEqual(dump(self.club.server.directory / "moadon.db"), self.before)

    def server_methods(self):
        return [m for m in vocabulary.methods() if m[0] != "RegisterService"]

    def good_token(self, service):
        return self.register_token if service == "SyncService" else self.club.server.token

    def refused(self, service, method, message=None, **options):
        with self.assertRaises(club.Refused, msg=f"{service}.{method} {str(message)[:200]}") as got:
            self.club.owner(service, method, message, **options)
        return got.exception

    def test_the_table_covers_every_method_there_is(self):
        self.assertEqual({f"{s}.{m}" for s, m, _, _ in vocabulary.methods()}, set(CASES))

    def test_tokens(self):
        for service, method, _, _ in self.server_methods():
            with self.subTest(method=f"{service}.{method}"):
                for header in ("", "Bearer", "Bearer  ", "Bearer nonsense", "Basic eDp5",
                               "Bearer " + self.register_token[:-1]):
                    refusal = self.refused(service, method, {}, token="",
                                           headers={"authorization": header})
                    self.assertEqual(refusal.reason, "REASON_TOKEN_UNKNOWN", header)
                    self.assertEqual(refusal.http_status, 401)
                refusal = self.refused(service, method, {}, token="",
                                       headers={"authorization": "Bearer \u00d7\u0090"})
                self.assertEqual(refusal.reason, "REASON_TEXT_INVALID")
                self.assertEqual(self.refused(service, method, {}, token=self.revoked).reason,
                                 "REASON_TOKEN_REVOKED")
                other = self.good_token("MemberService" if service == "SyncService"
                                        else "SyncService")
                refusal = self.refused(service, method, {}, token=other)
                self.assertEqual(refusal.reason, "REASON_NOT_ALLOWED")
                self.assertEqual(refusal.http_status, 403)

    def test_messages_that_are_not_the_method_s(self):
        wrong = [b"", b"{", b"[]", b"null", b'{"no_such_field": 1}', b'{"a": "\xff\xfe"}',
                 b'{"a":' * 5000]
        for service, method, _, _ in self.server_methods():
            with self.subTest(method=f"{service}.{method}"):
                for raw in wrong:
                    refusal = self.refused(service, method, raw=raw,
                                           token=self.good_token(service))
                    self.assertEqual(refusal.reason, "REASON_MALFORMED", raw[:40])
                    self.assertEqual(refusal.http_status, 400)
                refusal = self.refused(service, method, raw=b"\xff\xff\xff\xff",
                                       token=self.good_token(service),
                                       headers={"content-type": "application/proto"})
                self.assertEqual(refusal.reason, "REASON_MALFORMED")

    def test_messages_that_are_too_large(self):
        for service, method, _, _ in self.server_methods():
            with self.subTest(method=f"{service}.{method}"):
                raw = b'{"x": "' + b"y" * BIG + b'"}'
                try:
                    refusal = self.refused(service, method, raw=raw,
                                           token=self.good_token(service))
                    self.assertEqual(refusal.reason, "REASON_TOO_LARGE")
                except (BrokenPipeError, ConnectionError, OSError):
                    pass  # refused and closed before all of it was sent

    def test_the_same_over_grpc(self):
        address = self.club.server.grpc
        for service, method, _, _ in self.server_methods():
            for payload, token, code, reason in [
                (b"", None, "UNAUTHENTICATED", "REASON_TOKEN_UNKNOWN"),
                (b"", self.revoked, "UNAUTHENTICATED", "REASON_TOKEN_REVOKED"),
                (b"\xff\xff\xff\xff", self.good_token(service), "INVALID_ARGUMENT",
                 "REASON_MALFORMED"),
                (b"\x7a" + b"\x80\x80\xc0\x02" + b"x" * BIG, self.good_token(service),
                 "RESOURCE_EXHAUSTED", "REASON_TOO_LARGE"),
            ]:
                with self.subTest(method=f"{service}.{method}", reason=reason):
                    with self.assertRaises(grpc.RpcError) as got:
                        vocabulary.grpc_call(address, service, method, payload, token)
                    got_code, got_reason, _ = vocabulary.refusal_of(got.exception)
                    self.assertEqual((got_code, got_reason), (code, reason))

    def test_wrong_fields(self):
        for name, cases in CASES.items():
            service, method = name.split(".")
            if service == "RegisterService":
                continue
            for message, reason in cases:
                with self.subTest(method=name, message=str(message)[:300]):
                    refusal = self.refused(service, method, message,
                                           token=self.good_token(service))
                    self.assertEqual(refusal.reason, reason, refusal.body)
                    if "FIELD" in reason or "TEXT" in reason or "AMOUNT" in reason:
                        self.assertTrue(refusal.values.get("field"), refusal.body)

    def test_wrong_entries_are_refused_one_by_one(self):
        """Entries of Record: serialized content, refused by itself while its neighbours are taken."""
        entries, reasons = [], []
        for name, message_name, field in (("Commit", "Sale", "sale"), ("Return", "Return", "returned")):
            for request, reason in CASES[f"RegisterService.{name}"]:
                content = request.get(field)
                if content is None or reason == "REASON_MALFORMED":
                    continue
                try:
                    entries.append({field: self.serialized(message_name, content)})
                except ValueError:
                    continue  # the mapping itself cannot say it
                reasons.append(reason)
        for raw in (b"", b"\xff\xff\xff", b"\x0a\x02\xff\xfe"):
            entries.append({"sale": base64.b64encode(raw).decode()})
            reasons.append("REASON_FIELD_MISSING" if raw == b"" else "REASON_MALFORMED")
        entries.append({})
        reasons.append("REASON_FIELD_MISSING")
        for i, entry in enumerate(entries):
            entry["sequence"] = str(i + 1)
        answer = self.club.owner("SyncService", "Record", {"entries": entries},
                                 token=self.register_token)
        got = [o["refused"]["detail"]["reason"] if "refused" in o else "recorded"
               for o in answer["outcomes"]]
        self.assertEqual(got, reasons)
        self.assertEqual([o["sequence"] for o in answer["outcomes"]],
                         [e["sequence"] for e in entries])

    def serialized(self, message_name, content):
        from google.protobuf import json_format
        parsed = json_format.Parse(json.dumps(content), vocabulary.message(message_name)())
        return base64.b64encode(parsed.SerializeToString()).decode()


def dump_journal(path):
    """The same of an agent's journal, but for the time, which it keeps whatever is asked of it."""
    return "\n".join(row for row in dump(path).split("\n") if not row.startswith('INSERT INTO "clock"'))


class AgentRefusalsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(["R1"])
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.club.register("Commit", {"sale": sale("kept", [line("1", "A", 100)])})
        cls.club.wait_delivered()

    def setUp(self):
        self.before = dump_journal(self.club.agent.directory / "journal.db")

    def tearDown(self):
        self.assertEqual(dump_journal(self.club.agent.directory / "journal.db"), self.before)

    def refused(self, method, message=None, **options):
        with self.assertRaises(club.Refused, msg=f"{method} {str(message)[:200]}") as got:
            self.club.register(method, message, **options)
        return got.exception

    def methods(self):
        return [m for s, m, _, _ in vocabulary.methods() if s == "RegisterService"]

    def test_tokens_hosts_and_origins(self):
        port = self.club.agent.port
        for method in self.methods():
            url = f"http://127.0.0.1:{port}/moadon.v1.RegisterService/{method}"
            for token in (None, "nonsense", self.club.register_tokens["R1"]):
                with self.subTest(method=method, token=token):
                    with self.assertRaises(club.Refused) as got:
                        club.post(url, {}, token=token)
                    self.assertEqual(got.exception.reason, "REASON_TOKEN_UNKNOWN")
            for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
                refusal = self.refused(method, {}, headers=headers)
                self.assertEqual(refusal.reason, "REASON_ORIGIN_NOT_ALLOWED")

    def test_malformed_and_too_large(self):
        for method in self.methods():
            for raw in (b"", b"{", b"[]", b'{"no_such_field": 1}', b'{"a": "\xff\xfe"}'):
                with self.subTest(method=method, raw=raw):
                    self.assertEqual(self.refused(method, raw=raw).reason, "REASON_MALFORMED")
            with self.subTest(method=method, raw="large"):
                try:
                    refusal = self.refused(method, raw=b'{"x": "' + b"y" * BIG + b'"}')
                    self.assertEqual(refusal.reason, "REASON_TOO_LARGE")
                except (BrokenPipeError, ConnectionError, OSError):
                    pass  # refused and closed before all of it was sent

    def test_wrong_fields(self):
        for name, cases in CASES.items():
            service, method = name.split(".")
            if service != "RegisterService":
                continue
            for message, reason in cases:
                with self.subTest(method=name, message=str(message)[:300]):
                    refusal = self.refused(method, message)
                    self.assertEqual(refusal.reason, reason, refusal.body)


if __name__ == "__main__":
    unittest.main()
