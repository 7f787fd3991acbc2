"""How we read: coding scheme, suggestions from its indicators, people's decisions and their agreement."""

from coding_scheme.agreement import Agreement, agreement
from coding_scheme.agreement_rows import agreement_rows
from coding_scheme.agreement_segments import character_alpha, span_f1
from coding_scheme.agreement_sets import masi_distance, set_alpha
from coding_scheme.carried import fresh_decisions, in_todays_codes, stale_decisions
from coding_scheme.changelog import SchemeChange, version_parts
from coding_scheme.classifier import CodeClassifier
from coding_scheme.code_tables import code_matrix, segment_rows
from coding_scheme.coding_agreement import CodingAgreement, coding_agreement, presence_agreement
from coding_scheme.coding_examples import coding_examples
from coding_scheme.coding_import import ImportedCoding, imported_coding
from coding_scheme.coding_queue import blind_sample, coding_queue, unread_sample
from coding_scheme.coding_sheets import blind_sheet, coding_sample, conflict_sheet
from coding_scheme.decision_rows import decisions_from_rows
from coding_scheme.decisions import CodingDecision, Segment, Suggested, as_line, coding_decisions, undo_lines
from coding_scheme.descriptor_rows import descriptor_lines
from coding_scheme.descriptors import descriptors, main_reports, settled_descriptors
from coding_scheme.disagreements import coding_disagreements
from coding_scheme.exports import with_codes
from coding_scheme.language import pipeline, sentences
from coding_scheme.languages_read import language_support, unread_languages
from coding_scheme.moved import at_their_words
from coding_scheme.proposers import Checked, Proposer, combined, propose
from coding_scheme.qdc import Codebook, read_codebook, read_qdc, write_qdc
from coding_scheme.qdpx_reading import QdaProject, read_qdpx
from coding_scheme.qdpx_writing import write_qdpx
from coding_scheme.resettling import changed_settlements
from coding_scheme.rules import suggest
from coding_scheme.scheme import Code, CodingScheme, Descriptor, DirectionCues, Facet, Theme
from coding_scheme.scheme_changes import scheme_diff, version_faults
from coding_scheme.scheme_edit import EditedScheme, merge_codes, rename_code, split_code
from coding_scheme.scheme_file import read_coding_scheme, write_coding_scheme
from coding_scheme.scheme_readers import indicator_hits
from coding_scheme.standing import standings
from coding_scheme.taguette import (
    is_highlights,
    read_taguette_codebook,
    read_taguette_highlights,
    write_taguette_codebook,
)
from coding_scheme.verdicts import coded_segments, coding_conflicts, standing_decisions
from coding_scheme.word_memory import words_remembered

__all__ = [
    "Agreement",
    "Checked",
    "Code",
    "CodeClassifier",
    "Codebook",
    "CodingAgreement",
    "CodingDecision",
    "CodingScheme",
    "Descriptor",
    "DirectionCues",
    "EditedScheme",
    "Facet",
    "ImportedCoding",
    "Proposer",
    "QdaProject",
    "SchemeChange",
    "Segment",
    "Suggested",
    "Theme",
    "agreement",
    "agreement_rows",
    "as_line",
    "at_their_words",
    "blind_sample",
    "blind_sheet",
    "changed_settlements",
    "character_alpha",
    "code_matrix",
    "coded_segments",
    "coding_agreement",
    "coding_conflicts",
    "coding_decisions",
    "coding_disagreements",
    "coding_examples",
    "coding_queue",
    "coding_sample",
    "combined",
    "conflict_sheet",
    "decisions_from_rows",
    "descriptor_lines",
    "descriptors",
    "fresh_decisions",
    "imported_coding",
    "in_todays_codes",
    "indicator_hits",
    "is_highlights",
    "language_support",
    "main_reports",
    "masi_distance",
    "merge_codes",
    "pipeline",
    "presence_agreement",
    "propose",
    "read_codebook",
    "read_coding_scheme",
    "read_qdc",
    "read_qdpx",
    "read_taguette_codebook",
    "read_taguette_highlights",
    "rename_code",
    "scheme_diff",
    "segment_rows",
    "sentences",
    "set_alpha",
    "settled_descriptors",
    "span_f1",
    "split_code",
    "stale_decisions",
    "standing_decisions",
    "standings",
    "suggest",
    "undo_lines",
    "unread_languages",
    "unread_sample",
    "version_faults",
    "version_parts",
    "with_codes",
    "words_remembered",
    "write_coding_scheme",
    "write_qdc",
    "write_qdpx",
    "write_taguette_codebook",
]
