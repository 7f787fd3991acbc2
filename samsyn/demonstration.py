"""The demonstration: the invented example review, run from raw exports to the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path

from corpus import Search
from samsyn.decision_tables import read_rows
from samsyn.review import Review
from synthesis.author_text import FILE_NAME


def copy_example(folder: str | Path, *, until: str = "") -> Review:
    """Make a review folder with the invented example: its sources and all its decisions, not yet rendered.

    Parameters
    ----------
    folder : str or Path
        Must not be there yet, or be empty.
    until : {"", "duplicates", "screen"}
        The last step taken: nothing screened yet, or all screened and nothing coded; all steps by default.

    Examples
    --------
    >>> import tempfile
    >>> review = copy_example(Path(tempfile.mkdtemp(), "example"))
    >>> review.status()["included_studies"]
    26
    >>> practice = copy_example(Path(tempfile.mkdtemp(), "practice"), until="duplicates")
    >>> practice.status()["screened"], practice.status()["unique_records"]
    (0, 118)
    """
    review = Review.new(folder)
    with as_file(files("samsyn") / "example") as example:
        for said in _steps(review, example):
            if until and said.startswith(f"{until}:"):
                break
    return review


def demonstrate(folder: Path, *, language: str, say: Callable[[str], object]) -> Review:
    """Run the example review into a folder, saying each step's counts and where to look."""
    began = time.perf_counter()
    say(
        f"The example review is invented: its records, people and findings exist nowhere else. Into {folder}:"
    )
    review = Review.new(folder)
    with as_file(files("samsyn") / "example") as example:
        for number, words in enumerate(_steps(review, example), start=1):
            say(f"  {number}  {words}")
    written = review.render(language=language)
    say(f" 10  render: {len(written)} files")
    faults = review.check()
    say(f" 11  check: {'all is well' if not faults else '; '.join(faults)}")
    say(f"Done in {time.perf_counter() - began:.1f} seconds. Open {folder / 'output' / 'report.html'}")
    return review


def _steps(review: Review, example: Path) -> Iterator[str]:
    """Take the example's sources and decisions step by step, yielding what each step found."""
    for name in ("protocol.yaml", "checklist.yaml"):
        (review.folder / name).write_bytes((example / name).read_bytes())
    for row in read_rows(example / "searches.csv"):
        said = {name: row[name] for name in ("database", "platform", "kind", "date", "query", "limits")}
        search = Search(**said, hits_reported=int(row["hits_reported"]))
        review.add(example / row["file"], search)
    n = review.status()
    yield (
        f"add: {n['sources']} exports, {n['entries']} entries = {n['records']} records + "
        f"{n['unreadable_entries']} unreadable (kept and shown)"
    )
    n_doubtful = len(review.duplicates().doubtful)
    review.decide_duplicates(read_rows(example / "duplicates.csv"))
    n = review.status()
    yield (
        f"duplicates: {n['duplicates']} removed, {n['unique_records']} unique; "
        f"{n_doubtful} doubtful, {n['doubtful_pairs']} left after people's word"
    )
    ranking = review.rank()
    first = ranking.iloc[0]
    yield f"rank: before any decision the protocol's words put first: {first['title'][:60]}"
    for person in ("screener-1", "screener-2"):
        review.screen(read_rows(example / "screening" / f"{person}.csv"), person=person)
    n_conflicts = int((review.verdicts()["verdict"] == "conflict").sum())
    review.screen(
        read_rows(example / "screening" / "adjudicator.csv"), person="adjudicator", adjudicates=True
    )
    flow = review.flow()
    yield (
        f"screen: {flow.screened} records by two screeners, {n_conflicts} conflicts settled, "
        f"{flow.included_reports} reports included"
    )
    suggestions = review.suggest()
    yield f"suggest: {len(suggestions)} segments suggested in {suggestions['record_id'].nunique()} reports"
    for person in ("coder-1", "coder-2"):
        review.code(read_rows(example / "coding" / f"{person}.csv"), person=person, round_="blind")
    n_conflicts = len(review.coding_conflicts())
    review.code(
        read_rows(example / "coding" / "adjudicator.csv"), person="adjudicator", round_="adjudication"
    )
    coded = review.coded()
    yield (
        f"code: {len(coded)} coded segments by two coders, {n_conflicts} conflicts settled, "
        f"{coded['code_id'].nunique()} of {len(review.scheme.codes)} codes"
    )
    n_described = review.describe(read_rows(example / "descriptors.csv"), person="coder-1")
    yield f"describe: {n_described} study descriptors"
    (review.folder / FILE_NAME).write_bytes((example / FILE_NAME).read_bytes())
    n_judged = 0
    for person in ("coder-1", "coder-2", "adjudicator"):
        rows = read_rows(example / "judgements" / f"{person}.csv")
        n_judged += review.judge(rows, person=person, adjudicates=person == "adjudicator")
    yield (
        f"judge: {n_judged} judgements of studies, findings and {len(review.author.findings)} review findings"
    )
    agreement = review.agreement()
    coding = agreement[agreement["stage"] == "coding"]
    alpha = f"{coding.iloc[0]['alpha']:.2f}" if len(coding) else "undefined"
    yield f"agreement: {len(agreement)} pairs; Krippendorff's alpha of the coding {alpha}"
