"""Drawings as pictures: whole, twice their size, the same each time; and what is said without the extra."""

from __future__ import annotations

import struct
import sys

import pytest
from lxml import etree

from corpus.errors import UsageError
from synthesis import Evidence, effect_direction_plot, flow_figure, gap_map, svg_png


def test_a_picture_is_twice_the_size_of_its_drawing_and_the_same_each_time(whole_evidence: Evidence):
    pytest.importorskip("resvg_py", reason="needs samsyn[png]")
    figures = [
        flow_figure(whole_evidence.flow, whole_evidence.protocol),
        effect_direction_plot(whole_evidence).pages[0],
        gap_map(whole_evidence),
    ]
    for figure in figures:
        picture = svg_png(figure.svg())
        assert picture.startswith(b"\x89PNG")
        drawn = etree.fromstring(figure.svg())
        size = struct.unpack(">II", picture[16:24])
        assert size == (2 * int(drawn.get("width")), 2 * int(drawn.get("height")))
        assert picture == svg_png(figure.svg())


def test_without_the_extra_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(UsageError, match="not installed") as told:
        svg_png("<svg/>")
    assert "samsyn[png]" in str(told.value.next_step)
