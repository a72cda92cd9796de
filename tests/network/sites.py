"""A chain of shops: one server at a hub, and shops with a network of their own, each with an agent and a register."""

import contextlib
import pathlib
import shutil
import tempfile

import club
import namespaces
import selling

GRPC_PORT, HTTP_PORT = 7070, 7071


class Site:
    """A shop: its agent runs in its namespace, and so must whoever calls it."""

    def __init__(self, hub, register, directory, server_address):
        self.register = register
        self.namespace, self.link = hub.add_site()
        self.agent = club.Agent(directory / register, server_address)

    def call(self, method, message):
        return self.agent.call(self.register, method, message)

    def close(self):
        with contextlib.suppress(Exception):
            self.agent.stop()
        self.namespace.close()


class Chain:
    """Server and sites. Use as a context manager, from one thread, which is at the hub meanwhile."""

    def __init__(self, registers):
        self.registers = list(registers)
        self.sites = []
        self._ending = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as ending:
            self._start(ending)
            self._ending = ending.pop_all()
        return self

    def _start(self, ending):
        hub = namespaces.new_hub()
        ending.callback(hub.close)
        ending.enter_context(hub.entered())
        root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        ending.callback(shutil.rmtree, root, ignore_errors=True)
        self.server = club.Server(root / "server", arguments=["--insecure"])
        self.server.grpc = f"{hub.ADDRESS}:{GRPC_PORT}"
        self.server.http = f"127.0.0.1:{HTTP_PORT}"
        self.server.start()
        ending.callback(self.server.stop)
        tokens = selling.set_up(self.server, self.registers)
        for register in self.registers:
            site = Site(hub, register, root, self.server.grpc)
            self.sites.append(site)
            ending.callback(site.close)
            site.agent.add_register(register, tokens[register])
            with site.namespace.entered():
                site.agent.start(wait=False)
        for site in self.sites:
            site.agent.wait_ready()
            with site.namespace.entered():
                club.wait_for(f"{site.register} has the program",
                              lambda site=site: site.call("Status", {})["program_version"] != "0")

    def __exit__(self, *failure):
        return self._ending.__exit__(*failure)
