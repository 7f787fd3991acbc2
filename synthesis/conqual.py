"""ConQual: the confidence in each review finding, computed from people's appraisals and credibilities.

Source: Munn et al. 2014, doi 10.1186/1471-2288-14-108, and the JBI Manual for Evidence Synthesis. Each study
starts at high (qualitative research) or low (text and opinion) and goes down by its dependability: one
level where two or three of the five items are answered yes, two levels where none or one is. The review
finding stands at the level that more than half of its studies hold, as in the source's own example ("the
majority of studies"); where no level is held by more than half, at the middle one, the lower of two. From
there it goes down by the credibility of the findings behind it. Nothing is lower than very low.

The source says nothing of unequivocal findings together with unsupported ones: they count as credible with
unsupported, three levels down. Only "yes" counts as yes; an item that is said not to apply, that people
differ on, or that nobody has answered, leaves the score open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from synthesis.appraisal import NOT_YET_JUDGED, answer_words, appraisals
from synthesis.evidence import Column, Evidence, EvidenceTable, counted_once, rows_of
from synthesis.judgements import CREDIBILITIES, CREDIBILITY, IN_CONFLICT, LEVELS
from synthesis.review_findings import CONTRIBUTES, contributions
from synthesis.studies import study_labels
from synthesis.words import Words

HIGH, LOW, VERY_LOW = LEVELS.index("high"), LEVELS.index("low"), LEVELS.index("very low")


@dataclass(frozen=True)
class ConQual:
    """The score of one review finding, and how it came about.

    Attributes
    ----------
    review_finding : str
    starts : tuple of (level, number of studies)
        "high" and "low", those that are there.
    downs : tuple of (levels down, number of studies)
        For dependability.
    dependable : str
        The level after dependability; "" when it is not computed.
    credibilities : tuple of (credibility, number of findings)
    credibility_down : int
        Levels down for credibility.
    score : str
        "high", "moderate", "low", "very low", or "" when an input is missing.
    missing : tuple of (what, of which item, of whom)
        What is not there: ("protocol", "", ()), ("no_studies", "", ()), ("research", value, study ids),
        ("item:<id>", value, study ids) or ("credibility", value, finding ids).
    """

    review_finding: str
    starts: tuple[tuple[str, int], ...] = ()
    downs: tuple[tuple[int, int], ...] = ()
    dependable: str = ""
    credibilities: tuple[tuple[str, int], ...] = ()
    credibility_down: int = 0
    score: str = ""
    missing: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


def dependability_down(n_yes: int) -> int:
    """Levels down for a study with so many of the five dependability items answered yes.

    Examples
    --------
    >>> [dependability_down(n) for n in range(6)]
    [2, 2, 1, 1, 0, 0]
    """
    return 0 if n_yes >= 4 else 1 if n_yes >= 2 else 2


def credibility_down(values: Iterable[str]) -> int:
    """Levels down for the credibilities of the findings behind a review finding.

    Examples
    --------
    >>> credibility_down(["unequivocal", "unequivocal"]), credibility_down(["unequivocal", "credible"])
    (0, 1)
    >>> credibility_down(["credible"]), credibility_down(["credible", "unsupported"])
    (2, 3)
    >>> credibility_down(["unsupported"])
    4
    """
    there = set(values)
    if "unsupported" in there:
        return 4 if there == {"unsupported"} else 3
    if "credible" in there:
        return 1 if "unequivocal" in there else 2
    return 0


def level_of_most(levels: Iterable[str]) -> str:
    """The level that more than half hold; else the middle one, the lower of two.

    Examples
    --------
    >>> level_of_most(["high", "high", "low"]), level_of_most(["high", "moderate"])
    ('high', 'moderate')
    >>> level_of_most(["high", "moderate", "low"])
    'moderate'
    """
    places = sorted(LEVELS.index(level) for level in levels)
    # what more than half hold is the middle one too
    return LEVELS[places[len(places) // 2]]


def lowered(level: str, down: int) -> str:
    """A level so many steps down, at least "very low".

    Examples
    --------
    >>> lowered("high", 1), lowered("low", 2), lowered("very low", 4)
    ('moderate', 'very low', 'very low')
    """
    return LEVELS[min(LEVELS.index(level) + down, VERY_LOW)]


@counted_once
def conqual(evidence: Evidence) -> list[ConQual]:
    """S5: the ConQual score of each review finding, in the order of ``synthesis.yaml``.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> [scored] = conqual(example_evidence())
    >>> scored.starts, scored.downs, scored.credibilities, scored.score
    ((('high', 1),), ((1, 1),), (('unequivocal', 1),), 'moderate')
    """
    roles = contributions(evidence)
    behind = roles[roles["role"] == CONTRIBUTES]
    answers = {(row["study_id"], row["item"]): row["value"] for row in rows_of(appraisals(evidence))}
    credible = {
        row["about"]: row["value"] for row in rows_of(evidence.judgements) if row["item"] == CREDIBILITY
    }
    five = [item.id for item in evidence.protocol.appraisal if item.assesses == "dependability"]
    research = [item.id for item in evidence.protocol.appraisal if item.assesses == "qualitative_research"]
    label = study_labels(evidence)
    scores = []
    for stated in evidence.author.findings:
        rows = behind[behind["review_finding"] == stated.id]
        there = set(rows["study_id"])
        scores.append(
            _scored(
                stated.id,
                [study for study in label if study in there],
                rows["finding_id"].tolist(),
                answers,
                credible,
                five,
                research,
            )
        )
    return scores


def conqual_table(evidence: Evidence, language: str = "en") -> EvidenceTable | None:
    """S5: how each ConQual score comes about, or which inputs are missing; None without review findings.

    Returns
    -------
    EvidenceTable or None
        Frame: review_finding (id), statement, start, dependability, credibility, score (all in words;
        "not computed" where an input is missing), missing (what, or ""). In the order of ``synthesis.yaml``.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> frame = conqual_table(example_evidence()).frame
    >>> frame[["start", "dependability", "score"]].values.tolist()
    [['high: 1 study', 'moderate (1 study down 1)', 'moderate']]
    """
    if not evidence.author.findings:
        return None
    words = Words(language)
    name_of = _names(evidence, language)
    rows = []
    for stated, scored in zip(evidence.author.findings, conqual(evidence), strict=True):
        starts = [f"{_level(name, words)}: {words.count('n_studies', n)}" for name, n in scored.starts]
        downs = [
            words("conqual_down", studies=words.count("n_studies", n), down=words.number(down))
            for down, n in scored.downs
        ]
        kinds = [words.count(f"credibility_{name}", n) for name, n in scored.credibilities]
        is_scored = bool(scored.score)
        rows.append({
            "review_finding": stated.id,
            "statement": stated.statement.in_language(language),
            "start": "; ".join(starts),
            "dependability": f"{_level(scored.dependable, words)} ({'; '.join(downs)})" if downs else "",
            "credibility": words(
                "conqual_credibility", kinds="; ".join(kinds), down=words.number(scored.credibility_down)
            ) if kinds else "",
            "score": _level(scored.score, words) if is_scored else words("not_computed"),
            "missing": " ".join(_missing_words(evidence, one, name_of, words) for one in scored.missing),
        })  # fmt: skip
    columns = (
        Column("review_finding", words("review_finding_id"), "id"),
        Column("statement", words("review_finding")),
        Column("start", words("conqual_start")),
        Column("dependability", words("dependability")),
        Column("credibility", words("credibility")),
        Column("score", words("conqual_score")),
        Column("missing", words("conqual_missing")),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype="str")
    return EvidenceTable("conqual", words("conqual_caption"), columns, frame, words("conqual_note"), language)


def _scored(
    name: str,
    studies: list[str],
    finding_ids: list[str],
    answers: dict[tuple[str, str], str],
    credible: dict[str, str],
    five: list[str],
    research: list[str],
) -> ConQual:
    if len(five) != 5 or len(research) != 1:
        return ConQual(name, missing=(("protocol", "", ()),))
    if not studies:
        return ConQual(name, missing=(("no_studies", "", ()),))
    missing: dict[tuple[str, str], list[str]] = {}
    for study in studies:
        answer = answers[study, research[0]]
        if answer not in ("yes", "no"):
            missing.setdefault(("research", answer), []).append(study)
            continue
        for item in five:
            answer = answers[study, item]
            if answer in (NOT_YET_JUDGED, IN_CONFLICT, "not applicable"):
                missing.setdefault((f"item:{item}", answer), []).append(study)
    for finding in finding_ids:
        value = credible.get(finding, NOT_YET_JUDGED)
        if value not in CREDIBILITIES:
            missing.setdefault(("credibility", value), []).append(finding)
    if missing:
        return ConQual(
            name, missing=tuple((what, value, tuple(who)) for (what, value), who in missing.items())
        )
    starts = [LEVELS[HIGH if answers[study, research[0]] == "yes" else LOW] for study in studies]
    downs = [dependability_down(sum(answers[study, item] == "yes" for item in five)) for study in studies]
    dependable = level_of_most(lowered(start, down) for start, down in zip(starts, downs, strict=True))
    values = [credible[finding] for finding in finding_ids]
    down = credibility_down(values)
    n_start, n_down, n_value = Counter(starts), Counter(downs), Counter(values)
    return ConQual(
        name,
        starts=tuple((level, n_start[level]) for level in LEVELS if n_start[level]),
        downs=tuple((steps, n_down[steps]) for steps in range(3) if n_down[steps]),
        dependable=dependable,
        credibilities=tuple((value, n_value[value]) for value in CREDIBILITIES if n_value[value]),
        credibility_down=down,
        score=lowered(dependable, down),
    )


def _level(level: str, words: Words) -> str:
    return words(f"level_{level}".replace(" ", "_"))


def _missing_words(
    evidence: Evidence, missing: tuple[str, str, tuple[str, ...]], name_of: dict[str, str], words: Words
) -> str:
    what, value, who = missing
    if what in ("protocol", "no_studies"):
        return words(f"conqual_no_{what.removeprefix('no_')}")
    said = ", ".join(name_of[name] for name in who)
    if what == "credibility":
        return words("conqual_open_credibility", answer=answer_words(value, words), who=said)
    item = what.removeprefix("item:")
    if what == "research":
        item = next(i.id for i in evidence.protocol.appraisal if i.assesses == "qualitative_research")
    return words("conqual_open_item", item=item, answer=answer_words(value, words), who=said)


def _names(evidence: Evidence, language: str) -> dict[str, str]:
    """Studies by their label, findings by study and code: "Elm 2018 (Practical support)"."""
    label = study_labels(evidence, language)
    code = {each.id: each.label.in_language(language) or each.id for each in evidence.scheme.codes}
    rows = contributions(evidence)[["finding_id", "study_id", "code_id"]].itertuples(index=False)
    return {**label, **{finding: f"{label[study]} ({code[code_id]})" for finding, study, code_id in rows}}
