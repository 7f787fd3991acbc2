"""The report of a large review: seconds, memory and size of what is written.

    python benchmarks/report.py                          100 studies, 1,000 coded segments
    python benchmarks/report.py --studies 1000 --segments 10000
    python benchmarks/report.py --studies 1000 --segments 10000 --browser     and how the page behaves

The review is made up by a seeded generator: the shipped coding scheme, sentences of invented words about as long
as those people quote (some 110 characters), one study in ten in two reports, findings in own words of some 60.

Measured on two cores that others used too: 100 studies take 2.4 s of CPU and a page of 540 kB; 1,000 studies take
20 s of CPU and a page of 4.3 MB, which Chromium loads in 2.0 s at 1,280 pixels (1.2 s at 320), filters and orders
in under 0.3 s, and scrolls at 18 ms a frame. Of more than 60 studies the page leaves out codes in the matrix,
drawings and abstracts (the files beside it hold them), and parts off the screen are laid out when they come near.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from coding_scheme import CodingScheme, read_coding_scheme
from corpus.flow import Flow
from corpus.records import records_frame
from synthesis import AuthorText, Evidence, check_report, example_evidence, render_report

SYLLABLES = [
    "ta",
    "re",
    "no",
    "mi",
    "ka",
    "lu",
    "se",
    "pa",
    "ve",
    "do",
    "fi",
    "gra",
    "ste",
    "lin",
    "por",
    "na",
    "mar",
    "tul",
    "ben",
    "sko",
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=100)
    parser.add_argument("--segments", type=int, default=1000)
    parser.add_argument("--language", default="en", choices=("en", "da"))
    parser.add_argument("--browser", action="store_true", help="Open the page in Chromium and time it.")
    parser.add_argument("--to", type=Path, help="Keep what is written in this folder.")
    arguments = parser.parse_args()
    evidence = made_up_evidence(arguments.studies, arguments.segments, seed=1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.to or Path(scratch)
        began, cpu = time.perf_counter(), time.process_time()
        files = render_report(evidence, folder, language=arguments.language, version="0")
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{arguments.studies:,} studies, {arguments.segments:,} segments: "
            f"{wall:.1f} s (CPU {cpu:.1f} s), peak {peak:.0f} MB"
        )
        for file in files:
            print(f"  {file.name:28}{file.stat().st_size / 1000:10,.0f} kB")
        began = time.perf_counter()
        faults = [fault for fault in check_report(folder, folder) if "not among the sources" not in fault]
        print(
            f"checked in {time.perf_counter() - began:.1f} s: {len(faults)} faults", *faults[:5], sep="\n  "
        )
        if arguments.browser:
            for width in (1280, 320):
                print(f"at {width} px: {in_browser(folder / 'report.html', width)}")


# each waits until the browser has drawn what came of it
ACTIONS = {
    "filter by direction": "document.querySelector('#filter [type=checkbox]').click()",
    "filter by words": "const s = document.querySelector('#filter [type=search]'); s.value = 'sko';"
    " s.dispatchEvent(new Event('input', {bubbles: true}))",
    "order by study": "const s = document.querySelector('#filter select'); s.value = 'study';"
    " s.dispatchEvent(new Event('input', {bubbles: true}))",
    "fold a theme": "document.querySelector('.ev .head button').click()",
    "go to the evidence table": "document.querySelector('#evidence').scrollIntoView()",
    "scroll a page": "scrollBy(0, 700)",
    "open a mark": "document.querySelector('.mx td a').click()",
}


def in_browser(page: Path, width: int) -> str:
    """How long the page takes to load and to answer, in words."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        tab = browser.new_page(viewport={"width": width, "height": 900})
        began = time.perf_counter()
        tab.goto(page.resolve().as_uri())
        tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        told = [f"load {time.perf_counter() - began:.1f} s"]
        for name, action in ACTIONS.items():
            took = tab.evaluate(
                f"() => new Promise((done) => {{ const began = performance.now(); {action};"
                " requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0)); })"
            )
            told.append(f"{name} {took:.0f} ms")
        browser.close()
    return ", ".join(told)


def made_up_evidence(n_studies: int, n_segments: int, *, seed: int) -> Evidence:
    """Evidence of so many studies and segments, all of it invented."""
    rng = np.random.default_rng(seed)
    with resources.as_file(resources.files("samsyn").joinpath("starter", "coding_scheme.yaml")) as path:
        scheme = read_coding_scheme(path)
    n_reports = n_studies + n_studies // 10
    source = example_evidence().sources.iloc[0].to_dict()
    names = [words(rng, 1).capitalize() for _ in range(400)]
    sentences = [
        [words(rng, int(rng.integers(10, 22))).capitalize() + "." for _ in range(12)]
        for _ in range(n_reports)
    ]
    records = records_frame(
        {
            "record_id": f"scopus:{n}", "type": "JOUR", "title": words(rng, 11).capitalize(),
            "authors": "; ".join(f"{rng.choice(names)}, {rng.choice(names)}" for _ in range(rng.integers(1, 6))),
            "year": int(rng.integers(1998, 2026)), "journal": words(rng, 4).title(), "volume": "3",
            "abstract": " ".join(sentences[n]), "language": "en", "doi": f"10.5555/made-up.{n}",
            "accession": str(n), "source_id": source["source_id"],
        }
        for n in range(n_reports)
    )  # fmt: skip
    ids = records["record_id"].tolist()
    counts = (n_reports,)
    return replace(
        example_evidence(),
        scheme=scheme,
        records=records,
        sources=pd.DataFrame([{**source, "n_new": n_reports}]),
        flow=Flow(((source["source_id"], "Scopus", "database", n_reports),), 0, 0, 0, 0, *counts, 0, 0, *counts,
                  0, 0, *counts, (), n_reports, n_studies),
        screening_verdicts=pd.DataFrame(
            {"record_id": ids * 2, "stage": ["title_abstract"] * n_reports + ["full_text"] * n_reports,
             "verdict": "include", "criterion": "", "people": "coder-1; coder-2", "settled_by": "", "n_people": 2}
        ),
        coded_segments=coded(scheme, sentences, ids, n_segments, rng),
        descriptors=described(scheme, ids, n_studies, rng),
        stopping=None,
        judgements=example_evidence().judgements.iloc[:0],
        author=AuthorText(),
    )  # fmt: skip


def coded(
    scheme: CodingScheme, sentences: list[list[str]], ids: list[str], n: int, rng: np.random.Generator
) -> pd.DataFrame:
    """So many different segments; each is a sentence of an abstract."""
    rows: dict[tuple[int, str, int], dict[str, object]] = {}
    while len(rows) < n:
        report, place = int(rng.integers(len(ids))), int(rng.integers(12))
        code = scheme.codes[int(rng.integers(len(scheme.codes)))]
        start = sum(len(text) + 1 for text in sentences[report][:place])
        text = sentences[report][place]
        rows[report, code.id, place] = {
            "record_id": ids[report], "code_id": code.id, "direction": str(rng.choice(code.direction.allowed)),
            "field": "abstract", "start": start, "end": start + len(text), "text": text,
            "finding": words(rng, 8).capitalize() + ".", "facets": "{}", "people": "coder-1; coder-2",
            "settled_by": "", "decided_at": "2026-11-04T10:00:00Z",
        }  # fmt: skip
    return pd.DataFrame(rows.values())


def described(scheme: CodingScheme, ids: list[str], n_studies: int, rng: np.random.Generator) -> pd.DataFrame:
    """Every descriptor of every study, and the second reports of some."""
    rows = [
        (
            ids[n],
            each.id,
            str(rng.choice([value.id for value in each.values])) if each.values else words(rng, 2),
        )
        for n in range(n_studies)
        for each in scheme.descriptors
    ]
    rows += [(ids[n], "part_of_study", ids[n - n_studies]) for n in range(n_studies, len(ids))]
    frame = pd.DataFrame(rows, columns=["record_id", "descriptor", "value"])
    return frame.assign(person="coder-1", decided_at="2026-11-03T10:00:00Z")


def words(rng: np.random.Generator, n: int) -> str:
    """Invented words."""
    return " ".join("".join(rng.choice(SYLLABLES, rng.integers(1, 4))) for _ in range(n))


if __name__ == "__main__":
    main()
