"""Decisions in the exports of Rayyan, ASReview, Covidence and Samsyn: whose, what, why, when."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import (
    Protocol,
    UsageError,
    Wording,
    decisions_in,
    import_decisions,
    imported_lines,
    match_records,
    read_records,
    screening_decisions,
)
from corpus.protocol import Criteria, Criterion, Person
from corpus.records import as_records

PROTOCOL = Protocol(
    "p",
    Wording(),
    (),
    criteria=Criteria(
        exclusion=(Criterion("E1", en="Wrong population", da="Forkert population"), Criterion("E2"))
    ),
    people=(Person("emily", "Emily Stone"), Person("bo")),
)
RAYYAN_CSV = """\
key,title,year,authors,doi,notes
rayyan-1,Time,2019,Alder J,10.5555/t,\
"RAYYAN-INCLUSION: {""Emily Stone""=>""Included"", ""Bo""=>""Excluded""} \
| RAYYAN-EXCLUSION-REASONS: wrong population,foreign language | RAYYAN-LABELS: ML, ward | \
USER-NOTES: {""Bo""=>[""not adults; see table 2"", ""ask""]}"
rayyan-2,Trust,2020,Birk A,,"Source: PubMed | RAYYAN-INCLUSION: {""Emily Stone""=>""Maybe""}"
rayyan-3,Talk,2021,Vine P,,kept for the introduction
"""


def found_in(tmp_path, text: str, name: str = "export.csv", **more):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return decisions_in(read_records(path).records, PROTOCOL, file=name, **more)


def test_rayyan_says_each_persons_verdict_reasons_labels_and_notes(tmp_path):
    found, program = found_in(tmp_path, RAYYAN_CSV)
    assert program == "rayyan"
    assert found[["row", "name", "verdict", "reasons", "note"]].values.tolist() == [
        [0, "Emily Stone", "include", (), "labels: ML, ward"],
        [0, "Bo", "exclude", ("wrong population,foreign language",),
         "not adults; see table 2; ask; labels: ML, ward"],
        [1, "Emily Stone", "unsure", (), ""],
    ]  # fmt: skip


def test_rayyan_in_ris(tmp_path):
    text = (
        "TY  - JOUR\nAN  - rayyan-1\nTI  - Time\nN1  - A note of old\n"
        'N1  - RAYYAN-INCLUSION: {"Emily Stone"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: x\nER  - \n'
    )
    found, program = found_in(tmp_path, text, "export.ris")
    assert (program, found.loc[0, "verdict"], found.loc[0, "reasons"]) == ("rayyan", "exclude", ("x",))


def test_a_real_rayyan_export(shared_data):
    """Six references of a published collection of citation files, screened by one person."""
    path = shared_data / "import" / "citation-file-formatting" / "Datasets" / "RIS" / "_baseline_rayyan.ris"
    found, program = decisions_in(read_records(path).records, PROTOCOL, file=path.name)
    assert program == "rayyan"
    assert found["name"].tolist() == ["Emily"] * 6
    assert sorted(found["verdict"]) == ["exclude"] * 2 + ["include"] * 2 + ["unsure"] * 2


def test_asreview_labels_times_people_notes_and_tags_in_a_table(tmp_path):
    text = (
        "record_id,title,asreview_label,asreview_time,asreview_note,asreview_tag_design_rct,asreview_user_name\n"
        "0,Time,1,2026-09-01 10:11:12,by the book,1,Emily Stone\n1,Trust,0,2026-09-01 10:12:00,,0,bo\n"
        "2,Talk,,,,,\n"
    )
    found, program = found_in(tmp_path, text)
    assert program == "asreview"
    assert found[["row", "name", "verdict", "note", "decided_at"]].values.tolist() == [
        [0, "Emily Stone", "include", "by the book; tags: design: rct", "2026-09-01T10:11:12Z"],
        [1, "bo", "exclude", "", "2026-09-01T10:12:00Z"],
    ]


def test_labels_of_numbered_rows_go_to_the_record_of_that_title_not_of_that_number(tmp_path):
    own, labelled = tmp_path / "own.csv", tmp_path / "labelled.csv"
    own.write_text("record_id,title\n0,Trust\n1,Time\n", encoding="utf-8")
    labelled.write_text("record_id,title,asreview_label\n0,Time,1\n1,Trust,0\n", encoding="utf-8")
    records, found = read_records(own).records, read_records(labelled).records
    trust, time = records["record_id"]
    assert decisions_in(found, PROTOCOL, file="labelled.csv")[0]["verdict"].tolist() == ["include", "exclude"]
    assert match_records(found, records, {trust: trust, time: time}) == [(time, ""), (trust, "")]


def test_asreview_labels_in_ris_notes(tmp_path):
    text = (
        'TY  - JOUR\nTI  - Time\nN1  - ASReview_relevant\nN1  - asreview_time: "2026-09-01 10:11:12"\n'
        'N1  - asreview_user_name: "bo"\nN1  - asreview_note: "a; b"\nER  - \n'
        "TY  - JOUR\nTI  - Trust\nN1  - ASReview_irrelevant\nER  - \n"
        "TY  - JOUR\nTI  - Talk\nN1  - ASReview_not_seen\nER  - \n"
    )
    found, program = found_in(tmp_path, text, "export.ris")
    assert program == "asreview"
    assert found[["row", "name", "verdict", "note", "decided_at"]].values.tolist() == [
        [0, "bo", "include", "a; b", "2026-09-01T10:11:12Z"],
        [1, "", "exclude", "", ""],
    ]


def test_a_real_table_of_labels(shared_data):
    path = shared_data / "import" / "asreview" / "tests" / "demo_data" / "generic_labels.csv"
    found, _ = decisions_in(read_records(path).records, PROTOCOL, file=path.name)
    table = pd.read_csv(path)
    words = table["label_included"].map({1: "include", 0: "exclude"})
    assert found["verdict"].tolist() == words.tolist()


COVIDENCE = (
    "Title,Authors,Abstract,Published Year,Journal,DOI,Ref,Covidence #,Study,Notes,Tags\n"
    'Time,"Alder, J.",,2019,J,10.5555/t,1,#12,Alder 2019,Exclusion reason: Wrong population; ,ward\n'
)


@pytest.mark.parametrize(
    ("name", "decided"),
    [
        ("review_1_irrelevant_csv_20260901.csv", [("title_abstract", "exclude")]),
        ("review_1_select_csv_20260901.csv", [("title_abstract", "include")]),
        (
            "review_1_excluded_csv_20260901.csv",
            [("title_abstract", "include"), ("full_text", "exclude")],
        ),
        (
            "review_1_included_csv_20260901.csv",
            [("title_abstract", "include"), ("full_text", "include")],
        ),
    ],
)
def test_covidence_says_the_verdict_with_the_name_of_its_list(tmp_path, name, decided):
    found, program = found_in(tmp_path, COVIDENCE, name)
    assert program == "covidence"
    assert list(zip(found["stage"], found["verdict"], strict=True)) == decided
    reasons = [reasons for reasons in found["reasons"] if reasons]
    assert reasons == [("Wrong population",)] * [verdict for _, verdict in decided].count("exclude")


def test_a_covidence_file_of_another_name_asks_for_its_list(tmp_path):
    with pytest.raises(UsageError, match="--list"):
        found_in(tmp_path, COVIDENCE, "export.csv")
    assert len(found_in(tmp_path, COVIDENCE, "export.csv", covidence_list="irrelevant")[0]) == 1


def test_a_file_without_decisions_is_said_to_be_one(tmp_path):
    with pytest.raises(UsageError, match="holds no screening decisions"):
        found_in(tmp_path, "title,abstract\nTime,\n")


def test_a_label_that_is_no_label_is_a_fault(tmp_path):
    found, _ = found_in(tmp_path, "title,abstract,label\nTime,,perhaps\n")
    with pytest.raises(UsageError, match="the verdict 'perhaps' is not known"):
        import_decisions(found, [("r", "")], screening_decisions([]), PROTOCOL, titles=["Time"], person="bo")


# --- made decisions of this review ------------------------------------------------------------------------

OWN = as_records(
    pd.DataFrame(
        {
            "record_id": ["s:1", "s:2", "s:3", "s:4"],
            "title": ["Time", "Trust", "Editorial", "Editorial"],
            "authors": ["Alder, J.", "Birk, A.", "Vine, P.", "Wood, C."],
            "year": [2019, 2020, 2021, 2021],
            "doi": ["10.5555/t", "", "", ""],
        }
    )
)
UNIQUE = {name: name for name in OWN["record_id"]}


def test_the_id_of_another_reviews_record_is_not_taken_for_ones_own():
    own = pd.DataFrame({"record_id": ["refs:1", "refs:2"], "title": ["What schools do", "Bicycles at night"]})
    found = pd.DataFrame(
        {"record_id": ["refs:1", "refs:2"], "title": ["Trust in towns", "Bicycles at night"]}
    )
    matched = match_records(found, own, {"refs:1": "refs:1", "refs:2": "refs:2"})
    assert matched == [("", "no record matches"), ("refs:2", "")]


def test_a_name_with_quotation_marks_in_it_is_one_name(tmp_path):
    text = RAYYAN_CSV.replace('""Emily Stone""', r'""Stone, E. \""Em\""""')
    found, _ = found_in(tmp_path, text)
    assert 'Stone, E. "Em"' in set(found["name"])


def outcome_of(tmp_path, text=RAYYAN_CSV, standing=(), **more):
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    records = read_records(path).records
    found, _ = decisions_in(records, PROTOCOL, file=path.name)
    return import_decisions(
        found, match_records(records, OWN, UNIQUE), screening_decisions(standing), PROTOCOL,
        titles=records["title"].tolist(), file=path.name, **more,
    )  # fmt: skip


def test_people_and_reasons_are_known_by_the_words_of_the_protocol(tmp_path):
    found = outcome_of(tmp_path)
    assert found[["person", "record_id", "verdict", "criterion", "outcome"]].values.tolist() == [
        ["emily", "s:1", "include", "", "saved"],
        ["bo", "s:1", "exclude", "E1", "saved"],
        ["emily", "s:2", "unsure", "", "saved"],
    ]
    # a reason that is no criterion is not lost
    assert "reason: foreign language" in found.loc[1, "note"]


def test_reasons_can_be_named(tmp_path):
    found = outcome_of(tmp_path, reasons={"foreign language": "E2"})
    assert (found.loc[1, "criterion"], "also: E2" in found.loc[1, "note"]) == ("E1", True)
    with pytest.raises(UsageError, match="No criterion 'E9'"):
        outcome_of(tmp_path, reasons={"foreign language": "E9"})


def test_names_nobody_knows_are_all_said_at_once_and_nothing_is_taken(tmp_path):
    text = RAYYAN_CSV.replace("Emily Stone", "E. S.").replace('""Bo""', '""B. O.""')
    with pytest.raises(UsageError, match="2 faults, no decision was saved") as fault:
        outcome_of(tmp_path, text)
    assert "2 decisions of 'E. S.'" in str(fault.value)
    assert len(outcome_of(tmp_path, text, people={"E. S.": "emily", "B. O.": "bo"})) == 3


def test_taking_a_file_again_adds_nothing(tmp_path):
    lines = imported_lines(outcome_of(tmp_path), now="2026-09-02T00:00:00Z", file="export.csv")
    standing = [{**line, "person": person} for person, made in lines.items() for line in made]
    assert {line["imported_from"] for line in standing} == {"export.csv"}
    assert set(outcome_of(tmp_path, standing=standing)["outcome"]) == {"already here"}


def test_what_is_older_than_the_decision_here_does_not_override_it(tmp_path):
    text = (
        "title,doi,asreview_label,asreview_time,asreview_user_name\nTime,10.5555/t,1,2026-09-01 10:00:00,bo\n"
    )
    standing = {"type": "screening", "record_id": "s:1", "stage": "title_abstract", "verdict": "exclude",
                "person": "bo", "decided_at": "2026-10-01T00:00:00Z"}  # fmt: skip
    assert outcome_of(tmp_path, text, [standing])["outcome"].tolist() == ["older than the decision here"]
    standing["decided_at"] = "2026-08-01T00:00:00Z"
    assert outcome_of(tmp_path, text, [standing])["outcome"].tolist() == ["saved"]


def test_two_rows_that_are_one_record_here_and_differ_are_left_to_the_person(tmp_path):
    text = RAYYAN_CSV.replace("Trust,2020,Birk A,", "Time,2019,Alder J,")
    found = outcome_of(tmp_path, text)
    assert found[found["person"] == "emily"]["outcome"].tolist() == ["said twice, differently"] * 2


@pytest.mark.parametrize(
    "mark",
    [
        '{"record_id": 7, "decisions": [{"person": 3, "verdict": ["include"], "stage": {}, "criterion": 1}]}',
        '{"record_id": "s:1", "decisions": [7, null, {"person": "../../x", "verdict": "include", "stage": '
        '"title_abstract"}]}',
        '{"record_id": "s:1", "decisions": [{"person": "x", "verdict": "include", "calibration": 1e999}]}',
    ],
)
def test_a_mark_that_somebody_tampered_with_is_a_fault_in_words(tmp_path, mark):
    path = tmp_path / "export.ris"
    path.write_text(f"TY  - JOUR\nTI  - Time\nN1  - samsyn-screening: {mark}\nER  - \n", encoding="utf-8")
    records = read_records(path).records
    found, _ = decisions_in(records, PROTOCOL, file=path.name)
    people = {name: name for name in found["name"]}
    with pytest.raises(UsageError):
        import_decisions(
            found, [("s:1", "")], screening_decisions([]), PROTOCOL, titles=["Time"], people=people
        )


@given(
    st.lists(
        st.sampled_from(
            [
                'samsyn-screening: {"record_id": "s:1", "decisions": [{"person": "a"}]}',
                "samsyn-screening: {",
                "RAYYAN-INCLUSION: ", '{"Bo"=>"Included"}', " | ", "RAYYAN-EXCLUSION-REASONS: a,b",
                "USER-NOTES: ",
                '{"Bo"=>["x"]}', "ASReview_relevant", 'asreview_note: "', 'asreview_time: "2026"',
                "; ", "=>", '"',
                "Exclusion reason: x;", "[" * 3000, "{", "}", "\n",
            ]
        ),
        max_size=12,
    ),
    st.sampled_from(["", "samsyn", "rayyan", "asreview", "covidence"]),
)  # fmt: skip
def test_whatever_stands_in_the_notes_is_decisions_or_a_fault_in_words(parts, program):
    records = as_records(pd.DataFrame([{"record_id": "x:1", "title": "Time", "notes": "".join(parts)}]))
    try:
        found, _ = decisions_in(records, PROTOCOL, file="f.ris", program=program, covidence_list="excluded")
        import_decisions(
            found, [("s:1", "")], screening_decisions([]), PROTOCOL, titles=["Time"], person="bo"
        )
    except UsageError as fault:
        assert "f.ris" in str(fault) or "file" in str(fault)


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"title": "Anything", "doi": "10.5555/T"}, ("", "no record matches")),  # the titles contradict
        ({"title": "", "doi": "https://doi.org/10.5555/t"}, ("s:1", "")),
        ({"title": "TIME.", "year": 2019}, ("s:1", "")),
        ({"title": "Time", "year": 2011}, ("", "no record matches")),
        ({"title": "Trust", "authors": "Zed, Q."}, ("", "no record matches")),
        ({"title": "Editorial"}, ("", "no record matches")),
        ({"title": "Editorial", "authors": "Wood, C.", "year": 2021}, ("s:4", "")),
        ({"record_id": "s:2", "title": "Trust: a correction"}, ("s:2", "")),
        ({"record_id": "s:2", "title": "retitled"}, ("", "no record matches")),  # of another review
    ],
)
def test_an_entry_is_matched_only_where_nothing_speaks_against_it(row, match):
    found = as_records(pd.DataFrame([{"record_id": "x:1", **row}]))
    found["doi"] = found["doi"].str.lower().str.removeprefix("https://doi.org/")
    assert match_records(found, OWN, UNIQUE) == [match]


def test_one_title_twice_in_the_review_is_not_guessed_at():
    own = pd.concat([OWN, OWN.iloc[[0]].assign(record_id="s:9", doi="10.5555/other")])
    found = as_records(pd.DataFrame([{"record_id": "x:1", "title": "Time"}]))
    assert match_records(found, own, UNIQUE | {"s:9": "s:9"}) == [("", "several records match")]
