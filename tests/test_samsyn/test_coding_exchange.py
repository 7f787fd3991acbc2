"""Coding moves between reviews and coding programs: each coder's by itself, and none of it is lost."""

import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from coding_scheme import read_coding_scheme, read_qdpx, standing_decisions
from samsyn import Review
from samsyn.command_line import main
from samsyn.decision_tables import read_rows

DATA = Path(__file__).parents[1] / "data"
HYGIENE = DATA / "hand_hygiene.yaml"
ENGLISH = ("Dispensers at each bed increased hand hygiene.", "A high workload reduced it.")


def run(*words: object, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    return done.output


@pytest.fixture
def review(tmp_path) -> Review:
    """Hand hygiene, not coded yet."""
    review = Review.new(tmp_path / "hygiene", scheme=HYGIENE)
    review.add(DATA / "hand_hygiene.ris")
    return review


def row(review: Review, code: str, quotation: str, direction: str = "promotes") -> dict[str, str]:
    records = review.records
    held = records.loc[records["abstract"].str.contains(quotation, regex=False), "record_id"].iloc[0]
    return {"record_id": held, "code_id": code, "value": "present", "direction": direction,
            "field": "abstract", "quotation": quotation}  # fmt: skip


def copy_of(review: Review, name: str) -> Review:
    return Review(Path(shutil.copytree(review.folder, review.folder.parent / name)))


def said(review: Review) -> list[tuple]:
    standing = standing_decisions(review.coding_decisions())
    columns = ["record_id", "code_id", "person", "value", "direction", "start", "end", "text"]
    return sorted(standing[columns].itertuples(index=False, name=None))


def test_a_project_goes_out_and_comes_back_into_an_empty_review_and_again_adds_nothing(review, tmp_path):
    other = copy_of(review, "other")
    review.code([row(review, "dispensers", ENGLISH[0])], person="ann", round_="blind")
    review.code([row(review, "dispensers", "Håndsprit ved sengen 🙂 øgede")], person="ann", round_="blind")
    review.code([row(review, "workload", ENGLISH[1], "hinders")], person="bo", round_="blind")
    assert "2 records written" in run("export", tmp_path / "p.qdpx", "--review", review.folder)
    told = run("import", tmp_path / "p.qdpx", "--review", other.folder)
    assert "3 codings in p.qdpx:\n       3  saved" in told
    assert said(other) == said(review)
    before = other.coding_decisions()["scheme_hash"].tolist()
    assert set(before) == {review.scheme.hash}
    again = json.loads(run("import", tmp_path / "p.qdpx", "--json", "--review", other.folder))
    assert again["outcomes"] == {"already here": 3}
    assert len(other.coding_decisions()) == 3


def test_two_peoples_projects_joined_lose_no_coding(review, tmp_path):
    """The same coder has gone on in two copies, and another coder beside."""
    one, two = copy_of(review, "one"), copy_of(review, "two")
    one.code([row(one, "dispensers", ENGLISH[0])], person="ann", round_="blind")
    two.code([row(two, "dispensers", "Dispensers at each bed")], person="ann", round_="blind")
    two.code([row(two, "workload", ENGLISH[1], "hinders")], person="bo", round_="blind")
    for each in (one, two):
        each.export(tmp_path / f"{each.folder.name}.qdpx")
        review.import_coding(tmp_path / f"{each.folder.name}.qdpx")
    assert {(who, text) for *_, who, _, _, _, _, text in said(review)} == {
        ("ann", ENGLISH[0]), ("ann", "Dispensers at each bed"), ("bo", ENGLISH[1]),
    }  # fmt: skip


def test_one_persons_project_keeps_another_coder_blind(review, tmp_path):
    review.code([row(review, "dispensers", ENGLISH[0])], person="ann")
    review.code([row(review, "workload", ENGLISH[1], "hinders")], person="bo")
    run("export", tmp_path / "ann.qdpx", "--as", "ann", "--review", review.folder)
    assert read_qdpx(tmp_path / "ann.qdpx").people == {"ann": "ann"}
    with zipfile.ZipFile(tmp_path / "ann.qdpx") as archive:
        assert b"workload reduced" not in archive.read("project.qde")


def foreign(path: Path, text: str, words: str, code: str = "Alcohol rub") -> Path:
    """A project of another program, whose texts and codes have names of their own."""
    start = text.index(words)
    keys = [f"{digit * 8}-0000-0000-0000-{digit * 12}" for digit in "1234"]
    document = f"""<Project name="theirs" xmlns="urn:QDA-XML:project:1.0">
    <Users><User guid="{keys[0]}" name="Emily B"/></Users>
    <CodeBook><Codes><Code guid="{keys[1]}" name="{code}" isCodable="true"/></Codes></CodeBook>
    <Sources><TextSource guid="{keys[2]}" name="article 7.txt"><PlainTextContent>{text}</PlainTextContent>
    <PlainTextSelection guid="{keys[3]}" startPosition="{start}" endPosition="{start + len(words)}"
     creatingUser="{keys[0]}"><Coding guid="{keys[3]}"><CodeRef targetGUID="{keys[1]}"/></Coding>
    </PlainTextSelection></TextSource></Sources></Project>"""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", document)
    return path


def test_coding_of_another_program_is_matched_by_words_and_names(review, tmp_path):
    record = review.records[review.records["title"].str.startswith("Dispensers")].iloc[0]
    path = foreign(tmp_path / "p.qdpx", f"{record['title']}\n{record['abstract']}", ENGLISH[1])
    told = run("import", path, "--review", review.folder)
    assert "1  no code of the scheme matches" in told
    assert review.coding_decisions().empty
    told = run("import", path, "--code", "Alcohol rub=workload", "--person", "Emily B=emily", "--review",
               review.folder)  # fmt: skip
    assert "1  saved" in told
    assert "1 record with codings that say no direction" in told
    decision = review.coding_decisions().iloc[0]
    assert (decision["person"], decision["code_id"], decision["text"]) == ("emily", "workload", ENGLISH[1])
    assert record["abstract"][decision["start"] : decision["end"]] == ENGLISH[1]
    assert review.check() == []


def test_a_code_is_known_by_its_danish_label(review, tmp_path):
    record = review.records[review.records["title"].str.startswith("Håndsprit")].iloc[0]
    path = foreign(tmp_path / "p.qdpx", record["abstract"], "Travlhed hindrede", code="Travlhed")
    outcome, _ = review.import_coding(path)
    assert outcome["outcome"].tolist() == ["saved"]
    assert review.coding_decisions()["code_id"].tolist() == ["workload"]


def test_texts_that_are_no_record_are_listed_or_added(review, tmp_path):
    path = foreign(tmp_path / "p.qdpx", "A text of our own. Soap 🙂 is dear.", "Soap 🙂", code="Gloves")
    assert "no record of this review matches" in run("import", path, "--review", review.folder)
    assert "1  saved" in run("import", path, "--add", "--review", review.folder)
    assert len(review.records) == 3
    assert review.coding_decisions()["text"].tolist() == ["Soap 🙂"]
    assert review.check() == []


def test_taguettes_highlights_come_in_for_the_one_who_made_them(review, tmp_path):
    path = tmp_path / "highlights.csv"
    path.write_text(
        "id,document,tag,content\n"
        f'1,Dispensers at the bed and hand hygiene.txt,People.Workload,"{ENGLISH[1]}"\n'
        "2,Dispensers at the bed and hand hygiene.txt,People.Workload,words that are not there\n"
    )
    assert "it names no coder (--as PERSON)" in run("import", path, "--review", review.folder)
    told = run("import", path, "--as", "ann", "--review", review.folder)
    assert "1  saved" in told
    assert "1  its words are not in the record" in told


def test_tables_of_the_coding_are_written_and_a_coder_can_take_them_back(review, tmp_path):
    other = copy_of(review, "other")
    review.code([row(review, "dispensers", ENGLISH[0])], person="ann", round_="blind")
    for table in ("matrix", "directions", "segments", "codebook"):
        run("export", tmp_path / f"{table}.csv", "--codes", table, "--review", review.folder)
    matrix = pd.read_csv(tmp_path / "matrix.csv")
    assert sorted(matrix["dispensers"].dropna()) == [1]
    assert sorted(matrix["workload"].dropna()) == [0]
    assert "promotes" in pd.read_csv(tmp_path / "directions.csv")["dispensers"].tolist()
    other.code(read_rows(tmp_path / "segments.csv"), person="ann")
    assert said(other) == said(review)
    assert (tmp_path / "codebook.csv").read_bytes().startswith(b"\xef\xbb\xbftag,description")


def test_a_table_that_is_no_csv_is_refused(review, tmp_path):
    told = run("export", tmp_path / "m.xlsx", "--codes", "matrix", "--review", review.folder, exit_code=2)
    assert "Known: .qdpx, .qdc, and .csv with --codes" in told
    assert list(tmp_path.glob("m*")) == []


def test_a_codebook_of_another_program_becomes_a_scheme_to_work_on(review, tmp_path):
    run("export", tmp_path / "codes.qdc", "--review", review.folder)
    told = run("scheme", "import", tmp_path / "codes.qdc", "--to", tmp_path / "new.yaml")
    assert "4 codes in 2 themes written" in told
    assert read_coding_scheme(tmp_path / "new.yaml").themes == review.scheme.themes
    assert "already there" in run(
        "scheme", "import", tmp_path / "codes.qdc", "--to", tmp_path / "new.yaml", exit_code=2
    )
    path = foreign(tmp_path / "p.qdpx", "words", "words")
    told = run("scheme", "import", path, "--to", tmp_path / "theirs.yaml")
    assert "1 definition to be written" in told
    assert read_coding_scheme(tmp_path / "theirs.yaml").code("alcohol_rub").label.en == "Alcohol rub"


def test_a_review_begins_with_a_small_scheme_for_another_topic(tmp_path):
    assert "(1 code)" in run("new", tmp_path / "other", "--scheme", "blank")
    review = Review(tmp_path / "other")
    review.add(DATA / "hand_hygiene.ris")
    assert review.suggest(all_records=True).empty
    assert review.check() == []


def test_new_decisions_on_retired_codes_are_refused_and_none_are_suggested(review):
    run("scheme", "merge", "dispensers", "gloves", "--into", "gloves", "--review", review.folder)
    assert "dispensers" not in set(review.suggest(all_records=True)["code_id"])
    with pytest.raises(ValueError, match=r"retired codes, no decision was saved: dispensers \(use gloves\)"):
        review.code([row(review, "dispensers", ENGLISH[0])], person="ann")
