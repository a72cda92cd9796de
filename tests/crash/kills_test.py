"""kill -9 of server and agent at any moment: nothing acknowledged is lost, nothing doubled."""

import contextlib
import http.client
import json
import random
import subprocess
import threading
import time
import unittest

import club
import documents

KILLS = 200 if club.LONG else 30
REPLAY_KILLS = 60 if club.LONG else 10
READY_SECONDS = 5
REPLAY_ROUNDS = 400
REPLAY_SECONDS = 600
CDNOW = {"sales": 6919, "sale_lines": 6919, "gross_minor": 24409194, "returns": 0,
         "members_with_sale": 2357, "purchase_days": 6696, "members_net_spend_minor": 24409194}
RETAIL = {"sales": 19959, "sale_lines": 530099, "gross_minor": 1065562248, "returns": 4855,
          "return_lines": 9479, "returned_minor": 89681249, "unlinked_returned_minor": 43257272,
          "members_with_sale": 4338, "purchase_days": 16677}
UTC_PROGRAM = {**club.PROGRAM, "time_zone": "UTC"}
# What a caller meets while a process is away or on its way out; it repeats the call.
AWAY = (OSError, http.client.HTTPException, ValueError)
TRANSIENT = {"REASON_SERVER_UNREACHABLE", "REASON_STOPPING", "REASON_BUSY",
             "REASON_DEADLINE_EXCEEDED"}


class Registers:
    """A thread per register that commits random documents, each until it is acknowledged."""

    def __init__(self, running, books):
        self.running = running
        self.books = books
        self.failures = []
        self.repeats = 0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._sell, args=(register,))
                         for register in running.registers]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _sell(self, register):
        try:
            answered = {}
            while not self._stopping.is_set():
                receipt, document = self.books.make(register)
                answered[receipt] = self._commit(register, document)
                self.books.acknowledge(register, receipt)
                if random.random() < 0.1:
                    self._ask_again(register, answered)
        except Exception as failure:  # judged by the test's own thread
            self.failures.append(failure)

    def _ask_again(self, register, answered):
        """What was answered once is answered so for ever."""
        receipt = random.choice(list(answered))
        again = self._commit(register, self.books.document((register, receipt)))
        if again != answered[receipt]:
            raise AssertionError(f"{receipt}: {answered[receipt]}, then {again}")

    def _commit(self, register, document):
        method = "Commit" if "sale" in document else "Return"
        end = time.monotonic() + 60
        while True:
            try:
                return self.running.register(method, document, register, timeout=10)
            except club.Refused as refused:
                if refused.reason not in TRANSIENT or time.monotonic() > end:
                    raise
            except AWAY:
                if time.monotonic() > end:
                    raise
            self.repeats += 1
            time.sleep(0.01)


def serves(call):
    with contextlib.suppress(club.Refused, *AWAY):
        call()
        return True
    return False


def restart(process, call):
    """Starts a killed process; returns how many seconds it took until it answered."""
    begin = time.monotonic()
    process.start(wait=False)
    process.wait_ready(READY_SECONDS)
    club.wait_for("it answers", lambda: serves(call), READY_SECONDS - (time.monotonic() - begin))
    return time.monotonic() - begin


class Killer:
    """Kills server, agent or both of a club and starts them again; knows the slowest start."""

    def __init__(self, running):
        self.running = running
        self.kills = {"server": 0, "agent": 0}
        self.slowest_seconds = 0.0

    def kill_one(self):
        victims = random.choice([["server"], ["agent"], ["server"], ["agent"], ["server", "agent"]])
        for victim in victims:
            getattr(self.running, victim).kill()
            self.kills[victim] += 1
        time.sleep(random.choice([0, 0, 0.05, 0.3]))
        random.shuffle(victims)
        for victim in victims:
            call = {"server": lambda: self.running.owner("ReportService", "GetTotals", {}),
                    "agent": lambda: self.running.register("Status", {})}[victim]
            seconds = restart(getattr(self.running, victim), call)
            self.slowest_seconds = max(self.slowest_seconds, seconds)

    def count(self):
        return sum(self.kills.values())

    def __str__(self):
        return f"kills {self.kills}, slowest start {self.slowest_seconds:.2f} s"


class KillsTest(unittest.TestCase):
    def test_under_concurrent_registers_nothing_acknowledged_is_lost_and_nothing_doubled(self):
        registers = ["R1", "R2", "R3", "R4"]
        books = documents.Books(registers)
        with club.Club(registers, replays_history=True) as running:
            for card in documents.CARDS[: len(documents.CARDS) // 2]:
                running.register("Enroll", {"member": {"keys": [{"card": card}]}})
            killer = Killer(running)
            with Registers(running, books) as selling:
                while killer.count() < KILLS and not selling.failures:
                    time.sleep(random.uniform(0.0, 0.5))
                    killer.kill_one()
            self.assertEqual(selling.failures, [])
            self.assertEqual(books.unacknowledged(), {})
            running.wait_delivered(120)
            documents.check_kept(self, running.server, books, None if club.LONG else 300)
            running.verify()
            print(f"{killer}; {len(books.acknowledged())} documents acknowledged, "
                  f"{selling.repeats} calls repeated")

    def test_a_replay_that_is_killed_and_resumed_ends_with_the_facts_of_the_file(self):
        self.replay_under_kills("cdnow-sample.sales.csv", ["R1"], CDNOW)

    @unittest.skipUnless(club.LONG, "the retail file under kills runs with --long")
    def test_a_replay_of_four_registers_that_is_killed_and_resumed_does_so_too(self):
        self.replay_under_kills("online-retail-2010-2011.sales.csv.gz", ["R1", "R2", "R3", "R4"],
                                RETAIL)

    def replay_under_kills(self, file, registers, facts):
        path = club.data_file(file)
        with club.Club(registers, replays_history=True, program=UTC_PROGRAM) as running:
            killer = Killer(running)
            rounds = self.replay_until_done(running, path, killer)
            running.wait_delivered(120)
            kept = json.loads(running.moadon("totals", "--json").stdout)
            self.assertEqual({name: kept[name] for name in facts}, facts)
            running.verify()
            self.assertGreater(killer.count(), 0, "the replay ended before anything was killed")
            print(f"{killer}; the replay was started {rounds} times")

    def replay_until_done(self, running, path, killer):
        end = time.monotonic() + REPLAY_SECONDS
        for number in range(1, REPLAY_ROUNDS):
            with open(running.root / "replay.log", "wb") as log:
                replay = subprocess.Popen(running.register_arguments("replay", path),
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                while replay.poll() is None and time.monotonic() < end:
                    time.sleep(random.uniform(0.05, 0.4))
                    if killer.count() < REPLAY_KILLS and replay.poll() is None:
                        killer.kill_one()
                        if random.random() < 0.3:
                            replay.kill()
            finally:
                if replay.poll() is None:
                    replay.kill()
                replay.wait()
            if replay.returncode == 0:
                return number
            self.assertLess(time.monotonic(), end,
                            (running.root / "replay.log").read_text(errors="replace")[-2000:])
        raise AssertionError("the replay never ended well")


if __name__ == "__main__":
    unittest.main()
