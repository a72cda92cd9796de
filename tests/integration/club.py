"""A running club for tests: the built programs, in a temporary directory, on free loopback ports.

Nothing here links product code. Processes are ended by their own handles only.
"""

import contextlib
import gzip
import json
import os
import pathlib
import signal
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

BUILD = pathlib.Path(os.environ["MOADON_BUILD"])
BIN = BUILD / "bin"
DATA = pathlib.Path(os.environ.get("MOADON_TEST_DATA", "/nonexistent"))
LONG = os.environ.get("MOADON_LONG") == "1"
START_SECONDS = 60
STOP_SECONDS = 20
CALL_SECONDS = 30

PROGRAM = {
    "title": "test club",
    "currency_code": "ILS",
    "time_zone": "Asia/Jerusalem",
    "country_code": "IL",
    "cash_rounding_minor": "10",
    "stages": {},
}


def data_file(name):
    """A file of the real data, or a skipped test that says so where there is none (a user's machine)."""
    path = DATA / name
    if not path.exists():
        raise unittest.SkipTest(f"real data not here: {name}")
    return path


def open_text(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    return opener(path, "rt", encoding="utf-8", newline="")


class Refused(Exception):
    """A call was refused; `reason` and `values` as in ErrorDetail."""

    def __init__(self, http_status, body):
        self.http_status = http_status
        self.body = body
        self.code = body.get("code")
        self.reason = body.get("reason")
        self.values = body.get("values", {})
        super().__init__(f"{http_status} {body}")


def post(url, message, token=None, headers=None, raw=None, timeout=CALL_SECONDS):
    """One JSON call over HTTP; raises Refused with the error object of the answer."""
    data = raw if raw is not None else json.dumps(message).encode()
    request = urllib.request.Request(url, data=data, method="POST")
    request.add_header("content-type", "application/json")
    if token:
        request.add_header("authorization", "Bearer " + token)
    for name, value in (headers or {}).items():
        request.remove_header(name.capitalize())
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        body = error.read()
        try:
            parsed = json.loads(body)
        except ValueError:
            parsed = {"code": "?", "message": body.decode("utf-8", "replace")}
        raise Refused(error.code, parsed) from None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=START_SECONDS):
    """Polls until `condition` gives something true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


class Process:
    """One of our programs, started, watched and ended by its handle."""

    def __init__(self, arguments, log_path, env=None):
        self.log_path = log_path
        with open(log_path, "ab") as log:
            self.popen = subprocess.Popen(
                [str(a) for a in arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(env or {})},
            )

    def alive(self):
        return self.popen.poll() is None

    def log(self):
        return pathlib.Path(self.log_path).read_text(errors="replace")

    def kill(self):
        if self.alive():
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self):
        """SIGTERM and a bounded wait; returns the exit status."""
        if self.alive():
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise AssertionError("did not stop in time:\n" + self.log()[-2000:]) from None


class Server:
    """moadond on a data directory; keeps its ports over restarts, as a real one would."""

    def __init__(self, directory, env=None, arguments=(), programs=BIN):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.programs = programs
        self.grpc = f"127.0.0.1:{free_port()}"
        self.http = f"127.0.0.1:{free_port()}"
        self.env = env or {}
        self.arguments = list(arguments)
        self.process = None

    def start(self, wait=True):
        (self.directory / "moadond.json").unlink(missing_ok=True)
        self.process = Process(
            [self.programs / "moadond", "--data", self.directory, "--listen", self.grpc, "--http", self.http]
            + self.arguments,
            self.directory.with_suffix(".log"),
            self.env,
        )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=START_SECONDS):
        def ready():
            if not self.process.alive():
                raise AssertionError("moadond ended:\n" + self.process.log()[-2000:])
            return (self.directory / "moadond.json").exists()

        wait_for("moadond is ready", ready, seconds)

    def stop(self):
        return self.process.stop() if self.process else 0

    def kill(self):
        self.process.kill()

    @property
    def token(self):
        return (self.directory / "owner.token").read_text().strip()

    def call(self, service, method, message, token=None, **options):
        url = f"http://{self.http}/moadon.v1.{service}/{method}"
        return post(url, message, token=self.token if token is None else token, **options)


class Agent:
    """moadon-agent on a directory; the port is its own choice at every start."""

    def __init__(self, directory, server_address, env=None, programs=BIN):
        self.programs = programs
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.server_address = server_address
        self.env = env or {}
        self.process = None

    def add_register(self, register_id, token):
        subprocess.run(
            [self.programs / "moadon-agent", "add-register", "--dir", self.directory, "--register",
             register_id, "--token-file", "-"],
            input=token + "\n", text=True, check=True, capture_output=True, timeout=CALL_SECONDS,
        )

    def start(self, wait=True):
        (self.directory / "agent.port").unlink(missing_ok=True)
        self.process = Process(
            [self.programs / "moadon-agent", "--dir", self.directory, "--server", self.server_address],
            self.directory.with_suffix(".log"), self.env,
        )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=START_SECONDS):
        def ready():
            if not self.process.alive():
                raise AssertionError("moadon-agent ended:\n" + self.process.log()[-2000:])
            return (self.directory / "agent.port").exists()

        wait_for("moadon-agent is ready", ready, seconds)

    def stop(self):
        return self.process.stop() if self.process else 0

    def kill(self):
        self.process.kill()

    @property
    def port(self):
        return int((self.directory / "agent.port").read_text())

    def local_token(self, register_id):
        return (self.directory / "registers" / f"{register_id}.local-token").read_text().strip()

    def call(self, register_id, method, message, **options):
        url = f"http://127.0.0.1:{self.port}/moadon.v1.RegisterService/{method}"
        return post(url, message, token=self.local_token(register_id), **options)

    def wait_delivered(self, register_ids, seconds=60):
        def done():
            return all(
                self.call(r, "Status", {})["undelivered_count"] == "0" for r in register_ids
            )

        wait_for("everything is delivered", done, seconds)


class Club:
    """Server, agent and registers with a published program. Use as a context manager."""

    def __init__(self, registers=("R1",), replays_history=False, program=None, branch_zone="",
                 server_env=None, agent_env=None):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        self.registers = list(registers)
        self.replays_history = replays_history
        self.program = program or PROGRAM
        self.branch_zone = branch_zone
        self.server = Server(self.root / "server", env=server_env)
        self.agent = Agent(self.root / "agent", self.server.grpc, env=agent_env)
        self.register_tokens = {}

    def __enter__(self):
        try:
            self.server.start()
            self.owner("ProgramService", "PublishProgram", {"program": self.program})
            self.owner("AdminService", "AddBranch",
                       {"branch": {"branch_id": "main", "time_zone": self.branch_zone}})
            for register in self.registers:
                self.add_register(register)
            self.agent.start()
            self.wait_for_program()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.agent.stop()
        with contextlib.suppress(Exception):
            self.server.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def add_register(self, register):
        added = self.owner("AdminService", "AddRegister", {
            "register": {"register_id": register, "branch_id": "main",
                         "replays_history": self.replays_history}})
        self.register_tokens[register] = added["token"]
        self.agent.add_register(register, added["token"])

    def owner(self, service, method, message, **options):
        return self.server.call(service, method, message, **options)

    def register(self, method, message, register=None, **options):
        return self.agent.call(register or self.registers[0], method, message, **options)

    def wait_for_program(self):
        """Until every register prices with a program: the agent answers before it has fetched one."""
        wait_for("the agent has the program", lambda: all(
            self.register("Status", {}, register)["program_version"] != "0"
            for register in self.registers))

    def wait_delivered(self, seconds=60):
        self.agent.wait_delivered(self.registers, seconds)

    def cli_env(self):
        return {**os.environ, "MOADON_SERVER": self.server.grpc, "MOADON_LANGUAGE": "en",
                "MOADON_TOKEN_FILE": str(self.server.directory / "owner.token")}

    def moadon(self, *arguments, check=True, input=None, timeout=120):
        """Runs the command line against this club; returns the finished process."""
        done = subprocess.run([str(BIN / "moadon"), *map(str, arguments)], env=self.cli_env(),
                              capture_output=True, text=True, input=input, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"moadon {arguments} exited {done.returncode}:\n"
                                 f"{done.stdout[-2000:]}\n{done.stderr}")
        return done

    def register_arguments(self, *arguments, register=None):
        return [str(BIN / "moadon-register"), "--plugin", str(BIN / "libmoadon_pos.so"),
                "--agent-dir", str(self.agent.directory), "--register",
                register or self.registers[0], "--no-start-agent", *map(str, arguments)]

    def verify(self):
        return self.moadon("verify")


def line(line_id, sku, price_minor, quantity_milli=1000, **more):
    return {"line_id": line_id, "sku": sku, "unit_price_minor": str(price_minor),
            "quantity_milli": str(quantity_milli), **more}


def sale(receipt, lines, occurred_at="2026-06-01T10:00:00Z", **more):
    return {"receipt": receipt, "occurred_at": occurred_at, "lines": lines, **more}
