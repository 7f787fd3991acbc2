"""The ranking of a review, wired to its protocol, its verdicts and the labels of earlier reviews."""

from __future__ import annotations

import pandas as pd

from corpus import Ranker, records_of_new_sources
from corpus.protocol import Stage
from corpus.sources import added_later
from samsyn.screening_desk import ScreeningDesk

# what a screener looks at
_SHOWN = ("title", "abstract", "authors", "year", "journal")
# what the ranking reads
_READ = ("record_id", "title", "abstract")
# the features of so many records are kept for the next command or notebook
_KEPT_FROM = 2_000
# the files that the ranker is made ready from
_RANKED = ("protocol.yaml", "sources/*", "decisions/duplicates/*", "priors/*")


class RankingDesk(ScreeningDesk):
    """The part of :class:`~samsyn.Review` that is about ranking."""

    def rank(
        self,
        *,
        unread: bool = True,
        new: bool = False,
        top: int | None = None,
        person: str = "",
        stage: Stage = "title_abstract",
        explained: int | None = None,
        workers: int = 1,
    ) -> pd.DataFrame:
        """The records, most likely to be included first, with the words that spoke for and against.

        Parameters
        ----------
        unread : bool
            Only those on which nobody has decided at this stage.
        new : bool
            Only those of sources added after the screening had begun, each until it is decided;
            ``worth_a_look`` marks what scores as high as 95 % of the included did while held out of the
            learning.
        top : int, optional
            Only so many.
        person : str
            Only those that this person has still to screen; what others said of them is not learned from.
        stage : str
        explained : int, optional
            Only of so many, the first, the words are looked up and title to journal are given; of the others
            ``why`` is empty and these are missing.
        workers : int
            As of :class:`corpus.Ranker`.

        Returns
        -------
        DataFrame
            Columns rank, record_id, score, why, (worth_a_look,) title, abstract, authors, year, journal.
        """
        labels = self.labels(person) | self.priors()[1]
        among = self._to_be_ranked(person, stage, unread=unread or new)
        if new:
            decided = set(self.screening_decisions()["record_id"])
            groups = pd.Series(self._unique_id(), dtype="object")
            later = added_later(self.folder / "sources")
            among &= set(records_of_new_sources(self.collection().records, groups, decided, later))
        ranker = self.ranker(workers=workers)
        worth = set(ranker.worth_a_look(labels, among)) if new else set()
        ranking = ranker.rank(labels, among=among, top=top)
        reasons = ranker.reasons(ranking["record_id"].head(len(ranking) if explained is None else explained))
        ranking["why"] = [reasons.get(name, "") for name in ranking["record_id"]]
        ranking["worth_a_look"] = ranking["record_id"].isin(worth)
        some = None if explained is None else set(ranking["record_id"].head(explained))
        shown = self.record_columns("record_id", *_SHOWN, only=some)
        merged = ranking.merge(shown, on="record_id", how="left")
        marks = ["worth_a_look"] if new else []
        return merged[["rank", "record_id", "score", "why", *marks, *_SHOWN]]

    def ranker(self, *, workers: int = 1) -> Ranker:
        """A ranker of the unique records and those of earlier reviews, that has learned nothing yet."""

        def compute() -> Ranker:
            protocol, priors = self.protocol, self.priors()[0]
            # read once, also for what is shown
            columns = ("record_id", *_SHOWN)
            every = self.record_columns(*columns)[list(_READ)]
            # of very many, what is shown is read again rather than held beside the features
            self._let_go(len(every), f"records: {columns}")
            if len(priors):
                every = pd.concat([every, priors[list(_READ)]])
            if self.cluster is not None and len(every):
                from samsyn.cluster.ranking import PartitionedRanker  # noqa: PLC0415 (an extra, and only --dask needs it)

                return PartitionedRanker(
                    self.cluster, every, query=protocol.query(), settings=protocol.ranking, seed=protocol.seed
                )
            # reading fewer texts takes less than reading what was kept of them
            kept = self.cache_folder / "ranking" if len(every) >= _KEPT_FROM else None
            return Ranker(
                every, query=protocol.query(), settings=protocol.ranking, seed=protocol.seed,
                kept=kept, workers=workers, progress=self.show_progress("reading for the ranking"),
            )  # fmt: skip

        read: Ranker = self._remembered("ranker", _RANKED, compute)
        return read.beside()
