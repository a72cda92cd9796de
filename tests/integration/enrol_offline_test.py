"""New members and returns at a register without its server: known at once, one member afterwards."""

import json
import pathlib
import re
import signal
import subprocess
import time
import unittest

import club
from club import line

PHONE, CARD, FIRST_NAME, LAST_NAME = "0541234567", "CARD-0815", "Nechama", "Peretz"
WORDING = "terms of spring 2026"

PROGRAM = {
    **club.PROGRAM,
    "points": {"earn_rules": [{"rule_id": "all", "per_amount": {"points_milli": "1000",
                                                                "amount_minor": "100"}}]},
}


def person(*keys, **more):
    return {"keys": list(keys) or [{"phone": PHONE}, {"card": CARD}], "first_name": FIRST_NAME,
            "last_name": LAST_NAME, **more}


def agreed(wording=WORDING):
    return {"consents": [{"channel": "CONTACT_CHANNEL_SMS", "granted": True, "wording": wording}]}


def now_text():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class OfflineRegister(unittest.TestCase):
    """Registers R1 and R2 of one machine, and R3 of another."""

    program = PROGRAM

    def setUp(self):
        self.club = club.Club(["R1", "R2"], program=self.program)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)

    def another_agent(self):
        added = self.club.owner("AdminService", "AddRegister", {
            "register": {"register_id": "R3", "branch_id": "main"}})
        agent = club.Agent(self.club.root / "agent3", self.club.server.grpc)
        agent.add_register("R3", added["token"])
        agent.start()
        self.addCleanup(agent.stop)
        club.wait_for("the other agent has the program",
                      lambda: agent.call("R3", "Status", {})["program_version"] != "0")
        return agent

    def enroll(self, member, register="R1"):
        return self.club.register("Enroll", {"member": member}, register)["member"]

    def identify(self, key, register="R1"):
        return self.club.register("Identify", {"key": key}, register)

    def identify_online(self, key):
        """By the server, once it answers in time for a cashier."""
        answers = []

        def is_of_now():
            answers.append(self.identify(key))
            return "cached_as_of" not in answers[-1] and "points" in answers[-1]["facts"]

        club.wait_for("the server says who it is", is_of_now)
        return answers[-1]

    def commit(self, receipt, member_id, price_minor=1000, register="R1", **more):
        return self.club.register("Commit", {
            "sale": {"receipt": receipt, "occurred_at": now_text(),
                     "lines": [line("1", "bread", price_minor)]},
            "member_id": member_id, **more}, register)

    def member_of(self, key):
        return self.club.owner("MemberService", "GetMember", {"key": key})["member"]

    def member_count(self):
        return len(self.club.owner("MemberService", "ListMembers", {})["members"])

    def kept_sale(self, receipt, register="R1"):
        return self.club.owner("ReportService", "GetSale", {
            "register_id": register, "receipt": receipt})["sale"]

    def pending_lines(self, *arguments):
        done = subprocess.run(
            [club.BIN / "moadon-agent", "pending", "--dir", self.club.agent.directory, *arguments],
            capture_output=True, text=True, timeout=club.CALL_SECONDS, check=True)
        return done.stdout.splitlines()


class EnrolOfflineTest(OfflineRegister):
    def test_a_member_enrolled_without_the_server_keeps_what_they_bought_and_agreed_to(self):
        self.club.server.stop()
        began = time.time()
        enrolled = self.enroll(person(**agreed()))
        provisional_id = enrolled["facts"]["member_id"]
        self.assertRegex(provisional_id, "^new-[0-9a-f]{16}$")
        self.assertTrue(enrolled["is_provisional"])
        self.assertEqual(enrolled["display_name"], "Nechama P.")
        for key in ({"phone": "+972-54-123-4567"}, {"card": CARD.lower()}, {"scanned": CARD}):
            self.assertEqual(self.identify(key)["facts"]["member_id"], provisional_id)
        quote = self.club.register("Quote", {"basket": {
            "lines": [line("1", "bread", 1000)], "member_id": provisional_id}})["quote"]
        self.assertEqual(quote["points"]["earned_milli"], "10000")
        self.commit("1", provisional_id, quote=quote["reference"])
        self.commit("2", provisional_id)
        self.assertEqual(self.enroll(person(**agreed()))["facts"]["member_id"], provisional_id)
        self.assertEqual(self.club.register("Status", {})["undelivered_count"], "3")
        # Another register of the machine sells to them as well.
        self.assertEqual(self.identify({"phone": PHONE}, "R2")["facts"]["member_id"], provisional_id)
        self.commit("1", provisional_id, register="R2")
        # So does the next process.
        self.club.agent.kill()
        self.club.agent.start()
        self.assertEqual(self.identify({"phone": PHONE})["facts"]["member_id"], provisional_id)

        self.club.server.start()
        self.club.wait_delivered()
        member = self.member_of({"phone": PHONE})
        self.assertEqual(self.member_count(), 1)
        self.assertEqual((member["first_name"], member["last_name"]), (FIRST_NAME, LAST_NAME))
        self.assertEqual(len(member["keys"]), 2)
        self.assertEqual(member["met_branch_id"], "main")
        consent, = member["consents"]
        self.assertEqual((consent["wording"], consent["place"]), (WORDING, "main"))
        given = time.strptime(consent["occurred_at"][:19], "%Y-%m-%dT%H:%M:%S")
        self.assertLess(abs(time.mktime(given) - time.timezone - began), 120)
        for register, receipt in (("R1", "1"), ("R1", "2"), ("R2", "1")):
            kept = self.kept_sale(receipt, register)
            self.assertEqual(kept["member_id"], member["member_id"])
            self.assertEqual(kept["differences"], [])
        online = self.identify_online({"card": CARD})
        self.assertEqual(online["facts"]["member_id"], member["member_id"])
        self.assertFalse(online["is_provisional"])
        self.assertEqual(online["facts"]["points"]["available_milli"], "30000")
        # A basket that was opened before still names them.
        self.commit("3", provisional_id)
        self.club.wait_delivered()
        self.assertEqual(self.kept_sale("3")["member_id"], member["member_id"])
        self.assertEqual(self.kept_sale("3")["differences"], [])
        self.club.verify()

    def test_somebody_enrolled_elsewhere_meanwhile_is_the_same_member(self):
        # The register's line is cut, not the server.
        elsewhere = self.another_agent()
        self.club.agent.stop()
        gone = club.Agent(self.club.agent.directory, f"127.0.0.1:{club.free_port()}")
        gone.start()
        self.addCleanup(gone.stop)
        self.club.agent = gone
        provisional_id = self.enroll(person({"phone": PHONE}, {"card": CARD}, **agreed()))[
            "facts"]["member_id"]
        self.commit("1", provisional_id)
        known = elsewhere.call("R3", "Enroll", {"member": {
            "keys": [{"phone": PHONE}], "first_name": "Noah"}})["member"]["facts"]["member_id"]
        gone.stop()
        self.club.agent = club.Agent(gone.directory, self.club.server.grpc)
        self.club.agent.start()
        self.club.wait_delivered()
        member = self.member_of({"card": CARD})
        self.assertEqual(member["member_id"], known)
        self.assertEqual((member["first_name"], member["last_name"]), ("Noah", LAST_NAME))
        self.assertEqual(member["consents"][0]["wording"], WORDING)
        self.assertEqual(self.kept_sale("1")["member_id"], known)
        self.assertEqual(self.member_count(), 1)
        self.club.verify()

    def test_two_machines_enrol_the_same_phone_and_it_is_one_member(self):
        elsewhere = self.another_agent()
        self.club.server.stop()
        first = self.enroll(person({"phone": PHONE}, **agreed()))["facts"]["member_id"]
        second = elsewhere.call("R3", "Enroll", {"member": person(
            {"phone": PHONE}, {"card": CARD}, **agreed("terms of the other till"))})[
                "member"]["facts"]["member_id"]
        self.assertNotEqual(first, second)
        self.commit("1", first)
        elsewhere.call("R3", "Commit", {
            "sale": {"receipt": "1", "occurred_at": now_text(), "lines": [line("1", "milk", 700)]},
            "member_id": second})
        self.club.server.start()
        self.club.wait_delivered()
        elsewhere.wait_delivered(["R3"])
        self.assertEqual(self.member_count(), 1)
        member = self.member_of({"card": CARD})
        self.assertEqual(member["member_id"], self.member_of({"phone": PHONE})["member_id"])
        self.assertEqual({c["wording"] for c in member["consents"]},
                         {WORDING, "terms of the other till"})
        self.assertEqual(self.kept_sale("1")["member_id"], member["member_id"])
        self.assertEqual(self.kept_sale("1", "R3")["member_id"], member["member_id"])
        self.assertEqual(
            self.identify_online({"phone": PHONE})["facts"]["points"]["available_milli"], "17000")
        self.club.verify()

    def test_keys_of_two_members_are_kept_back_and_shown(self):
        self.club.server.stop()
        enrolled = self.enroll(person({"card": "C-1"}, {"phone": PHONE}))
        entry, = map(json.loads, self.pending_lines("--json"))
        self.assertEqual((entry["receipt"], entry["kind"]), ("", "enrolment"))
        self.assertEqual(self.pending_lines()[0].split("\t")[2], "enrolment")
        # Meanwhile the two keys became those of two members.
        self.club.agent.stop()
        self.club.server.start()
        self.club.owner("MemberService", "EnrollMember", person({"card": "C-1"}))
        self.club.owner("MemberService", "EnrollMember", person({"phone": PHONE}))
        self.club.agent.start()

        def kept_back():
            return [e for e in self.club.register("Pending", {})["entries"] if e.get("refusal")]

        club.wait_for("the enrolment is kept back", kept_back)
        entry, = kept_back()
        self.assertEqual((entry["receipt"], entry["refusal"]["reason"]), ("", "REASON_KEY_TAKEN"))
        self.assertEqual(json.loads(self.pending_lines("--json")[0])["reason"], "REASON_KEY_TAKEN")
        # Who it is meanwhile says each key, and sales go on, though whose they are is not known yet.
        self.commit("1", enrolled["facts"]["member_id"])
        club.wait_for("the sale is delivered",
                      lambda: self.club.register("Status", {})["undelivered_count"] == "1")
        unknown = self.kept_sale("1")
        self.assertEqual(unknown["member_id"], "")
        difference, = unknown["differences"]
        self.assertEqual(difference["member_unknown"]["member_id"], enrolled["facts"]["member_id"])
        # The owner says that they are one person: then it goes, and brings what they bought.
        kept, lost = (self.member_of(key)["member_id"] for key in ({"card": "C-1"}, {"phone": PHONE}))
        self.club.owner("MemberService", "MergeMembers", {
            "request_id": "m1", "kept_member_id": kept, "lost_member_id": lost, "actor": "owner", "note": "one"})
        self.club.agent.stop()
        self.club.agent.start()
        self.club.wait_delivered()
        self.assertEqual(self.kept_sale("1")["member_id"], kept)
        self.commit("2", enrolled["facts"]["member_id"])
        self.club.wait_delivered()
        self.assertEqual(self.kept_sale("2")["member_id"], kept)
        points = self.member_of({"phone": PHONE})["facts"]["points"]
        self.assertEqual(points["available_milli"], "20000")
        self.club.verify()

    def test_an_enrolment_survives_the_agent_and_comes_once(self):
        for round_number in range(3):
            self.club.server.stop()
            phone = f"05400000{round_number:02d}"
            enrolled = self.enroll(person({"phone": phone}))
            self.club.agent.kill()
            self.club.agent.start()
            self.assertEqual(self.enroll(person({"phone": phone}))["facts"]["member_id"],
                             enrolled["facts"]["member_id"])
            self.assertEqual(self.club.register("Status", {})["undelivered_count"], "1")
            self.club.server.start()
            self.club.wait_delivered()
            self.assertEqual(self.member_count(), round_number + 1)

    def test_a_server_that_says_nothing_keeps_nobody_from_joining(self):
        server = self.club.server.process.popen
        server.send_signal(signal.SIGSTOP)
        try:
            # It takes the first enrolments and answers them never: each was asked, and each is journalled.
            ids = {self.enroll(person(**agreed()))["facts"]["member_id"] for _ in range(2)}
            self.assertEqual(len(ids), 1)
            self.assertTrue(ids.pop().startswith("new-"))
            self.commit("1", self.identify({"phone": PHONE})["facts"]["member_id"])
        finally:
            server.send_signal(signal.SIGCONT)
        self.club.wait_delivered()
        self.assertEqual(self.member_count(), 1)
        member = self.member_of({"phone": PHONE})
        self.assertEqual({c["wording"] for c in member["consents"]}, {WORDING})
        self.assertEqual(self.kept_sale("1")["member_id"], member["member_id"])
        self.club.verify()

    def test_what_the_server_would_refuse_is_refused_at_once(self):
        self.club.server.stop()
        for member, reason in (
                ({"keys": []}, "REASON_FIELD_MISSING"),
                (person({"phone": "12"}), "REASON_FIELD_INVALID"),
                (person({"phone": PHONE}, birth_date="1.1.2000"), "REASON_FIELD_INVALID"),
                (person({"phone": PHONE}, consents=[{"channel": "CONTACT_CHANNEL_SMS",
                                                     "granted": True}]), "REASON_FIELD_MISSING"),
                (person({"phone": PHONE}, first_name="a\u202eb"), "REASON_TEXT_INVALID")):
            with self.assertRaises(club.Refused) as refused:
                self.enroll(member)
            self.assertEqual(refused.exception.reason, reason)
        self.assertEqual(self.club.register("Status", {})["undelivered_count"], "0")

    def test_the_disk_does_not_say_who_was_enrolled(self):
        self.club.server.stop()
        self.enroll(person(**agreed()))
        self.commit("1", self.identify({"phone": PHONE})["facts"]["member_id"])
        for end in (self.club.agent.kill, self.club.agent.stop):
            end()
            for path in pathlib.Path(self.club.agent.directory).rglob("*"):
                kept = path.read_bytes() if path.is_file() else b""
                for text in (PHONE, PHONE[1:], CARD, CARD.lower(), FIRST_NAME, LAST_NAME, WORDING):
                    self.assertIsNone(re.search(re.escape(text.encode()), kept), (path, text))
            self.club.agent.start()


class ReturnsOfflineTest(OfflineRegister):
    program = {**PROGRAM, "offline": {"refuses_unseen_returns": True}}

    def give_back(self, receipt, register_id, original, register="R1", quantity_milli=1000):
        returned = {"receipt": receipt, "occurred_at": now_text(),
                    "lines": [line("1", "bread", 1000, quantity_milli)]}
        if original:
            returned["original"] = {"register_id": register_id, "receipt": original}
        return self.club.register("Return", {"returned": returned}, register)

    def test_returns_of_what_is_not_here_are_refused_while_the_server_is_away(self):
        elsewhere = self.another_agent()
        elsewhere.call("R3", "Commit", {"sale": {
            "receipt": "7", "occurred_at": now_text(), "lines": [line("1", "bread", 1000)]}})
        elsewhere.wait_delivered(["R3"])
        self.commit("1", "")
        self.club.wait_delivered()
        self.club.server.stop()
        self.commit("2", "")
        # Delivered or not, sold at whichever register of the machine.
        self.assertEqual(self.give_back("r1", "R1", "1")["refund_minor"], "1000")
        self.assertEqual(self.give_back("r2", "R1", "2", register="R2")["refund_minor"], "1000")
        with self.assertRaises(club.Refused) as exceeds:
            self.give_back("r3", "R1", "1")
        self.assertEqual(exceeds.exception.reason, "REASON_RETURN_EXCEEDS_SOLD")
        with self.assertRaises(club.Refused) as unseen:
            self.give_back("r4", "R3", "7")
        self.assertEqual(unseen.exception.reason, "REASON_SALE_NOT_HERE")
        self.assertEqual(unseen.exception.values, {"register_id": "R3", "receipt": "7"})
        self.assertIn("החזרה", unseen.exception.body["message"])
        self.assertEqual(self.give_back("r5", "", "")["refund_minor"], "1000")
        self.club.server.start()

        def taken_then():
            try:
                return self.give_back("r4", "R3", "7")["refund_minor"]
            except club.Refused as refused:
                self.assertEqual(refused.reason, "REASON_SALE_NOT_HERE")
                return None

        club.wait_for("the server says what was sold", taken_then)
        self.assertEqual(taken_then(), "1000")
        self.club.wait_delivered()
        self.club.verify()

    def test_where_the_owner_does_not_say_so_they_are_taken(self):
        program = {**PROGRAM, "offline": {}}
        self.club.owner("ProgramService", "PublishProgram", {"program": program})
        club.wait_for("the agent prices with the next version",
                      lambda: self.club.register("Status", {})["program_version"] == "2")
        self.club.server.stop()
        self.assertEqual(self.give_back("r1", "R3", "7")["refund_minor"], "1000")


if __name__ == "__main__":
    unittest.main()
