"""A real Jupyter server and a real browser for the cards."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat
import pytest

TOKEN = "only-for-this-test"
LOADS = 60_000  # milliseconds that a page may take on a busy machine


@dataclass
class JupyterServer:
    """A running server. ``kind`` is "lab", "notebook" or "voila"."""

    kind: str
    folder: Path
    address: str
    process: subprocess.Popen

    def write_notebook(self, *sources: str, name: str = "page.ipynb") -> str:
        """Write a notebook with these code cells into the server's folder; return its name."""
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        cells = [nbformat.v4.new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), self.folder / name)
        return name

    def open(self, browser, name: str = "page.ipynb", *, width: int = 1280, height: int = 900, **context):
        """A page with the notebook; in voila it has run already, elsewhere see :func:`run_all`."""
        page = browser.new_page(viewport={"width": width, "height": height}, **context)
        page.set_default_timeout(LOADS)
        # a workspace of its own, or the tabs of other pages open too
        lab = f"lab/workspaces/{Path(name).stem}/tree"
        path = {"lab": lab, "notebook": "notebooks", "voila": "voila/render"}[self.kind]
        page.goto(f"{self.address}/{path}/{name}?token={TOKEN}")
        return page

    def run_all(self, page) -> None:
        """Run every cell by its keys; an early one is run again, since a page drops it while it connects."""
        page.wait_for_selector(".jp-CodeCell .cm-content")
        for number in range(page.locator(".jp-CodeCell").count()):
            cell = page.locator(".jp-CodeCell").nth(number)
            for _ in range(20):
                self.wait_for_kernel(page)
                cell.locator(".cm-content").first.click()
                page.keyboard.press("Shift+Enter")
                prompt = cell.locator(".jp-InputPrompt").first
                page.wait_for_timeout(500)
                if prompt.inner_text().strip() != "[ ]:":
                    break

    def wait_for_kernel(self, page) -> None:
        """Wait until a page's kernel is idle and connected; the dialogs a slow start opens are answered."""
        for _ in range(LOADS // 200):
            if page.locator(".jp-Dialog button").count():
                page.locator(".jp-Dialog button").last.click()
            try:
                kernels = self.api("kernels")
            except urllib.error.HTTPError:  # asked while a kernel is half started
                kernels = []
            if any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels):
                break
            page.wait_for_timeout(200)
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")

    def api(self, path: str, *, method: str = "GET", **body) -> object:
        """Ask the server's own interface, as its pages do."""
        request = urllib.request.Request(
            f"{self.address}/api/{path}",
            method=method,
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
            data=json.dumps(body).encode() if body else None,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            read = answer.read()
        return json.loads(read) if read else None

    def save(self, page, notebook: str) -> None:
        """Save by the key until the outputs of a notebook's first cell are on the disk, as a person would."""
        for tried in range(LOADS // 100):
            if tried % 50 == 0:
                page.keyboard.press("Control+s")
            # it cannot be read while the server is writing it
            with suppress(urllib.error.HTTPError):
                if self.api(f"contents/{notebook}")["content"]["cells"][0]["outputs"]:
                    return
            page.wait_for_timeout(100)
        raise TimeoutError(f"{notebook} was not saved: {page.locator('.jp-Dialog').all_inner_texts()}")


@contextmanager
def running_server(kind: str, folder: Path, settings: Path):
    """Start JupyterLab, Notebook or voila on a free port of this machine, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # a notebook is saved when it is asked for, and not every other minute
    own = settings / "config/lab/user-settings/@jupyterlab/docmanager-extension/plugin.jupyterlab-settings"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text('{"autosave": false}')
    command = ["voila"] if kind == "voila" else ["jupyter", kind, "--allow-root"]
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"}
    environment = os.environ | {name: str(settings / place) for name, place in folders.items()}
    log = settings / f"{kind}.log"
    with log.open("w") as said:
        token = f"--token={TOKEN}" if kind == "voila" else f"--IdentityProvider.token={TOKEN}"
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--no-browser", "--ip=127.0.0.1", f"--port={port}", token],
            cwd=folder,
            env=environment | {"IPYTHONDIR": str(settings / "ipython")},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/?token={TOKEN}", process, log)
        yield JupyterServer(kind, folder, address, process)
    finally:
        # the server and its kernels
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(log.read_text())


# a page that stands in for Jupyter's: the card's own script, and its Python behind `send`
_PAGE = """<!doctype html><html lang="en"><head><title>Card</title><style>
%(css)s
body { margin: 0; } main { padding: 8px; } h1 { font: 1rem sans-serif; }</style></head>
<body data-jp-theme-light="%(light)s"><main><h1>Card</h1><div id="card"></div></main>
<script type="module">
%(script)s
const values = %(values)s, heard = {};
window.asked = window.answered = 0;
const model = {
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; },
  save_changes: () => window.saved({ letter_keys: values.letter_keys }),
  on: (name, act) => { heard[name] = act; },
  off: () => {},
  send: async (message) => {
    window.asked += 1;
    values.state = await window.sent(message);
    heard["change:state"]();
    window.answered += 1;
  },
};
window.card = (await Promise.resolve(CARD)).render({ model, el: document.getElementById("card") });
</script></body></html>"""


@contextmanager
def shown_card(browser, card, *, width: int = 1280, height: int = 900, dark: bool = False, **context):
    """A card in a plain page of the browser, without Jupyter around it."""
    page = browser.new_page(viewport={"width": width, "height": height}, **context)
    page.set_default_timeout(LOADS)

    def sent(message):
        card._take(None, message, None)
        return card.state

    page.expose_function("sent", sent)
    page.expose_function("saved", lambda values: card.set_trait("letter_keys", values["letter_keys"]))
    synced = ("state", "words", "language", "letter_keys", "codes", "directions")
    values = {name: getattr(card, name) for name in synced if card.has_trait(name)}
    html = _PAGE % {
        "css": card._css, "light": "false" if dark else "true",
        "script": card._esm.replace("export default", "const CARD ="),
        "values": json.dumps(values).replace("</", "<\\/"),
    }  # fmt: skip
    page.set_content(html)
    page.wait_for_selector(".samsyn-card")
    try:
        yield page
    finally:
        page.close()


@pytest.fixture
def press_answered():
    """``press_answered(page, *keys)``: in a plain page, each key when Python has answered the one before."""

    def press(page, *keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)
            page.wait_for_function("window.asked === window.answered")

    return press


@pytest.fixture
def show_card(browser):
    """``with show_card(card, width=..., dark=...) as page``: the card in a plain page."""
    return partial(shown_card, browser)


@pytest.fixture(scope="session")
def unscreened_example(example_folder, tmp_path_factory) -> Path:
    """The invented example review before anybody has screened or coded; not to be changed."""
    folder = tmp_path_factory.mktemp("unscreened") / "review"
    shutil.copytree(example_folder, folder)
    for kind in ("screening", "coding", "judgements"):
        shutil.rmtree(folder / "decisions" / kind, ignore_errors=True)
    return folder


@pytest.fixture(params=["lab", "notebook", "voila"])
def jupyter(request, tmp_path):
    """JupyterLab, Notebook 7 and voila in turn, each in a folder of its own."""
    folder, settings = tmp_path / "work", tmp_path / "settings"
    folder.mkdir()
    settings.mkdir()
    with running_server(request.param, folder, settings) as server:
        yield server


@pytest.fixture
def serve(tmp_path):
    """A function that starts a server of a kind, in a folder of its own; they end with the test."""
    with ExitStack() as servers:

        def start(kind: str) -> JupyterServer:
            folder, settings = tmp_path / f"{kind}-work", tmp_path / f"{kind}-settings"
            folder.mkdir()
            settings.mkdir()
            return servers.enter_context(running_server(kind, folder, settings))

        yield start
