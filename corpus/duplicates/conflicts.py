"""What speaks so clearly against a pair that no score may merge it: conflicts, generic titles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corpus.duplicates.compare import DIFFERENT, SAME

# titles less alike than this are put to a person, however much else agrees
LIKE_TITLE, LIKE_PART = 0.8, 0.9
# as alike, a title of the same DOI is the same title: a subtitle is missing, a word translated
LIKE_TITLE_OF_ONE_DOI = 0.5
# from these probabilities a pair is the same, or put to a person
SAME_FROM, DOUBTFUL_FROM = 0.9, 0.5
# a conflict is either put to a person, or keeps two records apart without a question
GENERIC = "generic"
ASKED = ("kinds", "numbers", "place", "preprint", "titles")
# such conflicts also cut a chain whose ends have them
CUTTING = (GENERIC, "kinds", "numbers", "place", "preprint")


def conflicts(compared: pd.DataFrame) -> pd.DataFrame:
    """Which conflicts each pair has.

    Parameters
    ----------
    compared : DataFrame
        From ``corpus.duplicates.compare``.

    Returns
    -------
    DataFrame
        Truth values, one row per pair: ``generic`` (a title that many works carry, and too little else agrees
        or something differs), ``kinds`` (only one is a correction, a reply, a protocol, ...), ``numbers``
        (other numbers in the titles, as of part I and part II), ``place`` (volume, pages and identifier all
        differ), ``preprint`` (only one is), ``titles`` (not alike).
    """
    pair = compared
    identified = pair["identifier"] == SAME
    agreeing = (
        (pair["volume"] == SAME).astype(float)
        + (pair["page"] == SAME)
        + (pair["issue"] == SAME) * 0.5
        + (pair["abstract"] > 0.9) * 2.0
    )
    differing = (
        (pair["volume"] == DIFFERENT)
        | (pair["page"] == DIFFERENT)
        | (pair["identifier"] == DIFFERENT)
        | (pair["issues_differ"] == 1)
        | (pair["years_apart"] > 0)
    )
    unlike = (pair["title"] < LIKE_TITLE) & (pair["title_part"] < LIKE_PART)
    return pd.DataFrame(
        {
            "generic": (pair["generic"] == 1) & ~identified & (differing | (agreeing < 2)),
            "kinds": (pair["kinds_differ"] == 1) & ~identified,
            "numbers": ~identified
            & (
                (pair["only_numbers_differ"] == 1)
                | ((pair["numbers_differ"] == 1) & (pair["title"] < 0.995) & (pair["page"] != SAME))
            ),
            "place": (pair["volume"] == DIFFERENT)
            & (pair["page"] == DIFFERENT)
            & (pair["identifier"] == DIFFERENT),
            "preprint": (pair["preprint"] == 1) & ~identified,
            "titles": unlike & ~(identified & (pair["title"] > LIKE_TITLE_OF_ONE_DOI)),
        }
    ).astype(bool)


def outcomes(compared: pd.DataFrame, found: pd.DataFrame, probability: np.ndarray) -> np.ndarray:
    """What becomes of each pair: "same", "doubtful" or "different".

    Without a conflict a pair is the same from a probability of 0.9; when a title that says something, the
    first author and the year are the same and nothing differs; and when identifier and title are and nothing
    differs. It is put to a person from 0.5; also a preprint and an article of one title, and one identifier
    under two titles where nothing else differs (a DOI may stand for a whole supplement of abstracts, so that
    alone it says little). A generic title without evidence is different.
    """
    pair = compared
    asked = found[list(ASKED)].to_numpy().any(axis=1)
    apart = found[GENERIC].to_numpy()
    differs = ((pair["volume"] == DIFFERENT) | (pair["page"] == DIFFERENT)).to_numpy()
    identifiers_differ = (pair["identifier"] == DIFFERENT).to_numpy()
    told = (
        (pair["title"] >= 0.995)
        & (pair["title_length"] >= 25)
        & (pair["first_author"] > 0.95)
        & (pair["years_apart"] == 0)
        & (pair["generic"] == 0)
    ).to_numpy()
    one_preprint = (
        found["preprint"] & (pair["title"] > 0.9) & (pair["first_author"] > 0.8) & (pair["kinds_differ"] == 0)
    ).to_numpy()
    one_identifier = (
        (pair["identifier"] == SAME) & (pair["first_author"] >= 0.5) & (pair["years_apart"] <= 0)
    ).to_numpy() & ~differs
    # one DOI under two PubMed identifiers, or the other way about
    crossed = ((pair["doi"] == DIFFERENT) | (pair["pmid"] == DIFFERENT)).to_numpy()
    one_author = (pair["first_author"] > 0.8) & (pair["authors"] > 0.7)
    in_parts = ((pair["only_numbers_differ"] == 1) & one_author & (pair["years_apart"] <= 1)).to_numpy()
    in_one_place = (
        (pair["page"] == SAME)
        & (pair["last_page"] == SAME)
        & (pair["volume"] == SAME)
        & (pair["years_apart"] == 0)
        & (pair["journal"] >= 0.9)
        & one_author
        & (pair["identifier"] != DIFFERENT)
    ).to_numpy()
    wanted = (probability >= DOUBTFUL_FROM) | one_preprint | one_identifier | in_parts | in_one_place
    titled = (pair["title"] > 0.97).to_numpy()
    taken = (
        (probability >= SAME_FROM)
        | (told & ~differs & ~identifiers_differ)
        | (one_identifier & titled & ~crossed)
    )
    result = np.full(len(pair), "different", dtype=object)
    result[wanted & ~apart] = "doubtful"
    result[taken & ~asked & ~apart] = "same"
    return result
