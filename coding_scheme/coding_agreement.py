"""How far coders agree on presence, direction, words and sets of codes, and with themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd

from coding_scheme.agreement import with_interval
from coding_scheme.agreement_by_code import BY_CODE, figures_by_code
from coding_scheme.agreement_segments import segment_agreement
from coding_scheme.agreement_sets import set_alpha
from coding_scheme.coded_units import FIELDS, VALUES, CodedRecords, sentences_of
from coding_scheme.disagreements import coding_disagreements
from coding_scheme.scheme import DIRECTIONS, CodingScheme
from coding_scheme.verdicts import readers, standing_decisions
from corpus.errors import UsageError, counted

Level = Literal["record", "sentence"]
Scale = Literal["nominal", "ordinal"]
_KNOWN = {
    "round": ("blind", "assisted"), "level": ("record", "sentence"), "scale": ("nominal", "ordinal"),
}  # fmt: skip
INTRA_COLUMNS = ("person", "n_records", *BY_CODE[1:])
_PRESENT = VALUES.index("present")


@dataclass(frozen=True, eq=False)
class CodingAgreement:
    """What :func:`coding_agreement` measured; NaN is undefined, and ``note`` says why.

    Attributes
    ----------
    round, level, scale : str
    people : tuple of str
        Those who read a record that another read too.
    n_records : int
        Records read by at least two.
    presence : DataFrame
        Per code, the first row (code_id "") over all codes: n (units judged by at least two),
        n_disagreements, prevalence (share of judgements that are "present"), percent, kappa, ac1, alpha (each
        with _low, _high: 95 % intervals), note. ``kappa`` is Cohen's with two people, else Fleiss'.
    direction : DataFrame
        The same of the direction where two people found the code; prevalence is left empty.
    segments : DataFrame
        Per code: n_segments, character_alpha, span_f1, overlap_f1, with their intervals.
    sets : tuple of float
        Alpha of the sets of codes per record by MASI's distance, and its interval.
    intra : DataFrame
        Agreement of each person with themselves: person, n_records, and the columns of ``presence``.
    disagreements : DataFrame
        Who said what (columns: ``coding_scheme.coding_disagreements``).
    """

    round: str
    level: str
    scale: str
    people: tuple[str, ...]
    n_records: int
    presence: pd.DataFrame
    direction: pd.DataFrame
    segments: pd.DataFrame
    sets: tuple[float, float, float]
    intra: pd.DataFrame
    disagreements: pd.DataFrame

    @property
    def kappa_of(self) -> str:
        """Whose kappa it is."""
        return "Cohen" if len(self.people) == 2 else "Fleiss"

    def as_dict(self) -> dict[str, Any]:
        """For JSON: frames as lists of rows, undefined figures as None."""
        frames = {name: getattr(self, name) for name in ("presence", "direction", "segments", "intra")}
        rows = {name: frame.astype(object).where(frame.notna(), None).to_dict("records")
                for name, frame in frames.items()}  # fmt: skip
        value, low, high = (None if np.isnan(figure) else figure for figure in self.sets)
        return {
            "round": self.round, "level": self.level, "scale": self.scale, "people": list(self.people),
            "n_records": self.n_records, "kappa_of": self.kappa_of, **rows,
            "sets": {"alpha": value, "low": low, "high": high},
            "disagreements": self.disagreements.to_dict("records"),
        }  # fmt: skip

    def for_people(self) -> pd.DataFrame:
        """Per code the figures in words, as a table shows them; codes that nobody found are left out."""
        shown = self.presence[(self.presence["code_id"] == "") | (self.presence["prevalence"] > 0)]
        directions = self.direction.set_index("code_id").loc[shown["code_id"]].reset_index()
        words = self.segments.set_index("code_id").loc[shown["code_id"]].reset_index()
        return pd.DataFrame({
            "code": shown["code_id"].replace("", "all codes").to_numpy(),
            "n": shown["n"].to_numpy(),
            "differ": shown["n_disagreements"].to_numpy(),
            "present": _shares(shown["prevalence"]),
            "percent": _shares(shown["percent"]),
            f"{self.kappa_of}’s kappa": _in_words(shown, "kappa"),
            "Gwet’s AC1": _in_words(shown, "ac1"),
            "Krippendorff’s alpha": _in_words(shown, "alpha"),
            "direction, n": directions["n"].to_numpy(),
            "direction, alpha": _in_words(directions, "alpha"),
            "characters, alpha": _in_words(words, "character_alpha", "character"),
            "segments, F1": _in_words(words, "overlap_f1", "overlap"),
            "note": shown["note"].to_numpy(),
        })  # fmt: skip

    def _repr_html_(self) -> str:
        table = self.for_people()
        head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in table.columns)
        body = "".join(
            f"<tr><th scope='row'>{escape(str(cells[0]))}</th>"
            + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells[1:]) + "</tr>"
            for cells in table.itertuples(index=False)
        )  # fmt: skip
        caption = escape(f"Agreement of the {self.round} round, {self.level} by code: {self.summary()}")
        return (
            f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def summary(self) -> str:
        """One line: who, how many records, and the agreement on sets of codes."""
        if not self.n_records:
            return "no record was read by two people"
        sets = with_interval(self.sets[0], self.sets[1:])
        records = counted(self.n_records, "record")
        return f"{', '.join(self.people)}; {records}; alpha of the sets of codes (MASI) {sets}"


def coding_agreement(
    decisions: pd.DataFrame,
    scheme: CodingScheme,
    records: pd.DataFrame,
    *,
    round: str = "blind",
    level: Level = "record",
    scale: Scale = "nominal",
    seed: int = 1,
    n_bootstrap: int = 1000,
    progress: Callable[[Iterable], Iterable] = iter,
) -> CodingAgreement:
    """Measure how far coders agree, for each code and over all.

    Parameters
    ----------
    decisions : DataFrame
        From :func:`~coding_scheme.decisions.coding_decisions`.
    scheme : CodingScheme
        Whose codes count: who read a record and did not decide on a code said "absent".
    records : DataFrame
        Columns record_id, title, abstract.
    round : str
        "blind" measures reliability; "assisted" is inflated, since all were shown the same suggestions.
    level : str
        "record" (record by code; to be reported) or "sentence" (sentence by code: a diagnosis, in which a
        code is present in each sentence that one of its segments touches).
    scale : str
        Of alpha: "nominal", or "ordinal" (absent, unclear, present).
    seed, n_bootstrap : int
        Intervals are drawn over records, at both levels.
    progress : callable, optional
        Wraps the records while their sentences are found.

    Returns
    -------
    CodingAgreement

    Raises
    ------
    UsageError
        When round, level or scale is unknown.

    Examples
    --------
    >>> from coding_scheme.decisions import CodingDecision, Segment, as_line, coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"), Code("silos"))),))
    >>> trust = Segment("title", 0, 5, "Trust")
    >>> lines = [as_line(CodingDecision("r1", "trust", "present", name, "promotes", (trust,)))
    ...          for name in ("ann", "bo")]
    >>> records = pd.DataFrame([{"record_id": "r1", "title": "Trust", "abstract": ""}])
    >>> measured = coding_agreement(coding_decisions(lines), scheme, records)
    >>> measured.presence[["code_id", "n", "percent", "note"]].values.tolist()[1:]
    [['trust', 1, 1.0, 'undefined (no variation)'], ['silos', 1, 1.0, 'undefined (no variation)']]
    """
    for name, given in (("round", round), ("level", level), ("scale", scale)):
        if given not in _KNOWN[name]:
            raise UsageError(f"Unknown {name} {given!r}.", next_step=f"Known: {', '.join(_KNOWN[name])}.")
    codes = [code.id for code in scheme.codes]
    shared, people, coded = _read_together(decisions, codes, records, round)
    by_record = coded.by_record()
    texts = records.drop_duplicates("record_id").set_index("record_id").loc[shared, list(FIELDS)]
    units = by_record if level == "record" else coded.by_sentence(sentences_of(texts, progress))
    lengths = np.array([sum(len(str(text)) for text in row) for row in texts.to_numpy()], dtype=float)
    drawing: dict[str, Any] = {"seed": seed, "n_bootstrap": n_bootstrap}
    listed = coding_disagreements(decisions, rounds=(round,))
    is_measured = listed["record_id"].isin(shared) & listed["code_id"].isin(codes)
    presence = figures_by_code(units.values, len(VALUES), units.record, len(shared), level=scale, **drawing)
    direction = figures_by_code(units.directions, len(DIRECTIONS), units.record, len(shared), **drawing)
    return CodingAgreement(
        round=round,
        level=level,
        scale=scale,
        people=tuple(people),
        n_records=len(shared),
        presence=_with_codes(presence, codes),
        direction=_with_codes(direction.assign(prevalence=np.nan), codes),
        segments=segment_agreement(coded.segments(), coded.judged, lengths, codes, **drawing),
        sets=set_alpha(by_record.values == _PRESENT, coded.judged, **drawing),
        intra=_intra(decisions, codes, scale, **drawing),
        disagreements=listed[is_measured].reset_index(drop=True),
    )


def presence_agreement(
    decisions: pd.DataFrame, scheme: CodingScheme, records: pd.DataFrame, *, seed: int = 1
) -> pd.DataFrame:
    """How far those who read a record blind agree on which codes are there, and nothing else of it.

    Returns
    -------
    DataFrame
        As :attr:`CodingAgreement.presence`; no row where no two people read the same record.

    Examples
    --------
    >>> from coding_scheme.decisions import coding_decisions
    >>> from coding_scheme.scheme import Code, Theme
    >>> from corpus.protocol import Wording
    >>> scheme = CodingScheme("demo", Wording(en="Demo"), (Theme("ties", (Code("trust"),)),))
    >>> len(presence_agreement(coding_decisions([]), scheme, pd.DataFrame({"record_id": ["r1"]})))
    0
    """
    codes = [code.id for code in scheme.codes]
    shared, _, coded = _read_together(decisions, codes, records, "blind")
    if not shared:
        return pd.DataFrame(columns=list(BY_CODE))
    units = coded.by_record()
    found = figures_by_code(
        units.values, len(VALUES), units.record, len(shared), seed=seed, n_bootstrap=1000
    )  # fmt: skip
    return _with_codes(found, codes)


def _read_together(
    decisions: pd.DataFrame, codes: Sequence[str], records: pd.DataFrame, round: str
) -> tuple[list[str], list[str], CodedRecords]:
    """The records that at least two read in a round, who they are, and what they coded."""
    read_by, known = readers(decisions, (round,)), set(records["record_id"])
    shared = sorted(record for record, people in read_by.items() if len(people) > 1 and record in known)
    people = sorted({person for record in shared for person in read_by[record]})
    standing = standing_decisions(decisions)
    return shared, people, CodedRecords(standing[standing["round"] == round], read_by, shared, codes, people)


def _with_codes(frame: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    return frame.assign(code_id=["", *codes])[list(BY_CODE)]


def _intra(
    decisions: pd.DataFrame, codes: Sequence[str], scale: str, *, seed: int, n_bootstrap: int
) -> pd.DataFrame:
    """Each person's first blind reading against their second, over all codes."""
    first, second = (readers(decisions, ("blind",), reading=number) for number in (1, 2))
    again: dict[str, list[str]] = {}
    for record, people in sorted(second.items()):
        for person in set(people) & set(first.get(record, ())):
            again.setdefault(person, []).append(record)
    rows = []
    standing = [standing_decisions(decisions, reading=number) for number in (1, 2)] if again else []
    for person, records in sorted(again.items()):
        read_by = {record: [person] for record in records}
        readings = [
            CodedRecords(frame[frame["round"] == "blind"], read_by, records, codes, [person]).by_record()
            for frame in standing
        ]
        values = np.concatenate([reading.values for reading in readings], axis=-1)
        found = figures_by_code(
            values, len(VALUES), readings[0].record, len(records), level=scale, seed=seed,
            n_bootstrap=n_bootstrap,
        )  # fmt: skip
        rows.append(found.iloc[[0]].assign(person=person, n_records=len(records)))
    if not rows:
        return pd.DataFrame(columns=list(INTRA_COLUMNS))
    return pd.concat(rows, ignore_index=True)[list(INTRA_COLUMNS)]


def _shares(shares: pd.Series) -> list[str]:
    # nearly all and nearly none are not said to be all and none
    digits = [1 if 0 < share < 0.005 or 0.995 <= share < 1 else 0 for share in shares]
    return ["" if np.isnan(share) else f"{share:.{n}%}" for share, n in zip(shares, digits, strict=True)]


def _in_words(frame: pd.DataFrame, name: str, ends: str = "") -> list[str]:
    ends = ends or name
    cells = frame[[name, f"{ends}_low", f"{ends}_high"]].itertuples(index=False, name=None)
    return [with_interval(value, (low, high)) for value, low, high in cells]
