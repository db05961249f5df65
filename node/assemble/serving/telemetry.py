# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Exporters of measurements, as the configuration asks for them; they come with the `telemetry` extra.

SDK and exporters are loaded only when something is configured: they would cost every short command a fifth of its time.
"""

import importlib
from typing import Any

from opentelemetry import metrics, trace

from federation.errors import ConfigFault
from node.config import Config

SAMPLED_SHARE = 0.01


def start_telemetry(config: Config, worker: int = 0) -> None:
    """Starts the exporters that are configured; without any, nothing is recorded and nothing leaves the node.

    Args:
        config: the node's configuration.
        worker: number of this process among those that serve the node; its pull endpoint is so many ports further.

    Raises:
        ConfigFault: TELEMETRY_MISSING, the extra is not installed; PORT_IN_USE.
    """
    section = config.telemetry
    if section.prometheus is None and section.otlp_endpoint is None:
        return
    sdk = _load("opentelemetry.sdk.resources")
    resource = sdk.Resource.create({"service.name": "xinqiao", "service.instance.id": config.node.id})
    readers = []
    if section.prometheus is not None:
        readers.append(_prometheus(section.prometheus, worker))
    if section.otlp_endpoint is not None:
        exporter = _load("opentelemetry.exporter.otlp.proto.grpc.metric_exporter").OTLPMetricExporter
        periodic = _load("opentelemetry.sdk.metrics.export").PeriodicExportingMetricReader
        readers.append(periodic(exporter(endpoint=section.otlp_endpoint)))
        _trace(resource, section.otlp_endpoint)
    provider = _load("opentelemetry.sdk.metrics").MeterProvider
    metrics.set_meter_provider(provider(metric_readers=readers, resource=resource))


def _prometheus(address: str, worker: int) -> Any:  # noqa: ANN401 - the extra has its own type
    """The pull endpoint."""
    host, _, port = address.rpartition(":")
    reader = _load("opentelemetry.exporter.prometheus").PrometheusMetricReader()
    try:
        _load("prometheus_client").start_http_server(int(port) + worker, addr=host)
    except OSError:
        raise ConfigFault("PORT_IN_USE", f"telemetry.prometheus = {address}: choose another port") from None
    return reader


def _trace(resource: object, endpoint: str) -> None:
    exporter = _load("opentelemetry.exporter.otlp.proto.grpc.trace_exporter").OTLPSpanExporter
    sampler = _load("opentelemetry.sdk.trace.sampling").ParentBasedTraceIdRatio(SAMPLED_SHARE)
    provider = _load("opentelemetry.sdk.trace").TracerProvider(resource=resource, sampler=sampler)
    provider.add_span_processor(_load("opentelemetry.sdk.trace.export").BatchSpanProcessor(exporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)


def _load(name: str) -> Any:  # noqa: ANN401 - the extra has its own types
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ConfigFault(
            "TELEMETRY_MISSING", "telemetry is configured; mend: pip install 'xinqiao[telemetry]'"
        ) from None
