"""Points and rights are spent at most once, whoever races for them: 64 callers, retries, a server that dies in between."""

import base64
import concurrent.futures
import json
import random
import threading
import time
import unittest

import grpc
from google.protobuf import json_format

import club
import vocabulary
from club import line, sale

CALLERS = 64
ROUNDS = 1000 if club.LONG else 20
REGISTERS = ["R1", "R2", "R3", "R4"]
RETRY_SECONDS = 60
STEP = 1000  # one point

PROGRAM = {
    **club.PROGRAM,
    "points": {
        "earn_rules": [{"rule_id": "all", "per_amount": {"points_milli": "1000",
                                                         "amount_minor": "100"}}],
        "expiry_months": 12,
        "spending": {"thousand_points_value_minor": "10000", "step_milli": "1000"},
    },
    "tiers": [{"tier_id": "gold", "title": "Gold", "any_of": [{"spend_minor": "100000000"}],
               "lifetime": {}}],
    "rights": [{"right_id": "coffee", "title": "Coffee", "coupon": {"use_count": 1}},
               {"right_id": "voucher", "title": "Voucher", "voucher": {"amount_minor": "1000"}}],
    "benefits": [{"benefit_id": "free-coffee", "title": "Coffee",
                  "conditions": [{"right_held": {"right_id": "coffee"}}],
                  "effect": {"fixed_price": {"unit_price_minor": "0",
                                             "filter": {"skus": ["coffee"]}}}}],
}


class Caller:
    """SyncService in the name of one register, over a connection that several threads share."""

    def __init__(self, address, token):
        self.channel = grpc.insecure_channel(address)
        self.metadata = [("authorization", "Bearer " + token)]

    def call(self, method, request, response):
        stub = self.channel.unary_unary(f"/moadon.v1.SyncService/{method}",
                                        request_serializer=lambda m: m.SerializeToString(),
                                        response_deserializer=vocabulary.message(response).FromString)
        return stub(request, metadata=self.metadata, timeout=30, wait_for_ready=True)

    def place(self, request_id, member_id, points_milli=0, rights=()):
        """The hold's id, or the name of the reason."""
        request = json_format.ParseDict(
            {"request_id": request_id, "member_id": member_id, "points_milli": str(points_milli),
             "rights": [{"grant_id": r} for r in rights]}, vocabulary.message("PlaceHoldRequest")())
        return self.outcome("PlaceHold", request, "PlaceHoldResponse", lambda m: m.hold_id)

    def cancel(self, hold_id):
        request = vocabulary.message("CancelHoldRequest")(hold_id=hold_id)
        return self.outcome("CancelHold", request, "CancelHoldResponse", lambda m: "cancelled")

    def outcome(self, method, request, response, read):
        end = time.monotonic() + RETRY_SECONDS
        while True:
            try:
                return read(self.call(method, request, response))
            except grpc.RpcError as error:
                code, reason, _ = vocabulary.refusal_of(error)
                if code not in ("UNAVAILABLE", "CANCELLED") or time.monotonic() > end:
                    return reason or code
                time.sleep(0.05)  # unknown whether it took effect: the same again


def insistent(chance, call):
    """Repeats a call at random; all answers must be the same."""
    answers = {call() for _ in range(chance.choice([1, 1, 2, 3]))}
    if len(answers) != 1:
        raise AssertionError(f"one call, several answers: {answers}")
    return answers.pop()


class HoldsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(REGISTERS, program=PROGRAM)
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.callers = [Caller(cls.club.server.grpc, cls.club.register_tokens[r]) for r in REGISTERS]
        cls.pool = concurrent.futures.ThreadPoolExecutor(CALLERS)
        cls.addClassCleanup(cls.pool.shutdown)

    def setUp(self):
        self.seed = random.randrange(1 << 32)
        self.names = f"{self._testMethodName[-12:].replace('_', '-')}-{self.seed}"

    def owner(self, method, message):
        return self.club.owner("MemberService", method, message)

    def decide(self, method, request_id, member_id, **more):
        return self.owner(method, {"request_id": f"{self.names}-{request_id}", "note": "test",
                                   "member_id": member_id, "actor": "dana", **more})

    def new_member(self, name, points_milli):
        member_id = self.owner("EnrollMember", {"keys": [{"card": f"{self.names}-{name}"}]})[
            "member"]["member_id"]
        self.decide("AdjustPoints", f"a-{name}", member_id, points_milli=str(points_milli))
        return member_id

    def new_right(self, name, member_id, right_id):
        return self.decide("GrantMemberRight", f"g-{name}", member_id,
                           right_id=right_id)["right"]["grant_id"]

    def facts(self, member_id, register="R1"):
        return self.club.owner("SyncService", "GetFacts", {"member_id": member_id},
                               token=self.club.register_tokens[register])["facts"]

    def points(self, member_id):
        points = self.facts(member_id)["points"]
        return int(points.get("available_milli", 0)), int(points.get("held_milli", 0))

    def at_once(self, work):
        """Runs work(i) of all callers, started together; their results in order."""
        barrier = threading.Barrier(CALLERS)

        def one(i):
            barrier.wait(timeout=60)
            return work(i)

        return [f.result(timeout=120) for f in [self.pool.submit(one, i) for i in range(CALLERS)]]

    def test_64_callers_spend_one_balance_and_one_right(self):
        chance = random.Random(self.seed)
        for number in range(ROUNDS):
            balance = chance.randrange(1, CALLERS)
            member_id = self.new_member(number, balance * STEP)
            coffee = self.new_right(number, member_id, "coffee")
            seeds = [chance.random() for _ in range(CALLERS)]

            def spend(i):
                own = random.Random(seeds[i])
                caller = self.callers[i % len(self.callers)]
                name = f"{self.names}-{number}-{i}"
                points = insistent(own, lambda: caller.place("p" + name, member_id, STEP))
                right = insistent(own, lambda: caller.place("r" + name, member_id, 0, [coffee]))
                return points, right

            outcomes = self.at_once(spend)
            held = [p for p, _ in outcomes if p != "REASON_POINTS_SHORT"]
            self.assertEqual(len(set(held)), balance, f"round {number}: {outcomes}")
            self.assertEqual(len(held), balance)
            self.assertEqual([r.startswith("REASON") for _, r in outcomes].count(False), 1)
            self.assertEqual({r for _, r in outcomes if r.startswith("REASON")},
                             {"REASON_RIGHT_NOT_LEFT"})
            self.assertEqual(self.points(member_id), (0, balance * STEP))
            self.assertNotIn("rights", {k for k, v in self.facts(member_id).items() if v})
            self.cancel_some(chance, member_id, outcomes, balance)
        self.club.verify()

    def cancel_some(self, chance, member_id, outcomes, balance):
        """Half of the holds are given up, again and again: what they held is there once."""
        winners = [(i, p) for i, (p, _) in enumerate(outcomes) if not p.startswith("REASON")]
        given_up = dict(chance.sample(winners, len(winners) // 2))
        seeds = [chance.random() for _ in range(CALLERS)]

        def cancel(i):
            if i not in given_up:
                return None
            own = random.Random(seeds[i])
            caller = self.callers[i % len(self.callers)]
            return insistent(own, lambda: caller.cancel(given_up[i]))

        self.assertLessEqual(set(self.at_once(cancel)), {None, "cancelled"})
        self.assertEqual(self.points(member_id),
                         (len(given_up) * STEP, (balance - len(given_up)) * STEP))

    def test_a_server_that_is_killed_in_between_neither_loses_nor_doubles(self):
        chance = random.Random(self.seed)
        balance = 150
        member_id = self.new_member("k", balance * STEP)
        coffee = self.new_right("k", member_id, "coffee")
        names = [f"{self.names}-{i}" for i in range(5 * CALLERS)]
        answers = {}

        def spend(i):
            caller = self.callers[i % len(self.callers)]
            for name in names[i::CALLERS]:
                answers[name] = (caller.place("p" + name, member_id, STEP),
                                 caller.place("r" + name, member_id, 0, [coffee]))

        def kill():
            for _ in range(3):
                time.sleep(chance.uniform(0.05, 0.3))
                self.club.server.kill()
                self.club.server.start()

        killer = threading.Thread(target=kill)
        killer.start()
        self.at_once(spend)
        killer.join(timeout=120)
        self.assertFalse(killer.is_alive())
        holds = {p for p, _ in answers.values() if not p.startswith("REASON")}
        self.assertEqual(len(holds), balance, answers)
        self.assertEqual([p for p, _ in answers.values()].count("REASON_POINTS_SHORT"),
                         len(names) - balance)
        self.assertEqual([r for _, r in answers.values()].count("REASON_RIGHT_NOT_LEFT"),
                         len(names) - 1)
        self.assertEqual(self.points(member_id), (0, balance * STEP))
        for name, (points, right) in answers.items():
            caller = self.callers[(names.index(name) % CALLERS) % len(self.callers)]
            self.assertEqual(caller.place("p" + name, member_id, STEP), points)
            self.assertEqual(caller.place("r" + name, member_id, 0, [coffee]), right)
        self.club.verify()

    def test_a_decision_is_made_once_by_however_many_callers(self):
        member_id = self.new_member("d", 5 * STEP)

        def decide(_):
            answers = set()
            for method, more in (("AdjustPoints", {"points_milli": "-2000"}),
                                 ("GrantMemberRight", {"right_id": "coffee"})):
                answers.add(json.dumps(self.decide(method, method, member_id, **more),
                                       sort_keys=True))
            return frozenset(answers)

        self.assertEqual(len(set(self.at_once(decide))), 1)
        self.assertEqual(self.points(member_id), (3 * STEP, 0))
        story = self.owner("GetMember", {"member_id": member_id})
        self.assertEqual(len(story["rights"]), 1)
        entries = self.owner("ListPoints", {"member_id": member_id})["entries"]
        self.assertEqual([(e["points_milli"], e["note"], e["actor"]) for e in entries],
                         [("5000", "test", "dana"), ("-2000", "test", "dana")])
        with self.assertRaises(club.Refused) as got:
            self.decide("AdjustPoints", "AdjustPoints", member_id, points_milli="-2001")
        self.assertEqual(got.exception.reason, "REASON_REQUEST_REUSED")

    def test_the_owner_decides_on_the_command_line(self):
        card = f"{self.names}-c"
        member_id = self.new_member("c", 5 * STEP)
        why = ["--note", "a mistake", "--actor", "dana"]
        adjust = ["members", "adjust-points", card, "--points", "-1.5", *why, "--request-id",
                  self.names, "--json"]
        answers = {self.club.moadon(*adjust).stdout for _ in range(3)}
        self.assertEqual(len(answers), 1)
        points = json.loads(answers.pop())["facts"]["points"]
        self.assertEqual(points["available_milli"], "3500")
        told = self.club.moadon("members", "grant-right", "--id", member_id, "--right", "coffee",
                                *why)
        self.assertIn("--request-id cli-", told.stderr)  # so that the line can be repeated
        self.club.moadon("members", "lock-tier", card, "--tier", "gold", "--until", "2100-01-01",
                         *why)
        self.club.moadon("members", "update", card, "--birth-date", "1980-02-29", "--add-tag", "vip",
                         "--add-tag", "tall")
        shown = self.club.moadon("members", "show", card).stdout
        for text in ("gold", "3.5", "1980-02-29", "tall, vip", "coffee", "a mistake", "dana",
                     told.stdout.strip()):
            self.assertIn(text, shown)
        ledger = self.club.moadon("members", "points", card).stdout
        self.assertIn("-1.5", ledger)
        self.assertIn("a mistake", ledger)
        exported = self.club.moadon("members", "export").stdout.splitlines()
        row = dict(zip(exported[0].split(","), next(r for r in exported if card in r).split(",")))
        self.assertEqual((row["points_milli"], row["tier"]), ("3500", "gold"))
        for wrong in (["--points", "1.2345"], ["--points", "ten"]):
            done = self.club.moadon("members", "adjust-points", card, *wrong, *why, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        done = self.club.moadon("members", "grant-right", card, "--right", "tea", *why, check=False)
        self.assertEqual(done.returncode, 1)

    def test_a_sale_uses_its_hold_up_and_nothing_frees_it_again(self):
        member_id = self.new_member("s", 9 * STEP)
        facts = self.facts(member_id)
        caller = self.callers[0]
        hold_id = caller.place(self.names, member_id, 6 * STEP)
        self.assertEqual(self.points(member_id), (3 * STEP, 6 * STEP))
        content = json_format.ParseDict(
            sale(self.names, [line("1", "milk", 10000)], spend_points_milli=str(6 * STEP),
                 occurred_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())),
            vocabulary.message("Sale")()).SerializeToString()
        entry = {"sequence": "1", "sale": base64.b64encode(content).decode(),
                 "context": {"member_id": member_id, "program_version": "1", "facts": facts,
                             "hold_id": hold_id}}
        for _ in range(3):
            outcome = self.club.owner("SyncService", "Record", {"entries": [entry]},
                                      token=self.club.register_tokens["R1"])["outcomes"][0]
            self.assertEqual(outcome["recorded"]["member_id"], member_id)
            self.assertEqual(caller.cancel(hold_id), "cancelled")
        entries = self.owner("ListPoints", {"member_id": member_id})["entries"]
        spent = [e["points_milli"] for e in entries if e["kind"] == "POINTS_ENTRY_KIND_SPEND"]
        self.assertEqual(sum(map(int, spent)), -6 * STEP, entries)
        self.assertEqual(self.points(member_id)[1], 0)
        recorded = self.club.owner("ReportService", "GetSale",
                                   {"register_id": "R1", "receipt": self.names})["sale"]
        self.assertEqual(recorded["differences"], [])
        self.club.verify()


if __name__ == "__main__":
    unittest.main()
