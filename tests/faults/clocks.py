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
MICROSECOND = datetime.timedelta(microseconds=1)


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

    def __init__(self, path, moment=None):
        assert SHIM.exists(), SHIM  # without it the loader would only say so
        path.write_bytes(struct.pack("=qq", 0, 0))
        self.path = path
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 16)
        if moment is not None:
            self.set(moment)

    @property
    def env(self):
        return {
            "LD_PRELOAD": str(SHIM),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
            "MOADON_CLOCK_OFFSET": str(self.path),
        }

    def read_us(self):
        """How far the wall clock is ahead of the machine's, and how long the machine slept."""
        return struct.unpack("=qq", self.page[:])

    def write_us(self, ahead, slept):
        self.page[:] = struct.pack("=qq", ahead, slept)

    def set(self, moment):
        """Puts the wall clock there, as a person does."""
        machine_us = time.time_ns() // 1000
        self.write_us((moment - EPOCH) // MICROSECOND - machine_us, self.read_us()[1])

    def sleep(self, pause):
        """Time passes for the machine: a timedelta."""
        ahead, slept = self.read_us()
        self.write_us(ahead + pause // MICROSECOND, slept + pause // MICROSECOND)

    def now(self):
        return EPOCH + (time.time_ns() // 1000 + self.read_us()[0]) * MICROSECOND
