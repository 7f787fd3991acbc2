"""Drawings of the example review: the map's descriptor and the pictures are asked for at the command line."""

from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner

from samsyn.commands.outputs import render


def rendered(folder, *options):
    return CliRunner().invoke(render, ["--review", str(folder), *options])


def test_the_gap_map_is_by_the_descriptor_that_is_asked_for(example_copy):
    assert rendered(example_copy, "--map-by", "publication_type").exit_code == 0
    drawn = (example_copy / "output" / "gap_map.svg").read_text(encoding="utf-8")
    assert "Studies by theme and " in drawn
    assert "Approach" not in pd.read_csv(example_copy / "output" / "gap_map.csv").columns
    assert rendered(example_copy).exit_code == 0
    by_approach = pd.read_csv(example_copy / "output" / "gap_map.csv")
    assert "Collective impact" in by_approach["Approach"].tolist()


def test_an_unknown_descriptor_writes_nothing_and_names_the_known_ones(example_copy):
    said = rendered(example_copy, "--map-by", "planet")
    assert said.exit_code != 0
    assert "'planet'" in str(said.exception)
    assert not (example_copy / "output" / "gap_map.svg").exists()


def test_pictures_stand_beside_the_drawings(example_copy):
    pytest.importorskip("resvg_py", reason="needs samsyn[png]")
    assert rendered(example_copy, "--png").exit_code == 0
    drawings = {path.stem for path in (example_copy / "output").glob("*.svg")}
    assert {path.stem for path in (example_copy / "output").glob("*.png")} == drawings
