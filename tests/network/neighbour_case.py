"""A club whose server and agent may be of different versions."""

import pathlib
import shutil
import tempfile
import unittest

import club
import selling
from club import line, sale

CARD = {"card": "CARD-1"}
DELIVERY_SECONDS = 60
PROGRAM = {
    **club.PROGRAM,
    "points": {"earn_rules": [{"rule_id": "all", "per_amount": {"points_milli": "1000", "amount_minor": "100"}}],
               "spending": {"thousand_points_value_minor": "100000", "step_milli": "1000"}},
}


class NeighbourCase(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.tokens = {}

    def new_server(self, registers=("R1",), branch="main", programs=club.BIN):
        self.server = club.Server(self.root / "server", programs=programs).start()
        self.addCleanup(lambda: self.server.stop())
        self.server.call("ProgramService", "PublishProgram", {"program": PROGRAM})
        self.server.call("AdminService", "AddBranch", {"branch": {"branch_id": branch}})
        for register in registers:
            self.tokens[register] = self.server.call("AdminService", "AddRegister", {
                "register": {"register_id": register, "branch_id": branch}})["token"]
        return self.server

    def new_front(self, kind):
        front = kind(self.server.grpc).open()
        self.addCleanup(front.close)
        return front

    def new_agent(self, address, programs=club.BIN):
        self.agent = club.Agent(self.root / "agent", address, programs=programs)
        for register, token in self.tokens.items():
            self.agent.add_register(register, token)
        self.addCleanup(lambda: self.agent.stop())
        self.agent.start()
        for register in self.tokens:
            club.wait_for("the agent has the program", lambda r=register: self.status(r)["program_version"] != "0")
        return self.agent

    def register(self, method, message, register="R1"):
        return self.agent.call(register, method, message)

    def status(self, register="R1"):
        return self.register("Status", {}, register)

    def totals(self):
        answer = self.server.call("ReportService", "GetTotals", {})
        return {name: int(answer[name]) for name in (
            "sales_count", "gross_minor", "returns_count", "waiting_returns_count", "differences_count")}

    def available_points(self):
        member = self.server.call("MemberService", "GetMember", {"key": CARD})["member"]
        return int(member["facts"]["points"]["available_milli"])

    # A member's first sales, whoever answers: 20 points, of which 10 pay half of the second sale.
    def sell_connected(self):
        self.register("Enroll", {"member": {"keys": [CARD], "first_name": "Dana"}})
        facts = self.register("Identify", {"key": CARD})["facts"]
        basket = {"lines": [line("1", "bread", 2000)], "member_id": facts["member_id"]}
        quote = self.register("Quote", {"basket": basket})["quote"]
        self.commit("1", 2000, facts["member_id"], quote=quote["reference"])
        self.agent.wait_delivered(["R1"], DELIVERY_SECONDS)
        self.register("Identify", {"key": CARD})
        spending = {**basket, "spend_points_milli": "10000"}
        held = self.register("Hold", {"basket": spending, "request_id": "h1"})
        self.assertEqual(held["quote"]["points"]["spent_milli"], "10000")
        self.commit("2", 2000, facts["member_id"], {"spend_points_milli": "10000"},
                    quote=held["quote"]["reference"], hold_id=held["hold"]["hold_id"])
        self.agent.wait_delivered(["R1"], DELIVERY_SECONDS)
        self.assertEqual(self.available_points(), 20000 - 10000 + 10000)
        self.assertTrue(self.status()["online"])
        self.assertIsNone(self.status().get("blocked_by"))
        return facts["member_id"]

    # A member whom the agent enrolled while the server was away, and whom the server before cannot take.
    def enroll_before_upgrade(self, away, back, upgrade):
        away()
        enrolled = self.register("Enroll", {"member": {"keys": [CARD], "first_name": "Dana"}})["member"]
        self.assertTrue(enrolled["is_provisional"])
        self.commit("1", 2000, enrolled["facts"]["member_id"])
        back()
        pending = club.wait_for("only the enrolment is left", lambda: [
            entry for entry in self.register("Pending", {})["entries"]
            if "refusal" in entry and self.status()["undelivered_count"] == "1"], DELIVERY_SECONDS)
        self.assertEqual([(e["receipt"], e["refusal"]["reason"]) for e in pending], [("", "REASON_FIELD_MISSING")])
        self.commit("2", 2000, enrolled["facts"]["member_id"])
        club.wait_for("the next sale is delivered", lambda: self.status()["undelivered_count"] == "1",
                      DELIVERY_SECONDS)
        away()
        upgrade()
        back()
        self.agent.wait_delivered(["R1"], DELIVERY_SECONDS)
        member = self.server.call("MemberService", "GetMember", {"key": CARD})["member"]
        self.assertEqual(member["first_name"], "Dana")
        self.assertEqual(self.available_points(), 40000)
        self.assertEqual(self.totals()["sales_count"], 2)
        self.assertEqual(selling.disagreements(self.server), [])

    def commit(self, receipt, price_minor, member_id="", content=(), **more):
        return self.register("Commit", {"sale": sale(
            receipt, [line("1", "bread", price_minor)], selling.now(), key=CARD, **dict(content)),
            "member_id": member_id, **more})

    def check_sold(self, sales_count, gross_minor):
        self.assertEqual(self.totals(), {"sales_count": sales_count, "gross_minor": gross_minor, "returns_count": 0,
                                         "waiting_returns_count": 0, "differences_count": 0})
        self.assertEqual(selling.disagreements(self.server), [])
