"""Random small histories, delivered in several orders with repetitions into clubs of their own, end in
what a plain reference says: every standing at many dates and instants, every move, every sum; and
verify is clean."""

import base64
import datetime
import pathlib
import random
import tempfile
import unittest
import zoneinfo

import club
import vocabulary
from reference import Member, Numbers

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
CLUB_ZONE = zoneinfo.ZoneInfo("Asia/Jerusalem")
# Branches that are ahead of the club, behind it, and that start their day late.
BRANCHES = {"main": ("Asia/Jerusalem", 0), "east": ("Pacific/Auckland", 300),
            "west": ("America/Los_Angeles", 240)}
REGISTERS = {"M1": "main", "M2": "main", "E1": "east", "W1": "west"}
SKUS = [("milk", 333), ("milk", 500), ("tea", 1999), ("gift", 0)]
HISTORIES = 12 if club.LONG else 2
ORDERS = 4 if club.LONG else 3


class Version(Numbers):
    def __init__(self, start, **numbers):
        self.start = start
        self.__dict__.update(numbers)

    def message(self):
        program = dict(club.PROGRAM, title=f"from {self.start}", stages={
            "interest_days": self.interest_days, "loyal_window_days": self.loyal_window_days,
            "club_gap_days_milli": str(self.club_gap_days * 1000),
            "prior_weight_milli": str(self.prior_weight * 1000),
            "churn_factor_milli": str(int(self.churn_factor * 1000)),
            "loyal_purchase_days": self.loyal_purchase_days,
            "loyal_spend_minor": str(self.loyal_spend_minor)})
        if self.start:
            program["start_time"] = text_of(self.start)
        return program


def text_of(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def business_date(moment, register):
    zone, start_minutes = BRANCHES[REGISTERS[register]] if register else (CLUB_ZONE.key, 0)
    local = moment.astimezone(zoneinfo.ZoneInfo(zone))
    late = local.hour * 60 + local.minute < start_minutes
    return local.date() - (DAY if late else datetime.timedelta())


def rounded(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def value_of(line):
    return rounded(line["unit_price_minor"] * line["quantity_milli"], 1000)


class Document:
    """A sale or return at a register: `body` is its content in the protos' words."""

    def __init__(self, kind, register, moment, body):
        self.kind, self.register, self.moment, self.body = kind, register, moment, body
        self.date = business_date(moment, register)
        self.identity = (register, body["receipt"])
        self.bytes = vocabulary.message(kind)(
            **body, occurred_at={"seconds": int(moment.timestamp())}).SerializeToString()

    def entry(self, sequence):
        field = "sale" if self.kind == "Sale" else "returned"
        return {"sequence": str(sequence), field: base64.b64encode(self.bytes).decode()}

    @property
    def lines(self):
        return self.body["lines"]

    @property
    def units(self):
        return sum(l["quantity_milli"] for l in self.lines if not l.get("is_deposit"))

    @property
    def value(self):
        return sum(value_of(l) for l in self.lines)


def paid_net(line):
    if "paid_net_minor" in line:
        return line["paid_net_minor"]
    price = line.get("price_override", line)["unit_price_minor"]
    return value_of({**line, "unit_price_minor": price}) - line.get("register_discount_minor", 0)


class History:
    """Facts of a few members, and what everybody must say of them."""

    def __init__(self, chance, now):
        self.chance, self.now = chance, now
        self.documents, self.enrolments = [], []  # an enrolment: (register or None, moment, keys)
        self.keys = {f"c{i}": [f"c{i}"] + [f"c{i}-{j}" for j in range(chance.randrange(3))]
                     for i in range(5)}
        for number, keys in enumerate(self.keys.values()):
            if number == 4:
                continue  # never signs up
            self.add_enrolments(keys)
        for number in range(chance.choice([12, 40, 60])):
            self.add_sale(number)
        self.add_strays()

    def moment(self):
        """Some time of two years, often near midnight somewhere, sometimes in the future."""
        days = self.chance.choice([700, 700, 120, 20])
        moment = self.now - self.chance.randrange(days) * DAY
        if self.chance.random() < 0.05:
            moment = self.now + self.chance.randrange(1, 90) * DAY
        if self.chance.random() < 0.2:  # the clocks change
            day = self.chance.choice([(2026, 3, 27), (2025, 10, 26), (2026, 3, 8), (2026, 4, 5)])
            moment = datetime.datetime(*day, tzinfo=UTC)
        return moment.replace(hour=self.chance.randrange(24),
                              minute=self.chance.choice([0, 30, 59]), second=0, microsecond=0)

    def register(self):
        return self.chance.choice(list(REGISTERS))

    def add_enrolments(self, keys):
        for _ in range(self.chance.randrange(1, 4)):
            some = [k for k in keys[1:] if self.chance.random() < 0.6]
            self.enrolments.append((self.chance.choice([None, self.register()]), self.moment(),
                                    [keys[0]] + some))

    def add_sale(self, number):
        lines = []
        for i in range(self.chance.randrange(1, 5)):
            sku, price = self.chance.choice(SKUS)
            line = {"line_id": f"l{i}", "sku": sku, "unit_price_minor": price,
                    "quantity_milli": self.chance.choice([1000, 2000, 3000, 347])}
            if self.chance.random() < 0.2:
                line["register_discount_minor"] = self.chance.randrange(value_of(line) + 1)
            if self.chance.random() < 0.2:
                line["paid_net_minor"] = self.chance.randrange(3000)
            elif self.chance.random() < 0.1:
                line["price_override"] = {"unit_price_minor": price + 7}
            if self.chance.random() < 0.15:
                line["is_deposit"] = True
            lines.append(line)
        body = {"receipt": f"s{number}", "lines": lines}
        key = self.chance.choice(list(self.keys))
        if self.chance.random() < 0.9:
            body["key"] = {self.chance.choice(["card", "scanned"]):
                           self.chance.choice(self.keys[key]).upper()}
        sold = Document("Sale", self.register(), self.moment(), body)
        self.documents.append(sold)
        for part in range(self.chance.choice([0, 0, 1, 2, 3])):
            self.add_return(f"b{number}-{part}", sold)
        if self.chance.random() < 0.15:
            self.add_unlinked(f"u{number}", body.get("key"))

    def return_lines(self, sold):
        lines = []
        for i in range(self.chance.randrange(1, 4)):
            of = self.chance.choice(sold.lines) if sold else dict(
                zip(("sku", "unit_price_minor"), self.chance.choice(SKUS)), line_id="l0")
            line = {"line_id": f"r{i}", "sku": of["sku"],
                    "unit_price_minor": of["unit_price_minor"],
                    "quantity_milli": self.chance.choice([1000, 2000, 347, 100])}
            if sold and self.chance.random() < 0.4:
                line["original_line_id"] = self.chance.choice(["l0", "l1", "l9", of["line_id"]])
            if self.chance.random() < 0.2:
                line["refund_minor"] = self.chance.randrange(3000)
            if self.chance.random() < 0.1:
                line["is_deposit"] = True
            if self.chance.random() < 0.05:
                line["sku"] = "never sold"
            lines.append(line)
        return lines

    def add_return(self, receipt, sold):
        moment = sold.moment + self.chance.choice([0, 0, 1, 7, 60, 500, -3]) * DAY
        moment += datetime.timedelta(hours=self.chance.choice([0, 1, 5]))
        body = {"receipt": receipt, "lines": self.return_lines(sold),
                "original": {"register_id": sold.register, "receipt": sold.body["receipt"]}}
        if self.chance.random() < 0.3:
            body["key"] = {"card": self.chance.choice(list(self.keys))}  # the sale decides
        self.documents.append(Document("Return", self.register(), moment, body))

    def add_unlinked(self, receipt, key):
        body = {"receipt": receipt, "lines": self.return_lines(None)}
        if key:
            body["key"] = key
        self.documents.append(Document("Return", self.register(), self.moment(), body))

    def add_strays(self):
        """Returns of what is never sold: of nothing known, and of another return."""
        for receipt, original in (("stray", "no such sale"), ("of-return", "stray")):
            self.documents.append(Document("Return", "M1", self.moment(), {
                "receipt": receipt, "lines": self.return_lines(None),
                "original": {"register_id": "M1", "receipt": original}}))

    def holders(self):
        """The member's first key by key. Keys that no enrolment names belong to nobody."""
        holders = {}
        for first, keys in self.keys.items():
            named = {k for _, _, given in self.enrolments for k in given if k in keys}
            holders.update({k: first for k in named})
        return holders


class Expected:
    """What the reference says of a history: standings at a date or an instant, and moves."""

    def __init__(self, history, versions):
        self.versions = versions
        self.holders = history.holders()
        self.lives = {first: Life() for first in self.holders.values()}
        for register, moment, keys in history.enrolments:
            life = self.lives[self.holders[keys[0]]]
            life.signs.append((moment, business_date(moment, register)))
        sales = {}
        for d in history.documents:
            if d.kind == "Sale":
                life = self.life_of(d)
                sales[d.identity] = (d, life)
                if life:
                    net = sum(paid_net(l) for l in d.lines if not l.get("is_deposit"))
                    life.sales.append((d.moment, d.date, d.units, net))
            elif "original" not in d.body:
                life = self.life_of(d)
                if life:
                    net = sum(l.get("refund_minor", value_of(l)) for l in d.lines
                              if not l.get("is_deposit"))
                    life.unlinked.append((d.moment, d.date, net))
        for sold, life in sales.values():
            self.resolve(history, sold, life)

    def life_of(self, document):
        key = next(iter(document.body.get("key", {}).values()), "").lower()
        return self.lives.get(self.holders.get(key))

    @staticmethod
    def resolve(history, sold, life):
        returns = [d for d in history.documents if "original" in d.body
                   and (d.body["original"]["register_id"], d.body["original"]["receipt"])
                   == sold.identity]
        returned, refunded = [0] * len(sold.lines), [0] * len(sold.lines)
        for back in sorted(returns, key=lambda d: (d.moment, *d.identity)):
            units = net = 0
            for line in back.lines:
                wanted = line["quantity_milli"]
                pointed = [i for i, l in enumerate(sold.lines)
                           if l["line_id"] == line.get("original_line_id")]
                alike = [i for i, l in enumerate(sold.lines)
                         if (l["sku"], l["unit_price_minor"])
                         == (line["sku"], line["unit_price_minor"])]
                for i in pointed + alike:
                    of = sold.lines[i]
                    taken = min(wanted, of["quantity_milli"] - returned[i])
                    wanted -= taken
                    returned[i] += taken
                    refund = rounded(paid_net(of) * returned[i], of["quantity_milli"]) - refunded[i]
                    refunded[i] += refund
                    if not of.get("is_deposit"):
                        units, net = units + taken, net + refund
            if life:
                life.linked.append((max(sold.moment, back.moment), sold.date,
                                    max(sold.date, back.date), units, net))

    def version_at(self, date):
        in_force = [v for v in self.versions
                    if not v.start or v.start.astimezone(CLUB_ZONE).date() <= date]
        return in_force[-1]

    def standings(self, date, instant=None):
        found = {}
        for first, life in self.lives.items():
            member = life.member(first, date, instant)
            if member and member.met <= date:
                standing = member.standing(date)
                standing["stage"] = member.stage(date, self.version_at(date))
                found[first] = standing
        return found

    def moves(self, first, until):
        life = self.lives[first]
        date = life.met()
        stage, moves = "unspecified", []
        while date <= until:
            member = life.member(first, date)
            after = member.stage(date, self.version_at(date))
            if after != stage:
                days = member.kept_days(date)
                moves.append((date.isoformat(), stage, after, len(days),
                              (date - days[-1]).days if days else -1))
            stage = after
            date += DAY
        return moves


class Life:
    """All facts of one member with their instants."""

    def __init__(self):
        self.signs, self.sales, self.linked, self.unlinked = [], [], [], []

    def met(self):
        return min(f[1] for f in self.signs + self.sales + self.unlinked)

    def member(self, key, date, instant=None):
        """As the reference knows them; with `instant`, only what had occurred, dated at most
        `date`."""
        def seen(facts):
            return [f for f in facts if instant is None or f[0] <= instant]

        def on(day):
            return day if instant is None else min(day, date)

        met = [on(f[1]) for f in seen(self.signs + self.sales + self.unlinked)]
        if not met:
            return None
        member = Dated(key)
        member.met = min(met)
        member.signs = [on(min(s[1] for s in self.signs))] if seen([min(self.signs)]) else []
        member.sales = [(on(d), u, n) for _, d, u, n in seen(self.sales)]
        member.linked = [(on(s), on(d), u, n) for _, s, d, u, n in seen(self.linked)]
        member.unlinked = [(on(d), n) for _, d, n in seen(self.unlinked)]
        return member


class Dated(Member):
    """A member whose sign of interest is the sign-up, not the first contact."""

    def stage(self, t, numbers=Numbers):
        if self.kept_days(t):
            return super().stage(t, numbers)
        fresh = [s for s in self.signs if 0 <= (t - s).days <= numbers.interest_days]
        return "interested" if fresh else "potential"


class OrderTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def test_any_order_of_arrival_ends_in_what_the_reference_says(self):
        for number in range(HISTORIES):
            seed = random.randrange(2**32)
            with self.subTest(seed=seed):
                self.check_history(number, seed)

    def check_history(self, number, seed):
        chance = random.Random(seed)
        now = datetime.datetime.now(UTC).replace(microsecond=0)
        history = History(chance, now)
        versions = [Version(None), Version(now + 30 * DAY, loyal_purchase_days=3, churn_factor=1,
                                           loyal_spend_minor=4000, loyal_window_days=200),
                    Version(now + 75 * DAY, club_gap_days=10, prior_weight=2, interest_days=90)]
        if chance.random() < 0.5:
            versions[0] = Version(None, loyal_purchase_days=2, loyal_window_days=40,
                                  club_gap_days=7, prior_weight=1, loyal_spend_minor=3000)
        expected = Expected(history, versions)
        stories = None
        for order in range(ORDERS):
            server = club.Server(self.root / f"server-{number}-{order}").start()
            try:
                self.deliver(server, history, versions, random.Random(seed + order))
                self.check_club(server, expected, random.Random(seed), now)
                self.check_totals(server, history, expected)
                told = {first: self.moves(server, first, now) for first in expected.lives}
                stories = stories or told
                self.assertEqual(told, stories)  # reasons and numbers too
            finally:
                server.kill()

    def deliver(self, server, history, versions, chance):
        server.call("ProgramService", "PublishProgram", {"program": versions[0].message()})
        tokens = {}
        for branch, (zone, start) in BRANCHES.items():
            server.call("AdminService", "AddBranch", {"branch": {
                "branch_id": branch, "time_zone": zone, "day_start_minutes": start}})
        for register, branch in REGISTERS.items():
            tokens[register] = server.call("AdminService", "AddRegister", {"register": {
                "register_id": register, "branch_id": branch, "replays_history": True}})["token"]
        arrivals = history.documents + history.enrolments
        arrivals += chance.choices(arrivals, k=len(arrivals) // 3)
        chance.shuffle(arrivals)
        later_at = [chance.randrange(len(arrivals)) for _ in versions[1:]]
        later, place = list(versions[1:]), 0
        while place < len(arrivals):
            while later and sorted(later_at)[-len(later)] <= place:
                server.call("ProgramService", "PublishProgram", {"program": later.pop(0).message()})
            batch = arrivals[place:place + chance.choice([1, 1, 5, 30])]
            place += len(batch)
            self.send(server, tokens, batch)
        for version in later:
            server.call("ProgramService", "PublishProgram", {"program": version.message()})

    def send(self, server, tokens, batch):
        for register in REGISTERS:
            entries = [d.entry(i) for i, d in enumerate(batch)
                       if isinstance(d, Document) and d.register == register]
            if entries:
                answer = server.call("SyncService", "Record", {"entries": entries},
                                     token=tokens[register])
                for outcome in answer["outcomes"]:
                    self.assertIn("recorded", outcome)
        for item in batch:
            if not isinstance(item, Document):
                register, moment, keys = item
                message = {"keys": [{"card": k} for k in keys], "occurred_at": text_of(moment)}
                if register:
                    server.call("SyncService", "Enroll", {"member": message},
                                token=tokens[register])
                else:
                    server.call("MemberService", "EnrollMember", message)

    def export(self, server, as_of, holders, size=2):
        rows, token = {}, ""
        while True:
            page = server.call("ReportService", "ExportMembers", {
                "as_of": as_of, "page_size": size, "page_token": token})
            for m in page["members"]:
                self.assertNotIn(holders[m["key"]], rows)
                rows[holders[m["key"]]] = {
                    "purchase_days": m["purchase_day_count"],
                    "last_purchase_date": m["last_purchase_date"],
                    "net_spend_minor": m["net_spend_minor"],
                    "stage": m["stage"].removeprefix("STAGE_").lower()}
            token = page["next_page_token"]
            if not token:
                return rows

    @staticmethod
    def story(server, card):
        return server.call("MemberService", "GetMember", {"key": {"card": card}})

    def moves(self, server, card, now):
        """Until the day on which the test began: it may be midnight by now."""
        today = now.astimezone(CLUB_ZONE).date().isoformat()
        return [m for m in self.story(server, card)["moves"] if m["move_date"] <= today]

    def check_club(self, server, expected, chance, now):
        verified = server.call("AdminService", "Verify", {})
        self.assertEqual(verified["disagreements"], [])
        today = now.astimezone(CLUB_ZONE).date()
        dates = [today + n * DAY for n in (-1, 0, 1, 29, 30, 31, 45, 75, 200, 2000)]
        dates += [today - chance.randrange(720) * DAY for _ in range(15)]
        for date in dates:
            as_of = {"date": date.isoformat()}
            standings = expected.standings(date)
            self.assertEqual(self.export(server, as_of, expected.holders), standings, date)
            counted = server.call("ReportService", "CountStages", {"as_of": as_of})
            stages = [s["stage"] for s in standings.values()]
            for row in counted["stages"]:
                name = row["stage"].removeprefix("STAGE_").lower()
                self.assertEqual(int(row["member_count"]), stages.count(name), (date, name))
        for _ in range(15):
            instant = now - datetime.timedelta(seconds=chance.randrange(700 * 86400))
            self.assertEqual(
                self.export(server, {"instant": text_of(instant)}, expected.holders),
                expected.standings(instant.astimezone(CLUB_ZONE).date(), instant), instant)
        for first in expected.lives:
            moves = [(m["move_date"], m["from"].removeprefix("STAGE_").lower(),
                      m["to"].removeprefix("STAGE_").lower(), int(m["purchase_day_count"]),
                      int(m["silent_days"])) for m in self.moves(server, first, now)]
            self.assertEqual(moves, expected.moves(first, today), first)
            member = self.story(server, first)["member"]
            self.assertEqual(member["met_date"], expected.lives[first].met().isoformat())

    def check_totals(self, server, history, expected):
        totals = server.call("ReportService", "GetTotals", {})
        sales = [d for d in history.documents if d.kind == "Sale"]
        returns = [d for d in history.documents if d.kind == "Return"]
        ever = datetime.date(9000, 1, 1)
        members = [life.member(first, ever) for first, life in expected.lives.items()]
        wanted = {
            "sales_count": len(sales),
            "sale_lines_count": sum(len(d.lines) for d in sales),
            "gross_minor": sum(d.value for d in sales),
            "returns_count": len(returns),
            "return_lines_count": sum(len(d.lines) for d in returns),
            "returned_minor": sum(d.value for d in returns),
            "unlinked_returned_minor": sum(d.value for d in returns if "original" not in d.body),
            "members_with_sale_count": sum(1 for m in members if m.sales),
            "purchase_days_count": sum(len(m.kept_days(ever)) for m in members),
            "members_net_spend_minor": sum(max(m.net(ever), 0) for m in members),
            "members_count": len(members),
            "waiting_returns_count": 2,
        }
        self.assertEqual({k: int(totals[k]) for k in wanted}, wanted)


if __name__ == "__main__":
    unittest.main()
