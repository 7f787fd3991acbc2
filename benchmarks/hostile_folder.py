"""Files of a review folder are damaged at random: is what is wrong said in words, and does nothing hang?

    python benchmarks/hostile_folder.py                     2,000 rounds, seed 1, two processes
    python benchmarks/hostile_folder.py --rounds 300 --seed 7

A small invented review is made, with decisions of every kind, and rendered; all that a large review keeps in
``.cache`` is kept of it too. Each round damages one file of it (journals, log of sources, sources, protocol,
coding scheme, synthesis.yaml, checklist, output, what is kept): bytes changed, cut, doubled, a key of a line dropped,
a value exchanged for one of another type, a hostile text put in (NUL, half a letter, deep nesting, a number of 5,000
digits, a line of a megabyte, a turned direction of reading). Then what `status`, `check`, `agreement` and the evidence
of `render` call is called, in one round of four `render` itself, and where what is kept was damaged, `duplicates`,
`rank` and `suggest`, which must come to the same as before. Allowed is a ReviewError (said in words) or an outcome;
anything else raised is a crash, and so is a round of more than a minute, or another outcome from a damaged
``.cache``. Printed: damaged, refused in words, noticed by the check, harmless, crashed.

Measured, seed 32, 2,000 rounds: 197 refused in words, 1,321 noticed, 481 harmless (275 of them what is kept), one
crash, of an emptied table of agreement; seed 31 found two others in 1,942 rounds, seed 21 one. All are said in words
since; 900 more rounds of the report's files alone: none.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

from coding_scheme import word_memory
from coding_scheme.language import known_lemmas, written_words
from corpus import ReviewError, Search, kept_readings
from corpus.languages import READ_LANGUAGES, known_words
from samsyn import duplicates_desk, ranking_desk, record_desk, suggestion_desk
from samsyn.review import Review, example_folder

FILES = ("decisions/*/*.jsonl", "sources/sources.jsonl", "sources/*.ris",
         "*.yaml", "decisions/*/.*.last", "schemes/*",
         *("decisions/*/*.jsonl",) * 6, "output/*", *(".cache/**/*",) * 2)  # fmt: skip
HOSTILE = (
    "\x00", "\ud800", "\u202e", "\x1b[2J", "[" * 30_000, '{"a":' * 30_000, "1" * 5_000, "-1e999", "NaN", "null",
    "true", '"', "'", "{", "}", "[]", "{}", '""', ": ", "- ", "\n", "\r", "\t", "&a ", "*a", "!!python/object:x ",
    "w" * 1_000_000, "\ufeff", "😀", "<script>", "../../x", "0x10", "1_000", "2026-02-30", "~", "%", "@", "`",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None,
    0,
    -1,
    1.5,
    True,
    "",
    "x",
    [],
    {},
    [None],
    {"a": 1},
    "\x00",
    "\ud800",
    10**30,
    float("nan"),
)
LONGEST = 60
OUTCOMES = ("damaged", "refused", "noticed", "harmless", "crashed")
Counts = Counter[tuple[str, str]]


def main() -> None:
    """Damage, call, print; end with 1 where anything but words came."""
    n = in_rounds(damage, str(__doc__), 2_000, OUTCOMES)
    raise SystemExit(1 if sum(n[key] for key in n if key[1] == "crashed") else 0)


def in_rounds(
    work: Callable[[range, int], tuple[Counts, list[str]]], said: str, rounds: int, outcomes: Iterable[str]
) -> Counts:
    """Share the rounds that the command line asks for among processes; print and return what was counted."""
    parser = argparse.ArgumentParser(description=said.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    began = time.perf_counter()
    shares = [range(start, chosen.rounds, chosen.processes) for start in range(chosen.processes)]
    with ProcessPoolExecutor(chosen.processes) as pool:
        parts = list(pool.map(work, shares, [chosen.seed] * len(shares)))
    n = sum((part[0] for part in parts), Counter())
    kinds = sorted({kind for kind, _ in n})
    print(f"{'':24}" + "".join(f"{name:>10}" for name in outcomes))
    for name, some in (*((kind, [kind]) for kind in kinds), ("all", kinds)):
        print(f"{name:24}" + "".join(f"{sum(n[kind, what] for kind in some):>10}" for what in outcomes))
    print(*(line for _, told in parts for line in told), sep="\n")
    print(f"{time.perf_counter() - began:.0f} seconds")
    return n


def small_review(folder: Path) -> Review:
    """A review of eight invented records by two people, with decisions of every kind."""
    review = Review.new(folder, scheme="blank")
    entries = "".join(
        f"TY  - JOUR\nTI  - Invented record {number} on partnerships\nAB  - The first word of number {number} helps. "
        f"It rests on trust.\nAU  - Alder, Jo{number}\nPY  - {2000 + number}\nJO  - Invented Studies\nER  - \n\n"
        for number in (1, 2, 3, 4, 5, 6, 7, 7)
    )
    source = folder.with_name("records.ris")
    source.write_text(entries, encoding="utf-8")
    review.add(source, [Search("Scopus", query="trust", hits_reported=6), Search("ERIC", hits_reported=2)])
    example = example_folder()
    for name in ("protocol.yaml", "checklist.yaml"):
        (folder / name).write_bytes((example / name).read_bytes())
    (folder / "synthesis.yaml").write_text(
        "themes:\n- {id: first_theme, en: It matters., studies: 3}\n"
        "findings:\n- {id: RF1, en: It helps., codes: [first_code], direction: promotes}\n",
        encoding="utf-8",
    )
    ids = list(review.records["record_id"])
    rows = [
        {"record_id": name, "stage": stage, "verdict": "include", "note": "read"}
        for name in ids[:5]
        for stage in ("title_abstract", "full_text")
    ]
    review.screen(rows, person="screener-1")
    review.screen([*rows[:4], rows[4] | {"verdict": "exclude", "criterion": "E04_type"}], person="screener-2")
    review.screen([rows[4]], person="adjudicator", adjudicates=True)
    coding = [
        {
            "record_id": name,
            "code_id": "first_code",
            "value": "present",
            "direction": "promotes",
            "field": "abstract",
            "quotation": "It rests on trust.",
            "finding": "It rests.",
            "strength_of_claim": "data",
        }
        for name in ids[:2]
    ]
    review.code(coding, person="coder-1")
    review.code([coding[0] | {"direction": "hinders"}], person="coder-2")
    review.describe([{"record_id": ids[0], "descriptor": "country", "value": "Norway"}], person="coder-1")
    review.judge([{"about": ids[0], "item": "A1", "value": "yes", "explanation": "stated"}], person="coder-1")
    review.decide_duplicates(
        [{"record_id_a": ids[0], "record_id_b": ids[1], "verdict": "different", "person": "coder-1"}]
    )
    return review


def damage(numbers: range, seed: int) -> tuple[Counts, list[str]]:
    """Make the rounds with these numbers; return the counts by kind of file, and the crashes in words."""
    n: Counts = Counter()
    crashes = []
    with keeping_of_small_reviews(), tempfile.TemporaryDirectory(prefix="samsyn-hostile-") as place:
        review = small_review(Path(place, "review"))
        review.render()
        computed(review)
        sound = {False: called(review), True: computed(review)}
        held = held_in(review.folder)
        for number in numbers:
            rng = random.Random(f"{seed} {number}")  # noqa: S311 (no secret)
            pattern = rng.choice(FILES)
            path = rng.choice(sorted(path for path in review.folder.glob(pattern) if held.get(path)))
            what, changed = damaged(held[path], rng)
            path.write_bytes(changed)
            is_kept = pattern.startswith(".cache")
            call = computed if is_kept else rendered if rng.random() < 0.25 else called
            outcome, told = _outcome(call, review, sound[is_kept])
            if is_kept and outcome in ("refused", "noticed"):
                outcome, told = "crashed", "another outcome than without it"
            put_back(review.folder, held)
            n[pattern, "damaged"] += 1
            n[pattern, outcome] += 1
            if outcome == "crashed":
                crashes.append(f"round {number}, {path.relative_to(review.folder)}, {what}: {told}")
                print(crashes[-1], file=sys.stderr, flush=True)
    return n, crashes


@contextmanager
def keeping_of_small_reviews() -> Iterator[None]:
    """Keep of a small review what is else kept of a large one only."""
    with ExitStack() as changed:
        for desk in (record_desk, duplicates_desk, ranking_desk, suggestion_desk):
            changed.enter_context(patch.object(desk, "_KEPT_FROM", 0))
        changed.enter_context(patch.object(kept_readings, "KEPT_FROM_BYTES", 0))
        yield


def held_in(folder: Path) -> dict[Path, bytes]:
    """The files of a folder and what they hold."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put_back(folder: Path, held: dict[Path, bytes]) -> None:
    """Make a folder's files what they were."""
    for path, now in held_in(folder).items():
        if path not in held:
            path.unlink()
        elif now != held[path]:
            path.write_bytes(held[path])
    for path in held.keys() - held_in(folder).keys():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held[path])


def called(review: Review) -> tuple[object, ...]:
    """What the commands call: a fresh look at the folder; the faults that the check says."""
    fresh = Review.open(review.folder)
    fresh.status()
    faults = fresh.check()
    fresh.check_notes()
    fresh.evidence(to_judge=True)
    return tuple(faults)


def rendered(review: Review) -> tuple[object, ...]:
    """The faults that the check says, once the report is made anew."""
    Review.open(review.folder).render()
    return called(review)


def computed(review: Review) -> tuple[object, ...]:
    """What is computed with the help of what is kept."""
    fresh = Review.open(review.folder)
    for language in READ_LANGUAGES:
        # as a new process would: nothing known but what is kept
        for known in (written_words(language).tokens, known_lemmas(language), known_words(language)):
            known.clear()
    word_memory._read.clear()
    found = fresh.duplicates()
    frames = (found.groups, found.doubtful, fresh.records, fresh.rank(), fresh.suggest(all_records=True))
    return tuple(_words(frame) for frame in frames)


def _words(frame: pd.DataFrame | pd.Series) -> str:
    return frame.to_csv(index=True)


def _outcome(
    call: Callable[[Review], tuple[object, ...]], review: Review, sound: tuple[object, ...]
) -> tuple[str, str]:
    def late(*_: object) -> None:
        raise TimeoutError(f"more than {LONGEST} seconds")

    # of this process, whatever else the machine does
    signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    try:
        return ("harmless", "") if call(review) == sound else ("noticed", "")
    except ReviewError as error:
        return "refused", str(error)
    except Exception as error:  # a crash is what is looked for
        steps = traceback.extract_tb(error.__traceback__)
        ours = [step for step in steps if "site-packages" not in step.filename] or steps
        at = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
        return "crashed", f"{type(error).__name__} {str(error)[:100]!r} at {at}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def damaged(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """A file with a random damage that changes it, and which."""
    while True:
        what = rng.choice(
            ("bytes", "cut", "doubled", "hostile", "hostile", "key", "key", "line", "end of value")
        )
        changed = _damage(what, data, rng)
        if changed != data:
            return what, changed


def _damage(what: str, data: bytes, rng: random.Random) -> bytes:  # noqa: PLR0911 (a way each)
    at = rng.randrange(len(data))
    if what == "bytes":
        new = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 4)))
        return data[:at] + new + data[at + len(new) :]
    if what == "cut":
        return data[:at] + data[at + rng.randrange(1, 200) :]
    if what == "doubled":
        return data[:at] + data[max(0, at - 100) : at] * rng.randrange(1, 4) + data[at:]
    if what == "hostile":
        word = rng.choice(HOSTILE).encode("utf-8", "surrogatepass")
        places = [found.start() for found in re.finditer(rb'[\s":,]', data)] or [at]
        at = rng.choice(places) + rng.randrange(2)
        return data[:at] + word + data[at + rng.choice((0, 1, 5)) :]
    if what == "end of value":
        # the rest of a line gives way to something else
        end = data.find(b"\n", at)
        return (
            data[:at]
            + rng.choice(HOSTILE)[:50].encode("utf-8", "surrogatepass")
            + data[end if end >= 0 else len(data) :]
        )
    lines = data.splitlines(keepends=True)
    number = rng.randrange(len(lines))
    if what == "line":
        lines.insert(rng.randrange(len(lines)), lines.pop(number))
        return b"".join(lines)
    try:
        line = json.loads(lines[number])
        name = rng.choice(sorted(line.keys()))
    except (ValueError, AttributeError, IndexError):
        return data
    if rng.random() < 0.4:
        del line[name]
    else:
        line[name] = rng.choice(VALUES)
    lines[number] = json.dumps(line).encode() + b"\n"
    return b"".join(lines)


if __name__ == "__main__":
    main()
