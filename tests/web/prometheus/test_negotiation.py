"""What Prometheus 3 asks for in Accept is answered as its own libraries answer it."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import choose_encoder
from prometheus_client.parser import text_string_to_metric_families

from netwatch.metrics import Board, Exposition
from netwatch.web.prometheus.negotiation import content_type_of, escaping_asked, with_dots

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.mark.parametrize(
    "accept",
    [
        "", "*/*", PROMETHEUS_3, "text/plain;version=0.0.4", "text/plain;version=1.0.0",
        "text/plain;version=1.0.0;escaping=dots", "text/plain; version=1.0.0; escaping=values",
        "text/plain;version=1.0.0;escaping=what", "application/openmetrics-text;version=1.0.0;escaping=underscores",
        "application/openmetrics-text;version=1.0.0;escaping=dots",
    ],
)  # fmt: skip
def test_the_type_is_the_one_that_prometheus_client_would_answer_with(accept):
    ours = content_type_of(Exposition(Board(), {}).render(accept).content_type, accept)[0]

    _, theirs = choose_encoder(accept)
    assert ours == theirs


@pytest.mark.parametrize(
    ("accept", "escaping"),
    [  # asked of snmp_exporter 0.30.1
        ("", "underscores"),
        (PROMETHEUS_3, "allow-utf-8"),
        (PROMETHEUS_2, "underscores"),
        ("text/plain;version=1.0.0;escaping=allow-utf-8", "allow-utf-8"),
        ("text/plain;version=0.0.4;escaping=dots", "dots"),
        ("text/plain;version=1.0.0;escaping=bogus", "underscores"),
        ("text/plain;escaping=values;version=1.0.0", "values"),
        ("text/plain;version=0.0.4,text/plain;version=1.0.0;escaping=dots;q=0.5", "underscores"),
    ],
)
def test_snmp_escapes_as_snmp_exporter_does(accept, escaping):
    assert escaping_asked(accept) == escaping


def test_dots_double_every_underscore_of_a_name_and_touch_no_text():
    registry = CollectorRegistry()
    gauge = Gauge("a_b", "what_it_is", ["c_d", "e"], registry=registry)
    for text in ("x_y", 'q"uote_d', ",f_g=", "back\\slash_", "} z_z 5", "ü_"):
        gauge.labels(text, text).set(1)
    plain = generate_latest(registry)

    found = with_dots(plain)

    assert found == generate_latest(registry, escaping="dots")
    assert [
        {name.replace("__", "_"): text for name, text in sample.labels.items()}
        for family in text_string_to_metric_families(found.decode())
        for sample in family.samples
    ] == [sample.labels for family in text_string_to_metric_families(plain.decode()) for sample in family.samples]
