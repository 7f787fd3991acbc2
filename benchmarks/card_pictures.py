"""Pictures of every card and state, to be looked at by a person.

    python benchmarks/card_pictures.py FOLDER                       all of them, about 400
    python benchmarks/card_pictures.py FOLDER --only screening --languages en --widths 1280

From the invented example and a few records as exports have them now and then. FOLDER/index.html shows each state
in a row. Nothing is measured: a picture shows what no test finds (a clipped word, a poor contrast, an unclear
sentence).
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from cards import servers

ROOT = Path(__file__).parents[1]
ARABIC = "وجدنا أن الدعم العملي يساعد الناس على المشاركة في الشراكات المحلية. "
ODD = {
    "no-abstract": {"title": "No abstract: a partnership in the north"},
    "long": {"title": "Long", "abstract": "Trust between partners strengthened the participation of residents. " * 445},
    "right-to-left": {"title": "الثقة بين الشركاء", "abstract": ARABIC * 8, "language": "ar"},
    "html": {
        "title": "<b>Tillid</b> & <script>alert(1)</script> i partnerskaber", "language": "da",
        "abstract": '<p>Tilliden voksede i CO<sub>2</sub>-projektet.</p> <img src=x onerror="alert(1)"> &lt;i&gt;Et slut&lt;/i&gt;.',
    },
    "many-authors": {
        "title": "Sixty authors write together",
        "abstract": "We describe a partnership of sixty organisations that wrote one article.",
        "author": [{"family": f"Invented{n}", "given": "A."} for n in range(60)], "DOI": "10.1234/invented.60",
        "container-title": "Invented Journal of Long Lists of Authors", "issued": {"date-parts": [[2021]]},
    },
}  # fmt: skip


class Studio:
    """Takes pictures of cards in every width, scheme and language asked for."""

    def __init__(self, browser: Any, folder: Path, work: Path, wanted: argparse.Namespace) -> None:
        self.browser, self.folder, self.work, self.wanted = browser, folder, work, wanted
        self.taken: dict[str, list[str]] = {}
        self.n_reviews = 0

    def takes(self, name: str) -> bool:
        """Whether a card was asked for."""
        return not self.wanted.only or name.startswith(self.wanted.only)

    @contextmanager
    def shows(self, card: Any) -> Iterator[Any]:
        """A card in a plain page whose ground is that of the scheme."""
        with SERVERS.shown_card(self.browser, card) as page:
            page.add_style_tag(content="body { background: light-dark(#fff, #111); } h1 { display: none; }")
            page.focus(".samsyn-card")
            yield page

    def take(self, page: Any, name: str, *, whole: bool = True) -> None:
        """One picture for each width and scheme; ``whole`` is the page to its end, else what the window holds."""
        for width in self.wanted.widths:
            page.set_viewport_size({"width": width, "height": 900 if width > 700 else 700})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.evaluate(
                    "(scheme) => { document.documentElement.style.colorScheme = scheme; document.body.dataset.jpThemeLight = scheme === 'light'; }",
                    scheme,
                )
                file = f"{name}-{width}-{scheme}.png"
                page.screenshot(path=self.folder / file, full_page=whole, animations="disabled")
                self.taken.setdefault(name, []).append(file)
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            if wide:
                print(f"{name} scrolls sideways at {width}")
        page.set_viewport_size({"width": 1280, "height": 900})

    def visit(self, address: str, until: str, name: str) -> None:
        """A picture of a page of a server, once it shows something."""
        page = self.browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(address, wait_until="commit")
        page.wait_for_selector(until)
        self.take(page, name)
        page.close()

    def review(self, make: Callable[[Path], Any]) -> Any:
        """A review of its own, to decide in."""
        self.n_reviews += 1
        return make(self.work / f"review-{self.n_reviews}")

    def write_index(self) -> None:
        """One page that shows every picture."""
        rows = [
            f"<h2>{escape(name)}</h2><p>"
            + "".join(f'<a href="{file}"><img loading="lazy" src="{file}" alt=""></a>' for file in files)
            for name, files in self.taken.items()
        ]
        style = "body{font:1rem sans-serif;background:#888}img{width:24%;vertical-align:top;margin:2px}"
        page = (
            f'<!doctype html><meta charset="utf-8"><title>Cards</title><style>{style}</style>{"".join(rows)}'
        )
        (self.folder / "index.html").write_text(page, encoding="utf-8")


def press(page: Any, keys: str, until: str = "") -> None:
    """Press keys, each after the card has drawn the answer to the one before; wait for what is to be seen."""
    for key in keys.split():
        page.evaluate("document.querySelector('.samsyn-card').lastElementChild.dataset.old = 'yes'")
        page.keyboard.press(key)
        page.wait_for_function("!document.querySelector('.samsyn-card > [data-old]')")
    if until:
        page.wait_for_selector(f".samsyn-card {until}")


# --- reviews ------------------------------------------------------------------------------------------------


def example(until: str = "") -> Callable[[Path], Any]:
    from samsyn.demonstration import copy_example

    return lambda folder: copy_example(folder, until=until)


def odd(folder: Path) -> Any:
    """A review that names nobody, with the odd records."""
    from samsyn import Review

    review = Review.new(folder)
    export = folder.with_suffix(".json")
    rows = [{"id": name, "type": "article-journal", **row} for name, row in ODD.items()]
    export.write_text(json.dumps(rows), encoding="utf-8")
    review.add(export)
    return review


def screened_by_two(folder: Path) -> Any:
    """Two who have decided on twelve records in turn, and differ on some."""
    from samsyn.cards.screening_queue import ScreeningQueue

    review = example("duplicates")(folder)
    for person in ("screener-1", "screener-2"):
        queue = ScreeningQueue(review, person, mode="random", learns_beside=False)
        for place in range(12):
            differs = place % 3 == 0 and person == "screener-2"
            verdict = "include" if (place % 2 == 0) != differs else "exclude"
            criterion = "E05_not_partnership" if verdict == "exclude" else ""
            note = "Two organisations, but for how long?" if place % 3 == 0 else ""
            queue.decide(queue.current(), verdict, criterion=criterion, note=note)
    return review


def read_by_one(folder: Path) -> Any:
    """One person has read in the order of the ranking, as the example's people decided, until the rule fires."""
    from samsyn.cards.screening_queue import ScreeningQueue

    finished = example()(folder.with_name(f"{folder.name}-finished"))
    verdicts = finished.verdicts()
    first = verdicts[verdicts["stage"] == "title_abstract"]
    said = dict(zip(first["record_id"], first["verdict"], strict=True))
    review = example("duplicates")(folder)
    queue = ScreeningQueue(review, "screener-1", learns_beside=False)
    while name := queue.current():
        queue.decide(name, "include" if said[name] == "include" else "exclude")
        if queue.progress().done % 5 == 0 and review.stopping().chosen.says_stop:
            break
    return review


# --- cards --------------------------------------------------------------------------------------------------


def screening(studio: Studio, language: str) -> None:  # noqa: PLR0915 (one state after the other)
    """The screening card: what a screener meets, then what goes wrong."""
    review = studio.review(screened_by_two)
    card = review.screening_card("screener-1", language=language)
    named = f"screening-{language}"
    with studio.shows(card) as page:
        page.wait_for_selector(".strip .recall")
        studio.take(page, f"{named}-01-first")
        for place, (keys, until, name) in enumerate([
            ("w", ".why", "why"), ("h", "mark", "words"), ("w h e", ".reasons", "reasons"),
            ("0", ".reasons", "reasons-2"), ("Escape m", ".near", "duplicate"), ("m n", "textarea", "note"),
        ], start=2):  # fmt: skip
            press(page, keys, until)
            if name == "note":
                page.keyboard.type("Does a network count as a partnership?")
            studio.take(page, f"{named}-{place:02}-{name}")
        press(page, "Enter b", ".earlier")
        studio.take(page, f"{named}-08-look-back")
        press(page, "Escape ?", ".help")
        studio.take(page, f"{named}-09-keys")
        page.locator("input[name=letters]").press(" ")
        press(page, "Escape", ".letters")
        studio.take(page, f"{named}-10-letters-off")
        page.focus("[data-key=i]")
        studio.take(page, f"{named}-11-focus-on-a-button", whole=False)
        card.letter_keys = True
        card.queue.trouble = "protocol.yaml line 3: mapping values are not allowed here."
        page.locator("[data-key=z]").click()
        page.wait_for_selector(".notice")
        studio.take(page, f"{named}-12-cannot-keep-up")
        page.select_option("select[name=mode]", "waiting")
        page.wait_for_selector(".done, .title")
    card = review.screening_card("screener-1", mode="waiting", language=language)
    with studio.shows(card) as page:
        studio.take(page, f"{named}-13-none-waits")
    conflicts = review.screening_card("adjudicator", mode="conflicts", language=language)
    with studio.shows(conflicts) as page:
        page.wait_for_selector(".settling")
        studio.take(page, f"{named}-14-disagreement")
        press(page, "e", ".reasons")
        studio.take(page, f"{named}-15-disagreement-reasons")
        press(page, "Escape d d d d", ".settling")
        studio.take(page, f"{named}-16-put-off")
        press(page, "i i i i", ".done")
        studio.take(page, f"{named}-17-all-settled")
    journal = review.folder / "decisions" / "screening" / "screener-1.jsonl"
    card = review.screening_card("screener-1", language=language)
    with studio.shows(card) as page:
        aside = journal.rename(journal.with_name("aside"))
        journal.mkdir()
        press(page, "i", ".alert")
        studio.take(page, f"{named}-18-not-saved")
        journal.rmdir()
        aside.rename(journal)
    read = studio.review(read_by_one).screening_card("screener-1", language=language)
    read.look()
    with studio.shows(read) as page:
        page.wait_for_selector(".strip .recall")
        studio.take(page, f"{named}-19-may-stop")
        while page.locator(".title").count():
            press(page, "u")
        studio.take(page, f"{named}-20-done")
    full = studio.review(example()).screening_card("screener-1", stage="full_text", language=language)
    with studio.shows(full) as page:
        press(page, "b", ".earlier")
        press(page, "e", ".reasons")
        studio.take(page, f"{named}-21-full-text-reasons")
    nobody = studio.review(odd).screening_card("ann", mode="random", language=language)
    with studio.shows(nobody) as page:
        for _ in ODD:
            name = nobody.state["record"]["title"][0][0][0][:8]
            studio.take(page, f"{named}-30-{slug(name)}", whole=False)
            if page.locator("[name=authors]").count():
                page.locator("[name=authors]").click()
                studio.take(page, f"{named}-30-{slug(name)}-all")
            press(page, "s")


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "right-to-left"


def checking(studio: Studio, language: str) -> None:  # noqa: PLR0915 (as above)
    """The checking card: blind, with suggestions, settling, done, and what goes wrong."""
    named = f"checking-{language}"
    uncoded = studio.review(example("screen"))
    blind = uncoded.checking_card("coder-1", language=language)
    with studio.shows(blind) as page:
        studio.take(page, f"{named}-01-blind")
        for place, (keys, until, name) in enumerate([
            ("ArrowRight", "mark.asked", "words-chosen"), ("c", "[role=listbox]", "add-a-code"),
            ("Enter", "[data-panel='which direction']", "direction"), ("1", ".strip", "code-added"),
            ("q", "table", "queue"), ("q n", "textarea", "note"), ("Escape ?", ".help", "keys"),
        ], start=2):  # fmt: skip
            if name == "direction":
                page.keyboard.press(keys)
                page.wait_for_selector(f".samsyn-card {until}")
            else:
                press(page, keys, until)
            studio.take(page, f"{named}-{place:02}-{name}")
    assisted = studio.review(example()).checking_card("coder-1", round_="assisted", language=language)
    with studio.shows(assisted) as page:
        while not page.locator(".asking").count():
            press(page, "s")
        studio.take(page, f"{named}-10-suggestion")
        press(page, "d", ".definition")
        studio.take(page, f"{named}-11-definition")
        press(page, "d 2 [", ".asking")
        studio.take(page, f"{named}-12-changed")
        page.focus("[data-key=a]")
        studio.take(page, f"{named}-13-focus-on-a-button", whole=False)
        press(page, "n", "textarea")
        page.keyboard.type("Says who?")
        page.keyboard.press("Enter")
        page.wait_for_selector("textarea", state="detached")
        studio.take(page, f"{named}-14-note-kept")
        while page.locator(".asking").count():
            press(page, "u")
        studio.take(page, f"{named}-15-all-answered")
    review = studio.review(example())
    (review.folder / "decisions" / "coding" / "adjudicator.jsonl").unlink()
    settles = review.checking_card("adjudicator", round_="adjudication", language=language)
    with studio.shows(settles) as page:
        studio.take(page, f"{named}-20-two-coders")
        press(page, "1", "[data-panel=reason]")
        studio.take(page, f"{named}-21-why-they-differ")
        press(page, "Escape 3", "[data-panel=third]")
        studio.take(page, f"{named}-22-a-third")
        press(page, "Escape d", ".definition")
        studio.take(page, f"{named}-23-definition")
        press(page, "d q", "table")
        studio.take(page, f"{named}-24-queue")
    done = review.checking_card("coder-1", language=language)
    with studio.shows(done) as page:
        studio.take(page, f"{named}-25-done")
        shutil.rmtree(review.folder / "decisions" / "coding")
        (review.folder / "decisions" / "coding").write_text("in the way of the journal")
        press(page, "z", ".alert")
        studio.take(page, f"{named}-26-not-done")
    nothing = studio.review(example("duplicates")).checking_card("coder-1", language=language)
    with studio.shows(nothing) as page:
        studio.take(page, f"{named}-27-nothing-included")
    strange = studio.review(odd)
    for stage in ("title_abstract", "full_text"):
        for person in ("ann", "bo"):
            strange.screen(
                [
                    {"record_id": name, "verdict": "include", "stage": stage}
                    for name in strange.records["record_id"]
                ],
                person=person,
            )
    card = strange.checking_card("ann", round_="blind", language=language)
    with studio.shows(card) as page:
        for _ in ODD:
            press(page, "ArrowRight")
            studio.take(page, f"{named}-30-{slug(card.state['record']['title'][:8])}", whole=False)
            press(page, "s")


def explorer(studio: Studio, language: str) -> None:
    """The evidence table and the matrix."""
    named, review = f"explorer-{language}", studio.review(example())
    with studio.shows(review.explore(language=language)) as page:
        studio.take(page, f"{named}-01-table", whole=False)
        page.locator(".open").first.click()
        page.wait_for_selector(".behind")
        studio.take(page, f"{named}-02-words-behind", whole=False)
        page.keyboard.press("Escape")
        page.keyboard.press("f")
        page.keyboard.type("trust" if language == "en" else "tillid")
        page.wait_for_function("document.querySelectorAll('.findings tbody tr').length < 90")
        studio.take(page, f"{named}-03-search", whole=False)
        page.keyboard.type("xyz")
        page.wait_for_function("document.querySelectorAll('.findings tbody tr').length === 1")
        studio.take(page, f"{named}-04-nothing-fits")
        page.locator("[data-tab=matrix]").click()
        page.wait_for_selector(".mx")
        studio.take(page, f"{named}-05-matrix")
        page.locator(".mx .mark").nth(3).click()
        page.wait_for_selector(".behind")
        studio.take(page, f"{named}-06-matrix-words", whole=False)
    with studio.shows(studio.review(example("screen")).explore(language=language)) as page:
        studio.take(page, f"{named}-07-nothing-coded")
    with studio.shows(studio.review(example("duplicates")).explore(language=language)) as page:
        studio.take(page, f"{named}-08-nothing-included")


def pages(studio: Studio, language: str) -> None:
    """The clean pages of `samsyn open`: who decides, each card, what cannot be shown, no token, practice."""
    named, folder = f"pages-{language}", studio.review(example()).folder
    with opened(folder, "screen", "--language", language) as address:
        for name, more, until in [
            ("01-who-decides", "", "form button"), ("02-screen", "&as=screener-1", ".samsyn-card"),
            ("03-disagreements", "&as=adjudicator&mode=conflicts", ".samsyn-card"),
            ("04-fault", "&as=screener-1&mode=upwards", ".samsyn-fault"), ("05-nobody", "&as=nobody", "[role=alert]"),
        ]:  # fmt: skip
            studio.visit(address + more, until, f"{named}-{name}")
        for what in ("check", "tables"):
            studio.visit(
                address.replace("page=screen", f"page={what}") + "&as=coder-1",
                ".samsyn-card",
                f"{named}-06-{what}",
            )
        studio.visit(address.split("?")[0], "h1", f"{named}-07-no-token")
    nobody = studio.review(odd).folder
    with opened(nobody, "screen", "--language", language) as address:
        studio.visit(address, "form input:not([type=hidden])", f"{named}-08-nobody-named")
    with opened(studio.work, "screen", "--practice", "--language", language) as address:
        studio.visit(address, ".samsyn-card", f"{named}-09-practice")


@contextmanager
def opened(folder: Path, *arguments: str) -> Iterator[str]:
    """``samsyn open`` in a folder; its address."""
    command = [sys.executable, "-m", "samsyn", "open", *arguments, "--no-browser"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said = next(line for line in process.stdout if "http://" in line)
        yield said.split()[-1]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", metavar="CARD", choices=["", *CARDS])
    parser.add_argument("--languages", nargs="+", default=["en", "da"])
    parser.add_argument("--widths", nargs="+", type=int, default=[1280, 320])
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as work, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        studio = Studio(browser, wanted.folder, Path(work), wanted)
        for language in wanted.languages:
            for name, draws in CARDS.items():
                if studio.takes(name):
                    draws(studio, language)
        browser.close()
    studio.write_index()
    print(
        f"{sum(map(len, studio.taken.values()))} pictures of {len(studio.taken)} states: {wanted.folder / 'index.html'}"
    )


CARDS = {"screening": screening, "checking": checking, "explorer": explorer, "pages": pages}
SERVERS = servers()


if __name__ == "__main__":
    main()
