"""Runs the benchmarks: starts a club and the echo server, has bench_load measure them, prints what it found.

Called by scripts/bench; --smoke is for the tests: few calls, and a check that every figure is there.
"""

import argparse
import contextlib
import json
import math
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import large

LOAD_SECONDS = 900
JOURNAL_OVER_LIMIT = 3  # bench_journal's code
RAM_DISKS = ("tmpfs", "ramfs")
# What issue and design ask of the ratio to the reference.
TARGETS = {
    "identify_card.throughput": 0.85,
    "identify_phone.throughput": 0.85,
    "record_single.throughput": 0.5,
    "record_batch.throughput": 0.7,
    **large.AT_SIZE_TARGETS,
    **large.CARD_TARGETS,
}
# An agent's journal as it was, and with one byte changed: in an entry, in the head of a page or of the file, in the log.
JOURNAL_OPENINGS = ["journal_open", "journal_open_entry_changed", "journal_open_page_changed", "journal_open_head_changed",
                    "journal_open_log_changed"]
JOURNAL_LIMITS = {f"{name}.p50": 2_000_000 for name in JOURNAL_OPENINGS}
# And of the value itself, in its unit.
LIMITS = {"pricing_200.p50": 100, "pricing_1000.p50": 500, "find.p99": 50_000, "find_refilling.p99": 50_000,
          "cards_disk.all": 400, **JOURNAL_LIMITS, **large.LIMITS}
FLOORS = {"cards_fill.throughput": 20_000, "cards_refill.throughput": 20_000}
FULL = {"members": 10_000, "rounds": 7, "round_ms": 1500, "sales_per_round": 8_192,
        "plugin_calls": 1_500, "quotes": 1_000, "journal_entries": 45_000, "cards": 100_000, "finds": 20_000}
SMOKE = {"members": 20, "rounds": 2, "round_ms": 50, "sales_per_round": 128, "plugin_calls": 5, "quotes": 5,
         "journal_entries": 50, "cards": 200, "finds": 50}
MEASURED = {
    "throughput": ["echo", "raw_card", "raw_phone", "identify_first_card", "identify_first_phone", "identify_card",
                   "identify_phone", "raw_single", "record_single", "raw_batch", "record_batch",
                   "raw_cards_fill", "cards_fill", "raw_cards_refill", "cards_refill"],
    "p50": ["plugin_empty", "plugin_status", "plugin_identify", "plugin_quote_20",
            "plugin_commit_5", "pricing_none", "pricing_200", "pricing_1000", "journal_open_empty", *JOURNAL_OPENINGS,
            "raw_find", "find", "raw_find_refilling", "find_refilling"],
}
MEASURED_ALONE = {"cards_fill.max", "cards_refill.max", "find.max", "find_refilling.max", "cards_sweep.time",
                  "cards_disk.per_member", "cards_disk.all"}
REFERENCES = ("echo", "raw_card", "raw_phone", "raw_single", "raw_batch", "plugin_empty", "pricing_none",
              "journal_open_empty", "raw_cards_fill", "raw_cards_refill", "raw_find", "raw_find_refilling")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures Moadon beside bare references.")
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--smoke", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="one object per line instead of a table")
    parser.add_argument("--pricing", action="store_true", help="only the pricing of baskets")
    parser.add_argument("--cards", action="store_true", help="only what an agent keeps of a whole club's members")
    parser.add_argument("--large", action="store_true", help="a large made club, beside one of 10,000 members")
    parser.add_argument("--members", type=int, default=1_000_000, help="of the large club, and of --cards")
    parser.add_argument("--club", type=pathlib.Path,
                        help="the large club's directory, made when it is not there, and kept (default: made, and removed)")
    parser.add_argument("--dir", type=pathlib.Path,
                        help="where the databases are made, and removed; a real disk (default: BUILD/bench-data)")
    return parser.parse_args()


def refuse_ram_disk(directory):
    """Syncing a file that lives in memory costs nothing, so its figures would mean nothing."""
    kind = subprocess.run(["stat", "-f", "-c", "%T", directory], capture_output=True, text=True,
                          check=True).stdout.strip()
    if kind in RAM_DISKS:
        sys.exit(f"{directory} is in memory ({kind}); give a directory on a disk with --dir")


@contextlib.contextmanager
def echo_server(binaries, database):
    """Ends by itself when its input does, so also when this program is killed."""
    with subprocess.Popen([binaries / "bench_echo_server", database], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


def import_clubs(build, root):
    """The harness of the integration tests, with all that it makes in `root`."""
    os.environ["MOADON_BUILD"] = str(build)
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
    tempfile.tempdir = str(root)
    import club as clubs  # reads MOADON_BUILD

    return clubs


def load(clubs, plan):
    """Figures as bench_load prints them."""
    with echo_server(clubs.BIN, plan["server_database"]) as echo:
        done = subprocess.run([clubs.BIN / "bench_load"], input=json.dumps({**plan, "echo": echo}), text=True,
                              stdout=subprocess.PIPE, timeout=LOAD_SECONDS, check=False)
    if done.returncode != 0:
        sys.exit("bench_load failed")
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(clubs, root, counts):
    """Figures of a club that lives in `root`."""
    with clubs.Club(registers=["lane", "till"]) as club:
        clubs.wait_for("the agent has a program", lambda: int(
            club.register("Status", {}, register="till")["program_version"]) > 0)
        return load(clubs, {
            **counts, "is_made": False,
            "server": club.server.grpc,
            "register": "lane", "token": club.register_tokens["lane"],
            "server_database": str(club.server.directory / "moadon.db"),
            "copy": str(root / "raw.db"),
            "plugin": str(clubs.BIN / "libmoadon_pos.so"), "plugin_register": "till",
            "agent_dir": str(club.agent.directory),
        })


def measure_large(build, clubs, root, counts, options):
    """Figures of a large club beside those of a small one."""
    directory = (options.club or root / "large").resolve()
    large.make(build, directory, options.members)
    counts = {**counts, "plugin_calls": 0}
    small = measure(clubs, root, counts)
    of_large = large.measure_large(
        build, clubs, directory, lambda plan: load(clubs, {**plan, "copy": str(root / "large-raw.db")}),
        {**counts, "members": options.members})
    return small + of_large + large.at_size(small, of_large)


def measure_pricing(build, counts):
    """Figures of the rules alone, on one core."""
    print("measuring quotes", file=sys.stderr)
    done = subprocess.run([build / "bin/bench_pricing", str(counts["rounds"]), str(counts["quotes"])], text=True,
                          stdout=subprocess.PIPE, timeout=LOAD_SECONDS, check=False)
    if done.returncode != 0:
        sys.exit("bench_pricing failed")
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure_journal(build, root, counts):
    """How long opening a journal takes, as an agent does that was killed, and when the disk has changed a byte of it."""
    print("measuring the opening of a journal", file=sys.stderr)
    done = subprocess.run([build / "bin/bench_journal", root / "journals", str(counts["journal_entries"]),
                           str(counts["rounds"])], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=LOAD_SECONDS, check=False)  # what it logs of the damage
    if done.returncode not in (0, JOURNAL_OVER_LIMIT):
        sys.exit("bench_journal failed")
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure_cards(build, root, member_count, find_count):
    """How fast an agent takes and finds the cards of so many members, and what they need on its disk."""
    print(f"measuring the cards of {member_count} members", file=sys.stderr)
    done = subprocess.run([build / "bin/bench_cards", root / "cards", str(member_count), str(find_count)], text=True,
                          stdout=subprocess.PIPE, timeout=LOAD_SECONDS, check=False)
    if done.returncode != 0:
        sys.exit("bench_cards failed")
    return [json.loads(line) for line in done.stdout.splitlines()]


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def print_table(figures):
    rows = [("", "value", "unit", "reference", "ratio", "target")]
    for figure in figures:
        target, limit, floor = (wanted.get(figure["name"]) for wanted in (TARGETS, LIMITS, FLOORS))
        rows.append((figure["name"], number(figure["value"]), figure["unit"],
                     number(figure["reference"]),
                     "" if figure["ratio"] is None else
                     f"{figure['ratio']:.2f}" if figure["ratio"] < 100 else number(figure["ratio"]),
                     f">= {target}" if target else f"value <= {limit}" if limit else
                     f"value >= {floor}" if floor else ""))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) if i in (0, 2, 5) else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def print_figures(figures, options):
    if options.json:
        for figure in figures:
            print(json.dumps(figure))
    else:
        print_table(figures)


def check_complete(figures):
    """Every figure that is promised, with finite numbers."""
    found = {figure["name"]: figure for figure in figures}
    expected = {f"{name}.{suffix}" for first, names in MEASURED.items() for name in names
                for suffix in {first, "p50", "p99"}} | MEASURED_ALONE
    assert set(found) == expected, set(found) ^ expected
    for name, figure in found.items():
        assert set(figure) == {"name", "value", "unit", "reference", "ratio"}, figure
        assert math.isfinite(figure["value"]) and figure["value"] > 0, figure
        is_reference = name.split(".")[0] in REFERENCES
        assert (figure["ratio"] is None) == is_reference, figure
        assert is_reference or math.isfinite(figure["ratio"]), figure


def finish(figures, options):
    """Prints them, and ends with 1 if one misses what the value itself must be; of few calls --smoke asks nothing."""
    print_figures(figures, options)
    missed = [figure["name"] for figure in figures
              if figure["value"] > LIMITS.get(figure["name"], math.inf)
              or figure["value"] < FLOORS.get(figure["name"], -math.inf)]
    if missed and not options.smoke:
        sys.exit("missed: " + ", ".join(missed))


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    build = options.build.resolve()
    counts = SMOKE if options.smoke else FULL
    if options.pricing:
        finish(measure_pricing(build, counts), options)
        return
    parent = (options.dir or build / "bench-data").resolve()
    parent.mkdir(parents=True, exist_ok=True)
    if not options.smoke:
        refuse_ram_disk(parent)
    root = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=parent))
    try:
        if options.cards:
            figures = measure_cards(build, root, options.members, counts["finds"])
        elif options.large:
            figures = measure_large(build, import_clubs(build, root), root, counts, options)
        else:
            figures = (measure(import_clubs(build, root), root, counts) + measure_pricing(build, counts)
                       + measure_journal(build, root, counts)
                       + measure_cards(build, root, counts["cards"], counts["finds"]))
    finally:
        shutil.rmtree(root, ignore_errors=True)
        with contextlib.suppress(OSError):
            parent.rmdir()
    if options.smoke and not options.large and not options.cards:
        check_complete(figures)
    finish(figures, options)


if __name__ == "__main__":
    main()
