"""What was read of a large source is read again from its kept copy, as long as all is as it was."""

import pandas as pd
import pytest

from corpus import Search, add_source, read_sources
from corpus import kept_readings as kept
from corpus import sources as sources_of

ENTRY = """TY  - JOUR
TI  - Tillid og tid i partnerskaber, nummer {number}
AU  - Ellekær, Åse
PY  - 2019
VL  - 8
AB  - Tillid opbygges gennem dialog mellem parterne, og dialog tager tid.
ER  -

"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "KEPT_FROM_BYTES", 1_000)
    file = tmp_path / "invented.ris"
    text = "".join(ENTRY.format(number=number) for number in range(20))
    file.write_text(text + "TY  - JOUR\nPY  - 2020\nER  -\n", encoding="utf-8")
    add_source(tmp_path / "sources", file, Search(database="Imaginary"))
    return tmp_path


@pytest.fixture
def read_files(monkeypatch):
    """The names of the sources that were read, not taken from their kept copies."""
    names, as_before = [], sources_of.read_source

    def read(folder, line, **options):
        names.append(line["source_id"])
        return as_before(folder, line, **options)

    monkeypatch.setattr(sources_of, "read_source", read)
    return names


def collection(folder):
    return read_sources(folder / "sources", cache=folder / ".cache" / "sources")


def alike(one, other):
    for name in ("records", "sources", "unreadable", "warnings", "searches"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_what_was_read_to_add_a_file_is_kept(folder, read_files):
    plain = collection(folder)
    read_files.clear()
    added = folder / "added"
    add_source(added, folder / "invented.ris", Search(database="Imaginary"), cache=folder / "kept")
    alike(read_sources(added, cache=folder / "kept"), plain)
    assert read_files == []
    # the names of its records rest on a database that was not said
    add_source(folder / "unsaid", folder / "invented.ris", Search(), cache=folder / "kept too")
    read_sources(folder / "unsaid", cache=folder / "kept too")
    assert read_files == ["invented.ris"]


def test_a_kept_reading_is_the_reading_and_the_file_is_not_read_again(folder, read_files):
    plain = read_sources(folder / "sources")
    read_files.clear()
    first, again = collection(folder), collection(folder)
    assert read_files == ["invented.ris"]
    alike(first, plain)
    alike(again, plain)
    assert len(again.unreadable) == 1
    assert set(again.records["language"]) == {"da"}


def test_a_file_that_changed_is_read_again(folder, read_files):
    collection(folder)
    path = folder / "sources" / "invented.ris"
    path.write_text(path.read_text(encoding="utf-8").replace("Tillid", "Mistro"), encoding="utf-8")
    assert collection(folder).records["title"].str.startswith("Mistro").all()
    assert len(read_files) == 2


def test_a_kept_reading_that_is_damaged_or_of_other_code_is_made_anew(folder, read_files, monkeypatch):
    whole = collection(folder)
    path = folder / ".cache" / "sources" / "invented.ris.parquet"
    good = path.read_bytes()
    # every stretch of the file, one flipped at a time: none may come through as records
    for at in range(0, len(good), max(len(good) // 25, 1)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        alike(collection(folder), whole)
    path.write_bytes(good[:100])
    alike(collection(folder), whole)
    read_files.clear()
    collection(folder)
    assert read_files == []
    monkeypatch.setattr("corpus.sources.code_read", lambda: "another version")
    alike(collection(folder), whole)
    assert read_files == ["invented.ris"]


def test_small_files_are_not_kept(folder, monkeypatch):
    monkeypatch.setattr(kept, "KEPT_FROM_BYTES", 1_000_000)
    collection(folder)
    assert not (folder / ".cache").exists()
