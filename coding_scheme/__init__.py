"""How we read: coding scheme, suggestions from its indicators, people's decisions and their agreement."""

from coding_scheme.agreement import Agreement, agreement
from coding_scheme.agreement_rows import agreement_rows
from coding_scheme.agreement_segments import character_alpha, span_f1
from coding_scheme.agreement_sets import masi_distance, set_alpha
from coding_scheme.coding_agreement import CodingAgreement, coding_agreement
from coding_scheme.coding_sheets import blind_sheet, coding_sample, conflict_sheet
from coding_scheme.decision_rows import decisions_from_rows
from coding_scheme.decisions import CodingDecision, Segment, Suggested, as_line, coding_decisions, undo_lines
from coding_scheme.descriptor_rows import descriptor_lines
from coding_scheme.descriptors import descriptors, settled_descriptors
from coding_scheme.disagreements import coding_disagreements
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
    "CodingAgreement",
    "CodingDecision",
    "CodingScheme",
    "Descriptor",
    "DirectionCues",
    "Facet",
    "Segment",
    "Suggested",
    "Theme",
    "agreement",
    "agreement_rows",
    "as_line",
    "blind_sheet",
    "character_alpha",
    "coded_segments",
    "coding_agreement",
    "coding_conflicts",
    "coding_decisions",
    "coding_disagreements",
    "coding_sample",
    "conflict_sheet",
    "decisions_from_rows",
    "descriptor_lines",
    "descriptors",
    "indicator_hits",
    "masi_distance",
    "pipeline",
    "read_coding_scheme",
    "sentences",
    "set_alpha",
    "settled_descriptors",
    "span_f1",
    "standing_decisions",
    "suggest",
    "undo_lines",
    "unread_languages",
    "with_codes",
]
