"""
OpenTelemetry: a trace and metrics of each run, where an endpoint is set.

The extra `otel` brings the SDK; `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin say where to
(OTLP over HTTP). Attributes are names of destinations, steps and outcomes, and counts:
no person, no address, no message of an error.
"""

from __future__ import annotations

import importlib
import logging
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sync.log import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sync.job import Summary

ENDPOINTS = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)
# A collector that is away costs a run no more, each for its trace and its metrics.
TIMEOUT_SECONDS = 3
SDK = "opentelemetry.sdk"
HTTP = "opentelemetry.exporter.otlp.proto.http"


class _Exporter:
    """The SDK, set up for one call."""

    def __init__(self) -> None:
        # It would print what a collector answers, and the endpoint.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
        traces = importlib.import_module(f"{SDK}.trace")
        batches = importlib.import_module(f"{SDK}.trace.export")
        metrics = importlib.import_module(f"{SDK}.metrics")
        readers = importlib.import_module(f"{SDK}.metrics.export")
        resources = importlib.import_module(f"{SDK}.resources")
        spans_out = importlib.import_module(f"{HTTP}.trace_exporter")
        metrics_out = importlib.import_module(f"{HTTP}.metric_exporter")
        self._failed = False
        name = os.environ.get("OTEL_SERVICE_NAME", "ott")
        resource = resources.Resource.create({"service.name": name})
        self._traces = traces.TracerProvider(resource=resource)
        spans = self._noted(spans_out.OTLPSpanExporter(timeout=TIMEOUT_SECONDS))
        self._traces.add_span_processor(batches.BatchSpanProcessor(spans))
        counts = self._noted(metrics_out.OTLPMetricExporter(timeout=TIMEOUT_SECONDS))
        reader = readers.PeriodicExportingMetricReader(counts)
        self._metrics = metrics.MeterProvider([reader], resource)
        self.tracer = self._traces.get_tracer("ott")
        meter = self._metrics.get_meter("ott")
        self.rows = meter.create_counter("ott.rows", "{row}", "Rows by outcome")
        self.reasons = meter.create_counter("ott.reasons", "{row}", "Rows by reason")
        self.seconds = meter.create_histogram("ott.run.duration", "s", "Of a run")
        self.told: dict[tuple[str, str], int] = {}

    def _noted(self, exporter: Any) -> Any:
        """Have an exporter's failures noted: the SDK tells them to its log only."""
        export = exporter.export

        def noting(*values: Any, **named: Any) -> Any:
            result = export(*values, **named)
            self._failed = self._failed or result.name != "SUCCESS"
            return result

        exporter.export = noting
        return exporter

    def close(self) -> None:
        # Each flushes what it has, and gives up after its own timeout.
        for provider in (self._traces, self._metrics):
            try:
                provider.shutdown()
            except Exception:  # noqa: BLE001 - whatever it is, the run is over.
                self._failed = True
        if self._failed:
            say("The collector of traces and metrics could not be reached.")


_current: list[_Exporter] = []


@contextmanager
def exporting() -> Iterator[None]:
    """Export what is told inside, if an endpoint is set."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        yield
        return
    try:
        exporter = _Exporter()
    except ImportError:
        say(
            "No traces and metrics: the extra is not installed. "
            'Run `pip install -c requirements.lock -e ".[otel]"`.'
        )
        yield
        return
    _current.append(exporter)
    try:
        yield
    finally:
        _current.remove(exporter)
        exporter.close()


@contextmanager
def span(name: str, **attributes: str) -> Iterator[None]:
    """Time a step; of an error its type is kept, never its words."""
    if not _current:
        yield
        return
    with _current[0].tracer.start_as_current_span(
        f"ott.{name}",
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as now:
        try:
            yield
        except BaseException as error:
            now.set_attribute("error.type", type(error).__name__)
            raise


def rows(destination: str, outcomes: Mapping[str, int]) -> None:
    """Add to the counters what is new since the last call."""
    for exporter in _current:
        for outcome, count in outcomes.items():
            key = (destination, outcome)
            new = count - exporter.told.get(key, 0)
            exporter.told[key] = count
            exporter.rows.add(new, {"destination": destination, "outcome": outcome})


@contextmanager
def run(destination: str) -> Iterator[list[Summary]]:
    """Time a run; whoever runs it appends its summary."""
    begun, done = time.monotonic(), list[Any]()
    with span("send", destination=destination):
        yield done
        for summary in done:
            _tell(summary, time.monotonic() - begun)


def _tell(summary: Summary, seconds: float) -> None:
    rows(summary.destination, summary.outcomes)
    about = {"destination": summary.destination}
    for exporter in _current:
        for reason, count in summary.reasons.items():
            exporter.reasons.add(count, about | {"reason": reason})
        exporter.seconds.record(seconds, about | {"exit_code": summary.exit_code})
