"""A review folder, opened: the rooms below wired to its files. It wires; it decides nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from coding_scheme import (
    CodingScheme,
    agreement_rows,
    as_line,
    changed_settlements,
    coded_segments,
    coding_conflicts,
    decisions_from_rows,
    descriptor_lines,
    descriptors,
    in_todays_codes,
    main_reports,
    read_coding_scheme,
    settled_descriptors,
    with_codes,
)
from coding_scheme.descriptors import PART_OF_STUDY
from corpus import (
    Collection,
    Flow,
    Merged,
    Protocol,
    ReviewError,
    Search,
    UsageError,
    add_source,
    journal,
    merge_copy,
    prisma_flow,
    read_protocol,
    read_sources,
    with_raw_entries,
    with_verdicts,
    write_records,
)
from corpus.own_files import keep_private, refuse_ways_out
from corpus.sources import sources_table
from corpus.table_cells import Rows
from samsyn.card_desk import CardDesk
from samsyn.exchange_desk import PROJECTS, ExchangeDesk
from samsyn.record_desk import RecordDesk
from samsyn.report_desk import ReportDesk, mark
from samsyn.screening_desk import Progress
from samsyn.stopping_desk import StoppingDesk
from samsyn.suggestion_desk import SuggestionDesk
from synthesis import (
    Evidence,
    read_checklist,
)
from synthesis.author_text import FILE_NAME

if TYPE_CHECKING:
    from samsyn.cluster import Cluster

Searches = Search | Sequence[Search]


@dataclass
class Review(RecordDesk, CardDesk, StoppingDesk, ExchangeDesk, SuggestionDesk, ReportDesk):
    """A review: records and decisions in a folder, everything else computed from them.

    Open one with :meth:`open` or start one with :meth:`new`. Methods that add something write it at once;
    all others compute from the files and change nothing.

    Examples
    --------
    >>> import tempfile
    >>> review = Review.new(Path(tempfile.mkdtemp(), "my-review"))
    >>> len(review.records), len(review.scheme.codes)
    (0, 46)
    """

    folder: Path
    _kept: dict[str, tuple[Any, Any]] = field(default_factory=dict, repr=False)
    cluster: Cluster | None = field(default=None, repr=False)
    # says what is being done, and wraps its parts
    show_progress: Callable[[str], Progress] = field(default=lambda what: iter, repr=False)

    def __post_init__(self) -> None:
        """Know where what was computed is kept: it may be deleted, or left out of account."""
        self.cache_folder = self.folder / ".cache"

    # --- the folder -------------------------------------------------------------------------------------

    @classmethod
    def new(cls, folder: str | Path, *, scheme: str | Path = "") -> Review:
        """Start a review: a folder with the protocol and coding scheme that Samsyn ships, to be adapted.

        Parameters
        ----------
        folder : str or Path
        scheme : str or Path, optional
            "blank" for a small coding scheme to write another topic in, or the file of a scheme of your own.

        Raises
        ------
        UsageError
            When the folder is already there and not empty.
        """
        folder = Path(folder)
        starter = files("samsyn") / "starter"
        begun = (starter / ("blank_scheme.yaml" if scheme == "blank" else "coding_scheme.yaml")).read_bytes()
        if scheme not in ("", "blank"):
            read_coding_scheme(Path(scheme))
            begun = Path(scheme).read_bytes()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is already there and not empty.", next_step="Choose another name.")
        try:
            for part in ("sources", "decisions"):
                (folder / part).mkdir(parents=True, exist_ok=True)
            keep_private(folder / "decisions")
            # git joins what one person decided in two clones; where the two differ, samsyn check says so
            (folder / ".gitattributes").write_text(
                "*.jsonl merge=union -text\n*.last merge=union -text\nsources/* -text\n", "ascii"
            )
            (folder / "protocol.yaml").write_bytes((starter / "protocol.yaml").read_bytes())
            (folder / "coding_scheme.yaml").write_bytes(begun)
            (folder / FILE_NAME).write_bytes((starter / FILE_NAME).read_bytes())
        except OSError as error:
            raise ReviewError(f"The review was not made: {error.strerror}.", where=str(folder)) from error
        return cls(folder)

    @classmethod
    def open(cls, folder: str | Path) -> Review:
        """Open a review folder.

        Raises
        ------
        UsageError
            When it is not a review folder.
        """
        folder = Path(folder)
        if not (folder / "protocol.yaml").is_file():
            raise UsageError(
                f"{folder.resolve().name} is not a review folder (it has no protocol.yaml).",
                next_step="Go into one, name it with --review, or: samsyn new FOLDER.",
            )
        refuse_ways_out(folder)
        return cls(folder)

    def beside(self) -> Review:
        """The same review for another thread; what was computed so far need not be computed again."""
        return Review(self.folder, dict(self._kept))

    @property
    def protocol(self) -> Protocol:
        """The protocol, read and checked."""
        path = self.folder / "protocol.yaml"
        return self._remembered("protocol", ("protocol.yaml",), lambda: read_protocol(path))

    @property
    def scheme(self) -> CodingScheme:
        """The coding scheme, read and checked."""
        if self._as_of is not None:
            return self._as_of.scheme
        path = self.folder / "coding_scheme.yaml"
        return self._remembered("scheme", ("coding_scheme.yaml",), lambda: read_coding_scheme(path))

    # --- records ----------------------------------------------------------------------------------------

    def add(
        self, path: str | Path, search: Searches = (), *, columns: Mapping[str, str] | None = None
    ) -> tuple[pd.Series, bool]:
        """Add an export file of one search or several; return its row of :attr:`sources` and if it is new.

        ``columns`` says what the columns of a hand-made table hold: {"Overskrift": "title"}. What is said of
        the search of a file that is there already counts from now on.

        Raises
        ------
        UsageError
            When the file is not an export of references; nothing is written then.
        """
        folder, search = self.folder / "sources", search or Search()
        cache = self.cache_folder / "sources"
        source_id, is_new = add_source(folder, Path(path), search, columns=columns, cache=cache)
        sources = self.sources
        return sources[sources["source_id"] == source_id].iloc[0], is_new

    def collection(self, *, progress: Progress | None = None) -> Collection:
        """Every record of every source."""
        progress = progress or self.show_progress("reading the sources")
        folder, cache = self.folder / "sources", self.cache_folder / "sources"

        def compute() -> Collection:
            if self.cluster is None:
                names = self._names_of_sources() if cache.exists() else ()
                return read_sources(folder, progress=progress, cache=cache, names=names)
            from samsyn.cluster.adding import reader_on  # noqa: PLC0415 (an extra, and only --dask needs it)

            return read_sources(folder, reader=reader_on(self.cluster, cache, progress))

        return self._remembered("collection", ("sources/*",), compute)

    @property
    def sources(self) -> pd.DataFrame:
        """One row per export file (columns: ``corpus.sources``)."""
        folder, cache = self.folder / "sources", self.cache_folder / "sources"
        # without the texts, where readings are kept
        if self.cluster is not None or "collection" in self._kept or not any(cache.glob("*")):
            return self.collection().sources
        names = self._names_of_sources()
        return self._remembered("sources", ("sources/*",), lambda: sources_table(folder, names, cache))

    @property
    def searches(self) -> pd.DataFrame:
        """One row per search, as PRISMA-S wants them (columns: ``corpus.searches``)."""
        return self.collection().searches

    @property
    def unreadable(self) -> pd.DataFrame:
        """Entries of the sources that are not records: source_id, line, why, raw."""
        return self.collection().unreadable

    @property
    def warnings(self) -> pd.DataFrame:
        """What was odd in the sources and mended: source_id, line, what."""
        return self.collection().warnings

    # --- screening --------------------------------------------------------------------------------------

    def flow(self) -> Flow:
        """The counts of the PRISMA 2020 flow diagram."""
        return prisma_flow(
            self.sources,
            self.duplicates().groups,
            self.verdicts(),
            self.protocol,
            part_of_study=main_reports(self.descriptors()),
        )

    # --- coding -----------------------------------------------------------------------------------------

    def code(
        self,
        rows: Rows,
        *,
        person: str,
        round_: str = "assisted",
        file: str = "rows",
        known: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    ) -> int:
        """Take coding decisions: record_id, code_id, value, direction, field, quotation, finding, ...

        Parameters
        ----------
        rows : iterable of mappings
            One row per segment (columns: ``coding_scheme.decisions_from_rows``).
        person : str
        round_ : str
            "blind", "assisted" or "adjudication", for rows that name none.
        known : (records, decisions), optional
            The records that the rows are on and every decision on them, where these are at hand.

        Returns
        -------
        int
            How many decisions were saved.

        Raises
        ------
        UsageError
            With every faulty row; nothing is saved then.
        """
        records, earlier = known or (self.records, self.coding_decisions())
        decisions = decisions_from_rows(
            rows, records, self.scheme, person=person, round=round_, file=file, decisions=earlier
        )
        self.refuse_retired(decisions, file)
        lines = [
            {**as_line(decision), "decided_at": decision.decided_at or journal.now()}
            for decision in decisions
        ]
        self.keep_scheme()
        return journal.append(self.folder / "decisions" / "coding", person, lines)

    def describe(self, rows: Rows, *, person: str, adjudicates: bool = False, file: str = "rows") -> int:
        """Take study descriptors: record_id, descriptor, value. Returns how many were saved.

        With ``adjudicates`` they settle what others differ on.
        """
        lines = descriptor_lines(
            rows, self.records, self.scheme, person=person, adjudicates=adjudicates, file=file
        )
        lines = [{**line, "decided_at": line.get("decided_at") or journal.now()} for line in lines]
        return journal.append(self.folder / "decisions" / "coding", person, lines)

    def coding_decisions(self) -> pd.DataFrame:
        """Every coding decision in today's codes, one row per segment (columns: ``coding_scheme``)."""
        return in_todays_codes(self._coding_as_made(), self.scheme, self._kept_by_hash())

    def coded(self) -> pd.DataFrame:
        """The settled coded segments."""
        return coded_segments(self.coding_decisions())

    def coding_conflicts(self) -> pd.DataFrame:
        """Record x code on which coders differ and nobody has settled it."""
        return coding_conflicts(self.coding_decisions())

    def descriptors(self) -> pd.DataFrame:
        """The study descriptors, settled or one row per person: record_id, descriptor, value, person, ..."""
        return settled_descriptors(descriptors(self._descriptor_lines()))

    def _descriptor_lines(self) -> Iterator[dict[str, Any]]:
        """The journal's descriptors, each of the record there is now: only then do people agree or not."""
        unique_id = self._unique_id()
        for line in self._lines("coding"):
            record_id = unique_id.get(str(line.get("record_id", "")))
            if line.get("type") != "descriptor" or not record_id:
                continue
            value = str(line.get("value", ""))
            if line.get("descriptor") == PART_OF_STUDY:
                value = unique_id.get(value, value)
            yield {**line, "record_id": record_id, "value": value}

    def agreement(self) -> pd.DataFrame:
        """Agreement of each pair of people, for screening stages and coding."""
        screened = self.screening_decisions()
        return agreement_rows(self.coding_decisions(), screened, self.scheme, seed=self.protocol.seed)

    # --- what comes out ---------------------------------------------------------------------------------

    def evidence(self, *, to_judge: bool = False) -> Evidence:
        """All that a report is made of, or (``to_judge``) only what judgements are about, at once."""
        collection, screening = self.collection(), self.screening_decisions()
        coding, found, judged = self.coding_decisions(), self.descriptors(), self.judgements()
        # of all that was ever decided: what was taken back is known as well
        kinds = ("screening", "coding", "judgements")
        times = [str(line.get("decided_at", "")) for kind in kinds for line in self._lines(kind)]
        # a trace shows the entries of included records as they stand in their files
        records = self.records
        if not to_judge:
            shown = with_raw_entries(self.folder / "sources", self.included()).set_index("record_id")["raw"]
            records["raw"] = records["record_id"].map(shown).astype(object).fillna("").astype("str")
        return Evidence(
            protocol=self.protocol,
            scheme=self.scheme,
            records=records,
            sources=collection.sources,
            unreadable=collection.unreadable,
            flow=self.flow(),
            screening_verdicts=self.verdicts(),
            coding_decisions=coding,
            coded_segments=coded_segments(coding),
            coding_conflicts=coding_conflicts(coding),
            descriptors=found,
            agreement=pd.DataFrame() if to_judge else self.agreement(),
            n_screening_decisions=len(screening),
            input_hash="" if to_judge else self.input_hash(),
            inputs={} if to_judge else {name: mark(data) for name, data in self.input_bytes().items()},
            data_as_of=max(times, default=""),
            stopping=None if to_judge else self.stopping(),
            screening_decisions=screening,
            duplicate_decisions=self.duplicate_decisions()[
                ["record_id_a", "record_id_b", "verdict", "person"]
            ],
            checklist=read_checklist(self.folder / "checklist.yaml"),
            judgements=judged,
            author=self.author,
        )

    def as_of(self, scheme: str | Path) -> Review:
        """The review as an earlier coding scheme sees it: without the decisions made under later ones.

        ``scheme`` is a file, or the version or name of one that was kept. For looking and rendering only.
        """
        earlier = Review(self.folder)
        earlier._as_of = self.find_scheme(scheme)
        return earlier

    def export(self, path: str | Path, *, which: str = "all", codes: str = "", person: str = "") -> int:
        """Write records with verdicts and codes to a file (.ris .bib .csv .json .xlsx); return how many.

        Coding goes to other coding programs as .qdpx (a project) or .qdc (a codebook), or as a table: see
        :meth:`export_coding`.

        Parameters
        ----------
        path : str or Path
        codes : {"", "matrix", "directions", "segments", "codebook"}
            Write this table of the coding instead (.csv).
        person : str, optional
            In a project or a table of the coding only this person's decisions; records go out with all.
        which : {"all", "included", "excluded", "unscreened", "waiting", "unsure", "conflicts"}
            By the verdict at the last stage reached.

        Raises
        ------
        UsageError
            When the suffix or the subset is not known, or records are asked for by person.
        """
        path = Path(path)
        is_coding = bool(codes) or path.suffix.lower() in PROJECTS
        if person and not is_coding:
            raise UsageError(
                f"{path.name} holds the decisions of all, not of {person} alone.",
                next_step="Leave out --as, or write their coding: .qdpx, or .csv with --codes segments.",
            )
        decisions = self.screening_decisions()
        chosen = with_verdicts(self.records, self.verdicts(), decisions, self.protocol, which=which)
        if is_coding:
            return self.export_coding(path, chosen, table=codes, person=person)
        write_records(with_codes(chosen, self.coded(), self.scheme), path)
        return len(chosen)

    def status(self) -> dict[str, int]:
        """Where the review stands, in counts."""
        flow, verdicts = self.flow(), self.verdicts()
        coding, judged = self.coding_decisions(), self.judgements()
        return {
            "sources": len(self.sources),
            "entries": int(self.sources["n_entries"].sum()),
            "records": len(self.collection().records),
            "unreadable_entries": len(self.unreadable),
            "reading_warnings": len(self.warnings),
            "duplicates": flow.duplicates_removed,
            "doubtful_pairs": len(self.duplicates().doubtful),
            "unique_records": len(self.record_columns("record_id")),
            "without_abstract": int((self.record_columns("abstract")["abstract"] == "").sum()),
            "screened": flow.screened,
            "not_yet_screened": flow.not_yet_screened,
            "waiting_for_screener": int((verdicts["verdict"] == "waiting").sum()),
            "screening_conflicts": int((verdicts["verdict"] == "conflict").sum()),
            "screening_unsure": int((verdicts["verdict"] == "unsure").sum()),
            "included_reports": flow.included_reports,
            "included_studies": flow.included_studies,
            "coded_reports": coding["record_id"].nunique(),
            "coded_segments": len(self.coded()),
            "coding_conflicts": len(self.coding_conflicts()),
            "stale_coding_decisions": len(self.stale_decisions()),
            "settlements_changed_since": len(changed_settlements(coding)),
            "judgements": len(judged),
            "judgements_in_conflict": int((judged["value"] == "in conflict").sum()),
            "torn_journal_lines": len(self.torn_lines()),
        }

    def input_hash(self) -> str:
        """sha256 of all that the outputs are computed from: protocol, scheme, author, sources, decisions."""
        digest = hashlib.sha256()
        for name, data in self.input_bytes().items():
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()

    def input_bytes(self) -> dict[str, bytes]:
        """The files that the outputs are computed from, by name, as they are counted."""
        paths = [self.folder / "protocol.yaml", self.folder / "sources" / "sources.jsonl"]
        # files that authors need not write
        paths += [path for path in [self.folder / FILE_NAME, self.folder / "checklist.yaml"] if path.exists()]
        paths += sorted(self.folder.glob("decisions/*/*.jsonl"), key=lambda path: path.as_posix())
        read = {path.relative_to(self.folder).as_posix(): self._counted_bytes(path) for path in paths}
        return {**self._scheme_bytes(), **read}

    def merge(self, other: str | Path) -> list[Merged]:
        """Take in the decisions of another copy of this review (see ``corpus.merge_copy``)."""
        return merge_copy(self.folder, Path(other))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row'>{escape(name.replace('_', ' '))}</th><td>{count}</td></tr>"
            for name, count in self.status().items()
        )
        title = escape(self.protocol.title.in_language("en"))
        return f"<table><caption>{title}</caption><tbody>{rows}</tbody></table>"

    # --- inside -----------------------------------------------------------------------------------------

    def _remembered(self, name: str, patterns: tuple[str, ...], compute: Callable[[], Any]) -> Any:
        """What was computed before, as long as the files it was computed from are as they were."""
        paths = sorted(path for pattern in patterns for path in self.folder.glob(pattern))
        state = [(path, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
        if self._kept.get(name, (None,))[0] != state:
            self._kept[name] = (state, compute())
        return self._kept[name][1]

    def _lines(self, kind: str) -> list[dict[str, Any]]:
        lines = journal.read(self.folder / "decisions" / kind)[0]
        return [line for line in lines if self._is_counted(line)] if kind == "coding" else lines


def example_folder() -> Path:
    """Where the invented example review lies inside the package."""
    return Path(str(files("samsyn"))) / "example"
