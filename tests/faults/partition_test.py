"""Registers that are all cut off at once give the same members' points and rights: what that costs is bounded, and booked to
the last agora."""

import collections
import concurrent.futures
import pathlib
import random
import shutil
import tempfile
import time
import unittest

import club
from club import line

REGISTERS = 20 if club.LONG else 8
MEMBERS = 14
BALANCE_MINOR = 20_000  # of each, at 0.10 a point: more than one register may spend, less than all of them do
POINT_MINOR = 10
MEMBER_CAP_MINOR, REGISTER_CAP_MINOR = 5_000, 50_000
BASKET_MINOR = 20_000
COFFEE_MINOR = 1_200
FILL_SECONDS = 60
RETURN_SECONDS = 120

PROGRAM = {
    **club.PROGRAM,
    # Nothing is earned, so that what was there does not depend on the order in which the registers return.
    "points": {"spending": {"thousand_points_value_minor": str(POINT_MINOR * 1000),
                            "step_milli": "1000"}},
    "rights": [{"right_id": "coffee", "title": "Coffee", "coupon": {"use_count": 1}}],
    "benefits": [{"benefit_id": "free-coffee", "title": "Coffee",
                  "conditions": [{"right_held": {"right_id": "coffee"}}],
                  "effect": {"fixed_price": {"unit_price_minor": "0",
                                             "filter": {"skus": ["coffee"]}}}}],
    "offline": {"leases": {"rights_per_register": 1000}},
}


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class PartitionTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.server = club.Server(self.root / "server")
        self.server.start()
        self.addCleanup(self.server.stop)
        self.owner("ProgramService", "PublishProgram", {"program": PROGRAM})
        self.owner("AdminService", "AddBranch", {"branch": {"branch_id": "main"}})
        self.registers = [f"r{number:02}" for number in range(1, REGISTERS + 1)]
        self.agents = {register: self.add_register(register) for register in self.registers}
        first = self.registers[0]
        self.agents[first].start()
        self.members = [self.make_member(number) for number in range(MEMBERS)]
        self.agents[first].wait_delivered([first])
        for member in self.members:
            self.give(member)
        for register in self.registers[1:]:
            self.agents[register].start()
        self.grants = {}
        club.wait_for("every register keeps every member and its leases", self.are_ready, FILL_SECONDS)

    def owner(self, service, method, message):
        return self.server.call(service, method, message)

    def add_register(self, register):
        added = self.owner("AdminService", "AddRegister", {
            "register": {"register_id": register, "branch_id": "main"}})
        agent = club.Agent(self.root / register, self.server.grpc)
        agent.add_register(register, added["token"])
        self.addCleanup(agent.stop)
        return agent

    def call(self, register, method, message):
        return self.agents[register].call(register, method, message)

    def make_member(self, number):
        """Known by card and phone, with a purchase in the branch: rights are leased to where their member buys."""
        card = f"CARD-{number:04}"
        member_id = self.owner("MemberService", "EnrollMember", {
            "keys": [{"card": card}, {"phone": f"054{number:07}"}], "first_name": "Dana"})[
                "member"]["member_id"]
        self.call(self.registers[0], "Commit", {"member_id": member_id, "sale": {
            "receipt": f"first-{number}", "occurred_at": now(), "key": {"card": card},
            "lines": [line("1", "bread", 99)]}})
        return {"card": card, "member_id": member_id}

    def give(self, member):
        """Points and a coupon, by hand."""
        by_hand = {"member_id": member["member_id"], "note": "for the test", "actor": "test"}
        self.owner("MemberService", "AdjustPoints", {
            **by_hand, "request_id": "points-" + member["card"],
            "points_milli": str(BALANCE_MINOR * 1000 // POINT_MINOR)})
        right = self.owner("MemberService", "GrantMemberRight", {
            **by_hand, "request_id": "coffee-" + member["card"], "right_id": "coffee"})["right"]
        member["grant_id"] = right["grant_id"]

    def are_ready(self):
        states = [self.call(register, "Status", {}) for register in self.registers]
        leased = sum(int(state["leased_right_count"]) for state in states)
        return leased == MEMBERS and all(
            int(state["cached_member_count"]) == MEMBERS and state["online"] for state in states)

    def sell(self, register, member, receipt, basket):
        """Identified, priced, set aside and paid: what the register was told."""
        found = self.call(register, "Identify", {"key": {"card": member["card"]}})
        self.assertIn("cached_as_of", found)
        basket = {**basket, "member_id": found["facts"]["member_id"]}
        held = self.call(register, "Hold", {"basket": basket, "request_id": receipt})
        quote = held["quote"]
        sale = {"receipt": receipt, "occurred_at": now(), "key": {"card": member["card"]},
                "lines": basket["lines"], "spend_points_milli": basket.get("spend_points_milli", "0")}
        done = self.call(register, "Commit", {
            "sale": sale, "member_id": basket["member_id"], "quote": quote["reference"],
            "hold_id": held.get("hold", {}).get("hold_id", "")})
        told = {"spent_minor": int(quote.get("points", {}).get("spent_minor", 0)),
                "rights": [use["grant_id"] for use in quote["rights_used"]],
                "total_minor": int(quote["total_minor"])}
        self.assertEqual(int(done["total_minor"]), told["total_minor"])
        self.assertEqual(int(done["quote"].get("points", {}).get("spent_minor", 0)),
                         told["spent_minor"])
        return told

    def sell_all(self, register, order):
        """Everybody pays with all they have, twice, and asks for their coffee."""
        told = []
        for number in order:
            member = self.members[number]
            spend = {"lines": [line("1", "bread", BASKET_MINOR)],
                     "spend_points_milli": str(BALANCE_MINOR * 1000 // POINT_MINOR),
                     "without_rights": True}
            for attempt in ("a", "b"):
                told.append((number, "points", self.sell(register, member, f"{attempt}{number}", spend)))
            coffee = {"lines": [line("1", "coffee", COFFEE_MINOR)]}
            told.append((number, "coffee", self.sell(register, member, f"c{number}", coffee)))
        return told

    def losses(self):
        found, token = [], ""
        while True:
            page = self.owner("OfflineService", "ListLosses", {"page_size": 50, "page_token": token})
            found += page["losses"]
            token = page["next_page_token"]
            if not token:
                return found, int(page["total_minor"])

    def check_what_registers_gave(self, told):
        """No register more than its caps, no right twice; what each member spent."""
        spent, uses = collections.Counter(), collections.Counter()
        for register, sales in told.items():
            own, given = collections.Counter(), 0
            for number, kind, sale in sales:
                if kind == "points":
                    own[number] += sale["spent_minor"]
                    given += sale["spent_minor"]
                    self.assertEqual(sale["rights"], [])
                    continue
                uses.update(sale["rights"])
                self.assertEqual(sale["total_minor"], 0 if sale["rights"] else COFFEE_MINOR)
            self.assertLessEqual(max(own.values()), MEMBER_CAP_MINOR, register)
            self.assertEqual(given, REGISTER_CAP_MINOR, "each tried to give more than its cap")
            spent.update(own)
        self.assertEqual(uses, {member["grant_id"]: 1 for member in self.members})
        return spent

    def check_what_it_cost(self, spent):
        overspent = sum(max(0, spent[number] - BALANCE_MINOR) for number in range(MEMBERS))
        found, total_minor = self.losses()
        self.assertGreater(overspent, 0)
        self.assertEqual(sum(int(loss["amount_minor"]) for loss in found), total_minor)
        self.assertEqual(total_minor, overspent)
        self.assertLessEqual(total_minor, REGISTERS * REGISTER_CAP_MINOR)
        self.assertEqual([loss for loss in found if "points" not in loss], [])
        for number, member in enumerate(self.members):
            facts = self.owner("MemberService", "GetMember", {"member_id": member["member_id"]})[
                "member"]["facts"]
            left_minor = BALANCE_MINOR - min(spent[number], BALANCE_MINOR)
            points = facts["points"]
            self.assertEqual(int(points["available_milli"]) * POINT_MINOR, left_minor * 1000)
            self.assertEqual(int(points["deficit_milli"]), 0)
            self.assertEqual(facts["rights"], [])
        return overspent

    def test_overspending_is_bounded_and_booked_and_rights_are_used_once(self):
        print(f"{REGISTERS} registers, {MEMBERS} members")
        self.server.stop()
        # Until each has noticed by itself: three calls in vain.
        for register in self.registers:
            club.wait_for(f"{register} is offline", lambda r=register: not self.call(
                r, "Status", {})["online"], FILL_SECONDS)
        orders = {register: random.sample(range(MEMBERS), MEMBERS) for register in self.registers}
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            told = dict(zip(self.registers, pool.map(
                lambda register: self.sell_all(register, orders[register]), self.registers)))
        spent = self.check_what_registers_gave(told)
        self.server.start()
        for register in self.registers:
            self.agents[register].wait_delivered([register], RETURN_SECONDS)
        overspent = self.check_what_it_cost(spent)
        answer = self.owner("AdminService", "Verify", {})
        self.assertEqual(answer.get("disagreements", []), [])
        print(f"spent {sum(spent.values())}, overspent {overspent}, "
              f"bound {REGISTERS * REGISTER_CAP_MINOR} minor units")


if __name__ == "__main__":
    unittest.main()
