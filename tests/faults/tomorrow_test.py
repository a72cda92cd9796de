"""A program that starts tomorrow starts at a register that has been cut off since today: at its moment, not before, and the
server agrees."""

import datetime
import pathlib
import shutil
import tempfile
import unittest

import club
from clocks import FakeClock, instant, stamp
from club import line

EVENING = instant("2026-06-10T20:00:00Z")
MIDNIGHT = instant("2026-06-10T21:00:00Z")  # in Jerusalem
MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
CARD = "card-1"
PATIENCE_SECONDS = 30
TOMORROW = {
    **club.PROGRAM,
    "start_time": stamp(MIDNIGHT),
    "benefits": [{"benefit_id": "from-tomorrow", "title": "From tomorrow on",
                  "effect": {"percent_off_basket": {"percent_bps": 1000}}}],
}


class TomorrowTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.server_clock = FakeClock(self.root / "server-clock", EVENING)
        self.agent_clock = FakeClock(self.root / "agent-clock", EVENING)
        self.server = club.Server(self.root / "server", env=self.server_clock.env)
        self.addCleanup(self.server.stop)
        self.server.start()
        # Both before the agent is there: what it fetches first is all that there is.
        for program in (club.PROGRAM, TOMORROW):
            self.owner("ProgramService", "PublishProgram", {"program": program})
        self.owner("AdminService", "AddBranch", {"branch": {"branch_id": "main"}})
        added = self.owner("AdminService", "AddRegister", {
            "register": {"register_id": "R1", "branch_id": "main"}})
        self.owner("MemberService", "EnrollMember", {"keys": [{"card": CARD}]})
        self.agent = club.Agent(self.root / "agent", self.server.grpc, self.agent_clock.env)
        self.agent.add_register("R1", added["token"])
        self.addCleanup(self.agent.stop)
        self.agent.start()
        club.wait_for("the agent has programs and members", lambda: self.status()["program_version"] != "0"
                      and self.status()["cached_member_count"] == "1", PATIENCE_SECONDS)
        self.server.stop()
        club.wait_for("offline", lambda: not self.status()["online"], PATIENCE_SECONDS)

    def owner(self, service, method, message):
        return self.server.call(service, method, message)

    def call(self, method, message):
        return self.agent.call("R1", method, message)

    def status(self):
        return self.call("Status", {})

    def sell(self, receipt):
        """(the program's version, what a basket of 10.00 costs), by an agent that has nobody to ask."""
        found = self.call("Identify", {"key": {"card": CARD}})
        self.assertIn("cached_as_of", found)
        member_id = found["facts"]["member_id"]
        lines = [line("1", "bread", 1000)]
        quote = self.call("Quote", {"basket": {"lines": lines, "member_id": member_id}})["quote"]
        self.call("Commit", {"member_id": member_id, "quote": quote["reference"], "sale": {
            "receipt": receipt, "occurred_at": stamp(self.agent_clock.now()), "key": {"card": CARD},
            "lines": [{**lines[0], "paid_net_minor": quote["total_minor"]}]}})
        self.assertEqual(quote["reference"]["program_version"], self.status()["program_version"])
        return int(quote["reference"]["program_version"]), int(quote["total_minor"])

    def pass_time(self, until):
        pause = until - self.agent_clock.now()
        for clock in (self.server_clock, self.agent_clock):
            clock.sleep(pause)

    def test_it_starts_at_its_moment_without_the_server(self):
        self.assertEqual(self.sell("evening"), (1, 1000))
        self.agent_clock.set(EVENING + 2 * DAY)  # by hand: the server's time is still known
        self.assertEqual(self.sell("set-ahead"), (1, 1000))
        self.agent_clock.set(self.server_clock.now())
        self.pass_time(MIDNIGHT - 2 * MINUTE)
        self.assertEqual(self.sell("before"), (1, 1000))
        self.pass_time(MIDNIGHT + 2 * MINUTE)
        self.assertEqual(self.sell("after"), (2, 900))
        self.agent.kill()
        self.agent.start()
        self.assertEqual(self.sell("started-again"), (2, 900))
        self.server.start()
        self.agent.wait_delivered(["R1"])
        booked = {}
        for receipt in ("evening", "set-ahead", "before", "after", "started-again"):
            sale = self.owner("ReportService", "GetSale", {"register_id": "R1", "receipt": receipt})["sale"]
            booked[receipt] = sale["business_date"]
        self.assertEqual(booked, {"evening": "2026-06-10", "set-ahead": "2026-06-10", "before": "2026-06-10",
                                  "after": "2026-06-11", "started-again": "2026-06-11"})
        totals = self.owner("ReportService", "GetTotals", {})
        self.assertEqual((totals["sales_count"], totals["differences_count"]), ("5", "0"))
        self.assertEqual(self.owner("AdminService", "Verify", {}).get("disagreements", []), [])


if __name__ == "__main__":
    unittest.main()
