"""Leads, interest, consents and the details of people, through the programs as they run."""

import datetime
import json
import subprocess
import unittest

import club
from club import line, sale

PHONE = "054-123-4567"


def days_ago(days, hour=10):
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return moment.replace(hour=hour, minute=0, second=0, microsecond=0).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


class ProfileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(["R1", "R2"])
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.count = 0

    def setUp(self):
        ProfileTest.count += 1
        self.phone = f"054-7{ProfileTest.count:02d}-0001"
        self.email = f"dana{ProfileTest.count}@example.com"

    def members(self, method, **message):
        return self.club.owner("MemberService", method, message)

    def member(self, **key):
        return self.members("GetMember", key=key)["member"]

    def stages(self, date):
        counts = self.club.owner("ReportService", "CountStages", {"as_of": {"date": date}})
        return {c["stage"]: int(c["member_count"]) for c in counts["stages"]}

    def lead(self, days=0, **more):
        return self.members("CaptureLead", keys=[{"phone": self.phone}],
                            occurred_at=days_ago(days), **more)

    def identify(self, register="R1", **key):
        return self.club.register("Identify", {"key": key}, register)

    def refused(self, method, **message):
        with self.assertRaises(club.Refused) as got:
            self.members(method, **message)
        return got.exception.reason

    # Before the first purchase.

    def test_a_lead_is_potential_and_interest_fades_after_thirty_days(self):
        before = {days: self.stages(days_ago(days)[:10]) for days in (60, 50, 21, 20, 19)}
        known = self.lead(60, source={"kind": "SOURCE_KIND_CAMPAIGN", "name": "spring"})
        self.assertFalse(known["was_known"])
        member_id = known["member"]["member_id"]
        self.members("RecordInterest", member_id=member_id, signs=[
            {"kind": "SIGN_KIND_ENQUIRY", "occurred_at": days_ago(50)}])

        def grown(days, stage):
            return (self.stages(days_ago(days)[:10]).get(stage, 0) - before[days].get(stage, 0))

        self.assertEqual(grown(60, "STAGE_POTENTIAL"), 1)
        self.assertEqual(grown(50, "STAGE_INTERESTED"), 1)
        self.assertEqual(grown(50, "STAGE_POTENTIAL"), 0)
        self.assertEqual(grown(20, "STAGE_INTERESTED"), 1)  # day 30 of it
        self.assertEqual(grown(19, "STAGE_INTERESTED"), 0)
        self.assertEqual(grown(19, "STAGE_POTENTIAL"), 1)
        member = self.member(phone=self.phone)
        self.assertEqual(member["facts"]["stage"], "STAGE_POTENTIAL")
        self.assertEqual(member["source"], {"kind": "SOURCE_KIND_CAMPAIGN", "name": "spring"})
        self.assertEqual(member["enrolled_date"], "")
        self.assertEqual(member["signs"][0]["sign_date"], days_ago(50)[:10])

    def test_a_member_is_recognised_by_any_key_and_nothing_is_doubled(self):
        enrolled = self.club.register("Enroll", {"member": {
            "keys": [{"phone": self.phone}, {"email": self.email}], "first_name": "Dana"}})
        member_id = enrolled["member"]["facts"]["member_id"]
        for key in ({"phone": self.phone.replace("-", "")},
                    {"phone": "+972" + self.phone[1:]}, {"email": self.email.upper()}):
            found = self.members("CaptureLead", keys=[key], first_name="Other", source={
                "kind": "SOURCE_KIND_LANDING_PAGE", "name": "page"})
            self.assertTrue(found["was_known"], key)
            self.assertEqual(found["member"]["member_id"], member_id)
        member = self.member(phone=self.phone)
        self.assertEqual(member["first_name"], "Dana")
        self.assertEqual(len(member["keys"]), 2)
        self.assertEqual(member["source"]["kind"], "SOURCE_KIND_REGISTER")
        self.assertEqual(member["met_branch_id"], "main")

    def test_a_repeated_lead_changes_nothing(self):
        lead = dict(source={"kind": "SOURCE_KIND_EVENT", "name": "fair"}, first_name="Noa",
                    consents=[{"channel": "CONTACT_CHANNEL_SMS", "granted": True,
                               "wording": "v1", "place": "fair"}],
                    signs=[{"kind": "SIGN_KIND_ENQUIRY"}])
        self.lead(3, **lead)
        first = self.member(phone=self.phone)
        again = self.lead(3, **lead)
        self.assertTrue(again["was_known"])
        second = self.member(phone=self.phone)
        for facts in (first["facts"], second["facts"]):
            facts.pop("issued_at"), facts.pop("seal")
        self.assertEqual(first, second)
        self.assertEqual(second["facts"]["stage"], "STAGE_INTERESTED")

    def test_a_lead_who_buys_is_new_and_keeps_the_source(self):
        self.lead(0, source={"kind": "SOURCE_KIND_CAMPAIGN", "name": "spring"})
        self.club.register("Commit", {"sale": sale(f"lead-{self.count}", [line("1", "A", 100)],
                                                   days_ago(0), key={"phone": self.phone})})
        self.club.wait_delivered()
        member = self.member(phone=self.phone)
        self.assertEqual(member["facts"]["stage"], "STAGE_NEW")
        self.assertEqual(member["source"]["name"], "spring")
        self.assertEqual(self.club.verify().returncode, 0)

    # What is known of a person.

    def test_consents_are_withdrawn_without_wording(self):
        member_id = self.lead()["member"]["member_id"]
        given = {"channel": "CONTACT_CHANNEL_EMAIL", "granted": True, "wording": "v7",
                 "place": "site", "occurred_at": days_ago(2)}
        withdrawn = {"channel": "CONTACT_CHANNEL_EMAIL", "granted": False}
        self.members("RecordConsent", member_id=member_id, consents=[given])
        self.members("RecordConsent", member_id=member_id, consents=[given])
        self.members("RecordConsent", member_id=member_id, consents=[withdrawn])
        last = self.members("RecordConsent", member_id=member_id, consents=[withdrawn])
        kept = last["member"]["consents"]
        self.assertEqual([c["granted"] for c in kept], [True, False])
        self.assertEqual((kept[0]["wording"], kept[0]["place"]), ("v7", "site"))
        self.assertEqual(kept[0]["occurred_at"], days_ago(2))

    def test_every_detail_knows_when_and_by_whom_it_was_said(self):
        member_id = self.club.register("Enroll", {"member": {
            "keys": [{"phone": self.phone}], "first_name": "Dana", "city": "חיפה",
            "gender": "GENDER_FEMALE"}}, "R2")["member"]["facts"]["member_id"]
        self.members("UpdateMember", member_id=member_id, city="Haifa", actor="noa",
                     family_status="FAMILY_STATUS_COUPLE", language_code="he",
                     preferred_channel="CONTACT_CHANNEL_SMS", confirm_fields=["gender"])
        said = {c["field"]: c["actor"] for c in self.member(phone=self.phone)["confirmations"]}
        self.assertEqual(said, {"first_name": "register/R2", "city": "noa", "gender": "noa",
                                "family_status": "noa", "language_code": "noa",
                                "preferred_channel": "noa"})
        forgotten = self.members("UpdateMember", member_id=member_id, city="")["member"]
        self.assertEqual(forgotten["city"], "")
        self.assertEqual(forgotten["family_status"], "FAMILY_STATUS_COUPLE")

    # What is missing.

    def test_a_cashier_asks_one_thing_at_a_time_and_not_again(self):
        self.club.register("Enroll", {"member": {"keys": [{"phone": self.phone}]}})
        first = self.identify(phone=self.phone)
        self.assertEqual(first["ask"]["field"], "first_name")
        self.assertTrue(first["ask"]["sentence"])
        self.assertEqual(first["missing_fields"], ["first_name", "email", "birth_date"])
        member_id = first["facts"]["member_id"]

        def noted(field):
            found = self.club.owner("SyncService", "FindMember", {"key": {"phone": self.phone}},
                                    token=self.club.register_tokens["R2"])
            return found["member"].get("ask", {}).get("field") != field

        club.wait_for("the server knows what was asked", lambda: noted("first_name"))
        # The next is another thing, at whichever register; in the end nothing.
        self.assertEqual(self.identify("R2", phone=self.phone)["ask"]["field"], "email")
        club.wait_for("the server knows what was asked", lambda: noted("email"))
        self.assertEqual(self.identify(phone=self.phone)["ask"]["field"], "birth_date")
        club.wait_for("the server knows what was asked", lambda: noted("birth_date"))
        for register in ("R1", "R2"):
            self.assertNotIn("ask", self.identify(register, phone=self.phone))
        # A new agent knows it from the server.
        self.club.agent.stop()
        self.club.agent.start()
        self.club.wait_for_program()
        self.assertNotIn("ask", self.identify(phone=self.phone))
        answer = self.club.register("Enroll", {"member": {
            "keys": [{"phone": self.phone}, {"email": self.email}]}})
        self.assertEqual(answer["member"]["facts"]["member_id"], member_id)
        self.assertNotIn("ask", answer["member"])
        self.assertEqual(answer["member"]["missing_fields"], ["first_name", "birth_date"])

    def test_who_wants_no_services_is_not_asked(self):
        member_id = self.lead()["member"]["member_id"]
        self.members("SetServiceWish", request_id=f"w-{self.count}", member_id=member_id,
                     refuses_services=True, note="called us", actor="noa")
        self.assertNotIn("ask", self.identify(phone=self.phone))
        self.assertIn("refuse_time", self.member(phone=self.phone))
        self.club.moadon("members", "want", self.phone, "--note", "came back", "--actor", "noa")
        self.assertNotIn("refuse_time", self.member(phone=self.phone))
        self.assertEqual(self.identify(phone=self.phone)["ask"]["field"], "first_name")

    def test_the_register_asks_and_takes_the_answer(self):
        self.lead()
        typed = f"phone {self.phone}\nanswer Dana\nanswer Dana\nquit\n"
        done = subprocess.run(
            self.club.register_arguments("--language", "en", "--state-dir", str(self.club.root)),
            input=typed, text=True, capture_output=True, timeout=60)
        self.assertIn("Ask: אפשר לשאול מה השם הפרטי?", done.stdout)
        self.assertIn("Thank you, noted.", done.stdout)
        self.assertIn("Nothing was asked.", done.stdout)
        member = self.member(phone=self.phone)
        self.assertEqual(member["first_name"], "Dana")
        self.assertEqual(member["confirmations"][0]["actor"], "register/R1")

    # The command line.

    def test_the_command_line_does_it_all(self):
        def run(*arguments):
            return json.loads(self.club.moadon("--json", "members", *arguments).stdout)

        captured = run("lead", "--phone", self.phone, "--email", self.email, "--source",
                       "campaign", "--source-name", "spring", "--consent", "sms", "--wording", "v1",
                       "--sign", "enquiry")
        self.assertEqual(captured["member"]["facts"]["stage"], "STAGE_INTERESTED")
        run("interest", self.phone, "--sign", "visit", "--at", days_ago(1), "--branch", "main")
        run("update", self.email, "--city", "Haifa", "--gender", "female", "--family", "couple",
            "--prefers", "sms", "--add-tag", "vip", "--actor", "noa")
        run("consent", self.phone, "--channel", "sms", "--withdraw")
        run("note", self.phone, "--text", "likes tea", "--actor", "noa")
        run("refuse", self.phone, "--note", "asked", "--actor", "noa")
        member = self.member(phone=self.phone)
        self.assertEqual(member["city"], "Haifa")
        self.assertEqual(member["gender"], "GENDER_FEMALE")
        self.assertEqual(member["facts"]["tags"], ["vip"])
        self.assertEqual([c["granted"] for c in member["consents"]], [True, False])
        self.assertEqual([n["text"] for n in member["notes"]], ["likes tea"])
        self.assertEqual([s["kind"] for s in member["signs"]],
                         ["SIGN_KIND_VISIT", "SIGN_KIND_ENQUIRY"])
        self.assertIn("refuse_time", member)
        enrolled = run("enroll", "--phone", self.phone, "--birth-date", "1990-05-04")
        self.assertNotEqual(enrolled["member"]["enrolled_date"], "")
        self.assertEqual(enrolled["member"]["birth_date"], "1990-05-04")
        for wrong in (("lead", "--phone", self.phone, "--source", "moon"),
                      ("interest", self.phone, "--sign", "sign_up"),
                      ("update", self.phone, "--gender", "tall"),
                      ("update", self.phone, "--field", "size")):
            self.assertEqual(self.club.moadon("members", *wrong, check=False).returncode, 2, wrong)

    def test_wrong_input_leaves_no_trace(self):
        member_id = self.lead()["member"]["member_id"]
        before = self.member(phone=self.phone)["facts"]["snapshot"]
        self.assertEqual(self.refused("CaptureLead", keys=[{"phone": self.phone}],
                                      signs=[{"kind": "SIGN_KIND_SIGN_UP"}]), "REASON_FIELD_INVALID")
        self.assertEqual(self.refused("RecordInterest", member_id=member_id, signs=[
            {"kind": "SIGN_KIND_VISIT", "branch_id": "moon"}]), "REASON_BRANCH_UNKNOWN")
        self.assertEqual(self.refused("UpdateMember", member_id=member_id, custom_values=[
            {"field_id": "size", "value": "42"}]), "REASON_FIELD_INVALID")
        other = self.club.register("Enroll", {"member": {"keys": [{"email": self.email}]}})
        self.assertEqual(self.refused("CaptureLead", keys=[
            {"phone": self.phone}, {"email": self.email}]), "REASON_KEY_TAKEN")
        self.assertNotEqual(other["member"]["facts"]["member_id"], member_id)
        self.assertEqual(self.member(phone=self.phone)["facts"]["snapshot"], before)


if __name__ == "__main__":
    unittest.main()
