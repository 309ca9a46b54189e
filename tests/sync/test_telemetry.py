"""Logs as JSON, and traces and metrics at a collector; nobody is named in any."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from sync_project import BODY, NAME, TOKEN, people

PRIVATE = (TOKEN, NAME, BODY, "65900", "canary-header")


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def collector():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.received = []
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def endpoint(port):
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=canary-header",
    }


def read(server, path, kind):
    bodies = [body for where, body in server.received if where == path]
    return [json.loads(MessageToJson(kind.FromString(body))) for body in bodies]


def numbers(metrics):
    """Tell each sum's value by the values of its attributes."""
    found = {}
    for metric in metrics["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]:
        for point in metric.get("sum", {}).get("dataPoints", []):
            names = tuple(
                next(iter(one["value"].values())) for one in point["attributes"]
            )
            found[metric["name"], *sorted(names)] = int(point["asInt"])
    return found


def test_a_collector_gets_a_trace_and_the_counts_and_nobodys_name(project):
    project.build(people(5))

    with collector() as server:
        done = project.send(**endpoint(server.server_port))

    traces = read(server, "/v1/traces", ExportTraceServiceRequest)
    metrics = read(server, "/v1/metrics", ExportMetricsServiceRequest)
    # A slow run's trace comes in several parts.
    spans = [
        span
        for one in traces
        for span in one["resourceSpans"][0]["scopeSpans"][0]["spans"]
    ]
    names = {span["name"] for span in spans}
    assert done.returncode == 0, done.err
    assert names == {"ott.send", "ott.collect", "ott.messages", "ott.write_back"}
    assert len({span["traceId"] for span in spans}) == 1
    counts = numbers(metrics[-1])
    assert counts["ott.rows", "accepted", "whatsapp"] == 5
    for private in PRIVATE:
        assert private not in json.dumps(traces + metrics) + done.out + done.err


def test_a_collector_that_is_away_stops_nothing(project):
    project.build(people(2))

    done = project.send(**endpoint(9))

    assert done.summary["outcomes"] == {"accepted": 2}
    assert done.err == "The collector of traces and metrics could not be reached.\n"


def test_a_log_in_json_has_one_object_a_line_and_the_runs_summary(project):
    project.build(people(3))

    done = project.send(OTT_LOG="json")
    refused = project.send("--max-age", "0", OTT_LOG="json")

    [finished] = [json.loads(line) for line in done.err.splitlines()]
    assert finished["event"] == "run_finished"
    assert finished["outcomes"] == {"accepted": 3}
    assert finished["exit_code"] == 0
    error = json.loads(refused.err.splitlines()[-1])
    assert error["level"] == "error"
    assert "more than --max-age" in error["message"]
    assert not any(private in done.err + refused.err for private in PRIVATE)


def test_a_long_send_says_how_far_it_is(project):
    project.build(people(13, messages_per_second=1))

    done = project.ott("send", "whatsapp", "--wait", "0", OTT_LOG="json")
    lines = [json.loads(line) for line in done.err.splitlines()]

    told = next(line for line in lines if line["event"] == "progress")
    assert told["due"] == 13
    assert 0 < told["done"] < 13
