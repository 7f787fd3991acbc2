"""How we read: coding scheme, suggestions from its indicators, people's decisions and their agreement."""

from coding_scheme.agreement import Agreement, agreement
from coding_scheme.agreement_rows import agreement_rows
from coding_scheme.decision_rows import decisions_from_rows
from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
from coding_scheme.descriptor_rows import descriptor_lines
from coding_scheme.descriptors import descriptors, settled_descriptors
from coding_scheme.exports import with_codes
from coding_scheme.language import pipeline, sentences
from coding_scheme.rules import suggest, unread_languages
from coding_scheme.scheme import Code, CodingScheme, Descriptor, DirectionCues, Facet, Theme
from coding_scheme.scheme_file import read_coding_scheme
from coding_scheme.scheme_readers import indicator_hits
from coding_scheme.verdicts import coded_segments, coding_conflicts, standing_decisions

__all__ = [
    "Agreement",
    "Code",
    "CodingDecision",
    "CodingScheme",
    "Descriptor",
    "DirectionCues",
    "Facet",
    "Segment",
    "Theme",
    "agreement",
    "agreement_rows",
    "as_line",
    "coded_segments",
    "coding_conflicts",
    "coding_decisions",
    "decisions_from_rows",
    "descriptor_lines",
    "descriptors",
    "indicator_hits",
    "pipeline",
    "read_coding_scheme",
    "sentences",
    "settled_descriptors",
    "standing_decisions",
    "suggest",
    "unread_languages",
    "with_codes",
]
