"""A register without its server: members are recognised, priced and recorded from what the agent keeps."""

import time
import unittest

import club
from club import line

FILL_SECONDS = 30
PHONE, CARD, LAST_NAME, FIRST_NAME = "0541234567", "CARD-4711", "Abramson", "Dana"

PROGRAM = {
    **club.PROGRAM,
    "tiers": [{"tier_id": "gold", "title": "Gold", "any_of": [{"spend_minor": "10000"}],
               "lifetime": {}}],
    "benefits": [{"benefit_id": "gold-10", "title": "Gold: 10% off",
                  "conditions": [{"tiers": {"tier_ids": ["gold"]}}],
                  "effect": {"percent_off_basket": {"percent_bps": 1000}}}],
}


class OfflineTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club(["R1"], program=PROGRAM)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)

    def identify(self, key):
        return self.club.register("Identify", {"key": key})

    def status(self):
        return self.club.register("Status", {})

    def commit(self, receipt, price_minor, member_id, **more):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return self.club.register("Commit", {
            "sale": {"receipt": receipt, "occurred_at": now, "lines": [line("1", "bread", price_minor)]},
            "member_id": member_id, **more})

    def gold_member(self):
        """Who has just become gold, on the agent's disk, too."""
        member = self.club.register("Enroll", {"member": {
            "keys": [{"phone": PHONE}, {"card": CARD}],
            "first_name": FIRST_NAME, "last_name": LAST_NAME}})["member"]
        member_id = member["facts"]["member_id"]
        self.commit("1", 20000, member_id)
        self.club.wait_delivered()
        time.sleep(1.1)  # so that what is kept after is not of the same second
        wanted = time.time()
        club.wait_for("the cards are of after the sale", lambda: self.cache_seconds() > wanted,
                      FILL_SECONDS)
        return member_id

    def cache_seconds(self):
        text = self.status().get("cache_time", "1970-01-01T00:00:00Z")
        return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone

    def quote(self, member_id):
        return self.club.register("Quote", {"basket": {
            "lines": [line("1", "bread", 1000)], "member_id": member_id}})["quote"]

    def bytes_of(self, name):
        return b"".join(path.read_bytes() for path in self.club.agent.directory.glob(name))

    def test_a_sale_to_a_member_is_the_same_without_the_server(self):
        member_id = self.gold_member()
        online = self.identify({"phone": PHONE})
        self.assertNotIn("cached_as_of", online)
        priced = self.quote(member_id)
        self.assertEqual(priced["total_minor"], "900")
        self.club.agent.stop()  # nothing is left in memory
        self.club.server.stop()
        self.club.agent.start()
        for key in ({"phone": "054-123 4567"}, {"phone": "+972-54-1234567"}, {"card": CARD},
                    {"scanned": CARD}):
            found = self.identify(key)
            self.assertIn("cached_as_of", found)
            self.assertEqual(found["facts"]["member_id"], member_id)
            self.assertEqual(found["facts"]["tier_id"], "gold")
            self.assertEqual(found["display_name"], online["display_name"])
            self.assertEqual(found["cashier_line"], online["cashier_line"])
        with self.assertRaises(club.Refused) as unknown:
            self.identify({"phone": "0529999999"})
        self.assertIn("REASON_SERVER_UNREACHABLE", str(unknown.exception))
        quote = self.quote(member_id)
        self.assertEqual(quote["total_minor"], priced["total_minor"])
        self.assertEqual(quote["lines"], priced["lines"])
        committed = self.commit("2", 1000, member_id, quote=quote["reference"])
        self.assertEqual(committed["total_minor"], "900")
        self.assertFalse(self.status()["online"])
        self.club.server.start()
        self.club.wait_delivered()
        kept = self.club.owner("ReportService", "GetSale", {"register_id": "R1", "receipt": "2"})
        self.assertEqual(kept["sale"]["member_id"], member_id)
        self.assertEqual(kept["sale"]["differences"], [])
        self.assertEqual(kept["sale"]["paid_net_minor"], "900")
        totals = self.club.owner("ReportService", "GetTotals", {})
        self.assertEqual((totals["sales_count"], totals["differences_count"]), ("2", "0"))
        self.club.verify()
        self.assertEqual(self.identify({"card": CARD})["facts"]["purchase_day_count"], "1")

    def test_nothing_on_the_disk_says_who_the_members_are(self):
        self.gold_member()
        self.club.agent.stop()
        kept = self.bytes_of("cards.db*")
        self.assertGreater(len(kept), 0)
        token = self.club.register_tokens["R1"]
        for text in (PHONE, PHONE[1:], "972" + PHONE[1:], LAST_NAME, FIRST_NAME, CARD,
                     CARD.lower(), token, self.club.agent.local_token("R1")):
            self.assertNotIn(text.encode(), kept, text)
        secret = self.bytes_of("cards.key")
        self.assertEqual(len(secret), 32)
        self.assertNotIn(secret, kept)

    def test_a_revoked_register_keeps_nobody(self):
        self.gold_member()
        self.assertTrue(list(self.club.agent.directory.glob("cards*")))
        self.club.owner("AdminService", "RevokeRegister", {"register_id": "R1"})
        club.wait_for("cards and secret are gone",
                      lambda: not list(self.club.agent.directory.glob("cards*")), FILL_SECONDS)
        self.assertEqual(self.status()["cached_member_count"], "0")


CAPS_PROGRAM = {
    **club.PROGRAM,
    "language_code": "en",
    "points": {"earn_rules": [{"rule_id": "all", "per_amount": {"points_milli": "1000",
                                                                "amount_minor": "100"}}],
               "spending": {"thousand_points_value_minor": "1000", "step_milli": "1000"}},
    "rights": [{"right_id": "coffee", "title": "Coffee", "coupon": {"use_count": 1}}],
    "benefits": [{"benefit_id": "coffee", "title": "Coffee",
                  "conditions": [{"right_held": {"right_id": "coffee"}}],
                  "effect": {"amount_off_basket": {"amount_minor": "200"}}}],
    "offline": {"member_limit_minor": "300", "register_limit_minor": "500",
                "leases": {"rights_per_register": 1}},
}


class OfflineCapsTest(unittest.TestCase):
    """What a register gives without the server: points within the caps, leased rights once, and no more."""

    def setUp(self):
        self.club = club.Club(["R1"], program=CAPS_PROGRAM)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)

    def decide(self, method, member_id, **more):
        return self.club.owner("MemberService", method, {
            "request_id": f"{method}-{member_id}", "note": "test", "actor": "test",
            "member_id": member_id, **more})

    def member(self, name, points=1000):
        """Who has points, 0.01 each, and a coupon."""
        member_id = self.club.owner("MemberService", "EnrollMember", {"keys": [{"card": name}]})[
            "member"]["member_id"]
        if points:
            self.decide("AdjustPoints", member_id, points_milli=str(points * 1000))
        self.decide("GrantMemberRight", member_id, right_id="coffee")
        return member_id

    def status(self):
        return self.club.register("Status", {})

    def sale(self, receipt, member_id, points, quote=None, hold_id="", **more):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return self.club.register("Commit", {
            "sale": {"receipt": receipt, "occurred_at": now, "lines": [line("1", "bread", 2000)],
                     "spend_points_milli": str(points * 1000), **more},
            "member_id": member_id, "quote": quote, "hold_id": hold_id})

    def sell(self, receipt, card, points):
        """As a register does: identify, hold, commit. The quote that was charged."""
        member_id = self.club.register("Identify", {"key": {"card": card}})["facts"]["member_id"]
        held = self.club.register("Hold", {"request_id": "hold-" + receipt, "receipt_columns": 42, "basket": {
            "lines": [line("1", "bread", 2000)], "member_id": member_id,
            "spend_points_milli": str(points * 1000)}})
        quote = held["quote"]
        sold = self.sale(receipt, member_id, points, quote["reference"],
                         held.get("hold", {}).get("hold_id", ""))
        self.assertEqual(sold["quote"]["total_minor"], quote["total_minor"])
        self.assertEqual(sold["quote"]["points"]["spent_milli"], quote["points"]["spent_milli"])
        return quote

    def prints_balance(self, quote):
        self.assertTrue(any("Points earned" in text for text in quote["receipt_lines"]))
        return any("Points available" in text for text in quote["receipt_lines"])

    def test_caps_and_leases_while_away_and_nothing_lost_when_nobody_else_spent(self):
        leased, unleased = (self.member(name) for name in ("CARD-1", "CARD-2"))
        third = self.member("CARD-3", points=0)
        # Rights are leased to where their member bought.
        priced = self.club.register("Quote", {"receipt_columns": 42, "basket": {
            "lines": [line("1", "bread", 2000)], "member_id": leased}})["quote"]
        self.assertTrue(self.prints_balance(priced))
        self.sale("1", leased, 0, without_rights=True)
        self.club.wait_delivered()
        time.sleep(1.1)  # so that what is kept before is not of the same second
        changed = int(time.time())
        self.decide("AdjustPoints", third, points_milli="1000000")
        club.wait_for("the cards are of after the sale", lambda: self.cache_seconds() >= changed,
                      FILL_SECONDS)
        self.club.agent.stop()  # at the start of an agent it is asked at once
        self.club.agent.start()
        club.wait_for("a right is leased", lambda: self.status()["leased_right_count"] == "1",
                      FILL_SECONDS)
        self.club.server.stop()
        club.wait_for("it is away", lambda: not self.status()["online"], FILL_SECONDS)
        self.club.agent.kill()
        self.club.agent.start()

        first = self.sell("2", "CARD-1", 1000)
        self.assertEqual((first["total_minor"], first["points"]["spent_minor"]), ("1800", "300"))
        self.assertFalse(self.prints_balance(first))  # it may be spent already, elsewhere
        self.assertEqual(self.status()["leased_right_count"], "0")
        again = self.sell("3", "CARD-1", 1000)
        self.assertEqual((again["total_minor"], again["points"]["spent_minor"]), ("2000", "0"))
        second = self.sell("4", "CARD-2", 1000)
        self.assertEqual((second["total_minor"], second["points"]["spent_minor"]), ("2000", "200"))
        self.assertIn("server_needed", second["not_applied"][0])
        self.assertEqual(self.status()["offline_left_minor"], "0")
        self.assertEqual(self.sell("5", "CARD-3", 1000)["points"]["spent_minor"], "0")

        self.club.server.start()
        self.club.wait_delivered()
        club.wait_for("the caps are free", lambda: self.status()["offline_left_minor"] == "500",
                      FILL_SECONDS)
        self.club.verify()
        losses = self.club.owner("OfflineService", "ListLosses", {})
        self.assertEqual((losses["losses"], losses["total_minor"]), ([], "0"))
        totals = self.club.owner("ReportService", "GetTotals", {})
        self.assertEqual((totals["sales_count"], totals["differences_count"]), ("5", "0"))
        for member_id, spent, right_count in ((leased, 300, 0), (unleased, 200, 1), (third, 0, 1)):
            facts = self.club.owner("SyncService", "GetFacts", {"member_id": member_id},
                                    token=self.club.register_tokens["R1"])["facts"]
            sales = {leased: [20, 15, 20], unleased: [18], third: [20]}[member_id]
            self.assertEqual(int(facts["points"]["available_milli"]),
                             (1000 - spent + sum(sales)) * 1000, member_id)
            self.assertEqual(len(facts["rights"]), right_count, member_id)

    def cache_seconds(self):
        text = self.status().get("cache_time", "1970-01-01T00:00:00Z")
        return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


if __name__ == "__main__":
    unittest.main()
