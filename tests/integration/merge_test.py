"""Two members found to be one: a lead with a phone and a member with a card."""

import unittest

import club
from club import line, sale

EARNING = {**club.PROGRAM,
           "points": {"earn_rules": [{"rule_id": "all", "per_amount": {
               "amount_minor": "100", "points_milli": "1000"}}], "expiry_days": 3000}}


class MergeTest(unittest.TestCase):
    """Each test has people of its own in one club, at the clock's real time."""

    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(["R1"], replays_history=True, program=EARNING)
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.count = 0

    def owner(self, service, method, message):
        return self.club.owner(service, method, message)

    def members(self, method, **message):
        return self.owner("MemberService", method, message)

    def setUp(self):
        MergeTest.count += 1
        self.number = MergeTest.count
        self.phone = f"+97254312{self.number:04d}"
        self.card = f"card-{self.number}"
        self.lead = self.members(
            "CaptureLead", keys=[{"phone": self.phone}], first_name="Noa",
            occurred_at="2026-01-01T10:00:00Z",
            source={"kind": "SOURCE_KIND_LANDING_PAGE", "name": "spring"})["member"]["member_id"]
        self.member = self.members(
            "EnrollMember", keys=[{"card": self.card}], last_name="Levi",
            occurred_at="2026-01-05T10:00:00Z")["member"]["member_id"]

    def buy(self, receipt, key, time, price):
        self.club.register("Commit", {"sale": sale(
            f"{self.number}-{receipt}", [line("1", "tea", price)], time, key=key)})
        self.club.wait_delivered()

    def decide(self, method, name, **ids):
        return self.members(method, request_id=f"{name}-{self.number}", note="one person",
                            actor="dana", **ids)

    def merge(self):
        return self.decide("MergeMembers", "merge", kept_member_id=self.member,
                           lost_member_id=self.lead)["member"]

    def undo(self):
        return self.decide("UndoMerge", "undo", lost_member_id=self.lead)

    def facts(self, member_id):
        return self.members("GetMember", member_id=member_id)["member"]["facts"]

    def standing(self, member_id):
        facts = self.facts(member_id)
        return (facts["purchase_day_count"], facts["net_spend_minor"],
                facts.get("points", {}).get("available_milli", "0"))

    def own_as_of(self, date):
        exported = self.owner("ReportService", "ExportMembers", {"as_of": {"date": date}})
        return {member["member_id"]: member["net_spend_minor"] for member in exported["members"]
                if member["member_id"] in (self.lead, self.member)}

    def check_order(self):
        self.club.verify()

    def test_one_story_and_one_balance_until_it_is_undone(self):
        self.buy("a", {"phone": self.phone}, "2026-02-01T10:00:00Z", 1000)
        self.buy("b", {"card": self.card}, "2026-02-01T12:00:00Z", 2000)
        self.buy("c", {"phone": self.phone}, "2026-02-10T10:00:00Z", 3000)
        merged = self.merge()
        self.assertEqual(merged["member_id"], self.member)
        self.assertEqual((merged["first_name"], merged["last_name"]), ("Noa", "Levi"))
        self.assertEqual(len(merged["keys"]), 2)
        self.assertEqual(self.standing(self.member), ("2", "6000", "60000"))
        self.assertEqual(self.facts(self.lead)["stage"], "STAGE_UNSPECIFIED")
        self.assertEqual(self.own_as_of("2026-03-01"), {self.lead: "4000", self.member: "2000"})
        # A sale from before the merge that arrives late, and the return of another.
        self.buy("d", {"phone": self.phone}, "2026-02-20T10:00:00Z", 500)
        self.club.register("Return", {"returned": {
            "receipt": f"{self.number}-back", "occurred_at": "2026-02-21T10:00:00Z",
            "original": {"register_id": "R1", "receipt": f"{self.number}-c"},
            "lines": [line("1", "tea", 3000)]}})
        self.club.wait_delivered()
        self.assertEqual(self.standing(self.member), ("2", "3500", "35000"))
        self.check_order()
        undone = self.undo()
        self.assertEqual(undone["kept"]["member_id"], self.member)
        self.assertEqual(self.standing(self.member), ("1", "2000", "20000"))
        self.assertEqual(self.standing(self.lead), ("2", "1500", "15000"))
        self.assertEqual(self.own_as_of("2026-03-01"), {self.lead: "1500", self.member: "2000"})
        self.check_order()

    def test_either_key_identifies_the_kept_one(self):
        found = self.club.register("Identify", {"key": {"phone": self.phone}})
        self.assertEqual(found["facts"]["member_id"], self.lead)
        self.merge()
        for key in ({"phone": self.phone}, {"card": self.card}):
            found = self.club.register("Identify", {"key": key})
            self.assertEqual(found["facts"]["member_id"], self.member)
        again = self.members("CaptureLead", keys=[{"phone": self.phone}], first_name="Noa")
        self.assertTrue(again["was_known"])
        self.assertEqual(again["member"]["member_id"], self.member)
        self.check_order()

    def test_decisions_are_made_once(self):
        first = self.merge()
        self.assertEqual(self.merge(), first)
        self.undo()
        self.undo()
        with self.assertRaises(club.Refused) as refused:
            self.decide("UndoMerge", "other", lost_member_id=self.lead)
        self.assertEqual(refused.exception.reason, "REASON_MERGE_UNKNOWN")

    def test_the_command_line_merges_by_keys(self):
        def run(*words):
            return self.club.moadon("members", *words, "--note", "one person", "--actor", "dana")

        run("merge", self.card, self.phone)
        self.assertEqual(self.members("GetMember", member_id=self.lead)["member"]["merged_into"],
                         self.member)
        run("unmerge", self.lead)
        self.assertEqual(
            self.members("GetMember", member_id=self.lead)["member"].get("merged_into", ""), "")


if __name__ == "__main__":
    unittest.main()
