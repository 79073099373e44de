"""Where questions wait for the one thread that reads, decides and writes them down.

Questions that arrive while a batch is at work form the next batch: one snapshot is
read and one transaction written for all of them, and each is answered only after
that transaction has committed. Under load the cost per question falls; an idle
desk serves a single question at once.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from threading import local
from time import monotonic

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from credentials.gate.fetching import Session, session
from credentials.gate.policy import (
    RegisterPolicy,
    bodies_asked,
    officers_asked,
)
from credentials.gate.reading import Caller, read_snapshot, schemes_digest
from credentials.gate.water import HighWater, RevisionRegressedError
from credentials.protocol.asgi import Request, Response, error_response, json_response
from credentials.protocol.errors import (
    ProtocolError,
    insufficient_scope,
    unauthorized,
    unavailable,
)
from credentials.protocol.operations import Batch, Operation
from credentials.rules.decision import ACTIONS
from credentials.services.gate import Logged, freeze_gate
from credentials.services.keys import load_key

log = logging.getLogger("credentials.gate")

BATCH_SIZE = 64
QUEUE_SIZE = 2000
ANSWER_WITHIN = 5.0
GATHER_SECONDS = 0.001
CLOCKS_APART = timedelta(seconds=2)
CONNECTION_SECONDS = 60.0
BEARER = re.compile(r"Bearer ([A-Za-z0-9._~+/-]{10,512}=*)", re.IGNORECASE)
UNAVAILABLE = "The gate cannot answer now."


class ClocksApartError(Exception):
    """This server's clock and the database's differ too much to judge by."""


@dataclass(slots=True)
class Job:
    """One request at the desk."""

    request: Request
    token: str
    operation: Operation
    answer: asyncio.Future[Response]


@dataclass(slots=True)
class RateWindow:
    """Requests of one application in the present minute of this process."""

    minute: int = -1
    used: dict[int, int] = field(default_factory=dict)

    def take(self, caller: Caller, cost: int, now: datetime) -> dict[str, str]:
        """Counts a request; raises 429 when the minute is used up."""
        minute = int(now.timestamp()) // 60
        if minute != self.minute:
            self.minute, self.used = minute, {}
        used = self.used.get(caller.application_id, 0) + cost
        limit = caller.requests_per_minute
        reset = 60 - int(now.timestamp()) % 60
        headers = {
            "RateLimit-Policy": f'"minute";q={limit};w=60',
            "RateLimit": f'"minute";r={max(0, limit - used)};t={reset}',
        }
        if used > limit:
            headers["Retry-After"] = str(reset)
            raise ProtocolError(429, "Too many requests in this minute.", headers)
        self.used[caller.application_id] = used
        return headers


class Desk:
    """Collects questions and serves them batch by batch.

    With more than one lane a batch is prepared while another waits for its commit.
    """

    def __init__(self) -> None:
        self._lanes = lanes()
        self._waiting: list[Job] = []
        self._served_last = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(self._lanes, "gate")
        self._own = local()
        self._window = RateWindow()
        self._water = HighWater()

    def admit(self, request: Request) -> None:
        """Turns away whoever shows no token at all, before any body is read."""
        token_of(request)

    async def answer(self, request: Request, operation: Operation) -> Response:
        """Waits for the answer of the register; slow or failing means 503."""
        if len(self._waiting) >= QUEUE_SIZE:
            raise unavailable(UNAVAILABLE)
        loop = asyncio.get_running_loop()
        job = Job(request, token_of(request), operation, loop.create_future())
        self._waiting.append(job)
        if len(self._tasks) < self._lanes:
            task = loop.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        alarm = loop.call_later(ANSWER_WITHIN, give_up, job.answer)
        try:
            return await job.answer
        finally:
            alarm.cancel()

    async def _work(self) -> None:
        """One lane: takes what waits until nothing does.

        Those who were answered together tend to ask again together, so a lane that
        sees far fewer waiting than it last served gives the others a moment.
        """
        while self._waiting:
            if len(self._waiting) * 2 <= self._served_last:
                await asyncio.sleep(GATHER_SECONDS)
            jobs = [job for job in self._waiting[:BATCH_SIZE] if not job.answer.done()]
            self._waiting = self._waiting[BATCH_SIZE:]
            if not jobs:
                continue
            self._served_last = len(jobs)
            for job, answer in zip(jobs, await self._served(jobs), strict=True):
                if not job.answer.done():
                    job.answer.set_result(answer)

    async def _served(self, jobs: Sequence[Job]) -> list[Response]:
        """Lanes have threads of their own; a single one uses that of Django."""
        if self._lanes == 1:
            return await sync_to_async(self.serve, thread_sensitive=True)(jobs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.serve, jobs)

    async def warm_up(self) -> None:
        """Serves an empty batch in every lane at once; a failure only costs time."""
        await asyncio.gather(*(self._served([]) for _ in range(self._lanes)))

    def serve(self, jobs: Sequence[Job]) -> list[Response]:
        """Answers a batch in one transaction; any failure refuses all of it."""
        self._renew_connection()
        now = timezone.now()
        try:
            with session(several_reads=any(map(reads_more, jobs))) as opened:
                return self._serve(opened, jobs, now)
        except RevisionRegressedError:
            log.critical("the register went back to an older revision")
            freeze_gate("revision_regression", now=now)
        except ClocksApartError:
            log.critical("the clocks of this server and of the database are apart")
        except (DatabaseError, InterfaceError, psycopg.Error):
            log.exception("the register cannot be read or written")
            _drop_connection()
        except Exception:
            log.exception("a batch failed")
        return [error_response(unavailable(UNAVAILABLE)) for _ in jobs]

    def _renew_connection(self) -> None:
        """Keeps the thread's connection for a minute; a broken one goes at once."""
        if connection.in_atomic_block:
            return
        renew_at = getattr(self._own, "renew_at", 0.0)
        if connection.errors_occurred or monotonic() > renew_at:
            connection.close()
            self._own.renew_at = monotonic() + CONNECTION_SECONDS

    def _serve(
        self, opened: Session, jobs: Sequence[Job], now: datetime
    ) -> list[Response]:
        evaluations = tuple(
            evaluation
            for job in jobs
            if isinstance(job.operation, Batch)
            for evaluation in job.operation.evaluations
        )
        mark = self._water.mark()
        snapshot = read_snapshot(
            opened,
            {job.token for job in jobs},
            officers_asked(evaluations),
            bodies_asked(evaluations),
            now=now,
        )
        check_clock(snapshot.database_clock, began=now, ended=timezone.now())
        self._water.check(snapshot.timeline, snapshot.view.revision, mark)
        key = load_key(snapshot.kid)
        policy_digest = schemes_digest(snapshot.view)
        logged: list[Logged] = []
        answers = []
        for job in jobs:
            try:
                caller = check_caller(snapshot.callers.get(job.token), job.request)
                headers = self._window.take(caller, _cost(job.operation), now)
                policy = RegisterPolicy(
                    caller=caller,
                    view=snapshot.view,
                    digest=policy_digest,
                    now=now,
                    page_key=page_key(),
                    issuer=settings.BASE_URL,
                    key=key,
                    request_id=job.request.header("x-request-id"),
                )
                answer = json_response(job.operation.run(policy), headers=headers)
            except ProtocolError as failure:
                answer = error_response(failure)
            else:
                logged.extend(policy.logged)
            answers.append(answer)
        opened.store(logged)
        return answers


def check_clock(database: datetime | None, *, began: datetime, ended: datetime) -> None:
    """Raises when the database, asked in between, shows another time than we do.

    Whose clock jumped cannot be told, and every term is judged by a clock.
    """
    if database is not None and not (
        began - CLOCKS_APART <= database <= ended + CLOCKS_APART
    ):
        raise ClocksApartError


def give_up(answer: asyncio.Future[Response]) -> None:
    """Ends the wait of a question that was not answered in time."""
    if not answer.done():
        answer.set_exception(unavailable(UNAVAILABLE))


def reads_more(job: Job) -> bool:
    """Whether an answer needs more than the first read: searches and the past."""
    return not isinstance(job.operation, Batch) or any(
        ACTIONS[evaluation.action.name].past
        for evaluation in job.operation.evaluations
        if evaluation.action.name in ACTIONS
    )


def lanes() -> int:
    """How many batches may be under way at once; SQLite has one writer anyway."""
    wished = int(getattr(settings, "GATE_LANES", 1))
    return wished if connection.vendor == "postgresql" else 1


def token_of(request: Request) -> str:
    """The bearer token of a request."""
    match = BEARER.fullmatch(request.header("authorization"))
    if match is None:
        raise unauthorized()
    return match[1]


def check_caller(caller: Caller | None, request: Request, scope: str = "") -> Caller:
    """The caller, from an allowed address and with the bound certificate."""
    if caller is None:
        raise unauthorized("invalid_token")
    if caller.addresses and not _from(request.client, caller.addresses):
        raise ProtocolError(403, "This address is not allowed for the client.")
    if caller.certificate_thumbprint and not hmac.compare_digest(
        caller.certificate_thumbprint, client_certificate(request)
    ):
        raise unauthorized("invalid_token")
    if scope and scope not in caller.scopes:
        raise insufficient_scope(scope)
    return caller


def client_certificate(request: Request) -> str:
    """The thumbprint a trusted proxy saw, empty from anywhere else."""
    trusted = getattr(settings, "GATE_TRUSTED_PROXIES", ())
    if request.client not in trusted:
        return ""
    return request.header("x-client-cert-sha256").lower()


def page_key() -> bytes:
    """The key page tokens are sealed with."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"gate search page", "sha256")


def _from(address: str, networks: Sequence[str]) -> bool:
    try:
        return any(
            ip_address(address) in ip_network(network, strict=False)
            for network in networks
        )
    except ValueError:
        return False


def _cost(operation: Operation) -> int:
    """A batch costs as much as its questions one by one."""
    return max(1, len(operation.items)) if isinstance(operation, Batch) else 1


def _drop_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()
