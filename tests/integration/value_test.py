"""What members are worth, whom to call, whom to review: against the definitions, on real and on made sales."""

import csv
import datetime
import io
import json
import subprocess
import unittest
from fractions import Fraction

import club
import reference
import value_reference
from club import line, sale

REPLAY_SECONDS = 600
POINTS = {"earn_rules": [{"rule_id": "visit", "per_visit": {"points_milli": "10000"}}],
          "expiry_days": 60,
          "spending": {"thousand_points_value_minor": "5000", "step_milli": "1000"}}
PROGRAM = {**club.PROGRAM, "time_zone": "UTC"}


def pages(running, service, method, field, request):
    items, token = [], ""
    while True:
        page = running.owner(service, method, {**request, "page_token": token})
        items += page[field]
        token = page["next_page_token"]
        if not token:
            return items


class Replayed:
    file = None
    registers = None

    @classmethod
    def setUpClass(cls):
        path = club.data_file(cls.file)
        cls.documents = reference.read_documents(path)
        cls.members = reference.read_members(cls.documents)
        cls.running = club.Club(cls.registers, replays_history=True, program=PROGRAM)
        cls.running.__enter__()
        cls.addClassCleanup(cls.running.__exit__, None, None, None)
        subprocess.run(cls.running.register_arguments("replay", path, "--summary-json"),
                       check=True, capture_output=True, timeout=REPLAY_SECONDS)
        cls.running.wait_delivered(120)
        listed = pages(cls.running, "MemberService", "ListMembers", "members",
                       {"page_size": 1000})
        cls.keys = {m["member_id"]: m["keys"][0]["card"] for m in listed}

    def buyers(self, today):
        return {key: m for key, m in self.members.items() if m.kept_days(today)}

    def test_scores_are_fifths_of_the_club(self):
        counted = self.running.owner("ValueService", "CountScores", {})
        today = datetime.date.fromisoformat(counted["as_of_date"])
        buyers = self.buyers(today)
        values = {
            "recency": {k: m.kept_days(today)[-1].toordinal() for k, m in buyers.items()},
            "frequency": {k: len(m.kept_days(today)) for k, m in buyers.items()},
            "money": {k: max(m.net(today), 0) for k, m in buyers.items()},
        }
        plain = {kind: value_reference.scores(of_kind) for kind, of_kind in values.items()}
        listed = pages(self.running, "ValueService", "ListScores", "members", {"page_size": 700})
        self.assertEqual([m["member_id"] for m in listed],
                         sorted(i for i, key in self.keys.items() if key in buyers))
        for member in listed:
            key = self.keys[member["member_id"]]
            self.assertEqual(member["scores"], {kind: plain[kind][key] for kind in plain}, key)
            self.assertEqual(member["net_spend_minor"], str(values["money"][key]))
            self.assertEqual(member["purchase_day_count"], str(values["frequency"][key]))
        self.assertEqual(counted["member_count"], str(len(buyers)))
        cells = {tuple(c["scores"][kind] for kind in plain): c for c in counted["cells"]}
        for cell, counts in cells.items():
            inside = [k for k in buyers if tuple(plain[kind][k] for kind in plain) == cell]
            self.assertEqual(counts["member_count"], str(len(inside)))
            self.assertEqual(counts["net_spend_minor"],
                             str(sum(values["money"][k] for k in inside)))
        self.assertEqual(sum(int(c["member_count"]) for c in cells.values()), len(buyers))
        for kind in plain:
            self.compare_bands(kind, counted[kind], plain[kind], values, today)

    def compare_bands(self, kind, bands, plain, values, today):
        self.assertEqual([b["score"] for b in bands], [5, 4, 3, 2, 1])
        for band in bands:
            inside = [k for k, score in plain.items() if score == band["score"]]
            found = [values[kind][k] for k in inside]
            if kind == "recency":
                found = [today.toordinal() - value for value in found]
            self.assertEqual(
                [band["member_count"], band["from_value"], band["to_value"],
                 band["net_spend_minor"]],
                [str(n) for n in (len(inside), min(found, default=0), max(found, default=0),
                                  sum(values["money"][k] for k in inside))])

    def test_cohorts_are_as_defined(self):
        today = datetime.date.fromisoformat(
            self.running.owner("ValueService", "CountScores", {})["as_of_date"])
        kept = self.running.owner("ValueService", "GetCohorts", {})["cohorts"]
        self.assertEqual(kept, value_reference.cohorts(self.members.values(), today))

    def test_share_of_sales_to_members(self):
        first, last = (choose(d.date for d in self.documents) for choose in (min, max))
        by_day = {}
        originals = {(d.register, d.receipt): d for d in self.documents if not d.is_return}
        for d in self.documents:
            date = originals[d.original].date if d.is_linked else d.date
            sums = by_day.setdefault(date, [0, 0])
            sums[0 if d.member else 1] += -d.value_minor if d.is_return else d.value_minor
        middle = first + (last - first) / 2
        for start, end in [(first, last), (first, first), (middle, middle + 30 * reference.DAY),
                           (first - 10 * reference.DAY, middle)]:
            members, others = (sum(sums[i] for day, sums in by_day.items() if start <= day <= end)
                               for i in (0, 1))
            value = self.running.owner("ValueService", "GetValue", {
                "from_date": start.isoformat(), "until_date": end.isoformat()})
            self.assertEqual(value["members_net_minor"], str(members))
            self.assertEqual(value["others_net_minor"], str(others))
            share = (Fraction(members * 10000, members + others) + Fraction(1, 2)).__floor__()
            self.assertEqual(value["members_share_bps"], min(max(share, 0), 10000))
            self.assertNotIn("liability_minor", value)

    def test_call_lists_are_complete_and_in_order(self):
        today = datetime.date.fromisoformat(
            self.running.owner("ValueService", "CountScores", {})["as_of_date"])
        plain = {i: value_reference.call(self.members[key], today)
                 for i, key in self.keys.items()
                 if self.members[key].stage(today) == "churning"}
        orders = {
            "CALL_ORDER_VALUE": lambda i: (-int(plain[i]["last_year_spend_minor"]), i),
            "CALL_ORDER_FRESH": lambda i: (Fraction(int(plain[i]["silent_days"]),
                                                    int(plain[i]["rhythm_days_milli"])), i),
        }
        for order, place in orders.items():
            calls = pages(self.running, "LifecycleService", "ListCalls", "calls",
                          {"order": order, "page_size": 900})
            self.assertEqual([c["member_id"] for c in calls], sorted(plain, key=place), order)
            for c in calls:
                self.assertEqual({name: c[name] for name in plain[c["member_id"]]},
                                 plain[c["member_id"]])
                self.assertEqual((c["stage"], c["may_phone"]), ("STAGE_CHURNING", False))
        self.assertGreater(len(plain), 1000)

    def test_the_command_line_says_the_same(self):
        moadon = self.running.moadon
        calls = json.loads(moadon("lifecycle", "list", "--limit", "7", "--json").stdout)["calls"]
        rows = list(csv.DictReader(io.StringIO(
            moadon("lifecycle", "list", "--limit", "7", "--csv").stdout)))
        self.assertEqual([r["member_id"] for r in rows], [c["member_id"] for c in calls])
        self.assertEqual(len(rows), 7)
        self.assertRegex(rows[0]["why"], r"^bought .*, silent for [\d,]+ days; ₪[\d,]+\.\d\d in ")
        table = moadon("lifecycle", "list", "--limit", "7").stdout
        self.assertIn(rows[6]["why"], table)
        members = list(csv.DictReader(io.StringIO(moadon("lifecycle", "scores", "--csv").stdout)))
        self.assertEqual(len(members), len(self.buyers(datetime.date.today())))
        cohorts = list(csv.DictReader(io.StringIO(moadon("lifecycle", "cohorts", "--csv").stdout)))
        kept = self.running.owner("ValueService", "GetCohorts", {})["cohorts"]
        self.assertEqual([r["net_spend_minor"] for r in cohorts],
                         [net for c in kept for net in c["net_spend_minor"]])
        self.assertIn(str(kept[0]["quarter_date"]), moadon("lifecycle", "cohorts").stdout)
        hebrew = moadon("lifecycle", "value", "--from", "1997-01-01", "--until", "1997-12-31",
                        "--language", "he").stdout
        self.assertIn("31.12.1997", hebrew)
        self.assertIn("חלקם של החברים", hebrew)


class Cdnow(Replayed, unittest.TestCase):
    file = "cdnow-sample.sales.csv"
    registers = ["R1"]


@unittest.skipUnless(club.LONG, "the retail file runs with --long")
class Retail(Replayed, unittest.TestCase):
    file = "online-retail-2010-2011.sales.csv.gz"
    registers = ["R1", "R2", "R3", "R4"]


class Reviews(unittest.TestCase):
    """Made people, dated back from now."""

    def setUp(self):
        self.club = club.Club(["R1"], replays_history=True, program={**PROGRAM, "points": POINTS})
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        self.now = datetime.datetime.now(datetime.timezone.utc)
        self.receipts = 0

    def ago(self, days, seconds=0):
        moment = self.now - datetime.timedelta(days=days, seconds=seconds)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def enroll(self, card, days, **more):
        return self.club.owner("MemberService", "EnrollMember", {
            "keys": [{"card": card}], "occurred_at": self.ago(days), **more,
        })["member"]["member_id"]

    def buy(self, card, days, price_minor=1000, sku="A", seconds=0):
        self.receipts += 1
        more = {"key": {"card": card}} if card else {}
        receipt = f"s-{self.receipts}"
        self.club.register("Commit", {"sale": sale(receipt, [line("1", sku, price_minor)],
                                                   self.ago(days, seconds), **more)})
        self.club.wait_delivered()
        return receipt

    def proposed(self):
        reviews = pages(self.club, "LifecycleService", "ProposeReviews", "reviews",
                        {"page_size": 2})
        ids = [r["member"]["member_id"] for r in reviews]
        self.assertEqual(ids, sorted(ids))
        return {r["member"]["member_id"]: [x.removeprefix("REVIEW_REASON_") for x in r["reasons"]]
                for r in reviews}

    def called(self, *stages):
        return [c["member_id"] for c in pages(
            self.club, "LifecycleService", "ListCalls", "calls",
            {"stages": list(stages), "page_size": 2})]

    def decide(self, member_id, outcome, request_id):
        return self.club.owner("LifecycleService", "DecideReview", {
            "request_id": request_id, "member_id": member_id, "note": "looked at it",
            "outcome": "REVIEW_OUTCOME_" + outcome, "actor": "dana"})

    def archived(self, member_id):
        member = self.club.owner("MemberService", "GetMember", {"member_id": member_id})
        return member["member"].get("archive_time")

    def settle(self, **settings):
        now = self.club.owner("SettingsService", "GetSettings", {})["settings"]
        self.club.owner("SettingsService", "SaveSettings", {
            "settings": {"revision": now["revision"], **settings}})

    def test_an_archived_member_who_buys_again_is_simply_back(self):
        dana = self.enroll("dana", 500)
        self.buy("dana", 400)
        self.assertEqual(self.proposed(), {dana: ["SILENT"]})
        self.assertEqual(self.called("STAGE_CHURNING"), [dana])
        made = self.decide(dana, "ARCHIVE", "q1")
        self.assertEqual(self.decide(dana, "ARCHIVE", "q1"), made)
        self.assertEqual(self.archived(dana), made["review_time"])
        self.assertEqual(self.proposed(), {})
        self.assertEqual(self.called("STAGE_CHURNING"), [])
        # Neither another word nor a sale from before brings her back.
        self.decide(dana, "KEEP", "q2")
        newest = self.decide(dana, "ARCHIVE", "q3")
        self.buy("dana", 390)
        self.assertEqual(self.archived(dana), newest["review_time"])
        self.assertEqual(self.called("STAGE_CHURNING"), [])
        # A purchase does.
        self.buy("dana", 0, seconds=-2)
        self.assertIsNone(self.archived(dana))
        self.assertEqual(self.called("STAGE_ACTIVE", "STAGE_NEW"), [dana])
        self.assertEqual(self.proposed(), {})
        self.club.verify()

    def test_who_is_proposed_and_why(self):
        silent, kept, contacted, refusing, lead, fresh, old_goods = (
            self.enroll(card, days) for card, days in
            [("silent", 600), ("kept", 600), ("contacted", 600), ("refusing", 50), ("lead", 365),
             ("fresh", 364), ("old", 30)])
        for card in ("silent", "kept", "contacted"):
            self.buy(card, 365)
        self.buy("refusing", 3)
        self.buy("old", 20, sku="GONE")
        self.assertEqual(self.proposed(), {silent: ["SILENT"], kept: ["SILENT"],
                                           contacted: ["SILENT"], lead: ["NEVER_BOUGHT"]})
        self.decide(kept, "KEEP", "q1")
        self.decide(contacted, "CONTACT", "q2")
        self.club.owner("MemberService", "SetServiceWish", {
            "request_id": "q3", "member_id": refusing, "refuses_services": True, "note": "asked",
            "actor": "dana"})
        self.settle(discontinued={"skus": ["GONE"]})
        self.assertEqual(self.proposed(), {silent: ["SILENT"], lead: ["NEVER_BOUGHT"],
                                           refusing: ["REFUSES"], old_goods: ["DISCONTINUED"]})
        self.buy("old", 19, sku="A")
        self.settle(discontinued={"skus": ["GONE"]}, review_silent_days=366)
        self.assertEqual(self.proposed(), {refusing: ["REFUSES"]})
        self.assertNotIn(refusing, self.called("STAGE_NEW", "STAGE_ACTIVE", "STAGE_POTENTIAL"))
        self.assertIn(fresh, self.called("STAGE_POTENTIAL"))
        rows = list(csv.DictReader(io.StringIO(
            self.club.moadon("review", "inactive", "--csv").stdout)))
        self.assertEqual([(r["member_id"], r["why"]) for r in rows],
                         [(refusing, "wants no services")])
        hebrew = self.club.moadon("review", "inactive", "--language", "he").stdout
        self.assertIn("אין רצון בשירותים שלנו", hebrew)
        self.club.moadon("review", "decide", "refusing", "archive", "--note", "asked",
                         "--actor", "dana")
        self.assertEqual(self.proposed(), {})

    def test_a_call_says_whom_how_and_whether(self):
        member_id = self.enroll("c1", 200, keys=[{"card": "c1"}, {"phone": "054-123-4567"},
                                                 {"email": "dana@example.com"}],
                                first_name="Dana", last_name="Levi", consents=[
                                    {"channel": "CONTACT_CHANNEL_PHONE", "granted": True,
                                     "wording": "v1"}])
        for days in (180, 170, 160):
            self.buy("c1", days, price_minor=320000)
        [call] = pages(self.club, "LifecycleService", "ListCalls", "calls", {})
        # (5 x 30 + 20) / 7 = 24.2857 days
        self.assertEqual({name: call[name] for name in (
            "member_id", "name", "phone", "email", "silent_days", "rhythm_days_milli",
            "purchase_day_count", "last_year_spend_minor", "may_phone")}, {
                "member_id": member_id, "name": "Dana Levi", "phone": "+972541234567",
                "email": "dana@example.com", "silent_days": "160", "rhythm_days_milli": "24286",
                "purchase_day_count": "3", "last_year_spend_minor": "960000", "may_phone": True})
        self.assertIn("bought every 10 days, silent for 160 days; ₪9,600.00 in the year before",
                      self.club.moadon("lifecycle", "list").stdout)
        self.assertIn("קנייה כל 10 ימים, כבר 160 ימים ללא קנייה",
                      self.club.moadon("lifecycle", "list", "--language", "he").stdout)

    def test_two_who_are_one_count_once_and_the_erased_are_left_alone(self):
        card, lead = self.enroll("c1", 200), self.enroll("c2", 200, keys=[
            {"card": "c2"}, {"phone": "0541234567"}], first_name="Noa", consents=[
                {"channel": "CONTACT_CHANNEL_PHONE", "granted": True, "wording": "v1"}])
        self.buy("c1", 170, price_minor=1000)
        self.buy("c2", 160, price_minor=500)
        self.club.owner("MemberService", "MergeMembers", {
            "request_id": "m1", "kept_member_id": card, "lost_member_id": lead, "note": "one",
            "actor": "dana"})
        self.assertEqual(self.club.owner("ValueService", "CountScores", {})["member_count"], "1")
        [cohort] = self.club.owner("ValueService", "GetCohorts", {})["cohorts"]
        self.assertEqual((cohort["member_count"], cohort["net_spend_minor"][0]), ("1", "1500"))
        [call] = pages(self.club, "LifecycleService", "ListCalls", "calls", {})
        self.assertEqual([call[name] for name in (
            "member_id", "name", "phone", "may_phone", "purchase_day_count",
            "last_year_spend_minor")],
                         [card, "Noa", "+972541234567", True, "2", "1500"])
        self.settle(review_silent_days=100)
        self.assertEqual(self.proposed(), {card: ["SILENT"]})
        with self.assertRaises(club.Refused) as got:
            self.decide(lead, "KEEP", "q1")
        self.assertEqual((got.exception.reason, got.exception.values),
                         ("REASON_MEMBER_MERGED", {"member_id": card}))
        self.club.owner("MemberService", "EraseMember", {"member_id": card, "actor": "dana"})
        self.assertEqual((self.proposed(), self.called("STAGE_CHURNING")), ({}, []))
        with self.assertRaises(club.Refused) as got:
            self.decide(card, "ARCHIVE", "q2")
        self.assertEqual(got.exception.reason, "REASON_MEMBER_ERASED")
        self.assertEqual(self.club.owner("ValueService", "CountScores", {})["member_count"], "1")

    def test_points_are_owed_at_their_worth(self):
        first, second = self.enroll("c1", 100), self.enroll("c2", 100)
        receipt = self.buy("c1", 5, price_minor=7000)
        self.buy("c2", 70)  # its points ended ten days ago
        self.buy("", 5, price_minor=3000)
        self.buy("", 400, price_minor=9000)  # not in the year
        self.club.owner("MemberService", "AdjustPoints", {
            "request_id": "q1", "member_id": second, "points_milli": "-2500", "note": "mistake",
            "actor": "dana"})
        value = self.club.owner("ValueService", "GetValue", {})
        self.assertEqual({name: value[name] for name in (
            "members_net_minor", "others_net_minor", "members_share_bps", "available_milli",
            "expiring_milli", "pending_milli", "held_milli", "deficit_milli",
            "liability_minor")}, {
                "members_net_minor": "8000", "others_net_minor": "3000",
                "members_share_bps": 7273, "available_milli": "10000", "expiring_milli": "10000",
                "pending_milli": "0", "held_milli": "0", "deficit_milli": "2500",
                "liability_minor": "50"})
        self.club.register("Return", {"returned": {
            "receipt": "r-1", "occurred_at": self.ago(1), "lines": [line("1", "A", 7000)],
            "original": {"register_id": "R1", "receipt": receipt}}})
        self.club.wait_delivered()
        value = self.club.owner("ValueService", "GetValue", {})
        self.assertEqual((value["members_net_minor"], value["available_milli"]), ("1000", "0"))
        scored = self.club.owner("ValueService", "CountScores", {})
        self.assertEqual(scored["member_count"], "1")
        self.assertIn(first, self.called("STAGE_POTENTIAL"))


if __name__ == "__main__":
    unittest.main()
