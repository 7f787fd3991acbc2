"""Invented records in invented exports, as many as are asked for, that look like what databases give.

    python benchmarks/generated_records.py 100000 FOLDER        writes the exports; the same for the same --seed

What is imitated: titles of 5 to 22 words and abstracts of about 180 (some none, some of 1,000); the words of a text
frequent and rare as in texts, with function words, and new ones for ever; 7 % Danish and 3 % German; one record in
six on the subject of the coding scheme that Samsyn ships, in sentences with its indicators and cues; a report in one
to three of four databases, each with its own damage: initials for given names, shortened journals, cut pages,
another case, a slip of the finger, entities, DOI, abstract or year missing; entries that are no records.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from coding_scheme import read_coding_scheme

ROOT = Path(__file__).parents[1]
# records in one export file: databases give no more at once
PER_FILE = 20_000
# how many databases a report is in, and which: Scopus, Web of Science, PubMed, a library's reference manager
COPIES, DATABASES = (0.72, 0.20, 0.08), (0.42, 0.30, 0.18, 0.10)
NAMES = ("scopus.csv", "web_of_science.ris", "pubmed.nbib", "library.bib")
SHARES = {"en": 0.90, "da": 0.07, "de": 0.03}
ON_SUBJECT, WITHOUT_ABSTRACT, DAMAGED = 1 / 6, 0.09, 0.04
FREQUENT = {
    "en": "the of and in to a for with that on is as by we are this from was were which be an or their between have "
    "has not can these at more than results study our its into also however using both during after through",
    "da": "og i af at til en der for på med den det er som de vi et ikke fra har blev kan om var disse mellem denne "
    "eller ved over efter også mere end sig blandt undersøgelsen viser gennem deres når",
    "de": "der die und in von den zu mit das des für auf im eine ist als dem ein werden nicht auch sich wurde bei an "
    "zwischen sind nach oder durch diese aus wurden",
}  # fmt: skip
ENDINGS = {
    "en": ("", "s", "ing", "ed", "ation", "al", "ity", "ment", "er", "ly", "ness", "ive"),
    "da": ("", "en", "er", "erne", "ende", "ning", "hed", "lig", "else", "et", "ernes", "skab"),
    "de": ("", "en", "ung", "er", "lich", "keit", "ungen", "isch", "heit", "es", "te", "schaft"),
}
SYLLABLES = [
    a + b
    for a in [
        "b",
        "d",
        "f",
        "g",
        "k",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "t",
        "v",
        "br",
        "st",
        "tr",
        "pl",
        "gr",
        "kl",
    ]
    for b in ["a", "e", "i", "o", "u", "or", "an", "el"]
]
FAMILY = [
    "Alder",
    "Birk",
    "Cedar",
    "Elm",
    "Fir",
    "Hazel",
    "Ivy",
    "Juniper",
    "Larch",
    "Maple",
    "Myrtle",
    "Oak",
    "Pine",
    "Rowan",
    "Rush",
    "Sedge",
    "Spruce",
    "Sumac",
    "Willow",
    "Yew",
]
GIVEN = [
    "Ane",
    "Bo",
    "Cora",
    "Dan",
    "Eva",
    "Finn",
    "Gro",
    "Hans",
    "Ida",
    "Jens",
    "Kaj",
    "Lea",
    "Mads",
    "Nina",
    "Ole",
    "Pia",
    "Rita",
    "Sven",
    "Tove",
    "Ulla",
]


def write_exports(n_entries: int, folder: Path, *, seed: int = 1, per_file: int = PER_FILE) -> list[Path]:
    """Write exports with so many entries altogether; return the files, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    writers = [_Export(folder, name, per_file) for name in NAMES]
    for part, number in enumerate(range(0, n_entries, per_file)):
        # parts are drawn by themselves, so that the first of a million are those of a hundred thousand
        rng = np.random.default_rng([seed, part])
        n_wanted = min(per_file, n_entries - number)
        for database, record in _copies(rng, number, n_wanted):
            writers[database].add(record, rng)
    return [path for writer in writers for path in writer.close()]


# --- reports -------------------------------------------------------------------------------------------------


def _copies(rng: np.random.Generator, first: int, n_wanted: int) -> Iterator[tuple[int, dict[str, Any]]]:
    made = 0
    for number, report in enumerate(_reports(rng, first, n_wanted)):
        n_copies = 1 + int(rng.choice(3, p=COPIES))
        where = rng.choice(4, n_copies, replace=False, p=DATABASES)
        for copy, database in enumerate(where.tolist()):
            if made == n_wanted:
                return
            made += 1
            yield database, _damaged(report, copy, rng, first + number)


def _reports(rng: np.random.Generator, first: int, n: int) -> Iterator[dict[str, Any]]:
    languages = rng.choice(list(SHARES), n, p=list(SHARES.values()))
    lengths = np.clip(rng.gamma(6.0, 30.0, n).astype(int), 25, 1000)
    in_title = np.clip(rng.normal(12.5, 3.5, n).astype(int), 5, 22)
    on_subject = rng.random(n) < ON_SUBJECT
    years = np.clip(2026 - rng.exponential(9, n), 1965, 2026).astype(int)
    for row in range(n):
        language = str(languages[row])
        title = _words(rng, language, int(in_title[row]))
        sentences = _sentences(_words(rng, language, int(lengths[row])), rng)
        if on_subject[row] and language in PHRASES:
            sentences = _with_phrases(sentences, language, rng)
            title[len(title) // 2 : len(title) // 2] = _phrase(rng, SUBJECT[language])
        generic = rng.random() < 0.004
        n_authors = 1 + int(rng.poisson(2.6))
        start = int(rng.integers(1, 2000))
        yield {
            "number": first + row,
            "title": "Editorial" if generic else _capital(" ".join(title)),
            "abstract": "" if rng.random() < WITHOUT_ABSTRACT else " ".join(sentences),
            "authors": [_author(rng) for _ in range(n_authors)],
            "year": int(years[row]),
            "journal": _journal(int(min(rng.zipf(1.3), 9000))),
            "volume": str(max(1, int(years[row]) - 1960 - int(rng.integers(0, 40)))),
            "issue": str(int(rng.integers(1, 13))),
            "pages": (str(start), str(start + int(rng.integers(3, 24)))),
            "doi": f"10.5555/made.{first + row}",
            "language": {"en": "English", "da": "Danish", "de": "German"}[language],
            "keywords": [" ".join(_words(rng, language, 2)) for _ in range(int(rng.integers(0, 7)))],
        }


def _words(rng: np.random.Generator, language: str, n: int) -> list[str]:
    """Nearly half of them function words; the others rare and new as in texts, some in standing pairs."""
    frequent, endings = FREQUENT_LISTS[language], ENDINGS[language]
    small = rng.random(n) < 0.45
    # Zipf's law as Mandelbrot mended it: the first words no more frequent than they are in texts
    places = np.minimum(80 * ((1 - rng.random(n)) ** -2.5 - 1), 3_000_000).astype(int)
    pairs = (places[:-1] * 31 + rng.integers(0, 3, max(n - 1, 0))) % 60_000
    places[1:] = np.where(rng.random(max(n - 1, 0)) < 0.4, pairs, places[1:])
    functions = rng.zipf(1.25, n) % len(frequent)
    return [
        frequent[function] if is_small else _word(place + 500, endings)
        for is_small, function, place in zip(small.tolist(), functions.tolist(), places.tolist(), strict=True)
    ]


def _word(place: int, endings: tuple[str, ...]) -> str:
    stem, ending = divmod(place, len(endings))
    parts = []
    while stem or not parts:
        stem, syllable = divmod(stem, len(SYLLABLES))
        parts.append(SYLLABLES[syllable])
    return "".join(parts) + ("n" if len(parts) == 1 else "") + endings[ending]


def _sentences(words: list[str], rng: np.random.Generator) -> list[str]:
    cuts = np.cumsum(np.clip(rng.normal(22, 7, len(words) // 8 + 2).astype(int), 6, 45))
    starts = [0, *[int(cut) for cut in cuts if cut < len(words) - 4]]
    ends = [*starts[1:], len(words)]
    made = []
    for start, end in zip(starts, ends, strict=True):
        part = words[start:end]
        if len(part) > 12:
            part[6] += ","
        if rng.random() < 0.12:
            part.append(
                f"({int(rng.integers(2, 400))} of {int(rng.integers(400, 900))}, p < 0.0{int(rng.integers(1, 6))})"
            )
        made.append(_capital(" ".join(part)) + ".")
    return made


def _with_phrases(sentences: list[str], language: str, rng: np.random.Generator) -> list[str]:
    indicators, cues, subject = PHRASES[language], CUES[language], SUBJECT[language]
    for place in range(len(sentences)):
        words = sentences[place].split()
        added = _phrase(rng, subject) if rng.random() < 0.5 else []
        if rng.random() < 0.6:
            added += [*_phrase(rng, cues), FREQUENT_LISTS[language][0], *_phrase(rng, indicators)]
        middle = len(words) // 2
        sentences[place] = " ".join([*words[:middle], *added, *words[middle:]])
    return sentences


def _phrase(rng: np.random.Generator, among: list[str]) -> list[str]:
    return among[int(rng.integers(len(among)))].split()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _author(rng: np.random.Generator) -> tuple[str, str]:
    number = int(rng.integers(40_000))
    family = FAMILY[number % 20] + (
        "" if number < 400 else SYLLABLES[number // 20 % len(SYLLABLES)] + SYLLABLES[number // 3040]
    )
    return family, f"{GIVEN[int(rng.integers(20))]} {chr(65 + int(rng.integers(26)))}."


def _journal(place: int) -> str:
    return f"Invented Journal of {_capital(_word(place * 12, ENDINGS['en']))} and {_capital(_word(place * 7, ENDINGS['en']))}"


# --- damage --------------------------------------------------------------------------------------------------


def _damaged(report: dict[str, Any], copy: int, rng: np.random.Generator, number: int) -> dict[str, Any]:
    record = dict(report)
    lot = rng.random(8)
    if lot[0] < 0.25:
        record["doi"] = ""
    if lot[1] < 0.015:
        record["year"] = 0
    if lot[2] < 0.02:
        record["abstract"] = ""
    record["initials"], record["short_journal"] = lot[3] < 0.6, lot[4] < 0.3
    if copy and lot[5] < 0.35:
        record["title"] = [str.title, str.upper, _slip, _entities, lambda title: title + "."][
            int(lot[6] * 5)
        ](report["title"])
    record["cut_pages"], record["damaged"] = lot[7] < 0.3, False
    return record


def _slip(title: str) -> str:
    middle = len(title) // 2
    return title[: middle - 1] + title[middle : middle + 1] + title[middle - 1 : middle] + title[middle + 1 :]


def _entities(title: str) -> str:
    return title.replace(" and ", " &amp; ", 1)


# --- exports -------------------------------------------------------------------------------------------------


class _Export:
    """The export files of one database, a new one after so many entries."""

    def __init__(self, folder: Path, name: str, per_file: int) -> None:
        self.folder, self.name, self.per_file = folder, name, per_file
        self.write: Callable[[Any, dict[str, Any], np.random.Generator], None] = WRITERS[Path(name).suffix]
        self.paths: list[Path] = []
        self.n, self.file = 0, None

    def add(self, record: dict[str, Any], rng: np.random.Generator) -> None:
        if self.n % self.per_file == 0:
            self.close()
            name = Path(self.name)
            self.paths.append(self.folder / f"{name.stem}_{len(self.paths) + 1:03}{name.suffix}")
            self.file = self.paths[-1].open("w", encoding="utf-8", newline="")
            if name.suffix == ".csv":
                csv.writer(self.file).writerow(SCOPUS)
        self.n += 1
        self.write(self.file, record, rng)

    def close(self) -> list[Path]:
        if self.file:
            self.file.close()
        return self.paths


SCOPUS = (
    "Authors", "Title", "Year", "Source title", "Volume", "Issue", "Page start", "Page end", "DOI", "Link", "Abstract",
    "Author Keywords", "Language of Original Document", "Document Type", "Source", "EID",
)  # fmt: skip


def _names(record: dict[str, Any]) -> list[str]:
    return [
        f"{family}, {given[0]}." if record["initials"] else f"{family}, {given}"
        for family, given in record["authors"]
    ]


def _journal_of(record: dict[str, Any]) -> str:
    return (
        record["journal"].replace("Invented Journal of", "Inv. J.").replace(" and ", " ")
        if record["short_journal"]
        else record["journal"]
    )


def _last_page(record: dict[str, Any]) -> str:
    first, last = record["pages"]
    return (
        last[-2:]
        if record["cut_pages"] and len(first) == len(last) and len(last) > 2 and first[:-2] == last[:-2]
        else last
    )


def _scopus(file: Any, record: dict[str, Any], rng: np.random.Generator) -> None:
    eid = f"2-s2.0-8{record['number']:010}"
    link = f"https://www.scopus.com/inward/record.uri?eid={eid}&partnerID=40"
    csv.writer(file).writerow(
        ["; ".join(_names(record)), record["title"], record["year"] or "", _journal_of(record), record["volume"],
         record["issue"], record["pages"][0], _last_page(record), record["doi"], link,
         record["abstract"] or "[No abstract available]", "; ".join(record["keywords"]), record["language"], "Article",
         "Scopus", eid]
    )  # fmt: skip


def _ris(file: Any, record: dict[str, Any], rng: np.random.Generator) -> None:
    if rng.random() < 0.0005:
        file.write("PY  - 2019\nVL  - 3\nER  - \n\n")  # says nothing of a title, an author, a text
        return
    lines = [f"TY  - JOUR\nTI  - {record['title']}\n"]
    lines += [f"AU  - {name}\n" for name in _names(record)]
    lines.append(f"T2  - {_journal_of(record)}\n")
    lines.append(f"PY  - {record['year']}\n" if record["year"] else "")
    lines.append(
        f"VL  - {record['volume']}\nIS  - {record['issue']}\nSP  - {record['pages'][0]}\nEP  - {_last_page(record)}\n"
    )
    lines.append(f"DO  - {record['doi']}\n" if record["doi"] else "")
    lines.append(f"AB  - {record['abstract']}\n" if record["abstract"] else "")
    lines += [f"KW  - {word}\n" for word in record["keywords"]]
    lines.append(f"LA  - {record['language']}\nAN  - WOS:{record['number']:015}\nER  - \n\n")
    file.writelines(lines)


def _nbib(file: Any, record: dict[str, Any], rng: np.random.Generator) -> None:
    lines = [f"PMID- {90_000_000 + record['number']}\nOWN - NLM\nSTAT- MEDLINE\n"]
    lines.append(f"DP  - {record['year']} Mar\n" if record["year"] else "")
    lines.append(_folded("TI", record["title"]))
    lines.append(
        f"PG  - {record['pages'][0]}-{_last_page(record)}\nVI  - {record['volume']}\nIP  - {record['issue']}\n"
    )
    lines.append(f"LID - {record['doi']} [doi]\n" if record["doi"] else "")
    lines.append(_folded("AB", record["abstract"]) if record["abstract"] else "")
    for family, given in record["authors"]:
        lines.append(f"FAU - {family}, {given}\nAU  - {family} {given[0]}{given[-2]}\n")
    lines.append(f"LA  - {record['language'][:3].lower()}\nPT  - Journal Article\n")
    lines.append(f"TA  - {_journal_of(record)}\nJT  - {record['journal']}\n")
    lines += [f"OT  - {word}\n" for word in record["keywords"]]
    file.writelines([*lines, "\n"])


def _folded(tag: str, text: str) -> str:
    """Lines of 88 signs, the later ones indented, as PubMed writes them."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > 82:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return f"{tag:4}- " + "\n      ".join([*lines, line]) + "\n"


def _bibtex(file: Any, record: dict[str, Any], rng: np.random.Generator) -> None:
    text = {name: str(record[name]).replace("&amp;", r"\&") for name in ("title", "abstract")}
    fields = {
        "title": f"{{{text['title']}}}", "author": " and ".join(_names(record)), "journal": _journal_of(record),
        "year": str(record["year"] or ""), "volume": record["volume"], "number": record["issue"],
        "pages": f"{record['pages'][0]}--{record['pages'][1]}", "doi": record["doi"],
        "abstract": re.sub(r"([%&])", r"\\\1", text["abstract"]) if "\\" not in text["abstract"] else text["abstract"],
        "language": record["language"], "keywords": ", ".join(record["keywords"]),
    }  # fmt: skip
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    file.write(f"@article{{made{record['number']},\n{body}}}\n\n")


WRITERS = {".csv": _scopus, ".ris": _ris, ".nbib": _nbib, ".bib": _bibtex}


# --- the scheme's words --------------------------------------------------------------------------------------


def _plain(phrases: Any) -> list[str]:
    """Phrases as they may stand in a text: a star is nothing, company is left out."""
    plain = (re.sub(r"@\S+|\[[^]]*\]\+?", "", phrase).replace("*", "").strip() for phrase in phrases)
    return sorted({phrase for phrase in plain if re.fullmatch(r"[\w -]{4,}", phrase)})


_SCHEME = read_coding_scheme(ROOT / "samsyn" / "starter" / "coding_scheme.yaml")
FREQUENT_LISTS = {language: words.split() for language, words in FREQUENT.items()}
PHRASES = {
    language: _plain(phrase for code in _SCHEME.codes for phrase in code.indicators.get(language, ()))
    for language in ("en", "da")
}
CUES = {
    language: _plain([*_SCHEME.direction_cues.promotes[language], *_SCHEME.direction_cues.hinders[language]])
    for language in ("en", "da")
}
SUBJECT = {language: _plain(_SCHEME.subject[language]) for language in ("en", "da")}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("records", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for path in write_exports(asked.records, asked.folder, seed=asked.seed):
        print(path)
