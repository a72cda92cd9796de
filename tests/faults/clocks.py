"""Wall clocks that tests set, one per process or shared, through the preload library clock_shim.c."""

import datetime
import mmap
import os
import struct
import time

import club

SHIM = club.BUILD / "tests" / "faults" / "libmoadon_clock.so"
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000


def instant(text):
    """"2026-03-27T00:00:00Z" and the like."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def stamp(moment):
    """As JSON has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def read_stamp(text):
    """Of a Timestamp in JSON; finer parts than microseconds are dropped."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    return moment + datetime.timedelta(microseconds=int((fraction + "000000")[:6]))


class FakeClock:
    """Goes as fast as the machine's and stands where it was put. Processes started with `env` live by it."""

    def __init__(self, path):
        path.write_bytes(bytes(8))
        self.path = path
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 8)

    @property
    def env(self):
        return {
            "LD_PRELOAD": str(SHIM),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
            "MOADON_CLOCK_OFFSET": str(self.path),
        }

    def set_ahead(self, seconds):
        """Ahead of the machine's; negative: behind."""
        self.page[:] = struct.pack("=q", int(seconds * SECOND_US))

    def set(self, moment):
        machine = EPOCH + datetime.timedelta(seconds=time.time())
        self.set_ahead((moment - machine) / datetime.timedelta(seconds=1))

    def now(self):
        offset, = struct.unpack("=q", self.page[:])
        return EPOCH + datetime.timedelta(microseconds=time.time_ns() // 1000 + offset)
