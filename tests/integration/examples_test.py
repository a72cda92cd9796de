"""The same sale from every language of plugin/examples, run as a vendor's engineer would run it.

One class per language, and one test of ctest for each: where a language is not installed its class is skipped and
says what is missing. Nothing is downloaded. What an example must print is what the agent says over HTTP of the same
basket, so every language tells the same story to the letter.
"""

import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import between
import club
from club import line, sale

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "plugin" / "examples"
JAVA_LIBRARIES = {"/usr/share/java/jna.jar": "libjna-java",
                  "/usr/share/java/gson.jar": "libgoogle-gson-java"}
# Where `npm install -g` puts things, which node does not search by itself.
NODE_MODULES = ["/usr/local/lib/node_modules", "/usr/lib/node_modules"]
MONO_JSON = "/usr/lib/mono/4.5/System.Web.Extensions.dll"
COMPILE_SECONDS = 180
RUN_SECONDS = 120
# The agent gives the server 400 ms to say who a customer is: beside other tests that may take a second try.
BUSY_TRIES = 5
BUSY = ("REASON_SERVER_UNREACHABLE", "REASON_DEADLINE_EXCEEDED")

PROGRAM = {
    **club.PROGRAM,
    "points": {
        "earn_rules": [{"rule_id": "all", "per_amount": {"points_milli": "1000", "amount_minor": "100"}}],
        "spending": {"thousand_points_value_minor": "10000", "step_milli": "1000"},  # a point is 0.10
    },
    "benefits": [
        {"benefit_id": "dairy", "title": "10% על מוצרי חלב",
         "effect": {"percent_off_lines": {"percent_bps": 1000, "filter": {"categories": ["dairy"]}}}},
        {"benefit_id": "large", "title": "מתנה לקנייה גדולה",
         "conditions": [{"minimum_basket": {"amount_minor": "10000"}}],
         "effect": {"amount_off_basket": {"amount_minor": "500"}}},
    ],
}
CHEESE = line("1", "7290001", 5990, 347, description="גבינה צהובה 28%", category="dairy")
COFFEE = line("2", "coffee", 1250, 2000, description="Coffee")
CHEESE_PAID, COFFEE_PAID = 1871, 2500  # 20.79 less 10%; 25.00
TOTAL = CHEESE_PAID + COFFEE_PAID
LIST_TOTAL = 2079 + 2500
POINTS, POINTS_PAY = 50000, 500


def installed(program, package):
    """The path of a program, or a skipped class."""
    path = shutil.which(program)
    if path is None:
        raise unittest.SkipTest(f"{program} is not installed (apt-get install {package})")
    return path


class Example:
    """What every language must do. The classes below say how theirs is built and started."""

    environment = {}

    @classmethod
    def build(cls):
        """The command line that starts the example, compiled into cls.scratch where it must be."""
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.scratch, ignore_errors=True)
        cls.command = cls.build()
        cls.club = club.Club(program=PROGRAM)
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.between = between.Between(cls.club.agent, "R1", cls.scratch / "between")
        cls.addClassCleanup(cls.between.close)
        cls.numbers = itertools.count(1)

    @classmethod
    def compile(cls, *command):
        done = subprocess.run([str(part) for part in command], cwd=cls.scratch, capture_output=True, text=True,
                              errors="replace", timeout=COMPILE_SECONDS)
        if done.returncode != 0:
            raise AssertionError(f"{command} exited {done.returncode}:\n{done.stdout}\n{done.stderr}")

    def run_example(self, phone, receipt, agent_dir=None, register="R1"):
        """(exit status, standard output, standard error), in a locale that knows no Hebrew."""
        done = subprocess.run(
            [*map(str, self.command), str(club.BIN / "libmoadon_pos.so"),
             str(agent_dir or self.club.agent.directory), register, phone, receipt],
            cwd=self.scratch, env={**os.environ, **self.environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_SECONDS)
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")

    def new_phone(self):
        return f"054{next(self.numbers):07}"

    def new_receipt(self):
        return f"day-{next(self.numbers)}"

    def new_member(self, points_milli=0):
        """The phone of another Sarah."""
        phone = self.new_phone()
        member_id = self.club.owner("MemberService", "EnrollMember", {
            "keys": [{"phone": phone}], "first_name": "שרה", "last_name": "כהן"})["member"]["member_id"]
        if points_milli:
            self.club.owner("MemberService", "AdjustPoints", {
                "request_id": f"points-{phone}", "member_id": member_id, "note": "test", "actor": "test",
                "points_milli": str(points_milli)})
        return phone

    def identified(self, phone):
        """What the agent answers to Identify, once the server is there for it."""
        def ask():
            try:
                return self.club.register("Identify", {"key": {"phone": phone}})
            except club.Refused:
                return None

        return club.wait_for("the server answers", ask, seconds=60)

    def quoted(self, member_id, points_milli="0"):
        return self.club.register("Quote", {"receipt_columns": 42, "basket": {
            "member_id": member_id, "lines": [CHEESE, COFFEE], "spend_points_milli": points_milli}})["quote"]

    def story(self, phone):
        """What the example is to print of this member's sale, up to its status."""
        member = self.identified(phone)
        before = self.quoted(member["facts"]["member_id"])
        quote = self.quoted(member["facts"]["member_id"], before["points"]["spendable_milli"])
        return [f"member: {member['display_name']}",
                *(f"say: {benefit['title']}: {benefit['cashier_text']}" for benefit in before["not_applied"]),
                *(f"line {part['line_id']}: {part['value_minor']} -> {part['paid_net_minor']}"
                  for part in quote["lines"]),
                f"due: {quote['due_minor']} of {quote['total_minor']}",
                *quote["receipt_lines"],
                "again: the same answer"]

    def sell(self, points_milli=0):
        """(phone, receipt, the answer to "Commit" as printed) of a sale while the server is there."""
        for _ in range(BUSY_TRIES):
            phone, receipt = self.new_member(points_milli), self.new_receipt()
            story = self.story(phone)
            status, out, err = self.run_example(phone, receipt)
            if not any(reason in err for reason in BUSY):
                break
        self.assertEqual((status, err), (0, ""), out)
        told = out.splitlines()
        self.assertEqual(told[:-2], story)
        self.assertRegex(told[-2], r"^status: (online|offline), undelivered \d+$")
        self.assertIn("member: שרה כ.", told)
        return phone, receipt, json.loads(told[-1])

    def recorded(self, receipt):
        """The one sale of this receipt, as the server keeps it."""
        self.club.wait_delivered()
        listed = self.club.owner("ReportService", "ListSales", {"page_size": 1000})["sales"]
        self.assertEqual([s["receipt"]["sale"]["receipt"] for s in listed].count(receipt), 1)
        return self.club.owner("ReportService", "GetSale", {"register_id": "R1", "receipt": receipt})["sale"]

    def assert_sold(self, phone, receipt, answer, points_milli, points_minor):
        kept = self.recorded(receipt)
        self.assertEqual(kept["differences"], [])
        self.assertEqual([(part["description"], part["quantity_milli"], part["paid_net_minor"])
                          for part in kept["receipt"]["sale"]["lines"]],
                         [(CHEESE["description"], "347", str(CHEESE_PAID)), ("Coffee", "2000", str(COFFEE_PAID))])
        earned_milli = (TOTAL - points_minor) // 100 * 1000
        self.assertEqual(answer["total_minor"], str(TOTAL))
        self.assertEqual([part["paid_net_minor"] for part in answer["quote"]["lines"]],
                         [str(CHEESE_PAID), str(COFFEE_PAID)])
        self.assertEqual([benefit["title"] for benefit in answer["quote"]["applied"]], ["10% על מוצרי חלב"])
        points = answer["quote"]["points"]
        self.assertEqual((points["earned_milli"], points["spent_milli"], points["spent_minor"]),
                         (str(earned_milli), str(points_milli), str(points_minor)))
        self.assertEqual(self.points(phone), (str(earned_milli), "0"))
        self.assertEqual(self.said_again(phone, receipt, kept, points_milli, points_minor), answer)

    def said_again(self, phone, receipt, kept, points_milli, points_minor):
        """The agent's answer to the same content from here."""
        content = sale(
            receipt, [{**CHEESE, "paid_net_minor": str(CHEESE_PAID)}, {**COFFEE, "paid_net_minor": str(COFFEE_PAID)}],
            kept["receipt"]["sale"]["occurred_at"], key={"phone": phone}, register_total_minor=str(TOTAL),
            tenders=[{"kind": "TENDER_KIND_CARD", "amount_minor": str(TOTAL - points_minor)}],
            spend_points_milli=str(points_milli))
        return self.club.register("Commit", {"sale": content})

    def points(self, phone):
        """(available, held)."""
        points = self.club.owner("MemberService", "GetMember", {"key": {"phone": phone}})["member"]["facts"]["points"]
        return points["available_milli"], points["held_milli"]

    def test_points_are_set_aside_and_the_sale_is_recorded_once(self):
        self.assert_sold(*self.sell(POINTS), POINTS, POINTS_PAY)

    def test_a_member_with_nothing_to_set_aside_needs_no_hold(self):
        self.assert_sold(*self.sell(), 0, 0)

    def test_a_customer_who_is_no_member_is_told_so_and_buys(self):
        for _ in range(BUSY_TRIES):
            receipt = self.new_receipt()
            self.identified(self.new_member())
            status, out, err = self.run_example(self.new_phone(), receipt)
            if not any(reason in err for reason in BUSY):
                break
        self.assertEqual(status, 0, err)
        self.assertRegex(err, r"^Identify refused: not_found REASON_MEMBER_UNKNOWN: .+\n$")
        self.assertNotIn("member:", out)
        self.assertEqual(self.recorded(receipt)["paid_net_minor"], str(LIST_TOTAL))

    def test_a_receipt_number_used_before_is_refused_and_gives_up_its_hold(self):
        _, receipt, _ = self.sell()
        phone = self.new_member(POINTS)
        self.identified(phone)
        status, out, err = self.run_example(phone, receipt)
        self.assertEqual(status, 1)
        self.assertRegex(err, r"(?m)^Commit refused: already_exists REASON_RECEIPT_REUSED: .+$")
        self.assertNotIn("again:", out)
        self.recorded(receipt)
        club.wait_for("the hold is given up", lambda: self.points(phone) == (str(POINTS), "0"), seconds=60)

    def test_a_sale_without_the_server_arrives_once_when_it_is_back(self):
        phone, receipt = self.new_member(POINTS), self.new_receipt()
        self.identified(phone)
        self.club.server.stop()
        try:
            status, out, err = self.run_example(phone, receipt)
        finally:
            self.club.server.start()
        self.assertEqual(status, 0, err)
        told = out.splitlines()
        self.assertEqual((told[-3], told[-2]), ("again: the same answer", "status: offline, undelivered 1"))
        self.identified(phone)
        kept = self.recorded(receipt)
        self.assertEqual(kept["paid_net_minor"], json.loads(told[-1])["total_minor"])
        # With the member's price where the agent knew the member without the server, else without.
        self.assertIn(kept["paid_net_minor"], (str(TOTAL), str(LIST_TOTAL)))

    def test_a_sale_goes_on_when_nothing_can_be_set_aside_and_an_answer_is_lost(self):
        for _ in range(BUSY_TRIES):
            self.between.refused["Hold"] = ["REASON_SERVER_UNREACHABLE"]
            self.between.lost["Commit"] = ["REASON_DEADLINE_EXCEEDED"]
            phone, receipt = self.new_member(POINTS), self.new_receipt()
            self.identified(phone)
            status, out, err = self.run_example(phone, receipt, agent_dir=self.between.directory)
            if "Identify" not in err:
                break
        self.assertEqual(status, 0, err)
        self.assertEqual(err, "Hold refused: unavailable REASON_SERVER_UNREACHABLE: הודעה\n"
                              "Commit refused: unavailable REASON_DEADLINE_EXCEEDED: הודעה\n")
        told = out.splitlines()
        self.assertIn(f"due: {TOTAL} of {TOTAL}", told)
        self.assertIn("again: the same answer", told)
        kept = self.recorded(receipt)
        self.assertEqual((kept["paid_net_minor"], kept["differences"]), (str(TOTAL), []))
        self.assertTrue(kept["receipt"]["sale"]["without_rights"])
        self.assertEqual(self.points(phone), (str(POINTS + TOTAL // 100 * 1000), "0"))

    def test_refusals_of_the_library_itself_are_shown(self):
        receipt = self.new_receipt()
        status, _, err = self.run_example(self.new_phone(), receipt, register="קופה")
        self.assertEqual(status, 1)
        self.assertRegex(err, r"^open refused: invalid_argument REASON_FIELD_INVALID: .+\n$")
        status, out, err = self.run_example(self.new_phone(), receipt, agent_dir=self.scratch / "no-agent")
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, r"^Identify refused: \w+ REASON_\w+: .+\nQuote refused: \w+ REASON_\w+: .+\n$")


class CExample(Example, unittest.TestCase):
    @classmethod
    def build(cls):
        program = cls.scratch / "sale"
        cls.compile(installed("cc", "gcc"), "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                    "-I", EXAMPLES.parent / "include", "-o", program, EXAMPLES / "sale.c", "-ldl")
        return [program]


class PythonExample(Example, unittest.TestCase):
    @classmethod
    def build(cls):
        return [sys.executable, "-B", EXAMPLES / "sale.py"]


class NodeExample(Example, unittest.TestCase):
    @classmethod
    def build(cls):
        node = installed("node", "nodejs")
        cls.environment = {"NODE_PATH": os.pathsep.join([*filter(None, [os.environ.get("NODE_PATH")]), *NODE_MODULES])}
        found = subprocess.run([node, "-e", "require('koffi')"], cwd=EXAMPLES, capture_output=True,
                               env={**os.environ, **cls.environment}, timeout=RUN_SECONDS)
        if found.returncode != 0:
            raise unittest.SkipTest("node does not find koffi (npm install -g koffi, or NODE_PATH to where it is)")
        return [node, EXAMPLES / "sale.js"]


class JavaExample(Example, unittest.TestCase):
    @classmethod
    def build(cls):
        compiler, java = installed("javac", "default-jdk-headless"), installed("java", "default-jre-headless")
        for jar, package in JAVA_LIBRARIES.items():
            if not os.path.exists(jar):
                raise unittest.SkipTest(f"{jar} is not installed (apt-get install {package})")
        libraries = ":".join(JAVA_LIBRARIES)
        cls.compile(compiler, "-encoding", "UTF-8", "-Xlint:all", "-Werror", "-cp", libraries, "-d", cls.scratch,
                    EXAMPLES / "Sale.java")
        return [java, "-cp", f"{cls.scratch}:{libraries}", "Sale"]


class CSharpExample(Example, unittest.TestCase):
    @classmethod
    def build(cls):
        compiler, mono = installed("mcs", "mono-mcs"), installed("mono", "mono-runtime")
        if not os.path.exists(MONO_JSON):
            raise unittest.SkipTest(
                f"{MONO_JSON} is not installed (apt-get install libmono-system-web-extensions4.0-cil)")
        program = cls.scratch / "Sale.exe"
        cls.compile(compiler, "-warnaserror", "-r:System.Web.Extensions", f"-out:{program}", EXAMPLES / "Sale.cs")
        return [mono, program]


class PascalExample(Example, unittest.TestCase):
    @classmethod
    def build(cls):
        compiler = installed("fpc", "fp-compiler fp-units-fcl")
        try:
            cls.compile(compiler, "-v0ewn", f"-FE{cls.scratch}", EXAMPLES / "sale.pas")
        except AssertionError as failure:
            if "Can't find unit fpjson" in str(failure):
                raise unittest.SkipTest("Pascal's unit fpjson is not installed (apt-get install fp-units-fcl)")
            raise
        return [cls.scratch / "sale"]


if __name__ == "__main__":
    unittest.main()
