"""What the evidence says: studies, findings, tables, figures, the report and its trace."""

from synthesis.agreement_of_codes import agreement_by_code
from synthesis.appraisal import appraisal_table, appraisals
from synthesis.author_text import (
    AuthorSummary,
    AuthorText,
    ReviewFinding,
    author_text_under,
    read_author_text,
)
from synthesis.changes import read_trace, report_changes
from synthesis.check import check_report
from synthesis.check_anew import formats_of, unlike_anew
from synthesis.check_decisions import decision_faults
from synthesis.check_output import Output
from synthesis.checklist_items import Checklist, read_checklist
from synthesis.checklists import checklists_table
from synthesis.conduct import (
    agreement_table,
    excluded_at_full_text,
    search_log,
    unreadable_entries,
    unsettled_conflicts,
)
from synthesis.conqual import ConQual, conqual, conqual_table
from synthesis.effect_direction import (
    EffectDirectionPlan,
    direction_cells,
    effect_direction_table,
    overall_direction,
    sign_test_table,
)
from synthesis.effect_direction_figure import EffectDirectionPlot, effect_direction_plot
from synthesis.evidence import Column, Evidence, EvidenceTable
from synthesis.example import example_evidence
from synthesis.figures import FlowFigure, flow_figure
from synthesis.findings import findings, marks, segments
from synthesis.gap_map import GapMapPlan, gap_map_table
from synthesis.gap_map_figure import GapMap, gap_map
from synthesis.judgement_rows import judgement_lines, rows_to_judge, unknown_judgements
from synthesis.judgements import judgements, settled_judgements
from synthesis.methods import Fact, Paragraph, Sentence, methods
from synthesis.pictures import require_pictures, svg_png
from synthesis.provenance import trace
from synthesis.recall_figure import recall_figure
from synthesis.reference_list import reference_files, references
from synthesis.reference_styles import with_reference_style
from synthesis.references import Reference, reference, short_label
from synthesis.rendering import table_csv, write_all
from synthesis.report import render_report
from synthesis.review_findings import contributions, evidence_profile, summary_of_findings
from synthesis.stopping import stopping_table
from synthesis.studies import included_reports, studies
from synthesis.summaries import ThemeSummary, theme_summaries, theme_summary_table
from synthesis.tables import characteristics, evidence_table, theme_matrix
from synthesis.words import Words

__all__ = [
    "AuthorSummary",
    "AuthorText",
    "Checklist",
    "Column",
    "ConQual",
    "EffectDirectionPlan",
    "EffectDirectionPlot",
    "Evidence",
    "EvidenceTable",
    "Fact",
    "FlowFigure",
    "GapMap",
    "GapMapPlan",
    "Output",
    "Paragraph",
    "Reference",
    "ReviewFinding",
    "Sentence",
    "ThemeSummary",
    "Words",
    "agreement_by_code",
    "agreement_table",
    "appraisal_table",
    "appraisals",
    "author_text_under",
    "characteristics",
    "check_report",
    "checklists_table",
    "conqual",
    "conqual_table",
    "contributions",
    "decision_faults",
    "direction_cells",
    "effect_direction_plot",
    "effect_direction_table",
    "evidence_profile",
    "evidence_table",
    "example_evidence",
    "excluded_at_full_text",
    "findings",
    "flow_figure",
    "formats_of",
    "gap_map",
    "gap_map_table",
    "included_reports",
    "judgement_lines",
    "judgements",
    "marks",
    "methods",
    "overall_direction",
    "read_author_text",
    "read_checklist",
    "read_trace",
    "recall_figure",
    "reference",
    "reference_files",
    "references",
    "render_report",
    "report_changes",
    "require_pictures",
    "rows_to_judge",
    "search_log",
    "segments",
    "settled_judgements",
    "short_label",
    "sign_test_table",
    "stopping_table",
    "studies",
    "summary_of_findings",
    "svg_png",
    "table_csv",
    "theme_matrix",
    "theme_summaries",
    "theme_summary_table",
    "trace",
    "unknown_judgements",
    "unlike_anew",
    "unreadable_entries",
    "unsettled_conflicts",
    "with_reference_style",
    "write_all",
]
