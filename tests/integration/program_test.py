"""The owner's program from the outside: templates, checks, notice, words, and quotes on files."""

import copy
import datetime
import json
import pathlib
import subprocess
import tempfile
import unittest

import club

REFUSED, USAGE = 1, 2
SHOPS = ["cafe", "grocery", "fashion", "services"]

BENEFIT = {"benefit_id": "tenth", "title": "עשירית",
           "effect": {"percent_off_lines": {"percent_bps": 1000}}}
NOTICED = {**club.PROGRAM, "notice_days": 30, "benefits": [BENEFIT]}
BASKET = {"lines": [{"line_id": "1", "sku": "A", "quantity_milli": "1000",
                     "unit_price_minor": "10000", "category": "milk"}]}


def in_days(days, seconds=0):
    moment = datetime.datetime.now(datetime.timezone.utc)
    moment += datetime.timedelta(days=days, seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def run(*arguments, env=None, **options):
    return subprocess.run([str(club.BIN / "moadon"), *map(str, arguments)], capture_output=True,
                          text=True, timeout=60,
                          env=env or {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}, **options)


class ProgramFilesTest(unittest.TestCase):
    """What works without a server."""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(self.directory.cleanup)

    def file(self, name, content):
        path = pathlib.Path(self.directory.name) / name
        path.write_text(content if isinstance(content, str)
                        else json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return path

    def quoted(self, program, basket, *arguments):
        done = run("quote", "--program", self.file("p.json", program), "--basket",
                   self.file("b.json", basket), "--json", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_templates_pass_their_own_check_in_both_languages(self):
        for shop in SHOPS:
            for language in ([], ["--language", "en"]):
                with self.subTest(shop=shop, language=language):
                    template = run("program", "template", shop, *language).stdout
                    program = json.loads(template)
                    self.assertEqual(program["language_code"], "en" if language else "he")
                    self.assertEqual("הטבות" in template or "קפה" in template
                                     or "של" in template, not language)
                    path = self.file("t.json", template)
                    done = run("program", "check", "--file", path, "--json")
                    self.assertEqual((done.returncode, json.loads(done.stdout)),
                                     (0, {"findings": []}))
        self.assertEqual(run("program", "template", "bakery").returncode, USAGE)

    def test_check_finds_every_error_and_ends_with_one(self):
        program = {**club.PROGRAM, "language_code": "en", "benefits": [
            {"title": "A", "conditions": [{"dates": {"from_date": "2026-05-02",
                                                     "until_date": "2026-05-01"}}],
             "effect": {"percent_off_lines": {"percent_bps": 10001}}}]}
        path = self.file("p.json", program)
        done = run("program", "check", path, "--json")
        self.assertEqual(done.returncode, REFUSED)
        found = json.loads(done.stdout)["findings"]
        self.assertEqual([f["field"] for f in found if f["is_error"]],
                         ["benefits[0].benefit_id",
                          "benefits[0].conditions[0].dates.until_date",
                          "benefits[0].effect.percent_off_lines.percent_bps"])
        words = run("program", "check", path)
        self.assertEqual(words.returncode, REFUSED)
        for finding in found:
            self.assertIn(finding["message"], words.stdout)

    def test_warnings_do_not_fail(self):
        program = {**club.PROGRAM, "benefits": [{**BENEFIT, "conditions": [
            {"weekdays": {"weekdays": ["WEEKDAY_SUNDAY"]}},
            {"weekdays": {"weekdays": ["WEEKDAY_MONDAY"]}}]}]}
        done = run("program", "check", self.file("p.json", program), "--json")
        self.assertEqual(done.returncode, 0)
        findings = json.loads(done.stdout)["findings"]
        self.assertEqual([(f["is_error"], f["field"]) for f in findings],
                         [(False, "benefits[0].conditions[1].weekdays")])
        self.assertIn("לעולם", findings[0]["message"])

    def test_quote_gives_the_message_of_the_register(self):
        anyone = {**NOTICED, "benefits": [{**BENEFIT, "for_anyone": True}]}
        quote = self.quoted(anyone, BASKET, "--at", "2026-06-01T12:00:00+03:00")
        self.assertEqual((quote["total_minor"], quote["saved_minor"]), ("9000", "1000"))
        self.assertEqual(quote["lines"][0]["discounts"],
                         [{"benefit_id": "tenth", "amount_minor": "1000"}])
        self.assertEqual(quote["reference"]["priced_at"], "2026-06-01T09:00:00Z")
        self.assertEqual(self.quoted(anyone, BASKET, "--at", "2026-06-01T12:00"), quote)

    def test_quote_is_about_somebody_when_facts_are_given(self):
        quote = self.quoted(NOTICED, BASKET)
        self.assertEqual(quote["total_minor"], "10000")
        self.assertIn("member_needed", quote["not_applied"][0])
        self.assertTrue(quote["not_applied"][0]["cashier_text"])
        quote = self.quoted(NOTICED, BASKET, "--facts", self.file("f.json", {}))
        self.assertEqual(quote["total_minor"], "9000")

    def test_quote_knows_branch_and_wall_clock(self):
        program = {**NOTICED, "benefits": [{**BENEFIT, "for_anyone": True, "conditions": [
            {"branches": {"branch_ids": ["north"]}},
            {"hours": {"from_time": "10:00", "until_time": "11:00"}}]}]}
        total = lambda *a: self.quoted(program, BASKET, *a)["total_minor"]
        self.assertEqual(total("--at", "2026-06-01T10:00", "--branch", "north"), "9000")
        self.assertEqual(total("--at", "2026-06-01T10:59", "--branch", "north"), "9000")
        self.assertEqual(total("--at", "2026-06-01T11:00", "--branch", "north"), "10000")
        self.assertEqual(total("--at", "2026-06-01T09:59", "--branch", "north"), "10000")
        self.assertEqual(total("--at", "2026-06-01T10:00", "--branch", "south"), "10000")

    def test_quote_prints_receipts_of_three_widths(self):
        for columns in (32, 42, 48):
            lines = self.quoted(NOTICED, BASKET, "--columns", columns)["receipt_lines"]
            self.assertTrue(lines)
        self.assertEqual(self.quoted(NOTICED, BASKET)["receipt_lines"], [])
        shown = run("quote", "--program", self.file("p.json", NOTICED), "--basket",
                    self.file("b.json", BASKET), "--language", "en")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("100.00", shown.stdout)

    def test_quote_says_when_the_next_tier_is_reached(self):
        tiers = [{"tier_id": "g", "title": "Gold", "lifetime": {},
                  "any_of": [{"spend_minor": "20000"}, {"purchase_days": 3}]}]
        for spend, words in (("10001", "to Gold: 0.01 or 1 purchase days"),
                             ("10000", "reached: Gold")):
            facts = {"birthday": "02-29",
                     "next_tier_gaps": [{"spend_minor": spend}, {"purchase_days": 2}]}
            shown = run("quote", "--program", self.file("p.json", {
                **NOTICED, "benefits": [], "tiers": tiers}), "--basket",
                self.file("b.json", BASKET), "--facts", self.file("f.json", facts),
                "--language", "en")
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn(words + "\n", shown.stdout)

    def test_quote_says_which_file_and_field_is_wrong(self):
        good_program, good_basket = self.file("p.json", NOTICED), self.file("b.json", BASKET)
        wrong_line = copy.deepcopy(BASKET)
        wrong_line["lines"][0]["quantity_milli"] = "0"
        wrong_program = copy.deepcopy(NOTICED)
        wrong_program["benefits"][0]["priority"] = 2000000
        cases = [
            (self.file("x.json", "{ broken"), good_basket, [], REFUSED, ["x.json"]),
            (self.file("x.json", {**NOTICED, "surprise": 1}), good_basket, [], REFUSED,
             ["x.json", "surprise"]),
            (self.file("y.json", wrong_program), good_basket, [], REFUSED,
             ["y.json", "benefits[0].priority"]),
            (good_program, self.file("z.json", wrong_line), [], REFUSED,
             ["z.json", "basket.lines[0].quantity_milli"]),
            (good_program, good_basket, ["--facts", self.file("f.json", {"points": {
                "available_milli": "-1"}})], REFUSED, ["f.json", "facts.points.available_milli"]),
            (good_program, good_basket, ["--facts", self.file("g.json", {"birthday": "31-12"})],
             REFUSED, ["g.json", "facts.birthday", "MM-DD"]),
            (good_program, good_basket, ["--facts", self.file("h.json", {"points": {
                "expiring": [{"expire_date": "2026-02-30"}]}})], REFUSED,
             ["h.json", "facts.points.expiring[0].expire_date"]),
            (good_program, "/nonexistent/b.json", [], USAGE, ["/nonexistent/b.json"]),
            (good_program, good_basket, ["--at", "yesterday"], USAGE, ["--at"]),
            (good_program, good_basket, ["--columns", "40"], USAGE, ["--columns"]),
        ]
        for program, basket, more, code, words in cases:
            with self.subTest(words=words):
                done = run("quote", "--program", program, "--basket", basket, *more)
                self.assertEqual(done.returncode, code, done.stderr)
                for word in words:
                    self.assertIn(word, done.stderr)


class ProgramServerTest(unittest.TestCase):
    """What only the server knows."""

    def setUp(self):
        self.club = club.Club(program=NOTICED)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)

    def publish(self, **changes):
        return self.club.owner("ProgramService", "PublishProgram",
                               {"program": {**NOTICED, **changes}})["program"]

    def refused(self, **changes):
        with self.assertRaises(club.Refused) as got:
            self.publish(**changes)
        return got.exception

    def findings(self, **changes):
        return self.club.owner("ProgramService", "CheckProgram",
                               {"program": {**NOTICED, **changes}})["findings"]

    def test_what_is_taken_away_needs_notice_or_a_reason(self):
        refusal = self.refused(benefits=[])
        self.assertEqual(refusal.reason, "REASON_PROGRAM_NOTICE_SHORT")
        self.assertEqual(refusal.values["field"], "program.benefits[0]")
        earliest = datetime.datetime.fromisoformat(refusal.values["start_time"][:19])
        self.assertGreater(earliest, datetime.datetime.utcnow() + datetime.timedelta(days=29.9))
        self.assertEqual(self.refused(benefits=[], start_time=in_days(30, -60)).reason,
                         "REASON_PROGRAM_NOTICE_SHORT")
        self.assertEqual(self.refused(benefits=[], notice_waiver="  ").reason,
                         "REASON_PROGRAM_NOTICE_SHORT")
        self.assertEqual(self.publish(benefits=[], start_time=in_days(30, 60))["version"], "2")

    def test_a_reason_is_kept_and_more_needs_none(self):
        self.assertEqual(self.publish(benefits=[BENEFIT, {**BENEFIT, "benefit_id": "other"}])[
            "version"], "2")
        self.assertEqual(self.refused().reason, "REASON_PROGRAM_NOTICE_SHORT")
        kept = self.publish(notice_waiver="a mistake in a price")
        self.assertEqual((kept["version"], kept["notice_waiver"]), ("3", "a mistake in a price"))
        again = self.publish(notice_waiver="a mistake in a price")
        self.assertEqual(again["version"], "3")

    def test_a_benefit_that_has_ended_goes_without_notice(self):
        until = lambda days: {**BENEFIT, "benefit_id": "gone", "conditions": [
            {"dates": {"until_date": in_days(days)[:10]}}]}
        for days, is_missed in ((-10, False), (1, True)):
            with self.subTest(days=days):
                self.publish(title=f"with {days}", benefits=[BENEFIT, until(days)])
                if is_missed:
                    self.assertEqual(self.refused(title=f"without {days}").values["field"],
                                     "program.benefits[1]")
                else:
                    self.publish(title=f"without {days}")

    def test_check_says_what_publishing_would_refuse_and_publishes_nothing(self):
        self.assertEqual(self.findings(), [])
        found = self.findings(benefits=[])
        self.assertEqual([(f["is_error"], f["field"]) for f in found],
                         [(True, "start_time"), (False, "benefits[0]")])
        found = self.findings(benefits=[], start_time=in_days(31))
        self.assertEqual([(f["is_error"], f["field"]) for f in found], [(False, "benefits[0]")])
        for field, value in (("currency_code", "USD"), ("time_zone", "Europe/London"),
                             ("time_zone", "Atlantis/City"),
                             ("start_time", "2001-01-01T00:00:00Z")):
            with self.subTest(field=field, value=value):
                found = self.findings(**{"title": "another", field: value})
                self.assertIn((True, field), [(f["is_error"], f["field"]) for f in found])
        self.assertEqual(len(self.club.owner("ProgramService", "ListPrograms", {})["programs"]), 1)

    def test_agents_that_are_too_old_are_named(self):
        offline = {"offline": {"member_limit_minor": "100"}}
        for version, changes, named in (("0.1.9", {}, True), ("0.2.0", {}, False),
                                        ("1.0.0", {}, False), ("0.3.0", offline, True),
                                        ("0.4.0", offline, False)):
            self.club.agent.stop()  # its own heartbeats would say its own version
            self.club.owner("SyncService", "Heartbeat", {"agent_version": version},
                            token=self.club.register_tokens["R1"])
            warnings = [f for f in self.findings(**changes) if "R1" in f["message"]]
            self.assertEqual(bool(warnings), named, version)
            self.assertFalse(any(f["is_error"] for f in warnings))
            self.assertTrue(all(f["field"] == "offline" for f in warnings if changes))

    def test_check_by_command_line_asks_the_server_too(self):
        path = self.club.root / "p.json"
        path.write_text(json.dumps({**NOTICED, "benefits": []}))
        done = self.club.moadon("program", "check", "--file", path, "--json", check=False)
        self.assertEqual(done.returncode, REFUSED)
        self.assertEqual([f["field"] for f in json.loads(done.stdout)["findings"]],
                         ["start_time", "benefits[0]"])

    def loss(self, **changes):
        return self.club.owner("ProgramService", "CheckProgram",
                               {"program": {**NOTICED, **changes}}).get("offline_loss")

    def test_check_says_what_registers_can_lose_without_the_server(self):
        registers = self.club.owner("AdminService", "ListRegisters", {})["registers"]
        count = len(registers)
        once = {**BENEFIT, "limits": {"per_member_count": 1}}
        self.assertEqual(self.loss(benefits=[once]), {
            "register_count": str(count), "register_limit_minor": "50000",
            "worst_minor": str(50000 * count), "cache_valid_hours": 72,
            "leased_right_count": "0"})
        self.assertEqual(self.loss()["worst_minor"], "0")  # no limits, no points that pay
        self.assertEqual(self.loss(benefits=[once], offline={"cache_valid_hours": 0})[
            "worst_minor"], "0")
        self.assertIsNone(self.loss(benefits=[{**once, "title": ""}]))
        caps = {"register_limit_minor": "700", "cache_valid_hours": 24}
        self.club.owner("AdminService", "AddRegister", {
            "register": {**registers[0], "register_id": "gone"}})
        self.assertEqual(self.loss(benefits=[once], offline=caps)["worst_minor"],
                         str(700 * (count + 1)))
        self.club.owner("AdminService", "RevokeRegister", {"register_id": "gone"})
        self.assertEqual(self.loss(benefits=[once], offline=caps), {
            "register_count": str(count), "register_limit_minor": "700",
            "worst_minor": str(700 * count), "cache_valid_hours": 24, "leased_right_count": "0"})
        leases = {"leases": {"rights_per_register": 25}}
        self.assertEqual(self.loss(offline=leases)["leased_right_count"], str(25 * count))
        self.assertEqual(self.loss(offline={**leases, "cache_valid_hours": 0})[
            "leased_right_count"], "0")

    def test_the_worst_loss_is_a_sentence_of_check_and_publish(self):
        path = self.club.root / "p.json"
        path.write_text(json.dumps({
            **NOTICED, "benefits": [BENEFIT, {**BENEFIT, "benefit_id": "once",
                                              "limits": {"per_member_count": 1}}],
            "offline": {"register_limit_minor": "700", "cache_valid_hours": 24,
                        "leases": {"rights_per_register": 25}}}))
        worst = "₪7.00 a register"
        checked = self.club.moadon("program", "check", path, "--language", "en")
        self.assertIn(worst, checked.stdout)
        self.assertIn("24 hours", checked.stdout)
        as_json = json.loads(self.club.moadon("program", "check", path, "--json").stdout)
        self.assertEqual(as_json["offline_loss"]["register_limit_minor"], "700")
        leased_count = int(as_json["offline_loss"]["leased_right_count"])
        self.assertIn(f"{leased_count} rights taken ahead.", checked.stdout)
        self.assertIn("במקרה הגרוע", self.club.moadon("program", "check", path,
                                                     "--language", "he").stdout)
        alone = run("program", "check", path, "--language", "en")
        self.assertIn(worst, alone.stdout)
        self.assertNotIn("at worst", alone.stdout)  # only the server knows the registers
        self.assertIn(worst, self.club.moadon("program", "publish", path,
                                              "--language", "en").stderr)
        shown = self.club.moadon("program", "show", "--language", "en").stdout
        self.assertIn("each gives all members at most, until it has synced: 7.00", shown)

    def test_publish_says_what_is_taken_away(self):
        path = self.club.root / "p.json"
        path.write_text(json.dumps({**NOTICED, "benefits": [], "start_time": in_days(31)}))
        done = self.club.moadon("program", "publish", path)
        self.assertIn("עשירית", done.stderr)
        self.assertIn("benefits[0]", done.stderr)

    def test_a_version_is_shown_in_words_and_as_json(self):
        template = self.club.moadon("program", "template", "grocery").stdout
        path = self.club.root / "p.json"
        path.write_text(json.dumps({**json.loads(template), "notice_waiver": "a test"}))
        self.club.moadon("program", "publish", path)
        shown = self.club.moadon("program", "show", "--language", "he").stdout
        for benefit in json.loads(template)["benefits"]:
            self.assertIn(benefit["title"], shown)
        as_json = self.club.moadon("program", "show", "--json").stdout
        self.assertEqual(json.loads(as_json)["program"]["version"], "2")
        self.assertIn("עשירית", self.club.moadon("program", "show", "--version", "1").stdout)
        path.write_text(as_json)  # what was shown can be published again
        again = json.loads(self.club.moadon("program", "publish", path, "--json").stdout)
        self.assertEqual(again["program"]["version"], "2")


if __name__ == "__main__":
    unittest.main()
