"""Features that are kept between processes: the ranking is the same with and without them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from corpus import Ranker, ranking_features
from corpus.ranking_parts import RankingSettings

RECORDS = pd.DataFrame(
    {
        "record_id": [f"r{n}" for n in range(60)],
        "title": [
            f"Tillid og trust in partnership {n}" if n % 3 else f"Steel bridges {n}" for n in range(60)
        ],
        "abstract": [f"Word {n % 7} and word {n % 11} of co-production." for n in range(60)],
    }
)
LABELS = {"r1": 1, "r3": 0, "r4": 1, "r6": 0}


def ranked(kept=None, **more):
    ranker = Ranker(RECORDS, query="trust in partnerships", kept=kept, **more)
    ranking = ranker.rank(LABELS)
    return ranking.assign(why=ranking["record_id"].map(ranker.reasons(ranking["record_id"])))


@pytest.fixture
def not_read(monkeypatch):
    """From here on no text may be read again."""

    def forbid():
        def read(texts, longest):
            raise AssertionError("the texts were read again")

        monkeypatch.setattr(ranking_features, "count_terms", read)

    return forbid


def test_a_second_ranker_takes_what_was_kept_and_ranks_the_same(tmp_path, not_read):
    without = ranked()
    first = ranked(tmp_path / "ranking")
    not_read()
    again = ranked(tmp_path / "ranking")
    pd.testing.assert_frame_equal(first, without)
    pd.testing.assert_frame_equal(again, without)
    assert {path.name for path in tmp_path.iterdir()} <= {"ranking", "ranking.lock"}
    assert not list((tmp_path / "ranking").glob("part_*"))


def test_other_texts_settings_or_words_of_the_protocol_are_not_served_from_it(tmp_path):
    ranked(tmp_path / "ranking")
    other = RECORDS.assign(abstract="Something else altogether")
    kept = Ranker(other, kept=tmp_path / "ranking").rank(LABELS)
    pd.testing.assert_frame_equal(kept, Ranker(other).rank(LABELS))
    settings = RankingSettings(longest_term=1)
    pd.testing.assert_frame_equal(ranked(tmp_path / "ranking", settings=settings), ranked(settings=settings))


@pytest.mark.parametrize(
    "file", ["data.npy", "indices.npy", "indptr.npy", "keys.npy", "words.parquet", "features.json"]
)
@pytest.mark.parametrize("harm", ["cut", "changed", "gone"])
def test_a_broken_file_is_made_anew(tmp_path, not_read, file, harm):
    folder = tmp_path / "ranking"
    whole = ranked(folder)
    path = folder / file
    content = path.read_bytes()
    if harm == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        path.write_bytes(content[:-9] + bytes(255 - byte for byte in content[-9:]))
    else:
        path.unlink()
    pd.testing.assert_frame_equal(ranked(folder), whole)
    # and what was made anew is whole
    not_read()
    pd.testing.assert_frame_equal(ranked(folder), whole)


@pytest.mark.parametrize("file", ["indices.npy", "indptr.npy", "keys.npy"])
def test_a_folder_that_says_it_is_right_but_reaches_beyond_the_matrix_is_not_believed(tmp_path, file):
    from corpus.kept_features import _hash, load_features

    folder = tmp_path / "ranking"
    whole = ranked(folder)
    said = json.loads((folder / "features.json").read_text())
    np.save(folder / file, np.load(folder / file) + 1_000_000)
    said["files"][file] = _hash(folder / file)
    (folder / "features.json").write_text(json.dumps(said))
    assert load_features(folder, said["name"]) is None
    pd.testing.assert_frame_equal(ranked(folder), whole)


def test_where_nothing_can_be_written_it_ranks_all_the_same(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    pd.testing.assert_frame_equal(ranked(in_the_way / "ranking"), ranked())


def test_what_a_program_that_was_killed_left_is_cleared_away(tmp_path):
    left = tmp_path / "ranking.x.unfinished"
    left.mkdir()
    (left / "data.npy").write_bytes(b"half")
    ranked(tmp_path / "ranking")
    assert not left.exists()
