"""The levels of stopping in plain words: what each assumes and how it did in past reviews."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from corpus.protocol import Level, StoppingPlan
from corpus.stopping import CALIBRATED_TARGET, Rule, in_a_row, least_missed, missed_test, odds_adjusted

LEVELS: tuple[Level, ...] = ("cautious", "standard", "fast", "certified", "in_a_row")
HEURISTICS = (50, 100, 200)
# when the rules were made: reviews, and the share of those left out of the calibration that kept the target
_N_MADE_ON = 30
_LEFT_OUT_KEPT = {"standard": 0.96, "fast": 0.967}


@dataclass(frozen=True)
class LevelInWords:
    """A level for people: its name, what it assumes, how it did in past reviews."""

    name: str
    assumes: str
    past: str


def applied_level(plan: StoppingPlan) -> Level:
    """The level in force: "standard" and "fast" give way to "cautious" for a target they were not made for.

    Examples
    --------
    >>> applied_level(StoppingPlan("fast")), applied_level(StoppingPlan("fast", target_recall=0.9))
    ('fast', 'cautious')
    """
    made_for_it = plan.target_recall == CALIBRATED_TARGET
    return plan.level if made_for_it or plan.level not in ("standard", "fast") else "cautious"


def rule_of(level: Level, plan: StoppingPlan) -> Rule | None:
    """The rule of a level; None for "certified", which rests on an audit."""
    return {
        "cautious": missed_test(plan.confidence),
        "standard": odds_adjusted(strict=True),
        "fast": odds_adjusted(strict=False),
        "certified": None,
        "in_a_row": in_a_row(plan.in_a_row),
    }[level]


def level_in_words(
    level: Level, plan: StoppingPlan, language: str = "en", *, n: int | None = None
) -> LevelInWords:
    """A level in plain words.

    Examples
    --------
    >>> level_in_words("in_a_row", StoppingPlan(), "da", n=50).name
    '50 irrelevante i træk'
    """
    n = n or plan.in_a_row
    alpha = percent(1 - plan.confidence, language)
    return LevelInWords(
        name=say(f"name_{level}", language, n=n),
        assumes=say(f"assumes_{level}", language, n=n, alpha=alpha),
        past=_past(level, plan, language, n),
    )


def honest_words(plan: StoppingPlan, n_found: int, language: str = "en") -> list[str]:
    """What must be said beside any level: too few found, or a level not made for the target."""
    said = []
    if applied_level(plan) != plan.level:
        name = say(f"name_{plan.level}", language).partition(":")[0]
        said.append(say("instead", language, level=name, target=percent(plan.target_recall, language)))
    if n_found and least_missed(n_found, plan.target_recall) == 1:
        said.append(say("few", language, n=n_found, target=percent(plan.target_recall, language)))
    return said


def say(key: str, language: str, **values: int | str) -> str:
    """A text of ``stopping_words.yaml``, its fields filled, whole numbers as the language writes them.

    Of a text with a form for one and another for several, the first value says which.

    Examples
    --------
    >>> say("stop", "da", at=1210, left=790)
    'Reglen sagde stop efter 1.210 poster, da 790 ikke var læst.'
    >>> say("x", "en", n=1), say("x", "en", n=2)
    ('1 record, in the order read', '2 records, in the order read')
    """
    written = {
        name: value if isinstance(value, str) else number(value, language) for name, value in values.items()
    }
    text = _texts()[key][language]
    if not isinstance(text, str):
        text = text[0 if next(iter(values.values())) == 1 else 1]
    return text.format(**written) if written else text


def number(n: int, language: str) -> str:
    """A whole number with the language's separator of thousands.

    Examples
    --------
    >>> number(6189, "en"), number(6189, "da")
    ('6,189', '6.189')
    """
    return f"{n:,}".replace(",", "." if language == "da" else ",")


def percent(share: float, language: str) -> str:
    """A share as a percentage with at most one decimal, as the language writes it.

    Examples
    --------
    >>> percent(0.976, "en"), percent(0.976, "da"), percent(0.95, "en")
    ('97.6%', '97,6\\xa0%', '95%')
    """
    text = f"{round(100 * share, 1):g}"
    return f"{text.replace('.', ',')}\u00a0%" if language == "da" else f"{text}%"


def _past(level: Level, plan: StoppingPlan, language: str, n: int) -> str:
    measured = past_figures()
    key = f"in_a_row_{max((known for known in HEURISTICS if known <= n), default=HEURISTICS[0])}"
    rule = measured["rules"][key if level == "in_a_row" else level]
    text = say(
        "past_failed" if level == "in_a_row" else "past",
        language,
        n_sets=measured["n_sets"],
        n_reviews=measured["n_reviews"],
        seeds=measured["seeds"],
        n=key.rpartition("_")[2],
        kept=percent(rule["runs_kept"], language),
        failed=percent(1 - rule["runs_kept"], language),
        worst=percent(rule["worst"], language),
        saved=percent(rule["saved"], language),
    )
    said = [text]
    goes_by_confidence = level in ("cautious", "certified")
    if plan.target_recall != measured["target"] or (goes_by_confidence and plan.confidence != 0.95):
        said.append(say("not_yours", language))
    if level in _LEFT_OUT_KEPT:
        said.append(say("left_out", language, n=_N_MADE_ON, kept=percent(_LEFT_OUT_KEPT[level], language)))
    if level in measured["perturbed"]["a fifth unseen"]:
        few, unseen = (
            percent(measured["perturbed"][kind][level]["runs_kept"], language)
            for kind in ("low prevalence", "a fifth unseen")
        )
        said.append(say("harder", language, few=few, unseen=unseen))
    return " ".join(said)


@cache
def past_figures() -> dict[str, Any]:
    """How the rules did in finished reviews, as ``benchmarks/stopping.py --json`` wrote it; read only."""
    text = resources.files("corpus").joinpath("past_reviews.json").read_text(encoding="utf-8")
    figures: dict[str, Any] = json.loads(text)
    return figures


@cache
def _texts() -> dict[str, dict[str, str]]:
    text = resources.files("corpus").joinpath("stopping_words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded
