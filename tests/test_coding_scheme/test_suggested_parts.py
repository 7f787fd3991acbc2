"""Suggestions made in parts: the same whatever the workers, the interruption, or what was kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from coding_scheme import read_coding_scheme, suggest, suggested_parts
from coding_scheme.suggested_parts import suggest_in_parts

SENTENCES = {
    "en": "The partnership of municipality and citizens met. Trust between citizens and municipality was "
    "strengthened by shared goals. Lack of resources hindered the partnership of citizens.",
    "da": "Partnerskabet mellem kommune og borgere begyndte. Tilliden mellem borgere og kommune blev styrket "
    "af fælles mål. Manglende ressourcer hæmmede partnerskabet med borgere.",
}


@pytest.fixture(scope="module")
def scheme():
    return read_coding_scheme(Path(__file__).parents[2] / "samsyn" / "starter" / "coding_scheme.yaml")


@pytest.fixture
def records():
    rows = [
        # not in the order of their names
        {"record_id": f"r{(n * 7) % 40}", "title": f"Partnership {n}", "abstract": text, "language": ""}
        for n, text in enumerate([*SENTENCES.values()] * 20)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(suggested_parts, "PART", 8)


def test_parts_and_what_was_kept_change_nothing(tmp_path, scheme, records, monkeypatch):
    whole = suggest(records, scheme)
    assert len(whole) > 20
    pd.testing.assert_frame_equal(suggest_in_parts(records, scheme), whole)
    pd.testing.assert_frame_equal(suggest_in_parts(records, scheme, kept=tmp_path), whole)
    monkeypatch.setattr(suggested_parts, "suggest", None)  # from here on nothing may be read
    pd.testing.assert_frame_equal(suggest_in_parts(records, scheme, kept=tmp_path), whole)


def test_two_processes_say_what_one_says(scheme, records, monkeypatch):
    monkeypatch.setattr(suggested_parts, "_WORTH_A_WORKER", 8)
    pd.testing.assert_frame_equal(suggest_in_parts(records, scheme, workers=2), suggest(records, scheme))


def test_after_an_interruption_only_the_rest_is_read(tmp_path, scheme, records, monkeypatch):
    read = []

    def until_the_third(part, scheme):
        read.append(len(part))
        if len(read) == 3:
            raise KeyboardInterrupt
        return suggest(part, scheme)

    monkeypatch.setattr(suggested_parts, "suggest", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        suggest_in_parts(records, scheme, kept=tmp_path)
    found = suggest_in_parts(records, scheme, kept=tmp_path)
    # two parts of five were whole, one was begun
    assert read == [8, 8, 8, 8, 8, 8]
    pd.testing.assert_frame_equal(found, suggest(records, scheme))


def test_a_changed_record_or_scheme_is_read_again_and_the_old_parts_go(tmp_path, scheme, records):
    suggest_in_parts(records, scheme, kept=tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    changed = records.assign(abstract=records["abstract"].where(records.index != 3, ""))
    found = suggest_in_parts(changed, scheme, kept=tmp_path)
    pd.testing.assert_frame_equal(found, suggest(changed, scheme))
    after = {path.name for path in tmp_path.iterdir()}
    assert (len(before), len(after), len(before & after)) == (5, 5, 4)


@pytest.mark.parametrize("content", [b"", b"PAR1 torn", None])
def test_a_broken_or_foreign_part_is_made_again(tmp_path, scheme, records, content):
    whole = suggest_in_parts(records, scheme, kept=tmp_path)
    first, second, *_ = sorted(tmp_path.iterdir())
    first.write_bytes(second.read_bytes() if content is None else content)
    pd.testing.assert_frame_equal(suggest_in_parts(records, scheme, kept=tmp_path), whole)


def test_no_records_give_an_empty_table(scheme, records):
    pd.testing.assert_frame_equal(suggest_in_parts(records.head(0), scheme), suggest(records.head(0), scheme))
