"""What registers sell on bad networks, and the books by which the server is judged afterwards."""

import datetime
import pathlib
import random
import tempfile

import club
import documents
import wire

CARDS = [f"CUSTOMER{number}" for number in range(120)]
ENROLLED = CARDS[: len(CARDS) // 2]
AS_OF = {"date": "2026-12-31"}
MAX_PAGES = 100
BATCH = 200
LONG_CALL_SECONDS = 120

PROGRAM = {
    **club.PROGRAM,
    "points": {"earn_rules": [{"rule_id": "all", "per_amount": {"points_milli": "1000", "amount_minor": "100"}}]},
}


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Books(documents.Books):
    """As documents.Books, with more customers."""

    def make(self, register):
        receipt, document = super().make(register)
        content = documents.content_of(document)
        if "key" in content:
            content["key"] = {"card": random.choice(CARDS)}
        return receipt, document

    def make_sale(self, register):
        """A new sale: whatever else is made on the way there stays unsent and leaves the books."""
        while True:
            receipt, document = self.make(register)
            if "sale" in document:
                return receipt, document
            self.forget(register, receipt)

    def forget(self, register, receipt):
        with self._mutex:
            document = self._sent.pop((register, receipt))
            original = document["returned"].get("original")
            if original:
                self._sold.append((original["register_id"], original["receipt"]))

    def all(self):
        with self._mutex:
            return dict(self._sent)


class Till:
    """A register that sells through its agent. `call` is Agent.call without the register. One thread's."""

    def __init__(self, register, books, call):
        self.register = register
        self.books = books
        self.call = call
        self.told = {}  # receipt -> the answer
        self.sales_count = 0
        self.repeats_count = 0
        self.identified_count = 0

    def sell_one(self, identify_share=0.15, repeat_share=0.1):
        """A sale or return, acknowledged; now and then one of the last ones is sent again."""
        receipt, document = self.books.make(self.register)
        more = {}
        if "sale" in document:
            self.sales_count += 1
            if "key" in document["sale"] and random.random() < identify_share:
                more = self._price(document["sale"])
        self._commit(receipt, document, more)
        if random.random() < repeat_share:
            self.repeats_count += 1
            again = random.choice(list(self.told)[-50:])
            self._commit(again, self.books.document((self.register, again)), {})

    def _price(self, content):
        """What a register adds that asked who it is and what it costs; nothing where neither agent nor server knows."""
        try:
            facts = self.call("Identify", {"key": content["key"]})["facts"]
        except club.Refused as refused:
            if refused.reason not in ("REASON_MEMBER_UNKNOWN", "REASON_SERVER_UNREACHABLE"):
                raise
            return {}
        content["occurred_at"] = now()
        basket = {"lines": content["lines"], "member_id": facts["member_id"]}
        quote = self.call("Quote", {"basket": basket})["quote"]
        if int(quote["total_minor"]) != documents.value_minor(content):
            raise AssertionError(f"no benefit takes part, yet {content} costs {quote['total_minor']}")
        self.identified_count += 1
        return {"member_id": facts["member_id"], "quote": quote["reference"]}

    def _commit(self, receipt, document, more):
        method = "Commit" if "sale" in document else "Return"
        answer = self.call(method, {**document, **more})
        first = self.told.setdefault(receipt, answer)
        if (first["sequence"], amount_of(first)) != (answer["sequence"], amount_of(answer)):
            raise AssertionError(f"{self.register} {receipt}: {first}, then {answer}")
        self.books.acknowledge(self.register, receipt)

    def check_told(self, test):
        """Its journal has one place for each receipt, without a gap, and it was told what they are worth."""
        sequences = sorted(int(answer["sequence"]) for answer in self.told.values())
        test.assertEqual(sequences, list(range(1, len(sequences) + 1)), self.register)
        for receipt, answer in self.told.items():
            content = documents.content_of(self.books.document((self.register, receipt)))
            test.assertEqual(int(amount_of(answer)), documents.value_minor(content), receipt)


def amount_of(answer):
    return answer["total_minor"] if "total_minor" in answer else answer["refund_minor"]


def set_up(server, registers):
    """Publishes the program, enrolls half of the customers; the registers' tokens."""
    server.call("ProgramService", "PublishProgram", {"program": PROGRAM})
    server.call("AdminService", "AddBranch", {"branch": {"branch_id": "main"}})
    for card in ENROLLED:
        server.call("MemberService", "EnrollMember",
                    {"keys": [{"card": card}], "occurred_at": "2026-01-01T08:00:00Z"})
    return {register: server.call("AdminService", "AddRegister", {"register": {
        "register_id": register, "branch_id": "main", "replays_history": True}})["token"]
        for register in registers}


def standings(server):
    """What the server says of every member, by card."""
    found, page = {}, ""
    for _ in range(MAX_PAGES):
        answer = server.call("ReportService", "ExportMembers", {"as_of": AS_OF, "page_token": page})
        for member in answer["members"]:
            found[member["key"]] = {name: member[name] for name in (
                "purchase_day_count", "last_purchase_date", "net_spend_minor", "stage", "points_milli")}
        page = answer.get("next_page_token", "")
        if not page:
            return found
    raise AssertionError("the export does not end")


def disagreements(server):
    """What `moadon verify` would print."""
    found, page = [], ""
    for _ in range(MAX_PAGES):
        answer = server.call("AdminService", "Verify", {"page_token": page}, timeout=LONG_CALL_SECONDS)
        found += answer["disagreements"]
        page = answer["next_page_token"]
        if not page:
            return found
    raise AssertionError("verify does not end")


def standings_of_direct_run(books, registers):
    """What a server says that was told everything directly, register by register, without agents and networks."""
    with tempfile.TemporaryDirectory(prefix="moadon-test-") as directory:
        server = club.Server(pathlib.Path(directory) / "direct").start()
        try:
            tokens = set_up(server, registers)
            for register in registers:
                entries = [wire.record_entry(place, document) for place, ((_, _), document) in enumerate(
                    ((i, d) for i, d in books.all().items() if i[0] == register), 1)]
                for begin in range(0, len(entries), BATCH):
                    answer = server.call("SyncService", "Record", {"entries": entries[begin:begin + BATCH]},
                                         token=tokens[register])
                    refused = [o for o in answer["outcomes"] if "recorded" not in o]
                    if refused:
                        raise AssertionError(f"the direct run refused {refused[:3]}")
            return standings(server)
        finally:
            server.stop()


def check_effects(test, server, books, registers):
    """Everything was recorded once and did what it does in a direct run; nothing disagrees with anything."""
    documents.check_kept(test, server, books, sample=200)
    found = standings(server)
    test.assertGreater(sum(int(member["points_milli"]) for member in found.values()), 0)
    test.assertEqual(found, standings_of_direct_run(books, registers))
    test.assertEqual(disagreements(server), [])
    test.assertEqual(documents.kept_totals(server, ["differences_count"]), {"differences_count": 0})
