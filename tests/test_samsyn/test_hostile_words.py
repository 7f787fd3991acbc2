"""Hostile words in every field of a review at once: whatever comes out of it, they stay words."""

import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree, html
from openpyxl import load_workbook

from coding_scheme import read_qdpx
from corpus import read_records
from corpus.controls import without_controls
from corpus.files import csv_rows
from samsyn import Review
from samsyn.cards.formatted import as_html, formatted
from samsyn.command_line import main
from samsyn.commands.console import printable
from synthesis import effect_direction_plot, evidence_table, flow_figure, gap_map

# what a word would do if it came through as more than a word: set window.hit, or show this mark
HOSTILE = {
    "ansi": "\x1b[2J\x1b]0;owned\x07red", "c1": "\x9b31mred", "nul": "a\x00b",
    "backspace": "good\b\b\b\bevil",
    "return": "good\r\nevil: x\revil", "surrogate": "half \ud800 letter", "bidi": "\u202efdp.exe",
    "isolate": "\u2066x",
    "script": "</script><script>window.hit=1</script>", "image": "\"'><img src=x onerror=window.hit=1>",
    "style": "</style></title></textarea></svg><svg onload=window.hit=1>",
    "formula": "=HYPERLINK(\"http://x\")", "at": "@SUM(1)", "minus": "-1+cmd|' /C calc'!A0", "plus": "+1",
    "tab": "\t=1+1", "wide": "\uff1d1+1",
    "url": "javascript:window.hit=1", "sql": "\"; DROP TABLE records;--", "jinja": "{{ 7*7 }}{% raw %}",
    "cdata": "]]><!--", "entity": "&lol; &amp;lt; &xxe;", "path": "../../etc/passwd",
    "backslash": "..\\..\\x",
    "long": "".join(f"{n:x}" for n in range(210_000)),
    "bibtex": "} @book{x, title={y", "ris": "x\nER  - \nTY  - JOUR",
}  # fmt: skip
# texts that people write are not so long, and in a YAML file control characters are a fault
NOTED = {name: text[:300] for name, text in HOSTILE.items()}
IN_YAML = {
    name: text for name, text in NOTED.items()
    if name not in ("ansi", "c1", "nul", "backspace", "surrogate")
}  # fmt: skip
EVERY = " ".join(IN_YAML.values())
TOLD = ("label", "definition", "use_when", "do_not_use_when", "example", "near_miss")
APPROACHES = ("script", "bidi", "formula")


def run(*words: object, exit_code: int | None = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    assert exit_code is None or done.exit_code == exit_code, done.output
    return done.output


def steers(said: str) -> list[str]:
    """The signs of a text that a terminal would obey, or that turn the direction of reading."""
    return [
        sign for sign in said if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]


@pytest.fixture(scope="module")
def hostile_review(tmp_path_factory) -> Path:
    """A review with each hostile text in every field of its files, coded, judged and rendered with it."""
    place = tmp_path_factory.mktemp("hostile")
    source = place / "<img src=x onerror=window.hit=1> =1+1 \u202e .json"
    source.write_text(json.dumps([item(name, text) for name, text in HOSTILE.items()]), encoding="utf-8")
    review = Review.new(place / "review", scheme="blank")
    write_own_files(review.folder)
    place = [
        "--review",
        review.folder,
        "--query",
        EVERY + "\x1b[31m",
        "--database",
        EVERY,
        "--platform",
        EVERY,
    ]
    run("add", source, *place)
    named = {row["title"].split()[-1]: row for row in review.records.to_dict("records")}
    ids = {name: row["record_id"] for name, row in named.items()}
    assert set(ids) == set(HOSTILE)
    rows = [{"record_id": ids[name], "verdict": "include", "note": text} for name, text in NOTED.items()]
    review.screen(rows, person="ann")
    against = {"verdict": "exclude", "criterion": HOSTILE["image"]}
    # one is excluded for good, one is left in conflict
    last = list(HOSTILE).index("surrogate")
    review.screen([row | against for row in rows[: last + 2]], person="bo")
    review.screen([rows[last] | against, *rows[:last]], person="ann", adjudicates=True)
    coding = [
        {"record_id": ids[name], "code_id": name if name in IN_YAML else "script", "value": "present",
         "direction": "promotes", "field": "abstract", "quotation": named[name]["abstract"][:3000],
         "finding": text, "basis": "script", "note": text}
        for name, text in NOTED.items() if name != "surrogate"
    ]  # fmt: skip
    review.code(coding, person="ann")
    review.code([row | {"direction": "hinders"} for row in coding[2:5]], person="bo")
    described = [
        {"record_id": ids[name], "descriptor": which, "value": value}
        for name, text in NOTED.items()
        for which, value in (("country", text), ("approach", APPROACHES[len(name) % 3]))
    ]
    review.describe(described, person="ann")
    judged = [
        {"about": ids[name], "item": "script", "value": "no", "explanation": text}
        for name, text in list(NOTED.items())[:5]
    ]
    judged += [
        {"about": name, "item": item, "value": value, "explanation": text}
        for name, text in list(IN_YAML.items())[3:]
        for item, value in (("coherence", "serious"), ("confidence", "low"))
    ]
    review.judge(judged, person="ann")
    review.render()
    return review.folder


def item(name: str, text: str) -> dict:
    """A record as CSL-JSON has it, with the text in every field."""
    # longer than a cell of a table or of a spreadsheet may be; a whole megabyte in the abstract
    shorter, short = text[:140_000], text[:10_000]
    return {
        "type": "article-journal", "id": name, "title": f"{shorter} {name}",
        "abstract": f"We saw. {text} So it is.", "author": [{"family": short, "given": short}],
        "container-title": short, "keyword": short, "URL": short, "DOI": short, "volume": short,
        "note": short, "issued": {"date-parts": [[2020]]},
    }  # fmt: skip


def write_own_files(folder: Path) -> None:
    """Protocol, coding scheme and the author's text, with the hostile texts wherever one may write words."""
    words = {name: {"en": text, "da": text} for name, text in IN_YAML.items()}
    every = {"en": EVERY, "da": EVERY}
    listed = [{"id": text, **words[name]} for name, text in IN_YAML.items()]
    own = {
        "protocol.yaml": {
            "id": EVERY, "version": EVERY, "title": every, "licence": HOSTILE["url"], "questions": listed,
            "criteria": {"inclusion": listed, "exclusion": listed}, "stages": ["title_abstract"],
            "invented": every, "notes": {"any": EVERY},
            "people": [{"id": "ann", "name": EVERY}, {"id": "bo", "name": HOSTILE["formula"]}],
            "appraisal": [{"id": name, **words[name]} for name in IN_YAML],
        },
        "coding_scheme.yaml": {
            "id": EVERY, "version": "1.0", "title": every, "provenance": every, "rules": [every],
            "themes": [
                {"id": f"theme_{name}", "label": words[name], "definition": words[name],
                 "codes": [{"id": name, **dict.fromkeys(TOLD, words[name]), "basis": text}]}
                for name, text in IN_YAML.items()
            ],
            "descriptors": [
                {"id": "country", "label": every, "definition": every},
                {"id": "approach", "label": every, "value_type": "one_of",
                 "values": [{"id": name, "label": words[name]} for name in APPROACHES]},
            ],
            "facets": [
                {"id": "basis", "label": every, "values": [{"id": name, **words[name]} for name in IN_YAML]}
            ],
        },
        "synthesis.yaml": {
            "themes": [{"id": f"theme_{name}", **words[name]} for name in IN_YAML],
            "findings": [{"id": name, **words[name], "theme": f"theme_{name}"} for name in IN_YAML],
        },
    }  # fmt: skip
    for name, content in own.items():
        # JSON is YAML, and may hold any sign by its number
        (folder / name).write_text(json.dumps(content), encoding="ascii")


# what a page of ours is made of; a word that became more than a word would bring something else
NEVER = ("script", "img", "iframe", "object", "embed", "form", "base", "foreignobject", "animate", "use")
LINKS = re.compile(r"(#|https://doi\.org/|https?://|[\w. -]+\.(csv|svg|json|bib|ris|xlsx|docx)$)")


PLAIN = etree.XMLParser(resolve_entities=False, huge_tree=True)
NUMBER = re.compile(r"-?\d+(\.\d+)?$")


def is_only_ours(page: str, *, scripts: int = 0) -> None:
    """A page of HTML or SVG holds no element, attribute or link that a file's words made."""
    root = html.document_fromstring(
        page.encode("utf-8"), parser=html.HTMLParser(huge_tree=True, encoding="utf-8")
    )
    tags = [str(element.tag).lower() for element in root.iter()]
    assert tags.count("script") == scripts
    assert not set(tags) & set(NEVER[1:])
    for element in root.iter():
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        for name in ("href", "src", "action", "xlink:href"):
            assert LINKS.match(element.get(name, "#")), element.get(name)
    assert "{{ 7*7 }}" in page or "7*7" not in page
    assert steers(page.translate({ord(sign): None for sign in "\t\r\u202e\u2066\xad"})) == []


def test_check_finds_the_report_of_hostile_words_sound(hostile_review):
    said = run("check", "--review", hostile_review)
    assert "All is well" in said
    assert steers(said) == []


def test_the_page_and_what_a_notebook_shows_hold_words_as_words(hostile_review):
    is_only_ours((hostile_review / "output/report.html").read_text(encoding="utf-8"), scripts=1)
    review = Review.open(hostile_review)
    evidence = review.evidence()
    shown = [review._repr_html_(), review.duplicates()._repr_html_(), review.stopping()._repr_html_()]
    shown += [evidence_table(evidence)._repr_html_(), gap_map(evidence)._repr_html_()]
    shown += [
        effect_direction_plot(evidence)._repr_html_(),
        flow_figure(review.flow(), review.protocol)._repr_html_(),
    ]
    shown += ["".join(as_html(formatted(without_controls(text)))) for text in HOSTILE.values()]
    for page in shown:
        is_only_ours(f"<html><body>{page}</body></html>")


def test_in_a_browser_no_word_of_the_page_runs_or_asks_for_anything(hostile_review, browser):
    page = browser.new_page()
    seen: list[str] = []
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("request", lambda request: seen.append(request.url))
    page.goto((hostile_review / "output/report.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("window.hit") is None
    assert [one for one in seen if not one.startswith("file:") or not one.endswith("report.html")] == []
    page.close()


def test_drawings_are_sound_svg_that_runs_nothing(hostile_review):
    for path in (hostile_review / "output").glob("*.svg"):
        root = etree.fromstring(path.read_bytes())
        assert not [one for one in root.iter() if etree.QName(one).localname.lower() in NEVER]
        assert not [name for one in root.iter() for name in one.attrib if name.lower().startswith("on")]
        assert steers("".join(root.itertext()).replace("\t", "")) == []


def test_no_cell_of_a_table_is_a_formula(hostile_review):
    formula = ("=", "+", "-", "@", "\t", "\r", "\uff1d")
    for path in (hostile_review / "output").glob("*.csv"):
        rows = list(csv_rows(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not [
            cell[:40] for row in rows for cell in row if cell.startswith(formula) and not NUMBER.match(cell)
        ]
    book = load_workbook(hostile_review / "output/tables.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    with zipfile.ZipFile(hostile_review / "output/tables.xlsx") as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower() or "vba" in name.lower()]


def test_the_word_document_is_sound_xml_without_anything_from_elsewhere(hostile_review):
    with zipfile.ZipFile(hostile_review / "output/report.docx") as parts:
        roots = {
            name: etree.fromstring(parts.read(name), PLAIN)
            for name in parts.namelist()
            if name.endswith(("xml", "rels"))
        }
    led = [
        one.get("Target")
        for root in roots.values()
        for one in root.iter("{*}Relationship")
        if one.get("TargetMode") == "External"
    ]
    assert not [target for target in led if not LINKS.match(target)]
    body = roots["word/document.xml"]
    assert steers("".join(body.itertext()).translate({ord(sign): None for sign in "\t\u202e\u2066"})) == []
    # no field (such as DDE) but those of links and page numbers that we write
    codes = " ".join(one.text or "" for one in body.iter("{*}instrText"))
    assert "window" not in codes and "DDE" not in codes


def test_a_project_for_other_coding_programs_is_valid_and_comes_back(hostile_review, tmp_path, shared_data):
    review = Review.open(hostile_review)
    for suffix, schema in (("qdpx", "Project.xsd"), ("qdc", "Codebook.xsd")):
        path = tmp_path / f"out.{suffix}"
        review.export(path, which="included")
        valid = etree.XMLSchema(etree.parse(shared_data / "refi-qda" / schema))
        if suffix == "qdc":
            valid.assertValid(etree.fromstring(path.read_bytes(), PLAIN))
            continue
        with zipfile.ZipFile(path) as archive:
            assert not [name for name in archive.namelist() if ".." in name or name.startswith(("/", "\\"))]
            valid.assertValid(etree.fromstring(archive.read("project.qde"), PLAIN))
        assert len(read_qdpx(path).records) == len(review.included())


@pytest.mark.parametrize("suffix", [".ris", ".bib", ".csv", ".json", ".xlsx"])
def test_every_record_and_no_more_comes_back_with_its_title(hostile_review, tmp_path, suffix):
    records = Review.open(hostile_review).records
    run("export", tmp_path / f"out{suffix}", "--review", hostile_review)
    reading = read_records(tmp_path / f"out{suffix}")
    assert (len(reading.records), len(reading.unreadable)) == (len(records), 0)
    wanted, back = (
        {" ".join(title.split()) for title in frame["title"]} for frame in (records, reading.records)
    )
    assert wanted - back == set()


# --- the terminal ------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [["status"], ["rank", "--all"], ["duplicates"], ["screen", "--conflicts"], ["screen", "--waiting"],
     ["agreement"], ["suggest"], ["status", "--json"], ["rank", "--all", "--json"],
     ["screen", "--conflicts", "--json"], ["duplicates", "--json"]],
    ids=" ".join,
)  # fmt: skip
def test_no_command_lets_a_files_words_steer_the_terminal(hostile_review, words):
    said = run(*words, "--review", hostile_review, exit_code=None)
    assert said
    assert steers(said) == []
    if "--json" in words:
        json.loads(said.splitlines()[-1])


def test_a_fault_that_quotes_a_call_or_a_file_cannot_steer_the_terminal(hostile_review, tmp_path):
    text = "".join(HOSTILE[name] for name in ("ansi", "c1", "backspace", "return", "bidi", "isolate", "path"))
    place = ["--review", hostile_review]
    table = tmp_path / "decisions.csv"
    table.write_bytes(f"record_id,verdict\n{json.dumps(text)},include\n".encode("utf-8", "replace"))
    for words in (["duplicates", "--explain", text], ["screen", table, "--as", text], ["add", text],
                  ["screen", table, "--as", "ann"], ["rank", "--stage", text], [text]):  # fmt: skip
        assert steers(run(*words, *place, exit_code=None)) == []


def test_printable_keeps_the_letters_of_every_language():
    assert printable("Æble, 東京, שלום, 🌱\n") == "Æble, 東京, שלום, 🌱\n"
    for text in HOSTILE.values():
        assert steers(printable(text)) == []
