"""What holds for any set of records: their order, adding in slices, copies, merging twice, undoing."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import find_duplicates, merge_duplicates

SUBJECTS = (
    "trust between neighbours", "time for talk among partners", "shared budgets of municipalities",
    "breadth of membership in boards", "quiet leadership in housing", "the price of a common office",
)  # fmt: skip
SETTINGS = ("a harbour district", "three islands", "a mining town", "rural schools", "the old tannery")
FAMILIES = ("Alder", "Birk", "Elm", "Hazel", "Vine", "Willow")
works = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(SUBJECTS),
        "setting": st.sampled_from(SETTINGS),
        "authors": st.lists(st.sampled_from(FAMILIES), min_size=1, max_size=3, unique=True),
        "year": st.integers(2001, 2020),
        "volume": st.integers(1, 40),
        "page": st.integers(1, 900),
        "doi": st.booleans(),
    }
)
# how a copy of a work may look in another database
changes = st.sampled_from(["none", "capitals", "initials", "no pages", "no doi", "next year", "subtitle"])
drawn = st.lists(st.tuples(works, st.lists(changes, min_size=1, max_size=3)), min_size=1, max_size=12)


def frame(drawn_works) -> pd.DataFrame:
    """Invented records: each work once or several times, each time a little different."""
    rows = []
    for number, (work, seen_as) in enumerate(drawn_works):
        for copy, change in enumerate(seen_as):
            row = {
                "record_id": f"db{copy}:{number}",
                "title": f"On {work['subject']} in {work['setting']} {number + 100}",
                "authors": "; ".join(f"{name}, Robin" for name in work["authors"]),
                "year": work["year"],
                "journal": "Imaginary Journal of Trust",
                "volume": str(work["volume"]),
                "issue": "1",
                "pages": f"{work['page']}-{work['page'] + 9}",
                "doi": f"10.5555/{number}" if work["doi"] else "",
            }
            if change == "capitals":
                row["title"] = row["title"].upper()
            elif change == "initials":
                row["authors"] = "; ".join(f"{name}, R." for name in work["authors"])
            elif change == "no pages":
                row |= {"pages": "", "volume": "", "issue": ""}
            elif change == "no doi":
                row["doi"] = ""
            elif change == "next year":
                row["year"] += 1
            elif change == "subtitle":
                row["title"] += ": a case study"
            rows.append(row)
    return pd.DataFrame(rows)


def partition(groups: pd.Series) -> set[frozenset[str]]:
    return {frozenset(names) for names in groups.groupby(groups).groups.values()}


def pairs(frame: pd.DataFrame) -> set[tuple[str, str, str]]:
    return set(zip(frame["record_id_a"], frame["record_id_b"], frame["why"], strict=True))


@given(drawn, st.randoms(use_true_random=False))
def test_order_of_records_and_of_fields_does_not_matter(drawn_works, random):
    records = frame(drawn_works)
    rows, columns = list(range(len(records))), list(records.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    found, other = find_duplicates(records), find_duplicates(records.iloc[rows][columns])
    assert partition(found.groups) == partition(other.groups)
    assert pairs(found.doubtful) == pairs(other.doubtful)


@settings(max_examples=12)  # each compares five times
@given(drawn, st.integers(0, 40), st.integers(0, 40))
def test_adding_in_slices_gives_the_same_as_at_once(drawn_works, first, second):
    records = frame(drawn_works)
    found, start = None, 0
    added = find_duplicates(records.head(0))
    for end in (*sorted((first, second)), len(records)):
        found = find_duplicates(records.iloc[:end], earlier=found)
        # a record that was there before is left out, also where it has changed
        added = find_duplicates(
            pd.concat([records.iloc[start:end], records.head(min(start, 1)).assign(title="Other")]),
            earlier=added,
            only_new=True,
        )
        start = end
    whole = find_duplicates(records)
    for one in (found, added):
        assert one.groups.equals(whole.groups)
        assert one.doubtful.equals(whole.doubtful)
        assert one.matches.equals(whole.matches)


@given(st.lists(works, min_size=1, max_size=12))
def test_a_set_with_itself_gives_exactly_pairs(listed):
    records = frame([(work, ["none"]) for work in listed])
    again = records.assign(record_id="again:" + records["record_id"])
    groups = find_duplicates(pd.concat([records, again])).groups
    assert partition(groups) == {frozenset({name, f"again:{name}"}) for name in records["record_id"]}


@given(drawn)
def test_merging_what_was_merged_changes_nothing_that_is_sure(drawn_works):
    """The unique records are as many, and merged with themselves they are themselves."""
    records = frame(drawn_works)
    unique = merge_duplicates(records, find_duplicates(records))
    itself = merge_duplicates(unique, pd.Series(unique["record_id"].tolist(), index=unique["record_id"]))
    columns = ["record_id", "title", "authors", "year", "pages", "doi"]
    assert itself[columns].equals(unique[columns])
    assert unique["members"].str.split("; ").map(len).sum() == len(records)


@settings(max_examples=12)
@given(drawn, st.data())
def test_people_s_word_holds_and_without_it_all_is_as_before(drawn_works, data):
    records = frame(drawn_works)
    before = find_duplicates(records)
    names = sorted(records["record_id"])
    if len(names) < 2:
        return
    a, b = data.draw(st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True))
    for verdict in ("same", "different"):
        said = pd.DataFrame([{"record_id_a": a, "record_id_b": b, "verdict": verdict, "person": "ann"}])
        found = find_duplicates(records, said, earlier=before)
        assert (found.groups[a] == found.groups[b]) == (verdict == "same")
        assert not {(a, b), (b, a)} & {(x, y) for x, y, _ in pairs(found.doubtful)}
        taken_back = find_duplicates(records, said.iloc[:0], earlier=found)
        assert taken_back.groups.equals(before.groups)
        assert taken_back.doubtful.equals(before.doubtful)


def test_a_labelled_set_in_slices_gives_the_same_groups_and_compares_only_what_is_new(shared_data):
    folder = shared_data / "dedup" / "cardiac"
    records = pd.read_csv(folder / "records.csv.gz", dtype="str", keep_default_na=False)
    records = records.rename(columns={"ID": "record_id", "author": "authors", "number": "issue"})
    whole, found, compared = find_duplicates(records), None, []
    for start, end in pairwise(np.linspace(0, len(records), 11).astype(int)):
        found = find_duplicates(records.iloc[start:end], earlier=found, only_new=found is not None)
        compared.append(found.compared.n_compared)
    assert found.groups.equals(whole.groups)
    assert found.doubtful.equals(whole.doubtful)
    assert max(compared) < 0.3 * whole.compared.n_compared
    assert find_duplicates(records, earlier=found).compared.n_compared == 0
    # the order of files
    rows = np.random.RandomState(3).permutation(len(records))
    assert partition(find_duplicates(records.iloc[rows]).groups) == partition(whole.groups)


@pytest.mark.parametrize("n", [0, 1])
def test_a_set_of_none_or_one_has_no_duplicates(n):
    records = pd.DataFrame({"record_id": ["a:1"][:n], "title": ["Trust"][:n]})
    found = find_duplicates(records)
    assert (len(found.groups), len(found.doubtful), len(found.matches), len(found.cut)) == (n, 0, 0, 0)
    assert len(merge_duplicates(records, found)) == n
