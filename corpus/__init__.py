"""What we read: records, sources, duplicates, screening, ranking, flow, and the journal of decisions."""

from corpus import journal
from corpus.asreview_project import is_asreview_project, read_asreview_project
from corpus.assignment import assignments, calibration_sample
from corpus.audit import AuditBound, audit_bound, audit_size, draw_audit
from corpus.checked_yaml import Fault, FaultyFileError, read_checked_yaml
from corpus.copies import Merged, merge_copy
from corpus.duplicates import (
    Compared,
    Duplicates,
    Explanation,
    duplicate_lines_from_rows,
    explain_duplicates,
    field_origins,
    find_duplicates,
    merge_duplicates,
)
from corpus.errors import ReviewError, UsageError
from corpus.flow import Flow, prisma_flow
from corpus.journal_faults import journal_faults, journal_notes
from corpus.languages import language_of
from corpus.living import records_of_new_sources
from corpus.matching import match_records
from corpus.priors import add_prior, read_priors
from corpus.protocol import Criterion, Protocol, ScreeningPlan, StoppingPlan, Wording, read_protocol
from corpus.ranking import Ranker, rank
from corpus.ranking_parts import RankingParts, RankingSettings, read_ranking_settings
from corpus.readers import read_records
from corpus.reading_order import reading_order
from corpus.records import Reading, ReadingWarning, UnreadableEntry, as_records
from corpus.screening import (
    ScreeningDecision,
    included_records,
    latest_decisions,
    screening_decision,
    screening_decisions,
    screening_decisions_from_rows,
    screening_verdicts,
)
from corpus.screening_export import SUBSETS, with_verdicts
from corpus.screening_files import COVIDENCE_LISTS, PROGRAMS, decisions_in
from corpus.screening_import import import_decisions, imported_lines
from corpus.screening_metrics import recall_curve, screening_metrics
from corpus.screening_team import (
    open_conflicts,
    open_queue,
    outdated_settlements,
    screening_progress,
    waiting_records,
)
from corpus.searches import Search, read_searches
from corpus.simulation import Simulation, read_labelled, simulate, simulate_many
from corpus.sources import (
    Collection,
    add_source,
    changed_sources,
    read_sources,
    uncounted_entries,
    with_raw_entries,
)
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
from corpus.undone import undo_lines
from corpus.writers import write_records

__all__ = [
    "COVIDENCE_LISTS",
    "PROGRAMS",
    "SUBSETS",
    "Audit",
    "AuditBound",
    "Collection",
    "Compared",
    "Criterion",
    "Duplicates",
    "Explanation",
    "Fault",
    "FaultyFileError",
    "Flow",
    "Merged",
    "Protocol",
    "Ranker",
    "RankingParts",
    "RankingSettings",
    "Reading",
    "ReadingWarning",
    "ReviewError",
    "ScreeningDecision",
    "ScreeningPlan",
    "Search",
    "Simulation",
    "StoppingPlan",
    "StoppingState",
    "UnreadableEntry",
    "UsageError",
    "Wording",
    "add_prior",
    "add_source",
    "as_records",
    "assignments",
    "audit_bound",
    "audit_size",
    "audits_from",
    "calibration_sample",
    "changed_sources",
    "decisions_in",
    "draw_audit",
    "duplicate_lines_from_rows",
    "explain_duplicates",
    "field_origins",
    "find_duplicates",
    "first_run",
    "first_stop",
    "import_decisions",
    "imported_lines",
    "in_a_row",
    "included_records",
    "is_asreview_project",
    "journal",
    "journal_faults",
    "journal_notes",
    "language_of",
    "latest_decisions",
    "level_in_words",
    "look_at",
    "looks",
    "match_records",
    "merge_copy",
    "merge_duplicates",
    "missed_p_value",
    "missed_test",
    "odds_adjusted",
    "open_conflicts",
    "open_queue",
    "outdated_settlements",
    "past_figures",
    "prisma_flow",
    "rank",
    "ranking_odds",
    "read_asreview_project",
    "read_checked_yaml",
    "read_labelled",
    "read_priors",
    "read_protocol",
    "read_ranking_settings",
    "read_records",
    "read_searches",
    "read_sources",
    "reading_order",
    "recall_curve",
    "recall_interval",
    "records_of_new_sources",
    "screening_decision",
    "screening_decisions",
    "screening_decisions_from_rows",
    "screening_metrics",
    "screening_progress",
    "screening_verdicts",
    "simulate",
    "simulate_many",
    "stopping_sentences",
    "stopping_state",
    "stopping_svg",
    "uncounted_entries",
    "undo_lines",
    "waiting_records",
    "with_raw_entries",
    "with_verdicts",
    "write_records",
]
