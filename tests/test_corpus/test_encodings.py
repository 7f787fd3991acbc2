"""Every encoding of exports is found; letters lost on the way are mended only where it is sure."""

import pytest

from corpus import read_records
from corpus.encodings import decode, mend_misread

DANISH = "TY  - JOUR\nTI  - Sårbare børn på Ærø\nAU  - Müller, Jørgen\nER  - \n"
CHINESE = """@article{a, title = {社区参与的研究方法与实践},
author = {王小明 and 李华}, abstract = {本文研究社区参与的方法。}}
"""


@pytest.mark.parametrize(
    ("written_in", "said"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252"), ("latin-1", "cp1252"), ("mac_roman", "mac-roman"),
    ],
)  # fmt: skip
def test_danish_in_every_encoding(tmp_path, written_in, said):
    path = tmp_path / "refs.ris"
    path.write_bytes(DANISH.encode(written_in))
    reading = read_records(path)
    assert reading.records.loc[0, ["title", "authors"]].tolist() == ["Sårbare børn på Ærø", "Müller, Jørgen"]
    assert reading.encoding == said


@pytest.mark.parametrize("written_in", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "text",
    [
        "Für größere Städte über Öl", "Les élèves où l’été à Orléans: “côté”", "Smørrebrød – på Århus Å",
        "Naïve façade",
    ],
)  # fmt: skip
def test_german_french_and_danish_of_old_macs_and_windows(written_in, text):
    assert decode(text.encode(written_in))[0] == text


def test_chinese_of_gbk(tmp_path):
    path = tmp_path / "refs.bib"
    path.write_bytes(CHINESE.encode("gbk"))
    reading = read_records(path)
    assert reading.encoding in ("gbk", "gb18030")
    assert reading.records.loc[0, "title"] == "社区参与的研究方法与实践"


def test_a_few_wrong_bytes_do_not_make_utf8_another_encoding():
    data = ("Sårbare børn på Ærø " * 10).encode() + b"caf\xe9"
    text, encoding, warnings = decode(data)
    assert (text[-4:], encoding, warnings) == (
        "café",
        "utf-8",
        ["1 bytes were not UTF-8 and were read as Windows-1252"],
    )


def test_utf8_read_as_windows_is_mended_and_said(tmp_path):
    path = tmp_path / "refs.ris"
    misread = "Sårbare børn’s “dag” på Ærø".encode().decode("cp1252", "replace")
    path.write_text(
        f"TY  - JOUR\nTI  - {misread.replace(chr(0xFFFD), chr(0x9D))}\nER  - \n", encoding="utf-8"
    )
    reading = read_records(path)
    assert reading.records.loc[0, "title"] == "Sårbare børn’s “dag” på Ærø"
    assert any("mended" in warning.what for warning in reading.warnings)


@pytest.mark.parametrize(
    "text",
    ["SÃO TOMÉ Ã", "CAFÉ–BAR", "„Ä“ und „Ö“", "Ã¸ beside 漢 cannot have been one line of Windows", "£5 â 3"],
)
def test_what_may_be_meant_is_left_alone(text):
    assert mend_misread(text) == (text, 0)


def test_lost_letters_are_said(tmp_path):
    path = tmp_path / "refs.ris"
    path.write_text("TY  - JOUR\nTI  - S\ufffdrbare b\ufffdrn\nER  - \n", encoding="utf-8")
    (warning,) = read_records(path).warnings
    assert warning.what.startswith("2 letters were lost")
