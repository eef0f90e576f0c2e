"""What a monitor collects: how long requests took, what was read, what was found. No personal data."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)  # the promise to the officer is 2 s


class Metrics:
    """The counters of one application. Each has a registry of its own, so that two never mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.requests = Histogram(
            "mabar_http_request_seconds",
            "Time to answer, by route template.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.readings = Counter(
            "mabar_readings", "Images read, by what came of it.", ["outcome"], registry=self.registry
        )
        self.inspections = Counter(
            "mabar_inspections", "Movements inspected, by the machine's verdict.", ["verdict"], registry=self.registry
        )
        self.stray_rows = Gauge(
            "mabar_default_partition_rows",
            "Rows of months without a partition; more than 0 wants an operator's look.",
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        """All of them in Prometheus's text format."""
        return generate_latest(self.registry)
