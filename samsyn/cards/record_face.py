"""What a card says of a record beside its text: authors, where and when it stood, from which export."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pandas as pd

from samsyn.cards.formatted import formatted, plain
from samsyn.cards.words import card_words

if TYPE_CHECKING:
    from samsyn.screening_desk import ScreeningDesk

# of more authors than these the first three and the last are shown
_AUTHORS_SHOWN = 6


class RecordFace:
    """The facts about records, in the words of a language.

    Parameters
    ----------
    review : samsyn.Review
    language : {"en", "da"}
    """

    def __init__(self, review: ScreeningDesk, language: str) -> None:
        self._review = review
        words = card_words(language)
        self._words, self._types, self._languages = words["record"], words["types"], words["languages"]

    def of(self, record: pd.Series) -> dict[str, Any]:
        """The facts about a record that has them.

        Parameters
        ----------
        record : Series
            A unique record (columns: ``corpus.records``, and ``members``).

        Returns
        -------
        dict
            ``authors`` (all of them), ``authors_short`` ("" where all are few), ``n_authors``, ``facts``
            (list of text: year, journal and volume, language, type, sources), ``keywords``, ``link``
            ({address, text} or None).
        """
        authors = [name.strip() for name in str(record["authors"]).split(";") if name.strip()]
        short = ""
        if len(authors) > _AUTHORS_SHOWN:
            short = f"{'; '.join(authors[:3])}; … {authors[-1]}"
        volume = str(record["volume"]) + (f"({record['issue']})" if record["issue"] else "")
        facts = [
            "" if pd.isna(record["year"]) else str(int(record["year"])),
            f"{plain(formatted(record['journal']))} {volume}".strip(),
            self._languages.get(record["language"], record["language"]),
            self._types.get(record["type"], ""),
            self._sources(record),
        ]
        return {
            "authors": "; ".join(authors),
            "authors_short": short,
            "n_authors": len(authors),
            "facts": [fact for fact in facts if fact],
            "keywords": record["keywords"],
            "link": self._link(record),
        }

    def _sources(self, record: pd.Series) -> str:
        """Each export in which the record stands, and the line on which."""
        members = str(record.get("members") or record["record_id"]).split("; ")
        found = []
        for member in members:
            source, line = self._stands.get(member, ("", None))
            if source:
                database = self._database.get(source) or source
                entry = (
                    source
                    if line is None or pd.isna(line)
                    else f"{source}, {self._words['line']} {int(line)}"
                )
                # a file that names no database is named by itself
                found.append(entry if database == PurePath(source).stem else f"{database} ({entry})")
        return f", {self._words['also']} ".join(found)

    def _link(self, record: pd.Series) -> dict[str, str] | None:
        """Where to look: the DOI, else the address in the export if it is one of the web."""
        if record["doi"]:
            return {
                "address": f"https://doi.org/{quote(str(record['doi']), safe='/:;().-_')}",
                "text": f"doi.org/{record['doi']}",
            }
        address = str(record["url"]).strip().split(" ", 1)[0]
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
            return None
        return {"address": address, "text": parts.netloc + (parts.path if parts.path != "/" else "")}

    @cached_property
    def _stands(self) -> dict[str, tuple[str, Any]]:
        every = self._review.collection().records
        stands = zip(every["source_id"].tolist(), every["source_line"].tolist(), strict=True)
        return dict(zip(every["record_id"].tolist(), stands, strict=True))

    @cached_property
    def _database(self) -> dict[str, str]:
        sources = self._review.collection().sources
        return dict(zip(sources["source_id"], sources["database"], strict=True))
