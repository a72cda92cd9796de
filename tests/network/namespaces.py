"""Network namespaces for tests: every machine with its own network, and a hub that the server stands at.

They have no names: nothing is left of one when its handle is closed and the processes in it have ended, however the
test ends. A thread that is in one opens its sockets and starts its processes there.
"""

import contextlib
import ctypes
import errno
import os
import random
import subprocess
import threading
import unittest

NEW_NETWORK = 0x40000000  # CLONE_NEWNET
IP_SECONDS = 20
BRIDGE = "hub"
WIRE = "wire"  # a site's end of its link
_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _new_namespace():
    """A descriptor of a new network namespace. Made by a thread of its own, because only that thread moves there."""
    made = []

    def make():
        try:
            _checked(_libc.unshare(NEW_NETWORK))
            made.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))
        except OSError as refused:
            made.append(refused)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


class Namespace:
    """One machine's network, with its loopback up."""

    def __init__(self):
        self.descriptor = _new_namespace()
        self.ip("link", "set", "lo", "up")

    @property
    def path(self):
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in it."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _checked(_libc.setns(self.descriptor, NEW_NETWORK))
            yield
        finally:
            _checked(_libc.setns(before, NEW_NETWORK))
            os.close(before)

    def ip(self, *arguments):
        with self.entered():
            done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=IP_SECONDS)
        if done.returncode != 0:
            raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")

    def close(self):
        os.close(self.descriptor)


class Link:
    """A site's line to the hub, which can be cut in three ways. Used by one thread at a time."""

    def __init__(self, hub, site, number):
        self._hub = hub
        self._site = site
        self._port = f"port{number}"
        self.cut_by = None
        hub.ip("link", "add", self._port, "type", "veth", "peer", "name", WIRE, "netns", site.path)
        hub.ip("link", "set", self._port, "master", BRIDGE, "up")
        site.ip("address", "add", f"{Hub.PREFIX}.{number + 1}/24", "dev", WIRE)
        site.ip("link", "set", WIRE, "up")
        # It need not ask who the hub is, and so is not told that nobody answers.
        site.ip("neighbor", "replace", Hub.ADDRESS, "lladdr", Hub.HARDWARE_ADDRESS, "dev", WIRE, "nud", "permanent")

    # name: who acts, how the line is cut, how it is restored. Unplugged: the site sees no carrier. Swallowed: it sees one, and
    # nothing arrives. Switched off: its own calls fail at once.
    WAYS = {"unplugged": ("_hub", ("down",), ("up",)),
            "swallowed": ("_hub", ("nomaster",), ("master", BRIDGE)),
            "switched off": ("_site", ("down",), ("up",))}

    def cut(self, way=None):
        """In one of WAYS; None: in any."""
        self.cut_by = way or random.choice(list(self.WAYS))
        self._set(self.WAYS[self.cut_by][1])

    def restore(self):
        self._set(self.WAYS[self.cut_by][2])
        self.cut_by = None

    def _set(self, what):
        actor = self.WAYS[self.cut_by][0]
        device = self._port if actor == "_hub" else WIRE
        getattr(self, actor).ip("link", "set", device, *what)


class Hub(Namespace):
    """Where the server stands: a bridge that every site is linked to."""

    PREFIX = "10.77.0"
    ADDRESS = f"{PREFIX}.1"
    HARDWARE_ADDRESS = "02:00:00:00:77:01"
    MAX_SITES = 250

    def __init__(self):
        super().__init__()
        self.ip("link", "add", BRIDGE, "address", self.HARDWARE_ADDRESS, "type", "bridge")
        self.ip("address", "add", f"{self.ADDRESS}/24", "dev", BRIDGE)
        self.ip("link", "set", BRIDGE, "up")
        self._site_count = 0

    def add_site(self):
        """(the new site's namespace, its link)."""
        self._site_count += 1
        if self._site_count > self.MAX_SITES:
            raise ValueError("so many sites have no address")
        site = Namespace()
        return site, Link(self, site, self._site_count)


def new_hub():
    """A hub, or a skipped test that says why this machine has none."""
    try:
        return Hub()
    except OSError as refused:
        if refused.errno == errno.EPERM:
            raise unittest.SkipTest(f"network namespaces need root: {refused}") from None
        if refused.errno == errno.ENOENT:
            raise unittest.SkipTest(f"not installed (apt-get install iproute2): {refused}") from None
        raise
