"""Two network namespaces and a line between them that loses packets on demand. Needs root; leaves nothing behind."""

import concurrent.futures
import ctypes
import os
import shutil
import subprocess
import unittest

import stand_in

CLONE_NEWNET = 0x40000000
NEAR, FAR = "10.83.7.1", "10.83.7.2"
# Nobody's hardware address: what is sent there arrives nowhere.
NOWHERE = ("lladdr", "02:00:00:00:83:07", "dev", "line", "nud", "permanent")
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=30)


def unshare():
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    ip("link", "set", "lo", "up")


def skip_unless_possible():
    """Skips where a process may not make namespaces."""
    if os.geteuid() != 0 or shutil.which("ip") is None or shutil.which("unshare") is None:
        raise unittest.SkipTest("network namespaces need root and iproute2")
    tried = subprocess.run(["unshare", "--net", "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1"],
                           capture_output=True, text=True, timeout=30)
    if tried.returncode != 0:
        raise unittest.SkipTest(f"no network namespaces here: {tried.stderr.strip()}")


class Namespaces:
    """Two threads, each in a namespace of its own, and a pair of interfaces; what the near thread starts is near. Both
    namespaces end with the last thread or process in them. Use as a context manager."""

    def __enter__(self):
        self.near = concurrent.futures.ThreadPoolExecutor(1)
        self.far = concurrent.futures.ThreadPoolExecutor(1)
        self.near.submit(unshare).result()
        self.far.submit(unshare).result()
        far_thread = self.far.submit(lambda: str(LIBC.gettid())).result()
        self.run_inside(ip, "link", "add", "line", "type", "veth", "peer", "name", "line", "netns", far_thread)
        for thread, address in ((self.near, NEAR), (self.far, FAR)):
            thread.submit(ip, "addr", "add", f"{address}/24", "dev", "line").result()
            thread.submit(ip, "link", "set", "line", "up").result()
        return self

    def __exit__(self, *_):
        self.near.shutdown()
        self.far.shutdown()

    def run_inside(self, function, *arguments):
        """Runs it in the near namespace and gives its result; threads and processes it starts stay there."""
        return self.near.submit(function, *arguments).result()

    def bound_far(self):
        """A socket bound in the far namespace."""
        return self.far.submit(stand_in.bound, (FAR, 0)).result()

    def cut(self):
        """From now on packets are lost, both ways, and nobody is told. Called by a thread that is near, as heal()."""
        ip("neigh", "replace", FAR, *NOWHERE)
        self.far.submit(ip, "neigh", "replace", NEAR, *NOWHERE).result()

    def heal(self):
        ip("neigh", "del", FAR, "dev", "line")
        self.far.submit(ip, "neigh", "del", NEAR, "dev", "line").result()
