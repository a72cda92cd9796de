"""A bad line between agents and their server: it delays, cuts, loses answers, and says again what it has heard before.

What it says again is the whole of a connection's client side, from its first byte, on a connection of its own: to the
server that is the same calls a second time, some of them long after later ones.
"""

import asyncio
import collections
import random
import threading

PREFACE_BYTES = 24  # of HTTP/2, from the client
FRAME_HEAD_BYTES = 9
DATA, HEADERS = 0, 1
END_STREAM = 1
CHUNK_BYTES = 65536
MAX_HEARD_BYTES = 512 * 1024
# After so many bytes from its client a connection meets its fate.
LIFE_BYTES = (100, 40_000)
DELAY_SECONDS = 0.05
ANSWER_SECONDS = 0.5  # how long an answer is waited for that is to be lost
AGAIN_AFTER_SECONDS = 3.0
AGAIN_ANSWER_SECONDS = 3.0
CONNECT_SECONDS = 5.0
STOP_SECONDS = 60.0
MAX_AT_ONCE = 8  # connections that say something again
# Of all calls of an agent only Record carries so many bytes.
DELIVERY_BYTES = 1000

FATES = ("closed", "delayed", "answers lost", "cut in the middle")


def whole_frames(heard):
    """The HTTP/2 frames of a client's side, without one that is not whole: [(type, flags, bytes)]."""
    frames, place = [], PREFACE_BYTES
    while place + FRAME_HEAD_BYTES <= len(heard):
        end = place + FRAME_HEAD_BYTES + int.from_bytes(heard[place:place + 3], "big")
        if end > len(heard):
            break
        frames.append((heard[place + 3], heard[place + 4], bytes(heard[place:end])))
        place = end
    return frames


class AnswerCounter:
    """Counts the calls that a server's side of a connection ends."""

    def __init__(self):
        self.count = 0
        self._rest = b""

    def take(self, data):
        self._rest += data
        while len(self._rest) >= FRAME_HEAD_BYTES:
            end = FRAME_HEAD_BYTES + int.from_bytes(self._rest[:3], "big")
            if len(self._rest) < end:
                return
            if self._rest[3] == HEADERS and self._rest[4] & END_STREAM:
                self.count += 1
            self._rest = self._rest[end:]


class Connection:
    """One client's connection until its fate."""

    def __init__(self, line, fate, life_bytes):
        self.line = line
        self.fate = fate
        self.life_bytes = life_bytes
        self.heard = bytearray()  # from the client
        self.forwarded_bytes = 0
        self.is_losing = False
        self.lost = asyncio.Event()

    async def run(self, reader, writer):
        up_reader, up_writer = await asyncio.wait_for(
            asyncio.open_connection(*self.line.target), CONNECT_SECONDS)
        pumps = [asyncio.ensure_future(self._forth(reader, up_writer)),
                 asyncio.ensure_future(self._back(up_reader, writer))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for end in (writer, up_writer):
                if self.fate == "closed":
                    end.close()
                else:
                    end.transport.abort()

    async def _forth(self, reader, writer):
        while data := await reader.read(CHUNK_BYTES):
            if self.fate == "delayed":
                await asyncio.sleep(random.uniform(0, DELAY_SECONDS))
            room = self.life_bytes - self.forwarded_bytes
            if self.fate == "cut in the middle":
                data = data[:room]
            self.heard += data
            self.forwarded_bytes += len(data)
            is_over = len(data) >= room
            self.is_losing = is_over and self.fate == "answers lost"
            writer.write(data)
            await writer.drain()
            self.line.forwarded_bytes += len(data)
            if self.is_losing:
                try:
                    await asyncio.wait_for(self.lost.wait(), ANSWER_SECONDS)
                except asyncio.TimeoutError:
                    pass
            if is_over:
                self.line.counts[self.fate] += 1
                return

    async def _back(self, reader, writer):
        while data := await reader.read(CHUNK_BYTES):
            if self.fate == "delayed":
                await asyncio.sleep(random.uniform(0, DELAY_SECONDS))
            if self.is_losing:
                self.line.counts["bytes of answers lost"] += len(data)
                self.lost.set()
                continue
            writer.write(data)
            await writer.drain()


class BadLine:
    """Listens on a loopback port and passes on to `target` ("host:port"). Runs in a thread of its own. Draws its chances from
    `random`. Use as a context manager."""

    def __init__(self, target, life_bytes=LIFE_BYTES):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.life_bytes = life_bytes
        self.counts = collections.Counter()
        self.forwarded_bytes = 0
        self.address = None
        self._heard = []  # of connections that are over
        self._fates = []
        self._tasks = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self):
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_):
        try:
            self._do(self._close())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def rest(self):
        """Returns when all is said again that was to be."""
        self._do(self._finish_saying_again())

    def say_everything_again(self):
        """Once more, at the end, in random order; returns when it is done."""
        self._do(self._say_all())

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(STOP_SECONDS)

    async def _listen(self):
        self._at_once = asyncio.Semaphore(MAX_AT_ONCE)
        self._again = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.address = "127.0.0.1:%d" % self._server.sockets[0].getsockname()[1]

    async def _close(self):
        self._server.close()
        for task in list(self._tasks | self._again):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._again, return_exceptions=True)

    def _next_fate(self):
        if not self._fates:
            self._fates = random.sample(FATES, len(FATES))
        low, high = self.life_bytes
        return self._fates.pop(), int(low * (high / low) ** random.random())

    async def _accept(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        connection = Connection(self, *self._next_fate())
        try:
            await connection.run(reader, writer)
        except (OSError, asyncio.TimeoutError):
            self.counts["server not reached"] += 1
        finally:
            self._tasks.discard(task)
            writer.transport.abort()
        heard = bytes(connection.heard[:MAX_HEARD_BYTES])
        self._heard.append(heard)
        again = asyncio.ensure_future(self._say_again(heard, random.uniform(0, AGAIN_AFTER_SECONDS)))
        self._again.add(again)
        again.add_done_callback(self._again.discard)

    async def _finish_saying_again(self):
        while self._again:
            await asyncio.gather(*self._again)

    async def _say_all(self):
        await asyncio.gather(*(self._say_again(heard, 0)
                               for heard in random.sample(self._heard, len(self._heard))))

    async def _say_again(self, heard, after_seconds):
        forwarded_before = self.forwarded_bytes
        await asyncio.sleep(after_seconds)
        async with self._at_once:
            if self.forwarded_bytes > forwarded_before:
                self.counts["said again after later calls"] += 1
            answers = AnswerCounter()
            try:
                reader, writer = await asyncio.wait_for(
                    asyncio.open_connection(*self.target), CONNECT_SECONDS)
                try:
                    await self._say(heard, reader, writer, answers)
                finally:
                    writer.transport.abort()
            except (OSError, asyncio.TimeoutError):
                self.counts["not said again"] += 1
            self.counts["calls answered again"] += answers.count

    async def _say(self, heard, reader, writer, answers):
        """Each call waits for the answer of the one before, as its client's flow control allowed for."""
        writer.write(heard[:PREFACE_BYTES])
        asked, said_bytes = 0, collections.Counter()
        for kind, flags, frame in whole_frames(heard):
            writer.write(frame)
            await writer.drain()
            if kind != DATA:
                continue
            stream = frame[FRAME_HEAD_BYTES - 4:FRAME_HEAD_BYTES]
            said_bytes[stream] += len(frame) - FRAME_HEAD_BYTES
            if flags & END_STREAM:
                asked += 1
                await asyncio.wait_for(self._read_answers(reader, answers, asked), AGAIN_ANSWER_SECONDS)
                self.counts["deliveries answered again"] += said_bytes[stream] > DELIVERY_BYTES

    @staticmethod
    async def _read_answers(reader, answers, count):
        while answers.count < count:
            data = await reader.read(CHUNK_BYTES)
            if not data:
                raise ConnectionResetError("the server ended the connection")
            answers.take(data)
