"""Duplicates: prepare -> block -> compare -> score -> conflicts -> group -> merge; people's word first."""

from corpus.duplicates.compared import Compared
from corpus.duplicates.explain import Explanation, explain_duplicates
from corpus.duplicates.find import Duplicates, find_duplicates
from corpus.duplicates.merge import field_origins, merge_duplicates
from corpus.duplicates.people import duplicate_lines_from_rows
from corpus.duplicates.prepare import first_family_name
from corpus.duplicates.titles import is_generic_title, normalise_title

__all__ = [
    "Compared",
    "Duplicates",
    "Explanation",
    "duplicate_lines_from_rows",
    "explain_duplicates",
    "field_origins",
    "find_duplicates",
    "first_family_name",
    "is_generic_title",
    "merge_duplicates",
    "normalise_title",
]
