"""Import: every file of a collection read and accounted for, beside rispy, nbib and bibtexparser.

    python benchmarks/import_files.py FOLDER            the files of a collection (with manifest.csv if there)
    python benchmarks/import_files.py --speed           100,000 made-up records a format, each peer in turn

FOLDER's manifest.csv has the columns path, format and expected_records (empty where not known). The peers are
installed with ``pip install rispy nbib``; where one is missing its column stays empty.
"""

from __future__ import annotations

import argparse
import csv
import logging
import subprocess
import sys
import tempfile
import textwrap
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from corpus import UsageError, read_records

Tally = dict[str, int]


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--one", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if arguments.one:
        time_one(*arguments.one)
    elif arguments.speed:
        print_speed(arguments.records)
    elif arguments.folder:
        print_collection(arguments.folder)
    else:
        parser.error("name a folder, or --speed")


# --- a collection of real files ---------------------------------------------------------------------------


def print_collection(folder: Path) -> None:
    """Read every file; print a table per format and every file that does not add up."""
    manifest = folder / "manifest.csv"
    expected = {}
    if manifest.exists():
        with manifest.open(encoding="utf-8", newline="") as file:
            expected = {row["path"]: row for row in csv.DictReader(file)}
    tallies: dict[str, Tally] = defaultdict(lambda: defaultdict(int))
    faults, others, refused = [], [], []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != manifest):
        name = path.relative_to(folder).as_posix()
        said = expected.get(name, {}).get("expected_records", "")
        tally = tallies[expected.get(name, {}).get("format") or path.suffix]
        tally["files"] += 1
        try:
            reading = read_records(path)
        except UsageError as error:
            tally["refused"] += 1
            refused.append(f"{name}: {error}")
            continue
        except Exception as error:  # what the table is there to show
            tally["exceptions"] += 1
            faults.append(f"EXCEPTION {name}: {type(error).__name__}: {error}")
            continue
        n_records, n_unreadable = len(reading.records), len(reading.unreadable)
        tally["records"] += n_records
        tally["unreadable"] += n_unreadable
        tally["warnings"] += len(reading.warnings)
        if reading.n_entries != n_records + n_unreadable:
            faults.append(f"IDENTITY {name}: {reading.n_entries} entries, {n_records} + {n_unreadable} read")
        if said:
            tally["expected"] += int(said)
            if int(said) != n_records:
                others.append(f"{name}: {said} expected, {n_records} records, {n_unreadable} unreadable")
        for peer, lost in peers_lost(path, reading.format, n_records):
            tally[f"lost by {peer}"] += lost
    columns = ("files", "refused", "exceptions", "records", "unreadable", "warnings", "expected",
               "lost by rispy", "lost by bibtexparser", "lost by nbib")  # fmt: skip
    print(f"{'format':<22}" + "".join(f"{column:>22}" for column in columns))
    for form in sorted(tallies):
        print(f"{form[:21]:<22}" + "".join(f"{tallies[form][column]:>22,}" for column in columns))
    print(f"{'all':<22}" + "".join(f"{sum(t[column] for t in tallies.values()):>22,}" for column in columns))
    for title, lines in (("Faults", faults), ("Other than expected", others), ("Refused", refused)):
        print(f"\n{title}: {len(lines)}")
        for line in lines:
            print(f"  {line[:200]}")
    sys.exit(1 if faults else 0)


def peers_lost(path: Path, form: str, n_records: int) -> Iterator[tuple[str, int]]:
    """How many of the records that were read a peer does not give, raising included."""
    reader = {"ris": "rispy", "bibtex": "bibtexparser", "nbib": "nbib"}.get(form)
    if reader is not None:
        try:
            found = len(PEERS[reader](path))
        except ImportError:
            return
        except Exception:  # a peer that raises has lost the file
            found = 0
        yield reader, max(0, n_records - found)


def _rispy(path: Path) -> list:
    import rispy

    with path.open(encoding="utf-8") as file:
        return rispy.load(file)


def _nbib(path: Path) -> list:
    import nbib

    return nbib.read_file(str(path))


def _bibtexparser(path: Path) -> list:
    import bibtexparser

    return bibtexparser.parse_string(path.read_text(encoding="utf-8")).entries


def _bibtexparser_latex(path: Path) -> list:
    import bibtexparser
    from bibtexparser.middlewares import LatexDecodingMiddleware

    text = path.read_text(encoding="utf-8")
    return bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()]).entries


def _samsyn(path: Path) -> list:
    return read_records(path).records["record_id"].tolist()


PEERS: dict[str, Callable[[Path], list]] = {
    "samsyn": _samsyn,
    "rispy": _rispy,
    "nbib": _nbib,
    "bibtexparser": _bibtexparser,
    "bibtexparser with LaTeX": _bibtexparser_latex,
}


# --- speed and memory -------------------------------------------------------------------------------------

WORDS = ["trust", "time", "power", "partners", "citizens", "facilitation", "network", "council", "tenants", "steering", "shared", "agenda", "evaluation", "interviews", "municipality", "neighbourhood", "support", "participation"]  # fmt: skip


def text_of_length(number: int, n_words: int) -> str:
    """Prose that differs from record to record."""
    return " ".join(WORDS[(number * 7 + place * 13 + place * place) % len(WORDS)] for place in range(n_words))


def made_up(form: str, n_records: int) -> str:
    """An export of ``n_records`` made-up records of ordinary length."""
    entries = []
    for number in range(n_records):
        title, abstract = text_of_length(number, 12), text_of_length(number, 170)
        if form == "ris":
            authors = "\n".join(f"AU  - Alder{number % 97}, J.{letter}." for letter in "ABC")
            entries.append(
                f"TY  - JOUR\nTI  - {title}\n{authors}\nPY  - 20{number % 25:02}\nT2  - Journal of Made-up Records\n"
                f"VL  - {number % 40}\nIS  - {number % 6}\nSP  - 1\nEP  - 12\nDO  - 10.5555/m.{number}\nAB  - {abstract}\n"
                f"KW  - trust\nKW  - time\nKW  - power\nM3  - Article\nDB  - Scopus\nLA  - English\n"
                f"UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-{number:011}\nER  - \n"
            )
        elif form == "nbib":
            entries.append(made_up_nbib(number, title, abstract))
        else:
            entries.append(
                f'@article{{key{number},\n  author = {{Alder, J{{\\o}}rgen and M{{\\"u}}ller, Pat}},\n  title = {{{title} \\& '
                f"style}},\n  journal = {{Journal of Made-up Records}},\n  year = {{2019}},\n  doi = {{10.5555/m.{number}}},\n"
                f"  abstract = {{{abstract} 80\\%}}\n}}\n"
            )
    return "\n".join(entries)


def made_up_nbib(number: int, title: str, abstract: str) -> str:
    """An entry with the fields that PubMed's exports have, in their order."""
    wrapped = "\n      ".join(textwrap.wrap(abstract, 82))
    authors = "".join(
        f"FAU - Alder{place}, Jo{place}\nAU  - Alder{place} J\nAUID- ORCID: 0000-0000-0000-{number % 10000:04}\n"
        f"AD  - Department of Made-up Records, University of Nowhere, {place} Some Street,\n      Nowhere.\n"
        for place in range(5)
    )
    terms = "".join(f"MH  - {word.title()}/*methods\n" for word in WORDS[:12])
    keywords = "".join(f"OT  - {word}\n" for word in WORDS[3:8])
    history = "".join(
        f"PHST- 2019/0{month}/01 00:00 [{stage}]\n"
        for month, stage in enumerate(("received", "revised", "accepted", "pubmed"), 1)
    )
    return (
        f"PMID- {90000000 + number}\nOWN - NLM\nSTAT- MEDLINE\nDCOM- 20190712\nLR  - 20200309\n"
        f"IS  - 0000-0019 (Electronic)\nIS  - 0000-0027 (Linking)\nVI  - {number % 40}\nIP  - 2\n"
        f"DP  - 20{number % 25:02} Mar\nTI  - {title}.\nPG  - 1-12\nLID - 10.5555/m.{number} [doi]\n"
        f"AB  - {wrapped}\nCI  - (c) 2019 Nobody.\n{authors}LA  - eng\nGR  - R01/NO/NOBODY/Nowhere\n"
        f"PT  - Journal Article\nPT  - Research Support, Non-U.S. Gov't\nDEP - 20190228\nPL  - Nowhere\n"
        f"TA  - J Made Up Rec\nJT  - Journal of made-up records\nJID - 0000001\nSB  - IM\n{terms}OTO - NOTNLM\n"
        f"{keywords}EDAT- 2019/03/02 06:00\nMHDA- 2019/07/13 06:00\nCRDT- 2019/03/02 06:00\n{history}"
        f"AID - 10.5555/m.{number} [doi]\nAID - S0000-0019(19)00000-{number % 10} [pii]\nPST - ppublish\n"
        f"SO  - J Made Up Rec. 2019 Mar;3(2):1-12. doi: 10.5555/m.{number}. Epub 2019 Feb 28.\n"
    )


def print_speed(n_records: int) -> None:
    """Time each reader in a process of its own; ratios are of CPU seconds, peer over Samsyn."""
    rows = [("ris", ".ris", n_records, ("rispy",)), ("nbib", ".nbib", n_records // 5, ("nbib",)),
            ("bibtex", ".bib", n_records // 50, ("bibtexparser", "bibtexparser with LaTeX"))]  # fmt: skip
    print(
        f"{'format':<8}{'records':>9}  {'reader':<26}{'CPU s':>8}{'records/s':>12}{'peak MB':>9}{'ratio':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for form, suffix, number, peers in rows:
            path = Path(folder, f"made_up{suffix}")
            path.write_text(made_up(form, number), encoding="utf-8")
            ours = 0.0
            for reader in ("samsyn", *peers):
                command = [sys.executable, __file__, "--one", reader, str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    print(f"{form:<8}{number:>9,}  {reader:<26}  did not run")
                    continue
                seconds, megabytes = map(float, done.stdout.split())
                ours = seconds if reader == "samsyn" else ours
                ratio = seconds / ours if ours else float("nan")
                print(
                    f"{form:<8}{number:>9,}  {reader:<26}{seconds:>8.2f}{number / seconds:>12,.0f}{megabytes:>9.0f}{ratio:>8.2f}"
                )


def time_one(reader: str, file: str) -> None:
    """Read one file once; print CPU seconds of the reading and the peak memory of the process in MB."""
    read = PEERS[reader]
    with tempfile.TemporaryDirectory() as folder:
        # imports and first calls are not what is timed
        small = Path(folder, f"warm{Path(file).suffix}")
        form = {".ris": "ris", ".nbib": "nbib", ".bib": "bibtex"}[small.suffix]
        small.write_text(made_up(form, 3), encoding="utf-8")
        read(small)
    began = time.process_time()
    read(Path(file))
    seconds = time.process_time() - began
    status = Path("/proc/self/status")  # where it is there: the peak of this process alone
    lines = status.read_text().splitlines() if status.exists() else []
    peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
    print(seconds, peak / 1024)


if __name__ == "__main__":
    main()
