"""Rights and parts of limits that registers take ahead: one register at a time, through lost answers, a server that dies, and everybody at once."""

import base64
import pathlib
import random
import shutil
import tempfile
import threading
import time
import unittest

import club
import vocabulary
from club import line, sale
from google.protobuf import json_format

BRANCHES = {"R1": "north", "R2": "north", "R3": "north", "X1": "south"}
TURNS = 2000 if club.LONG else 60
FIGHT_SECONDS = 600 if club.LONG else 120  # below the time that the whole file has, so that the server is ended

PROGRAM = {
    **club.PROGRAM,
    "rights": [{"right_id": "coffee", "title": "Coffee", "coupon": {"use_count": 1}}],
    "benefits": [
        {"benefit_id": "free-coffee", "title": "Coffee",
         "conditions": [{"right_held": {"right_id": "coffee"}}],
         "effect": {"fixed_price": {"unit_price_minor": "0", "filter": {"skus": ["coffee"]}}}},
        {"benefit_id": "tea", "title": "Tea",
         "effect": {"percent_off_lines": {"percent_bps": 1000, "filter": {"skus": ["tea"]}}},
         "limits": {"club_budget_minor": "80000", "club_count": "80"}}],
    "offline": {"leases": {"rights_per_register": 100, "lease_hours": 48}},
}


class Till:
    """What the agent of one register would know; the server is asked over gRPC or over HTTP."""

    def __init__(self, server, register, token):
        self.server = server
        self.register = register
        self.token = token
        self.begun = self.answered = 0
        self.journal_id = base64.b64encode(random.randbytes(16)).decode()
        self.kept = {}
        self.slices = []

    def call(self, method, message, over="HTTP"):
        if over == "HTTP":
            return self.server.call("SyncService", method, message, token=self.token)
        request = json_format.ParseDict(message, vocabulary.message(method + "Request")())
        answer = vocabulary.grpc_call(self.server.grpc, "SyncService", method,
                                      request.SerializeToString(), self.token)
        response = vocabulary.message(method + "Response").FromString(answer)
        return json_format.MessageToDict(response, preserving_proto_field_name=True,
                                         including_default_value_fields=True)

    def asked(self):
        return {"journal_id": self.journal_id, "previous_turn": str(self.answered),
                "turn": str(self.begun), "kept": list(self.kept.values()), "slices": self.slices}

    def ask(self, over="HTTP"):
        """A turn, whose answer may be lost. One that was is repeated first, and its answer is not used: it may be another disk's."""
        if self.begun != self.answered:
            self.call("TakeLeases", self.asked(), over)
            self.answered = self.begun
        self.begun += 1
        return self.call("TakeLeases", self.asked(), over)

    def heard(self, answer):
        """The ids of the rights leased."""
        self.answered = self.begun
        self.kept = {right["grant_id"]: right for right in answer["rights"]}
        self.slices = answer["slices"]
        return set(self.kept)

    def take(self, over="HTTP"):
        return self.heard(self.ask(over))

    def hold(self, name, member_id, grant_id):
        return self.call("PlaceHold", {"request_id": name, "member_id": member_id,
                                       "rights": [{"grant_id": grant_id}]})["hold_id"]


class LeasesTest(unittest.TestCase):
    def setUp(self):
        self.chance = random.Random(random.random())
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.server = club.Server(self.root / "server")
        self.addCleanup(self.server.stop)
        self.server.start()
        self.owner("ProgramService", "PublishProgram", {"program": PROGRAM})
        for branch in sorted(set(BRANCHES.values())):
            self.owner("AdminService", "AddBranch", {"branch": {"branch_id": branch}})
        self.tills = {}
        for register, branch in BRANCHES.items():
            added = self.owner("AdminService", "AddRegister", {
                "register": {"register_id": register, "branch_id": branch}})
            self.tills[register] = Till(self.server, register, added["token"])
        self.names = 0

    def owner(self, service, method, message):
        return self.server.call(service, method, message)

    def name(self):
        self.names += 1
        return f"n{self.names}"

    def record(self, register, document, context=None):
        """Delivers a sale; whose it became."""
        content = json_format.ParseDict(document, vocabulary.message("Sale")())
        request = vocabulary.message("RecordRequest")()
        entry = request.entries.add(sequence=1, sale=content.SerializeToString())
        if context:
            json_format.ParseDict(context, entry.context)
        answer = vocabulary.grpc_call(self.server.grpc, "SyncService", "Record",
                                      request.SerializeToString(), self.tills[register].token)
        return vocabulary.message("RecordResponse").FromString(answer).outcomes[0].recorded.member_id

    def buyer(self, register):
        """A member who bought at the register's branch: their id."""
        card = self.name()
        self.owner("MemberService", "EnrollMember", {"keys": [{"card": card}]})
        return self.record(register, sale(self.name(), [line("1", "milk", 500)],
                                          key={"card": card}))

    def grant(self, member_id):
        return self.owner("MemberService", "GrantMemberRight", {
            "request_id": self.name(), "member_id": member_id, "right_id": "coffee",
            "note": "test", "actor": "dana"})["right"]["grant_id"]

    def facts(self, register, member_id):
        return self.tills[register].call("GetFacts", {"member_id": member_id})["facts"]

    def verify(self):
        self.assertEqual(self.owner("AdminService", "Verify", {})["disagreements"], [])

    def refused(self, till, member_id, grant_id):
        with self.assertRaises(club.Refused) as got:
            till.hold(self.name(), member_id, grant_id)
        self.assertEqual(got.exception.reason, "REASON_RIGHT_NOT_LEFT")
        self.assertEqual(got.exception.values, {"grant_id": grant_id, "leased": "true"})

    def test_another_register_waits_for_two_turns_of_the_holder(self):
        member_id = self.buyer("X1")
        coffee = self.grant(member_id)
        holder, other = self.tills["X1"], self.tills["R1"]
        for over in ("gRPC", "HTTP"):
            self.assertEqual(holder.take(over), {coffee})
        self.assertEqual(self.facts("R1", member_id)["rights"][0]["uses_left"], 1)  # as ever
        self.assertEqual(other.take(), set())
        self.refused(other, member_id, coffee)
        self.assertEqual(holder.take(), set())
        self.refused(other, member_id, coffee)
        self.assertEqual(holder.take(), set())
        other.hold(self.name(), member_id, coffee)
        self.assertEqual(holder.take(), set())
        self.verify()

    def test_a_lost_answer_and_a_server_that_dies_give_nothing_to_two(self):
        members = [self.buyer("R1") for _ in range(30)]
        grants = {self.grant(m): m for m in members}
        for _ in range(5):
            for register in ("R1", "R2", "R3"):
                till = self.tills[register]
                first = till.ask()
                if self.chance.random() < 0.5:
                    self.server.kill()
                    self.server.start()
                    again = till.call("TakeLeases", till.asked())
                    self.assertEqual(again["rights"], first["rights"])
                if self.chance.random() < 0.5:  # else the answer is lost
                    till.heard(first)
        taken = [self.tills[r].take() for r in ("R1", "R2", "R3")]
        self.assertEqual(set().union(*taken), set(grants))
        self.assertEqual(sum(map(len, taken)), len(grants))
        self.verify()

    def test_parts_of_a_limit_are_gone_for_those_who_ask(self):
        member_id = self.buyer("R1")
        self.assertNotIn("tea", [u["benefit_id"] for u in self.facts("R1", member_id)["uses"]])
        self.tills["R1"].take()
        part = self.tills["R1"].slices[0]
        self.assertEqual((part["benefit_id"], part["amount_minor"], part["use_count"]),
                         ("tea", "10000", "10"))  # of four registers
        uses = self.facts("X1", member_id)["uses"][0]
        self.assertEqual((uses["club_saved_minor"], uses["club_count"]), ("10000", "10"))
        facts = self.facts("R1", member_id)
        facts["offline"] = {"amount_limit_minor": "5000", "slices": [{**part, "end_time": None}]}
        self.record("R1", sale(self.name(), [line("1", "tea", 10_000)]),
                    {"member_id": member_id, "facts": facts, "program_version": "1"})
        uses = self.facts("X1", member_id)["uses"][0]  # used, and no more set aside
        self.assertEqual((uses["club_saved_minor"], uses["club_count"]), ("10000", "10"))
        self.owner("AdminService", "RevokeRegister", {"register_id": "R1"})
        uses = self.facts("X1", member_id)["uses"][0]
        self.assertEqual((uses["club_saved_minor"], uses["club_count"]), ("1000", "1"))
        self.verify()

    def test_everybody_at_once_and_no_right_with_two(self):
        grants = {self.grant(m): m for m in [self.buyer("R1") for _ in range(60)]}
        owner_of = {}  # by grant: the register that may use it
        lock = threading.Lock()
        wrong = []
        held = []
        leased = set()
        names = iter(range(10 ** 9))

        def gain(register, gained):
            with lock:
                for grant in gained:
                    if owner_of.get(grant, register) != register:
                        wrong.append((grant, owner_of[grant], register))
                    owner_of[grant] = register

        def lose(lost):
            with lock:
                for grant in lost:
                    owner_of.pop(grant, None)

        def hold(till, chance):
            wanted = list(till.kept) if till.kept and chance.random() < 0.5 else list(grants)
            grant = chance.choice(wanted)
            if till.kept.pop(grant, None):
                lose([grant])
            with lock:
                name = f"h{next(names)}"
            try:
                hold_id = till.hold(name, grants[grant], grant)
            except club.Refused as refused:
                if refused.reason != "REASON_RIGHT_NOT_LEFT":
                    wrong.append((grant, refused.reason))
                return
            gain(till.register, [grant])
            held.append(grant)
            lose([grant])
            till.call("CancelHold", {"hold_id": hold_id})

        def run(till, seed):
            chance = random.Random(seed)
            for _ in range(TURNS):
                if chance.random() < 0.3:
                    hold(till, chance)
                    continue
                dropped = [grant for grant in till.kept if chance.random() < 0.2]
                for grant in dropped:
                    del till.kept[grant]
                lose(dropped)
                before = set(till.kept)
                answer = till.ask(chance.choice(["HTTP", "gRPC"]))
                if chance.random() < 0.2:
                    continue  # it was lost
                till.heard(answer)
                lose(before - set(till.kept))
                gain(till.register, till.kept)
                leased.update(till.kept)

        threads = [threading.Thread(target=run, args=(self.tills[r], self.chance.random()), daemon=True)
                   for r in ("R1", "R2", "R3")]
        for thread in threads:
            thread.start()
        end = time.monotonic() + FIGHT_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        self.assertFalse(any(thread.is_alive() for thread in threads))
        self.assertEqual(wrong, [])
        self.assertGreater(len(held), 0)
        self.assertGreater(len(leased), len(grants) // 2)  # some were wanted before
        self.verify()


if __name__ == "__main__":
    unittest.main()
