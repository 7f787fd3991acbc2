"""Labels of earlier reviews that the ranking learns from: neither records nor decisions of this review.

They lie in a folder of their own, each file as it came, with one line of ``priors.jsonl`` that says its label
column. Nothing but the ranking reads them, so no count of the review can change.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from corpus import journal
from corpus.errors import ReviewError, UsageError
from corpus.protocol import STAGES, Protocol
from corpus.readers import read_records
from corpus.records import as_records
from corpus.screening_files import decisions_in

LIST = "priors.jsonl"


def add_prior(folder: Path, path: Path, protocol: Protocol, *, label: str = "") -> dict[str, int]:
    """Keep a labelled export of an earlier review; return its labels.

    Parameters
    ----------
    folder : Path
        Where priors lie; made when missing.
    path : Path
        An export with labels or decisions (:func:`~corpus.decisions_in`).
    protocol : Protocol
    label : str
        Column that is 1 where included and 0 where excluded; found by the usual names when empty.

    Raises
    ------
    UsageError
        When the file holds no labels, or another of its name is there; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from corpus.protocol import Wording
    >>> file = Path(tempfile.mkdtemp(), "earlier.csv")
    >>> _ = file.write_text("title,abstract,label\\nTrust,,1\\nSteel,,0\\n", encoding="utf-8")
    >>> protocol = Protocol("p", Wording(), ())
    >>> add_prior(file.parent / "priors", file, protocol)
    {'prior:earlier.csv:1': 1, 'prior:earlier.csv:2': 0}
    >>> records, labels = read_priors(file.parent / "priors", protocol)
    >>> records["title"].tolist()
    ['Trust', 'Steel']
    """
    _, labels = _labelled(path, label, protocol)
    data = path.read_bytes()
    kept = folder / path.name
    if path.name == LIST or (kept.exists() and kept.read_bytes() != data):
        raise UsageError(
            f"{folder.name}/{path.name} is another file.", next_step="Rename yours, then add it."
        )
    if not kept.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
        except OSError as error:
            kept.unlink(missing_ok=True)
            raise ReviewError(f"Nothing was saved: {error.strerror}.", where=str(kept)) from error
        line = {"file": path.name, "label": label, "sha256": hashlib.sha256(data).hexdigest()}
        journal.append_lines(folder / LIST, [line])
    return labels


def read_priors(folder: Path, protocol: Protocol) -> tuple[pd.DataFrame, dict[str, int]]:
    """The labelled records of all priors, and record_id -> 1 (included) or 0 (excluded).

    Their record_ids begin with ``prior:``, as no record's of the review does.

    Raises
    ------
    ReviewError
        When a file that was added is gone or holds no labels any more.
    """
    frames = [as_records(pd.DataFrame())]
    labels: dict[str, int] = {}
    for line in journal.read_lines(folder / LIST)[0]:
        records, found = _labelled(folder / line["file"], line["label"], protocol)
        frames.append(records)
        labels |= found
    return pd.concat(frames, ignore_index=True), labels


def _labelled(path: Path, label: str, protocol: Protocol) -> tuple[pd.DataFrame, dict[str, int]]:
    records = read_records(path).records
    decisions, _ = decisions_in(records, protocol, file=path.name, label=label)
    records["record_id"] = [f"prior:{path.name}:{row + 1}" for row in range(len(records))]
    labels: dict[str, int] = {}
    for row, given in decisions.groupby("row"):
        reached = max(given["stage"], key=list(STAGES).index)
        said = given[given["stage"] == reached]
        # who settled it wins
        verdicts = set((said[said["adjudicates"]] if said["adjudicates"].any() else said)["verdict"])
        # where people differed or doubted, there is nothing to be learned
        if verdicts in ({"include"}, {"exclude"}):
            labels[records["record_id"].iloc[int(str(row))]] = int(verdicts == {"include"})
    if not labels:
        raise UsageError(
            "No record is labelled included (1) or excluded (0).",
            where=path.name,
            next_step="Name the column with --label.",
        )
    return records[records["record_id"].isin(labels)].reset_index(drop=True), labels
