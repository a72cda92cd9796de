"""What must not get in does not get in: every RPC with every kind of wrong call, and no trace afterwards."""

import base64
import contextlib
import copy
import json
import sqlite3
import unittest

import grpc

import club
import vocabulary
from club import line, sale

OVER_INT64 = "9223372036854775808"
BIDI = "שלום\u202eעולם"
CONTROL = "a\u0007b"
BIG = 5 * 1024 * 1024

OK_SALE = sale("r-1", [line("1", "A", 100)])


def changed(message, path, value):
    """A deep copy with one field set (or removed, with None); the path is a list of keys and indexes."""
    copied = copy.deepcopy(message)
    place = copied
    for step in path[:-1]:
        place = place[step]
    if value is None:
        place.pop(path[-1], None)
    else:
        place[path[-1]] = value
    return copied


def content_cases(name, good):
    """Wrong sales, returns and baskets inside a request {name: content}."""
    lines = [name, "lines"]
    cases = [
        (lines + [0, "quantity_milli"], "-1", "REASON_AMOUNT_OUT_OF_RANGE"),
        (lines + [0, "quantity_milli"], "10000000001", "REASON_AMOUNT_OUT_OF_RANGE"),
        (lines + [0, "unit_price_minor"], "-5", "REASON_AMOUNT_OUT_OF_RANGE"),
        (lines + [0, "unit_price_minor"], "9223372036854775807", "REASON_AMOUNT_OUT_OF_RANGE"),
        (lines + [0, "unit_price_minor"], OVER_INT64, "REASON_MALFORMED"),
        (lines + [0, "unit_price_minor"], "12.5", "REASON_MALFORMED"),
        (lines + [0, "sku"], CONTROL, "REASON_TEXT_INVALID"),
        (lines + [0, "description"], BIDI, "REASON_TEXT_INVALID"),
        (lines + [0, "line_id"], "", "REASON_FIELD_MISSING"),
        (lines, [line(str(i), "A", 1) for i in range(5001)], "REASON_TOO_LARGE"),
    ]
    if name != "basket":
        cases += [
            ([name, "receipt"], "", "REASON_FIELD_MISSING"),
            ([name, "receipt"], "x" * 65, "REASON_FIELD_INVALID"),
            ([name, "receipt"], BIDI, "REASON_TEXT_INVALID"),
            ([name, "cashier"], CONTROL, "REASON_TEXT_INVALID"),
            ([name, "occurred_at"], "1969-12-31T23:59:59Z", "REASON_TIME_OUT_OF_RANGE"),
            ([name, "occurred_at"], "9999-12-31T00:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
            ([name, "occurred_at"], "yesterday", "REASON_MALFORMED"),
            ([name, "occurred_at"], None, "REASON_FIELD_MISSING"),
            (lines, [], "REASON_FIELD_MISSING"),
            ([name, "register_total_minor"], "-1", "REASON_AMOUNT_OUT_OF_RANGE"),
            ([name, "cash_rounding_minor"], "100", "REASON_AMOUNT_OUT_OF_RANGE"),
            ([name, "tenders"], [{"kind": "TENDER_KIND_CASH", "amount_minor": "-1"}],
             "REASON_AMOUNT_OUT_OF_RANGE"),
            ([name, "tenders"], [{"amount_minor": "1"}], "REASON_FIELD_MISSING"),
            ([name, "tenders"], [{"kind": "TENDER_KIND_GOLD"}], "REASON_MALFORMED"),
            ([name, "key"], {"phone": CONTROL}, "REASON_TEXT_INVALID"),
        ]
    else:
        cases += [([name, "at"], "9999-12-31T00:00:00Z", "REASON_TIME_OUT_OF_RANGE")]
    return [(changed({name: good}, path, value), reason) for path, value, reason in cases]


def enroll_cases(wrap):
    good = {"keys": [{"card": "c-1"}]}
    cases = [
        (["keys"], [], "REASON_FIELD_MISSING"),
        (["keys"], [{}], "REASON_FIELD_MISSING"),
        (["keys"], [{"scanned": "1"}], "REASON_FIELD_INVALID"),
        (["keys"], [{"last_digits": "1234"}], "REASON_FIELD_INVALID"),
        (["keys"], [{"card": CONTROL}], "REASON_TEXT_INVALID"),
        (["keys"], [{"card": "x" * 65}], "REASON_FIELD_INVALID"),
        (["keys"], [{"card": str(i)} for i in range(9)], "REASON_TOO_LARGE"),
        (["first_name"], CONTROL, "REASON_TEXT_INVALID"),
        (["first_name"], BIDI, "REASON_TEXT_INVALID"),
        (["last_name"], BIDI, "REASON_TEXT_INVALID"),
        (["last_name"], "x" * 101, "REASON_FIELD_INVALID"),
        (["occurred_at"], "1969-01-01T00:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
        (["consents"], [{"channel": "CONTACT_CHANNEL_SMS", "granted": True}],
         "REASON_FIELD_MISSING"),
        (["consents"], [{"granted": True, "wording": "v1"}], "REASON_FIELD_MISSING"),
        (["consents"], [{"channel": "CONTACT_CHANNEL_SMS", "wording": CONTROL}],
         "REASON_TEXT_INVALID"),
    ]
    return [(wrap(changed(good, path, value)), reason) for path, value, reason in cases]


def page_cases(more=None):
    base = more or {}
    return [({**base, "page_size": -1}, "REASON_FIELD_INVALID"),
            ({**base, "page_size": 1000000}, "REASON_FIELD_INVALID"),
            ({**base, "page_token": "nonsense"}, "REASON_PAGE_TOKEN_INVALID")]


KEY_CASES = [
    ({}, "REASON_FIELD_MISSING"),
    ({"key": {}}, "REASON_FIELD_MISSING"),
    ({"key": {"phone": "1"}}, "REASON_FIELD_INVALID"),
    ({"key": {"card": CONTROL}}, "REASON_TEXT_INVALID"),
    ({"key": {"last_digits": "12a4"}}, "REASON_FIELD_INVALID"),
    ({"key": {"card": "not-a-member"}}, "REASON_MEMBER_UNKNOWN"),
]

PROGRAM_CASES = [
    ({"program": changed(club.PROGRAM, path, value)}, reason) for path, value, reason in [
        (["currency_code"], "", "REASON_FIELD_MISSING"),
        (["currency_code"], "shekel", "REASON_FIELD_INVALID"),
        (["currency_code"], "USD", "REASON_PROGRAM_FIELD_FIXED"),
        (["time_zone"], "Asia/Atlantis", "REASON_FIELD_INVALID"),
        (["time_zone"], "../../etc/passwd", "REASON_FIELD_INVALID"),
        (["time_zone"], "Europe/London", "REASON_PROGRAM_FIELD_FIXED"),
        (["title"], BIDI, "REASON_TEXT_INVALID"),
        (["stages"], {"churn_factor_milli": "-1"}, "REASON_FIELD_INVALID"),
        (["stages"], {"loyal_spend_minor": "9223372036854775807"}, "REASON_FIELD_INVALID"),
        (["cash_rounding_minor"], "-10", "REASON_FIELD_INVALID"),
        (["start_time"], "9999-12-31T10:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
        (["surprise"], 1, "REASON_MALFORMED"),
    ]
] + [
    ({}, "REASON_FIELD_MISSING"),
    ({"program": {**club.PROGRAM, "title": "a second version",
                  "start_time": "2001-01-01T00:00:00Z"}}, "REASON_PROGRAM_START_PAST"),
]

BRANCH = {"branch_id": "b-1", "name": "סניף"}
REGISTER = {"register_id": "r-1", "branch_id": "main"}

AS_OF_CASES = [
    ({"as_of": {"date": "2026-02-30"}}, "REASON_FIELD_INVALID"),
    ({"as_of": {"date": "1969-12-31"}}, "REASON_TIME_OUT_OF_RANGE"),
    ({"as_of": {"instant": "9999-12-31T00:00:00Z"}}, "REASON_TIME_OUT_OF_RANGE"),
]

RETURN = {"receipt": "r-2", "occurred_at": "2026-06-01T10:00:00Z", "lines": [line("1", "A", 100)],
          "original": {"register_id": "R1", "receipt": "r-1"}}

RETURN_CASES = content_cases("returned", RETURN) + [
    (changed({"returned": RETURN}, ["returned", "original"], {"receipt": "x"}),
     "REASON_FIELD_MISSING"),
    (changed({"returned": RETURN}, ["returned", "original"], {"register_id": "קופה",
                                                            "receipt": "x"}),
     "REASON_FIELD_INVALID"),
]

RECEIPT_CASES = [({}, "REASON_FIELD_MISSING"),
                 ({"register_id": "R1", "receipt": "never-seen"}, "REASON_RECEIPT_UNKNOWN"),
                 ({"register_id": "קופה", "receipt": "x"}, "REASON_FIELD_INVALID")]

# Wrong requests of every RPC with the reason each is refused with.
CASES = {
    "RegisterService.Identify": KEY_CASES,
    "RegisterService.Quote": content_cases("basket", {"lines": [line("1", "A", 100)]}),
    "RegisterService.Hold": content_cases("basket", {"lines": [line("1", "A", 100)]}),
    "RegisterService.Commit": content_cases("sale", OK_SALE) + [
        ({}, "REASON_FIELD_MISSING"),
        ({"sale": sale("kept", [line("1", "A", 1)])}, "REASON_RECEIPT_REUSED")],
    "RegisterService.Cancel": [({}, "REASON_FIELD_MISSING"),
                               ({"hold_id": "x"}, "REASON_HOLD_UNKNOWN")],
    "RegisterService.Return": RETURN_CASES + [({}, "REASON_FIELD_MISSING")],
    "RegisterService.GetReceipt": RECEIPT_CASES,
    "RegisterService.Enroll": enroll_cases(lambda m: {"member": m}),
    "RegisterService.Status": [],
    "RegisterService.Pending": page_cases(),
    "SyncService.Record": [
        ({}, "REASON_FIELD_MISSING"),
        ({"entries": [{"sequence": str(i), "sale": ""} for i in range(257)]}, "REASON_TOO_LARGE")],
    "SyncService.FindMember": KEY_CASES,
    "SyncService.FetchFacts": [({"page_size": -1}, "REASON_FIELD_INVALID"),
                               ({"page_size": 1000000}, "REASON_FIELD_INVALID"),
                               ({"cursor": "nonsense"}, "REASON_PAGE_TOKEN_INVALID")],
    "SyncService.FetchPrograms": [({"after_version": "-1"}, "REASON_FIELD_INVALID")],
    "SyncService.Enroll": enroll_cases(lambda m: {"member": m}),
    "SyncService.GetReceipt": RECEIPT_CASES,
    "SyncService.Heartbeat": [
        ({"undelivered_count": "-1"}, "REASON_FIELD_INVALID"),
        ({"agent_version": CONTROL}, "REASON_TEXT_INVALID"),
        ({"agent_time": "9999-12-31T00:00:00Z"}, "REASON_TIME_OUT_OF_RANGE")],
    "MemberService.GetMember": KEY_CASES + [
        ({"member_id": "ffffffffffffffff"}, "REASON_MEMBER_UNKNOWN"),
        ({"member_id": "no id of ours"}, "REASON_MEMBER_UNKNOWN")],
    "MemberService.ListMembers": page_cases(),
    "MemberService.EnrollMember": enroll_cases(lambda m: m),
    "ProgramService.PublishProgram": PROGRAM_CASES,
    "ProgramService.GetProgram": [({"version": "99"}, "REASON_PROGRAM_UNKNOWN"),
                                  ({"version": "-1"}, "REASON_PROGRAM_UNKNOWN")],
    "ProgramService.ListPrograms": page_cases(),
    "ReportService.CountStages": AS_OF_CASES,
    "ReportService.GetTotals": [],
    "ReportService.ExportMembers": AS_OF_CASES + page_cases(),
    "ReportService.GetSale": RECEIPT_CASES,
    "ReportService.ListSales": page_cases() + [
        ({"member_id": "no id of ours"}, "REASON_MEMBER_UNKNOWN")],
    "AdminService.AddBranch": [({}, "REASON_FIELD_MISSING")] + [
        ({"branch": changed(BRANCH, path, value)}, reason) for path, value, reason in [
            (["branch_id"], "", "REASON_FIELD_MISSING"),
            (["branch_id"], "סניף", "REASON_FIELD_INVALID"),
            (["branch_id"], "x" * 33, "REASON_FIELD_INVALID"),
            (["name"], BIDI, "REASON_TEXT_INVALID"),
            (["time_zone"], "Nowhere/City", "REASON_FIELD_INVALID"),
            (["day_start_minutes"], -1, "REASON_FIELD_INVALID"),
            (["day_start_minutes"], 1440, "REASON_FIELD_INVALID"),
            (["branch_id"], "main", "REASON_ID_TAKEN"),
        ]],
    "AdminService.ListBranches": page_cases(),
    "AdminService.RevokeBranch": [({}, "REASON_FIELD_MISSING"),
                                  ({"branch_id": "none"}, "REASON_BRANCH_UNKNOWN"),
                                  ({"branch_id": "main"}, "REASON_BRANCH_IN_USE")],
    "AdminService.AddRegister": [({}, "REASON_FIELD_MISSING")] + [
        ({"register": changed(REGISTER, path, value)}, reason) for path, value, reason in [
            (["register_id"], "", "REASON_FIELD_MISSING"),
            (["register_id"], "a b", "REASON_FIELD_INVALID"),
            (["name"], CONTROL, "REASON_TEXT_INVALID"),
            (["branch_id"], "none", "REASON_BRANCH_UNKNOWN"),
            (["register_id"], "R1", "REASON_ID_TAKEN"),
        ]],
    "AdminService.ListRegisters": page_cases(),
    "AdminService.RevokeRegister": [({}, "REASON_FIELD_MISSING"),
                                    ({"register_id": "none"}, "REASON_REGISTER_UNKNOWN")],
    "AdminService.Verify": page_cases(),
}


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


class AgentRefusalsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(["R1"])
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.club.register("Commit", {"sale": sale("kept", [line("1", "A", 100)])})
        cls.club.wait_delivered()

    def setUp(self):
        self.before = dump(self.club.agent.directory / "journal.db")

    def tearDown(self):
        self.assertEqual(dump(self.club.agent.directory / "journal.db"), self.before)

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
