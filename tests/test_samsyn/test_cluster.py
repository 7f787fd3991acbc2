"""The same commands on Dask: a scheduler and two workers as processes of their own, over TCP."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

pytest.importorskip("distributed")
from samsyn import Review
from samsyn.command_line import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler with two workers that a nanny starts again when they die."""
    folder = tmp_path_factory.mktemp("dask")
    program = (
        "import sys, pathlib, time\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    cluster = LocalCluster(n_workers=2, threads_per_worker=1, host='127.0.0.1', protocol='tcp://',\n"
        "                           dashboard_address=None, silence_logs=60)\n"
        "    print(cluster.scheduler_address, flush=True)\n"
        "    sys.stdin.read()\n"
        "    cluster.close()\n"
    )
    script = folder / "scheduler.py"
    script.write_text(program, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture(scope="module")
def cluster(scheduler, tmp_path_factory):
    from samsyn.cluster import connected

    with connected(scheduler, str(tmp_path_factory.mktemp("parts"))) as found:
        yield found


def run(*arguments, code=0):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


def generated(n, seed=3):
    """Invented records, a fifth of them again with damage."""
    rng = np.random.default_rng(seed)
    words = [f"{stem}{end}" for stem in ("trust", "net", "bridge", "steel", "plan", "care", "river", "school",
             "market", "power") for end in ("", "s", "ing", "work", "ful", "er")]  # fmt: skip
    rows = []
    for i in range(n):
        if rows and rng.random() < 0.2:
            twin = dict(rows[int(rng.integers(len(rows)))])
            twin.update(record_id=f"wos:{i}", abstract=twin["abstract"][: int(rng.integers(20, 400))])
            if rng.random() < 0.5:
                twin.update(doi="", title=twin["title"].upper())
            rows.append(twin)
            continue
        title = " ".join(rng.choice(words, 8)).capitalize()
        abstract = ". ".join(" ".join(rng.choice(words, 12)).capitalize() for _ in range(6)) + "."
        rows.append({
            "record_id": f"scopus:{i}", "title": title, "abstract": abstract, "language": "en",
            "authors": f"{rng.choice(words).capitalize()}, A.; {rng.choice(words).capitalize()}, B.",
            "year": int(rng.integers(2000, 2025)), "journal": f"Journal of {rng.choice(words)}",
            "volume": str(rng.integers(1, 40)), "issue": str(rng.integers(1, 6)),
            "pages": f"{(first := int(rng.integers(1, 900)))}-{first + 9}", "doi": f"10.5555/x{i}",
        })  # fmt: skip
    return pd.DataFrame(rows)


def test_suggestions_on_a_cluster_are_the_same_to_the_byte(example_copy, scheduler, tmp_path):
    run("suggest", "--all", "--review", example_copy, "--csv", tmp_path / "here.csv")
    run("suggest", "--all", "--review", example_copy, "--csv", tmp_path / "there.csv", "--dask", scheduler)
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    assert not list((example_copy / ".cache" / "dask").rglob("*.parquet"))


def test_suggestions_of_a_thousand_records_are_the_same(example_copy, cluster):
    from coding_scheme import suggest
    from samsyn.cluster.suggesting import suggested

    scheme, records = Review.open(example_copy).scheme, generated(1000)
    records["abstract"] += " The partnership was strengthened by trust. Lack of time hindered the network."
    here = suggest(records, scheme)
    assert len(here) > 1000
    pd.testing.assert_frame_equal(suggested(cluster, records, scheme), here)


def test_comparisons_of_some_thousand_records_are_the_same(cluster):
    from corpus import find_duplicates
    from corpus.duplicates.compared import compare_records
    from corpus.records import as_records
    from samsyn.cluster.comparing import compared_on

    records = generated(3000)
    here, there = find_duplicates(records), find_duplicates(records, earlier=compared_on(cluster, records))
    assert there.compared.n_compared < here.compared.n_compared / 10  # nothing but the pairs within groups
    assert here.groups.nunique() < 2700
    pd.testing.assert_series_equal(there.groups, here.groups)
    pd.testing.assert_frame_equal(there.doubtful, here.doubtful)
    one, other = compare_records(as_records(records)), compared_on(cluster, records)
    pd.testing.assert_frame_equal(other.pairs, one.pairs)
    pd.testing.assert_frame_equal(other.prepared, one.prepared)
    assert (other.keys == one.keys).all()
    assert other.n_compared == one.n_compared


def test_comparing_nothing_and_one(cluster):
    from samsyn.cluster.comparing import compared_on

    for n in (0, 1):
        few = generated(1).head(n)
        there = compared_on(cluster, few)
        assert len(there.prepared) == n
        assert there.pairs.empty


def test_a_review_added_and_compared_on_a_cluster_is_the_same(example_copy, scheduler, tmp_path):
    export = tmp_path / "more.csv"
    generated(300).to_csv(export, index=False)
    there = run("add", export, "--review", example_copy, "--dask", scheduler, "--json").stdout
    rows = Review.open(example_copy).sources
    assert f'"n_records": {rows["n_records"].iloc[-1]}' in there
    for command in ("duplicates", "rank"):
        here = run(command, "--review", example_copy, "--json").stdout
        assert run(command, "--review", example_copy, "--json", "--dask", scheduler).stdout == here
    from samsyn.cluster import connected

    with connected(scheduler, str(tmp_path / "parts")) as cluster:
        on_cluster, alone = Review.open(example_copy), Review.open(example_copy)
        on_cluster.cluster = cluster
        pd.testing.assert_frame_equal(on_cluster.records, alone.records)
        pd.testing.assert_frame_equal(on_cluster.sources, alone.sources)
        pd.testing.assert_frame_equal(on_cluster.warnings, alone.warnings)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "here", "local:0"])
def test_no_scheduler_is_said_in_one_sentence(example_copy, address):
    said = run("rank", "--review", example_copy, "--dask", address, code=2).stderr
    assert said.startswith("samsyn: ")
    assert len(said.strip().splitlines()) == 1
    assert address in said


@pytest.mark.parametrize(
    "settings", [{}, {"classifier": "logistic"}, {"features": "terms", "longest_term": 1}]
)
def test_scores_of_a_thousand_records_are_the_same(cluster, settings):
    from corpus.ranking import Ranker
    from corpus.ranking_parts import RankingSettings
    from samsyn.cluster.ranking import PartitionedRanker

    records, chosen = generated(1000, seed=5), RankingSettings(**settings)
    labels = {name: int(place % 7 == 0) for place, name in enumerate(records["record_id"][:90])}
    for query in ("", "trust in networks"):
        here = Ranker(records, query=query, settings=chosen, seed=4)
        there = PartitionedRanker(cluster, records, query=query, settings=chosen, seed=4)
        for said in ({}, dict(list(labels.items())[:2]), labels):
            # where the last ranking ended the next begins, which shows in the last digits
            expected, found = here.start_again(4).rank(said), there.start_again(4).rank(said)
            assert found["record_id"].tolist() == expected["record_id"].tolist()
            np.testing.assert_allclose(found["score"], expected["score"], rtol=0, atol=1e-9)
            top = expected["record_id"].head(20)
            assert there.reasons(top) == here.reasons(top)
        others = records["record_id"][500:700]
        here.start_again(4), there.start_again(4)
        assert there.worth_a_look(labels, others) == here.worth_a_look(labels, others)


def test_a_classifier_that_weighs_every_term_is_refused(cluster):
    from corpus.errors import UsageError
    from corpus.ranking_parts import RankingSettings
    from samsyn.cluster.ranking import PartitionedRanker

    with pytest.raises(UsageError, match="naive_bayes"):
        PartitionedRanker(
            cluster, generated(5), query="", settings=RankingSettings(classifier="naive_bayes"), seed=1
        )


def stages(cluster, review, records):
    """Each stage as a call that takes what wraps its progress, and what one machine gives."""
    from coding_scheme import suggest
    from corpus import find_duplicates
    from corpus.ranking import Ranker
    from corpus.ranking_parts import RankingSettings
    from samsyn.cluster.comparing import compared_on
    from samsyn.cluster.ranking import PartitionedRanker
    from samsyn.cluster.suggesting import suggested

    scheme, settings, labels = review.scheme, RankingSettings(), {records["record_id"][0]: 1}
    of_ranker = {"query": "trust", "settings": settings, "seed": 1}
    return {
        "suggest": (lambda progress: suggested(cluster, records, scheme, progress), suggest(records, scheme)),
        "duplicates": (lambda progress: compared_on(cluster, records, progress).pairs,
                       find_duplicates(records).compared.pairs.query("not within").reset_index(drop=True)),
        "rank": (lambda progress: PartitionedRanker(cluster, records, progress=progress, **of_ranker)
                 .rank(labels), Ranker(records, **of_ranker).rank(labels)),
    }  # fmt: skip


@pytest.mark.parametrize("stage", ["suggest", "duplicates", "rank"])
def test_a_killed_worker_and_an_interrupted_client_cost_nothing(example_copy, cluster, stage):
    call, expected = stages(cluster, Review.open(example_copy), generated(400, seed=8))[stage]

    def killing(steps):
        for place, step in enumerate(steps):
            if place == 0:
                os.kill(min(cluster.client.run(os.getpid).values()), signal.SIGKILL)
            yield step

    def interrupted(steps):
        for _ in steps:
            raise KeyboardInterrupt
        yield

    pd.testing.assert_frame_equal(call(killing), expected)
    with pytest.raises(KeyboardInterrupt):
        call(interrupted)
    assert not list(Path(cluster.store.path).rglob("*.part"))
    pd.testing.assert_frame_equal(call(None), expected)


def test_a_full_disk_is_said_and_leaves_no_half_of_a_file(example_copy, cluster, tmp_path):
    from corpus.errors import ReviewError
    from samsyn.cluster import Cluster, Store
    from samsyn.cluster.suggesting import suggested

    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=False,
                             capture_output=True)  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        on_small, scheme = Cluster(cluster.client, Store(str(small))), Review.open(example_copy).scheme
        with pytest.raises(ReviewError, match=r"No space left on device.*then the same command again"):
            suggested(on_small, generated(800), scheme)
        assert not list(small.rglob("*.part"))
        subprocess.run(["mount", "-o", "remount,size=32m", str(small)], check=True)
        pd.testing.assert_frame_equal(
            suggested(on_small, generated(800), scheme), suggested(cluster, generated(800), scheme)
        )
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_parts_on_a_url_and_a_part_that_is_no_parquet(tmp_path):
    from corpus.errors import ReviewError
    from samsyn.cluster import Store

    for path in ("memory://parts", f"file://{tmp_path}/parts"):
        store, frame = Store(path), generated(20)
        store.write("a/b", frame)
        pd.testing.assert_frame_equal(store.read("a/b"), frame)
    broken = tmp_path / "parts" / "a" / "b.parquet"
    broken.write_bytes(b"\x80\x04cposix\nsystem\n")
    with pytest.raises(ReviewError, match="cannot be read"):
        Store(str(tmp_path / "parts")).read("a/b")
    with pytest.raises(ReviewError, match="does not find a/c"):
        Store(str(tmp_path / "parts")).read("a/c")
