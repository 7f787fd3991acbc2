"""Suggestions by rules: records per second and core, beside spaCy's tokenizer alone and its SpanRuler.

    python benchmarks/suggestions.py FOLDER [--records 10000] [--seed 1] [--scheme FILE]

FOLDER holds topic/ (exports of topic searches) and coding/ (da_ddt-ud-dev.conllu, danish_english_stance.csv).

The texts are made up of real sentences, drawn with replacement until there are 200 words: the English ones from
the abstracts in topic/; the Danish ones from the newspaper and parliament sentences in coding/. In both one
sentence in ten is invented around an indicator and a cue of the scheme, so that no language has an easy time
for want of hits. All is measured in CPU seconds of one core, first run, everything included (dictionaries,
learning of words, the finished frame); the last column is from a second run. The peers are spaCy's blank tokenizer
alone, and a blank pipeline with sentencizer, lemmas (simplemma, one look-up per form) and a SpanRuler over the
scheme's indicators as lemma phrases, with the dictionaries loaded already; it knows no stars, gaps, exclude
phrases, directions or mixed languages.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coding_scheme import CodingScheme, read_coding_scheme, sentences, suggest
from corpus import read_records
from samsyn import Review

N_WORDS = 200
INVENTED = 0.1
FRAMES = {
    "en": "In this study of the partners, {cue} the {indicator} in the local work.",
    "da": "I dette studie af parterne er der {cue} den {indicator} i det lokale arbejde.",
}
COMMAND = "import sys; sys.argv[1:] = {words!r}; from samsyn.command_line import main; main()"
FIRST = """
from contextlib import nullcontext
from pathlib import Path
import pandas as pd
from coding_scheme import read_coding_scheme, suggest, words_remembered
known = {known!r}
with words_remembered(Path(known)) if known else nullcontext():
    suggest(pd.DataFrame([{{"record_id": "r1", "abstract": {text!r}}}]), read_coding_scheme({scheme!r}))
"""
TEXTS = {
    "English": "Meetings of the partners promote trust in the partnership.",
    "Danish": "Møderne mellem parterne fremmer tilliden i partnerskabet.",
}


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    shipped = Path(str(files("samsyn"))) / "starter" / "coding_scheme.yaml"
    parser.add_argument("--scheme", type=Path, default=shipped)
    arguments = parser.parse_args()
    scheme = read_coding_scheme(arguments.scheme)
    phrases = {language: indicators(scheme, language) for language in ("en", "da")}
    print(f"{len(scheme.codes)} codes, indicators: { {key: len(each) for key, each in phrases.items()} }")
    pools = {"en": english(arguments.folder), "da": danish(arguments.folder)}
    print(f"sentences to draw from: { {language: len(pool) for language, pool in pools.items()} }\n")
    print(
        "language    records  CPU s  records/s  suggestions  tokenizer/s  ratio  SpanRuler/s  ratio  again/s"
    )
    for language, pool in pools.items():
        rng = np.random.default_rng(arguments.seed)
        cues, frame = scheme.direction_cues, FRAMES[language]
        said = [cue for kind in (cues.promotes, cues.hinders, cues.negation) for cue in kind[language]]
        texts = [abstract(pool, said, phrases[language], frame, rng) for _ in range(arguments.records)]
        print_speed(texts, scheme, language)
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n")
    print_start(arguments.scheme)


def print_speed(texts: list[str], scheme: CodingScheme, language: str) -> None:
    records = pd.DataFrame({"record_id": [f"r{number}" for number in range(len(texts))], "abstract": texts})
    suggestions: list[pd.DataFrame] = []
    ours = cpu_seconds(lambda: suggestions.append(suggest(records, scheme)))
    tokenizer = spacy_tokenizer(language)
    tokens = cpu_seconds(lambda: [tokenizer(text) for text in texts])
    some = texts[: max(1, len(texts) // 5)]
    pipeline = span_ruler(scheme, language)
    ruled = cpu_seconds(lambda: [pipeline(text).spans for text in some]) * len(texts) / len(some)
    again = cpu_seconds(lambda: suggest(records, scheme))
    n = len(texts)
    print(
        f"{language:10} {n:8} {ours:6.1f} {n / ours:10.0f} {len(suggestions[0]):12} {n / tokens:12.0f} "
        f"{tokens / ours:6.2f} {n / ruled:12.0f} {ruled / ours:6.2f} {n / again:8.0f}",
        flush=True,
    )


def cpu_seconds(do: Callable[[], Any]) -> float:
    start = time.process_time()
    do()
    return time.process_time() - start


# --- texts ----------------------------------------------------------------------------------------------


def english(folder: Path) -> list[str]:
    abstracts = [
        text
        for path in sorted((folder / "topic").iterdir())
        for text in read_records(path).records["abstract"]
    ]
    return [text[start:end] for text in abstracts if text for start, end in sentences(text, "en")]


def danish(folder: Path) -> list[str]:
    lines = (folder / "coding" / "da_ddt-ud-dev.conllu").read_text(encoding="utf-8").splitlines()
    news = [line.removeprefix("# text = ") for line in lines if line.startswith("# text = ")]
    speeches = pd.read_csv(folder / "coding" / "danish_english_stance.csv")["da"].dropna()
    return news + [text[start:end] for text in speeches for start, end in sentences(text, "da")]


def abstract(pool: list[str], said: list[str], listed: list[str], frame: str, rng: Any) -> str:
    words: list[str] = []
    while len(words) < N_WORDS:
        if rng.random() < INVENTED:
            cue, indicator = said[rng.integers(len(said))], listed[rng.integers(len(listed))]
            sentence = frame.format(cue=cue, indicator=indicator).replace("[0-9]+", "12")
            words += sentence.replace("*", "").split()
        else:
            words += pool[rng.integers(len(pool))].split()
    return " ".join(words[:N_WORDS])


def indicators(scheme: CodingScheme, language: str) -> list[str]:
    # "trust* @citizens" is written with the first word of that group beside it
    first = {
        f"@{name}": listed[language][0] for name, listed in scheme.word_groups.items() if listed.get(language)
    }
    listed = (
        " ".join(first.get(word, word) for word in phrase.split())
        for code in scheme.codes
        for phrases in (code.indicators, code.weak_indicators)
        for phrase in phrases.get(language, ())
    )
    return list(dict.fromkeys(listed))


# --- peers ----------------------------------------------------------------------------------------------


def spacy_tokenizer(language: str) -> Callable[[str], Any]:
    import spacy

    return spacy.blank(language).make_doc


def span_ruler(scheme: CodingScheme, language: str) -> Any:
    import simplemma
    import spacy
    from spacy.language import Language

    @cache
    def lemma(form: str) -> str:
        return simplemma.lemmatize(form, lang=language)

    @Language.component(f"peer_lemmas_{language}")
    def lemmas(doc: Any) -> Any:
        for token in doc:
            token.lemma_ = lemma(token.lower_)
        return doc

    nlp = spacy.blank(language)
    nlp.add_pipe("sentencizer")
    nlp.add_pipe(f"peer_lemmas_{language}")
    ruler = nlp.add_pipe("span_ruler", config={"phrase_matcher_attr": "LEMMA"})
    ruler.add_patterns(
        [
            {"label": code.id, "pattern": phrase.replace("*", "")}
            for code in scheme.codes
            for phrase in code.indicators.get(language, ())
        ]
    )
    return nlp


# --- start ----------------------------------------------------------------------------------------------


def print_start(scheme: Path) -> None:
    commands = {"samsyn suggest --help": ["-c", COMMAND.format(words=["suggest", "--help"])]}
    review = Review.new(Path(tempfile.mkdtemp(), "review")).folder
    for language, text in TEXTS.items():
        export = review.with_name(f"{language}.ris")
        export.write_text(f"TY  - JOUR\nTI  - {language}\nAB  - {text}\nER  - \n", encoding="utf-8")
        Review.open(review).add(export)
    # from the second run on the words are known
    again = COMMAND.format(words=["suggest", "--review", str(review)])
    commands["samsyn suggest, a record in each language"] = ["-c", again]
    for language, text in TEXTS.items():
        for name, known in (
            ("no word known", ""),
            ("words remembered", str(review / ".cache" / "words.json")),
        ):
            first = FIRST.format(text=text, scheme=str(scheme), known=known)
            commands[f"import and first suggestion, {language}, {name}"] = ["-c", first]
    print(f"{'start, median of five after one run':56}   wall s  CPU s")
    for name, command in commands.items():
        runs = [seconds_of(command) for _ in range(6)][1:]
        wall, cpu = (statistics.median(each) for each in zip(*runs, strict=True))
        print(f"{name:56} {wall:8.2f} {cpu:6.2f}", flush=True)


def seconds_of(command: list[str]) -> tuple[float, float]:
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu


if __name__ == "__main__":
    main()
