"""The unique records of a large review are kept, found again, and never served when anything has changed."""

from __future__ import annotations

import os
import shutil

import pandas as pd
import pytest

import corpus
from corpus import Search
from corpus.kept_frames import keep_frame, kept_frame
from samsyn import Review, duplicates_desk, ranking_desk, record_desk

ENTRY = """TY  - JOUR
TI  - {title}
AU  - Alder, Jo
PY  - {year}
DO  - 10.5555/invented.{year}
AB  - {abstract}
ER  -

"""


@pytest.fixture
def review(tmp_path, monkeypatch) -> Review:
    for desk in (record_desk, duplicates_desk, ranking_desk):
        monkeypatch.setattr(desk, "_KEPT_FROM", 5)
    review = Review.new(tmp_path / "review")
    for name, years in (("Scopus", range(2000, 2012)), ("Embase", range(2004, 2016))):
        entries = (
            ENTRY.format(
                title=f"Trust and time in part {year}", year=year, abstract=f"Trust {year} in {name}"
            )
            for year in years
        )
        (tmp_path / f"{name}.ris").write_text("".join(entries), encoding="utf-8")
        review.add(tmp_path / f"{name}.ris", Search(name))
    return review


@pytest.fixture
def nothing_is_read(monkeypatch):
    def forbid():
        def no(*given, **more):
            raise AssertionError("records were read or compared again")

        monkeypatch.setattr("samsyn.review.read_sources", no)
        monkeypatch.setattr(duplicates_desk, "find_duplicates", no)

    return forbid


def plain(review: Review) -> pd.DataFrame:
    collection = review.collection().records
    return corpus.merge_duplicates(
        collection, corpus.find_duplicates(collection, review.duplicate_decisions())
    )


def again(review: Review) -> Review:
    return Review.open(review.folder)


def test_kept_records_are_the_records_and_nothing_is_read_for_them(review, nothing_is_read):
    wanted, groups = plain(review), review._unique_id()
    pd.testing.assert_frame_equal(review.records, wanted)
    nothing_is_read()
    pd.testing.assert_frame_equal(again(review).records, wanted)
    assert again(review)._unique_id() == groups
    some = again(review).record_columns("record_id", "year")
    pd.testing.assert_frame_equal(some, wanted[["record_id", "year"]])
    assert len(again(review).rank()) == len(wanted)


def test_a_changed_source_a_word_on_a_pair_and_a_new_source_are_seen(review, tmp_path):
    before = again(review).records
    path = review.folder / "sources" / "Scopus.ris"
    stat = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("part 2000", "park 2000"), encoding="utf-8")
    # even when size and time are as they were
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    changed = again(review)
    assert changed.records["title"].tolist()[0] == "Trust and time in park 2000"
    pd.testing.assert_frame_equal(changed.records, plain(changed))
    pair = before.loc[before["members"].str.contains(";"), "members"].iloc[0].split("; ")
    row = {"record_id_a": pair[0], "record_id_b": pair[1], "verdict": "different"}
    again(review).decide_duplicates([row], person="ann")
    assert len(again(review).records) == len(before) + 1
    (tmp_path / "ERIC.ris").write_text(ENTRY.format(title="Steel", year=1999, abstract=""), encoding="utf-8")
    again(review).add(tmp_path / "ERIC.ris", Search("ERIC"))
    assert len(again(review).record_columns("record_id")) == len(before) + 2


@pytest.mark.parametrize("file", ["unique.parquet", "groups.parquet"])
@pytest.mark.parametrize("harm", ["cut", "changed", "foreign", "gone"])
def test_a_broken_or_foreign_file_is_made_anew(review, tmp_path, file, harm):
    wanted, groups = review.records, review._unique_id()
    path = review.folder / ".cache" / "records" / file
    content = path.read_bytes()
    if harm == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        middle = len(content) // 4
        path.write_bytes(
            content[:middle]
            + bytes(255 - byte for byte in content[middle : middle + 9])
            + content[middle + 9 :]
        )
    elif harm == "foreign":
        pd.DataFrame({"record_id": ["other"], "group": ["other"], "title": ["x"]}).to_parquet(path)
    else:
        path.unlink()
    pd.testing.assert_frame_equal(again(review).records, wanted)
    assert again(review)._unique_id() == groups


def test_of_very_many_records_not_all_is_held_and_the_outcome_is_the_same(review, monkeypatch):
    wanted, ranking = plain(review), again(review).rank()
    explained = again(review).rank(explained=3)
    shutil.rmtree(review.folder / ".cache")
    monkeypatch.setattr(record_desk, "_LET_GO_FROM", 5)
    large = again(review)
    pd.testing.assert_frame_equal(large.rank(), ranking)
    assert not {"collection", "duplicates", "merged"} & large._kept.keys()
    # of the few that are shown no others are read, and none are held beside what the ranking needs
    alike = again(review)
    pd.testing.assert_frame_equal(alike.rank(explained=3), explained)
    assert [name for name in alike._kept if "abstract" in name] == []
    some = set(wanted["record_id"].iloc[[2, 5]])
    shown = alike.record_columns("record_id", "title", only=some)
    pd.testing.assert_frame_equal(shown, wanted.loc[[2, 5], ["record_id", "title"]].reset_index(drop=True))
    pd.testing.assert_frame_equal(large.records, wanted)
    assert large.status()["unique_records"] == len(wanted)


def test_where_nothing_can_be_kept_the_records_are_read_each_time(review):
    wanted = review.records
    shutil.rmtree(review.folder / ".cache")
    (review.folder / ".cache").write_text("in the way")
    pd.testing.assert_frame_equal(again(review).records, wanted)
    assert len(again(review).rank()) == len(wanted)


def test_of_a_new_source_only_its_own_records_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(duplicates_desk, "_KEPT_FROM", 5)
    monkeypatch.setattr("corpus.kept_readings.KEPT_FROM_BYTES", 0)
    read, as_before = [], corpus.kept_frames.pq.read_table

    def watched(path, columns=None, **more):
        read.append((path.stem, columns))
        return as_before(path, columns=columns, **more)

    monkeypatch.setattr("corpus.kept_frames.pq.read_table", watched)
    review = Review.new(tmp_path / "review")
    for name, years in (("b", range(2000, 2010)), ("c", range(2005, 2015)), ("a", range(2001, 2018))):
        entries = (ENTRY.format(title=f"Trust and time {year}", year=year, abstract="") for year in years)
        (tmp_path / f"{name}.ris").write_text("".join(entries), encoding="utf-8")
        read.clear()
        opened = again(review)
        added, _ = opened.add(tmp_path / f"{name}.ris", Search(name))
        groups = opened.duplicates().groups
        # of the others no more than whose the records are
        assert {file for file, columns in read if columns is None} <= {f"{name}.ris"}
        collection = again(review).collection()
        pd.testing.assert_series_equal(groups, corpus.find_duplicates(collection.records).groups)
        pd.testing.assert_frame_equal(opened.sources, collection.sources)
        assert (added["n_new"], added["n_without_abstract"]) == (len(years), len(years))
    assert groups.nunique() == 18
    # a source that is gone is not believed to be there
    kept = journal_without(review.folder / "sources" / "sources.jsonl", "c.ris")
    (review.folder / "sources" / "sources.jsonl").write_text(kept, encoding="utf-8")
    left = again(review).collection().records
    assert again(review).duplicates().groups.equals(corpus.find_duplicates(left).groups)
    assert again(review).duplicates().groups.equals(corpus.find_duplicates(left).groups)


def journal_without(path, word):
    return "".join(line for line in path.read_text("utf-8").splitlines(keepends=True) if word not in line)


def test_check_believes_nothing_that_was_kept(review):
    record_id = review.records["record_id"].iloc[0]
    review.screen([{"record_id": record_id, "verdict": "include"}], person="ann")
    path, name = review.cache_folder / "records" / "groups.parquet", review._name_of_records()
    groups, _ = kept_frame(path, name)
    keep_frame(path, name, groups[groups["record_id"] != record_id])
    opened = Review.open(review.folder)
    assert opened._lost_decisions() != []
    assert opened.check() == []
