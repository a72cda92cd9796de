"""The files of real sales, delivered to the server in random orders with repetitions, enrolments in
between: tiers, points, stages and sums are what the references say, whatever the order.

Points could differ by order only where somebody spends: design.md makes the order in which the server
records spends a fact, because it decides from which lots they come and so what ends when. Nobody
spends in these files, and a return takes back what its own sale gave on the day it counts from, however
late it arrives: so here points are the same to the last one. With spends: promise_history_test.py."""

import base64
import concurrent.futures
import datetime
import pathlib
import random
import tempfile
import unittest

import club
import promise_reference
import reference
import vocabulary

PROGRAM = {**club.PROGRAM, "time_zone": "UTC", **promise_reference.PROGRAM_PARTS}
ORDERS = 10 if club.LONG else 2
FILES = ["cdnow-sample.sales.csv"]
if club.LONG:
    FILES.append("online-retail-2010-2011.sales.csv.gz")
CALLERS = 8
BATCH = 64


def timestamp(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return {"seconds": int(moment.timestamp())}


def entry_of(document):
    lines = [{"line_id": str(i), "sku": sku, "unit_price_minor": price,
              "quantity_milli": abs(quantity) * 1000}
             for i, (sku, quantity, price) in enumerate(document.lines)]
    body = {"receipt": document.receipt, "occurred_at": timestamp(document.occurred_at),
            "lines": lines}
    if document.member:
        body["key"] = {"card": document.member}
    if document.is_linked:
        register, receipt = document.original
        body["original"] = {"register_id": register, "receipt": receipt}
    kind, field = ("Return", "returned") if document.is_return else ("Sale", "sale")
    content = vocabulary.message(kind)(**body).SerializeToString()
    return {field: base64.b64encode(content).decode()}


class Delivery:
    """Documents and enrolments on their way into one server, in an order of chance."""

    def __init__(self, server, documents, chance):
        self.server, self.chance = server, chance
        server.call("ProgramService", "PublishProgram", {"program": PROGRAM})
        server.call("AdminService", "AddBranch", {"branch": {"branch_id": "main"}})
        self.tokens = {}
        for register in sorted({d.register for d in documents}):
            self.tokens[register] = server.call("AdminService", "AddRegister", {"register": {
                "register_id": register, "branch_id": "main", "replays_history": True}})["token"]
        firsts = {}
        for d in documents:
            if d.member:
                firsts.setdefault(d.member, d)
        arrivals = [("document", d) for d in documents]
        arrivals += [("enrolment", d) for d in firsts.values()]
        arrivals += chance.choices(arrivals, k=len(arrivals) // 5)
        chance.shuffle(arrivals)
        self.arrivals = arrivals

    def run(self):
        batches = [self.arrivals[i:i + BATCH] for i in range(0, len(self.arrivals), BATCH)]
        with concurrent.futures.ThreadPoolExecutor(CALLERS) as callers:
            for done in concurrent.futures.as_completed(
                    [callers.submit(self.send, batch) for batch in batches]):
                done.result()

    def send(self, batch):
        for register, token in self.tokens.items():
            entries = [{"sequence": str(i), **entry_of(d)} for i, (kind, d) in enumerate(batch)
                       if kind == "document" and d.register == register]
            if not entries:
                continue
            answer = self.server.call("SyncService", "Record", {"entries": entries}, token=token)
            refused = [o for o in answer["outcomes"] if "recorded" not in o]
            if refused:
                raise AssertionError(refused[:3])
        for kind, d in batch:
            if kind == "enrolment":
                self.server.call("MemberService", "EnrollMember", {
                    "keys": [{"card": d.member}], "occurred_at": d.occurred_at})


def export(server, date):
    found, token = {}, ""
    while True:
        page = server.call("ReportService", "ExportMembers", {
            "as_of": {"date": date.isoformat()}, "page_size": 5000, "page_token": token})
        for m in page["members"]:
            found[m["key"]] = {
                "purchase_days": m["purchase_day_count"],
                "last_purchase_date": m["last_purchase_date"],
                "net_spend_minor": m["net_spend_minor"],
                "stage": m["stage"].removeprefix("STAGE_").lower(),
                "tier": m["tier_id"], "points_milli": int(m["points_milli"])}
        token = page["next_page_token"]
        if not token:
            return found


def disagreements(server):
    found, token = [], ""
    while True:
        page = server.call("AdminService", "Verify", {"page_token": token}, timeout=300)
        found += page["disagreements"]
        token = page["next_page_token"]
        if not token:
            return found


class OrdersTest(unittest.TestCase):
    def test_tiers_points_stages_and_sums_do_not_depend_on_the_order(self):
        for name in FILES:
            documents = reference.read_documents(club.data_file(name))
            expected = Expected(documents)
            sums = None
            for order in range(ORDERS):
                seed = random.randrange(2**32)
                with self.subTest(file=name, order=order, seed=seed), \
                        tempfile.TemporaryDirectory(prefix="moadon-test-") as directory:
                    server = club.Server(pathlib.Path(directory) / "server").start()
                    try:
                        Delivery(server, documents, random.Random(seed)).run()
                        self.assertEqual(disagreements(server), [])
                        self.check_members(server, expected)
                        totals = server.call("ReportService", "GetTotals", {})
                        sums = sums or totals
                        self.assertEqual(totals, sums)
                    finally:
                        server.kill()

    def check_members(self, server, expected):
        for date, members in expected.by_date.items():
            kept = export(server, date)
            self.assertEqual(set(kept), set(members))
            wrong = [(key, kept[key], members[key]) for key in members if kept[key] != members[key]]
            self.assertEqual(wrong[:5], [], f"{date}: {len(wrong)} of {len(members)} differ")


class Expected:
    """Every member's standing, tier and points at a few dates, as the references say."""

    def __init__(self, documents):
        first, last = (choose(d.date for d in documents) for choose in (min, max))
        later = last + 100 * reference.DAY
        members = reference.read_members(documents)
        promised = promise_reference.read_promises(documents, later)
        dates = [last, later] + [first + random.randrange((last - first).days) * reference.DAY
                                 for _ in range(8 if club.LONG else 3)]
        self.by_date = {}
        for date in sorted(set(dates)):
            self.by_date[date] = {
                key: {**member.standing(date), "tier": promised[key].tier(date),
                      "points_milli": promised[key].points_milli(date)}
                for key, member in members.items() if member.met <= date}


if __name__ == "__main__":
    unittest.main()
