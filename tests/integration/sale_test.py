"""One sale from the register to the customer's stage, and everything that can happen to it on the way."""

import json

import unittest

import club
from club import line, sale


def card(number):
    return {"card": number}


def linked_return(receipt, original, lines, occurred_at="2026-06-02T10:00:00Z", register="R1"):
    return {"receipt": receipt, "occurred_at": occurred_at, "lines": lines,
            "original": {"register_id": register, "receipt": original}}


class SaleTest(unittest.TestCase):
    """Each test uses cards and receipts of its own in one shared club of two registers that replay history, so that
    the dates in the sales are believed."""

    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(["R1", "R2"], replays_history=True)
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.count = 0

    def setUp(self):
        type(self).count += 1
        self.card = f"{self.id().rsplit('.')[-1][:40]}-{self.count}".replace("_", "-")
        self.receipts = 0

    def receipt(self):
        self.receipts += 1
        return f"{self.card}/{self.receipts}"

    def enroll(self, **more):
        answer = self.club.register("Enroll", {"member": {
            "keys": [card(self.card)], "occurred_at": "2026-05-01T10:00:00Z", **more}})
        return answer["member"]["facts"]["member_id"]

    def sell(self, lines, register="R1", receipt=None, **more):
        receipt = receipt or self.receipt()
        content = sale(receipt, lines, key=card(self.card), **more)
        self.club.register("Commit", {"sale": content}, register)
        return receipt

    def give_back(self, content, register="R1"):
        return self.club.register("Return", {"returned": content}, register)

    def member(self):
        self.club.wait_delivered()
        return self.club.owner("MemberService", "GetMember", {"key": card(self.card)})["member"]

    def standing(self, as_of):
        self.club.wait_delivered()
        for row in self.club.moadon("members", "export", "--as-of", as_of).stdout.splitlines():
            if row.startswith(self.card + ","):
                return row.split(",")
        return None

    def test_a_stranger_becomes_new_then_active_because_a_register_sold_them_something(self):
        with self.assertRaises(club.Refused) as unknown:
            self.club.register("Identify", {"key": card(self.card)})
        self.assertEqual(unknown.exception.reason, "REASON_MEMBER_UNKNOWN")
        member_id = self.enroll(first_name="נעמה", last_name="לוי")
        identified = self.club.register("Identify", {"key": card(self.card)})
        self.assertEqual(identified["facts"]["member_id"], member_id)
        self.assertIn("נעמה", identified["display_name"])
        self.assertNotIn("לוי", identified["display_name"])
        basket = [line("1", "7290000000001", 1290, 347), line("2", "7290000000002", 620, 2000)]
        quote = self.club.register("Quote", {"basket": {"lines": basket, "member_id": member_id}})
        self.assertEqual(quote["quote"]["total_minor"], "1688")
        self.assertEqual(quote["quote"]["cash_total_minor"], "1690")
        self.sell(basket, occurred_at="2026-06-01T10:00:00Z")
        self.assertEqual(self.standing("2026-06-01")[-2:], ["new", "2026-06-01"])
        self.sell(basket, occurred_at="2026-06-08T10:00:00Z")
        self.assertEqual(self.standing("2026-06-08")[-2:], ["active", "2026-06-08"])
        self.assertEqual(self.standing("2026-06-08")[1:4], ["2", "2026-06-08", "3376"])
        self.assertEqual(self.standing("2026-06-07")[-2:], ["new", "2026-06-01"])

    def test_the_same_sale_again_has_the_same_answer_and_no_effect(self):
        self.enroll()
        content = sale(self.receipt(), [line("1", "A", 1000)], key=card(self.card))
        answers = [self.club.register("Commit", {"sale": content}) for _ in range(5)]
        self.assertEqual(len({json.dumps(a, sort_keys=True) for a in answers}), 1)
        self.assertEqual(self.member()["facts"]["net_spend_minor"], "1000")

    def test_the_same_receipt_with_other_content_is_refused_and_changes_nothing(self):
        self.enroll()
        receipt = self.sell([line("1", "A", 1000)])
        for changed in (sale(receipt, [line("1", "A", 1001)], key=card(self.card)),
                        sale(receipt, [line("1", "A", 1000)]),
                        sale(receipt, [line("1", "A", 1000)], key=card(self.card), cashier="x")):
            with self.assertRaises(club.Refused) as refused:
                self.club.register("Commit", {"sale": changed})
            self.assertEqual(refused.exception.reason, "REASON_RECEIPT_REUSED")
            self.assertEqual(refused.exception.values["receipt"], receipt)
        with self.assertRaises(club.Refused) as refused:
            self.give_back({"receipt": receipt, "occurred_at": "2026-06-01T10:00:00Z",
                            "lines": [line("1", "A", 1000)]})
        self.assertEqual(refused.exception.reason, "REASON_RECEIPT_REUSED")
        self.assertEqual(self.member()["facts"]["net_spend_minor"], "1000")

    def test_two_registers_may_use_the_same_receipt(self):
        self.enroll()
        receipt = self.receipt()
        self.sell([line("1", "A", 1000)], "R1", receipt)
        self.sell([line("1", "A", 500)], "R2", receipt)
        self.assertEqual(self.member()["facts"]["net_spend_minor"], "1500")

    def test_a_return_by_receipt_through_another_register_takes_the_purchase_day_back(self):
        self.enroll()
        receipt = self.sell([line("1", "A", 334, 3000, paid_net_minor="1000")])
        for expected_refund, left in (("333", "667"), ("334", "333"), ("333", "0")):
            self.club.wait_delivered()
            answer = self.give_back(
                linked_return(self.receipt(), receipt, [line("1", "A", 334)]), "R2")
            self.assertEqual(answer["refund_minor"], expected_refund)
            self.assertEqual(self.member()["facts"]["net_spend_minor"], left)
        self.assertEqual(self.member()["facts"]["purchase_day_count"], "0")
        self.assertEqual(self.standing("2026-06-01")[1], "1")  # it had not come back yet
        self.assertEqual(self.standing("2026-06-02")[1], "0")

    def test_a_return_ahead_of_its_sale_waits_and_is_applied_with_it(self):
        self.enroll()
        receipt = self.receipt()
        self.give_back(linked_return(self.receipt(), receipt, [line("1", "A", 1000)]), "R2")
        self.club.wait_delivered()
        self.assertEqual(self.member()["facts"]["net_spend_minor"], "0")
        self.sell([line("1", "A", 1000, 3000)], "R1", receipt)
        self.assertEqual(self.member()["facts"]["net_spend_minor"], "2000")
        self.assertEqual(self.standing("2026-06-01")[3], "3000")
        self.assertEqual(self.standing("2026-06-02")[3], "2000")

    def test_more_than_was_sold_is_refused_at_the_till_that_knows_the_sale(self):
        self.enroll()
        receipt = self.sell([line("1", "A", 1000, 2000)])
        with self.assertRaises(club.Refused) as refused:
            self.give_back(linked_return(self.receipt(), receipt, [line("1", "A", 1000, 3000)]))
        self.assertEqual(refused.exception.reason, "REASON_RETURN_EXCEEDS_SOLD")
        with self.assertRaises(club.Refused) as refused:
            self.give_back(linked_return(self.receipt(), receipt, [line("1", "B", 1000)]))
        self.assertEqual(refused.exception.reason, "REASON_LINE_UNKNOWN")
        self.assertEqual(self.member()["facts"]["net_spend_minor"], "2000")

    def test_a_return_without_receipt_lowers_net_spend_and_no_purchase_day(self):
        self.enroll()
        self.sell([line("1", "A", 1000)])
        self.give_back({"receipt": self.receipt(), "occurred_at": "2026-06-03T10:00:00Z",
                        "key": card(self.card), "lines": [line("1", "Z", 400)]})
        self.assertEqual(self.standing("2026-06-03")[1:4], ["1", "2026-06-01", "600"])
        self.give_back({"receipt": self.receipt(), "occurred_at": "2026-06-04T10:00:00Z",
                        "key": card(self.card), "lines": [line("1", "Z", 900)]})
        self.assertEqual(self.standing("2026-06-04")[1:4], ["1", "2026-06-01", "0"])

    def test_a_sale_with_a_key_that_nobody_holds_follows_whoever_enrolls_with_it(self):
        self.sell([line("1", "A", 700)])
        self.club.wait_delivered()
        with self.assertRaises(club.Refused):
            self.club.register("Identify", {"key": card(self.card)})
        self.enroll()
        self.assertEqual(self.member()["facts"]["net_spend_minor"], "700")

    def test_a_sale_without_a_member_is_kept_for_nobody(self):
        receipt = self.receipt()
        self.club.register("Commit", {"sale": sale(receipt, [line("1", "A", 4321)])})
        self.club.wait_delivered()
        kept = self.club.owner("ReportService", "GetSale",
                               {"register_id": "R1", "receipt": receipt})["sale"]
        self.assertEqual(kept["member_id"], "")
        self.assertEqual(kept["value_minor"], "4321")

    def test_deposits_are_not_spend_and_no_purchase(self):
        self.enroll()
        self.sell([line("1", "D", 30, is_deposit=True)])
        self.assertEqual(self.member()["facts"]["purchase_day_count"], "0")
        self.sell([line("1", "D", 30, is_deposit=True), line("2", "A", 1000)])
        facts = self.member()["facts"]
        self.assertEqual((facts["purchase_day_count"], facts["net_spend_minor"]), ("1", "1000"))

    def test_a_price_that_differs_from_the_rules_is_recorded_and_shown(self):
        self.enroll()
        receipt = self.sell([line("1", "A", 1000, paid_net_minor="900")],
                            register_total_minor="1000")
        self.club.wait_delivered()
        kept = self.club.owner("ReportService", "GetSale",
                               {"register_id": "R1", "receipt": receipt})["sale"]
        kinds = {next(iter(d)) for d in kept["differences"]}
        self.assertEqual(kinds, {"price_differs", "total_differs"})
        self.assertEqual(self.member()["facts"]["net_spend_minor"], "900")

    def test_a_late_sale_changes_the_past_it_belongs_to(self):
        self.enroll()
        self.sell([line("1", "A", 1000)], occurred_at="2026-06-20T10:00:00Z")
        self.assertEqual(self.standing("2026-06-20")[-2:], ["new", "2026-06-20"])
        self.sell([line("1", "A", 1000)], "R2", occurred_at="2026-06-10T10:00:00Z")
        self.assertEqual(self.standing("2026-06-20")[-2:], ["active", "2026-06-20"])
        self.assertEqual(self.standing("2026-06-10")[-2:], ["new", "2026-06-10"])

    def test_phones_are_recognised_in_any_spelling(self):
        digits = f"05412{self.count:05d}"
        spelling = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        self.club.register("Enroll", {"member": {"keys": [{"phone": spelling}]}})
        for other in (digits, "+972" + digits[1:], "00972-" + digits[1:],
                      f"\u202a+972 {digits[1:3]} {digits[3:]}\u202c"):
            found = self.club.register("Identify", {"key": {"phone": other}})
            self.assertTrue(found["facts"]["member_id"], other)
        found = self.club.register("Identify", {"key": {"scanned": digits}})
        self.assertTrue(found["facts"]["member_id"])

    def test_receipts_are_found_again_with_what_is_left_of_them(self):
        self.enroll()
        receipt = self.sell([line("1", "A", 1000, 2000), line("2", "B", 300)])
        self.club.wait_delivered()
        self.give_back(linked_return(self.receipt(), receipt, [line("1", "A", 1000)]))
        self.club.wait_delivered()
        found = self.club.register("GetReceipt", {"register_id": "R1", "receipt": receipt}, "R2")
        self.assertEqual([k["kept_milli"] for k in found["kept_lines"]], ["1000", "1000"])
        with self.assertRaises(club.Refused) as unknown:
            self.club.register("GetReceipt", {"receipt": "never"})
        self.assertEqual(unknown.exception.reason, "REASON_RECEIPT_UNKNOWN")

    @classmethod
    def tearDownClass(cls):
        cls.club.wait_delivered()
        cls.club.verify()


class WithoutServerTest(unittest.TestCase):
    def test_commit_succeeds_with_the_server_down_and_is_delivered_once_when_it_returns(self):
        with club.Club(["R1", "R2"]) as running:
            running.register("Enroll", {"member": {"keys": [card("1")]}})
            running.server.kill()
            for i in range(40):
                register = ("R1", "R2")[i % 2]
                running.register("Quote", {"basket": {"lines": [line("1", "A", 100)]}}, register)
                running.register("Commit", {"sale": sale(f"S{i}", [line("1", "A", 100)],
                                                         key=card("1"))}, register)
            self.assertEqual(running.register("Status", {})["undelivered_count"], "20")
            self.assertEqual(len(running.register("Pending", {})["entries"]), 20)
            running.agent.kill()
            running.agent.start()
            running.register("Commit", {"sale": sale("S0", [line("1", "A", 100)], key=card("1"))})
            running.server.start()
            running.wait_delivered()
            kept = json.loads(running.moadon("totals", "--json").stdout)
            self.assertEqual((kept["sales"], kept["gross_minor"]), (40, 4000))
            running.verify()

    def test_a_clean_stop_loses_nothing_and_leaves_nothing_behind(self):
        with club.Club() as running:
            running.register("Commit", {"sale": sale("1", [line("1", "A", 100)])})
            running.wait_delivered()
            self.assertEqual(running.agent.stop(), 0)
            self.assertEqual(running.server.stop(), 0)
            self.assertFalse((running.agent.directory / "agent.port").exists())
            self.assertFalse((running.server.directory / "moadond.json").exists())
            running.server.start()
            running.agent.start()
            self.assertEqual(json.loads(running.moadon("totals", "--json").stdout)["sales"], 1)

    def test_sales_of_a_revoked_register_stay_with_its_agent_until_it_has_a_new_token(self):
        with club.Club() as running:
            running.moadon("register", "revoke", "R1", "--yes")
            running.register("Commit", {"sale": sale("1", [line("1", "A", 100)])})

            def kept_back():
                entries = running.register("Pending", {})["entries"]
                return entries and entries[0].get("refusal")

            refusal = club.wait_for("the entry is kept back", kept_back)
            self.assertEqual(refusal["reason"], "REASON_TOKEN_REVOKED")
            self.assertEqual(json.loads(running.moadon("totals", "--json").stdout)["sales"], 0)
            token = running.owner("AdminService", "AddRegister", {
                "register": {"register_id": "R1", "branch_id": "main"}, "new_token": True})["token"]
            running.agent.add_register("R1", token)
            running.agent.stop()
            running.agent.start()
            running.wait_delivered()
            self.assertEqual(json.loads(running.moadon("totals", "--json").stdout)["sales"], 1)


if __name__ == "__main__":
    unittest.main()
