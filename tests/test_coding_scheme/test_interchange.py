"""REFI-QDA and Taguette: written strictly, read leniently, nothing lost on the way and nothing let in."""

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from coding_scheme import (
    Code,
    CodingDecision,
    CodingScheme,
    Segment,
    Theme,
    as_line,
    code_matrix,
    coding_decisions,
    is_highlights,
    read_codebook,
    read_coding_scheme,
    read_qdc,
    read_qdpx,
    read_taguette_codebook,
    read_taguette_highlights,
    segment_rows,
    write_qdc,
    write_qdpx,
    write_taguette_codebook,
)
from coding_scheme.verdicts import standing_readings
from corpus import UsageError, Wording
from corpus.records import records_frame

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "samsyn" / "starter" / "coding_scheme.yaml"
HYGIENE = ROOT / "tests" / "data" / "hand_hygiene.yaml"
PROJECT = "urn:QDA-XML:project:1.0"
A, B, C, D, E = (f"{letter * 8}-0000-0000-0000-{letter * 12}" for letter in "ABCDE")
BY_ANN = f'creatingUser="{A}"'
RECORDS = records_frame(
    [
        {"record_id": "r1", "title": "Håndsprit 🙂 ved sengen",
         "abstract": "Først 🙂, så håndsprit: øget.\nSlut.",
         "year": 2021, "doi": "10.5555/a", "authors": "Ærø, Åse"},
        {"record_id": "r2", "title": "", "abstract": "No title here."},
        {"record_id": "r3", "title": "No abstract here", "abstract": ""},
    ]
)  # fmt: skip


def decided(record_id: str, code_id: str, value: str, person: str, *words: tuple[str, str], **more: object):
    texts = RECORDS.set_index("record_id").loc[record_id]
    segments = tuple(
        Segment(field, texts[field].index(text), texts[field].index(text) + len(text), text)
        for field, text in words
    )
    known = {"direction": "promotes"} if value == "present" else {}
    return CodingDecision(record_id, code_id, value, person, segments=segments, **(known | more))


DECISIONS = [
    decided("r1", "dispensers", "present", "ann", ("abstract", "håndsprit: øget"), ("title", "Håndsprit 🙂"),
            finding="Sprit hjælper.\nMeget.", facets={"shown": "data"}, note="Se side 3: tabellen",
            decided_at="2026-11-01T10:00:00Z", scheme_version="1.0", scheme_hash="ab12"),
    decided("r1", "dispensers", "present", "bo", ("abstract", "Først 🙂, så håndsprit"), direction="hinders",
            round="assisted", decided_at="in November"),
    decided("r1", "workload", "absent", "ann", note="Code: none\n\nCode: x"),
    decided("r1", "workload", "unclear", "bo", ("abstract", "Slut."), direction=""),
    decided("r2", "", "absent", "ann", decided_at="2026-11-02T10:00:00Z"),
    decided("r3", "gloves", "present", "bo", ("title", "No abstract here")),
    decided("r1", "dispensers", "present", "ann", ("title", "Håndsprit 🙂"), reading=2, round="blind"),
    decided("r2", "", "absent", "ann", reading=2),
]  # fmt: skip


def said(decisions: pd.DataFrame) -> list[tuple]:
    """What the standing decisions say, whatever their line numbers."""
    standing = standing_readings(decisions).drop(columns=["journal_line", "line_id"], errors="ignore")
    return sorted(standing.astype(str).itertuples(index=False, name=None))


def project(text: str, **files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", text)
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def qdpx(
    folder: Path, body: str, text: bytes = b"Trust grew here.", *, xmlns: str = "urn:QDA-XML:project:1.0"
):
    """A project of another program: one source with the selections in ``body``."""
    document = f"""<?xml version="1.0" encoding="utf-8"?>
    <Project name="theirs" xmlns="{xmlns}" creatingUserGUID="{E}">
    <Users><User guid="{A}" name="Ann Ø"/><User guid="{{{E}}}" name="Boss"/></Users>
    <CodeBook><Codes><Code guid="{B}" name="Ties" isCodable="true">
    <Description>What binds.</Description>
    <Code guid="{C}" name="Trust" isCodable="true"><Code guid="{D}" name="Trust" isCodable="true"/></Code>
    </Code></Codes><Sets/></CodeBook>
    <Sources><TextSource guid="{A}" name="Interview.docx" plainTextPath="internal://{A}.txt">{body}</TextSource></Sources>
    </Project>"""
    path = folder / "theirs.qdpx"
    path.write_bytes(project(document, **{f"Sources/{A}.txt": text}))
    return path


def selection(
    start: int, end: int, name: str = "", *, code: str = C, user: str = f'creatingUser="{A}"'
) -> str:
    return (
        f'<PlainTextSelection guid="{D}" name="{name}" startPosition="{start}" endPosition="{end}" {user}>'
        f'<Coding guid="{E}"><CodeRef targetGUID="{code}"/></Coding></PlainTextSelection>'
    )


# --- written strictly -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme_file", [STARTER, HYGIENE], ids=["partnerships", "hygiene"])
def test_a_codebook_is_valid_and_comes_back_with_all_it_says_of_its_codes(tmp_path, shared_data, scheme_file):
    scheme = read_coding_scheme(scheme_file)
    write_qdc(scheme, tmp_path / "codes.qdc")
    schema = etree.XMLSchema(etree.parse(shared_data / "refi-qda" / "Codebook.xsd"))
    schema.assertValid(etree.parse(tmp_path / "codes.qdc"))
    back = read_qdc(tmp_path / "codes.qdc")
    assert back.themes == scheme.themes
    assert (back.id, back.version) == (scheme.id, scheme.version)


def test_a_project_is_valid_and_comes_back_exactly(tmp_path, shared_data):
    """Danish letters, an emoji before an offset, line breaks, several coders, decisions without words."""
    scheme = read_coding_scheme(HYGIENE)
    decisions = coding_decisions([as_line(decision) for decision in DECISIONS])
    write_qdpx(RECORDS, scheme, decisions, tmp_path / "p.qdpx", people={"ann": "Ann Ærø"})
    schema = etree.XMLSchema(etree.parse(shared_data / "refi-qda" / "Project.xsd"))
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        schema.assertValid(etree.fromstring(archive.read("project.qde")))
        texts = [archive.read(name) for name in archive.namelist() if name.startswith("Sources/")]
    assert len(texts) == 3
    assert not any(b"\r" in text or text.startswith(b"\xef\xbb\xbf") for text in texts)
    back = read_qdpx(tmp_path / "p.qdpx")
    assert said(back.decisions) == said(decisions)
    assert back.scheme.themes == scheme.themes
    assert back.people == {"ann": "Ann Ærø", "bo": "bo"}
    pd.testing.assert_frame_equal(back.records, RECORDS)
    assert back.left_out.empty


def test_offsets_in_the_file_are_code_points_of_the_text_beside_it(tmp_path):
    decisions = coding_decisions([as_line(decision) for decision in DECISIONS])
    write_qdpx(RECORDS, read_coding_scheme(HYGIENE), decisions, tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        root = etree.fromstring(archive.read("project.qde"))
        seen = 0
        for source in root.iter("{*}TextSource"):
            text = archive.read(f"Sources/{source.get('plainTextPath').removeprefix('internal://')}").decode()
            for one in source.iter("{*}PlainTextSelection"):
                words = text[int(one.get("startPosition")) : int(one.get("endPosition"))]
                assert " ".join(words.split()) == one.get("name")
                seen += 1
    assert seen == 6


def test_the_same_review_gives_the_same_bytes(tmp_path):
    decisions = coding_decisions([as_line(decision) for decision in DECISIONS])
    for name in ("a", "b"):
        write_qdpx(RECORDS, read_coding_scheme(HYGIENE), decisions, tmp_path / f"{name}.qdpx")
        write_qdc(read_coding_scheme(HYGIENE), tmp_path / f"{name}.qdc")
    for suffix in ("qdpx", "qdc"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=["Cc", "Cs"]), max_size=40
)


@given(title=WORDS, abstract=WORDS, places=st.tuples(st.integers(0, 39), st.integers(1, 40)), note=WORDS)
def test_any_words_at_any_place_come_back(tmp_path_factory, title, abstract, places, note):
    records = records_frame([{"record_id": "r1", "title": title, "abstract": abstract}])
    start, end = sorted(places)
    segments = tuple(
        Segment(field, start, min(end, len(text)), text[start:end])
        for field, text in (("title", title), ("abstract", abstract)) if start < min(end, len(text))
    )  # fmt: skip
    scheme = CodingScheme("s", Wording("S"), (Theme("t", (Code("c"),)),))
    value = "present" if segments else "absent"
    decision = CodingDecision("r1", "c", value, "ann", segments=segments, note=note.strip())
    decisions = coding_decisions([as_line(decision)])
    path = tmp_path_factory.mktemp("any") / "p.qdpx"
    write_qdpx(records, scheme, decisions, path)
    back = read_qdpx(path)
    assert said(back.decisions) == said(decisions)
    assert back.records.loc[0, ["title", "abstract"]].tolist() == [title, abstract]


@given(parts=st.lists(WORDS, min_size=6, max_size=6))
def test_whatever_is_said_of_a_code_comes_back_from_its_description(tmp_path_factory, parts):
    """Lines that look like labels, colons, quotation marks: free text stays free text."""
    label, meaning, use, example, danish, near = (" ".join(part.split()) for part in parts)
    code = Code(
        "c", Wording(label or "C", danish), Wording(f"Note: {meaning}".strip(), danish),
        use_when=Wording(use), example=Wording(example, danish), near_miss=Wording(da=near),
    )  # fmt: skip
    scheme = CodingScheme("s", Wording("s"), (Theme("t", (code,), Wording("T")),))
    path = tmp_path_factory.mktemp("any") / "c.qdc"
    write_qdc(scheme, path)
    assert read_qdc(path).code("c") == code


# --- read leniently ---------------------------------------------------------------------------------------


def test_three_projects_of_other_programs_are_read_and_what_cannot_be_mapped_is_listed(shared_data):
    folder = shared_data / "refi-qda"
    test = read_qdpx(folder / "TestProject.qdpx")
    assert len(test.scheme.codes) == 14
    assert test.scheme.code("coke_full_fat_coke").definition.en == "aka regular"
    # its media and texts are not in the file: all sixteen codings are accounted for
    counts = test.left_out["kind"].value_counts()
    assert dict(counts) == {"set": 16, "coding": 16, "source": 12, "note": 2, "link": 1, "graph": 1}
    blank = read_qdpx(folder / "blank-atlas-project.qdpx")
    assert (len(blank.scheme.codes), len(blank.records), len(blank.decisions)) == (0, 0, 0)
    target = read_qdpx(folder / "target-atlas-project.qdpx")
    assert [theme.id for theme in target.scheme.themes] == ["theme_commits"]
    assert len(target.scheme.codes) == 3


@pytest.mark.parametrize(
    "xmlns", ["urn:QDA-XML:project:1.0", "urn:QDA-XML:project:1:0", "http://example.org/x"]
)
def test_a_slip_in_the_namespace_empty_sets_and_nested_codes_are_read(tmp_path, xmlns):
    read = read_qdpx(qdpx(tmp_path, selection(0, 5, "Trust"), xmlns=xmlns))
    assert [code.id for code in read.scheme.codes] == ["ties", "trust", "trust_trust"]
    assert read.scheme.themes[0].definition.en == "What binds."
    row = read.decisions.iloc[0]
    assert (row["code_id"], row["person"], row["text"], row["direction"]) == ("trust", "ann-oe", "Trust", "")
    assert read.people == {"ann-oe": "Ann Ø"}
    assert read.records.loc[0, ["title", "abstract"]].tolist() == ["Interview", "Trust grew here."]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Håb 🙂\nTillid", (6, 12)),
        ("Håb 🙂\r\nTillid", (6, 12)),
        ("Håb 🙂\r\nTillid", (7, 13)),
        ("Håb 🙂\r\nTillid", (8, 14)),
        ("Håb 🙂\nTillid", (7, 13)),
        ("\ufeffHåb 🙂\nTillid", (7, 13)),
        ("\ufeffHåb 🙂\r\nTillid", (9, 15)),
    ],
    ids=["line feeds", "crlf counted once", "crlf counted twice", "crlf and utf-16", "utf-16", "mark counted",
         "mark, crlf and utf-16"],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_words_are_found_however_a_program_counts(tmp_path, text, places, encoding):
    data = (
        text.encode("utf-8")
        if encoding == "utf-8"
        else b"\xff\xfe" + text.removeprefix("\ufeff").encode("utf-16-le")
    )
    read = read_qdpx(qdpx(tmp_path, selection(*places, "Tillid"), data))
    assert read.decisions["text"].tolist() == ["Tillid"]
    assert read.records.loc[0, "abstract"] == "Håb 🙂\nTillid"


def test_notes_memos_and_codings_of_several_coders_are_kept_apart(tmp_path):
    body = selection(0, 5, "Trust") + selection(0, 10, "Trust grew", user="") + selection(6, 10, "grew")
    body = body.replace("<Coding", "<Description>my memo</Description><Coding", 1)
    read = read_qdpx(qdpx(tmp_path, body))
    by_person = read.decisions.groupby("person")["text"].apply(list).to_dict()
    assert by_person == {"ann-oe": ["Trust", "grew"], "boss": ["Trust grew"]}
    assert set(read.decisions.loc[read.decisions["person"] == "ann-oe", "note"]) == {"my memo"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (selection(3, 99), "its place is not in the text of Interview"),
        (selection(5, 5), "its place is not in the text of Interview"),
        (selection(0, 5, code=A), "its code is not in the codebook"),
        (f'<PlainTextSelection guid="{D}" startPosition="0" endPosition="5"/>', "no code was given to it"),
        (
            f'<PlainTextSelection guid="{D}" endPosition="x"><Coding guid="{E}"/></PlainTextSelection>',
            "its place",
        ),
    ],
)
def test_what_has_no_place_is_listed_with_the_reason(tmp_path, body, why):
    read = read_qdpx(qdpx(tmp_path, body))
    assert read.decisions.empty
    assert any(why in each for each in read.left_out["why"])


def test_a_codebook_with_sets_in_utf16_is_read_and_the_sets_are_listed(tmp_path):
    text = (
        '<?xml version="1.0" encoding="utf-16"?><CodeBook xmlns="urn:QDA-XML:codebook:1:0"><Codes>'
        f'<Code guid="{A}" name="Håb" isCodable="true"/></Codes>'
        f'<Sets><Set guid="{B}" name="mine"/></Sets></CodeBook>'
    )
    (tmp_path / "codes.qdc").write_bytes(text.encode("utf-16"))
    book = read_codebook(tmp_path / "codes.qdc")
    assert [code.id for code in book.scheme.codes] == ["haab"]
    assert book.left_out["name"].tolist() == ["mine"]


# --- safe -------------------------------------------------------------------------------------------------


def test_entities_are_refused(tmp_path):
    text = '<!DOCTYPE x [<!ENTITY a "aaaa">]><Project name="&a;"/>'
    (tmp_path / "x.qdpx").write_bytes(project(text))
    (tmp_path / "x.qdc").write_text(text)
    for read in (read_qdpx, read_qdc):
        with pytest.raises(UsageError, match="entities of its own"):
            read(tmp_path / ("x.qdpx" if read is read_qdpx else "x.qdc"))


def test_an_archive_whose_names_lead_out_is_refused(tmp_path):
    (tmp_path / "x.qdpx").write_bytes(project("<Project name='x'/>", **{"../../evil.txt": b"x"}))
    with pytest.raises(UsageError, match="leads out of the archive"):
        read_qdpx(tmp_path / "x.qdpx")


def test_a_path_that_leads_out_of_the_project_reads_nothing(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    path = qdpx(tmp_path, selection(0, 5))
    with zipfile.ZipFile(path) as archive:
        text = (
            archive.read("project.qde").decode().replace(f"internal://{A}.txt", "internal://../../secret.txt")
        )
    path.write_bytes(project(text))
    read = read_qdpx(path)
    assert read.records.empty
    assert "its text is not in the project" in set(read.left_out["why"])


def test_an_archive_that_would_fill_the_memory_is_refused(tmp_path):
    path = tmp_path / "bomb.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", "<Project name='x'>" + " " * 30_000_000 + "</Project>")
    with pytest.raises(UsageError, match="would unpack to far more"):
        read_qdpx(path)


@pytest.mark.parametrize("data", [b"", b"no archive", project("<Project"), project("<Other/>")])
def test_what_is_no_project_is_refused_in_words(tmp_path, data):
    (tmp_path / "x.qdpx").write_bytes(data)
    with pytest.raises(UsageError, match=r"x.qdpx|project.qde"):
        read_qdpx(tmp_path / "x.qdpx")


def test_a_byte_changed_anywhere_is_refused_in_words_or_does_no_harm(tmp_path):
    path = qdpx(tmp_path, selection(0, 5))
    data, refused = path.read_bytes(), 0
    for at in range(0, len(data), 3):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        try:
            read_qdpx(path)
        except UsageError as error:
            refused += 1
            assert "theirs.qdpx" in str(error)
    assert refused > len(data) / 6


# --- Taguette and tables ----------------------------------------------------------------------------------


def test_taguettes_codebook_has_its_mark_and_comes_back(tmp_path):
    scheme = read_coding_scheme(HYGIENE)
    write_taguette_codebook(scheme, tmp_path / "codes.csv")
    assert (tmp_path / "codes.csv").read_bytes().startswith(b"\xef\xbb\xbftag,description\n")
    assert read_taguette_codebook(tmp_path / "codes.csv").scheme.codes == scheme.codes


def test_tags_that_a_spreadsheet_would_take_for_formulas_are_defused(tmp_path):
    scheme = CodingScheme("s", Wording("S"), (Theme("t", (Code("c", Wording("=1+1")),), Wording("=2")),))
    write_taguette_codebook(scheme, tmp_path / "codes.csv")
    assert "'=2.=1+1" in (tmp_path / "codes.csv").read_text(encoding="utf-8-sig")
    assert read_taguette_codebook(tmp_path / "codes.csv").scheme.themes[0].label.en == "=2"


def test_taguettes_highlights_are_codings_without_a_coder(tmp_path):
    path = tmp_path / "highlights.csv"
    path.write_text('id,document,tag,content\n1,Håb.txt,Ties.Trust,"Tillid, voksede"\n2,Håb.txt,,bare\n')
    assert is_highlights(path)
    read = read_taguette_highlights(path)
    assert read.decisions[["code_id", "text", "person"]].values.tolist() == [["trust", "Tillid, voksede", ""]]
    assert read.records["title"].tolist() == ["Håb"]
    assert read.left_out["kind"].tolist() == ["highlight"]
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert not is_highlights(tmp_path / "other.csv")
    with pytest.raises(UsageError, match="no column 'tag'"):
        read_taguette_codebook(tmp_path / "other.csv")


def test_a_matrix_tells_absent_from_not_read_and_from_not_settled():
    scheme = read_coding_scheme(HYGIENE)
    decisions = coding_decisions([as_line(decision) for decision in DECISIONS])
    matrix = code_matrix(RECORDS, decisions, scheme).set_index("record_id")
    cells = matrix.astype(object).where(matrix.notna(), None)
    assert cells.loc["r1", ["dispensers", "gloves", "workload"]].tolist() == [None, 0, None]
    assert cells.loc["r2", ["dispensers", "gloves"]].tolist() == [0, 0]
    assert cells.loc["r3", "gloves"] == 1
    words = code_matrix(RECORDS, decisions, scheme, directions=True).set_index("record_id")
    assert words.loc["r3", "gloves"] == "promotes"


def test_the_table_of_segments_has_a_row_for_each_with_its_coder_and_place():
    scheme = read_coding_scheme(HYGIENE)
    rows = segment_rows(coding_decisions([as_line(decision) for decision in DECISIONS]), scheme)
    assert len(rows) == 7
    texts = RECORDS.set_index("record_id")
    for row in rows[rows["field"] != ""].to_dict("records"):
        assert texts.loc[row["record_id"], row["field"]][row["start"] : row["end"]] == row["quotation"]
    assert rows.loc[rows["person"] == "ann", "shown"].tolist().count("data") == 2
    assert rows["start"].isna().sum() == 2
