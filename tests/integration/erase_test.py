"""Erasing people: their details are in no byte of the data directory, and every total stays."""

import json
import pathlib
import sqlite3
import threading
import time
import unittest

import club
from club import line, sale

EARNING = {**club.PROGRAM,
           "points": {"earn_rules": [{"rule_id": "all", "per_amount": {
               "amount_minor": "100", "points_milli": "1000"}}]}}


def person(number):
    """Somebody of whom everything is known, and the texts that must not be found afterwards."""
    tail = f"{number:04d}"
    details = {
        "keys": [{"card": f"card-88{tail}-x"}, {"phone": f"054-31{tail[0]}-9{tail[1:]}"},
                 {"email": f"Noa.Ben-Shimol{tail}@example.co.il"}],
        "first_name": f"נועה{tail}", "last_name": f"בן-שימול{tail}",
        "birth_date": f"19{60 + number % 30}-03-{1 + number % 28:02d}", "city": f"מעלה אדומים{tail}",
        "consents": [{"channel": "CONTACT_CHANNEL_SMS", "granted": True, "wording": "v1"}],
    }
    texts = [f"card-88{tail}-x", f"+972543{1}{tail[0]}9{tail[1:]}", f"en-Shimol{tail}",
             f"en-shimol{tail}", details["first_name"], details["last_name"], details["city"]]
    return details, texts


class EraseTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(["R1", "R2"], replays_history=True, program=EARNING)
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.count = 0
        cls.owner("SettingsService", "SaveSettings", {"settings": {"custom_fields": [
            {"field_id": "shoe", "title": "shoe"}]}})

    @classmethod
    def owner(cls, service, method, message):
        return cls.club.owner(service, method, message)

    def members(self, method, **message):
        return self.owner("MemberService", method, message)

    def setUp(self):
        EraseTest.count += 1
        self.number = EraseTest.count

    def joined(self, number=None, **more):
        """A member about whom things were written, decided and sold; id and texts to look for."""
        number = number or self.number
        details, texts = person(number)
        member = self.members("EnrollMember", occurred_at="2026-01-05T10:00:00Z", **details,
                              **more)["member"]
        member_id = member["member_id"]
        self.members("UpdateMember", member_id=member_id, add_tags=[f"שכנה של {number:04d}"],
                     custom_values=[{"field_id": "shoe", "value": f"נעל מיוחדת {number:04d}"}],
                     actor="dana")
        self.members("AddNote", request_id=f"note-{number}", member_id=member_id,
                     text=f"אלרגית לבוטנים {number:04d}", actor="dana")
        self.members("AdjustPoints", request_id=f"points-{number}", member_id=member_id,
                     points_milli="5000", note=f"בקשה של אחות {number:04d}", actor="dana")
        for index, day in enumerate(("01", "11", "21")):
            self.club.register("Commit", {"sale": sale(
                f"s{number}-{index}", [line("1", "tea", 2000)], f"2026-03-{day}T10:00:00Z",
                key=details["keys"][index])})
        self.club.wait_delivered()
        return member_id, texts + [f"שכנה של {number:04d}", f"אלרגית לבוטנים {number:04d}",
                                   f"נעל מיוחדת {number:04d}", f"בקשה של אחות {number:04d}"]

    def bytes_on_disk(self):
        directory = self.club.server.directory
        return {path.name: path.read_bytes() for path in sorted(directory.rglob("*"))
                if path.is_file()}

    def assert_nowhere(self, texts):
        found = [(name, text) for name, content in self.bytes_on_disk().items()
                 for text in texts if text.encode() in content]
        self.assertEqual(found, [])

    def assert_somewhere(self, texts):
        content = b"".join(self.bytes_on_disk().values())
        self.assertEqual([text for text in texts if text.encode() not in content], [])

    def totals(self):
        return {"totals": self.owner("ReportService", "GetTotals", {}),
                "now": self.stages(), "then": self.stages(as_of={"date": "2026-03-15"})}

    def stages(self, **as_of):
        return self.owner("ReportService", "CountStages", as_of)["stages"]

    def erase(self, member_id):
        return self.members("EraseMember", member_id=member_id, actor="dana")["member"]

    def test_no_byte_is_left_while_running_and_after_and_no_sum_changes(self):
        member_id, texts = self.joined()
        self.assert_somewhere(texts)
        before = self.totals()
        old = self.members("GetMember", member_id=member_id)["member"]
        erased = self.erase(member_id)
        self.assert_nowhere(texts)
        self.assertEqual(self.totals(), before)
        self.assertEqual(erased["keys"], [])
        self.assertTrue(erased["erase_time"])
        for field in ("net_spend_minor", "purchase_day_count", "stage", "last_purchase_date"):
            self.assertEqual(erased["facts"][field], old["facts"][field])
        self.assertEqual(erased["facts"]["points"]["available_milli"],
                         old["facts"]["points"]["available_milli"])
        self.assertEqual(len(self.owner("ReportService", "ListSales",
                                        {"member_id": member_id})["sales"]), 3)
        self.club.verify()
        self.club.server.stop()
        self.assert_nowhere(texts)
        self.club.server.start()
        self.club.verify()

    def test_a_late_sale_lands_and_a_later_one_is_nobodys(self):
        member_id, texts = self.joined()
        before = int(self.members("GetMember", member_id=member_id)["member"]["facts"]
                     ["net_spend_minor"])
        card = {"card": f"card-88{self.number:04d}-x"}
        self.erase(member_id)
        for receipt, when in (("late", "2026-02-01T10:00:00Z"), ("after", "2099-01-01T10:00:00Z")):
            self.club.register("Commit", {"sale": sale(
                f"{receipt}{self.number}", [line("1", "tea", 700)], when, key=card)}, "R2")
        self.club.wait_delivered()
        self.assertEqual(self.sold_to(f"late{self.number}"), member_id)
        self.assertEqual(self.sold_to(f"after{self.number}"), "")
        after = self.members("GetMember", member_id=member_id)["member"]
        self.assertEqual(int(after["facts"]["net_spend_minor"]), before + 700)
        self.assertEqual(after["keys"], [])
        self.assert_nowhere(texts)
        self.club.verify()

    def sold_to(self, receipt):
        return self.owner("ReportService", "GetSale",
                          {"register_id": "R2", "receipt": receipt})["sale"]["member_id"]

    def test_who_comes_again_is_somebody_new_and_the_old_one_takes_nothing_personal(self):
        member_id, _ = self.joined()
        self.erase(member_id)
        details, _ = person(self.number)
        fresh = self.members("EnrollMember", **details)["member"]
        self.assertNotEqual(fresh["member_id"], member_id)
        self.assertEqual(fresh["facts"]["net_spend_minor"], "0")
        for method, message in (
                ("UpdateMember", {"city": "חיפה"}),
                ("AddNote", {"request_id": "n", "text": "x", "actor": "dana"}),
                ("RecordConsent", {"consents": [{"channel": "CONTACT_CHANNEL_SMS",
                                                 "granted": True, "wording": "v"}]})):
            with self.assertRaises(club.Refused) as refused:
                self.members(method, member_id=member_id, **message)
            self.assertEqual(refused.exception.reason, "REASON_MEMBER_ERASED", method)
        self.club.verify()

    def test_who_was_merged_is_erased_with_the_one_that_stayed(self):
        kept_id, kept_texts = self.joined()
        lost_id, lost_texts = self.joined(self.number + 500)
        self.members("MergeMembers", request_id=f"m{self.number}", kept_member_id=kept_id,
                     lost_member_id=lost_id, note=f"אותה אישה {self.number:04d}", actor="dana")
        before = self.totals()
        with self.assertRaises(club.Refused) as refused:
            self.erase(lost_id)
        self.assertEqual(refused.exception.reason, "REASON_MEMBER_MERGED")
        self.erase(kept_id)
        self.assert_nowhere(kept_texts + lost_texts
                            + [f"אותה אישה {self.number:04d}"])
        self.assertEqual(self.totals(), before)
        self.club.verify()

    def test_a_kill_in_the_middle_is_finished_by_the_next_call(self):
        for delay_ms in (0, 3, 10, 30):
            EraseTest.count += 1
            member_id, texts = self.joined(EraseTest.count)
            before = self.totals()

            def call():
                try:
                    self.erase(member_id)
                except Exception:  # the server went away, which is the point
                    pass

            calling = threading.Thread(target=call)
            calling.start()
            time.sleep(delay_ms / 1000)
            self.club.server.kill()
            calling.join()
            self.club.server.start()
            self.erase(member_id)
            self.assert_nowhere(texts)
            self.assertEqual(self.totals(), before)
        self.club.verify()

    def test_many_are_erased_and_none_of_them_is_left(self):
        erased_texts = []
        for number in range(2000, 2060):
            details, texts = person(number)
            details["first_name"] += "א" * (number * 7 % 40)
            member_id = self.members("EnrollMember", **details)["member"]["member_id"]
            self.members("UpdateMember", member_id=member_id, actor="dana",
                         last_name=details["last_name"] + "ב" * (number % 30))
            if number % 2 == 0:
                erased_texts += texts
                self.erase(member_id)
        self.assert_nowhere(erased_texts)
        self.assertEqual(self.members("GetMember", key={"card": "card-882001-x"})["member"]
                         ["first_name"][:8], "נועה2001")

    def test_the_command_line_hands_out_everything_and_erases(self):
        member_id, texts = self.joined()
        card = f"card-88{self.number:04d}-x"
        out = self.club.root / "access.json"
        self.club.moadon("members", "access", card, "--out", out)
        held = json.loads(out.read_text(encoding="utf-8"))
        self.assertEqual(held["member"]["member_id"], member_id)
        self.assertEqual(len(held["sales"]), 3)
        self.assertEqual({len(s["receipt"]["sale"]["lines"]) for s in held["sales"]}, {1})
        document = out.read_text(encoding="utf-8")
        for text in texts:
            if not text.startswith("en-shimol"):  # as compared; as shown is there
                self.assertIn(text, document)
        to_stdout = self.club.moadon("members", "access", "--id", member_id).stdout
        self.assertEqual(json.loads(to_stdout)["story"], held["story"])

        self.assertEqual(self.club.moadon("members", "erase", card, "--actor", "dana",
                                          check=False).returncode, 2)
        self.assertEqual(self.members("GetMember", member_id=member_id)["member"]["keys"][0],
                         {"card": card})
        done = self.club.moadon("members", "erase", card, "--actor", "dana", "--yes")
        self.assertEqual(done.stdout.strip(), member_id)
        self.club.moadon("members", "erase", member_id, "--actor", "dana", "--yes")
        self.assert_nowhere(texts)
        self.assertEqual(self.club.moadon("members", "show", card, check=False).returncode, 1)
        self.assertIn(member_id, self.club.moadon("members", "show", member_id).stdout)

    def test_the_story_is_told_in_order_and_a_page_at_a_time(self):
        member_id, _ = self.joined()
        card = f"card-88{self.number:04d}-x"
        self.club.register("Return", {"returned": {
            "receipt": f"back{self.number}", "occurred_at": "2026-03-22T10:00:00Z",
            "original": {"register_id": "R1", "receipt": f"s{self.number}-2"},
            "lines": [{"line_id": "1", "original_line_id": "1", "sku": "tea",
                       "quantity_milli": "1000", "unit_price_minor": "2000"}]}})
        self.club.wait_delivered()
        whole = self.story(member_id, 1000)
        kinds = [next(k for k in event if k not in ("event_date", "event_time", "member_id"))
                 for event in whole]
        self.assertEqual(kinds[0], "first_contact")
        self.assertEqual(kinds[1], "sign_up")
        self.assertEqual([k for k in kinds if k in ("purchase", "returned")],
                         ["purchase"] * 3 + ["returned"])
        for kind in ("stage_move", "points", "consent", "note", "decision"):
            self.assertIn(kind, kinds)
        dates = [event["event_date"] for event in whole]
        self.assertEqual(dates, sorted(dates))
        for page_size in (1, 2, 7):
            self.assertEqual(self.story(member_id, page_size), whole)
        shown = json.loads(self.club.moadon("members", "show", card, "--json").stdout)
        self.assertEqual(len(shown["story"]), len(whole))
        hebrew = self.club.moadon("--language", "he", "members", "show", card).stdout
        for text in ("קנייה", "₪20.00", "1.3.2026", "החזרה", "היכרות ראשונה", "הסכמה"):
            self.assertIn(text, hebrew)
        self.erase(member_id)
        left = self.story(member_id, 3)
        self.assertEqual([e for e in left if "purchase" in e or "points" in e],
                         [self.without_note(e) for e in whole if "purchase" in e or "points" in e])
        self.assertFalse(any("note" in e or "consent" in e for e in left))
        self.assertEqual(left[-1]["decision"]["kind"] if "decision" in left[-1] else
                         [e["decision"]["kind"] for e in left if "decision" in e][-1],
                         "DECISION_KIND_ERASE")

    @staticmethod
    def without_note(event):
        if "points" not in event:
            return event
        return {**event, "points": {**event["points"], "note": ""}}

    def story(self, member_id, page_size):
        events, token = [], ""
        for _ in range(200):
            page = self.members("ListStory", member_id=member_id, page_size=page_size,
                                page_token=token)
            self.assertLessEqual(len(page["events"]), page_size)
            events += page["events"]
            token = page["next_page_token"]
            if not token:
                return events
        self.fail("the story does not end")

    def test_a_reader_of_everything_makes_it_busy_not_done(self):
        member_id, texts = self.joined()
        database = self.club.server.directory / "moadon.db"
        reader = sqlite3.connect(f"file:{pathlib.Path(database)}?mode=ro", uri=True,
                                 isolation_level=None)
        try:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM members").fetchone()
            with self.assertRaises(club.Refused) as refused:
                self.erase(member_id)
            self.assertEqual(refused.exception.reason, "REASON_BUSY")
        finally:
            reader.close()
        self.erase(member_id)
        self.assert_nowhere(texts)


if __name__ == "__main__":
    unittest.main()
