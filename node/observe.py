# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Every log line, span and metric of the node, named once. Nothing here ever holds personal data.

Lines are JSON on standard error through structlog; spans and metrics go through the OpenTelemetry API, so that without
an SDK they cost next to nothing. Spans and metrics are per call and per batch, never per record. Safe from any thread.
"""

import io
import logging
import sys
import time
from collections.abc import Mapping, Sized
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO, cast

import structlog
from opentelemetry import metrics, trace

from federation.errors import Fault, PeerFault

_TRACER = trace.get_tracer("xinqiao")
_METER = metrics.get_meter("xinqiao")
_CALLS = _METER.create_histogram(
    "rpc.server.call.duration",
    unit="s",
    description="Duration of served calls",
    explicit_bucket_boundaries_advisory=[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
)
_PUBLISHED = _METER.create_counter("xinqiao.entries.published", description="Entries published, by feed")
_FOLLOWED = _METER.create_counter("xinqiao.entries.followed", description="Entries followed and verified, by feed")
_FAILURES = _METER.create_counter("xinqiao.follow.failures", description="Failed tries to follow, by feed and reason")
_LIES = _METER.create_counter("xinqiao.peer.faults", description="Faults proven of a peer, by reason")
_UNDELIVERED = _METER.create_counter("xinqiao.cases.failures", description="Failed tries to hand letters on, by reason")
_EXPIRED = _METER.create_counter("xinqiao.entries.expired", description="Records past their term, by feed and term")
_DECIDED = _METER.create_counter("xinqiao.entries.decided", description="Entries the rules were applied to, by feed")


class _Lines(io.TextIOBase):
    """Standard error, as far as it takes lines: one that cannot be written is lost, and nothing fails with it.

    A node must not stop because the disk of its log is full, or whoever read it is gone.
    """

    def write(self, text: str) -> int:
        """Writes, or does without."""
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Likewise."""
        with suppress(OSError):
            sys.stderr.flush()


_LINES = _Lines()


def configure_logging(level: str) -> None:
    """Sets JSON lines on standard error, once per process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: structlog.PrintLogger(cast("TextIO", _LINES)),
        cache_logger_on_first_use=False,
    )


@dataclass(frozen=True, slots=True)
class Call:
    """A call being served: its span is not made current, since streams cross tasks between its messages."""

    method: str
    span: trace.Span
    begun: float


class Observer:
    """Hears what happens, and says it."""

    def __init__(self, node_id: str) -> None:
        self._log = structlog.get_logger().bind(node=node_id)

    def started(self, addresses: dict[str, str]) -> None:
        """The node answers on its ports."""
        self._log.info("started", **addresses)

    def stopped(self) -> None:
        """The node has stopped in order."""
        self._log.info("stopped")

    def leading(self) -> None:
        """This process sequences, follows and decides from now on."""
        self._log.info("leading")

    def no_longer_leading(self) -> None:
        """Another process may lead now."""
        self._log.warning("no longer leading")

    def worker_ended(self, number: int, code: int) -> None:
        """A process that serves the node has ended, and is started anew."""
        self._log.error("worker ended", worker=number, code=code)

    def published(self, origin: str, count: int) -> None:
        """A batch of own entries is public."""
        _PUBLISHED.add(count, {"feed": origin})
        self._log.debug("published", feed=origin, entries=count)

    def publishing_failed(self, origin: str, fault: Fault) -> None:
        """The own feed cannot be published now."""
        self._log.error("publishing failed", feed=origin, reason=fault.reason, detail=fault.detail)

    def publishing_refused(self, origin: str, fault: Fault) -> None:
        """The own feed will not be signed until the operator acts."""
        self._log.critical("publishing refused", feed=origin, reason=fault.reason, detail=fault.detail)

    def may_write(self, faults: Mapping[str, str]) -> None:
        """Whether the node may write has changed: why each own feed cannot be signed; empty when all can."""
        if faults:
            self._log.error("read-only", feeds=dict(faults))
        else:
            self._log.info("writing again")

    def followed(self, origin: str, rows: Sized) -> None:
        """A chunk of foreign entries is durable."""
        _FOLLOWED.add(len(rows), {"feed": origin})
        self._log.debug("followed", feed=origin, entries=len(rows))

    def past_term(self, origin: str, term: str, count: int) -> None:
        """Own records were past their term, and are ordered erased."""
        _EXPIRED.add(count, {"feed": origin, "term": term})
        self._log.info("past term", feed=origin, term=term, entries=count)

    def follow_failed(self, origin: str, peer: str, fault: Fault) -> None:
        """A try to follow failed; it will be repeated."""
        _FAILURES.add(1, {"feed": origin, "reason": fault.reason})
        self._log.warning("follow failed", feed=origin, peer=peer, reason=fault.reason, detail=fault.detail)

    def peer_lied(self, origin: str, peer: str, fault: PeerFault) -> None:
        """A peer sent what cannot be true; the bytes are kept."""
        _LIES.add(1, {"reason": fault.reason})
        self._log.error("peer fault", feed=origin, peer=peer, reason=fault.reason, detail=fault.detail)

    def delivery_failed(self, hop: str, fault: Fault) -> None:
        """Letters about cases could not be handed on to a member; it will be tried again."""
        _UNDELIVERED.add(1, {"reason": fault.reason})
        self._log.warning("delivery failed", peer=hop, reason=fault.reason, detail=fault.detail)

    def not_acknowledged(self, origin: str, member: str, reason: str) -> None:
        """A member that was asked for its acknowledgement gave none; it will be asked again."""
        self._log.warning("not acknowledged", feed=origin, member=member, reason=reason)

    def escalated(self, count: int) -> None:
        """Members that are late with acknowledgements are told of to whoever coordinates."""
        self._log.warning("late acknowledgements told", count=count)

    def withheld(self, origin: str, peer: str, size: int) -> None:
        """A peer does not serve what the origin is proven to have signed; the proof is kept."""
        _LIES.add(1, {"reason": "HEAD_WITHHELD"})
        self._log.error("head withheld", feed=origin, peer=peer, size=size)

    def index_published(self, keys: int, size: int) -> None:
        """The own holder index was made anew."""
        self._log.info("holder index published", keys=keys, bytes=size)

    def index_followed(self, member: str, peer: str, size: int) -> None:
        """A newer holder index of a member is durable."""
        self._log.debug("holder index followed", member=member, peer=peer, bytes=size)

    def index_refused(self, member: str, peer: str, fault: Fault) -> None:
        """A holder index of a member did not come from a peer, or is not what it has to be; the last good one stays."""
        said = {"member": member, "peer": peer, "reason": fault.reason, "detail": fault.detail}
        if isinstance(fault, PeerFault):
            _LIES.add(1, {"reason": fault.reason})
            self._log.error("holder index refused", **said)
        else:
            self._log.warning("holder index not fetched", **said)

    def decided(self, origin: str, count: int) -> None:
        """The rules were applied to new entries of a feed."""
        _DECIDED.add(count, {"feed": origin})

    def stage_failed(self, stage: str, fault: BaseException) -> None:
        """A stage failed in a way nobody foresaw; it is restarted."""
        reason = fault.reason if isinstance(fault, Fault) else type(fault).__name__
        self._log.error("stage failed", stage=stage, reason=reason)

    def calling(self, method: str) -> Call:
        """A call has come in; the answer is to be told with `called`."""
        span = _TRACER.start_span(method, kind=trace.SpanKind.SERVER, attributes={"rpc.system.name": "grpc"})
        return Call(method, span, time.monotonic())

    def called(self, call: Call, caller: str, code: str, reason: str) -> None:
        """A call was answered."""
        said = {"rpc.system.name": "grpc", "rpc.method": call.method, "rpc.response.status_code": code}
        _CALLS.record(time.monotonic() - call.begun, said)
        call.span.set_attributes(said)
        call.span.end()
        self._log.debug("called", method=call.method, caller=caller, code=code, reason=reason)

    def broke(self, method: str, error: Exception) -> None:
        """A call failed by a fault of this node; the caller is told nothing about it."""
        self._log.error("call broke", method=method, error=type(error).__name__, exc_info=error)
