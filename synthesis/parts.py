"""The parts of the report in their order: what each shows, its tables, its drawings.

A new part is one line here, a template beside the others, and the functions that the line names.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synthesis.agreement_of_codes import agreement_by_code
from synthesis.appraisal import appraisal_table, appraisal_view
from synthesis.checklists import checklist_views, checklists_table
from synthesis.conduct import (
    agreement_table,
    excluded_at_full_text,
    search_log,
    unreadable_entries,
    unsettled_conflicts,
)
from synthesis.conqual import conqual_table
from synthesis.effect_direction import effect_direction_table, sign_test_table
from synthesis.effect_direction_figure import effect_direction_plot
from synthesis.evidence import Evidence, EvidenceTable
from synthesis.evidence_rows import evidence_view
from synthesis.figures import flow_figure
from synthesis.findings import findings
from synthesis.gap_map import gap_map_table
from synthesis.gap_map_figure import gap_map
from synthesis.methods import methods_view
from synthesis.reference_list import reference_views, references
from synthesis.rendering import flow_svg
from synthesis.review_findings import evidence_profile, findings_view, summary_of_findings
from synthesis.sections import matrix_view, meanings, theme_views
from synthesis.stopping import stopping_table, stopping_view
from synthesis.summaries import theme_summary_table
from synthesis.tables import characteristics, evidence_table, theme_matrix

TableBuilder = Callable[[Evidence, str], EvidenceTable | None]


def _nothing(evidence: Evidence, language: str) -> dict[str, Any]:
    return {}


def _no_drawings(evidence: Evidence, language: str) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Part:
    """A part of the report.

    Attributes
    ----------
    id : str
        Its anchor in the page, the word for its heading (``words.yaml``), and its template's name.
    tables : tuple of callable
        ``build(evidence, language)``: each table, or None where the review has nothing for it. A table is
        ``table.<its id>`` in all templates, and a CSV file.
    view : callable
        ``view(evidence, language)``: what else the templates are given, as ``views.<part id>``.
    drawings : callable
        ``drawings(evidence, language)``: file name -> SVG document.
    is_listed : bool
        Whether it stands in the contents; otherwise it is included by another part's template.
    """

    id: str
    tables: tuple[TableBuilder, ...] = ()
    view: Callable[[Evidence, str], Any] = _nothing
    drawings: Callable[[Evidence, str], dict[str, str]] = _no_drawings
    is_listed: bool = True

    @property
    def template(self) -> str:
        """The file that draws it."""
        return f"{self.id}.html.j2"


def _matrix(evidence: Evidence, language: str) -> dict[str, Any]:
    return {**matrix_view(evidence, language), "meanings": meanings(evidence, language)}


def _flow(evidence: Evidence, language: str) -> Any:
    return flow_figure(evidence.flow, evidence.protocol, language)


def _flow_drawing(evidence: Evidence, language: str) -> dict[str, str]:
    return {"flow.svg": flow_svg(_flow(evidence, language))}


def _effect_direction_drawings(evidence: Evidence, language: str) -> dict[str, str]:
    return effect_direction_plot(evidence, language).files() if len(findings(evidence)) else {}


def _gap_map_drawing(evidence: Evidence, language: str) -> dict[str, str]:
    return {"gap_map.svg": gap_map(evidence, language).svg()} if len(findings(evidence)) else {}


def _stopping(evidence: Evidence, language: str) -> EvidenceTable | None:
    return stopping_table(evidence, language) if evidence.stopping else None


def _agreement(evidence: Evidence, language: str) -> dict[str, Any]:
    rows = agreement_table(evidence, language).frame["confusion_json"]
    return {"confusions": [json.loads(text) for text in rows]}


def _references(evidence: Evidence, language: str) -> dict[str, Any]:
    return {"included": reference_views(evidence, language), "style": evidence.protocol.references}


PARTS = (
    Part("themes", (theme_summary_table,), theme_views),
    Part("review_findings", (summary_of_findings, evidence_profile, conqual_table), findings_view),
    Part("matrix", (theme_matrix,), _matrix),
    Part(
        "effect_direction",
        (effect_direction_table, sign_test_table),
        effect_direction_plot,
        _effect_direction_drawings,
    ),
    Part("gap_map", (gap_map_table,), gap_map, _gap_map_drawing),
    Part("evidence", (evidence_table,), evidence_view),
    Part("characteristics", (characteristics,)),
    Part("appraisal", (appraisal_table,), appraisal_view),
    Part("flow", view=_flow, drawings=_flow_drawing),
    Part("stopping", (_stopping,), stopping_view, is_listed=False),
    Part("agreement", (agreement_table, agreement_by_code, unsettled_conflicts), _agreement),
    Part("search", (search_log, unreadable_entries)),
    Part("excluded", (excluded_at_full_text,)),
    Part("methods", view=methods_view),
    Part("references", (references,), _references),
    Part("checklists", (checklists_table,), checklist_views),
)
