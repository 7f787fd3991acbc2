"""A review of two studies, small enough to read at a glance: what the docstrings of this room show."""

from __future__ import annotations

import pandas as pd

from coding_scheme.scheme import Code, CodingScheme, Descriptor, DescriptorValue, Theme
from corpus.flow import Flow
from corpus.protocol import AppraisalItem, Criteria, Criterion, Person, Protocol, Wording
from corpus.records import records_frame
from corpus.stopping_state import stopping_state
from synthesis.author_text import AuthorSummary, AuthorText, ReviewFinding
from synthesis.evidence import Evidence
from synthesis.judgements import judgements, settled_judgements

_ABSTRACT = "Output targets drew staff away from the whole. Shared money kept them at the table."


def example_evidence() -> Evidence:
    """The evidence of an invented review: three reports of two studies, three findings.

    Examples
    --------
    >>> evidence = example_evidence()
    >>> len(evidence.records), evidence.flow.included_reports, evidence.flow.included_studies
    (4, 3, 2)
    """
    return Evidence(
        protocol=_protocol(),
        scheme=_scheme(),
        records=_records(),
        sources=pd.DataFrame(
            [
                {
                    "source_id": "scopus.ris",
                    "file": "scopus.ris",
                    "database": "Scopus",
                    "platform": "Scopus.com",
                    "kind": "database",
                    "date": "2026-09-02",
                    "query": 'TITLE-ABS-KEY("collective impact")',
                    "limits": "from 2000",
                    "hits_reported": 6,
                    "sha256": "0" * 64,
                    "format": "ris",
                    "n_entries": 5,
                    "n_records": 5,
                    "n_unreadable": 0,
                    "n_new": 5,
                }
            ]
        ).astype({"hits_reported": "Int64"}),
        unreadable=pd.DataFrame(columns=["source_id", "line", "why", "raw"]),
        flow=Flow(
            (("scopus.ris", "Scopus", "database", 5),), 1, 0, 0, 0, 4, 0, 0, 4, 0, 0, 4, (("E1", 1),), 3, 2
        ),
        screening_verdicts=_verdicts(),
        coding_decisions=pd.DataFrame(columns=["record_id", "code_id", "value", "person", "decided_at"]),
        coded_segments=_segments(),
        coding_conflicts=pd.DataFrame(columns=["record_id", "code_id", "kind", "positions"]),
        descriptors=pd.DataFrame(
            [
                ("scopus:1", "approach", "place_based", "coder-1", "2026-11-03T10:00:00Z"),
                ("scopus:1", "country", "DK", "coder-1", "2026-11-03T10:00:00Z"),
                ("scopus:2", "country", "not reported", "coder-1", "2026-11-03T10:00:00Z"),
                ("scopus:3", "part_of_study", "scopus:1", "coder-1", "2026-11-03T10:00:00Z"),
            ],
            columns=["record_id", "descriptor", "value", "person", "decided_at"],
        ),
        agreement=pd.DataFrame(
            [
                {
                    "stage": "full_text",
                    "pair": "coder-1, coder-2",
                    "n": 4,
                    "percent": 1.0,
                    "kappa": 1.0,
                    "kappa_low": 1.0,
                    "kappa_high": 1.0,
                    "ac1": 1.0,
                    "alpha": 1.0,
                    "alpha_low": 0.7,
                    "alpha_high": 1.0,
                    "n_conflicts": 0,
                    "n_settled": 0,
                    "confusion": '{"labels": ["include", "exclude"], "counts": [[3, 0], [0, 1]]}',
                }
            ]
        ),
        n_screening_decisions=16,
        input_hash="0" * 64,
        judgements=settled_judgements(judgements(_judgements())),
        author=AuthorText(
            (AuthorSummary("steering", "Money kept at the table binds; targets do not.", studies=1),),
            (
                ReviewFinding(
                    "RF1",
                    "Shared money holds partners.",
                    "Fælles penge holder parter sammen.",
                    codes=("shared_money",),
                    direction="promotes",
                ),
            ),
        ),
        stopping=stopping_state(
            pd.DataFrame({"record_id": [f"scopus:{n}" for n in range(1, 5)], "relevant": 1, "settled": True}),
            4,
            _protocol().stopping,
        ),
    )


def _judgements() -> list[dict[str, str]]:
    """Coder A on the first study and on the one review finding."""
    said = {("scopus:1", f"Q{n}"): ("no" if n in (4, 5) else "yes", "") for n in range(1, 7)}
    said["shared_money--scopus-1--promotes", "credibility"] = ("unequivocal", "")
    for component in ("methodological_limitations", "coherence", "relevance"):
        said["RF1", component] = ("no or very minor", "Nothing of note.")
    said["RF1", "adequacy"] = ("serious", "One study.")
    said["RF1", "confidence"] = ("low", "One study of one place.")
    common = {"type": "judgement", "person": "coder-1", "decided_at": "2026-11-05T10:00:00Z"}
    return [
        {**common, "about": about, "item": item, "value": value, "explanation": explanation}
        for (about, item), (value, explanation) in said.items()
    ]


def _protocol() -> Protocol:
    return Protocol(
        id="example",
        title=Wording(en="What keeps partners together", da="Hvad holder parter sammen"),
        questions=(),
        criteria=Criteria(exclusion=(Criterion("E1", en="Not a partnership", da="Intet partnerskab"),)),
        people=(Person("coder-1", "Coder A"), Person("coder-2", "Coder B")),
        appraisal=(
            *(AppraisalItem(f"Q{n}", en=f"Item {n}", assesses="dependability") for n in range(1, 6)),
            AppraisalItem("Q6", en="Qualitative research", assesses="qualitative_research"),
        ),
        invented=Wording(en="Everything here is invented.", da="Alt her er opdigtet."),
    )


def _scheme() -> CodingScheme:
    steering = Theme(
        "steering",
        label=Wording(en="Steering", da="Styring"),
        codes=(
            Code("targets", label=Wording(en="Output targets", da="Resultatkrav")),
            Code("shared_money", label=Wording(en="Shared money", da="Fælles penge")),
        ),
    )
    time = Theme(
        "time",
        label=Wording(en="Time", da="Tid"),
        codes=(Code("long_run", label=Wording(en="Long run", da="Lang tid")),),
    )
    approach = Descriptor(
        "approach",
        label=Wording(en="Approach", da="Tilgang"),
        value_type="one_of",
        values=(DescriptorValue("place_based", Wording(en="Place-based", da="Stedbaseret")),),
    )
    country = Descriptor("country", label=Wording(en="Country", da="Land"))
    return CodingScheme(
        "example", Wording(en="Example", da="Eksempel"), (steering, time), descriptors=(approach, country)
    )


def _records() -> pd.DataFrame:
    common = {"type": "JOUR", "journal": "Invented Studies", "volume": "3", "source_id": "scopus.ris"}
    return records_frame(
        [
            {
                **common,
                "record_id": "scopus:1",
                "title": "Rivals at one table",
                "authors": "Alder, Jo; Vine, Pat",
                "year": 2019,
                "abstract": _ABSTRACT,
                "language": "en",
                "accession": "1",
                "source_line": 1,
            },
            {
                **common,
                "record_id": "scopus:2",
                "title": "Seks år i kvarteret",
                "authors": "Birk, Ida",
                "year": 2021,
                "abstract": "Forandringen kunne først ses efter fem år.",
                "language": "da",
                "accession": "2",
                "source_line": 12,
            },
            {
                **common,
                "record_id": "scopus:3",
                "title": "Rivals at one table: the data",
                "year": 2020,
                "authors": "Alder, Jo",
                "abstract": "",
                "accession": "3",
                "source_line": 23,
            },
            {
                **common,
                "record_id": "scopus:4",
                "title": "A contract for two",
                "authors": "Cedar, Lo",
                "year": 2018,
                "abstract": "",
                "accession": "4",
                "source_line": 31,
            },
        ]
    )


def _verdicts() -> pd.DataFrame:
    rows = [
        (
            f"scopus:{n}",
            stage,
            "exclude" if (n, stage) == (4, "full_text") else "include",
            "E1" if (n, stage) == (4, "full_text") else "",
            "coder-1; coder-2",
            "",
            2,
        )
        for stage in ("title_abstract", "full_text")
        for n in (1, 2, 3, 4)
    ]
    return pd.DataFrame(
        rows, columns=["record_id", "stage", "verdict", "criterion", "people", "settled_by", "n_people"]
    )


def _segments() -> pd.DataFrame:
    common = {
        "field": "abstract",
        "facets": "{}",
        "people": "coder-1; coder-2",
        "settled_by": "",
        "decided_at": "2026-11-04T10:00:00Z",
    }
    return pd.DataFrame(
        [
            {
                **common,
                "record_id": "scopus:1",
                "code_id": "targets",
                "direction": "hinders",
                "start": 0,
                "end": 46,
                "text": _ABSTRACT[:46],
                "finding": "Targets pull staff home.",
            },
            {
                **common,
                "record_id": "scopus:1",
                "code_id": "shared_money",
                "direction": "promotes",
                "start": 47,
                "end": 83,
                "text": _ABSTRACT[47:],
                "finding": "Shared money holds partners.",
            },
            {
                **common,
                "record_id": "scopus:2",
                "code_id": "long_run",
                "direction": "promotes",
                "start": 0,
                "end": 42,
                "text": "Forandringen kunne først ses efter fem år.",
                "finding": "Change shows after five years.",
            },
        ]
    )
