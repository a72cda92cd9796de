"""A sale through the plugin in front of the real agent and server: from Python through ctypes, and from plain C."""

import ctypes
import http.server
import json
import os
import subprocess
import tempfile
import threading
import unittest

import club
import vocabulary
from club import line, sale


class Plugin:
    """moadon_pos.h as Python sees it."""

    def __init__(self, config):
        library = ctypes.CDLL(str(club.BIN / "libmoadon_pos.so"))
        text_out = ctypes.POINTER(ctypes.c_void_p)
        library.moadon_pos_open.argtypes = [ctypes.c_char_p, text_out, text_out]
        library.moadon_pos_call.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p,
                                            ctypes.c_int32, text_out]
        library.moadon_pos_release.argtypes = [ctypes.c_void_p]
        library.moadon_pos_release.restype = None
        library.moadon_pos_close.argtypes = [ctypes.c_void_p]
        library.moadon_pos_close.restype = None
        self.library = library
        self.handle = ctypes.c_void_p()
        error = ctypes.c_void_p()
        if library.moadon_pos_open(json.dumps(config).encode(), ctypes.byref(self.handle),
                                   ctypes.byref(error)) != 0:
            raise AssertionError(self.take(error))

    def take(self, text):
        value = ctypes.cast(text, ctypes.c_char_p).value.decode("utf-8")
        self.library.moadon_pos_release(text)
        return json.loads(value)

    def call(self, method, request, timeout_ms=10000):
        """(status, parsed answer): status 0 is a response, anything else an error object."""
        out = ctypes.c_void_p()
        status = self.library.moadon_pos_call(
            self.handle, method.encode(), json.dumps(request, ensure_ascii=False).encode("utf-8"),
            timeout_ms, ctypes.byref(out))
        return status, self.take(out)

    def close(self):
        self.library.moadon_pos_close(self.handle)


class AbiSaleTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club()
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)

    def config(self, **more):
        return {"agent_dir": str(self.club.agent.directory), "register_id": "R1", **more}

    def test_a_sale_from_python(self):
        plugin = Plugin(self.config())
        self.addCleanup(plugin.close)
        phone = {"phone": "054-123-4567"}
        status, error = plugin.call("Identify", {"key": phone})
        self.assertNotEqual(status, 0)
        self.assertEqual(error["reason"], "REASON_MEMBER_UNKNOWN")
        status, enrolled = plugin.call("Enroll", {"member": {"keys": [phone], "first_name": "שרה"}})
        self.assertEqual(status, 0, enrolled)
        member_id = enrolled["member"]["facts"]["member_id"]
        basket = [line("1", "A", 1290, 347, description="גבינה צהובה")]
        status, quote = plugin.call("Quote", {"basket": {"lines": basket, "member_id": member_id}})
        self.assertEqual((status, quote["quote"]["total_minor"]), (0, "448"))
        content = sale("1", basket, key=phone)
        status, first = plugin.call("Commit", {"sale": content, "member_id": member_id})
        self.assertEqual(status, 0, first)
        self.assertEqual(plugin.call("Commit", {"sale": content, "member_id": member_id}),
                         (0, first))
        self.club.wait_delivered()
        status, found = plugin.call("GetReceipt", {"receipt": "1"})
        self.assertEqual(found["sale"]["lines"][0]["description"], "גבינה צהובה")
        kept = self.club.owner("MemberService", "GetMember", {"key": phone})["member"]
        self.assertEqual(kept["facts"]["stage"], "STAGE_NEW")

    def test_a_sale_from_plain_c(self):
        done = subprocess.run(
            [str(club.BIN / "sale_in_c"), str(club.BIN / "libmoadon_pos.so"),
             json.dumps(self.config()), "card-1"],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.club.wait_delivered()
        kept = self.club.owner("MemberService", "GetMember", {"key": {"card": "card-1"}})["member"]
        self.assertEqual(kept["facts"]["net_spend_minor"], "1068")

    def test_the_plugin_starts_the_agent_when_it_is_not_there(self):
        self.club.agent.stop()
        plugin = Plugin(self.config(agent_program=str(club.BIN / "moadon-agent"), start_agent=True,
                                    agent_arguments=["--server", self.club.server.grpc]))
        self.addCleanup(plugin.close)
        status, answer = plugin.call("Status", {}, 15000)
        self.assertEqual(status, 0, answer)
        self.assertEqual(plugin.call("Commit", {"sale": sale("1", [line("1", "A", 5)])})[0], 0)
        self.club.wait_delivered()
        for pid in self.agents_in(self.club.agent.directory):
            os.kill(pid, 15)
        club.wait_for("the agent stops",
                      lambda: not (self.club.agent.directory / "agent.port").exists())

    def agents_in(self, directory):
        """Process ids of agents of this test's own directory."""
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    arguments = file.read().split(b"\0")
            except OSError:
                continue
            if arguments[0].endswith(b"moadon-agent") and str(directory).encode() in arguments:
                yield int(entry)

    def test_errors_have_the_same_reason_through_grpc_http_and_the_abi(self):
        import grpc
        plugin = Plugin(self.config())
        self.addCleanup(plugin.close)
        key = {"key": {"card": "nobody"}}
        status, through_abi = plugin.call("Identify", key)
        with self.assertRaises(club.Refused) as through_http:
            self.club.owner("MemberService", "GetMember", key)
        request = vocabulary.message("GetMemberRequest")()
        request.key.card = "nobody"
        with self.assertRaises(grpc.RpcError) as through_grpc:
            vocabulary.grpc_call(self.club.server.grpc, "MemberService", "GetMember",
                                 request.SerializeToString(), self.club.server.token)
        code, reason, _ = vocabulary.refusal_of(through_grpc.exception)
        self.assertEqual(code, "NOT_FOUND")
        self.assertEqual((reason, through_http.exception.reason, through_abi["reason"]),
                         ("REASON_MEMBER_UNKNOWN",) * 3)
        self.assertEqual((through_http.exception.code, through_abi["code"]), ("not_found",) * 2)
        self.assertEqual({"code", "reason", "message", "values"} - set(through_abi), set())


class EveryReasonTest(unittest.TestCase):
    """Each reason there is, as an agent would answer it, read back through the ABI. (gateway/status_test.cpp reads each
    back through gRPC and as the JSON of HTTP.)"""

    def test_every_reason_comes_through_the_abi(self):
        reasons = [r for r in vocabulary.enum_values("Reason") if r != "REASON_UNSPECIFIED"]

        class Agent(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                body = json.dumps({
                    "code": "failed_precondition", "reason": request["reason"],
                    "message": "הודעה", "values": {"field": "שדה"}}).encode()
                self.send_response(412)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Agent)
        self.addCleanup(server.server_close)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        self.addCleanup(serving.join)
        self.addCleanup(server.shutdown)
        with tempfile.TemporaryDirectory(prefix="moadon-test-") as directory:
            os.mkdir(f"{directory}/registers")
            for name, text in (("agent.port", str(server.server_address[1])),
                               ("registers/R1.local-token", "token")):
                with open(f"{directory}/{name}", "w", encoding="ascii") as file:
                    file.write(text + "\n")
            plugin = Plugin({"agent_dir": directory, "register_id": "R1"})
            for reason in reasons:
                status, error = plugin.call("Identify", {"reason": reason})
                self.assertNotEqual(status, 0)
                self.assertEqual((error["reason"], error["message"], error["values"]),
                                 (reason, "הודעה", {"field": "שדה"}))
            plugin.close()


if __name__ == "__main__":
    unittest.main()
