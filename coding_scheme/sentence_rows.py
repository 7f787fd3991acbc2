"""The sentences of records, each with its place and its language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

import pandas as pd

from coding_scheme.language import sentences
from coding_scheme.languages_read import text_language
from corpus.languages import READ_LANGUAGES, language_of

SENTENCE_COLUMNS = ("record_id", "field", "start", "end", "text", "language")
# shorter sentences do not tell their language
_TELLING = 4


def sentence_rows(
    records: pd.DataFrame,
    *,
    fields: Iterable[str] = ("title", "abstract"),
    languages: Collection[str] = READ_LANGUAGES,
    progress: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
) -> pd.DataFrame:
    """Cut titles and abstracts into sentences.

    Parameters
    ----------
    records : DataFrame
        Columns record_id, ``fields`` and language (what the record declares); those that lack are taken as
        empty.
    fields : iterable of str, optional
    languages : collection of str
        Those that are read; :func:`~coding_scheme.languages_read.languages_read` of a scheme.
    progress : callable, optional
        Wraps the records, for instance ``tqdm``.

    Returns
    -------
    DataFrame
        Columns record_id, field, start, end (int, code points), text, language (one
        of ``languages``, another, or "" when it cannot be told); sorted by record_id, field, start. Texts in
        languages that are not read are cut by the English rule.

    Examples
    --------
    >>> records = pd.DataFrame([{"record_id": "r1", "abstract": "We met. Trust grew between all partners."}])
    >>> sentence_rows(records)[["start", "end", "text", "language"]].to_numpy().tolist()
    [[0, 7, 'We met.', 'en'], [8, 40, 'Trust grew between all partners.', 'en']]
    """
    rows = []
    fields = tuple(fields)
    listed = records.to_dict("records")
    for record in progress(listed) if progress else listed:
        for field in fields:
            text = record.get(field)
            if not isinstance(text, str) or not text.strip():
                continue
            language = text_language(text, record.get("language"), languages)
            for start, end in sentences(text, language if language in languages else "en"):
                own = text[start:end]
                told = language_of(own) if len(own.split()) >= _TELLING else ""
                # one sentence is little to tell a third language by
                told = told if told in languages else language
                rows.append((str(record["record_id"]), field, start, end, own, told))
    frame = pd.DataFrame(rows, columns=list(SENTENCE_COLUMNS))
    frame = frame.astype({name: "int64" if name in {"start", "end"} else "str" for name in SENTENCE_COLUMNS})
    return frame.sort_values(["record_id", "field", "start"], kind="stable", ignore_index=True)
