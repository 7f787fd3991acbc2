"""What a person has decided by key survives all that happens to a notebook, and is never there twice.

In real servers and a real browser: the page is read again, the kernel is killed while keys are pressed, the
tab is closed, two windows and two people are at it at once, the journal cannot be written.
"""

import json
import multiprocessing
import os
import re
import shutil
import signal
import string
import time
from collections import Counter
from pathlib import Path

from samsyn import Review
from samsyn.cards.screening_queue import ScreeningQueue

# says which kernel it runs in, so that the test can kill that one
CARD = """import os, pathlib
from samsyn import Review
pathlib.Path("{pid}").write_text(str(os.getpid()))
Review.open(r"{folder}").screening_card("{person}")"""

# every title that the card shows, in order
WATCH = """() => {
  window.shown = [];
  const look = () => {
    const title = document.querySelector(".samsyn-card .title")?.innerText;
    if (title && title !== window.shown.at(-1)) window.shown.push(title);
  };
  look();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
# what a leaked key would have changed: cells, their kind and text, menus, dialogs, panels
NOTEBOOK = """() => JSON.stringify([
  [...document.querySelectorAll(".jp-Notebook .jp-Cell")].map((cell) => [
    cell.className.match(/jp-\\w+Cell/g).sort(), cell.querySelector(".cm-content")?.innerText.trim(),
  ]),
  document.querySelectorAll(".lm-Menu, .jp-Dialog, .jp-DocumentSearch-overlay, .jp-ModalCommandPalette")
    .length,
])"""


class Window:
    """A page with one person's card."""

    def __init__(self, server, browser, folder: Path, person: str = "screener-1", name: str = "page") -> None:
        self.server, self.pid_file = server, server.folder / f"{name}.pid"
        server.write_notebook(
            CARD.format(folder=folder, person=person, pid=self.pid_file.name), name=f"{name}.ipynb"
        )
        self.browser, self.name = browser, f"{name}.ipynb"
        self.path = folder / "decisions" / "screening" / f"{person}.jsonl"
        records = Review.open(folder).records
        self.title_of = dict(zip(records["record_id"], records["title"], strict=True))
        self.open()

    def open(self) -> None:
        self.page = self.server.open(self.browser, self.name)
        self.run()

    def run(self) -> None:
        """Run the cell, again until it has begun: a page drops what comes while it connects."""
        if self.server.kind != "voila":
            self.pid_file.unlink(missing_ok=True)
            cell = self.page.locator(".jp-CodeCell .cm-content").first
            for _ in range(20):
                cell.wait_for()
                self.server.wait_for_kernel(self.page)
                cell.click()
                self.page.keyboard.press("Shift+Enter")
                if self.has_begun():
                    break
            self.page.wait_for_selector(".samsyn-card [role=alert]", state="detached")
        self.ready()

    def has_begun(self) -> bool:
        for _ in range(20):
            if self.pid_file.exists() and self.pid_file.read_text():
                return True
            self.page.wait_for_timeout(200)
        return False

    def run_again(self) -> None:
        """Run the cell in the kernel that was started anew; in voila the page is read again."""
        if self.server.kind == "voila":
            self.page.reload()
        self.run()

    def ready(self) -> None:
        self.page.wait_for_selector(".samsyn-card .title")
        self.page.evaluate(WATCH)
        self.focus()

    def focus(self) -> None:
        self.page.focus(".samsyn-card")

    def title(self) -> str:
        return self.page.locator(".samsyn-card .title").inner_text()

    def shown(self) -> list[str]:
        return self.page.evaluate("window.shown")

    def done(self) -> int:
        return int(re.search(r"(\d+) of \d+", self.page.locator(".samsyn-card .strip").inner_text())[1])

    def press(self, *keys: str, to: int) -> None:
        """Press keys and wait until so many records are done."""
        for key in keys:
            self.page.keyboard.press(key)
        self.page.wait_for_function(
            "(n) => document.querySelector('.samsyn-card .strip').innerText.match(/(\\d+) of/)[1] == n",
            arg=to,
        )

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.path.read_text("utf-8").splitlines()]

    def standing(self) -> list[tuple[str, str]]:
        """Title and verdict of each decision that stands, from the raw lines."""
        found = []
        for line in self.lines():
            if line["type"] == "undo":
                assert found.pop()[0] == line["record_id"]
            else:
                found.append((line["record_id"], line["verdict"]))
        return [(self.title_of[name], verdict) for name, verdict in found]

    def alert(self) -> str:
        self.page.wait_for_selector(".samsyn-card [role=alert]")
        return self.page.locator(".samsyn-card [role=alert]").inner_text()

    def press_all_keys(self) -> None:
        """Every sign of the keyboard; the notebook around the card stays as it is."""
        before = self.page.evaluate(NOTEBOOK)
        for n, key in enumerate(string.ascii_letters + string.digits + string.punctuation + " "):
            self.page.keyboard.press(key)
            if n % 10 == 9:
                assert self.page.evaluate(NOTEBOOK) == before, f"one of the keys up to {key!r} leaked"
                self.focus()
        assert self.page.evaluate(NOTEBOOK) == before
        assert self.page.locator(".samsyn-card").count() == 1


def settle(window: Window) -> int:
    """Wait until nothing more comes; return how many decisions the page says are saved."""
    done, since = window.done(), time.monotonic()
    while time.monotonic() - since < 1.5:
        window.page.wait_for_timeout(100)
        if window.done() != done:
            done, since = window.done(), time.monotonic()
    return done


def in_notebook(window: Window) -> bool:
    """Whether there are cells and commands around the card."""
    return window.server.kind != "voila"


def none_twice(window: Window) -> list[tuple[str, str]]:
    saved = window.standing()
    assert max(Counter(title for title, _ in saved).values()) == 1
    return saved


def screen_twenty_and_take_back_two(window: Window) -> None:
    for done in range(1, 21):
        window.press(*("e", "2") if done % 4 == 0 else "iu"[done % 2], to=done)
    for done in (19, 18):
        window.press("z", to=done)
    verdicts = ["exclude" if n % 4 == 0 else ("include", "unsure")[n % 2] for n in range(1, 19)]
    assert window.standing() == list(zip(window.shown()[:18], verdicts, strict=True))
    assert [line["type"] for line in window.lines()] == ["screening"] * 20 + ["undo"] * 2
    assert window.title() == window.shown()[18]


def read_the_page_again(window: Window) -> None:
    title, pid = window.title(), window.pid_file.read_text()
    if in_notebook(window):
        window.focus()
        window.server.save(window.page, window.name)
    window.page.reload()
    window.ready()
    assert window.done() == 18
    if in_notebook(window):
        # the running kernel's card, and no cell was run
        assert (window.title(), window.pid_file.read_text()) == (title, pid)
    window.press("i", to=19)


def kill_the_kernel_in_a_burst(window: Window) -> None:
    before = len(window.standing())
    for _ in range(400):
        window.page.keyboard.press("i")
        if window.done() >= before + 8:
            window.page.keyboard.press("i")
            os.kill(int(window.pid_file.read_text()), signal.SIGKILL)
            break
    window.page.keyboard.press("i")
    acknowledged = settle(window)
    saved = none_twice(window)
    # all that was said to be saved is there, and at most the one whose answer the kill cut off beside
    assert acknowledged >= before + 8
    assert len(saved) in (acknowledged, acknowledged + 1)
    burst = window.shown()[-(acknowledged - before) - 1 :]
    assert [title for title, _ in saved[before:]] == burst[: len(saved) - before]


def press_keys_without_a_kernel(window: Window) -> None:
    saved = window.standing()
    if in_notebook(window):
        window.page.locator(".jp-Dialog button").first.click()
    window.focus()
    window.page.keyboard.press("u")
    assert "Not saved" in window.alert()
    window.focus()
    window.page.keyboard.press("r")
    # said once the answer has stayed away for some seconds
    window.page.wait_for_selector(".samsyn-card [role=alert] >> text=run the cell again")
    if in_notebook(window):
        window.press_all_keys()
    assert window.standing() == saved
    window.run_again()
    assert window.done() == len(saved)
    assert window.title() not in dict(saved)
    window.press("u", to=len(saved) + 1)


def press_all_keys_in_each_state(window: Window) -> None:
    for state in ("", "e", "w", "m", "?", "n"):
        window.focus()
        for key in state:
            window.page.keyboard.press(key)
        window.press_all_keys()
        window.page.keyboard.press("Escape")
        settle(window)
    # what was decided, looked back at, undone and marked on the way is what the files say
    review = Review.open(window.path.parents[2])
    assert window.done() == ScreeningQueue(review, window.path.stem, learns_beside=False).progress().done


def decide_in_a_second_window(window: Window) -> None:
    other = Window(window.server, window.browser, window.path.parents[2], name="second")
    window.focus()
    # both show what is open; which of it depends on what each has skipped and learned
    for _ in range(120):
        if other.title() == window.title():
            break
        window.page.keyboard.press("s")
        window.page.wait_for_timeout(300)
    title, done = window.title(), window.done()
    window.press("i", to=done + 1)
    other.focus()
    other.page.keyboard.press("u")
    other.page.wait_for_selector(".samsyn-card .notice")
    notice = other.page.locator(".samsyn-card .notice").inner_text()
    assert title in notice
    assert "in another window: include" in notice
    assert other.title() != title
    assert other.done() == done + 1
    for n in range(3):
        other.press("u", to=done + 2 + n)
    assert other.page.locator(".samsyn-card .notice").count() == 0
    assert len(none_twice(other)) == done + 4
    other.page.close()


def close_the_tab_in_a_burst(window: Window) -> None:
    window.focus()
    window.page.keyboard.press("i")
    before = settle(window)
    for _ in range(12):
        window.page.keyboard.press("i")
    acknowledged = window.done()
    window.page.close()
    time.sleep(2)
    window.open()
    saved = none_twice(window)
    assert len(saved) >= acknowledged >= before
    assert window.done() == len(saved)
    assert window.title() not in dict(saved)


def decide_where_it_cannot_be_written(window: Window) -> None:
    saved, title, aside = window.standing(), window.title(), window.path.with_name("aside")
    window.path.rename(aside)
    window.path.mkdir()
    window.focus()
    window.page.keyboard.press("i")
    said = window.alert()
    assert "Not saved" in said
    assert "This file cannot be read: Is a directory" in said
    assert window.title() == title
    window.path.rmdir()
    aside.rename(window.path)
    window.press("r", to=len(saved) + 1)
    assert window.standing() == [*saved, (title, "include")]
    assert window.page.locator(".samsyn-card [role=alert]").count() == 0


def test_decisions_survive_reload_kill_close_and_a_second_window(jupyter, browser, unscreened_example):
    folder = jupyter.folder / "review"
    shutil.copytree(unscreened_example, folder)
    window = Window(jupyter, browser, folder)
    screen_twenty_and_take_back_two(window)
    read_the_page_again(window)
    kill_the_kernel_in_a_burst(window)
    press_keys_without_a_kernel(window)
    if window.server.kind != "notebook":  # it is built of Lab's parts
        decide_in_a_second_window(window)
        close_the_tab_in_a_burst(window)
        decide_where_it_cannot_be_written(window)
    if window.server.kind == "lab":
        press_all_keys_in_each_state(window)
    window.page.close()


def render_until(folder: Path, done: Path) -> None:
    n = 0
    while n < 8 and not done.exists():
        Review.open(folder).render()
        n += 1
    done.write_text(str(n))


def test_two_people_screen_one_folder_from_two_servers(serve, browser, unscreened_example, tmp_path):
    folder, done = tmp_path / "review", tmp_path / "done"
    shutil.copytree(unscreened_example, folder)
    people = ("screener-1", "screener-2")
    windows = [
        Window(serve(kind), browser, folder, person)
        for kind, person in zip(("lab", "notebook"), people, strict=True)
    ]
    renderer = multiprocessing.get_context("spawn").Process(target=render_until, args=(folder, done))
    renderer.start()
    keys = {"screener-1": "iiueu", "screener-2": "iueii"}
    for n in range(20):
        for window, person in zip(windows, people, strict=True):
            key = keys[person][n % 5]
            window.focus()
            window.press(*("e", "1") if key == "e" else key, to=n + 1)
    done.touch()
    renderer.join(120)
    assert renderer.exitcode == 0

    # counted again from the lines; each card showed its own person's decisions only
    said = []
    for window, person in zip(windows, people, strict=True):
        verdicts = [{"i": "include", "u": "unsure", "e": "exclude"}[keys[person][n % 5]] for n in range(20)]
        assert window.standing() == list(zip(window.shown()[:20], verdicts, strict=True))
        assert {line["person"] for line in window.lines()} == {person}
        assert window.done() == 20
        said.append({line["record_id"]: line["verdict"] for line in window.lines()})
    expected = {}
    for name in said[0].keys() | said[1].keys():
        pair = {each[name] for each in said if name in each}
        alone = (name in said[0]) != (name in said[1])
        expected[name] = "waiting" if alone else pair.pop() if len(pair) == 1 else "conflict"
    found = Review.open(folder).verdicts()
    assert dict(zip(found["record_id"], found["verdict"], strict=True)) == expected
    for window in windows:
        window.page.close()
