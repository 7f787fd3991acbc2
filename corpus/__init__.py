"""What we read: records, sources, duplicates, screening, ranking, flow, and the journal of decisions."""

from corpus import journal
from corpus.checked_yaml import Fault, FaultyFileError, read_checked_yaml
from corpus.duplicates import Duplicates, duplicate_lines_from_rows, find_duplicates, merge_duplicates
from corpus.errors import ReviewError, UsageError
from corpus.flow import Flow, prisma_flow
from corpus.languages import language_of
from corpus.living import records_of_new_sources
from corpus.protocol import Criterion, Protocol, Wording, read_protocol
from corpus.ranking import Ranker, rank
from corpus.ranking_parts import RankingParts, RankingSettings, read_ranking_settings
from corpus.readers import read_records
from corpus.records import Reading, ReadingWarning, UnreadableEntry, as_records
from corpus.screening import (
    SUBSETS,
    ScreeningDecision,
    included_records,
    latest_decisions,
    screening_decisions,
    screening_decisions_from_rows,
    screening_verdicts,
    with_verdicts,
)
from corpus.screening_metrics import recall_curve, screening_metrics
from corpus.simulation import Simulation, read_labelled, simulate, simulate_many
from corpus.sources import Collection, Search, add_source, changed_sources, read_sources, uncounted_entries
from corpus.support_vectors import SquaredHingeSVC
from corpus.writers import write_records

__all__ = [
    "SUBSETS",
    "Collection",
    "Criterion",
    "Duplicates",
    "Fault",
    "FaultyFileError",
    "Flow",
    "Protocol",
    "Ranker",
    "RankingParts",
    "RankingSettings",
    "Reading",
    "ReadingWarning",
    "ReviewError",
    "ScreeningDecision",
    "Search",
    "Simulation",
    "SquaredHingeSVC",
    "UnreadableEntry",
    "UsageError",
    "Wording",
    "add_source",
    "as_records",
    "changed_sources",
    "duplicate_lines_from_rows",
    "find_duplicates",
    "included_records",
    "journal",
    "language_of",
    "latest_decisions",
    "merge_duplicates",
    "prisma_flow",
    "rank",
    "read_checked_yaml",
    "read_labelled",
    "read_protocol",
    "read_ranking_settings",
    "read_records",
    "read_sources",
    "recall_curve",
    "records_of_new_sources",
    "screening_decisions",
    "screening_decisions_from_rows",
    "screening_metrics",
    "screening_verdicts",
    "simulate",
    "simulate_many",
    "uncounted_entries",
    "with_verdicts",
    "write_records",
]
