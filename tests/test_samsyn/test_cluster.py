"""The same commands on Dask: a scheduler and two workers as processes of their own, over TCP."""

import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

pytest.importorskip("distributed")
from corpus.errors import ReviewError, UsageError
from samsyn import Review
from samsyn.command_line import main

ROOT = Path(__file__).parents[2]
# each record has something to suggest
SAID = "The partnership was strengthened by trust."
CLUSTER = """
import sys
import dask
from distributed import LocalCluster
if __name__ == "__main__":
    # a worker is copied from a process that has loaded all it needs: it is there again sooner
    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    from distributed.utils import get_mp_context
    get_mp_context().set_forkserver_preload(["distributed", "loaded"])
    said = {"n_workers": int(sys.argv[1]), "processes": sys.argv[1] != "1", "threads_per_worker": 1}
    cluster = LocalCluster(host="127.0.0.1", protocol="tcp://", dashboard_address="127.0.0.1:0",
                           silence_logs=60, **said)
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
    cluster.close()
"""
LOADED = """
import sys
from pathlib import Path
import scipy.sparse, sklearn.feature_extraction.text, sklearn.svm
import samsyn
from coding_scheme import read_coding_scheme, suggest
from corpus.records import records_frame
from samsyn.cluster import adding, comparing, ranking, suggesting
scheme = read_coding_scheme(Path(samsyn.__file__).parent / "starter" / "coding_scheme.yaml")
one = {"record_id": "a", "title": "Trust", "abstract": "Lack of trust.", "language": "en"}
suggest(records_frame([one]), scheme)
"""


def started(folder, n_workers):
    """A scheduler and its workers, which a nanny starts again when they die; and its address."""
    script = folder / "scheduler.py"
    script.write_text(CLUSTER, encoding="utf-8")
    (folder / "loaded.py").write_text(LOADED, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script), str(n_workers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
    )  # fmt: skip
    return process, process.stdout.readline().strip()


def ended(process):
    process.stdin.close()
    process.wait(timeout=60)
    process.stdout.close()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    process, address = started(tmp_path_factory.mktemp("dask"), 2)
    yield address
    ended(process)


@pytest.fixture(scope="module", autouse=True)
def small_parts():
    """Few records in as many parts and buckets as a hundred thousand."""
    from coding_scheme import suggested_parts
    from samsyn.cluster import comparing, ranking, store

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "FEWEST_ROWS", 40)
        patch.setattr(suggested_parts, "PART", 40)
        patch.setattr(comparing, "_RECORDS_OF_A_BUCKET", 100)
        patch.setattr(ranking, "_RECORDS_OF_A_BUCKET", 100)
        yield


@pytest.fixture(scope="module")
def cluster(scheduler, tmp_path_factory):
    from samsyn.cluster import connected

    with connected(scheduler, str(tmp_path_factory.mktemp("parts"))) as found:
        yield found


@pytest.fixture(scope="module")
def records():
    return generated(240)


@pytest.fixture
def review(tmp_path):
    """A review folder without records."""
    run("new", tmp_path / "review")
    return tmp_path / "review"


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
        abstract = ". ".join(" ".join(rng.choice(words, 12)).capitalize() for _ in range(3)) + ". " + SAID
        rows.append({
            "record_id": f"scopus:{i}", "title": title, "abstract": abstract, "language": "en",
            "authors": f"{rng.choice(words).capitalize()}, A.; {rng.choice(words).capitalize()}, B.",
            "year": int(rng.integers(2000, 2025)), "journal": f"Journal of {rng.choice(words)}",
            "volume": str(rng.integers(1, 40)), "issue": str(rng.integers(1, 6)),
            "pages": f"{(first := int(rng.integers(1, 900)))}-{first + 9}", "doi": f"10.5555/x{i}",
        })  # fmt: skip
    return pd.DataFrame(rows)


def decided(records, n=60):
    return {name: int(place % 7 == 0) for place, name in enumerate(records["record_id"][:n])}


def test_the_commands_on_a_cluster_give_the_same_to_the_byte(review, records, scheduler, tmp_path):
    for place in range(3):
        records[place::3].to_csv(tmp_path / f"{place}.csv", index=False)
    exports = [tmp_path / f"{place}.csv" for place in range(3)]
    there = review.with_name("there")
    shutil.copytree(review, there)
    for command in (
        ["add", *exports[:2]],
        ["add", exports[2], "--database", "Scopus"],
        ["duplicates"],
        ["rank", "--csv"],
        ["suggest", "--all", "--csv"],
    ):
        for folder, more in ((review, []), (there, ["--dask", scheduler])):
            table = [folder.with_suffix(f".{command[0]}")] if command[-1] == "--csv" else []
            said = run(*command, *table, "--json", "--review", folder, *more).stdout
            (folder / "said").write_text(said, encoding="utf-8")
            for written in table:
                (folder / "said").write_bytes(said.encode() + written.read_bytes())
        assert (there / "said").read_bytes() == (review / "said").read_bytes()
    here, far = Review.open(review), Review.open(there)
    pd.testing.assert_frame_equal(far.records, here.records)
    pd.testing.assert_frame_equal(far.sources, here.sources)
    # the features of the ranking are there for the next time, nothing else
    kept = {path.parent.name for path in (there / ".cache" / "dask").rglob("*") if path.is_file()}
    assert kept == {"rank"}


def test_a_source_that_was_read_is_not_read_again(review, tmp_path, cluster, monkeypatch):
    from corpus import Search, add_source, kept_readings
    from samsyn.cluster import adding

    monkeypatch.setattr(kept_readings, "KEPT_FROM_BYTES", 0)
    sent = []
    begun = adding._begun
    monkeypatch.setattr(adding, "_begun", lambda *of: sent.append(of[-1]) or begun(*of))
    for place in range(3):
        generated(9, seed=place).to_csv(tmp_path / f"{place}.csv", index=False)
        add_source(review / "sources", tmp_path / f"{place}.csv", Search())
        on_cluster = Review.open(review)
        on_cluster.cluster = cluster
        assert len(on_cluster.collection().sources) == place + 1
    assert sent == [0, 1, 2]
    pd.testing.assert_frame_equal(on_cluster.collection().records, Review.open(review).collection().records)


def test_files_that_cannot_be_read_are_said_as_without_a_cluster(review, tmp_path, scheduler):
    notes, good = tmp_path / "notes.txt", tmp_path / "good.csv"
    notes.write_text("Nothing but notes.", encoding="utf-8")
    generated(3).to_csv(good, index=False)
    for files in ([notes], [good, tmp_path / "none.ris"]):
        here = run("add", *files, "--review", review, code=2)
        there = run("add", *files, "--review", review, "--dask", scheduler, code=2)
        assert (there.stdout, there.stderr) == (here.stdout, here.stderr)


def test_suggestions_are_the_same(cluster, review, records):
    from coding_scheme import suggest
    from coding_scheme.suggested_parts import suggest_in_parts
    from samsyn.cluster.suggesting import part_reader

    scheme = Review.open(review).scheme
    here = suggest(records, scheme)
    assert len(here) > 100
    kept, of_cluster = review / ".cache" / "suggestions", {"reader": part_reader(cluster)}
    pd.testing.assert_frame_equal(suggest_in_parts(records, scheme, kept=kept, **of_cluster)[0], here)
    # what the workers read one machine need not read again, nor they what it read
    for reader in ({"reader": None}, {"reader": lambda *given: pytest.fail("read again")}):
        pd.testing.assert_frame_equal(suggest_in_parts(records, scheme, kept=kept, **reader)[0], here)


def test_comparisons_are_the_same(cluster):
    from corpus import find_duplicates
    from corpus.duplicates.compared import compare_records
    from corpus.records import as_records
    from samsyn.cluster.comparing import compared_on

    records = generated(400)
    other = compared_on(cluster, records)
    here, there = find_duplicates(records), find_duplicates(records, earlier=other)
    assert there.compared.n_compared < here.compared.n_compared / 5  # nothing but the pairs within groups
    assert here.groups.nunique() < 370
    pd.testing.assert_series_equal(there.groups, here.groups)
    pd.testing.assert_frame_equal(there.doubtful, here.doubtful)
    one = compare_records(as_records(records))
    pd.testing.assert_frame_equal(other.pairs, one.pairs)
    pd.testing.assert_frame_equal(other.prepared(), one.prepared())
    assert (other.keys == one.keys).all()
    assert other.n_compared == one.n_compared


def test_comparing_nothing_and_one(cluster):
    from samsyn.cluster.comparing import compared_on

    for n in (0, 1):
        few = generated(1).head(n)
        there = compared_on(cluster, few)
        assert len(there.prepared()) == n
        assert there.pairs.empty


@pytest.mark.parametrize(
    "settings", [{}, {"classifier": "logistic"}, {"features": "terms", "longest_term": 1}]
)
def test_scores_are_the_same(cluster, records, settings):
    from corpus.ranking import Ranker
    from corpus.ranking_parts import RankingSettings
    from samsyn.cluster.ranking import PartitionedRanker

    labels, chosen = decided(records), RankingSettings(**settings)
    for query in ("trust in networks",) if settings else ("", "trust in networks"):
        here = Ranker(records, query=query, settings=chosen, seed=4)
        there = PartitionedRanker(cluster, records, query=query, settings=chosen, seed=4)
        for said in ({}, dict(list(labels.items())[:2]), labels):
            # where the last ranking ended the next begins, which shows in the last digits
            found, expected = (
                ranker.start_again(4).scores(*ranker._decided(said)) for ranker in (there, here)
            )
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
            found, expected = there.start_again(4).rank(said), here.start_again(4).rank(said)
            pd.testing.assert_frame_equal(found, expected)
            assert there.reasons(found["record_id"].head(20)) == here.reasons(found["record_id"].head(20))
        if settings:
            continue
        others = records["record_id"][100:150]
        here.start_again(4), there.start_again(4)
        assert there.worth_a_look(labels, others) == here.worth_a_look(labels, others)


def test_features_are_kept_until_others_are_asked_for(cluster, records, monkeypatch):
    from corpus.ranking_parts import RankingSettings
    from samsyn.cluster import ranking

    def files():
        return {path.name for path in (Path(cluster.store.path) / "rank").iterdir()}

    of = {"query": "", "settings": RankingSettings(), "seed": 1}
    first = ranking.PartitionedRanker(cluster, records, **of).rank(decided(records))
    kept = files()
    assert len(kept) == 6
    with monkeypatch.context() as patch:
        patch.setattr(ranking.PartitionedRanker, "_weighed_parts", None)
        again = ranking.PartitionedRanker(cluster, records, **of).rank(decided(records))
    pd.testing.assert_frame_equal(again, first)
    ranking.PartitionedRanker(cluster, records.head(100), **of)
    assert len(files()) == 3
    assert not files() & kept


def test_a_shuffle_takes_few_calls(cluster, monkeypatch):
    from samsyn.cluster import Cluster, comparing, store

    # as many parts, and buckets of the size, that a million records have
    monkeypatch.setattr(store, "PARTS", 50)
    monkeypatch.setattr(comparing, "_RECORDS_OF_A_BUCKET", 200)
    calls = []
    monkeypatch.setattr(
        Cluster, "each", lambda self, function, *lists, **_: calls.extend(lists[0]) or list(lists[0])
    )
    monkeypatch.setattr(Cluster, "one", lambda self, *_, **__: calls.append(1))
    comparing._judged(cluster, ["part"] * 50, np.arange(0, 1001, 20))
    assert len(calls) < 1000


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "here", "local:0"])
def test_no_scheduler_is_said_in_one_sentence(review, address):
    said = run("rank", "--review", review, "--dask", address, code=2).stderr
    assert said.startswith("samsyn: ")
    assert len(said.strip().splitlines()) == 1
    assert address in said


def test_a_classifier_that_weighs_every_term_is_refused(cluster):
    from corpus.ranking_parts import RankingSettings
    from samsyn.cluster.ranking import PartitionedRanker

    with pytest.raises(UsageError, match="naive_bayes"):
        PartitionedRanker(
            cluster, generated(5), query="", settings=RankingSettings(classifier="naive_bayes"), seed=1
        )


# --- faults -------------------------------------------------------------------------------------------------


def stages(review, records):
    """Each stage as a call on a cluster, with what wraps its progress; and what one machine gives."""
    from coding_scheme import suggest
    from coding_scheme.suggested_parts import suggest_in_parts
    from corpus.duplicates.compared import compare_records
    from corpus.ranking import Ranker
    from corpus.ranking_parts import RankingSettings
    from corpus.records import as_records
    from corpus.sources import read_sources
    from samsyn.cluster.adding import reader_on
    from samsyn.cluster.comparing import compared_on
    from samsyn.cluster.ranking import PartitionedRanker
    from samsyn.cluster.suggesting import part_reader

    for place in range(6):
        export = review.with_name(f"part{place}.csv")
        records[place::6].to_csv(export, index=False)
        Review.open(review).add(export)
    scheme, sources, labels = Review.open(review).scheme, review / "sources", decided(records)
    of_ranker = {"query": "trust", "settings": RankingSettings(), "seed": 1}

    def added(cluster, progress):
        return read_sources(sources, reader=reader_on(cluster, None, progress)).records

    def scored(cluster, progress):
        ranker = PartitionedRanker(cluster, records, **of_ranker)
        ranker._progress = progress
        return ranker.rank(labels)

    ranked = Ranker(records, **of_ranker).rank(labels)

    def suggested(cluster, progress):
        return suggest_in_parts(records, scheme, reader=part_reader(cluster), progress=progress)[0]

    return {
        "add": (added, read_sources(sources).records),
        "suggest": (suggested, suggest(records, scheme)),
        "duplicates": (lambda cluster, progress: compared_on(cluster, records, progress).pairs,
                       compare_records(as_records(records)).pairs),
        "rank": (lambda cluster, progress: PartitionedRanker(cluster, records, progress=progress, **of_ranker)
                 .rank(labels), ranked),
        "rank, scoring": (scored, ranked),
    }  # fmt: skip


STAGES = ["suggest", "add", "duplicates", "rank", "rank, scoring"]


def emptied(cluster):
    """The folder of the parts, as for a first command, once nothing works on it any more."""
    while any(cluster.client.processing().values()):
        time.sleep(0.01)
    shutil.rmtree(cluster.store.path, ignore_errors=True)


def test_a_slow_worker_is_waited_for(review, cluster):
    call, expected = stages(review, generated(240, seed=8))["rank, scoring"]
    pids = cluster.client.run(os.getpid)

    def slowed(steps):
        steps = iter(steps)
        for step in steps:
            yield step
            # once both have what they need of each other
            has = cluster.client.has_what()
            if all(any("score_part" in str(key) for key in keys) for keys in has.values()):
                break
        slow = min(pids.values())
        os.kill(slow, signal.SIGSTOP)
        try:
            yield from islice(steps, 1)
        finally:
            os.kill(slow, signal.SIGCONT)
        yield from steps

    pd.testing.assert_frame_equal(call(cluster, slowed), expected)


def test_a_scheduler_that_dies_is_said_and_the_same_again_ends_right(review, cluster, tmp_path):
    from samsyn.cluster import connected

    call, expected = stages(review, generated(120, seed=8))["duplicates"]
    path = str(tmp_path / "parts")
    process, address = started(tmp_path, 1)

    def killing(steps):
        for step in steps:
            process.kill()
            yield step

    gone = pytest.raises(ReviewError, match=r"^The Dask scheduler went away\. Nothing is half written")
    try:
        with gone, connected(address, path) as dying:
            call(dying, killing)
    finally:
        ended(process)
    with pytest.raises(ReviewError, match="scheduler went away"):
        dying.one(len, "no more")
    from samsyn.cluster import Cluster, Store

    pd.testing.assert_frame_equal(call(Cluster(cluster.client, Store(path)), None), expected)
    assert not list(Path(path).rglob("*.part"))


def test_a_scheduler_that_dies_while_it_is_waited_for_is_said(tmp_path, monkeypatch):
    from samsyn.cluster import connected, connection

    monkeypatch.setattr(connection, "_LOOKED_EVERY", 0)
    process, address = started(tmp_path, 1)
    try:
        with connected(address, str(tmp_path / "parts")) as dying:
            # the client closes itself when it finds no scheduler; a slow machine may ask it just then
            dying.client.sync(dying.client._close)
            with pytest.raises(ReviewError, match=r"^The Dask scheduler went away\. Nothing is half written"):
                connection._Workers(dying.client).look()
    finally:
        ended(process)


@pytest.mark.parametrize("stage", ["suggest", "duplicates"])
def test_workers_that_are_gone_for_good_are_said(review, tmp_path, monkeypatch, stage):
    from samsyn.cluster import connected, connection

    monkeypatch.setattr(connection, "WITHOUT_WORKERS", 1)
    call, _ = stages(review, generated(120, seed=8))[stage]
    process, address = started(tmp_path, 1)
    gone = pytest.raises(ReviewError, match=r"^All Dask workers are gone, .* Nothing is half written")

    try:
        with connected(address, str(tmp_path / "parts")) as left, gone:
            left.client.retire_workers()
            call(left, None)
    finally:
        ended(process)
    assert not list((tmp_path / "parts").rglob("*.part"))


def test_a_full_disk_is_said_and_leaves_no_half_of_a_file(review, cluster, tmp_path):
    from samsyn.cluster import Cluster, Store

    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "tmpfs", str(small)], check=False,
                             capture_output=True)  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        on_small = Cluster(cluster.client, Store(str(small)))
        for stage, (call, expected) in stages(review, generated(300, seed=8)).items():
            subprocess.run(["mount", "-o", "remount,size=40k", str(small)], check=True)
            with pytest.raises(ReviewError, match=r"No space left on device.*then the same command again"):
                call(on_small, None)
            while any(cluster.client.processing().values()):
                time.sleep(0.01)
            assert not list(small.rglob("*.part")), stage
            subprocess.run(["mount", "-o", "remount,size=32m", str(small)], check=True)
            pd.testing.assert_frame_equal(call(on_small, None), expected)
            for left in list(small.iterdir()):
                shutil.rmtree(left)
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_worker_and_an_interrupted_client_cost_nothing(review, cluster, stage):
    call, expected = stages(review, generated(120, seed=8))[stage]
    emptied(cluster)

    def interrupted(steps):
        for _ in steps:
            raise KeyboardInterrupt
        yield

    def killing(steps):
        for place, step in enumerate(steps):
            if place == 1:
                os.kill(max(cluster.client.run(os.getpid).values()), signal.SIGKILL)
            yield step

    with pytest.raises(KeyboardInterrupt):
        call(cluster, interrupted)
    pd.testing.assert_frame_equal(call(cluster, killing), expected)
    assert not list(Path(cluster.store.path).rglob("*.part"))


def test_parts_on_a_url_and_a_part_that_is_no_parquet(tmp_path):
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
