"""Agreement of coders: how long it takes, and whether alpha is that of krippendorff's package.

    python benchmarks/agreement.py
    python benchmarks/agreement.py --records 300 --coders 4 --json figures.json

Invented coders (no person coded anything): each finds 75 % of the codes that are there and 2 % of those that are
not, reads nine records in ten, and marks some words. ``coding_agreement`` then measures each of 46 codes, with
1,000 bootstrap draws over records, at both levels. The package ``krippendorff`` (GPL; not needed to run Samsyn)
measures the same alphas one by one where it is installed, without intervals. Seconds are of one process's CPU, so
that a busy machine is no fault.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

from coding_scheme import (
    Code,
    CodingDecision,
    CodingScheme,
    Segment,
    Theme,
    as_line,
    coding_agreement,
    coding_decisions,
)
from coding_scheme.coded_units import VALUES, CodedRecords
from coding_scheme.verdicts import readers, standing_decisions
from corpus import Wording

N_CODES = 46
TEXT = " ".join(f"Sentence {n} says what trust and time do in the partnership of a town." for n in range(10))


def invented_lines(n_records: int, people: list[str], codes: list[str], seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    lines = []
    for number in range(n_records):
        there = set(rng.choice(N_CODES, 5, replace=False))
        for person in people:
            if rng.random() < 0.1:
                continue
            record = f"r{number}"
            lines.append(as_line(CodingDecision(record, "", "absent", person)))
            for place, code in enumerate(codes):
                if rng.random() < (0.75 if place in there else 0.02):
                    value = "present" if rng.random() < 0.9 else "unclear"
                    start = int(rng.integers(0, 600))
                    words = (Segment("abstract", start, start + 60, TEXT[start : start + 60]),)
                    direction = ("promotes", "hinders")[int(rng.random() < 0.2)] if value == "present" else ""
                    lines.append(as_line(CodingDecision(record, code, value, person, direction, words)))
    return lines


def peer_alphas(decisions: pd.DataFrame, codes: list[str], people: list[str], level: str) -> list[float]:
    import krippendorff

    read_by = readers(decisions, ("blind",))
    coded = CodedRecords(standing_decisions(decisions), read_by, sorted(read_by), codes, people)
    values = coded.by_record().values.astype(float)
    values[values < 0] = np.nan
    return [
        float(krippendorff.alpha(
            reliability_data=values[:, code].T, value_domain=list(range(len(VALUES))),
            level_of_measurement=level,
        ))
        for code in range(len(codes))
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--coders", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    people = [f"coder-{number}" for number in range(1, given.coders + 1)]
    codes = [f"code-{number:02}" for number in range(N_CODES)]
    scheme = CodingScheme("invented", Wording(en="Invented"), (Theme("all", tuple(map(Code, codes))),))
    names = [f"r{number}" for number in range(given.records)]
    records = pd.DataFrame({"record_id": names, "title": "Invented", "abstract": TEXT})
    lines = invented_lines(given.records, people, codes, given.seed)
    figures: dict[str, object] = {"records": given.records, "codes": N_CODES, "coders": given.coders,
                                  "lines": len(lines)}  # fmt: skip
    began = time.process_time()
    decisions = coding_decisions(lines)
    figures["cpu_seconds_lines_to_frame"] = round(time.process_time() - began, 2)
    peers = importlib.util.find_spec("krippendorff") is not None
    for level, scale in (("record", "nominal"), ("record", "ordinal"), ("sentence", "nominal")):
        began = time.process_time()
        found = coding_agreement(decisions, scheme, records, level=level, scale=scale)
        figures[f"cpu_seconds_{level}_{scale}"] = round(time.process_time() - began, 2)
        if peers and level == "record":
            began = time.process_time()
            theirs = peer_alphas(decisions, codes, people, scale)
            figures[f"cpu_seconds_krippendorff_{scale}"] = round(time.process_time() - began, 2)
            apart = np.abs(found.presence["alpha"].to_numpy()[1:] - np.array(theirs)).max()
            figures[f"largest_difference_in_alpha_{scale}"] = float(f"{apart:.1e}")
    for name, value in figures.items():
        print(f"{name:40} {value}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
