"""What is written and read again says the same, whatever letters and signs it is made of."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus import read_records, write_records

FIELDS = [
    "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "abstract",
    "keywords", "language",
]  # fmt: skip
# letters of many scripts, signs of the formats, emoji, line ends
signs = st.one_of(
    st.characters(categories=["Lu", "Ll", "Lo", "Nd"]),
    st.sampled_from(list("abcæøå \"'{}\\%&$#_~^`=+-@/<>()[],;:.!?|*\n\t“”–—…😀🇩🇰漢字ру")),
)


def folded(text: str) -> str:
    return " ".join(text.split())


# a title of signs alone, or "n/a" for an abstract, is what exports write where there is none
texts = st.text(signs, min_size=1, max_size=60).map(folded).map(lambda text: f"{text} om tid".strip())
words = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=2, max_size=12)
names = st.builds("{}, {}".format, words, st.one_of(words, st.sampled_from(["J.", "J. P.", "Anne-Marie"])))
records = st.fixed_dictionaries(
    {
        "title": texts,
        "abstract": st.one_of(st.just(""), texts),
        "authors": st.lists(names, max_size=4, unique=True).map("; ".join),
        "year": st.integers(1900, 2030),
        "journal": st.one_of(st.just(""), texts),
        "volume": st.integers(1, 300).map(str),
        "issue": st.sampled_from(["", "2", "3-4", "Suppl 1", "S2"]),
        "pages": st.sampled_from(["", "27-43", "e1017", "S1-S9"]),
        "doi": st.from_regex(r"10\.5555/[a-z0-9._()-]{0,12}[a-z0-9]", fullmatch=True),
        "keywords": st.lists(words, max_size=4, unique=True).map("; ".join),
        "language": st.sampled_from(["en", "da", "de", "zh"]),
    }
)
plain = dict.fromkeys(FIELDS, "") | {"title": "Tid", "year": 2019, "volume": "1", "doi": "10.5555/a"}


@pytest.mark.parametrize("suffix", [".ris", ".bib", ".csv", ".xlsx", ".json"])
@settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(written=st.lists(records, min_size=1, max_size=4))
@example(
    written=[plain | {"title": "=1+1"}, plain | {"title": "'=1+1"}, plain | {"title": "-- ''quoted'' --"}]
)
@example(
    written=[plain | {"title": "a \\emph{b} $c$ 100% & ~ {"}, plain | {"authors": "Ligue and Co, Jo; WHO"}]
)
@example(written=[plain | {"title": "{both} {sides}"}, plain | {"title": '"both" "sides"'}])
def test_fields_are_the_same_after_writing_and_reading(suffix, written):
    frame = pd.DataFrame(written)
    frame["record_id"] = [f"record:{number}" for number in range(len(written))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"refs{suffix}")
        write_records(frame, path)
        reading = read_records(path)
    assert not reading.unreadable
    assert reading.n_entries == len(written)
    read = [{name: row[name] for name in FIELDS} for row in reading.records.to_dict("records")]
    assert read == written


@pytest.mark.parametrize("suffix", [".bib", ".ris"])
def test_a_real_export_read_written_and_read_again_is_the_same(shared_data, tmp_path, suffix):
    """The largest export of each kind under 300 kB; titles, years, DOIs and abstracts come back."""
    files = (path for path in (shared_data / "import").rglob(f"*{suffix}") if path.stat().st_size < 300_000)
    first = read_records(max(files, key=lambda path: (path.stat().st_size, path.name))).records
    write_records(first, tmp_path / f"again{suffix}")
    second = read_records(tmp_path / f"again{suffix}").records
    columns = ["title", "year", "doi", "abstract", "volume"]
    folded = [
        frame[columns].astype(str).apply(lambda cells: cells.str.split().str.join(" "))
        for frame in (first, second)
    ]
    pd.testing.assert_frame_equal(*folded)
