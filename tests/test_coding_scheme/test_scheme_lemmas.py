"""Lemmas that a scheme says itself, where the dictionary is wrong or lacks a word."""

import pandas as pd
import pytest

from coding_scheme import read_coding_scheme, suggest
from corpus.checked_yaml import FaultyFileError

SCHEME = """
id: demo
title: {en: Demo}
lemmas: LEMMAS
themes:
- id: ties
  label: {en: Ties}
  definition: {en: What binds people}
  codes:
  - {id: net, label: {en: Net}, definition: {en: Nets}, indicators: {da: [fjong]}}
"""
RECORDS = pd.DataFrame(
    [{"record_id": "r1", "language": "da", "abstract": "De fjongeste borgere deltog i mødet og var glade."}]
)


def scheme(folder, lemmas):
    path = folder / "coding_scheme.yaml"
    path.write_text(SCHEME.replace("LEMMAS", lemmas), encoding="utf-8")
    return read_coding_scheme(path)


def test_a_lemma_of_the_scheme_comes_before_the_dictionarys(tmp_path):
    without, with_it = scheme(tmp_path, "{}"), scheme(tmp_path, "{da: {fjongeste: fjong}}")
    nothing = scheme(tmp_path, "{da: {fjongeste: fjeld}}")
    assert suggest(RECORDS, with_it)["indicator"].tolist() == ["fjongeste"]
    assert suggest(RECORDS, nothing).empty
    assert without.hash != with_it.hash != nothing.hash


@pytest.mark.parametrize(
    ("lemmas", "told"),
    [
        ("{sv: {nät: nät}}", "'sv' is not a language of this scheme. Known: en, da."),
        ("{da: {Netværk: net}}", "'Netværk' is not one word in lower case"),
        ("{da: {netværk: to ord}}", "'to ord' is not one word in lower case"),
        ("{da: {netværk: ''}}", "'' is not one word in lower case"),
        ("{da: [netværk]}", "lemmas.da"),
        ("{da: {netværk: 3}}", "lemmas.da.netværk"),
    ],
)
def test_lemmas_that_cannot_hold_are_told_with_their_line(tmp_path, lemmas, told):
    with pytest.raises(FaultyFileError) as fault:
        scheme(tmp_path, lemmas)
    assert "coding_scheme.yaml line 4: " in str(fault.value)
    assert told in str(fault.value)


def test_a_scheme_without_lemmas_keeps_its_hash(tmp_path):
    path = tmp_path / "old.yaml"
    path.write_text(SCHEME.replace("lemmas: LEMMAS\n", ""), encoding="utf-8")
    assert read_coding_scheme(path).hash == scheme(tmp_path, "{}").hash
