"""Adding a set slice by slice: the same groups as at once, what each slice costs, and what of it grows.

    python benchmarks/duplicate_slices.py FOLDER [--sets cardiac depression] [--slices 10]

FOLDER as for ``benchmarks/duplicates.py``. Every slice is added twice: in the room (``find_duplicates`` with what was
found before and the new records only) and through the front door (``Review.add`` and ``Review.duplicates`` of a RIS file, the review opened anew
for each slice, so that all comes from its folder). CPU seconds of this process. The cost is fitted to
a + b * (pairs compared) + c * (records there before): ``a`` and ``b`` are the slice's own, ``c`` is what every record
there costs once more.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from duplicates import Set, read_set


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="+", metavar="NAME", default=["cardiac"])
    parser.add_argument("--slices", type=int, default=10)
    asked = parser.parse_args()
    for name in asked.sets:
        slices(name, read_set(asked.folder / name), asked.slices)


def slices(name: str, one: Set, n_slices: int = 10) -> None:
    """Print the table of one set."""
    from corpus import find_duplicates, write_records
    from samsyn import Review

    records = one[0]
    # what is loaded or compiled on first use is not the first slice's cost
    find_duplicates(records.iloc[:200])
    began = time.process_time()
    whole = find_duplicates(records)
    at_once = time.process_time() - began
    ends = np.linspace(0, len(records), n_slices + 1).astype(int)
    print(f"\n{name} at once: {at_once:.2f} CPU s; in {n_slices} slices (CPU s):")
    print(f"{'slice':>5}{'there before':>14}{'new':>7}{'pairs compared':>16}{'room':>8}{'front door':>12}")
    found, room, door, n_pairs = None, [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "review")
        Review.new(folder)
        for number, (start, end) in enumerate(pairwise(ends), start=1):
            began = time.process_time()
            found = find_duplicates(records.iloc[start:end], earlier=found, only_new=found is not None)
            room.append(time.process_time() - began)
            file = Path(scratch, f"slice-{number:03}.ris")
            write_records(records.iloc[start:end], file)
            review = Review.open(folder)
            began = time.process_time()
            review.add(file)
            review.duplicates()
            door.append(time.process_time() - began)
            n_pairs.append(found.compared.n_compared)
            print(
                f"{number:>5}{start:>14,}{end - start:>7,}{n_pairs[-1]:>16,}{room[-1]:>8.2f}{door[-1]:>12.2f}",
                flush=True,
            )
    for way, costs in (("room", room), ("front door", door)):
        print(f"  {way}: {fitted(ends[:-1], n_pairs, costs)}")
    for what in ("groups", "doubtful"):
        same = getattr(found, what).equals(getattr(whole, what))
        print(f"  {what} the same as at once: {'yes' if same else 'NO'}")


def fitted(before: np.ndarray, n_pairs: list[int], costs: list[float]) -> str:
    """The costs by least squares, without the first slice, on which nothing lay before."""
    known = np.column_stack([np.ones(len(before)), n_pairs, before])[1:]
    own, of_pair, grows = np.linalg.lstsq(known, np.array(costs[1:]), rcond=None)[0]
    typical, last = own + of_pair * np.median(n_pairs[1:]), grows * before[-1]
    return (
        f"{own:.2f} s a slice + {of_pair * 1e6:.0f} microseconds a pair + {grows * 1e6:.1f} for each record there "
        f"before: {typical:.2f} s for a slice of usual pairs, {last:.2f} s more at the last one"
    )


if __name__ == "__main__":
    main()
