"""A second address of an agent, for tests of what a register program does when answers are not what it hopes for."""

import http.server
import json
import threading

import club


class Between:
    """Stands where the agent of one register stands, and passes every call on to it. Calls of a method named in
    `refused` are not passed on, those named in `lost` are; both are told the next of the reasons there."""

    def __init__(self, agent, register_id, directory):
        self.agent = agent
        self.register_id = register_id
        self.directory = directory
        self.refused = {}
        self.lost = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.serving = threading.Thread(target=self.server.serve_forever)
        self.serving.start()
        (directory / "registers").mkdir(parents=True)
        (directory / "agent.port").write_text(f"{self.server.server_address[1]}\n")
        (directory / "registers" / f"{register_id}.local-token").write_text(agent.local_token(register_id) + "\n")

    def close(self):
        self.server.shutdown()
        self.serving.join()
        self.server.server_close()

    def handler(self):
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = self.rfile.read(int(self.headers["content-length"]))
                status, answer = between.answer(self.path.rsplit("/", 1)[1], request)
                body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler

    def answer(self, method, request):
        """(HTTP status, answer)."""
        if self.refused.get(method):
            return self.unavailable(self.refused[method])
        try:
            status, answer = 200, self.agent.call(self.register_id, method, None, raw=request)
        except club.Refused as refused:
            status, answer = refused.http_status, refused.body
        return self.unavailable(self.lost[method]) if self.lost.get(method) else (status, answer)

    def unavailable(self, reasons):
        return 503, {"code": "unavailable", "reason": reasons.pop(0), "message": "הודעה", "values": {}}
