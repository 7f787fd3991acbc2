"""Suggestions made in parts: the same whatever the workers, the interruption, or what was kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from coding_scheme import read_coding_scheme, suggest, suggested_parts, unread_languages
from coding_scheme.languages_read import unread_frame

SENTENCES = {
    "en": "The partnership of municipality and citizens met. Trust between citizens and municipality was "
    "strengthened by shared goals. Lack of resources hindered the partnership of citizens.",
    "da": "Partnerskabet mellem kommune og borgere begyndte. Tilliden mellem borgere og kommune blev styrket "
    "af fælles mål. Manglende ressourcer hæmmede partnerskabet med borgere.",
}


def suggest_in_parts(*given, **more):
    return suggested_parts.suggest_in_parts(*given, **more)[0]


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


def test_what_was_kept_with_reasons_in_one_language_is_not_taken_for_another(tmp_path, scheme, records):
    english = suggest_in_parts(records, scheme, kept=tmp_path)
    danish = suggest_in_parts(records, scheme, kept=tmp_path, language="da")
    pd.testing.assert_frame_equal(danish, suggest(records, scheme, language="da"))
    assert not set(danish["why"]) & set(english["why"])


def test_two_processes_say_what_one_says(scheme, records, monkeypatch):
    monkeypatch.setattr(suggested_parts, "_WORTH_A_WORKER", 8)
    found = suggest_in_parts(records, scheme, workers=2, language="da")
    pd.testing.assert_frame_equal(found, suggest(records, scheme, language="da"))


def test_after_an_interruption_only_the_rest_is_read(tmp_path, scheme, records, monkeypatch):
    read = []

    def until_the_third(part, scheme, **more):
        read.append(len(part))
        if len(read) == 3:
            raise KeyboardInterrupt
        return suggest(part, scheme, **more)

    monkeypatch.setattr(suggested_parts, "suggest", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        suggest_in_parts(records, scheme, kept=tmp_path)
    found = suggest_in_parts(records, scheme, kept=tmp_path)
    # two parts were whole, one was begun
    assert read[2] == read[3]
    assert sum(read) == len(records) + read[2]
    pd.testing.assert_frame_equal(found, suggest(records, scheme))


def test_a_changed_record_or_scheme_is_read_again_and_the_old_parts_go(tmp_path, scheme, records):
    suggest_in_parts(records, scheme, kept=tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    changed = records.assign(abstract=records["abstract"].where(records.index != 3, ""))
    found = suggest_in_parts(changed, scheme, kept=tmp_path)
    pd.testing.assert_frame_equal(found, suggest(changed, scheme))
    after = {path.name for path in tmp_path.iterdir()}
    assert len(before) > 3
    assert (len(after), len(before & after)) == (len(before), len(before) - 1)


def test_a_record_more_or_less_shifts_no_other_part(tmp_path, scheme, records, monkeypatch):
    suggest_in_parts(records, scheme, kept=tmp_path)
    read = []

    def noted(part, scheme, **more):
        read.extend(part["record_id"])
        return suggest(part, scheme, **more)

    monkeypatch.setattr(suggested_parts, "suggest", noted)
    fewer = records.drop(index=5).reset_index(drop=True)
    found = suggest_in_parts(fewer, scheme, kept=tmp_path)
    pd.testing.assert_frame_equal(found, suggest(fewer, scheme))
    assert 0 < len(read) <= 2 * 3 * 8
    assert len(read) < len(records)


def test_parts_are_never_long_and_leave_nothing_out(monkeypatch):
    monkeypatch.setattr(suggested_parts, "PART", 10)
    for n in (0, 1, 31, 1000):
        borders = suggested_parts._borders(
            pd.Series([f"record:{number}" for number in range(n)], dtype="str")
        )
        sizes = [after - before for before, after in zip([0, *borders], [*borders, n], strict=True)]
        assert sum(sizes) == n
        assert max(sizes) <= 30


def test_what_cannot_be_read_is_told_from_parts_as_from_all(tmp_path, scheme, records):
    other = {"abstract": "La confianza se construye entre los socios de la ciudad.", "title": ""}
    records = records.assign(
        **{name: records[name].mask(records.index % 7 == 0, text) for name, text in other.items()}
    )
    for _ in range(2):
        _, unread = suggested_parts.suggest_in_parts(records, scheme, kept=tmp_path)
        pd.testing.assert_frame_equal(unread_frame(unread), unread_languages(records, scheme))
        assert unread["es"]


@pytest.mark.parametrize("content", [b"", b"PAR1 torn", None])
def test_a_broken_or_foreign_part_is_made_again(tmp_path, scheme, records, content):
    whole = suggest_in_parts(records, scheme, kept=tmp_path)
    first, second, *_ = sorted(tmp_path.iterdir())
    first.write_bytes(second.read_bytes() if content is None else content)
    pd.testing.assert_frame_equal(suggest_in_parts(records, scheme, kept=tmp_path), whole)


def test_no_records_give_an_empty_table(scheme, records):
    pd.testing.assert_frame_equal(suggest_in_parts(records.head(0), scheme), suggest(records.head(0), scheme))
