"""Measures a large made club (made_club.h): ageing, reports, groups, the fit, the server's memory, and what registers get."""

import contextlib
import datetime
import json
import re
import statistics
import subprocess
import sys
import time

MAKE_SECONDS = 3600
READY_SECONDS = 120
CALL_SECONDS = 300
ROUNDS = 3
PAST_DAYS = (7, 180, 900)
DAIRY = {"categories": ["מוצרי חלב"]}
QUESTIONS = {
    "group_profile": {"all": {"questions": [
        {"cities": {"names": ["חיפה", "נתניה"]}}, {"age_years": {"at_least": "30", "at_most": "60"}},
        {"stages": {"stages": ["STAGE_ACTIVE", "STAGE_LOYAL"]}},
        {"spend": {"spend_minor": {"at_least": "100000"}}}, {"consent": {"channel": "CONTACT_CHANNEL_SMS"}}]}},
    "group_top": {"top": {"share_bps": 1000, "last_days": 365}},
    "group_lines": {"all": {"questions": [
        {"bought": {"filter": DAIRY, "last_days": 365}},
        {"not": {"bought": {"filter": {"categories": ["תינוקות"]}}}}]}},
}
# What the issue asks of the value, in its unit.
LIMITS = {"ageing.time": 2, **{f"stages_{days}_days_ago.time": 5 for days in PAST_DAYS}, "group_profile.time": 1,
          "group_lines.time": 10, "fit.time": 60, "memory.peak": 200}
# And of the ratio to a reference of this size, as a share of the same ratio at ten thousand members.
AT_SIZE = {"identify_card.at_size": ("identify_card", "raw_card"),
           "identify_phone.at_size": ("identify_phone", "raw_phone"),
           "identify_card.at_size_by_echo": ("identify_card", "echo"),
           "identify_phone.at_size_by_echo": ("identify_phone", "echo"),
           "record_single.at_size": ("record_single", "raw_single"),
           "record_batch.at_size": ("record_batch", "raw_batch")}
AT_SIZE_TARGETS = dict.fromkeys(AT_SIZE, 0.8)
# Members a second that one register is given of what it keeps, and pages of how many.
CARDS_PER_SECOND = 20_000
CARD_PAGE = 5000
CARD_TARGETS = {"cards.per_second": 1}


def figure(name, value, unit, reference=None):
    return {"name": name, "value": value, "unit": unit, "reference": reference,
            "ratio": None if reference is None else value / reference}


def make(build, directory, member_count):
    """Makes the club unless it is there; makes it under another name, so that half a club is never taken for one."""
    if (directory / "moadon.db").exists():
        return
    print(f"making {member_count} members in {directory}", file=sys.stderr)
    half = directory.with_name(directory.name + ".half")
    subprocess.run([build / "bin/bench_make_club", "--dir", half, "--members", str(member_count)],
                   stdout=subprocess.DEVNULL, timeout=MAKE_SECONDS, check=True)
    half.rename(directory)


def measure_ageing(build, directory):
    print("measuring ageing", file=sys.stderr)
    done = subprocess.run([build / "bin/bench_ageing", directory], text=True, stdout=subprocess.PIPE,
                          timeout=CALL_SECONDS, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def timed(name, call):
    """The median of a few, after one that is not measured."""
    print(f"measuring {name}", file=sys.stderr)
    call()
    seconds = []
    for _ in range(ROUNDS):
        start = time.monotonic()
        call()
        seconds.append(time.monotonic() - start)
    return figure(f"{name}.time", statistics.median(seconds), "s")


def measure_reports(server):
    def owner(service, method, message):
        return server.call(service, method, message, timeout=CALL_SECONDS,
                           headers={"connect-timeout-ms": str(CALL_SECONDS * 1000)})

    figures = []
    today = datetime.date.today()
    for days in PAST_DAYS:
        as_of = {"as_of": {"date": str(today - datetime.timedelta(days))}}
        figures.append(timed(f"stages_{days}_days_ago", lambda: owner("ReportService", "CountStages", as_of)))
    for name, question in QUESTIONS.items():
        figures.append(timed(name, lambda: owner("GroupService", "CountGroup", {"question": question})))
    week = {"date": str(today - datetime.timedelta(7))}
    figures.append(timed("week", lambda: owner("WeekService", "GetWeek", week)))
    print("measuring fit", file=sys.stderr)
    start = time.monotonic()
    owner("LifecycleService", "FitLifecycle", {})
    figures.append(figure("fit.time", time.monotonic() - start, "s"))
    return figures


def memory_mb(server, field):
    with open(f"/proc/{server.process.popen.pid}/status", encoding="ascii") as status:
        return int(re.search(rf"^{field}:\s+(\d+) kB", status.read(), re.MULTILINE).group(1)) / 1024


def add_register(server, kind):
    """A register of this run's own, and its token: what others sold before is not written again."""
    register = f"{kind}-{int(time.time())}"
    added = server.call("AdminService", "AddRegister",
                        {"register": {"register_id": register, "branch_id": "haifa"}})
    return register, added["token"]


def measure_cards(server, members):
    """How fast one register fills what it keeps of everybody, from the beginning."""
    import vocabulary  # reads the build's descriptors, as club does

    print("measuring cards", file=sys.stderr)
    token = add_register(server, "cards")[1]
    request = vocabulary.message("FetchCardsRequest")(page_size=CARD_PAGE, digest_key=bytes(32))
    cards, has_more = 0, True
    start = time.monotonic()
    while has_more:
        page = vocabulary.grpc_call(server.grpc, "SyncService", "FetchCards", request.SerializeToString(), token,
                                    "FetchCardsResponse", CALL_SECONDS)
        request.cursor, has_more = page.next_cursor, page.has_more
        cards += len(page.cards)
    seconds = time.monotonic() - start
    if cards < members:
        raise AssertionError(f"{cards} cards of {members} members")
    return figure("cards.per_second", cards / seconds, "1/s", CARDS_PER_SECOND)


def measure_serving(server, load, counts):
    register, token = add_register(server, "lane")
    figures = load({**counts, "is_made": True, "plugin_calls": 0, "server": server.grpc, "register": register,
                    "token": token, "server_database": str(server.directory / "moadon.db")})
    for one in figures:
        one["name"] = f"large_{one['name']}"
    return figures


def measure_large(build, clubs, directory, load, counts):
    """Figures of the club in `directory`; `load` has bench_load measure a plan."""
    figures = measure_ageing(build, directory)
    server = clubs.Server(directory)
    try:
        server.start(wait=False)
        server.wait_ready(READY_SECONDS)
        figures.append(figure("memory.started", memory_mb(server, "VmRSS"), "MB"))
        figures += measure_reports(server)
        figures.append(figure("memory.after_reports", memory_mb(server, "VmRSS"), "MB"))
        figures.append(measure_cards(server, counts["members"]))
        figures += measure_serving(server, load, counts)
        figures.append(figure("memory.peak", memory_mb(server, "VmHWM"), "MB"))
    finally:
        with contextlib.suppress(AssertionError):
            server.stop()
    return figures


def at_size(small, large):
    """How the ratios to the references held up."""
    rate = {one["name"].removesuffix(".throughput"): one["value"] for one in small + large}
    return [figure(name, rate[f"large_{one}"] / rate[f"large_{reference}"], "x", rate[one] / rate[reference])
            for name, (one, reference) in AT_SIZE.items()]
