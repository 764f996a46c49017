"""The WebSocket (Runware documentation, how to connect): authentication first, then the same tasks as over REST.

What could not be delivered waits 120 s for the client to come back with its connectionSessionUUID.
"""

import asyncio
import time
import uuid
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.servers.base import hang_up
from tests.servers.runware import refusals
from tests.servers.runware.desk import Caller, Desk, refused
from tests.servers.runware.faults import OF_TRANSPORT
from tests.servers.runware.jobs import Item
from tests.servers.runware.refusals import Refusal
from tests.servers.runware.validation import Task, read_tasks

IDLE_SECONDS = 120.0
KEPT_SECONDS = 120.0


@dataclass
class Session:
    """`undelivered` are answers and when they should have gone out."""

    uuid: str
    key: str
    undelivered: list[tuple[float, Item]] = field(default_factory=list)


class Sockets:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.idle_seconds = IDLE_SECONDS
        self.kept_seconds = KEPT_SECONDS
        self._sessions: dict[str, Session] = {}

    async def talk(self, websocket: WebSocket) -> None:
        await websocket.accept()
        session: Session | None = None
        try:
            while True:
                text = await asyncio.wait_for(websocket.receive_text(), self.idle_seconds)
                session = await self._frame(websocket, text, session)
        except TimeoutError:
            await websocket.close()
        except WebSocketDisconnect:
            return

    async def _frame(self, websocket: WebSocket, text: str, session: Session | None) -> Session | None:
        try:
            tasks = read_tasks(text)
            self.desk.note(tasks)
            if tasks[0].get("taskType") == "authentication":
                return await self._authenticate(websocket, tasks[0])
            if session is None:
                raise refusals.MISSING_KEY
            await self._answer(websocket, tasks, session)
        except Refusal as refusal:
            await websocket.send_json({"errors": [refusal.entry({})]})
        return session

    async def _authenticate(self, websocket: WebSocket, task: Task) -> Session:
        """A new session, or the one that the client had before. Raises a Refusal."""
        self.desk.check_key(task.get("apiKey"))
        if self.desk.due("bad_key", [task]):
            raise refusals.INVALID_KEY
        session = self._sessions.get(str(task.get("connectionSessionUUID")))
        if session is None or session.key != task["apiKey"]:
            session = Session(str(uuid.uuid4()), task["apiKey"])
            self._sessions[session.uuid] = session
        name = {"taskType": "authentication", "connectionSessionUUID": session.uuid}
        await websocket.send_json({"data": [name]})
        waiting, session.undelivered = session.undelivered, []
        for since, body in waiting:
            if time.monotonic() - since < self.kept_seconds:
                await self._send(websocket, body, session)
        return session

    async def _answer(self, websocket: WebSocket, tasks: list[Task], session: Session) -> None:
        faults = {name for name in OF_TRANSPORT if self.desk.due(name, tasks)}
        if faults & {"html_answer", "bad_gateway"}:
            await websocket.send_text("<html><body>Bad gateway</body></html>")
            return
        answer = await self.desk.answer(tasks, Caller(session.key, f"http://{websocket.url.netloc}"))
        if "lost_answer" in faults:
            session.undelivered.append((time.monotonic(), answer.body))
            hang_up(websocket.scope)
            return
        if "error_after_accept" in faults:
            answer = refused(refusals.UNAVAILABLE, tasks)
        if "slow" in faults:
            await asyncio.sleep(self.desk.drip_seconds)
        await self._send(websocket, answer.body, session)

    async def _send(self, websocket: WebSocket, body: Item, session: Session) -> None:
        try:
            await websocket.send_json(body)
        except WebSocketDisconnect:
            session.undelivered.append((time.monotonic(), body))
            raise
