"""The methods paragraph: what was done, by whom and how often, as the journal tells it.

A sentence stands only where its facts are there; every number carries the name of the count it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Any

import pandas as pd

from corpus.protocol import Stage, Wording
from corpus.stopping_picture import stopping_sentences
from synthesis.conduct import agreement_table
from synthesis.evidence import Evidence, EvidenceTable, rows_of
from synthesis.findings import findings, segments
from synthesis.words import Words, own_language


@dataclass(frozen=True)
class Fact:
    """A number in a sentence.

    Attributes
    ----------
    name : str
        The count it is: a field of the flow diagram ("flow.screened"), or of a table ("agreement.0.kappa").
    value : float
    shown : str
        As the language writes it.
    """

    name: str
    value: float
    shown: str


@dataclass(frozen=True)
class Sentence:
    """A sentence as its pieces: plain text, and numbers with what they count.

    Attributes
    ----------
    key : str
        What it says, for instance "m_screened".
    pieces : tuple of str and Fact
    """

    key: str
    pieces: tuple[str | Fact, ...]

    def text(self) -> str:
        """The sentence in words."""
        return "".join(piece if isinstance(piece, str) else piece.shown for piece in self.pieces)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the methods: its id ("search", "screening", ...), its heading and its sentences."""

    id: str
    heading: str
    sentences: tuple[Sentence, ...]

    def text(self) -> str:
        """The paragraph in words."""
        return " ".join(sentence.text() for sentence in self.sentences)


def methods(evidence: Evidence, language: str = "en") -> list[Paragraph]:
    """S12: the methods, paragraph by paragraph; those without a fact are left out.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> paragraphs = methods(example_evidence())
    >>> [paragraph.id for paragraph in paragraphs]
    ['search', 'screening', 'stopping', 'agreement', 'coding', 'software']
    >>> paragraphs[1].sentences[0].text()
    'Titles and abstracts of 4 records were screened by Coder A and Coder B.'
    >>> paragraphs[1].sentences[0].pieces[1]
    Fact(name='flow.screened', value=4, shown='4')
    """
    words = Words(language)
    told: list[tuple[str, Callable[[Evidence, Words], Iterable[Sentence]]]] = [
        ("search", _search), ("screening", _screening), ("stopping", _stopping),
        ("agreement", _agreement), ("coding", _coding), ("software", _software),
    ]  # fmt: skip
    paragraphs = [Paragraph(name, words(f"m_{name}"), tuple(say(evidence, words))) for name, say in told]
    return [paragraph for paragraph in paragraphs if paragraph.sentences]


def methods_view(evidence: Evidence, language: str = "en") -> dict[str, Any]:
    """What the page says of methods: the protocol's questions and criteria, and the paragraphs."""
    protocol = evidence.protocol
    return {
        "questions": [own_language(Wording(one.en, one.da), language) for one in protocol.questions],
        "criteria": [
            (
                Words(language)(f"methods_{name}"),
                [own_language(Wording(one.en, one.da), language) for one in criteria],
            )
            for name, criteria in (
                ("inclusion", protocol.criteria.inclusion), ("exclusion", protocol.criteria.exclusion)
            ) if criteria
        ],
        "paragraphs": methods(evidence, language),
    }  # fmt: skip


def _search(evidence: Evidence, words: Words) -> Iterator[Sentence]:
    flow = evidence.flow
    by_kind: dict[str, list[dict[Any, Any]]] = {}
    for row in rows_of(evidence.sources):
        by_kind.setdefault("other" if row["kind"] == "other" else "searched", []).append(row)
    for kind, rows in sorted(by_kind.items(), reverse=True):
        listed = list(dict.fromkeys(_named_search(row, words) for row in rows))
        yield _said(f"m_{kind}", words, sources=listed)
    if any(row["query"] for rows in by_kind.values() for row in rows):
        yield _said("m_strings", words)
    if flow.identified:
        yield _said("m_identified", words, n=("flow.identified", sum(n for *_, n in flow.identified)))
    if {"n_records", "n_new"} <= set(evidence.sources.columns):
        again = int(evidence.sources["n_records"].sum() - evidence.sources["n_new"].sum())
        if again:
            yield _said("m_again", words, n=("table.again", again))
    n_unreadable = len(evidence.unreadable)
    if n_unreadable:
        yield _said("m_unreadable", words, n=("table.unreadable", n_unreadable))
    for key in ("duplicates_removed", "automation_removed", "other_removed"):
        if n := getattr(flow, key):
            yield _said(f"m_{key}", words, n=(f"flow.{key}", n))
    pairs = evidence.duplicate_decisions
    if len(pairs):
        n_pairs = len(pairs[["record_id_a", "record_id_b"]].drop_duplicates())
        yield _said(
            "m_pairs",
            words,
            n=("journal.duplicate_pairs", n_pairs),
            people=_people(evidence, pairs["person"]),
        )


def _screening(evidence: Evidence, words: Words) -> Iterator[Sentence]:
    flow = evidence.flow
    yield from _plan(evidence, words)
    yield from _calibration(evidence, words)
    if flow.screened:
        yield from _stage(evidence, words, "title_abstract", "m_screened", ("flow.screened", flow.screened))
    if flow.not_yet_screened:
        yield _said("m_unscreened", words, n=("flow.not_yet_screened", flow.not_yet_screened))
    if flow.undecided_screening:
        yield _said("m_undecided", words, n=("flow.undecided_screening", flow.undecided_screening))
    if "full_text" in evidence.protocol.stages and flow.sought:
        yield _said("m_sought", words, n=("flow.sought", flow.sought))
        if flow.not_retrieved:
            yield _said("m_not_retrieved", words, n=("flow.not_retrieved", flow.not_retrieved))
        if flow.assessed:
            yield from _stage(evidence, words, "full_text", "m_assessed", ("flow.assessed", flow.assessed))
        if n := sum(n for _, n in flow.excluded_reasons):
            yield _said("m_excluded", words, n=("flow.excluded_reasons", n))
        if flow.not_yet_assessed:
            yield _said("m_unassessed", words, n=("flow.not_yet_assessed", flow.not_yet_assessed))
    if flow.included_reports:
        yield _said("m_included", words, reports=("flow.included_reports", flow.included_reports),
                    studies=("flow.included_studies", flow.included_studies))  # fmt: skip


def _plan(evidence: Evidence, words: Words) -> Iterator[Sentence]:
    plan = evidence.protocol.screening
    if plan is None:
        return
    shares = {stage: plan.per_cent_twice(stage) for stage in evidence.protocol.stages}
    same = len(set(shares.values())) == 1
    for stage, share in list(shares.items())[: 1 if same else None]:
        key = "m_plan_twice" if share == 100 else "m_plan_overlap" if share else "m_plan_single"
        where = words("m_at_every_stage" if same and len(shares) > 1 else f"m_at_{stage}")
        more: dict[str, Any] = {"percent": (f"protocol.overlap.{stage}", share)} if 0 < share < 100 else {}
        yield _said(key, words, stage=where, **more)


def _calibration(evidence: Evidence, words: Words) -> Iterator[Sentence]:
    said = evidence.screening_decisions
    if "calibration" not in said:
        return
    rounds = said["calibration"].astype(int)
    for round_ in sorted(set(rounds) - {0}):
        rows = said[rounds == round_]
        n = rows["record_id"].nunique()
        yield _said("m_calibrated", words, round=("journal.calibration.round", round_),
                    n=(f"journal.calibration.{round_}", n),
                    people=_people(evidence, rows["person"]))  # fmt: skip


def _stage(
    evidence: Evidence, words: Words, stage: Stage, key: str, counted: tuple[str, int]
) -> Iterator[Sentence]:
    """Who screened at a stage, how many twice and how many once, and who settled what."""
    verdicts = evidence.screening_verdicts
    here = verdicts[verdicts["stage"] == stage]
    if stage == "full_text":
        lost = {c.id for c in evidence.protocol.criteria.exclusion if c.counts_as == "not_retrieved"}
        first = verdicts[(verdicts["stage"] == "title_abstract") & (verdicts["verdict"] == "include")]
        is_read = here["verdict"].isin(["include", "exclude"]) & ~here["criterion"].isin(sorted(lost))
        here = here[here["record_id"].isin(first["record_id"]) & is_read]
    people = [name for joined in here["people"] for name in joined.split("; ")]
    yield _said(key, words, n=counted, people=_people(evidence, people))
    n_people = here["n_people"].astype(int)
    twice, once = int((n_people >= 2).sum()), int((n_people == 1).sum())
    unread = len(here) - twice - once
    if (twice and once) or (unread and (twice or once)):
        yield _said("m_twice_and_once", words, twice=(f"verdicts.{stage}.twice", twice),
                    once=(f"verdicts.{stage}.once", once))  # fmt: skip
    elif twice or once:
        yield _said("m_all_twice" if twice else "m_all_once", words)
    if unread:
        yield _said("m_only_settled", words, n=(f"verdicts.{stage}.only_settled", unread))
    settled = here[(here["settled_by"] != "") & here["verdict"].isin(["include", "exclude"])]
    if len(settled):
        names = [name for joined in settled["settled_by"] for name in joined.split("; ")]
        yield _said("m_settled", words, n=(f"verdicts.{stage}.settled", len(settled)),
                    people=_people(evidence, names))  # fmt: skip


def _stopping(evidence: Evidence, words: Words) -> Iterator[Sentence]:
    state = evidence.stopping
    if state is None or not state.look.n_read:
        return
    for sentence in stopping_sentences(state, words.language):
        yield Sentence("m_stopping", (sentence,))


def _agreement(evidence: Evidence, words: Words) -> Iterator[Sentence]:
    table: EvidenceTable = agreement_table(evidence, words.language)
    for number, row in enumerate(table.rows()):

        def fact(
            key: str, *, of: str = f"agreement.{number}", row: dict[str, Any] = row
        ) -> tuple[str, float]:
            return (f"{of}.{key}", float(row[key]))

        yield _said(
            "m_agreed", words, stage=row["stage"], pair=row["pair"], n=fact("n"), percent=fact("percent")
        )
        for key, low, high in (("kappa", "kappa_low", "kappa_high"), ("alpha", "alpha_low", "alpha_high")):
            if math.isnan(row[key]):
                yield _said(f"m_{key}_undefined", words)
            elif math.isnan(row[low]) or math.isnan(row[high]):
                yield _said(f"m_{key}", words, value=fact(key))
            else:
                yield _said(f"m_{key}_interval", words, value=fact(key), low=fact(low), high=fact(high))


def _coding(evidence: Evidence, words: Words) -> Iterator[Sentence]:
    decided, scheme = evidence.coding_decisions, evidence.scheme
    if len(decided):
        versions = sorted({str(v) for v in decided.get("scheme_version", pd.Series(dtype="str")) if v})
        yield _said(
            "m_coded", words, n=("journal.coded_reports", decided["record_id"].nunique()),
            people=_people(evidence, decided["person"]), scheme=scheme.id,
            version=", ".join(versions) or scheme.version,
        )  # fmt: skip
        if "round" in decided:
            made = (
                decided.drop_duplicates(["person", "journal_line"]) if "journal_line" in decided else decided
            )
            for round_ in ("blind", "assisted", "adjudication"):
                here = made[made["round"] == round_]
                if len(here):
                    yield _said(f"m_round_{round_}", words, n=(f"journal.coding.{round_}", len(here)),
                                people=_people(evidence, here["person"]))  # fmt: skip
    found = findings(evidence)
    if len(found):
        yield _said("m_found", words, segments=("table.segments", len(segments(evidence))),
                    findings=("table.findings", len(found)))  # fmt: skip


def _software(evidence: Evidence, words: Words) -> Iterator[Sentence]:
    latest = evidence.latest_decision()
    if not latest and not len(evidence.sources):
        return
    version = f" {evidence.made_with}" if evidence.made_with else ""
    yield _said("m_software_used", words, version=version)
    if latest:
        yield _said("m_as_of", words, date=words.date(latest))
    yield _said("m_input", words, hash=evidence.input_hash)


def _named_search(row: dict[Any, Any], words: Words) -> str:
    name = row["database"] or row["file"]
    held = f"{name} ({row['platform']})" if row["platform"] else name
    return f"{held}, {words.date(str(row['date']))}" if row["date"] else held


def _people(evidence: Evidence, ids: Iterable[str]) -> list[str]:
    """Their names, in the protocol's order and then by id."""
    order = [person.id for person in evidence.protocol.people]
    distinct = sorted({name for name in ids if name}, key=lambda name: (
        order.index(name) if name in order else len(order), name,
    ))  # fmt: skip
    return [evidence.name_of(name) for name in distinct]


def _said(key: str, words: Words, **values: Any) -> Sentence:
    """The sentence with its fields filled: a pair is a fact, a list is written as one."""
    pieces: list[str | Fact] = []
    _, n = values.get("n", ("", 0))  # what the sentence counts, in the singular where it is one
    for text, field, _, _ in Formatter().parse(words.form(key, n)):
        pieces.append(text)
        if field is None:
            continue
        value = values[field]
        if isinstance(value, tuple):
            name, counted = value
            pieces.append(_fact(name, counted, words))
        else:
            pieces.append(words.listed(value) if isinstance(value, list) else value)
    return Sentence(key, tuple(piece for piece in pieces if piece))


def _fact(name: str, value: float, words: Words) -> Fact:
    last = name.rpartition(".")[2]
    if last == "percent" or name.startswith("protocol.overlap"):
        return Fact(name, value, words.percent(value))
    if name.startswith("agreement.") and last != "n":
        return Fact(name, value, words.decimal(value))
    return Fact(name, int(value), words.number(int(value)))
