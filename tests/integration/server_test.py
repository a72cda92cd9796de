"""moadond as an operator meets it: first start, locks, tokens, addresses, shutdown."""

import os
import pathlib
import sqlite3
import stat
import subprocess
import tempfile
import unittest

import club


def run_server(*arguments, timeout=20):
    return subprocess.run([str(club.BIN / "moadond"), *map(str, arguments)], capture_output=True,
                          text=True, timeout=timeout)


class ServerTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def server(self, **options):
        server = club.Server(self.root / "server", **options).start()
        self.addCleanup(lambda: server.process.alive() and server.kill())
        return server

    def test_the_owner_token_is_for_its_owner_only(self):
        server = self.server()
        mode = os.stat(server.directory / "owner.token").st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        before = server.token
        server.stop()
        server.start()
        self.assertEqual(server.token, before)

    def test_tokens_are_not_in_the_database(self):
        server = self.server()
        server.call("ProgramService", "PublishProgram", {"program": club.PROGRAM})
        server.call("AdminService", "AddBranch", {"branch": {"branch_id": "b"}})
        token = server.call("AdminService", "AddRegister", {
            "register": {"register_id": "R1", "branch_id": "b"}})["token"]
        server.stop()
        for path in server.directory.iterdir():
            content = path.read_bytes()
            self.assertNotIn(token.encode(), content, path.name)
            if path.name != "owner.token":
                self.assertNotIn(server.token.encode(), content, path.name)

    def test_two_servers_do_not_share_a_data_directory(self):
        server = self.server()
        second = run_server("--data", server.directory, "--listen", "127.0.0.1:0", "--http",
                            "127.0.0.1:0")
        self.assertEqual(second.returncode, 1, second.stderr)
        self.assertIn(str(server.process.popen.pid), second.stderr)
        server.call("ReportService", "GetTotals", {})

    def test_a_newer_database_is_not_opened(self):
        server = self.server()
        server.stop()
        path = server.directory / "moadon.db"
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()
        before = path.read_bytes()
        done = run_server("--data", server.directory, "--listen", "127.0.0.1:0", "--http",
                          "127.0.0.1:0")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("newer", done.stderr)
        self.assertEqual(path.read_bytes(), before)

    def test_other_addresses_need_certificates_or_the_word_insecure(self):
        for address in ("0.0.0.0:0", "[::]:0"):
            done = run_server("--data", self.root / "x", "--listen", address, "--http",
                              "127.0.0.1:0")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--insecure", done.stderr)
            done = run_server("--data", self.root / "x", "--listen", "127.0.0.1:0", "--http",
                              address)
            self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse((self.root / "x").exists())

    def test_a_taken_port_is_said_in_one_line(self):
        server = self.server()
        done = run_server("--data", self.root / "other", "--listen", server.grpc, "--http",
                          "127.0.0.1:0")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(server.grpc, done.stderr)

    def test_wrong_options_are_usage_errors(self):
        for arguments in ([], ["--nonsense"], ["--data", "x", "--tls-cert", "only-one"]):
            self.assertEqual(run_server(*arguments).returncode, 2, arguments)

    def test_sigterm_ends_it_cleanly_also_when_nothing_ever_happened(self):
        self.assertEqual(self.server().stop(), 0)

    def test_pages_of_other_sites_cannot_call(self):
        server = self.server()
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            with self.assertRaises(club.Refused) as refused:
                server.call("ReportService", "GetTotals", {}, headers=headers)
            self.assertEqual(refused.exception.reason, "REASON_ORIGIN_NOT_ALLOWED")


class MutualTlsTest(unittest.TestCase):
    """Certificates made by openssl; the client with one is served, the one without is not."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.root, check=True, capture_output=True,
                           timeout=30)

        (self.root / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out",
                "ca.crt", "-days", "2", "-subj", "/CN=test-ca")
        for name in ("server", "client"):
            openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out",
                    f"{name}.csr", "-subj", f"/CN={name}")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                    "-CAcreateserial", "-out", f"{name}.crt", "-days", "2", "-extfile", "san")

    def test_only_holders_of_our_certificates_get_in(self):
        server = club.Server(self.root / "data", arguments=[
            "--tls-cert", self.root / "server.crt", "--tls-key", self.root / "server.key",
            "--tls-client-ca", self.root / "ca.crt"])
        server.grpc = server.grpc.replace("127.0.0.1", "0.0.0.0")
        server.start()
        self.addCleanup(lambda: server.process.alive() and server.kill())
        address = server.grpc.replace("0.0.0.0", "127.0.0.1")
        command = [str(club.BIN / "moadon"), "--server", address, "--token-file",
                   str(server.directory / "owner.token")]
        ca = ["--tls-ca", str(self.root / "ca.crt")]
        ours = ["--tls-cert", str(self.root / "client.crt"), "--tls-key",
                str(self.root / "client.key")]
        served = subprocess.run(command + ca + ours + ["totals"], capture_output=True, text=True,
                                timeout=30)
        self.assertEqual(served.returncode, 0, served.stderr)
        for refused in (command + ca + ["totals"], command + ["totals"]):
            done = subprocess.run(refused, capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
