"""samsyn open: clean pages for those who do not program, driven by keys, and kept to this machine."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from urllib.parse import urlsplit

import psutil
import pytest
from click.testing import CliRunner

from corpus import UsageError
from samsyn.cards.words import card_words
from samsyn.command_line import main
from samsyn.pages.address import PageAddress
from samsyn.pages.server import _Entrance

ROOT = Path(__file__).parents[2]
LOADS = 90_000  # milliseconds that a page may take on a busy machine


@contextmanager
def opened(folder: Path, runtime: Path, *arguments: str):
    """``samsyn open`` in a folder: what it said until it listens, and its address."""
    environment = os.environ | {"JUPYTER_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "samsyn", "open", *arguments, "--no-browser"],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        # a shell starts what runs in its background without ears for Ctrl+C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 (no lock is held)
    )  # fmt: skip
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    found = re.findall(r"http://\S+", "".join(said))
    try:
        assert found, "".join(said)
        yield SimpleNamespace(process=process, said="".join(said), address=found[0])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()


def load(page, address: str, waits_for: str = ".samsyn-card") -> list[str]:
    """Load a page until its card is there; return the addresses it asks for, kept up to date."""
    page.set_default_timeout(LOADS)
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(address, wait_until="commit")
    page.wait_for_selector(waits_for)
    # the page comes in pieces; now all of them are there
    page.wait_for_load_state("domcontentloaded")
    return asked


def outside(asked: list[str], address: str) -> list[str]:
    here = urlsplit(address).netloc
    own = (f"http://{here}/", f"ws://{here}/", f"blob:http://{here}/", "data:")
    return [one for one in asked if not one.startswith(own)]


def title(page) -> str:
    return page.locator(".samsyn-card .title").first.inner_text()


def test_practice_by_keyboard_undo_and_reload_leave_exactly_what_was_decided(browser, tmp_path, axe_faults):
    with opened(tmp_path, tmp_path / "runtime", "screen") as pages:
        # outside a review folder it is practice, and says so
        assert "is not a review folder, so this is practice" in pages.said
        review = Path(re.search(r"example, in (\S+): deleted", pages.said).group(1))
        file = review / "decisions" / "screening" / "screener-1.jsonl"

        def lines() -> list[dict]:
            return (
                [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
            )

        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked = load(page, pages.address, ".samsyn-card .title")
        assert "deleted when Samsyn is ended" in page.inner_text("main")
        assert page.evaluate("document.activeElement.classList.contains('samsyn-card')")
        shown, decided = [], []
        for keys in ["i", "u", "e2", "i", "e2"] * 4:
            before = title(page)
            shown.append(before)
            for key in keys:
                page.keyboard.press(key)
            decided.append({"i": "include", "u": "unsure", "e": "exclude"}[keys[0]])
            page.wait_for_function(
                "before => document.querySelector('.samsyn-card .title')?.innerText !== before", arg=before
            )
            assert len(lines()) == len(decided)
        for back in (19, 18):
            page.keyboard.press("z")
            page.wait_for_function(
                "back => document.querySelector('.samsyn-card .title')?.innerText === back", arg=shown[back]
            )
        page.reload(wait_until="commit")
        page.wait_for_selector(".samsyn-card .title")
        titles = {row["record_id"]: row["title"] for row in records(review)}
        kept = [line for line in lines() if line["type"] == "screening"]
        assert [line["verdict"] for line in kept] == decided
        assert [titles[line["record_id"]] for line in kept] == shown
        assert [line["type"] for line in lines()] == ["screening"] * 20 + ["undo"] * 2
        assert standing(review) == dict(zip([line["record_id"] for line in kept][:18], decided, strict=False))
        assert axe_faults(page) == []
        assert outside(asked, pages.address) == []
        page.close()
        kernels = psutil.Process(pages.process.pid).children(recursive=True)
        assert kernels
        pages.process.send_signal(signal.SIGINT)
        rest = pages.process.communicate(timeout=60)[0]
        assert pages.process.returncode == 0
        assert "Traceback" not in rest
        assert "Everything decided is saved" in rest
        assert not review.exists()
        assert psutil.wait_procs(kernels, timeout=20)[1] == []
        assert list((tmp_path / "runtime").glob("samsyn-open-*")) == []


def records(review: Path) -> list[dict]:
    from samsyn import Review

    return Review.open(review).records.to_dict("records")


def standing(review: Path) -> dict[str, str]:
    from samsyn import Review

    decisions = Review.open(review).screening_decisions()
    return dict(zip(decisions["record_id"], decisions["verdict"], strict=True))


@pytest.fixture(scope="module")
def own_review(tmp_path_factory, example_folder):
    """A review of one's own, open in Danish with nobody named yet."""
    place = tmp_path_factory.mktemp("own")
    shutil.copytree(example_folder, place / "review")
    with opened(place / "review", place / "runtime", "screen", "--language", "da") as pages:
        pages.folder = place / "review"
        yield pages


def test_the_page_asks_who_decides_and_leads_from_card_to_tables(browser, own_review, axe_faults):
    page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    asked = load(page, own_review.address, "form button")
    assert page.evaluate("document.documentElement.lang") == "da"
    assert page.locator(".samsyn-card").count() == 0
    offered = page.locator("form button").all_inner_texts()
    assert offered[:2] == ["1Screener 1", "2Screener 2"]
    # who screens nothing is led to what is to be settled
    assert all(text.endswith(": afgør uenigheder") for text in offered[2:])
    assert axe_faults(page) == []
    page.keyboard.press("2")
    page.wait_for_selector(".samsyn-card")
    assert "as=screener-2" in page.url
    assert "Screener 2" in page.inner_text("header")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert axe_faults(page) == []
    # nothing of code or kernel
    assert not re.search(r"kernel|In \[|import |Traceback", page.inner_text("body"))
    page.click("nav >> text=Tjek koder")
    page.wait_for_selector("h1:has-text('Tjek koderne')")
    page.wait_for_selector(".samsyn-card")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert axe_faults(page) == []
    page.click("nav >> text=Tabeller")
    page.wait_for_selector(".samsyn-card .findings")
    assert page.title().startswith("Evidenstabeller")
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    explored_by_keys(page, axe_faults)
    # what cannot be shown is said in words
    page.goto(f"{own_review.address}&as=screener-1&mode=upwards", wait_until="commit")
    page.wait_for_selector(".samsyn-fault")
    assert "'upwards'" in page.inner_text(".samsyn-fault")
    assert "Traceback" not in page.inner_text("body")
    assert axe_faults(page) == []
    assert outside(asked, own_review.address) == []
    page.close()


def explored_by_keys(page, axe_faults):
    total = page.locator(".findings tbody tr").count()
    page.focus(".samsyn-card")
    page.keyboard.press("f")
    page.keyboard.type("tillid")
    page.wait_for_function(f"document.querySelectorAll('.findings tbody tr').length < {total}")
    assert page.locator(".findings tbody tr").count() > 0
    page.locator(".findings thead button", has_text="Studie").focus()
    page.keyboard.press("Enter")
    assert page.locator(".findings [data-sort=study]").get_attribute("aria-sort") == "ascending"
    studies = page.locator(".findings tbody tr td:last-child").all_inner_texts()
    assert studies == sorted(studies, key=lambda name: name.replace("Ø", "Å").casefold())
    page.locator(".open").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    behind = page.inner_text(".behind")
    assert re.search(r"sha256\s+[0-9a-f]{64}", behind)
    assert re.search(r"\.(ris|bib|nbib), linje \d", behind)
    quoted = page.locator(".findings tbody tr").nth(1).locator("q").first.inner_text().strip("»«“” ")
    assert quoted in page.inner_text(".behind mark")
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    assert page.locator(".behind").count() == 0
    assert page.evaluate("document.activeElement.className") == "open"
    page.keyboard.press("m")
    page.locator(".mark").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert "sha256" in page.inner_text(".mx .behind")
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_second_start_says_kindly_that_the_review_is_open(own_review, monkeypatch):
    runtime = own_review.folder.parent / "runtime"
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("BROWSER", "any")
    went = Event(), []
    monkeypatch.setattr("webbrowser.open", lambda address: (went[1].append(address), went[0].set()))
    arguments = ["open", "tables", "--review", str(own_review.folder)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "open already" in done.output
    token = own_review.address.split("token=")[1]
    assert re.search(rf"http://127\.0\.0\.1:\d+/\?page=tables&language=en&token={token}", done.output)
    assert went[0].wait(30)
    assert went[1][0] in done.output
    if os.name == "posix":
        assert (next(runtime.glob("*.json")).stat().st_mode & 0o077) == 0


def answer(address: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as read:
            return read.status, read.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def websocket(address: str, origin: str = "") -> int:
    """What the server answers to a websocket's opening: 101 when it is let in."""
    from websocket import WebSocketBadStatusException, create_connection

    try:
        opening = create_connection(
            address.replace("http", "ws", 1), timeout=60, origin=origin or None, suppress_origin=not origin
        )
    except WebSocketBadStatusException as refused:
        return refused.status_code
    opening.close()
    return 101


def test_without_the_token_or_from_another_website_nothing_is_answered(own_review):
    parts = urlsplit(own_review.address)
    root, token = f"http://{parts.netloc}", own_review.address.split("token=")[1]
    for address in (f"{root}/", f"{root}/?token=wrong", f"{root}/?page=tables"):
        code, said = answer(address)
        assert code == 403
        assert "not complete" in said
        assert "ikke fuldstændig" in said
        assert "Screener" not in said
    code, html = answer(f"{own_review.address}&as=screener-1")
    assert code == 200
    kernel = json.loads(
        re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', html, re.DOTALL)[1]
    )["kernelId"]
    api = f"{root}/api/kernels/{kernel}"
    assert answer(api)[0] == 403
    assert answer(f"{api}?token={token}")[0] == 200
    assert websocket(f"{api}/channels") == 403
    assert websocket(f"{api}/channels?token=wrong") == 403
    assert websocket(f"{api}/channels?token={token}", "http://elsewhere.example") == 403
    assert websocket(f"{api}/channels?token={token}", root) == 101
    # another name for this machine, as a website would give itself to come in
    assert answer(own_review.address, Host="elsewhere.example")[0] == 403
    # no file of the review, and nothing that may be fetched from elsewhere
    for name in ("protocol.yaml", "samsyn.ipynb", "figure.png"):
        assert answer(f"{root}/voila/files/{name}?token={token}")[0] == 403
    with urllib.request.urlopen(own_review.address, timeout=60) as read:
        assert read.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_nothing_but_decisions_is_written_into_the_review(own_review, example_folder):
    def files(folder: Path) -> set[str]:
        found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        return {path.as_posix() for path in found if path.parts[0] not in (".cache", "output")}

    assert files(own_review.folder) - files(example_folder) == set()


# --- without a server ----------------------------------------------------------------------------------


def asked_for(folder: Path, query: str, *, practice: bool = False) -> dict:
    notebook = SimpleNamespace(metadata={})
    request = SimpleNamespace(request=SimpleNamespace(query=query))
    return _Entrance(folder, practice)(request, notebook, "").metadata["samsyn"]


def test_a_person_whom_the_protocol_does_not_know_is_asked_again(example_folder):
    page = asked_for(example_folder, "page=screen&as=<b>")
    assert page["asks"]
    assert "cannot name a person's file" in page["fault"]
    page = asked_for(example_folder, "page=screen&as=nobody&language=da")
    assert page["asks"]
    assert "Known: screener-1, screener-2" in page["fault"]
    assert page["language"] == "da"


def test_whoever_may_settle_or_check_is_offered_too(example_folder):
    page = asked_for(example_folder, "page=check")
    assert ("coder-1", "Coder 1") in page["people"]
    page = asked_for(example_folder, "page=screen&mode=conflicts")
    assert len(page["people"]) > 2


def test_a_protocol_that_names_nobody_lets_one_write_a_name(tmp_path):
    from samsyn import Review

    Review.new(tmp_path / "review")
    page = asked_for(tmp_path / "review", "page=screen")
    assert page["asks"]
    assert page["people"] == []
    assert not asked_for(tmp_path / "review", "page=screen&as=anna-b")["asks"]


def test_a_damaged_protocol_is_said_in_words(example_copy):
    (example_copy / "protocol.yaml").write_text("title: [", encoding="utf-8")
    page = asked_for(example_copy, "page=tables")
    assert "protocol.yaml" in page["fault"]


def test_practice_says_so_and_offers_no_other_page(example_folder):
    page = asked_for(example_folder, "page=screen&as=screener-1", practice=True)
    assert "You practise as Screener 1." in page["practice"]
    assert page["links"] == []


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_page_has_its_words(language):
    words = card_words(language)["page"]
    assert all(words[f"{what}_heading"] for what in ("screen", "check", "tables"))


def test_addresses_are_read_as_they_are_written():
    page = PageAddress("check", "Åse-b", "da", "blind")
    assert PageAddress.read(page.query()) == page
    assert PageAddress.read("page=other&language=xx") == PageAddress()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["open", "screen", "--as", "nobody"], "Known: screener-1, screener-2"),
        (["open", "screen", "--port", "1000000"], "Port 1000000 is taken or cannot be used"),
        (["open", "screen", "--practice", "--review", "."], "Leave out --review or --practice"),
        (["open", "screen", "--mode", "upwards"], "There is no mode 'upwards'. Known: prioritised"),
        (["open", "tables", "--mode", "blind"], "The tables have none"),
        (["open", "screen", "--review", "elsewhere"], "is not a review folder"),
    ],
)
def test_a_start_that_cannot_be_is_refused_in_words(arguments, said, example_copy, monkeypatch):
    monkeypatch.chdir(example_copy)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(example_copy / ".runtime"))
    done = CliRunner().invoke(main, [*arguments, "--no-browser"])
    assert done.exit_code == 2, done.output
    assert said in done.output


@pytest.mark.parametrize(
    ("what", "person", "done"), [("screen", "screener-1", 0), ("check", "coder-1", 118), ("tables", "", 118)]
)
def test_practice_begins_where_there_is_something_to_do(what, person, done, tmp_path, monkeypatch):
    from samsyn import Review

    begun = []

    def serve(folder, page, **settings):
        begun.append((page.person, Review.open(folder).status(), settings["practice"]))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("samsyn.pages.server.open_pages", serve)
    assert CliRunner().invoke(main, ["open", what, "--practice"]).exit_code == 0
    [(asked, status, is_practice)] = begun
    assert (asked, status["screened"], is_practice) == (person, done, True)
    assert (status["coded_segments"] > 0) == (what == "tables")


def test_nobody_is_a_usage_error(example_folder):
    from samsyn import Review

    with pytest.raises(UsageError, match="not among those"):
        PageAddress("check", "nobody").check_person(Review.open(example_folder).protocol)
