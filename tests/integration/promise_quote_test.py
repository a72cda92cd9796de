"""What a till was told is what the server says: random programs, members and baskets, quoted, held and
committed at an agent, and the verdict that the server keeps of each is the quote, without a difference.
(In one process, for very many more: server/operations/agreement_test.cpp.)"""

import collections
import random
import unittest

import club

PROGRAMS = 15 if club.LONG else 3
BASKETS = 60 if club.LONG else 25
SKUS = ["milk", "tea", "bread", "cake"]
TAGS = ["vip", "staff", "student"]
CODES = ["SPRING", "TEN"]
WORDS = ("not_applied", "refused_codes", "receipt_messages", "cashier_prompts", "receipt_lines",
         "reference")


class Chance(random.Random):
    def few(self, items):
        return self.sample(items, self.randrange(1, len(items)))

    def filter(self):
        return self.choice([{}, {}, {"skus": self.few(SKUS)}, {"categories": ["c1"]},
                            {"excluded_skus": self.few(SKUS)}, {"tags": ["fresh"]}])

    def condition(self):
        return self.choice([
            lambda: {"tiers": {"tier_ids": self.few(["silver", "gold"]), "no_tier": self.random() < .5}},
            lambda: {"stages": {"stages": ["STAGE_NEW", "STAGE_ACTIVE", "STAGE_INTERESTED"]}},
            lambda: {"member_tags": {"tags": self.few(TAGS)}},
            lambda: {"first_purchase": {}},
            lambda: {"nth_purchase_day": {"every_count": 2}},
            lambda: {"birthday": {"days_before": 100, "days_after": 100}},
            lambda: {"branches": {"branch_ids": [self.choice(["main", "other"])]}},
            lambda: {"products": {"filter": self.filter()}},
            lambda: {"minimum_quantity": {"quantity_milli": "3000", "filter": self.filter()}},
            lambda: {"minimum_basket": {"amount_minor": str(self.randrange(500, 9000)),
                                        "filter": self.filter()}},
            lambda: {"coupon_code": {"codes": [self.choice(CODES)]}},
            lambda: {"hours": {"from_time": "06:00", "until_time": "18:30"}},
        ])()

    def effect(self):
        return self.choice([
            lambda: {"percent_off_lines": {"percent_bps": self.randrange(1, 5000),
                                           "filter": self.filter()}},
            lambda: {"percent_off_basket": {"percent_bps": self.randrange(1, 3000),
                                            "filter": self.filter()}},
            lambda: {"amount_off_lines": {"amount_minor": str(self.randrange(1, 300)),
                                          "filter": self.filter()}},
            lambda: {"amount_off_basket": {"amount_minor": str(self.randrange(1, 900)),
                                           "filter": self.filter()}},
            lambda: {"fixed_price": {"unit_price_minor": "333", "filter": self.filter()}},
            lambda: {"set_price": {"unit_count": 3, "price_minor": "1000", "filter": self.filter()}},
            lambda: {"buy_get": {"buy_count": 2, "get_count": 1, "filter": self.filter()}},
            lambda: {"cheapest_off": {"percent_bps": 5000, "filter": self.filter()}},
            lambda: {"points_multiplier": {"factor_bps": 25000, "filter": self.filter()}},
            lambda: {"bonus_points": {"points_milli": str(self.randrange(1, 90) * 1000)}},
            lambda: {"grant_right": {"right_id": self.choice(["coupon", "voucher"])}},
            lambda: {"receipt_message": {"text": "Thank you"}},
        ])()

    def benefit(self, number):
        made = {"benefit_id": f"b{number}", "title": f"Benefit {number}",
                "priority": self.randrange(3), "effect": self.effect()}
        kinds = {}
        for _ in range(self.choice([0, 0, 1, 2])):
            condition = self.condition()
            kinds[next(iter(condition))] = condition
        made["conditions"] = list(kinds.values())
        if self.random() < .3:
            made["group"] = "g"
        if self.random() < .15:
            made["exclusive"] = True
        if self.random() < .2:
            made["limits"] = {"per_member_day_count": self.randrange(1, 4)}
        if self.random() < .2:
            made["cap_minor"] = str(self.randrange(1, 500))
        return made

    def program(self):
        benefits = [self.benefit(i) for i in range(self.randrange(4, 9))]
        benefits += [
            {"benefit_id": "coupon", "title": "Coupon", "conditions": [
                {"right_held": {"right_id": "coupon"}}],
             "effect": {"amount_off_basket": {"amount_minor": "150"}}},
            {"benefit_id": "voucher", "title": "Voucher", "conditions": [
                {"right_held": {"right_id": "voucher"}}], "effect": {"voucher_amount": {}}},
            {"benefit_id": "anyone", "title": "For all", "for_anyone": True,
             "effect": {"amount_off_lines": {"amount_minor": "10", "filter": {"skus": ["cake"]}}}}]
        self.shuffle(benefits)
        return {
            **club.PROGRAM, "benefits": benefits, "return_grace_days": 7,
            "rights": [{"right_id": "coupon", "title": "1.50 off", "coupon": {}, "valid_days": 90},
                       {"right_id": "voucher", "title": "8.00", "voucher": {"amount_minor": "800"}}],
            "points": {
                "earn_rules": [
                    {"rule_id": "all", "per_amount": {
                        "points_milli": str(self.randrange(100, 3000)), "amount_minor": "100"}},
                    {"rule_id": "gold", "tier_ids": ["gold"], "per_visit": {"points_milli": "5000"}}],
                "expiry_months": 12, "point_step_milli": str(self.choice([1, 500, 1000])),
                "spending": {"thousand_points_value_minor": "10000", "step_milli": "1000",
                             "maximum_share_bps": self.choice([5000, 10000])}},
            "tiers": [{"tier_id": tier, "title": tier, "rolling_days": 365,
                       "any_of": [{"spend_minor": bar}]}
                      for tier, bar in (("silver", "5000"), ("gold", "20000"))]}

    def line(self, number):
        made = {"line_id": f"l{number}", "sku": self.choice(SKUS),
                "unit_price_minor": str(self.randrange(1, 2500)),
                "quantity_milli": str(self.choice([1000, 2000, 3000, 347]))}
        if self.random() < .3:
            made["category"] = "c1"
        if self.random() < .3:
            made["tags"] = ["fresh"]
        if self.random() < .1:
            made["price_override"] = {"unit_price_minor": "777"}
        elif self.random() < .1:
            made["register_discount_minor"] = "1"
            made["unit_price_minor"] = "2000"
        if self.random() < .1:
            made["is_deposit"] = True
        return made

    def basket(self):
        made = {"lines": [self.line(i) for i in range(self.randrange(1, 6))]}
        if self.random() < .4:
            made["coupon_codes"] = self.few(CODES + ["NEVER"])
        if self.random() < .5:
            made["spend_points_milli"] = str(self.randrange(1, 60) * 1000)
        if self.random() < .15:
            made["gift_balance_minor"] = "250"
        return made


def kept_of(quote):
    """What a verdict repeats of a quote."""
    return {name: value for name, value in quote.items() if name not in WORDS}


def says_more_than_prices(quote):
    points = quote.get("points") or {}
    return bool(quote["applied"] or quote["rights_granted"] or quote["gifts"]
                or int(quote["gift_balance_minor"])
                or any(int(points.get(n, 0)) for n in ("earned_milli", "spent_milli")))


class QuoteAndVerdictTest(unittest.TestCase):
    def test_the_verdict_that_the_server_keeps_is_the_quote_that_the_till_was_told(self):
        seed = random.randrange(2**32)
        chance = Chance(seed)
        with self.subTest(seed=seed), club.Club(["R1"], program=chance.program()) as running:
            members = [self.enroll(running, f"card-{i}", chance) for i in range(5)]
            self.receipt, self.seen = 0, collections.Counter()
            for version in range(1, PROGRAMS + 1):
                if version > 1:
                    self.publish(running, chance.program())
                club.wait_for(f"the agent prices with version {version}", lambda: int(
                    running.register("Status", {})["program_version"]) == version, 30)
                for _ in range(BASKETS):
                    self.sell(running, chance, chance.choice(members + [None]))
            self.assertEqual(running.owner("AdminService", "Verify", {})["disagreements"], [])
        print(f"baskets: {dict(self.seen)}", flush=True)
        for what in ("applied", "discounted", "earned"):
            self.assertGreater(self.seen[what], 0, what)

    def publish(self, running, program):
        program = {**program, "notice_waiver": "a test publishes faster than an owner"}
        running.owner("ProgramService", "PublishProgram", {"program": program})

    def enroll(self, running, card, chance):
        enrolled = running.register("Enroll", {"member": {
            "keys": [{"card": card}],
            "birth_date": chance.choice(["", "1980-11-21", "1996-02-29", "2000-05-05"])}})
        member_id = enrolled["member"]["facts"]["member_id"]
        running.owner("MemberService", "UpdateMember",
                      {"member_id": member_id, "add_tags": chance.few(TAGS)})
        return card

    def sell(self, running, chance, card):
        basket = chance.basket()
        sale = {"lines": basket["lines"], "coupon_codes": basket.get("coupon_codes", [])}
        sale["spend_points_milli"] = basket.get("spend_points_milli", "0")
        if card:
            found = running.register("Identify", {"key": {"card": card}})
            basket["member_id"] = found["facts"]["member_id"]
            sale["key"] = {"card": card}
        self.receipt += 1
        held = running.register("Hold", {"basket": basket, "request_id": f"q{self.receipt}"})
        quote = held["quote"]
        if "gift_balance_minor" in basket:
            sale["tenders"] = [{"kind": "TENDER_KIND_GIFT_BALANCE",
                                "amount_minor": basket["gift_balance_minor"]}]
        sale.update(receipt=str(self.receipt), occurred_at=quote["reference"]["priced_at"])
        committed = running.register("Commit", {
            "sale": sale, "member_id": basket.get("member_id", ""), "quote": quote["reference"],
            "hold_id": (held.get("hold") or {}).get("hold_id", "")})
        self.assertEqual(kept_of(committed["quote"]), kept_of(quote), basket)
        self.assertEqual(committed["total_minor"], quote["total_minor"])
        running.wait_delivered()
        kept = running.owner("ReportService", "GetSale",
                             {"register_id": "R1", "receipt": sale["receipt"]})["sale"]
        self.assertEqual(kept["differences"], [], (basket, quote))
        self.assertEqual(kept["paid_net_minor"], quote["total_minor"])
        verdict = kept.get("verdict")
        if verdict:
            self.assertEqual(kept_of(verdict), kept_of(quote), basket)
        else:
            self.assertFalse(says_more_than_prices(quote), quote)
        self.count(quote)

    def count(self, quote):
        """What the baskets were about, so that a test of nothing is noticed."""
        points = quote.get("points") or {}
        self.seen["applied"] += bool(quote["applied"])
        self.seen["discounted"] += int(quote["saved_minor"]) > 0
        self.seen["earned"] += int(points.get("earned_milli", 0)) > 0
        self.seen["spent"] += int(points.get("spent_milli", 0)) > 0
        self.seen["used"] += bool(quote["rights_used"])
        self.seen["silent"] += not says_more_than_prices(quote)


if __name__ == "__main__":
    unittest.main()
