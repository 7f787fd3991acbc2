"""The tables: margins, marks, absence, warnings, CSV."""

from __future__ import annotations

import dataclasses
import math
import re

import pandas as pd
import pytest

from coding_scheme import CodingDecision, Segment, as_line, coding_decisions
from corpus.errors import ReviewError, UsageError
from corpus.protocol import Wording
from synthesis import (
    Column,
    Evidence,
    EvidenceTable,
    Words,
    agreement_table,
    characteristics,
    evidence_table,
    excluded_at_full_text,
    findings,
    references,
    search_log,
    table_csv,
    theme_matrix,
    theme_summaries,
    unreadable_entries,
    unsettled_conflicts,
)
from synthesis.agreement_of_codes import agreement_by_code
from synthesis.sections import meanings
from synthesis.tables import matrix_groups
from synthesis.words import _texts


def test_a_danish_table_sorts_and_dates_studies_as_its_references_do(danish_names: Evidence) -> None:
    listed = references(danish_names, "da").frame
    listed = listed.loc[listed["set"] == "included", "reference"].tolist()
    assert [text.split(",")[0] for text in listed[-2:]] == ["Ærø", "Åberg"]
    assert "(u.å.)" in listed[-2]
    assert characteristics(danish_names, "da").frame["label"].tolist()[-2:] == ["Ærø u.å.", "Åberg 2014"]
    other = {"record_id": "scopus:9001", "code_id": "trust", "kind": "presence", "positions": "a; b"}
    conflicts = pd.concat([danish_names.coding_conflicts, pd.DataFrame([other])], ignore_index=True)
    evidence = dataclasses.replace(danish_names, coding_conflicts=conflicts)
    assert unsettled_conflicts(evidence, "da").frame["study"].tolist() == ["Ærø u.å.", "Åberg 2014"]
    assert unsettled_conflicts(evidence).frame["study"].tolist() == ["Åberg 2014", "Ærø n.d."]


def test_a_descriptor_in_dispute_is_counted_and_shown_as_no_value(disputed: Evidence) -> None:
    shown = characteristics(disputed, "da").frame.set_index("label").loc["Alder 2014"]
    assert (shown["country"], shown["approach"]) == ("uenighed", "uenighed")
    assert matrix_groups(disputed)[-1][0] == "in dispute"
    countries = {name for summary in theme_summaries(disputed) for name, _ in summary.countries}
    assert "in dispute" in countries
    assert not any("coder" in name or "MX" in name for name in countries)


def test_margins_count_distinct_studies_not_findings(whole_evidence: Evidence) -> None:
    frame = theme_matrix(whole_evidence).frame.set_index("row_id")
    row = frame.loc["participation"]
    found = findings(whole_evidence)
    here = found[found["theme_id"] == "participation"]
    assert len(here) == 9
    assert (row["promotes"], row["hinders"], row["mixed"], row["studies"]) == (4, 2, 1, 6)
    assert frame.loc["", "studies"] == 10


def test_a_cell_shows_every_direction_and_a_figure_for_several_findings(whole_evidence: Evidence) -> None:
    frame = theme_matrix(whole_evidence).frame.set_index("row_id")
    assert frame.loc["governance", "other:9003"] == "▲ ▼"
    assert frame.loc["participation", "other:9003"] == "▲2"
    assert frame.loc["facilitation", "scopus:9001"] == "◆"
    assert frame.loc["outcomes", "scopus:9001"] == "○"


def test_blank_is_nothing_coded_and_zero_is_counted_none(whole_evidence: Evidence) -> None:
    frame = theme_matrix(whole_evidence).frame.set_index("row_id")
    assert frame.loc["learning", "wos:9004"] == ""
    assert frame.loc["learning", "mixed"] == 0


def test_studies_stand_by_approach_then_label(whole_evidence: Evidence) -> None:
    headings = [column.heading for column in theme_matrix(whole_evidence).columns if column.kind == "marks"]
    assert headings == [
        "Alder 2014", "Cedar & Vine 2019", "Elm et al. 2021", "Birk & Holm 2017", "Fir et al. 2020",
        "Poplar et al. 2023", "Dock 2012", "Ivy et al. 2018", "Maple 2021", "Juniper et al. 2020",
    ]  # fmt: skip


def test_a_code_without_findings_has_no_row_and_is_counted_in_the_note(
    changed, whole_evidence: Evidence
) -> None:
    coded = whole_evidence.coded_segments
    table = theme_matrix(changed(coded_segments=coded[coded["code_id"] != "results"].reset_index(drop=True)))
    assert "results" not in set(table.frame["row_id"])
    assert "1 of 16 codes have none" in table.note


def test_evidence_rows_hold_exact_words_and_their_place(whole_evidence: Evidence) -> None:
    row = evidence_table(whole_evidence, "da").frame.set_index("finding_id").loc["npm--other-9003--hinders"]
    assert row["quotation"] == "Kommunens resultatkrav trak medarbejderne væk fra det fælles arbejde."
    assert row["direction"] == "hæmmer"
    assert row["place"] == "resumé 50–119"
    assert row["strength_of_claim"] == "argumenteret"
    assert row["approach"] == "Stedbaseret indsats"


def test_absence_is_said_in_the_tables_language(whole_evidence: Evidence) -> None:
    frame = characteristics(whole_evidence, "da").frame.set_index("label")
    assert frame.loc["Maple 2021", ["design", "partnership_age"]].tolist() == [
        "ikke oplyst",
        "endnu ikke kodet",
    ]
    assert frame.loc["Cedar & Vine 2019", "partnership_age"] == "ikke relevant"


def test_theme_summaries_count_studies_once_per_direction(whole_evidence: Evidence) -> None:
    summary = next(one for one in theme_summaries(whole_evidence) if one.theme.id == "governance")
    assert (summary.n_studies, summary.n_findings) == (5, 7)
    assert dict(summary.directions) == {"promotes": 3, "hinders": 4, "mixed": 0, "descriptive": 0}
    assert summary.countries == (("US", 3), ("DK", 1), ("NO", 1))
    assert len(summary.quotations) == 2


def test_search_log_warns_when_what_was_read_is_not_what_was_found(whole_evidence: Evidence) -> None:
    warnings = search_log(whole_evidence).frame.set_index("source_id")["warning"]
    assert warnings["scopus.ris"].startswith(
        "1,412 read and 1 unreadable make 1,413, but 1,415 hits are reported."
    )
    assert warnings[["wos.ris", "soc.ris", "other.ris"]].tolist() == ["", "", ""]


def test_unreadable_entries_are_listed_with_file_line_why_and_raw(whole_evidence: Evidence) -> None:
    rows = unreadable_entries(whole_evidence).rows()
    assert [(row["source_id"], row["line"]) for row in rows] == [("scopus.ris", 98), ("soc.ris", 412)]
    assert "<b>Half an entry</b>" in rows[1]["raw"]


def test_undefined_agreement_is_said_to_be_undefined(whole_evidence: Evidence) -> None:
    table = agreement_table(whole_evidence, "da")
    assert math.isnan(table.frame.loc[1, "kappa"])
    assert table.frame["percent"].round(2).tolist() == [94.75, 100.0, 93.2, 90.2]
    assert "ikke defineret (ingen variation)" in table_csv(table).decode("utf-8-sig")
    assert "ikke defineret (ingen variation)" in table._repr_html_()
    assert table.frame.loc[0, "confusion"].startswith("inkludér–inkludér 33; inkludér–ekskludér 9;")


def test_conflicts_that_nobody_settled_are_listed(whole_evidence: Evidence) -> None:
    row = unsettled_conflicts(whole_evidence).rows()[0]
    assert (row["study"], row["about"], row["kind"]) == (
        "Alder 2014",
        "Trusting relations",
        "is the code there?",
    )


def test_excluded_reports_have_one_reason_and_a_decider(whole_evidence: Evidence) -> None:
    frame = excluded_at_full_text(whole_evidence, "da").frame
    assert frame["criterion"].value_counts().to_dict() == {"E05": 62, "E06": 31, "E15": 7, "E16": 5}
    assert frame.loc[frame["criterion"] == "E15", "decided_by"].unique().tolist() == ["Coder C"]


def test_excluded_list_that_differs_from_the_flow_stops_the_build(changed, whole_evidence: Evidence) -> None:
    verdicts = whole_evidence.screening_verdicts.replace({"criterion": {"E15": "E06"}})
    with pytest.raises(ReviewError, match="does not add up to the flow diagram"):
        excluded_at_full_text(changed(screening_verdicts=verdicts))


def test_every_included_report_has_a_reference(whole_evidence: Evidence) -> None:
    found = references(whole_evidence).frame
    assert found["set"].value_counts().to_dict() == {"excluded": 105, "included": 11}
    frame = found[found["set"] == "included"]
    assert len(frame) == 11
    assert frame.loc[0, "reference"] == (
        "Alder, J. (2014). Rivals at one table. Journal of Invented Partnerships, 5(2), "
        "20–36. https://doi.org/10.5555/samsyn.0000"
    )


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx", "\n=1", "＝1"])
def test_csv_defuses_formulas_in_cells_and_headings(text: str) -> None:
    table = EvidenceTable("t", "T", (Column("a", text),), pd.DataFrame({"a": [text]}))
    data = table_csv(table).decode("utf-8-sig")
    assert data.count(f"'{text}") == 2


def test_csv_leaves_numbers_and_plain_words_alone() -> None:
    columns = (Column("a", "A"), Column("n", "N", "number"), Column("k", "K", "decimal"))
    frame = pd.DataFrame({"a": ["Æ, ø"], "n": [0], "k": [-0.5]})
    data = table_csv(EvidenceTable("t", "T", columns, frame))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == 'A,N,K\n"Æ, ø",0,-0.5\n'


def test_an_unknown_language_is_refused(whole_evidence: Evidence) -> None:
    with pytest.raises(UsageError, match="Known: en, da"):
        characteristics(whole_evidence, "de")


def test_every_text_is_there_in_both_languages_with_the_same_fields() -> None:
    for key, texts in _texts().items():
        assert set(texts) == {"en", "da"}, key
        both = ["\n".join(text) if isinstance(text, list) else text for text in (texts["en"], texts["da"])]
        fields = [set(re.findall(r"{(\w+)}", text)) for text in both]
        assert fields[0] == fields[1], key
        assert type(texts["en"]) is type(texts["da"]), key


def test_numbers_dates_and_percent_do_not_ask_the_machine() -> None:
    en, da = Words("en"), Words("da")
    assert (en.number(12345), da.number(12345)) == ("12,345", "12.345")
    assert (en.percent(95), da.percent(95)) == ("95%", "95\u00a0%")
    assert (en.decimal(-0.184), da.decimal(0.7)) == ("−0.18", "0,70")
    assert (en.decimal(-0.001), da.decimal(-0.001), en.decimal(-0.006)) == ("0.00", "0,00", "−0.01")
    assert (en.date("2026-11-03"), da.date("2026-11-03T23:59:59Z")) == ("3 November 2026", "3. november 2026")


@pytest.mark.parametrize(
    ("agreed", "of", "shown"),
    [
        (37, 40, "93%"),
        (1, 8, "13%"),
        (199, 200, "99.5%"),
        (29, 200, "15%"),
        (57, 100, "57%"),
        (0, 7, "0%"),
        (1, 3, "33%"),
        # nearly all is not all
        (999, 1000, "99.9%"),
    ],
)
def test_half_a_per_cent_is_rounded_up(agreed: int, of: int, shown: str) -> None:
    assert Words("en").percent(100 * (agreed / of)) == shown
    assert Words("en").percent(100 * agreed / of) == shown


def test_one_is_said_in_the_singular() -> None:
    en, da = Words("en"), Words("da")
    assert (en.count("n_records", 1), da.count("n_records", 1)) == ("1 record", "1 post")
    assert (en.count("n_records", 2), da.count("n_records", 2)) == ("2 records", "2 poster")
    assert (da.count("credibility_credible", 1), da.count("credibility_credible", 2)) == (
        "1 troværdigt",
        "2 troværdige",
    )


def without_labels(evidence: Evidence) -> Evidence:
    scheme = evidence.scheme
    bare = tuple(
        dataclasses.replace(
            theme,
            label=Wording(),
            codes=tuple(dataclasses.replace(code, label=Wording()) for code in theme.codes),
        )
        for theme in scheme.themes
    )
    return dataclasses.replace(evidence, scheme=dataclasses.replace(scheme, themes=bare))


def test_codes_and_themes_without_a_label_are_called_by_their_id(whole_evidence: Evidence) -> None:
    evidence = without_labels(whole_evidence)
    frame = evidence_table(evidence).frame
    assert frame["theme"].tolist() == frame["theme_id"].tolist()
    assert frame["code"].tolist() == frame["code_id"].tolist()
    names = {name.text for _, _, codes in meanings(evidence, "en") for name, _ in codes}
    assert names == set(frame["code_id"])


def test_agreement_on_a_code_without_a_label_stands_under_its_id(whole_evidence: Evidence) -> None:
    first, second = whole_evidence.records["record_id"].tolist()[:2]
    words = (Segment("title", 0, 6, "Rivals"),)
    made = [CodingDecision(first, "trust", "present", who, "promotes", words) for who in ("ann", "bo")]
    made += [CodingDecision(second, "", "absent", who) for who in ("ann", "bo")]
    decided = coding_decisions(as_line(decision) for decision in made)
    table = agreement_by_code(dataclasses.replace(without_labels(whole_evidence), coding_decisions=decided))
    assert table is not None
    assert table.frame["code"].tolist() == ["All codes together", "trust"]
