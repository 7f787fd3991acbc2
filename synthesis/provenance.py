"""The trace: every mark of the report back to the words, the record and the export file it rests on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from coding_scheme.descriptors import PART_OF_STUDY
from corpus.errors import ReviewError
from synthesis.conqual import conqual
from synthesis.evidence import Evidence, rows_of
from synthesis.findings import findings, segments, shown_marks
from synthesis.gap_map import GapMapPlan, gap_map_descriptor
from synthesis.reference_list import excluded_reports
from synthesis.review_findings import AGAINST, CONTRIBUTES, contributions
from synthesis.studies import studies, study_of_report

FORMAT_VERSION = 1
_RECORD_KEYS = (
    "title",
    "abstract",
    "keywords",
    "authors",
    "journal",
    "doi",
    "language",
    "source_id",
    "accession",
    "members",
    "raw",
)
_FINDING_KEYS = ("study_id", "theme_id", "code_id", "direction", "finding", "anchor")
_SOURCE_KEYS = ("file", "database", "platform", "kind", "date", "sha256", "format")
_SOURCE_COUNTS = ("hits_reported", "n_entries", "n_records", "n_unreadable", "n_new")


def trace(evidence: Evidence, *, version: str = "", language: str = "en") -> dict[str, Any]:
    """Everything that ``trace.json`` holds.

    Parameters
    ----------
    evidence : Evidence
    version : str, optional
        Samsyn's version, as it stands in the report.
    language : str, optional
        Language of the report, in which studies are called and sorted.

    Returns
    -------
    dict
        JSON-able: format, v, review, flow, sources, records (the included reports, with the texts that were
        coded), excluded (reports excluded at full text or not retrieved: criterion), themes (id -> codes, in
        the scheme's order), descriptors (labels, and those of their values), studies (with what is noted of
        each, as coded), segments, findings, marks, review_findings (with what each rests on); each a mapping
        from id, those from segments to marks with the anchor at which they stand in the page; appraisal, the
        items of the protocol, and judgements, lists. A mark names its findings, a finding its segments, a
        segment its record and offsets (code points, end exclusive), a record its source file and line, a
        source its sha256. From this the report's check counts anew.

    Raises
    ------
    ReviewError
        When a record names a source that is not there.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> held = trace(example_evidence())
    >>> finding = held["marks"]["theme--time--scopus-2--promotes"]["findings"][0]
    >>> segment = held["segments"][held["findings"][finding]["segments"][0]]
    >>> record = held["records"][segment["record_id"]]
    >>> segment["text"], record["source_line"], held["sources"][record["source_id"]]["file"]
    ('Forandringen kunne først ses efter fem år.', 12, 'scopus.ris')
    """
    study_of, previous = study_of_report(evidence), evidence.protocol.previous_review
    records = {
        report: {
            **{key: _plain(row.get(key, "")) for key in _RECORD_KEYS},
            "year": _whole(row.get("year")),
            "source_line": _whole(row.get("source_line")),
        }
        for report, row in sorted(evidence.records_by_id(study_of).items())
    }
    sources = {
        str(row["source_id"]): {
            **{key: _plain(row.get(key, "")) for key in _SOURCE_KEYS},
            **{key: _whole(row.get(key)) for key in _SOURCE_COUNTS},
        }
        for row in rows_of(evidence.sources)
    }
    for report, record in records.items():
        if record["source_id"] not in sources:
            raise ReviewError(
                f"The record {report} comes from {record['source_id']!r}, which is not a source.",
                next_step="Run `samsyn check`.",
            )
    return {
        "format": "samsyn-trace",
        "v": FORMAT_VERSION,
        "review": {
            "protocol": evidence.protocol.id,
            "protocol_version": evidence.protocol.version,
            "scheme": evidence.scheme.id,
            "scheme_version": evidence.scheme.version,
            "scheme_hash": evidence.scheme.hash,
            "stages": list(evidence.protocol.stages),
            **({"previous_review": asdict(previous)} if previous else {}),
            "input_hash": evidence.input_hash,
            "inputs": {name: list(mark) for name, mark in evidence.inputs.items()},
            "references": evidence.protocol.references,
            "data_as_of": evidence.latest_decision(),
            "gap_map_by": gap_map_descriptor(evidence, GapMapPlan()),
            "samsyn": version,
        },
        "flow": asdict(evidence.flow),
        "sources": sources,
        "records": records,
        "excluded": _excluded(evidence),
        "themes": {theme.id: [code.id for code in theme.codes] for theme in evidence.scheme.themes},
        "descriptors": {
            one.id: {
                "label": asdict(one.label),
                "values": {value.id: asdict(value.label) for value in one.values},
            }
            for one in evidence.scheme.descriptors
            if one.id != PART_OF_STUDY
        },
        "studies": {
            row["study_id"]: {
                "label": row["label"],
                "reports": row["report_ids"].split("; "),
                "descriptors": {
                    one.id: row[one.id] for one in evidence.scheme.descriptors if one.id != PART_OF_STUDY
                },
            }
            for row in rows_of(studies(evidence, language))
        },
        "segments": {
            row["segment_id"]: {
                key: row[key]
                for key in (
                    "record_id",
                    "code_id",
                    "direction",
                    "field",
                    "start",
                    "end",
                    "text",
                    "people",
                    "settled_by",
                    "decided_at",
                    "anchor",
                )
            }
            for row in rows_of(segments(evidence))
        },
        "findings": {
            row["finding_id"]: {
                **{key: row[key] for key in _FINDING_KEYS},
                "segments": row["segment_ids"].split("; "),
            }
            for row in rows_of(findings(evidence))
        },
        **_judged(evidence),
        "marks": {
            row["mark_id"]: {
                **{key: row[key] for key in ("row_kind", "row_id", "study_id", "direction", "anchor")},
                "findings": row["finding_ids"].split("; "),
            }
            for row in rows_of(shown_marks(evidence))
        },
    }


def _judged(evidence: Evidence) -> dict[str, Any]:
    """Review findings with the findings behind and against them, and what people judged, as it settled."""
    roles = contributions(evidence)
    return {
        "review_findings": {
            stated.id: {
                "statement": asdict(stated.statement),
                "rests_on": {
                    "theme": stated.theme,
                    "codes": list(stated.codes),
                    "direction": stated.direction,
                    "findings": list(stated.findings),
                },
                **{
                    role: roles.loc[
                        (roles["review_finding"] == stated.id) & (roles["role"] == role), "finding_id"
                    ].tolist()
                    for role in (CONTRIBUTES, AGAINST)
                },
                "conqual": scored.score,
            }
            for stated, scored in zip(evidence.author.findings, conqual(evidence), strict=True)
        },
        "appraisal": [{"id": item.id, "assesses": item.assesses} for item in evidence.protocol.appraisal],
        "judgements": rows_of(evidence.judgements),
    }


def _excluded(evidence: Evidence) -> dict[str, Any]:
    """Reports excluded at full text or not retrieved: why, and whether that counts as not retrieved."""
    lost = {one.id for one in evidence.protocol.criteria.exclusion if one.counts_as == "not_retrieved"}
    verdicts = evidence.screening_verdicts
    last = verdicts[verdicts["stage"] == "full_text"].set_index("record_id")["criterion"].to_dict()
    return {
        name: {"criterion": last[name], "not_retrieved": last[name] in lost}
        for name in excluded_reports(evidence)
    }


def _plain(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
