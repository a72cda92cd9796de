"""What registers give without the server that is not there any more is the club's loss, by name, to the agora."""

import base64
import datetime
import json
import random
import subprocess
import unittest

from google.protobuf import json_format

import club
import vocabulary
from club import line

REGISTERS = ["R1", "R2", "R3", "R4"]
MEMBERS = 6
STEPS = 5000 if club.LONG else 60
POINTS = 1000  # of each member, worth 0.10 each
MEMBER_LIMIT_MINOR = 5000
# Points that are given now can pay from today on.
DAYS = [str(datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=day))
        for day in range(2, 7)]

PROGRAM = {
    **club.PROGRAM,
    "points": {"spending": {"thousand_points_value_minor": "10000", "step_milli": "1000"}},
    "offline": {"member_limit_minor": str(MEMBER_LIMIT_MINOR)},
    "rights": [{"right_id": "coffee", "title": "Coffee", "coupon": {"use_count": 1}}],
    "benefits": [
        {"benefit_id": "cup", "title": "Cup",
         "effect": {"amount_off_lines": {"amount_minor": "700", "filter": {"skus": ["cup"]}}},
         "limits": {"per_member_count": 1}},
        {"benefit_id": "coffee", "title": "Free coffee",
         "conditions": [{"right_held": {"right_id": "coffee"}}],
         "effect": {"fixed_price": {"unit_price_minor": "0", "filter": {"skus": ["coffee"]}}}},
    ],
}


def half_up(part, of, whole):
    return (2 * part * of + whole) // (2 * whole)


class LossTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club(REGISTERS, replays_history=True, program=PROGRAM)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        self.sequences = dict.fromkeys(REGISTERS, 0)
        self.names = 0

    def member(self, card):
        member_id = self.club.owner("MemberService", "EnrollMember", {"keys": [{"card": card}]})[
            "member"]["member_id"]
        self.club.owner("MemberService", "AdjustPoints", {
            "request_id": card, "member_id": member_id, "points_milli": str(POINTS * 1000),
            "note": "test", "actor": "test"})
        return member_id

    def facts(self, member_id):
        return self.club.owner("SyncService", "GetFacts", {"member_id": member_id},
                               token=self.club.register_tokens["R1"])["facts"]

    def terms(self, facts):
        """The same facts under the terms of an agent that has used nothing of its caps yet."""
        half = int(facts["points"]["available_milli"]) // 2 if "points" in facts else 0
        return {**facts, "offline": {
            "amount_limit_minor": str(MEMBER_LIMIT_MINOR), "points_limit_milli": str(half),
            "leased_grant_ids": [right["grant_id"] for right in facts.get("rights", [])]}}

    def record(self, register, kind, message, content, context):
        self.sequences[register] += 1
        made = json_format.ParseDict(content, vocabulary.message(message)())
        entry = {"sequence": str(self.sequences[register]), "context": context,
                 kind: base64.b64encode(made.SerializeToString()).decode()}
        answer = self.club.owner("SyncService", "Record", {"entries": [entry]},
                                 token=self.club.register_tokens[register])
        self.assertIn("recorded", answer["outcomes"][0], answer)

    def sell(self, register, facts, lines, day=DAYS[0], points=0):
        self.names += 1
        receipt = f"s{self.names}"
        content = {"receipt": receipt, "occurred_at": f"{day}T10:00:00Z", "lines": lines,
                   "spend_points_milli": str(points * 1000)}
        self.record(register, "sale", "Sale", content,
                    {"member_id": facts["member_id"], "program_version": "1", "facts": facts})
        return receipt

    def bring_back(self, register, original, lines, day=DAYS[-1]):
        self.names += 1
        receipt = f"b{self.names}"
        content = {"receipt": receipt, "occurred_at": f"{day}T12:00:00Z", "lines": lines,
                   "original": {"register_id": original[0], "receipt": original[1]}}
        self.record(register, "returned", "Return", content, {})
        return receipt

    def losses(self, **asked):
        """All pages; what they sum to is what each says the total is."""
        losses, token = [], ""
        while True:
            page = self.club.owner("OfflineService", "ListLosses",
                                   {"page_size": 3, "page_token": token, **asked})
            losses += page["losses"]
            token = page["next_page_token"]
            if not token:
                break
        self.assertEqual(sum(int(loss["amount_minor"]) for loss in losses),
                         int(page["total_minor"]))
        return losses

    def total(self, **asked):
        return sum(int(loss["amount_minor"]) for loss in self.losses(**asked))

    def available(self, member_id):
        points = self.facts(member_id)["points"]
        self.assertEqual(points.get("deficit_milli", "0"), "0")
        return int(points["available_milli"])

    def test_points_spent_at_several_registers_at_once(self):
        member_id = self.member("card-1")
        stale = self.terms(self.facts(member_id))
        article = [line("1", "coat", 20000, 4000)]
        receipts = [self.sell(register, stale, article, points=500) for register in REGISTERS]
        self.assertEqual(self.available(member_id), 0)
        found = [(loss["register_id"], loss["receipt"], loss["amount_minor"],
                  loss["points"]["points_milli"], loss["member_id"]) for loss in self.losses()]
        self.assertEqual(found, [(REGISTERS[i], receipts[i], "5000", "500000", member_id)
                                 for i in (2, 3)])
        self.club.verify()
        # The loss comes back first, then nothing is left to come back to the member.
        self.bring_back("R1", ("R4", receipts[3]), [line("1", "coat", 20000, 3000)])
        self.assertEqual((self.total(), self.available(member_id)), (6250, 0))
        self.bring_back("R1", ("R1", receipts[0]), [line("1", "coat", 20000, 4000)])
        self.assertEqual((self.total(), self.available(member_id)), (6250, 500_000))
        self.club.verify()
        totals = self.club.owner("ReportService", "GetTotals", {})
        self.assertEqual(totals["differences_count"], "2")

    def test_limits_and_rights(self):
        member_id = self.member("card-1")
        self.club.owner("MemberService", "GrantMemberRight", {
            "request_id": "coffee", "member_id": member_id, "right_id": "coffee", "note": "test",
            "actor": "test"})
        stale = self.terms(self.facts(member_id))
        basket = [line("1", "cup", 3000), line("2", "coffee", 1200)]
        self.sell("R1", stale, basket)
        self.assertEqual(self.losses(), [])
        receipt = self.sell("R2", stale, basket)
        right, limit = self.losses()
        self.assertEqual((limit["limit"]["benefit_id"], limit["amount_minor"]), ("cup", "700"))
        self.assertEqual((right["right"]["benefit_id"], right["right"]["grant_id"],
                          right["amount_minor"]),
                         ("coffee", stale["rights"][0]["grant_id"], "1200"))
        self.bring_back("R2", ("R2", receipt), [line("1", "coffee", 1200)])
        self.assertEqual(self.total(), 700)
        self.bring_back("R2", ("R2", receipt), [line("1", "cup", 3000)])
        self.assertEqual(self.total(), 0)
        self.club.verify()

    def test_any_sales_and_returns_against_a_plain_account(self):
        members = [self.member(f"card-{i}") for i in range(MEMBERS)]
        known = {m: [self.terms(self.facts(m))] * len(REGISTERS) for m in members}
        available = dict.fromkeys(members, POINTS * 1000)
        sales = []  # each a dict with what is left of it
        expected_minor = 0
        for _ in range(STEPS):
            if sales and random.random() < 0.35:
                one = random.choice(sales)
                taken = random.randint(1, 3)
                self.bring_back(random.choice(REGISTERS), one["name"],
                                [line("1", "coat", 20000, taken * 1000)], random.choice(DAYS))
                one["returned"] = min(one["units"], one["returned"] + taken)
                left = one["spent"] - half_up(one["spent"], one["returned"], one["units"])
                covered = min(left, one["first_covered"])
                available[one["member"]] += one["covered"] - covered
                expected_minor -= one["lost_minor"]
                one["covered"] = covered
                one["lost_minor"] = self.worth_minor(left - covered)
                expected_minor += one["lost_minor"]
                continue
            member = random.choice(members)
            at = random.randrange(len(REGISTERS))
            if random.random() < 0.2:  # this register has heard of the server
                known[member] = list(known[member])
                known[member][at] = self.terms(self.facts(member))
            facts = known[member][at]
            limit = int(facts["offline"]["points_limit_milli"]) // 1000
            points = random.randint(0, min(limit, MEMBER_LIMIT_MINOR // 10))
            units = random.randint(1, 7)
            receipt = self.sell(REGISTERS[at], facts, [line("1", "coat", 20000, units * 1000)],
                                random.choice(DAYS), points)
            covered = min(points * 1000, available[member])
            available[member] -= covered
            lost_minor = self.worth_minor(points * 1000 - covered)
            expected_minor += lost_minor
            sales.append({"name": (REGISTERS[at], receipt), "member": member, "units": units,
                          "returned": 0, "spent": points * 1000, "covered": covered,
                          "first_covered": covered, "lost_minor": lost_minor})
        self.assertEqual(self.total(), expected_minor)
        for member in members:
            self.assertEqual(self.available(member), available[member], member)
        by_day = [self.total(from_date=day, until_date=day) for day in DAYS]
        self.assertEqual(sum(by_day), expected_minor)
        self.club.verify()
        # Erasing people changes no sum.
        self.club.owner("MemberService", "EraseMember", {"member_id": members[0], "actor": "test"})
        self.assertEqual(self.total(), expected_minor)
        self.club.verify()

    @staticmethod
    def worth_minor(points_milli):
        return half_up(points_milli, 10, 1000)

    def test_the_owner_reads_it(self):
        member_id = self.member("card-1")
        stale = self.terms(self.facts(member_id))
        for day, register in zip(DAYS, REGISTERS):
            self.sell(register, stale, [line("1", "coat", 20000)], day, points=500)
        shown = self.club.moadon("offline", "losses").stdout
        for word in (DAYS[2], DAYS[3], "R3", "R4", member_id, "points that were not there: 500",
                     "50.00", "total", "100.00"):
            self.assertIn(word, shown)
        self.assertNotIn(DAYS[0], shown)
        one_day = self.club.moadon("offline", "losses", "--from", DAYS[3], "--until", DAYS[3]).stdout
        self.assertNotIn("R3", one_day)
        self.assertNotIn("100.00", one_day)
        as_json = json.loads(self.club.moadon("--json", "offline", "losses").stdout)
        self.assertEqual((len(as_json["losses"]), as_json["total_minor"]), (2, "10000"))
        hebrew = subprocess.run(
            [str(club.BIN / "moadon"), "offline", "losses"], capture_output=True, text=True,
            check=True, timeout=club.CALL_SECONDS,
            env={**self.club.cli_env(), "MOADON_LANGUAGE": "he"}).stdout
        for word in ("נקודות שלא היו", "סך הכול", "קופה", "100.00"):
            self.assertIn(word, hebrew)
        wrong = self.club.moadon("offline", "losses", "--from", "yesterday", check=False)
        self.assertEqual((wrong.returncode, wrong.stdout), (1, ""))


if __name__ == "__main__":
    unittest.main()
