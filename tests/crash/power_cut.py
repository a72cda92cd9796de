"""The preload library of power cuts, as tests use it."""

import contextlib
import os
import pathlib
import random
import re
import shutil
import sqlite3
import tempfile

import club

SHIM = club.BUILD / "tests" / "crash" / "libmoadon_power_cut.so"
CUT_STATUS = 99
WAIT_SECONDS = 30


def environment(directory, at=None, when=None, fail_sync=None, normal=False, at_exit=False,
                seed=None, after_sync=None, counts_from=None, kills=False, slow_sync=None,
                full_while=None, read_only_while=None):
    """What puts a program's files under `directory` on the disk of the model: for its environment.

    `at`, `after_sync` and `fail_sync` are (ending, count), `slow_sync` (ending, milliseconds);
    `when`, `counts_from`, `full_while` and `read_only_while` are paths. See power_cut_shim.c.
    """
    added = {
        "LD_PRELOAD": str(SHIM),
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
        "MOADON_POWERCUT_DIR": str(directory),
        "MOADON_POWERCUT_SEED": str(seed or random.randrange(1, 2**32)),
    }
    countdowns = {"AT": at, "AFTER_SYNC": after_sync, "FAIL_SYNC": fail_sync, "SLOW_SYNC": slow_sync}
    for name, countdown in countdowns.items():
        if countdown:
            added["MOADON_POWERCUT_" + name] = f"{countdown[0]}:{countdown[1]}"
    paths = {"WHEN": when, "FROM": counts_from, "FULL": full_while, "READ_ONLY": read_only_while}
    for name, path in paths.items():
        if path:
            added["MOADON_POWERCUT_" + name] = str(path)
    if kills:
        added["MOADON_POWERCUT_KILL"] = "1"
    if at_exit:
        added["MOADON_POWERCUT_AT_EXIT"] = "1"
    if normal:
        added["MOADON_POWERCUT_SYNCHRONOUS"] = "NORMAL"
    return added


def last_cut(log):
    """The counts of the last cut in a log, or None."""
    cuts = re.findall(r"^power cut: (kept=.*)$", log, re.MULTILINE)
    return {k: int(v) for k, v in (pair.split("=") for pair in cuts[-1].split())} if cuts else None


def forget_index(database):
    """After a cut the index of the WAL may be there or not; nothing may depend on it."""
    if random.random() < 0.5:
        pathlib.Path(str(database) + "-shm").unlink(missing_ok=True)


def integrity(database):
    """The integrity check of a copy, so that recovery is left to the program."""
    with tempfile.TemporaryDirectory(prefix="moadon-test-") as directory:
        copy = pathlib.Path(directory) / "copy.db"
        for ending in ("", "-wal", "-journal"):
            source = pathlib.Path(str(database) + ending)
            if source.exists():
                shutil.copyfile(source, str(copy) + ending)
        with contextlib.closing(sqlite3.connect(copy)) as connection:
            return [row[0] for row in connection.execute("PRAGMA integrity_check")]


def sync_failed(log):
    """When, by time.monotonic(), a sync failed as asked, or None."""
    found = re.search(r"^power cut: sync_failed=(\d+\.\d+) ", log, re.MULTILINE)
    return float(found[1]) if found else None
