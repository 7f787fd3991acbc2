"""Coded records for other tools: codes as a column, as keywords and as labels that screening tools read."""

from __future__ import annotations

import pandas as pd

from coding_scheme.scheme import CodingScheme

# so that codes stand apart from the keywords of the sources, and are found with one filter
KEYWORD_PREFIX = "code:"


def with_codes(records: pd.DataFrame, segments: pd.DataFrame, scheme: CodingScheme) -> pd.DataFrame:
    """Records with the codes of their settled segments, in a column and in words other tools read.

    Adds the columns ``codes`` (ids joined by "; "), ``code_labels`` (the same in English words) and
    ``themes``; to ``keywords`` each code as "code:ID" (a tag in Zotero, a keyword in EndNote and Rayyan); to
    ``notes`` the codes with their directions, and as labels in Rayyan's form.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, keywords, notes.
    segments : DataFrame
        Settled segments, as :func:`coding_scheme.coded_segments` gives.
    scheme : CodingScheme

    Returns
    -------
    DataFrame
        A copy; codes in the order of the scheme, those it no longer holds behind.

    Examples
    --------
    >>> from coding_scheme.scheme import Code, CodingScheme, Theme
    >>> from corpus import Wording
    >>> trust = Code("trust", Wording("Trust"))
    >>> scheme = CodingScheme("s", Wording(), themes=(Theme("process", (trust,), Wording("Process")),))
    >>> records = pd.DataFrame({"record_id": ["wos:7"], "keywords": ["time"], "notes": [""]})
    >>> segments = pd.DataFrame({"record_id": ["wos:7"], "code_id": ["trust"], "direction": ["promotes"]})
    >>> coded = with_codes(records, segments, scheme)
    >>> coded[["codes", "themes", "keywords"]].to_dict("records")
    [{'codes': 'trust', 'themes': 'Process', 'keywords': 'time; code:trust'}]
    >>> coded.loc[0, "notes"]
    'samsyn codes: trust (promotes); RAYYAN-LABELS: trust'
    """
    place_of = {code.id: place for place, code in enumerate(scheme.codes)}
    label_of = {code.id: code.label.in_language("en") or code.id for code in scheme.codes}
    theme_of = {
        code.id: theme.label.in_language("en") or theme.id for theme in scheme.themes for code in theme.codes
    }
    directions: dict[str, dict[str, list[str]]] = {}
    for record_id, code_id, direction in segments[["record_id", "code_id", "direction"]].itertuples(
        index=False
    ):
        said = directions.setdefault(str(record_id), {}).setdefault(str(code_id), [])
        if direction and direction not in said:
            said.append(str(direction))
    columns: dict[str, list[str]] = {
        name: [] for name in ("codes", "code_labels", "themes", "keywords", "notes")
    }
    for record_id, keywords, notes in records[["record_id", "keywords", "notes"]].itertuples(index=False):
        found = directions.get(str(record_id), {})
        codes = sorted(found, key=lambda name: (place_of.get(name, len(place_of)), name))
        columns["codes"].append("; ".join(codes))
        columns["code_labels"].append("; ".join(label_of.get(name, name) for name in codes))
        columns["themes"].append(
            "; ".join(dict.fromkeys(theme_of[name] for name in codes if name in theme_of))
        )
        columns["keywords"].append(
            "; ".join(filter(None, [keywords, *(KEYWORD_PREFIX + name for name in codes)]))
        )
        columns["notes"].append("; ".join(filter(None, [notes, _said(codes, found)])))
    return records.assign(
        **{name: pd.Series(cells, index=records.index, dtype="str") for name, cells in columns.items()}
    )


def _said(codes: list[str], directions: dict[str, list[str]]) -> str:
    if not codes:
        return ""
    each = (f"{name} ({', '.join(sorted(directions[name]))})" if directions[name] else name for name in codes)
    return f"samsyn codes: {', '.join(each)}; RAYYAN-LABELS: {','.join(codes)}"
