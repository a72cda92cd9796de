"""Random small histories with tiers, points, spends, holds, decisions and returns, delivered in several
orders with repetitions, end in what a plain reference says, at every date; and verify is clean.

One club is opened, members get points and place holds, and their facts are fetched; then copies of it
meet the same documents in different orders. Points that never end are then the same in every order: the
balance is what sales gave less what they took, whoever was first. Which lots a spend takes, and so what
ends when, depends on the order in which the server records spends, which design.md makes a fact: so
where points end, they are compared only for members who spend nothing."""

import base64
import datetime
import pathlib
import random
import shutil
import tempfile
import unittest

import club
import promise_reference
import vocabulary
from reference import DAY, Member

UTC = datetime.timezone.utc
HISTORIES = 8 if club.LONG else 2
ORDERS = 6 if club.LONG else 3
REGISTERS = ["R1", "R2"]
PRICES = [99, 1_00, 7_50, 33_33, 120_00, 2_000_00]
GIVEN_POINTS = 400  # to each member, by hand
POINT_MILLI = 1000


def rounded(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def split(amount, weights):
    """By weight, largest remainder, ties to the earlier."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    parts = [amount * w // total for w in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for i in by_rest[:amount - sum(parts)]:
        parts[i] += 1
    return parts


def program(ends):
    points = dict(promise_reference.PROGRAM_PARTS["points"],
                  spending={"thousand_points_value_minor": "1000", "step_milli": "1000"})
    if not ends:
        del points["expiry_months"]
    return {**club.PROGRAM, **promise_reference.PROGRAM_PARTS, "time_zone": "UTC",
            "points": points}


class Sold:
    """A sale with what the rules say of it: one point for each whole 1.00 that is not paid with
    points, 100 points pay 1.00, deposits neither earn nor are paid so."""

    def __init__(self, register, receipt, moment, card, lines, asked_points):
        self.register, self.receipt, self.moment = register, receipt, moment
        self.date, self.card, self.lines = moment.date(), card, lines
        self.asked_points = asked_points
        values = [rounded(price * milli, 1000) for _, price, milli, _ in lines]
        eligible = [0 if deposit else v for v, (_, _, _, deposit) in zip(values, lines)]
        self.spent = min(asked_points, GIVEN_POINTS, sum(eligible)) if card else 0
        self.held_points = 0
        self.by_points = split(self.spent, eligible)
        self.by_money = [v - p for v, p in zip(values, self.by_points)]
        self.spend = sum(v for v, l in zip(values, lines) if not l[3])
        self.returned = []  # (date it counts from, net spend, earned points back, spent points back)

    def earned(self, returned=None):
        money = 0
        for i, (_, _, milli, deposit) in enumerate(self.lines):
            back = returned[i] if returned else 0
            money += 0 if deposit else self.by_money[i] - rounded(self.by_money[i] * back, milli)
        return money // 100

    def resolve(self, returns):
        """Returns take their units in the order of their time, register and receipt."""
        back = [0] * len(self.lines)
        before = (0, self.earned(), 0)
        for r in sorted(returns, key=lambda r: (r.moment, r.register, r.receipt)):
            for line_id, milli in r.lines:
                back[line_id] += min(milli, self.lines[line_id][2] - back[line_id])
            share = [(rounded(m * b, l[2]) + rounded(p * b, l[2]), rounded(p * 1000 * b, l[2]))
                     for m, p, b, l in zip(self.by_money, self.by_points, back, self.lines)]
            after = (sum(s for (s, _), l in zip(share, self.lines) if not l[3]),
                     self.earned(back), sum(milli for _, milli in share))
            units = sum(b for b, l in zip(back, self.lines) if not l[3])
            self.returned.append((max(self.date, r.moment.date()), after[0] - before[0],
                                  before[1] - after[1], after[2] - before[2], units))
            before = after

    def message(self):
        lines = [{"line_id": str(i), "sku": sku, "unit_price_minor": price, "quantity_milli": milli,
                  "is_deposit": deposit} for i, (sku, price, milli, deposit) in enumerate(self.lines)]
        body = {"receipt": self.receipt, "lines": lines,
                "occurred_at": {"seconds": int(self.moment.timestamp())},
                "spend_points_milli": self.asked_points * POINT_MILLI}
        if self.card:
            body["key"] = {"card": self.card}
        return {"sale": encoded("Sale", body)}


def encoded(kind, body):
    return base64.b64encode(vocabulary.message(kind)(**body).SerializeToString()).decode()


class Back:
    def __init__(self, register, receipt, moment, sold, lines):
        self.register, self.receipt, self.moment, self.sold = register, receipt, moment, sold
        self.lines = lines  # (place of the sold line, thousandths)

    def message(self):
        lines = [{"line_id": str(n), "original_line_id": str(i), "quantity_milli": milli,
                  "sku": self.sold.lines[i][0], "unit_price_minor": self.sold.lines[i][1]}
                 for n, (i, milli) in enumerate(self.lines)]
        return {"returned": encoded("Return", {
            "receipt": self.receipt, "lines": lines,
            "occurred_at": {"seconds": int(self.moment.timestamp())},
            "original": {"register_id": self.sold.register, "receipt": self.sold.receipt}})}


class Unlinked:
    def __init__(self, register, receipt, moment, card, price):
        self.register, self.receipt, self.moment = register, receipt, moment
        self.card, self.price = card, price

    def message(self):
        return {"returned": encoded("Return", {
            "receipt": self.receipt, "key": {"card": self.card},
            "occurred_at": {"seconds": int(self.moment.timestamp())},
            "lines": [{"line_id": "1", "sku": "z", "unit_price_minor": self.price,
                       "quantity_milli": 1000}]})}


class History:
    """Members c0..c3, of whom the last spends nothing, and all that happens to them."""

    def __init__(self, chance, now):
        self.chance, self.now = chance, now
        self.cards = [f"c{i}" for i in range(4)]
        self.sales, self.backs, self.unlinked = [], [], []
        for number in range(chance.choice([12, 30])):
            self.add_sale(number)
        for sold in self.sales:
            sold.resolve([b for b in self.backs if b.sold is sold])

    def add_sale(self, number):
        chance = self.chance
        card = chance.choice(self.cards + [None])
        lines = [(f"a{i}", chance.choice(PRICES), chance.choice([1000, 2000, 3000, 347]),
                  chance.random() < .15) for i in range(chance.randrange(1, 4))]
        asked = held = 0
        moment = self.now - datetime.timedelta(seconds=chance.randrange(700 * 86400))
        if card in self.cards[:-1] and chance.random() < .4:
            moment = self.now  # what is spent was given today
            asked = chance.choice([30, 150, 390])
            held = asked if chance.random() < .4 else 0
        sold = Sold(chance.choice(REGISTERS), f"s{number}", moment, card, lines, asked)
        sold.held_points = sold.spent if held else 0
        self.sales.append(sold)
        for part in range(chance.choice([0, 1, 1, 2, 3])):
            back = moment + chance.choice([0, 0, 3, 40, 370]) * DAY
            if back > self.now:
                back = moment
            self.backs.append(Back(chance.choice(REGISTERS), f"b{number}-{part}", back, sold, [
                (chance.randrange(len(lines)), chance.choice([1000, 2000, 100, 3000]))
                for _ in range(chance.randrange(1, 3))]))
        if card and chance.random() < .15:
            self.unlinked.append(Unlinked(chance.choice(REGISTERS), f"u{number}", moment, card,
                                          chance.choice(PRICES)))

    def documents(self):
        return self.sales + self.backs + self.unlinked

    def member(self, card):
        member = Member(card)
        for s in self.sales:
            if s.card != card:
                continue
            units = sum(milli for _, _, milli, deposit in s.lines if not deposit)
            member.sales.append((s.date, units, s.spend))
            before = 0
            for counts_from, net, _, _, back in s.returned:
                member.linked.append((s.date, counts_from, back - before, net))
                before = back
        member.unlinked = [(u.moment.date(), u.price) for u in self.unlinked if u.card == card]
        return member

    def points_milli(self, card, t, ends):
        total = GIVEN_POINTS * POINT_MILLI if t >= self.now.date() else 0
        for s in self.sales:
            if s.card != card or s.date > t:
                continue
            is_over = ends and t > promise_reference.last_day_of_points(s.date)
            earned = s.earned() - sum(e for day, _, e, _, _ in s.returned if day <= t)
            total += 0 if is_over else earned * POINT_MILLI
            total -= s.spent * POINT_MILLI - sum(p for day, _, _, p, _ in s.returned if day <= t)
        return total


class HistoryTest(unittest.TestCase):
    def test_any_order_of_arrival_ends_in_what_the_reference_says(self):
        for number in range(HISTORIES):
            seed = random.randrange(2**32)
            with self.subTest(seed=seed, points_end=number % 2 == 1), \
                    tempfile.TemporaryDirectory(prefix="moadon-test-") as directory:
                self.check_history(pathlib.Path(directory), random.Random(seed), number % 2 == 1)

    def check_history(self, root, chance, ends):
        now = datetime.datetime.now(UTC).replace(microsecond=0)
        history = History(chance, now)
        server = club.Server(root / "first").start()
        contexts = self.prepare(server, history, ends)
        self.assertEqual(server.stop(), 0)
        told = None
        for order in range(ORDERS):
            shutil.copytree(root / "first", root / f"order-{order}")
            copy = club.Server(root / f"order-{order}").start()
            try:
                self.deliver(copy, history, contexts, chance)
                self.assertEqual(
                    copy.call("AdminService", "Verify", {})["disagreements"], [])
                self.check_standings(copy, history, ends, chance)
                same = self.story(copy, history)
                told = told or same
                self.assertEqual(same, told)
            finally:
                copy.kill()

    def prepare(self, server, history, ends):
        """Opens the club, and answers with what an agent sends beside each document."""
        server.call("ProgramService", "PublishProgram", {"program": program(ends)})
        server.call("AdminService", "AddBranch", {"branch": {"branch_id": "main"}})
        self.tokens = {}
        for register in REGISTERS:
            self.tokens[register] = server.call("AdminService", "AddRegister", {"register": {
                "register_id": register, "branch_id": "main", "replays_history": True}})["token"]
        facts = {}
        for card in history.cards:
            member_id = server.call("MemberService", "EnrollMember", {
                "keys": [{"card": card}], "occurred_at": "2020-01-01T00:00:00Z"})["member"]["member_id"]
            server.call("MemberService", "AdjustPoints", {
                "request_id": f"given-{card}", "member_id": member_id, "note": "a gift",
                "points_milli": str(GIVEN_POINTS * POINT_MILLI), "actor": "owner"})
            facts[card] = server.call("SyncService", "GetFacts", {"member_id": member_id},
                                      token=self.tokens["R1"])["facts"]
        contexts = {}
        for document in history.documents():
            contexts[document] = {"program_version": "1"}
            card = getattr(document, "card", None)
            if isinstance(document, Sold) and card:
                contexts[document].update(member_id=facts[card]["member_id"], facts=facts[card])
                if document.held_points:
                    self.place_hold(server, document, contexts[document])
        self.place_spare_hold(server, facts)
        return contexts

    def place_hold(self, server, sold, context):
        try:
            context["hold_id"] = server.call("SyncService", "PlaceHold", {
                "request_id": sold.receipt, "member_id": context["member_id"],
                "points_milli": str(sold.held_points * POINT_MILLI)},
                token=self.tokens[sold.register])["hold_id"]
        except club.Refused as refused:  # another has set them aside: spent without
            self.assertEqual(refused.reason, "REASON_POINTS_SHORT")

    def place_spare_hold(self, server, facts):
        """One that no sale uses, and that is given up on the way."""
        self.spare = server.call("SyncService", "PlaceHold", {
            "request_id": "spare", "member_id": facts["c3"]["member_id"],
            "points_milli": "50000"}, token=self.tokens["R1"])["hold_id"]

    def deliver(self, server, history, contexts, chance):
        arrivals = history.documents() + ["cancel"]
        arrivals += chance.choices(arrivals, k=len(arrivals) // 3)
        chance.shuffle(arrivals)
        for place, document in enumerate(arrivals):
            if document == "cancel":
                server.call("SyncService", "CancelHold", {"hold_id": self.spare},
                            token=self.tokens["R1"])
                continue
            entry = {"sequence": str(place), "context": contexts[document], **document.message()}
            answer = server.call("SyncService", "Record", {"entries": [entry]},
                                 token=self.tokens[document.register])
            self.assertIn("recorded", answer["outcomes"][0], document.message())

    def check_standings(self, server, history, ends, chance):
        today = history.now.date()
        dates = {today, today - DAY} | {today - chance.randrange(740) * DAY for _ in range(8)}
        members = {card: history.member(card) for card in history.cards}
        for date in sorted(dates):
            page = server.call("ReportService", "ExportMembers",
                               {"as_of": {"date": date.isoformat()}})
            for m in page["members"]:
                card = m["key"]
                ranks = promise_reference.tiers_by_day(members[card], date)
                plain = {"tier_id": promise_reference.TIERS[ranks.get(date, 0)],
                         "net_spend_minor": str(max(members[card].net(date), 0)),
                         "purchase_day_count": str(len(members[card].kept_days(date)))}
                if not ends or card == history.cards[-1]:
                    plain["points_milli"] = str(history.points_milli(card, date, ends))
                self.assertEqual({name: m[name] for name in plain}, plain, (card, date))

    def story(self, server, history):
        """What no order of arrival may change, beyond what the reference knows."""
        story = {"totals": server.call("ReportService", "GetTotals", {})}
        del story["totals"]["differences_count"]  # who came too late for points is who came late
        for card in history.cards:
            told = server.call("MemberService", "GetMember", {"key": {"card": card}})
            story[card] = (told["moves"], told["tier_moves"], told["member"]["tier_since_date"])
        for s in history.sales:
            kept = server.call("ReportService", "GetSale",
                               {"register_id": s.register, "receipt": s.receipt})["sale"]
            story[s.receipt] = (kept.get("verdict"), kept["points_kept_milli"],
                                kept["receipt"]["kept_lines"])
            points = s.earned() - sum(earned for _, _, earned, _, _ in s.returned)
            self.assertEqual(kept["points_kept_milli"],
                             str(points * POINT_MILLI if s.card else 0), s.receipt)
        return story


if __name__ == "__main__":
    unittest.main()
