"""XML, JSON, tables, workbooks, BibTeX, archives: what they hold is read, what could do harm refused."""

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from corpus import UsageError, read_records
from corpus.bibtex import read_bibtex
from corpus.bibtex_names import authors_of
from corpus.encodings import decode
from corpus.latex import decoded


def id_of(value):
    """Short names for cases, the same in every run (archives hold the time they were made)."""
    return value[:20] if isinstance(value, str) else "bytes"


DATA = Path(__file__).parents[1] / "data"


def reading_of(name, **options):
    reading = read_records(DATA / name, **options)
    assert reading.n_entries == len(reading.records) + len(reading.unreadable)
    return reading


def refused(tmp_path, name, content, **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError) as fault:
        read_records(path, **options)
    assert name in str(fault.value)
    return str(fault.value)


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_pubmed_xml_structured_abstract_markup_groups_and_books():
    reading = reading_of("pubmed_structured_abstract.xml", keep_raw=True)
    article, book = (row for _, row in reading.records.iterrows())
    assert article["record_id"] == "pubmed:90555201"
    assert article["title"] == "Trust in H2O: a walking study."
    assert article["abstract"] == "AIM: To <see>. FINDINGS: Seen & heard."
    assert article["authors"] == "Alder, Jo K; The Walking Group"
    assert article["keywords"] == "water; Trust/psychology"
    assert article[["year", "pages", "doi", "language"]].tolist() == [
        2019,
        "27-43",
        "10.5555/samsyn.x1",
        "da",
    ]
    assert '"pmc": ["PMC9055"]' in article["extra"]
    assert article["source_line"] == 4
    with_raw = read_records(DATA / "pubmed_structured_abstract.xml", keep_raw=True).records
    assert with_raw.loc[0, "raw"].startswith("<PubmedArticle><MedlineCitation>")
    assert book[["type", "title", "year"]].tolist() == ["BOOK", "An invented handbook", 2001]


def test_endnote_xml_damaged_record_costs_no_other():
    reading = reading_of("endnote_damaged_record.xml")
    assert reading.records["title"].tolist() == ["Plain and bold", "Bread & butter"]
    assert reading.records["authors"].tolist() == ["Åberg, Kåre; Vine, Jo", ""]
    assert reading.records.loc[0, ["type", "isbn", "journal"]].tolist() == [
        "CHAP", "978-5-5555-0101-1", "Invented book",
    ]  # fmt: skip
    assert [(entry.line, entry.why[:19]) for entry in reading.unreadable] == [
        (3, "not well-formed XML"), (5, "the element that be"),
    ]  # fmt: skip
    assert [(warning.line, "control characters" in warning.what) for warning in reading.warnings] == [
        (4, True)
    ]


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY b SYSTEM "file:///etc/hostname">',
        '<!ENTITY % remote SYSTEM "https://example.org/x.dtd"> %remote;',
    ],
)
def test_xml_that_declares_entities_is_refused(tmp_path, declared):
    record = "<record><titles><title>&b;</title></titles></record>"
    text = f"<!DOCTYPE xml [{declared}]><xml><records>{record}</records></xml>"
    assert "declares entities" in refused(tmp_path, "refs.xml", text)


def test_xml_nested_without_end_is_an_unreadable_entry(tmp_path):
    path = tmp_path / "refs.xml"
    path.write_text(f"<xml><records><record>{'<a>' * 5000}{'</a>' * 5000}</record></records></xml>")
    assert len(read_records(path).unreadable) == 1


def test_csl_json_dates_names_and_a_damaged_item():
    reading = reading_of("csl_odd_dates_and_items.json")
    assert reading.records["title"].tolist() == ["Parts", "Raw [with, brackets}", "Last"]
    assert reading.records["year"].tolist() == [2019, 2018, 2017]
    assert reading.records["source_line"].tolist() == [2, 4, 7]
    assert reading.records.loc[0, "authors"] == "de la Mare, Walter; Walking Group"
    assert [entry.line for entry in reading.unreadable] == [5, 6]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '[{"title": ' + "[" * 100_000,
        '{"author": "NAME", "title": "TEXT"}',
        '{"a": 1}',
        "[1, 2]",
    ],
    ids=id_of,
)
def test_json_that_is_no_list_of_references_is_refused(tmp_path, text):
    assert "JSON" in refused(tmp_path, "refs.json", text)


def test_web_of_science_tab_delimited_has_no_quotation():
    reading = reading_of("wos_tab_delimited_utf16.txt")
    row = reading.records.iloc[0]
    assert reading.encoding == "utf-16"
    assert row["title"] == '"Quoted" start of a title'
    assert row["authors"] == "Alder, Jo; Åberg, Kåre"
    assert row[["record_id", "pages", "journal"]].tolist() == ["wos:000990555000001", "27-43", "INVENTED J"]
    assert '"Z9": ["4"]' in row["extra"]


def test_unclosed_quotation_mark_costs_its_row_not_the_rest():
    reading = reading_of("csv_unclosed_quotation_mark.csv")
    assert reading.records["title"].tolist() == ["First", "Third", "Fourth"]
    assert [(entry.line, "never closed" in entry.why) for entry in reading.unreadable] == [(3, True)]


def test_head_below_a_search_statement_and_names_of_several_databases():
    row = reading_of("csv_search_above_the_head.csv").records.iloc[0]
    assert row["authors"] == "Alder, J. P.; Vine, Jo"
    assert row[["pages", "keywords", "source_line"]].tolist() == ["27-43", "a; b", 4]
    assert '"Colour": ["blue"]' in row["extra"]


def test_own_column_names_are_said_by_a_mapping(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("Titel på artikel;Hvem;Hvad\nTid;Alder, Jo;noget\n", encoding="utf-8")
    own = {"Titel på artikel": "title", "Hvem": "authors"}
    row = read_records(path, columns=own).records.iloc[0]
    assert row[["title", "authors"]].tolist() == ["Tid", "Alder, Jo"]
    with pytest.raises(UsageError, match="does not look like"):
        read_records(path)
    with pytest.raises(UsageError, match="records have no column 'name'"):
        read_records(path, columns={"Hvem": "name"})


def workbook_bytes(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_workbook_first_sheet_with_references_and_rows_by_number(tmp_path):
    path = tmp_path / "refs.xlsx"
    rows = [
        ["Search", "trust"],
        [],
        ["Titel", "År", "DOI", "Farve"],
        ["Tid", 2019.0, "10.5555/a", "blå"],
        [],
        ["Rum", None, "'=x", ""],
    ]
    path.write_bytes(workbook_bytes([["Person", "Age"], ["Jo", 40]], rows))
    reading = read_records(path)
    assert reading.format == "xlsx"
    assert reading.records["title"].tolist() == ["Tid", "Rum"]
    assert reading.records["source_line"].tolist() == [4, 6]
    assert reading.records.loc[0, "year"] == 2019
    assert reading.n_entries == 2


def test_workbook_bomb_and_workbook_with_entities_are_refused(tmp_path):
    with zipfile.ZipFile(io.BytesIO(workbook_bytes([["title", "year"], ["Tid", 1]]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    bomb = zipped(parts | {sheet: b" " * 30_000_000})
    assert "unpack to far more" in refused(tmp_path, "bomb.xlsx", bomb)
    laugh = zipped(parts | {sheet: b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'})
    assert "declares entities" in refused(tmp_path, "laugh.xlsx", laugh)


RIS = b"TY  - JOUR\nTI  - Time\nER  - \n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("refs.ris.gz", gzip.compress(RIS)),
        ("refs.zip", zipped({"refs.ris": RIS, "__MACOSX/._refs.ris": b"x"})),
        ("book.zip", zipped({"book.xlsx": workbook_bytes([["title", "year"], ["Time", 2019]])})),
    ],
    ids=id_of,
)
def test_archive_of_one_export_is_read(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert read_records(tmp_path / name).records["title"].tolist() == ["Time"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("two.zip", zipped({"a.ris": RIS, "b.ris": RIS}), "holds 2 files (a.ris, b.ris)"),
        ("none.zip", b"PK\x03\x04" + zipped({}), "an empty archive"),
        ("nested.zip", zipped({"a.zip": zipped({"a.ris": RIS})}), "archive within an archive"),
        ("nested.gz", gzip.compress(gzip.compress(RIS)), "archive within an archive"),
        ("bomb.gz", gzip.compress(b"\n" * 50_000_000), "unpack to far more"),
        ("bomb.zip", zipped({"a.ris": b"\n" * 50_000_000}), "unpack to far more"),
        ("cut.gz", gzip.compress(RIS)[:-9], "damaged gzip"),
        ("cut.zip", zipped({"a.ris": RIS})[:-9], "damaged one"),
        ("letter.docx", zipped({"word/document.xml": b"<x/>"}), "a Word document"),
    ],
    ids=id_of,
)
def test_archives_that_are_not_one_export_are_refused(tmp_path, name, content, said):
    assert said in refused(tmp_path, name, content)


def test_encrypted_archive_is_refused(tmp_path):
    content = bytearray(zipped({"a.ris": RIS}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + offset] |= 1
    assert "is encrypted" in refused(tmp_path, "refs.zip", bytes(content))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("My Library.enl", b"SQLite format 3\0" + bytes(100), "an EndNote library"),
        ("zotero.sqlite", b"SQLite format 3\0" + bytes(100), "a Zotero database"),
        ("refs.RData", gzip.compress(b"RDX3\nX\n\0\0\0"), "an R data file"),
        ("scan.png", b"\x89PNG\r\n\x1a\n", "a picture"),
        ("old.doc", b"\xd0\xcf\x11\xe0" + bytes(50), "an old Office document"),
        ("data.bin", bytes(range(256)) * 4, "a binary file"),
        ("null.ris", bytes(5000), "is empty"),
    ],
    ids=id_of,
)
def test_what_is_no_export_is_named(tmp_path, name, content, said):
    assert said in refused(tmp_path, name, content)


def test_bibtex_missing_commas_braces_and_doubled_fields_are_mended_with_a_warning():
    reading = reading_of("bibtex_missing_commas_and_braces.bib")
    assert reading.records["title"].tolist() == [
        "No comma here", "One brace too many", "The brace is missing", "Same key", "Main: Sub",
    ]  # fmt: skip
    first, second, third, fourth, last = (row for _, row in reading.records.iterrows())
    assert first["authors"] == "Alder, Jo; van Elm, Ludwig; Walking and Co; et al."
    assert first["journal"] == "Journal of Invented Partnerships"
    assert (second["authors"], second["year"], third["year"], third["abstract"]) == (
        "Vine, Jo",
        2020,
        2021,
        "Said.",
    )
    assert fourth["abstract"] == 'He said "yes" twice'
    assert '"more title": ["Another title"]' in fourth["extra"]
    assert '"early access date": ["DEC 2019"]' in fourth["extra"]
    assert last[["type", "year", "journal", "url"]].tolist() == [
        "ELEC", 2022, "Online J", "https://example.org/~a--b",
    ]  # fmt: skip
    said = [(warning.line, warning.what) for warning in reading.warnings]
    for line, words in ((2, "comma"), (8, "too many"), (10, "closes"), (15, "key 'a'"), (15, "stands twice")):
        assert any(at == line and words in what for at, what in said), (line, words)


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"{\"o}\"{o}\"o {\'e} \`{a} \^{\i} \v{c} \c{c} {\aa}{\O}{\ss} \~n", "ööö é à î č ç åØß ñ"),
        (r"R\&D 5\% \_x \#1 \{a\}", "R&D 5% _x #1 {a}"),
        ("a--b---c ``d'' {}", "a–b—c “d”"),
        (r"\emph{in vivo} {DNA} \textit{x}", "in vivo DNA x"),
        (r"$\alpha$ and $x_2$ for $5", "α and x_2 for $5"),
        ("no LaTeX -- 5 % ~x", "no LaTeX -- 5 % ~x"),
    ],
)
def test_latex_of_references_is_plain_text(latex, plain):
    assert decoded(latex) == plain


@pytest.mark.parametrize(
    ("names", "written"),
    [
        ("Charles Louis de la Vallee Poussin", "de la Vallee Poussin, Charles Louis"),
        ("Elm, Jr., Kim and John Smith III", "Elm Jr., Kim; Smith III, John"),
        ("{Barnes and Noble, Inc.} and others", "Barnes and Noble, Inc.; et al."),
        ("family=Elm, given=Kim, prefix=van", "van Elm, Kim"),
        (r"M{\"u}ller, J{\o}rn", "Müller, Jørn"),
        ("", ""),
    ],
)
def test_names_in_bibtex(names, written):
    assert authors_of(names) == written


def test_sound_bibtex_reads_as_bibtexparser_reads_it(shared_data):
    """The library is the second opinion: no entry that it reads is unreadable here."""
    bibtexparser = pytest.importorskip("bibtexparser")
    n_entries = 0
    for path in sorted((shared_data / "import").rglob("*.bib")):
        if path.stat().st_size > 60_000:
            continue
        text = decode(path.read_bytes())[0].replace("\r\n", "\n").replace("\r", "\n")
        lines = {entry.line for entry in read_bibtex(text) if not entry.why}
        theirs = {entry.start_line + 1 for entry in bibtexparser.parse_string(text).entries}
        assert theirs <= lines, path.name
        n_entries += len(theirs)
    assert n_entries > 1000


@pytest.mark.parametrize("member", ["../../refs.ris", "/etc/refs.ris", "C:\\refs.ris", "a\\..\\..\\refs.ris"])
def test_an_archive_whose_names_lead_out_of_it_is_refused(tmp_path, member):
    with zipfile.ZipFile(tmp_path / "refs.zip", "w") as archive:
        archive.writestr(member, "TY  - JOUR\nTI  - Time\nER  - \n")
    with pytest.raises(UsageError, match="leads out of the archive"):
        read_records(tmp_path / "refs.zip")


def test_a_size_that_an_archive_lies_about_is_no_way_around_the_limit(tmp_path):
    content = bytearray(zipped({"a.ris": b" " * 50_000_000}))
    for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(sign) + offset
        content[place : place + 4] = (1000).to_bytes(4, "little")
    refused(tmp_path, "lies.zip", bytes(content))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_entities_are_refused_in_any_encoding_and_behind_the_records(tmp_path, encoding):
    record = "<xml><records><record><titles><title>x</title></titles></record></records></xml>"
    text = f"{record}\n<!DOCTYPE x [<!ENTITY a 'b'>]>"
    assert "declares entities" in refused(tmp_path, "refs.xml", text.encode(encoding))


def test_strings_of_a_workbook_that_fill_the_memory_are_refused(tmp_path):
    with zipfile.ZipFile(io.BytesIO(workbook_bytes([["title", "year"], ["Tid", 1]]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    bomb = zipped(parts | {"xl/sharedStrings.xml": b" " * 30_000_000})
    assert "unpack to far more" in refused(tmp_path, "bomb.xlsx", bomb)
