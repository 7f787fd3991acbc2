"""Hostile words in every field of a review at once: whatever comes out of it, they stay words."""

import csv
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

from corpus import read_records
from samsyn import Review
from samsyn.command_line import main
from samsyn.commands.console import printable

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
    "long": "w" * 1_000_000, "bibtex": "} @book{x, title={y", "ris": "x\nER  - \nTY  - JOUR",
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
    place = ["--review", review.folder, "--query", EVERY + "\x1b[31m", "--database", EVERY, "--platform", EVERY]
    run("add", source, *place)
    named = {row["title"].split()[-1]: row for row in review.records.to_dict("records")}
    ids = {name: row["record_id"] for name, row in named.items()}
    assert set(ids) == set(HOSTILE)
    rows = [
        {"record_id": ids[name], "verdict": "include", "note": text} for name, text in NOTED.items()
    ]
    review.screen(rows, person="ann")
    against = {"verdict": "exclude", "criterion": HOSTILE["image"]}
    # one is excluded for good, one is left in conflict
    last = list(HOSTILE).index("surrogate")
    review.screen([row | against for row in rows[:last + 2]], person="bo")
    review.screen([rows[last] | against, *rows[:last]], person="ann", adjudicates=True)
    coding = [
        {"record_id": ids[name], "code_id": name if name in IN_YAML else "script", "value": "present", "direction": "promotes",
         "field": "abstract", "quotation": named[name]["abstract"][:3000], "finding": text,
         "basis": "script", "note": text}
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
    shorter = text[:150_000]
    return {
        "type": "article-journal", "id": name, "title": f"{shorter} {name}",
        "abstract": f"We saw. {text} So it is.", "author": [{"family": shorter, "given": shorter}],
        "container-title": shorter, "keyword": shorter, "URL": shorter, "DOI": shorter, "volume": shorter,
        "note": shorter, "issued": {"date-parts": [[2020]]},
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
