"""The suggestions of a review and what to code next, wired to its records, its scheme and its decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import pandas as pd

from coding_scheme import (
    CodeClassifier,
    Proposer,
    coding_queue,
    combined,
    language_support,
    propose,
    suggest,
    unread_sample,
    words_remembered,
)
from coding_scheme.languages_read import languages_read, unread_by_language, unread_frame
from coding_scheme.suggested_parts import suggest_in_parts
from corpus import UsageError
from corpus.languages import READ_LANGUAGES
from samsyn.coding_desk import CodingDesk
from samsyn.scheme_desk import SchemeDesk

Progress = Callable[[Iterable], Iterable]
ORIGINS = ("rules", "classifier")
# reading fewer records takes less than looking whether they were read
_KEPT_FROM = 2_000
# what the rules read of a record
_READ = ("record_id", "title", "abstract", "language")
_NO_REFUSALS = pd.DataFrame(columns=["proposed_by", "row", "record_id", "code_id", "text", "why"])


@dataclass(frozen=True)
class Proposals:
    """Suggestions, and what was not suggested.

    Attributes
    ----------
    suggestions : DataFrame
        Columns: ``coding_scheme``.
    codes : DataFrame
        What the classifier learned of each code (columns: ``coding_scheme.classifier``); empty without it.
    refused : DataFrame
        Rows of proposers that did not hold: proposed_by, row, record_id, code_id, text, why.
    n_mended : int
        Rows of proposers whose offsets were mended.
    n_hidden : int
        Records left out, since the person has still to read them blind.
    n_stale : int
        Decisions that the classifier left out, since their code has come to mean something else.
    read : DataFrame
        How well each language of the scheme is read (columns: ``coding_scheme.language_support``).
    unread : DataFrame
        Records in languages that the scheme has no words for (columns: ``coding_scheme.unread_languages``).
    """

    suggestions: pd.DataFrame
    codes: pd.DataFrame
    refused: pd.DataFrame
    n_mended: int = 0
    n_hidden: int = 0
    n_stale: int = 0
    read: pd.DataFrame = field(default_factory=pd.DataFrame)
    unread: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def silent(self) -> list[str]:
        """The codes that the classifier has too few examples of, in words, those with most examples first."""
        if self.codes.empty:
            return []
        silent = self.codes[~self.codes["speaks"].astype(bool)]
        return silent.sort_values("n_present", ascending=False, kind="stable")["why"].tolist()


class SuggestionDesk(CodingDesk, SchemeDesk):
    """The part of :class:`~samsyn.Review` that is about suggestions."""

    def suggest(
        self,
        *,
        all_records: bool = False,
        by: Iterable[str] = ORIGINS,
        proposers: Mapping[str, Proposer] | None = None,
        person: str = "",
        language: str = "en",
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Suggested segments of the included records, each with its reason (columns: ``coding_scheme``).

        Parameters are those of :meth:`proposals`.
        """
        return self.proposals(
            all_records=all_records,
            by=by,
            proposers=proposers,
            person=person,
            language=language,
            progress=progress,
        ).suggestions

    def proposals(
        self,
        *,
        all_records: bool = False,
        by: Iterable[str] = ORIGINS,
        proposers: Mapping[str, Proposer] | None = None,
        person: str = "",
        language: str = "en",
        workers: int = 1,
        progress: Progress | None = None,
    ) -> Proposals:
        """Suggestions, what the classifier is silent on, and what was refused.

        Parameters
        ----------
        all_records : bool
            All records, not only the included ones.
        by : iterable of str
            "rules", "classifier". The classifier learns from everybody's decisions, and is silent on a code
            until it has enough examples.
        proposers : mapping of name to callable, optional
            A team's own, for instance a language model (see ``coding_scheme.propose``).
        person : str
            Leaves out the records that this person has still to read blind.
        language : {"en", "da"}
            Of the reasons of the rules and the classifier.
        workers : int
            Processes at most that the rules read many records with. In a script of your own more than one
            needs ``if __name__ == "__main__":`` around it. The outcome is the same.
        progress : callable, optional

        Raises
        ------
        UsageError
            When ``by`` names something else.
        """
        by = tuple(by)
        unknown = [name for name in by if name not in ORIGINS]
        if unknown:
            raise UsageError(f"Unknown origin of suggestions {unknown[0]!r}. Known: {', '.join(ORIGINS)}.")
        with self._words():
            columns = None if proposers else _READ
            every = self._records_to_read(all_records, columns)
            hidden: set[str] = set()
            if person:
                hidden = (set(self._unread_sample(person)) | self.to_read_blind(person)) & set(
                    every["record_id"]
                )
            records = every[~every["record_id"].isin(hidden)].reset_index(drop=True) if hidden else every
            frames, codes, refused, n_mended, n_stale = [], pd.DataFrame(), [_NO_REFUSALS], 0, 0
            unread = None
            if "rules" in by:
                # of all, so that what is kept serves everybody; then without what this person must not see
                which = "all" if all_records else "included"
                found, unread = self._by_rules(every, which, workers, progress, language)
                frames.append(found[~found["record_id"].isin(hidden)].reset_index(drop=True))
            if "classifier" in by:
                classifier = self.classifier(all_records=all_records, progress=progress)
                frames.append(classifier.suggestions(records["record_id"], language=language))
                codes, n_stale = classifier.codes, classifier.n_left_out
            for name, proposer in sorted((proposers or {}).items()):
                checked = propose(proposer, records, self.scheme.without_retired(), name=name)
                frames.append(checked.suggestions)
                refused.append(checked.refused)
                n_mended += checked.n_mended
            refusals = pd.concat(refused, ignore_index=True) if len(refused) > 1 else _NO_REFUSALS
            if unread is None:
                unread = unread_by_language(records, self.scheme)
            return Proposals(
                combined(frames), codes, refusals, n_mended, len(hidden), n_stale,
                language_support(self.scheme), unread_frame(_without(unread, hidden)),
            )  # fmt: skip

    def classifier(self, *, all_records: bool = False, progress: Progress | None = None) -> CodeClassifier:
        """The classifier of codes, learned from the decisions as they stand."""

        def compute() -> CodeClassifier:
            records, decisions = self.records, self.coding_decisions()
            if not all_records:
                wanted = set(self.included()["record_id"]) | set(decisions["record_id"])
                records = records[records["record_id"].isin(wanted)]
            classifier = CodeClassifier(
                records, self.scheme.without_retired(), seed=self.protocol.seed, progress=progress
            )
            return classifier.learn(decisions, kept=self._kept_by_hash(), progress=progress)

        name = "classifier of all" if all_records else "classifier"
        return self._remembered(
            name, ("protocol.yaml", "coding_scheme.yaml", "sources/*", "decisions/*/*"), compute
        )

    def coding_queue(
        self, person: str, *, language: str = "en", progress: Progress | None = None
    ) -> pd.DataFrame:
        """What a person should code next, and why (columns: ``coding_scheme.coding_queue``)."""
        with self._words():
            records = self.included()
            return coding_queue(
                records,
                self.coding_decisions(),
                self.scheme.without_retired(),
                person,
                classifier=self.classifier(progress=progress),
                suggestions=self._by_rules(records, "included", 1, progress, language)[0],
                seed=self.protocol.seed,
                language=language,
            )

    def _by_rules(
        self, records: pd.DataFrame, which: str, workers: int, progress: Progress | None, language: str
    ) -> tuple[pd.DataFrame, dict[str, list[str]] | None]:
        """What the rules suggest, and, where that is told as well, which records they cannot read.

        Of many records each part is kept, so that the next run goes on there.
        """
        scheme, reader = self.scheme.without_retired(), None
        if self.cluster is not None:
            from samsyn.cluster.suggesting import part_reader  # noqa: PLC0415 (an extra, and only --dask needs it)

            reader = part_reader(self.cluster)
        elif len(records) < _KEPT_FROM:
            return suggest(records, scheme, language=language, progress=progress), None
        kept = self.cache_folder / "suggestions" / which if len(records) >= _KEPT_FROM else None
        return suggest_in_parts(
            records, scheme, kept=kept, workers=workers, reader=reader, language=language, progress=progress
        )

    def _records_to_read(self, all_records: bool, columns: tuple[str, ...] | None) -> pd.DataFrame:
        if not all_records:
            return self.included()
        return self.records if columns is None else self.record_columns(*columns)

    def _words(self) -> AbstractContextManager[None]:
        languages = tuple(dict.fromkeys((*READ_LANGUAGES, *languages_read(self.scheme))))
        return words_remembered(self.cache_folder / "words.json", languages)

    def _unread_sample(self, person: str) -> list[str]:
        names = [str(name) for name in self.included()["record_id"]]
        return unread_sample(names, self.coding_decisions(), person, seed=self.protocol.seed)


def _without(unread: Mapping[str, list[str]], hidden: set[str]) -> dict[str, list[str]]:
    return {language: [name for name in ids if name not in hidden] for language, ids in unread.items()}
