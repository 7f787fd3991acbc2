"""What we read: records, sources, duplicates, screening, ranking, flow, and the journal of decisions."""

from corpus import journal
from corpus.audit import AuditBound, audit_bound, audit_size, draw_audit
from corpus.checked_yaml import Fault, FaultyFileError, read_checked_yaml
from corpus.duplicates import Duplicates, duplicate_lines_from_rows, find_duplicates, merge_duplicates
from corpus.errors import ReviewError, UsageError
from corpus.flow import Flow, prisma_flow
from corpus.languages import language_of
from corpus.protocol import Criterion, Protocol, StoppingPlan, Wording, read_protocol
from corpus.ranking import RankingSettings, rank
from corpus.readers import read_records
from corpus.reading_order import reading_order
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
from corpus.simulation import Simulation, read_labelled, screening_metrics, simulate
from corpus.sources import Collection, Search, add_source, changed_sources, read_sources, uncounted_entries
from corpus.stopping import (
    first_run,
    first_stop,
    in_a_row,
    look_at,
    looks,
    missed_p_value,
    missed_test,
    odds_adjusted,
    ranking_odds,
    recall_interval,
)
from corpus.stopping_levels import level_in_words, past_figures
from corpus.stopping_picture import stopping_sentences, stopping_svg
from corpus.stopping_state import Audit, StoppingState, audits_from, stopping_state
from corpus.writers import write_records

__all__ = [
    "SUBSETS",
    "Audit",
    "AuditBound",
    "Collection",
    "Criterion",
    "Duplicates",
    "Fault",
    "FaultyFileError",
    "Flow",
    "Protocol",
    "RankingSettings",
    "Reading",
    "ReadingWarning",
    "ReviewError",
    "ScreeningDecision",
    "Search",
    "Simulation",
    "StoppingPlan",
    "StoppingState",
    "UnreadableEntry",
    "UsageError",
    "Wording",
    "add_source",
    "as_records",
    "audit_bound",
    "audit_size",
    "audits_from",
    "changed_sources",
    "draw_audit",
    "duplicate_lines_from_rows",
    "find_duplicates",
    "first_run",
    "first_stop",
    "in_a_row",
    "included_records",
    "journal",
    "language_of",
    "latest_decisions",
    "level_in_words",
    "look_at",
    "looks",
    "merge_duplicates",
    "missed_p_value",
    "missed_test",
    "odds_adjusted",
    "past_figures",
    "prisma_flow",
    "rank",
    "ranking_odds",
    "read_checked_yaml",
    "read_labelled",
    "read_protocol",
    "read_records",
    "read_sources",
    "reading_order",
    "recall_interval",
    "screening_decisions",
    "screening_decisions_from_rows",
    "screening_metrics",
    "screening_verdicts",
    "simulate",
    "stopping_sentences",
    "stopping_state",
    "stopping_svg",
    "uncounted_entries",
    "with_verdicts",
    "write_records",
]
