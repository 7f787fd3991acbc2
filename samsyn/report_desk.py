"""The report of a review, written and checked."""

from __future__ import annotations

import hashlib
import tempfile
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from coding_scheme import changed_settlements, in_todays_codes, read_coding_scheme
from corpus import (
    FaultyFileError,
    Flow,
    ReviewError,
    changed_sources,
    journal,
    journal_faults,
    journal_notes,
    outdated_settlements,
    uncounted_entries,
)
from corpus.screening_notes import screening_notes
from corpus.undone import standing_lines
from samsyn.judgement_desk import JudgementDesk
from samsyn.scheme_desk import CURRENT, SchemeDesk
from synthesis import (
    AuthorText,
    Evidence,
    Output,
    author_text_under,
    check_report,
    decision_faults,
    formats_of,
    read_author_text,
    read_trace,
    render_report,
    require_pictures,
    svg_png,
    unknown_judgements,
    unlike_anew,
    with_reference_style,
    write_all,
)
from synthesis.author_text import FILE_NAME
from synthesis.report import FORMATS, installed_version


def mark(data: bytes) -> tuple[int, str]:
    """A file's length and sha256, by which a later check tells an edit from lines that were added."""
    return len(data), hashlib.sha256(data).hexdigest()


# what is kept in .cache of sources and records, of a large review only
_KEPT_RECORDS = ("sources", "duplicates", "records")


class ReportDesk(JudgementDesk, SchemeDesk):
    """The part of :class:`~samsyn.Review` that writes the report and looks for what is wrong."""

    @property
    @abstractmethod
    def sources(self) -> pd.DataFrame:
        """One row per export file."""

    @abstractmethod
    def flow(self) -> Flow:
        """The numbers of the flow diagram."""

    @property
    def author(self) -> AuthorText:
        """What the author wrote in ``synthesis.yaml``; under an earlier scheme, what that one knows of it.

        Raises
        ------
        FaultyFileError
            With all faults of the file.
        """
        return self._author_text()[0]

    def author_left_out(self) -> list[str]:
        """What the author wrote and an earlier scheme has no place for, a sentence each."""
        return self._author_text()[1]

    def _author_text(self) -> tuple[AuthorText, list[str]]:
        path = self.folder / FILE_NAME
        try:
            return read_author_text(path, self.scheme), []
        except FaultyFileError:
            if self._as_of is None:
                raise
            # written for the scheme of today, which has codes that this one lacks
            return author_text_under(path, self.scheme, read_coding_scheme(self.folder / CURRENT))

    @abstractmethod
    def coded(self) -> pd.DataFrame:
        """The coded segments that stand."""

    @abstractmethod
    def input_hash(self) -> str:
        """sha256 of all that the outputs are computed from."""

    @abstractmethod
    def input_bytes(self) -> dict[str, bytes]:
        """Name -> content of what the outputs are computed from."""

    def render(
        self,
        *,
        language: str = "en",
        references: str = "",
        formats: Sequence[str] = FORMATS,
        map_by: str = "",
        png: bool = False,
    ) -> list[Path]:
        """Write the report with its tables, references and trace to ``output/``; return the files.

        Parameters
        ----------
        language : {"en", "da"}
        references : {"", "apa", "vancouver"}
            Style of the references; the protocol's when empty.
        formats : sequence of str
            Of "html", "csv", "xlsx" and "docx".
        map_by : str, optional
            The descriptor by which the evidence gap map groups studies; approach by default.
        png : bool
            Each drawing as a PNG picture too.

        Raises
        ------
        UsageError
            When the scheme has no such descriptor, or the extra "png" is not installed.
        """
        if png:
            require_pictures()
        self.keep_scheme()
        evidence = self.evidence()
        written = _render_into(self.folder / "output", evidence, language, references, formats, map_by)
        if png:
            drawn = [path for path in written if path.suffix == ".svg"]
            pictures = {f"{path.stem}.png": svg_png(path.read_text(encoding="utf-8")) for path in drawn}
            written += write_all(self.folder / "output", pictures)
        return written

    def check_notes(self) -> list[str]:
        """What is no fault and good to know: of copies that were joined, of a changed protocol or scheme."""
        notes = journal_notes(self.folder)
        notes += screening_notes(self._lines("screening"), self._unique_id(), self.protocol)
        notes += self.scheme_notes()
        with suppress(ReviewError, LookupError, TypeError):
            made_from = read_trace(self.folder / "output")["review"]
            if made_from["scheme_hash"] != self.scheme.hash:
                notes.append(
                    f"The report was made under version {made_from['scheme_version']} of the coding scheme; "
                    f"{CURRENT} is another since, version {self.scheme.version}"
                )
        return notes

    def check(self) -> list[str]:
        """What is wrong with the review and its report, each in words; nothing when all is well.

        All is computed from the files that people gave; what was kept in ``.cache`` has no part in it.
        """
        if not any((self.cache_folder / part).is_dir() for part in _KEPT_RECORDS):
            return self._faults()
        with tempfile.TemporaryDirectory() as empty:
            anew = type(self).open(self.folder)
            anew.cache_folder, anew.show_progress = Path(empty), self.show_progress
            return anew._faults()

    def _faults(self) -> list[str]:
        faults = [
            f"decisions/{kind}/{torn.file} line {torn.line} is cut short or no decision, and not counted: "
            f"{torn.raw[:60]!r}"
            for kind, torn in self.torn_lines()
        ]
        _, torn_sources = journal.read_lines(self.folder / "sources" / "sources.jsonl")
        faults += [
            f"sources/sources.jsonl line {torn.line} is cut short, not counted" for torn in torn_sources
        ]
        faults += journal_faults(self.folder)
        faults += changed_sources(self.folder / "sources") or uncounted_entries(self.sources)
        faults += [f"flow: {fault}" for fault in self.flow().broken_identities()]
        faults += self._lost_decisions()
        faults += self._lost_words()
        faults += self.scheme_faults()
        faults += self._settlement_faults()
        evidence = cache(self.evidence)
        faults += self._lost_judgements(evidence)
        output = self.folder / "output"
        if (output / "trace.json").exists():
            faults += check_report(output, self.folder / "sources")
            faults += self._report_faults(output, evidence)
        return faults

    def _settlement_faults(self) -> list[str]:
        """The settlements whose grounds a screener or coder has changed since, in words."""
        changed = changed_settlements(
            in_todays_codes(self._coding_as_made(), self.scheme, self._kept_by_hash())
        )
        outdated = outdated_settlements(self.screening_decisions())
        # what was settled of a full text whose record is excluded on its title since needs nobody
        reached = set(zip(*(self.verdicts()[name] for name in ("record_id", "stage")), strict=True))
        return [
            f"changed since settled: {row['record_id']} at {row['stage']} ({row['changed']}); what "
            f"{row['settled_by']} settled stands ({row['settled_as']}) until it is settled anew: "
            "samsyn screen --conflicts --csv settle.csv"
            for row in outdated.to_dict("records")
            if (row["record_id"], row["stage"]) in reached
        ] + [
            f"changed since settled: {row['code_id']} in {row['record_id']} ({row['changed']}); what "
            f"{row['settled_by']} settled stands ({row['settled_as']}) until it is settled anew: "
            "samsyn code --conflicts --csv settle.csv"
            for row in changed.to_dict("records")
        ]

    def _report_faults(self, output: Path, evidence: Callable[[], Evidence]) -> list[str]:
        """Where the report says something else than today's files; the decisions are replayed anew."""
        try:
            made_from = read_trace(output)["review"]
            kept = [each for each in self.kept_schemes() if each.scheme.hash == made_from["scheme_hash"]]
            if made_from["scheme_hash"] != self.scheme.hash and kept:
                # seen as an earlier scheme sees the review: later decisions have no part in it
                seen = copy(self)
                seen._as_of = kept[-1]
                differing = seen._differing_input(made_from)
                if differing and self._all_counted(made_from):
                    # it was made when that scheme was the present one, and left nothing out
                    differing = self._differing_input(made_from)
                return differing or seen._unlike_anew(output, made_from, seen.evidence)
            assigned = self.assignments()[["record_id", "stage"]].itertuples(index=False, name=None)
            needed = Counter((str(record_id), str(stage)) for record_id, stage in assigned)
            now = {**self._unique_id(), **self._renamed_findings()}
            faults = decision_faults(output, self.folder, unique_id=now, needed=needed)
            faults += self._differing_input(made_from)
            return faults or self._unlike_anew(output, made_from, evidence)
        except (ReviewError, LookupError, TypeError) as fault:
            return [f"The report cannot be held against the decisions: {fault}"]

    def _all_counted(self, made_from: Mapping[str, Any]) -> bool:
        """Whether a report was made of all lines that the coding journals had, those of later schemes too."""
        now = self.input_bytes()
        noted = {
            name: file for name, file in (made_from.get("inputs") or {}).items()
            if name.startswith("decisions/coding/")
        }  # fmt: skip
        return all(mark(now.get(name, b"")[: file[0]]) == tuple(file) for name, file in noted.items())

    def _differing_input(self, made_from: Mapping[str, Any]) -> list[str]:
        if self.input_hash() == made_from["input_hash"]:
            return []
        noted, now = made_from.get("inputs") or {}, self.input_bytes()
        named = []
        for name in sorted({*noted, *now} if noted else ()):
            n_bytes, sha256 = noted.get(name, (0, ""))
            data = now.get(name, b"")
            if name not in now:
                named.append(f"{name} was there when the report was made and is gone")
            elif name not in noted:
                named.append(f"{name} is new since the report was made")
            elif mark(data) != (n_bytes, sha256):
                # a journal only grows
                grown = name.endswith(".jsonl") and mark(data[:n_bytes]) == (n_bytes, sha256)
                said = (
                    "has new lines" if grown else "is not what it was when the report was made: it was edited"
                )
                named.append(f"{name} {said}")
        return [
            *named,
            "Protocol, coding scheme, sources, decisions, synthesis.yaml or checklist.yaml have changed "
            "since the report was made. Make it anew: samsyn render",
        ]

    def _unlike_anew(
        self, output: Path, made_from: Mapping[str, Any], evidence: Callable[[], Evidence]
    ) -> list[str]:
        """Files of the report that differ from those that the review gives today; nothing is changed."""
        if made_from.get("samsyn") != installed_version():
            return ["The report was made by another version of Samsyn. Make it anew: samsyn render"]
        try:
            held = Output.read(output)
        except (OSError, ValueError):
            # said by the check of the report
            return []
        try:
            require_pictures()
            pictures = True
        except ReviewError:
            pictures = False
        with tempfile.TemporaryDirectory() as anew:
            formats = formats_of(output, set(held.entities))
            style, by = str(made_from.get("references", "")), str(made_from["gap_map_by"])
            _render_into(Path(anew), evidence(), held.language, style, formats or FORMATS, by)
            return unlike_anew(output, Path(anew), pictures=pictures)

    def torn_lines(self) -> list[tuple[str, journal.TornLine]]:
        """Lines of the journals that a crash cut short: (kind of journal, line)."""
        kinds = ("audits", "duplicates", "screening", "coding", "judgements")
        return [(kind, torn) for kind in kinds for torn in journal.read(self.folder / "decisions" / kind)[1]]

    def _lost_decisions(self) -> list[str]:
        known = set(self._unique_id())
        faults = []
        for kind in ("screening", "coding"):
            for line in standing_lines(self._lines(kind)):
                if line.get("record_id") not in known:
                    faults.append(
                        f"decisions/{kind}/{line['person']}.jsonl line {line['journal_line']}: "
                        f"no source holds the record {line.get('record_id')}, so that it counts for nothing. "
                        "Add its source: samsyn add"
                    )
        return faults

    def _lost_words(self) -> list[str]:
        """Coded words that their text does not hold any more, or twice: a merged duplicate has another."""
        coded = self.coded()
        records = self.records
        texts = records[records["record_id"].isin(set(coded["record_id"]))].set_index("record_id")
        fields = {name: texts[name].to_dict() for name in coded["field"].unique() if name in texts}
        faults = []
        for row in coded.to_dict("records"):
            text = fields.get(row["field"], {}).get(row["record_id"])
            if text is not None and str(text)[row["start"] : row["end"]] != row["text"]:
                coding = f"“{row['text'][:60]}”, coded as {row['code_id']} by {row['people']},"
                faults.append(
                    f"{coding} is not at its place in the {row['field']} of {row['record_id']} any more: "
                    "its text is another now. Code it again, or part the two: samsyn duplicates --different"
                )
        return faults

    def _lost_judgements(self, evidence: Callable[[], Evidence]) -> list[str]:
        """Judgements of what is not there, or that cannot be shown; nothing is built when there are none."""
        if self.judgements().empty:
            return []
        try:
            return unknown_judgements(evidence())
        except ReviewError as fault:
            return [str(fault)]


def _render_into(
    folder: Path, evidence: Evidence, language: str, references: str, formats: Sequence[str], map_by: str
) -> list[Path]:
    evidence = replace(evidence, gap_map_by=map_by)
    if references:
        evidence = replace(evidence, protocol=with_reference_style(evidence.protocol, references))
    return render_report(evidence, folder, language=language, formats=formats)
