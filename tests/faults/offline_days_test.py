"""The file of real sales, sold at four registers that are cut off for random days, beside the same sold with the server always
there: what differs is what the rules for selling without a server say, and no more."""

import collections
import concurrent.futures
import datetime
import pathlib
import random
import shutil
import tempfile
import time
import unittest

import club
import clocks
import reference
import stand_in

FILE = "online-retail-2010-2011.sales.csv.gz"
REGISTERS = ["R1", "R2", "R3", "R4"]
DOCUMENTS = None if club.LONG else 350  # None: all of them
CUTS = 120 if club.LONG else 6  # register-days
POINT_MILLI = 1000
POINT_MINOR = 10
MEMBER_CAP_MINOR, REGISTER_CAP_MINOR = 5_000, 50_000
AS_OF = "2012-06-30"
PATIENCE_SECONDS = 60
POLL_SECONDS = 4  # longer than between two questions of an agent for what changed
# One more member, who has 60.00 in points and spends half of it at each of four registers that do not hear of each other.
ROAMER = "ROAMER"
ROAMER_EARNS_ON, ROAMER_BUYS_FOR = "600.00", "100.00"
ROAMER_COSTS_MINOR = 3_000  # of 120.00 given, 60.00 was there, and 10.00 came with each sale that arrived before another

PROGRAM = {
    **club.PROGRAM,
    "time_zone": "UTC",
    # Points pay and earn alike, so that what a sale earns does not depend on how it was paid.
    "points": {
        "earn_rules": [{"rule_id": "base",
                        "per_amount": {"points_milli": "1000", "amount_minor": "100"}}],
        "spending": {"thousand_points_value_minor": str(POINT_MINOR * 1000), "step_milli": "1000"},
        "earns_on_points_and_gift_balance": True,
    },
    "tiers": [{"tier_id": "gold", "title": "Gold", "any_of": [{"spend_minor": "200000"}],
               "lifetime": {}}],
}
EARNING = {"POINTS_ENTRY_KIND_EARN", "POINTS_ENTRY_KIND_REVERSE", "POINTS_ENTRY_KIND_DEFICIT",
           "POINTS_ENTRY_KIND_HOLD"}


def roamer_documents(last_date):
    """What the roamer buys on the two days after all others: first what earns, then at every register."""
    def bought(register, days, price):
        date = last_date + days * reference.DAY
        return reference.Document([{
            "register": register, "receipt": f"roamer-{days}-{register}", "occurred_at": f"{date}T12:00:00Z", "member": ROAMER,
            "sku": "COAT", "quantity": "1", "unit_price": price, "return_of_register": "", "return_of": ""}])
    return [bought(REGISTERS[0], 1, ROAMER_EARNS_ON)] + [bought(register, 2, ROAMER_BUYS_FOR) for register in REGISTERS]


class Chain:
    """A club with an agent for each register, and a line to the server that can be cut for each."""

    def __init__(self, test, name):
        self.test = test
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        test.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.server = club.Server(self.root / "server")
        self.server.start()
        test.addCleanup(self.server.stop)
        self.owner("ProgramService", "PublishProgram", {"program": PROGRAM})
        self.owner("AdminService", "AddBranch", {"branch": {"branch_id": "main"}})
        self.lines, self.agents = {}, {}
        for register in REGISTERS:
            added = self.owner("AdminService", "AddRegister", {"register": {
                "register_id": register, "branch_id": "main", "replays_history": True}})
            line = stand_in.StandIn(self.server.grpc)
            line.__enter__()
            test.addCleanup(line.__exit__, None, None, None)
            agent = club.Agent(self.root / register, "%s:%d" % line.address)
            agent.add_register(register, added["token"])
            agent.start()
            test.addCleanup(agent.stop)
            self.lines[register], self.agents[register] = line, agent
        club.wait_for("every register prices", lambda: all(
            self.status(r)["program_version"] != "0" for r in REGISTERS), PATIENCE_SECONDS)
        self.name = name

    def owner(self, service, method, message):
        return self.server.call(service, method, message)

    def call(self, register, method, message):
        return self.agents[register].call(register, method, message)

    def status(self, register):
        return self.call(register, "Status", {})

    def enroll(self, members):
        for card in members:
            self.owner("MemberService", "EnrollMember", {"keys": [{"card": card}]})
        club.wait_for("every register keeps every member", lambda: all(
            int(self.status(r)["cached_member_count"]) == len(members) for r in REGISTERS),
            PATIENCE_SECONDS)

    def wait_cached(self, moment):
        """Until every register keeps what changed at the server from then on till now."""
        club.wait_for("every register keeps what there is", lambda: all(
            clocks.read_stamp(self.status(r)["cache_time"]) > moment for r in REGISTERS), 2 * PATIENCE_SECONDS)
        time.sleep(POLL_SECONDS)  # where that time was told just before the change

    def cut(self, register):
        self.lines[register].set(stand_in.REFUSING)
        club.wait_for("it noticed", lambda: not self.status(register)["online"], PATIENCE_SECONDS)

    def restore(self, register):
        self.lines[register].set(stand_in.HEALTHY)
        try:
            club.wait_for("it is back", lambda: self.status(register)["online"], PATIENCE_SECONDS)
        except AssertionError:
            print(self.status(register), self.agents[register].process.log()[-3000:])
            raise
        self.agents[register].wait_delivered([register], PATIENCE_SECONDS)

    def sell(self, document):
        """Whoever has points pays with them. What was spent, and the terms it was priced under, if any."""
        register, member_id, key = document.register, "", {}
        if document.member:
            key = {"key": {"card": document.member}}
            found = self.call(register, "Identify", key)
            member_id = found["facts"]["member_id"]
        content = {"lines": [club.line(str(i + 1), sku, price, quantity * 1000)
                             for i, (sku, quantity, price) in enumerate(document.lines)]}
        spend = {"spend_points_milli": str(10 ** 12)} if document.member else {}
        held = self.call(register, "Hold", {
            "basket": {**content, **spend, "member_id": member_id, "at": document.occurred_at},
            "request_id": document.receipt})
        quote = held["quote"]
        self.call(register, "Commit", {
            "sale": {**content, **spend, **key, "receipt": document.receipt,
                     "occurred_at": document.occurred_at},
            "member_id": member_id, "quote": quote["reference"],
            "hold_id": held.get("hold", {}).get("hold_id", "")})
        return (int(quote.get("points", {}).get("spent_minor", 0)),
                quote["reference"].get("offline"))

    def bring_back(self, document):
        """As a register does that was told what to pay back."""
        lines = [{"line_id": str(i + 1), "sku": sku, "quantity_milli": str(-quantity * 1000),
                  "unit_price_minor": str(price)}
                 for i, (sku, quantity, price) in enumerate(document.lines)]
        returned = {"receipt": document.receipt, "occurred_at": document.occurred_at, "lines": lines}
        if document.is_linked:
            register, receipt = document.original
            returned["original"] = {"register_id": register, "receipt": receipt}
        if document.member:
            returned["key"] = {"card": document.member}
        self.call(document.register, "Return", {"returned": returned})

    def wait_delivered(self):
        for register in REGISTERS:
            self.agents[register].wait_delivered([register], PATIENCE_SECONDS)

    def standings(self):
        """Everything but the points, by card."""
        found, token = {}, ""
        while True:
            page = self.owner("ReportService", "ExportMembers", {
                "as_of": {"date": AS_OF}, "page_size": 5000, "page_token": token})
            for member in page["members"]:
                found[member["key"]] = {name: value for name, value in member.items()
                                        if name not in ("member_id", "points_milli")}
            token = page["next_page_token"]
            if not token:
                return found

    def member_id(self, card):
        return self.owner("MemberService", "GetMember", {"key": {"card": card}})["member"]["facts"]["member_id"]

    def ledger(self, card):
        """(what was earned and taken back, what was spent and given back) in thousandths of a point."""
        member_id = self.member_id(card)
        earned, spent, token = 0, 0, ""
        while True:
            page = self.owner("MemberService", "ListPoints", {
                "member_id": member_id, "page_size": 1000, "page_token": token})
            for entry in page["entries"]:
                if entry["kind"] in EARNING:
                    earned += int(entry["points_milli"])
                else:
                    spent -= int(entry["points_milli"])
            token = page["next_page_token"]
            if not token:
                return earned, spent

    def losses_minor(self):
        """By member id, and their sum."""
        found, token = collections.Counter(), ""
        while True:
            page = self.owner("OfflineService", "ListLosses", {"page_size": 50, "page_token": token})
            for loss in page["losses"]:
                found[loss["member_id"]] += int(loss["amount_minor"])
            token = page["next_page_token"]
            if not token:
                self.test.assertEqual(sum(found.values()), int(page["total_minor"]))
                return found

    def check_verified(self):
        token = ""
        while True:
            answer = self.owner("AdminService", "Verify", {"page_size": 200, "page_token": token})
            self.test.assertEqual(answer.get("disagreements", []), [])
            token = answer.get("next_page_token", "")
            if not token:
                return


class OfflineDaysTest(unittest.TestCase):
    def test_only_what_the_rules_say_differs(self):
        documents = reference.read_documents(club.data_file(FILE))[:DOCUMENTS]
        print(f"{len(documents)} documents, {CUTS} register-days without the server")
        days = sorted({document.date for document in documents})
        sold = {(document.register, document.date) for document in documents}
        cuts = set(random.sample(sorted(sold), min(CUTS, len(sold) // 2)))
        roaming = roamer_documents(days[-1])
        documents += roaming
        self.roaming_day = roaming[-1].date
        cuts.update((register, self.roaming_day) for register in REGISTERS)
        days += [roaming[0].date, self.roaming_day]
        members = sorted({document.member for document in documents if document.member})
        self.returned_lines = collections.Counter()
        for document in documents:
            if document.is_return:
                self.returned_lines[document.member] += len(document.lines)
        connected, cut_off = Chain(self, "connected"), Chain(self, "cut off")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            playing = {chain.name: pool.submit(self.play, chain, members, documents, days, wanted)
                       for chain, wanted in ((connected, set()), (cut_off, cuts))}
        told = {name: played.result() for name, played in playing.items()}
        touched, given_minor = self.check_terms(documents, told, cuts)
        self.compare(connected, cut_off, members, touched)
        for chain in (connected, cut_off):
            self.check_accounts(chain, documents, told[chain.name])
        self.check_losses(connected, cut_off, given_minor)

    def play(self, chain, members, documents, days, cuts):
        chain.enroll(members)
        by_day = collections.defaultdict(list)
        for document in documents:
            by_day[document.date].append(document)
        told = {}
        for day in days:
            if day == self.roaming_day:
                chain.wait_cached(begin)
            begin = datetime.datetime.now(datetime.timezone.utc)
            away = [register for register in REGISTERS if (register, day) in cuts]
            for register in away:
                chain.cut(register)
            for document in by_day[day]:
                if document.is_return:
                    chain.bring_back(document)
                else:
                    told[document.register, document.receipt] = chain.sell(document)
                if document.register not in away:
                    # A customer who goes on to the next till meets their points there.
                    chain.agents[document.register].wait_delivered([document.register],
                                                                   PATIENCE_SECONDS)
            for register in away:
                chain.restore(register)
        chain.wait_delivered()
        chain.check_verified()
        return told

    def check_terms(self, documents, told, cuts):
        """Under terms when cut off, and then within the caps. Who can have been treated otherwise than with the server: who
        bought or brought back something there, or bought under terms because the machine was slow."""
        by_member, by_register = collections.Counter(), collections.Counter()
        touched = set()
        for document in documents:
            day = (document.register, document.date)
            if document.member and day in cuts:
                touched.add(document.member)
            if document.is_return or not document.member:
                continue
            for name, sales in told.items():
                spent_minor, terms = sales[document.register, document.receipt]
                if name == "cut off" and day in cuts:
                    self.assertIsNotNone(terms, document.receipt)
                    by_member[(*day, document.member)] += spent_minor
                    by_register[day] += spent_minor
                elif terms is not None:
                    touched.add(document.member)
        self.assertLessEqual(max(by_member.values()), MEMBER_CAP_MINOR)
        self.assertLessEqual(max(by_register.values()), REGISTER_CAP_MINOR)
        given_minor = sum(by_register.values())
        print(f"spent without the server: {given_minor} minor units, in {len(by_member)} visits of a day")
        return touched, given_minor

    def compare_standings(self, plain, cut_off, touched):
        """The same but for the net spend of who was touched and brought goods back: a refund is rounded for money and for
        points apart, so that paying otherwise moves it by an agora a line."""
        self.assertEqual(set(plain), set(cut_off))
        moved = {}
        for card, standing in plain.items():
            other = cut_off[card]
            difference = int(other["net_spend_minor"]) - int(standing["net_spend_minor"])
            if difference:
                moved[card] = difference
                other = {**other, "net_spend_minor": standing["net_spend_minor"]}
            self.assertEqual(standing, other, card)
        print(f"net spend moved by the rounding of refunds: {moved}")
        self.assertEqual(set(moved) - touched, set())
        for card, difference in moved.items():
            self.assertLessEqual(abs(difference), self.returned_lines[card], card)

    def compare(self, connected, cut_off, members, touched):
        """Members, tiers, stages, purchase days and what they earned are the same; what they spent is not. An agora that a
        refund left behind may complete a point of what was kept."""
        self.compare_standings(connected.standings(), cut_off.standings(), touched)
        self.assertTrue(touched)
        listed, moved = [], {}
        for card in members:
            earned, spent = connected.ledger(card)
            earned_too, spent_too = cut_off.ledger(card)
            if earned != earned_too:
                moved[card] = earned_too - earned
                self.assertLessEqual(abs(moved[card]), POINT_MILLI * self.returned_lines[card], card)
            if spent != spent_too:
                listed.append((card, spent, spent_too))
        print(f"points earned moved by the rounding of refunds, in thousandths: {moved}")
        self.assertEqual(set(moved) - touched, set())
        print(f"{len(listed)} of {len(members)} members spent other points, "
              f"{sum(a - b for _, a, b in listed) // 1000} points less:")
        for card, spent, spent_too in listed:
            print(f"  {card}: {spent} and {spent_too} thousandths of a point")
        self.assertEqual({card for card, _, _ in listed} - touched, set())

    def check_accounts(self, chain, documents, told):
        """What registers said that points paid is what the member has less, or is the club's loss. For those who brought
        nothing back: a refund gives some of both back."""
        said = collections.Counter()
        for document in documents:
            if document.member and not document.is_return:
                said[document.member] += told[document.register, document.receipt][0]
        losses_minor = chain.losses_minor()
        for card, said_minor in said.items():
            if self.returned_lines[card] == 0:
                _, spent_milli = chain.ledger(card)
                booked_minor = spent_milli * POINT_MINOR // 1000 + losses_minor[chain.member_id(card)]
                self.assertEqual(said_minor, booked_minor, (chain.name, card))

    def check_losses(self, connected, cut_off, given_minor):
        """No more was lost than was given without the server; and the roamer, who spent twice what was there, cost what
        is known."""
        self.assertEqual(sum(connected.losses_minor().values()), 0)
        losses_minor = cut_off.losses_minor()
        print(f"loss {sum(losses_minor.values())} minor units, {losses_minor[cut_off.member_id(ROAMER)]} of the roamer's")
        self.assertEqual(losses_minor[cut_off.member_id(ROAMER)], ROAMER_COSTS_MINOR)
        self.assertLessEqual(sum(losses_minor.values()), given_minor)


if __name__ == "__main__":
    unittest.main()
