"""Pairs of records, compared field by field: how alike, the same, different or not given."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

# how a field of two records can stand
NOT_GIVEN, SAME, DIFFERENT = 0.0, 1.0, 2.0
_NO_DIGIT = re.compile(r"\D")


def compare(prepared: pd.DataFrame, a: np.ndarray, b: np.ndarray) -> pd.DataFrame:
    """Compare pairs of rows of the prepared records (``corpus.duplicates.prepare``).

    Every column is the same whichever of the two comes first. Strings are compared by rapidfuzz: the share of
    letters in common, in order (``ratio``), or of the best part of the longer one (``partial_ratio``).

    Returns
    -------
    DataFrame
        One row per pair, all numbers. Likenesses from 0 to 1: ``title``, ``title_part``, ``title_words``,
        ``authors``, ``authors_part``, ``first_author``, ``journal`` (0.5 where not given), ``abstract`` (-1
        where not given). Fields that are 0 not given, 1 the same, 2 different: ``volume``, ``issue``,
        ``page``, ``last_page``, ``page_figures``, ``identifier`` (DOI or PubMed identifier). Counts:
        ``title_length``, ``years_apart`` and ``pages_apart`` (-1 where not given). Yes or no (1, 0):
        ``numbers_differ``, ``only_numbers_differ``, ``kinds_differ``, ``generic``, ``preprint``, ``meeting``,
        ``issue_as_volume`` and what several of these say together.
    """

    def both(name: str) -> tuple[np.ndarray, np.ndarray]:
        values = prepared[name].to_numpy()
        return values[a], values[b]

    def alike(name: str, scorer: Any, *, missing: float) -> np.ndarray:
        x, y = both(name)
        score = process.cpdist(x, y, scorer=scorer) / 100
        return np.where((x == "") | (y == ""), missing, score)

    found: dict[str, np.ndarray] = {}
    tight_a, tight_b = both("tight")
    found["title"] = alike("tight", fuzz.ratio, missing=0)
    found["title_part"] = alike("tight", fuzz.partial_ratio, missing=0)
    found["title_words"] = alike("title", fuzz.token_set_ratio, missing=0)
    found["title_length"] = np.array(
        [min(len(x), len(y)) for x, y in zip(tight_a, tight_b, strict=True)], dtype=float
    )
    found["authors"] = alike("authors", fuzz.token_sort_ratio, missing=0.5)
    found["authors_part"] = alike("authors", fuzz.partial_ratio, missing=0.5)
    found["first_author"] = alike("first", fuzz.ratio, missing=0.5)
    year_a, year_b = both("year")
    found["years_apart"] = np.where((year_a == 0) | (year_b == 0), -1, np.abs(year_a - year_b).clip(0, 5))
    found["journal"] = np.array(
        [_one_journal(x, y) for x, y in zip(*both("journal"), strict=True)], dtype=float
    )
    volume_a, volume_b = both("volume")
    issue_a, issue_b = both("number")
    found["volume"], issue = _stand(volume_a, volume_b), _stand(issue_a, issue_b)
    crossed = ((volume_a != "") & (volume_a == issue_b)) | ((volume_b != "") & (volume_b == issue_a))
    found["issue_as_volume"] = crossed
    page_a, page_b = both("page")
    found["page"], found["last_page"] = _stand(page_a, page_b), _stand(*both("last"))
    figures_a, figures_b = _figures(page_a), _figures(page_b)
    # exports number issues in several ways; where volume and page agree another number says nothing
    in_place = (found["volume"] == SAME) & (found["page"] == SAME)
    found["issues_differ"] = issue == DIFFERENT
    found["issue"] = np.where(in_place & (issue == DIFFERENT), NOT_GIVEN, issue)
    found["page_figures"] = _stand(figures_a, figures_b)
    found["pages_apart"] = np.array(
        [
            min(abs(int(x[:9]) - int(y[:9])), 50) if x and y else -1
            for x, y in zip(figures_a, figures_b, strict=True)
        ],
        dtype=float,
    )
    doi, pmid = _stand(*both("doi")), _stand(*both("pmid"))
    found["identifier"] = np.where((doi == SAME) | (pmid == SAME), SAME, np.maximum(doi, pmid))
    found["doi"], found["pmid"] = doi, pmid
    found["abstract"] = alike("abstract", fuzz.ratio, missing=-1)
    numbers_a, numbers_b = both("numbers")
    kinds_a, kinds_b = both("kinds")
    found["numbers_differ"], found["kinds_differ"] = numbers_a != numbers_b, kinds_a != kinds_b
    rest_a, rest_b = both("numberless")
    given = (numbers_a != "") & (numbers_b != "")
    found["only_numbers_differ"] = given & (numbers_a != numbers_b) & (rest_a == rest_b)
    for name in ("generic", "preprint", "meeting"):
        x, y = both(name)
        found[name] = (x | y) if name == "generic" else (x ^ y)
    frame = pd.DataFrame({name: np.asarray(values, dtype=float) for name, values in found.items()})
    return frame.assign(**{name: values.astype(float) for name, values in _together(frame).items()})


def _together(pair: pd.DataFrame) -> dict[str, pd.Series]:
    """What several fields say together, which the sum of what each says alone would miss."""
    volume, page, identifier = pair["volume"], pair["page"], pair["identifier"]
    against = (identifier == DIFFERENT) | (page == DIFFERENT) | (volume == DIFFERENT)
    same_title = pair["title"] > 0.97
    return {
        "generic_and_against": (pair["generic"] == 1) & against,
        "volume_and_page_differ": (volume == DIFFERENT) & (page == DIFFERENT),
        "page_and_identifier_differ": (page == DIFFERENT) & (identifier == DIFFERENT),
        "volume_and_year_differ": (volume == DIFFERENT) & (pair["years_apart"] > 0) & (page != SAME),
        "volume_and_page_agree": (volume == SAME) & (page == SAME),
        "author_year_page_agree": (page == SAME) & (pair["years_apart"] == 0) & (pair["first_author"] > 0.8),
        "identifier_and_title_agree": (identifier == SAME) & (pair["title"] > 0.8),
        "identifier_agrees_title_not": (identifier == SAME) & (pair["title"] < 0.6),
        "title_agrees_no_abstract": same_title & (pair["abstract"] < 0),
        "title_authors_year_agree": same_title & (pair["authors"] > 0.9) & (pair["years_apart"] == 0),
        "title_agrees_journal_page_not": same_title & (pair["journal"] < 0.5) & (page == DIFFERENT),
    }


def _stand(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.where((x == "") | (y == ""), NOT_GIVEN, np.where(x == y, SAME, DIFFERENT))


def _figures(pages: np.ndarray) -> np.ndarray:
    figures = np.empty(len(pages), dtype=object)
    figures[:] = [page if page.isdigit() else _NO_DIGIT.sub("", page) for page in pages]
    return figures


def _one_journal(x: str, y: str) -> float:
    if not x or not y:
        return 0.5
    if x == y:
        return 1.0
    return _journals(x, y) if (len(x), x) < (len(y), y) else _journals(y, x)


@lru_cache(200_000)
def _journals(x: str, y: str) -> float:
    """How likely two names are one journal's: "j trust time" and "journal trust time" are."""
    few, many = sorted((x.split(), y.split()), key=lambda words: (len(words), words))
    met = 0
    for word in many:
        if met < len(few):
            short = few[met]
            begins = word.startswith(short) or short.startswith(word)
            met += begins or (len(short) > 2 and word[:3] == short[:3])
    share = met / len(few)
    abbreviated = share == 1 and (len(few) > 1 or len(many) == 1)
    likeness = max(fuzz.token_set_ratio(x, y) / 100 * 0.95, share if abbreviated else 0.6 * share)
    if len(few) == 1 and few[0] == "".join(word[0] for word in many):
        likeness = max(likeness, 0.9)
    return likeness
