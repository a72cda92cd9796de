"""`moadon sandbox` and the command line inside it, from the outside."""

import contextlib
import csv
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import club

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOADON = str(club.BIN / "moadon")
RUN_SECONDS = 120
STAGES = ["potential", "interested", "new", "active", "loyal", "churning"]
TOTALS = ["sales", "sale_lines", "gross_minor", "returns", "return_lines", "returned_minor",
          "unlinked_returned_minor", "members_with_sale", "purchase_days",
          "members_net_spend_minor"]
EXPORT = ("key,purchase_days,last_purchase_date,net_spend_minor,points_milli,tier,stage,"
          "stage_since").split(",")
SALES = """\
register,receipt,occurred_at,member,sku,description,quantity,unit_price,return_of_register,return_of
R1,1,2026-01-05T10:00:00Z,700001,A,"Bread, sliced",2,8.10,,
R2,1,2026-01-06T10:00:00Z,700002,B,Milk,1,7.12,,
R2,2,2026-01-07T10:00:00Z,,B,Milk,3,7.12,,
R1,2,2026-02-05T10:00:00Z,700001,B,Milk,1,7.12,,
R2,3,2026-02-06T10:00:00Z,700001,A,"Bread, sliced",-1,8.10,R1,1
"""
SALES_TOTALS = {"sales": 4, "sale_lines": 4, "gross_minor": 1620 + 712 + 2136 + 712, "returns": 1,
                "return_lines": 1, "returned_minor": 810, "unlinked_returned_minor": 0,
                "members_with_sale": 2, "purchase_days": 3,
                "members_net_spend_minor": 1620 + 712 + 712 - 810}


def is_running(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


class SandboxTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-sandbox-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.dir = self.root / "club"
        self.sales = self.root / "sales.csv"
        self.sales.write_text(SALES)
        self.env = {**os.environ, "MOADON_LANGUAGE": "en"}

    def arguments(self, *options, command=()):
        line = [MOADON, "sandbox", "--dir", str(self.dir), *map(str, options)]
        return line + (["--", *command] if command else [])

    def run_sandbox(self, *options, command=(), status=0):
        done = subprocess.run(self.arguments(*options, command=command), env=self.env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_SECONDS)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def start_sandbox(self, *options, command=()):
        running = subprocess.Popen(self.arguments(*options, command=command), env=self.env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        return running

    def pids(self, running):
        """Server and agent, once the command of `pids_command` has told them."""
        return [int(pid) for pid in running.stdout.readline().split()]

    pids_command = ("sh", "-c",
                    "echo $MOADON_SANDBOX_SERVER_PID $MOADON_SANDBOX_AGENT_PID; exec sleep 100")

    def test_the_command_reaches_everything_and_its_status_is_the_sandboxs(self):
        script = r"""
          set -e
          moadon totals --json
          printf '%s\n' '{"method": "Status", "request": {}}' | moadon-register --json
          test -x "$(command -v moadon)" && test -f "$MOADON_PLUGIN" && test -d "$MOADON_AGENT_DIR"
          case "$MOADON_HTTP $MOADON_AGENT_HTTP" in
            "http://127.0.0.1:"*" http://127.0.0.1:"*) ;;
            *) exit 9 ;;
          esac
          curl -sS -f -H "Authorization: Bearer $(cat "$MOADON_TOKEN_FILE")" \
            -H 'Content-Type: application/json' -d '{}' \
            "$MOADON_HTTP/moadon.v1.ReportService/GetTotals"
          exit 7
        """
        done = self.run_sandbox(command=("sh", "-c", script), status=7)
        totals, status, over_http = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(list(totals), TOTALS)
        self.assertEqual(status["response"]["register_id"], "till")
        self.assertEqual(over_http["sales_count"], "0")

    def test_a_replay_gives_the_same_however_often_it_runs(self):
        for _ in range(2):
            done = self.run_sandbox("--zone", "UTC", "--replay", self.sales, "--json")
            summary = json.loads(done.stdout)
            self.assertEqual(summary["totals"], SALES_TOTALS)
            self.assertEqual(list(summary["stages"]), STAGES)
            self.assertEqual(sum(summary["stages"].values()), 2)
            self.assertEqual(summary["registers"], ["R1", "R2", "till"])
        self.run_sandbox(command=("moadon", "verify"))

    def test_reports_have_the_form_that_was_promised(self):
        self.run_sandbox("--zone", "UTC", "--replay", self.sales)
        done = self.run_sandbox(command=("moadon", "stages", "--as-of", "2026-01-31", "--json"))
        stages = json.loads(done.stdout)
        self.assertEqual(list(stages), STAGES)
        self.assertEqual(stages["new"], 2)
        done = self.run_sandbox(command=("moadon", "members", "export", "--as-of",
                                         "2026-02-05T09:59:59Z"))
        rows = {row["key"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
        self.assertEqual(done.stdout.splitlines()[0].split(","), EXPORT)
        self.assertEqual(rows["700001"], {
            "key": "700001", "purchase_days": "1", "last_purchase_date": "2026-01-05",
            "net_spend_minor": "1620", "points_milli": "", "tier": "", "stage": "new",
            "stage_since": "2026-01-05"})
        done = self.run_sandbox(command=("moadon", "sales", "show", "R2", "3", "--json"))
        self.assertEqual(json.loads(done.stdout)["sale"]["receipt"]["returned"]["original"],
                         {"register_id": "R1", "receipt": "1"})

    def test_kills_of_server_and_agent_do_not_change_what_a_replay_gives(self):
        sales = self.root / "demo.csv"
        sales.write_bytes(subprocess.run([ROOT / "scripts/demo-sales"], check=True,
                                         capture_output=True).stdout)
        calm = self.run_sandbox("--replay", sales, "--json")
        shutil.rmtree(self.dir)
        running = self.start_sandbox("--replay", sales, "--json")
        kills = 0
        while running.poll() is None and kills < 6:
            time.sleep(0.25)
            with contextlib.suppress(OSError, ValueError, KeyError):
                ready = json.loads((self.dir / "server/moadond.json").read_text())
                if kills % 2 == 0:
                    os.kill(ready["pid"], signal.SIGKILL)
                else:
                    os.kill(self.agent_pid(), signal.SIGKILL)
                kills += 1
        out, _ = running.communicate(timeout=RUN_SECONDS)
        self.assertEqual(running.returncode, 0)
        stormy, calm = json.loads(out), json.loads(calm.stdout)
        self.assertEqual(stormy["totals"], calm["totals"])
        self.assertEqual(stormy["stages"], calm["stages"])
        self.run_sandbox(command=("moadon", "verify"))

    def agent_pid(self):
        """The running agent of this sandbox, by its command line."""
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
                if line[:1] == [str(club.BIN / "moadon-agent").encode()] and \
                        str(self.dir / "agent").encode() in line and b"--dir" == line[1]:
                    return int(entry.name)
        raise ValueError("no agent")

    def test_stopping_leaves_no_process_behind(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with self.subTest(number):
                running = self.start_sandbox(command=self.pids_command)
                pids = self.pids(running)
                self.assertEqual(len(pids), 2)
                self.assertTrue(all(is_running(pid) for pid in pids))
                running.send_signal(number)
                running.wait(30)
                club.wait_for("all are gone", lambda: not any(map(is_running, pids)))

    def test_a_server_that_is_killed_comes_back_on_its_port(self):
        script = r"""
          kill -9 "$MOADON_SANDBOX_SERVER_PID"
          sleep 0.2
          i=0
          until moadon totals --json; do i=$((i + 1)); test "$i" -lt 50; sleep 0.1; done
        """
        done = self.run_sandbox(command=("sh", "-ec", script))
        self.assertEqual(json.loads(done.stdout)["sales"], 0)

    def test_an_agent_that_a_register_started_goes_with_the_sandbox(self):
        script = r"""
          kill -9 "$MOADON_SANDBOX_AGENT_PID"
          for i in 1 2 3; do
            printf '%s\n' '{"method": "Status", "request": {}}' | moadon-register --json
          done
        """
        self.run_sandbox(command=("sh", "-ec", script))
        with self.assertRaises(ValueError):
            self.agent_pid()

    def test_another_zone_or_program_than_the_clubs_is_refused_in_words(self):
        self.run_sandbox("--zone", "UTC")
        done = self.run_sandbox("--zone", "Asia/Jerusalem", status=1)
        self.assertIn("UTC", done.stderr)
        self.assertIn("another --dir", done.stderr)
        program = self.root / "program.json"
        program.write_text(json.dumps({**club.PROGRAM, "time_zone": "UTC"}))
        done = self.run_sandbox("--program", program, status=1)
        self.assertIn("moadon program publish", done.stderr)

    def test_a_program_of_ones_own_is_published_once(self):
        program = self.root / "program.json"
        program.write_text(json.dumps({**club.PROGRAM, "title": "mine"}))
        for _ in range(2):
            done = self.run_sandbox("--program", program,
                                    command=("moadon", "program", "list", "--json"))
            self.assertEqual([entry["title"] for entry in json.loads(done.stdout)["programs"]],
                             ["mine"])

    def test_slips_refusals_and_silence_have_exit_codes_of_their_own(self):
        self.run_sandbox("--replay", self.root / "missing.csv", status=2)
        for line, status in ((["members", "list", "--stage", "asleep"], 2),
                             (["stages", "--as-of", "yesterday"], 2),
                             (["branch", "revoke", "main"], 2),
                             (["nonsense"], 2),
                             (["members", "show", "12345"], 1),
                             (["sales", "show", "till", "none"], 1),
                             (["branch", "revoke", "main", "--yes"], 1),
                             (["--server", "127.0.0.1:1", "totals"], 3)):
            with self.subTest(line):
                self.run_sandbox(command=("moadon", *line), status=status)

    def test_refusals_speak_hebrew_too(self):
        done = self.run_sandbox(command=("moadon", "--language", "he", "members", "show", "12345"),
                                status=1)
        self.assertIn("אין חבר מועדון", done.stderr)
        done = self.run_sandbox(command=("moadon", "--json", "members", "show", "12345"), status=1)
        self.assertEqual(json.loads(done.stderr.splitlines()[-1])["reason"],
                         "REASON_MEMBER_UNKNOWN")


if __name__ == "__main__":
    unittest.main()
