"""The promise kept at the till: tier, points, codes and rights through plugin, agent and server, whoever fails when."""

import subprocess
import unittest

import club
from abi_sale_test import Plugin
from club import line, sale, wait_for

KEY = {"phone": "054-123-4567"}
STEPS_SECONDS = 30

PROGRAM = {
    **club.PROGRAM,
    "language_code": "en",
    "points": {
        "earn_rules": [{"rule_id": "spend", "per_amount": {"points_milli": "1000",
                                                           "amount_minor": "100"}}],
        "expiry_months": 12,
        "spending": {"thousand_points_value_minor": "1000", "step_milli": "1000"},
    },
    "tiers": [{"tier_id": "gold", "title": "Gold", "any_of": [{"spend_minor": "10000"}],
               "lifetime": {}}],
    "rights": [{"right_id": "coffee", "title": "Coffee", "coupon": {"use_count": 1}}],
    "benefits": [
        {"benefit_id": "gold", "title": "Gold price",
         "conditions": [{"tiers": {"tier_ids": ["gold"]}}],
         "effect": {"percent_off_lines": {"percent_bps": 1000}}},
        {"benefit_id": "winter", "title": "Winter code",
         "conditions": [{"coupon_code": {"codes": ["WINTER5"]}},
                        {"minimum_basket": {"amount_minor": "5000"}}],
         "effect": {"amount_off_basket": {"amount_minor": "500"}},
         "limits": {"per_member_count": 1}},
        {"benefit_id": "coffee", "title": "Free coffee",
         "conditions": [{"right_held": {"right_id": "coffee"}}],
         "effect": {"fixed_price": {"unit_price_minor": "0", "filter": {"skus": ["coffee"]}}}},
    ],
}

# What the server keeps of a verdict besides: reasons and texts.
UNKEPT = ("not_applied", "refused_codes", "cashier_prompts", "receipt_lines", "receipt_messages",
          "reference")


def kept(quote):
    return {name: value for name, value in quote.items() if name not in UNKEPT}


class Till:
    """One register through the plugin, with a member at it."""

    def __init__(self, test, register="R1"):
        self.test = test
        self.register = register
        self.plugin = Plugin({"agent_dir": str(test.club.agent.directory),
                              "register_id": register})
        test.addCleanup(self.plugin.close)

    def call(self, method, request):
        status, answer = self.plugin.call(method, request)
        self.test.assertEqual(status, 0, (method, answer))
        return answer

    def refusal(self, method, request):
        status, answer = self.plugin.call(method, request)
        self.test.assertNotEqual(status, 0, (method, answer))
        return answer["reason"]

    def identify(self):
        return self.call("Identify", {"key": KEY})["facts"]

    def sell(self, receipt, basket, held, **more):
        """Commits what `held` (the answer of Hold or Quote) says of the basket."""
        return self.call("Commit", self.commit_request(receipt, basket, held, **more))

    def commit_request(self, receipt, basket, held, **more):
        lines = [{**one, "paid_net_minor": quoted["paid_net_minor"]}
                 for one, quoted in zip(basket["lines"], held["quote"]["lines"])]
        wishes = {name: basket[name] for name in
                  ("coupon_codes", "spend_points_milli", "without_rights") if name in basket}
        request = {"sale": sale(receipt, lines, occurred_at=self.test.now(), key=KEY, **wishes,
                                **more),
                   "member_id": basket.get("member_id", ""),
                   "quote": held["quote"]["reference"]}
        if "hold" in held:
            request["hold_id"] = held["hold"]["hold_id"]
        return request


class PromiseSaleTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club(registers=("R1", "R2"), program=PROGRAM)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        self.till = Till(self)
        self.member_id = self.till.call("Enroll", {"member": {
            "keys": [KEY], "first_name": "Dana"}})["member"]["facts"]["member_id"]

    def now(self):
        return subprocess.run(["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"], capture_output=True, text=True,
                              check=True).stdout.strip()

    def give_points(self, points_milli, request_id="start"):
        self.club.owner("MemberService", "AdjustPoints", {
            "request_id": request_id, "member_id": self.member_id, "points_milli": str(points_milli),
            "note": "test", "actor": "test"})

    def give_coffee(self, request_id="coffee"):
        return self.club.owner("MemberService", "GrantMemberRight", {
            "request_id": request_id, "member_id": self.member_id, "right_id": "coffee",
            "note": "test", "actor": "test"})["right"]["grant_id"]

    def become_gold(self):
        """A first sale of 120.00: gold from the next one on, 120 points."""
        self.till.identify()
        basket = {"lines": [line("1", "coat", 12000)], "member_id": self.member_id}
        held = self.till.call("Hold", {"basket": basket})
        self.assertNotIn("hold", held)
        self.till.sell("first", basket, held)
        self.club.wait_delivered()

    def points(self):
        return int(self.till.identify()["points"]["available_milli"])

    def recorded(self, receipt, register="R1"):
        return self.club.owner("ReportService", "GetSale", {
            "register_id": register, "receipt": receipt})["sale"]

    def basket(self, **more):
        return {"lines": [line("1", "shirt", 6000), line("2", "tomatoes", 2000, 347)],
                "member_id": self.member_id, **more}

    def assert_verdict_is(self, receipt, committed):
        recorded = self.recorded(receipt)
        self.assertEqual(recorded["differences"], [])
        self.assertEqual(kept(recorded["verdict"]), kept(committed["quote"]))

    def test_a_sale_with_tier_points_and_a_code_is_judged_as_it_was_quoted(self):
        self.become_gold()
        facts = self.till.identify()
        self.assertEqual(facts["tier_id"], "gold")
        self.assertEqual(facts["points"]["available_milli"], "120000")
        basket = self.basket(coupon_codes=["winter5", "NOSUCH"], spend_points_milli="100000",
                             gift_balance_minor="1000")
        quote = self.till.call("Quote", {"basket": basket, "receipt_columns": 32})["quote"]
        # 60.00 and 6.94, less 10%, less 5.00; 1.00 by points, 10.00 by gift balance.
        self.assertEqual(quote["value_minor"], "6694")
        self.assertEqual(quote["total_minor"], "5525")
        self.assertEqual(quote["points"]["spent_minor"], "100")
        self.assertEqual(quote["due_minor"], "4425")
        self.assertEqual(quote["points"]["earned_milli"], "44000")
        self.assertEqual([b["benefit_id"] for b in quote["applied"]], ["gold", "winter"])
        self.assertEqual([(b["benefit_id"], b["cashier_text"]) for b in quote["not_applied"]],
                         [("coffee", "needs: Coffee")])
        self.assertEqual([(c["code"], c["cashier_text"]) for c in quote["refused_codes"]],
                         [("NOSUCH", "there is no code NOSUCH")])
        self.assertIn("  Gold price               -6.00", quote["receipt_lines"])
        self.assertIn("  0.347 kg × 20.00", quote["receipt_lines"])

        held = self.till.call("Hold", {"basket": basket, "request_id": "h1"})
        self.assertEqual(held["quote"]["lines"], quote["lines"])
        self.assertEqual(self.points(), 20000)
        gift = {"kind": "TENDER_KIND_GIFT_BALANCE", "amount_minor": "1000"}
        cash = {"kind": "TENDER_KIND_CASH", "amount_minor": "4425"}
        committed = self.till.sell("second", basket, held, tenders=[gift, cash])
        self.assertEqual(committed["total_minor"], "5525")
        self.club.wait_delivered()
        self.assert_verdict_is("second", committed)
        self.assertEqual(self.points(), 64000)

        quote = self.till.call("Quote", {"basket": self.basket(coupon_codes=["WINTER5"])})["quote"]
        refused = quote["refused_codes"][0]
        self.assertEqual(refused["cashier_text"], "code WINTER5 not used: used already")
        self.club.verify()

    def test_a_second_register_is_priced_with_what_is_left(self):
        self.give_points(300000)
        self.give_coffee()
        other = Till(self, "R2")
        basket = {"lines": [line("1", "coffee", 1200), line("2", "bread", 1000)],
                  "member_id": self.member_id, "spend_points_milli": "200000"}
        self.till.identify()
        first = self.till.call("Hold", {"basket": basket, "request_id": "h1"})
        self.assertEqual(first["quote"]["total_minor"], "1000")
        # R2 shares the agent's facts of before: they are fetched anew when too little is left.
        second = other.call("Hold", {"basket": basket, "request_id": "h1"})
        self.assertEqual(second["quote"]["total_minor"], "2200")
        self.assertEqual(second["quote"]["points"]["spent_milli"], "100000")
        self.till.sell("a", basket, first)
        other.sell("b", basket, second)
        self.club.wait_delivered()
        for receipt, register in (("a", "R1"), ("b", "R2")):
            self.assertEqual(self.recorded(receipt, register)["differences"], [])
        self.club.verify()

    def test_what_is_cancelled_is_free_at_once(self):
        self.give_points(300000)
        self.give_coffee()
        self.till.identify()
        basket = {"lines": [line("1", "coffee", 1200), line("2", "bread", 1000)],
                  "member_id": self.member_id, "spend_points_milli": "300000"}
        held = self.till.call("Hold", {"basket": basket, "request_id": "h1"})
        self.assertEqual(self.points(), 0)
        self.till.call("Cancel", {"hold_id": held["hold"]["hold_id"]})
        facts = self.till.identify()
        self.assertEqual(facts["points"]["available_milli"], "300000")
        self.assertEqual(facts["rights"][0]["uses_left"], 1)
        self.assertEqual(self.till.refusal("Cancel", {"hold_id": "never"}), "REASON_HOLD_UNKNOWN")

    def test_a_return_by_receipt_gives_points_and_right_back(self):
        self.give_points(300000)
        self.give_coffee()
        self.till.identify()
        basket = {"lines": [line("1", "coffee", 1200), line("2", "bread", 1000, 3000)],
                  "member_id": self.member_id, "spend_points_milli": "300000"}
        held = self.till.call("Hold", {"basket": basket, "request_id": "h1"})
        self.till.sell("s", basket, held)
        known = self.till.call("GetReceipt", {"receipt": "s"})
        self.assertEqual(known["kept_lines"][1]["points_milli"], "300000")

        def back(receipt, line_id, sku, price, quantity_milli):
            return {"returned": {
                "receipt": receipt, "occurred_at": self.now(),
                "original": {"register_id": "R1", "receipt": "s"},
                "lines": [line("1", sku, price, quantity_milli, original_line_id=line_id)]}}

        one = back("r1", "2", "bread", 1000, 1000)
        returned = self.till.call("Return", one)
        self.assertEqual(returned["refund_minor"], "1000")
        self.assertEqual(returned["points_minor"], "100")
        self.assertEqual(returned["points_milli"], "100000")
        self.assertEqual(self.till.call("Return", one), returned)
        self.club.wait_delivered()
        # Of 27 points of 27.00 paid otherwise, the 18 of what was kept stay.
        self.assertEqual(self.points(), 100000 + 18000)
        # The rest comes back at another register, whose own journal also has it here; the right too.
        other = Till(self, "R2")
        self.assertEqual(other.call("Return", back("r2", "2", "bread", 1000, 2000))["points_milli"],
                         "200000")
        other.call("Return", back("r3", "1", "coffee", 1200, 1000))
        self.club.wait_delivered()
        facts = self.till.identify()
        self.assertEqual(facts["points"]["available_milli"], "300000")
        self.assertEqual(facts["rights"][0]["uses_left"], 1)
        self.assertEqual(other.refusal("Return", back("r4", "2", "bread", 1000, 1)),
                         "REASON_RETURN_EXCEEDS_SOLD")
        self.club.verify()

    def test_an_agent_killed_between_hold_and_commit_forgets_neither(self):
        self.give_points(300000)
        self.till.identify()
        basket = self.basket(spend_points_milli="300000")
        request = {"basket": basket, "request_id": "h1"}
        held = self.till.call("Hold", request)
        self.club.agent.kill()
        self.club.agent.start()
        self.assertEqual(self.till.call("Hold", request), held)
        paid = self.till.commit_request("s", basket, held)  # once: its time is part of it
        committed = self.till.call("Commit", paid)
        self.assertEqual(committed["quote"]["points"]["spent_milli"], "300000")
        self.club.agent.kill()
        self.club.agent.start()
        self.assertEqual(self.till.call("Commit", paid), committed)
        self.club.wait_delivered()
        self.assert_verdict_is("s", committed)
        spent = 300000 - int(self.points())
        self.assertEqual(spent, 300000 - int(committed["quote"]["points"]["earned_milli"]))
        self.club.verify()

    def test_without_the_server_half_the_points_pay_and_rights_wait(self):
        self.give_points(300000)
        self.give_coffee()
        self.till.identify()
        self.club.server.stop()
        wait_for("the agent notices", lambda: not self.till.call("Status", {})["online"],
                 STEPS_SECONDS)
        basket = {"lines": [line("1", "coffee", 1200)], "member_id": self.member_id,
                  "spend_points_milli": "300000"}
        held = self.till.call("Hold", {"basket": basket, "request_id": "h1"})
        self.assertEqual(held["quote"]["total_minor"], "1200")
        self.assertEqual(held["quote"]["points"]["spent_milli"], "150000")
        self.assertEqual(held["quote"]["rights_used"], [])
        self.assertIn("server_needed", held["quote"]["not_applied"][0])
        committed = self.till.sell("s", basket, held)
        self.club.server.start()
        self.club.wait_delivered()
        self.assert_verdict_is("s", committed)
        facts = self.till.identify()
        self.assertEqual(facts["points"]["available_milli"], "160000")
        self.assertEqual(facts["rights"][0]["uses_left"], 1)
        self.assertEqual(self.club.owner("OfflineService", "ListLosses", {})["losses"], [])
        self.club.verify()

    def test_every_call_again_is_the_same_answer_and_one_effect(self):
        self.give_points(300000)
        self.till.identify()
        basket = self.basket(spend_points_milli="100000")

        def twice(method, request):
            first = self.till.call(method, request)
            self.assertEqual(self.till.call(method, request), first, method)
            return first

        quote = {"basket": {**basket, "at": self.now()}, "receipt_columns": 48, "visual_order": True}
        twice("Quote", quote)
        held = twice("Hold", {"basket": basket, "request_id": "h1", "receipt_columns": 42})
        self.assertEqual(self.points(), 200000)
        given_up = twice("Hold", {"basket": basket, "request_id": "h2"})
        twice("Cancel", {"hold_id": given_up["hold"]["hold_id"]})
        request = self.till.commit_request("s", basket, held)
        committed = twice("Commit", request)
        self.club.wait_delivered()
        self.assertEqual(self.till.call("Commit", request), committed)
        twice("GetReceipt", {"receipt": "s"})
        self.assertEqual(self.points(), 200000 + int(committed["quote"]["points"]["earned_milli"]))
        other = {"basket": self.basket(spend_points_milli="50000"), "request_id": "h1"}
        self.assertEqual(self.till.refusal("Hold", other), "REASON_REQUEST_REUSED")
        self.club.verify()

    def test_the_reference_register_sells_with_points_and_a_code(self):
        self.become_gold()
        typed = "\n".join(["phone 054-123-4567", "1x 80 5011 Shirt", "coupon WINTER5", "points",
                           "total", "cash 100", "quit", ""])
        done = subprocess.run(
            self.club.register_arguments("--language", "en", "--columns", "32", "--state-dir",
                                         str(self.club.root)),
            input=typed, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("Code WINTER5 taken.", "Points pay: 120 (₪1.20)", "To pay: ₪65.80",
                     "  Gold price               -8.00", "Points redeemed              120",
                     "Change                    ₪34.20"):
            self.assertIn(text, done.stdout)
        self.club.wait_delivered()
        listed = self.club.owner("ReportService", "ListSales", {"member_id": self.member_id})
        receipt = [s["receipt"]["sale"]["receipt"] for s in listed["sales"]
                   if s["receipt"]["sale"]["receipt"] != "first"][0]
        recorded = self.recorded(receipt)
        self.assertEqual(recorded["differences"], [])
        self.assertEqual(recorded["verdict"]["points"]["spent_milli"], "120000")
        self.club.verify()


if __name__ == "__main__":
    unittest.main()
