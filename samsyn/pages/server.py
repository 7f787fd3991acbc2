"""The server behind the clean pages: voila on this machine alone, behind a random token.

It listens on 127.0.0.1, answers only who knows the token, refuses other websites' requests, and tells the
browser to fetch nothing from anywhere else. It writes to the review only what people decide.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import nbformat
from filelock import FileLock, Timeout
from jupyter_core.paths import jupyter_runtime_dir, secure_write
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import RequestHandler
from traitlets.config import Config
from voila.app import Voila

from corpus import ReviewError, UsageError
from samsyn.cards.words import LANGUAGES, card_words
from samsyn.pages.address import PAGES, PageAddress
from samsyn.review import Review

_HOST = "127.0.0.1"
_KERNEL = "samsyn"
# seconds after which Python ends behind a page that nobody has open any more; not at once, so that what was
# pressed just before a page was closed is still saved
_ENDS_AFTER = 120
_ONLY_FROM_HERE = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws://{address}; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def open_pages(
    folder: Path,
    page: PageAddress,
    *,
    port: int = 0,
    opens_browser: bool = True,
    practice: bool = False,
    say: Callable[[str], object] = print,
) -> None:
    """Serve the clean pages of a review until Ctrl-C; where they are open already, say so and go there.

    Parameters
    ----------
    folder : Path
        A review folder.
    page : PageAddress
        The page to open.
    port : int
        Where to listen; 0 is a free port.
    opens_browser : bool
    practice : bool
        Whether the page says that the review is there to practise on.
    say : callable
        Takes each line for the person at the terminal.

    Raises
    ------
    ReviewError
        When there is no review, the protocol cannot be read, or the port is taken.
    """
    protocol = Review.open(folder).protocol
    page.check_person(protocol)
    with ExitStack() as held:
        runs = _run_file(folder)
        lock = FileLock(runs.with_suffix(".lock"))
        try:
            held.enter_context(lock.acquire(timeout=0))
        except Timeout:
            address = _with_query(_read_run(runs), page)
            say(f"This review is open already, in another window of the terminal. Its page: {address}")
            say("To end it, press Ctrl-C there.")
            if opens_browser:
                _open_in_browser(address)
            return
        token, port = secrets.token_urlsafe(24), _free_port(port)
        root = f"http://{_HOST}:{port}/?token={token}"
        work = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="samsyn-open-")))
        held.enter_context(_environment(work))
        hook = _Entrance(folder, practice)
        app = _server(work, port, token, _notebook(work, folder), hook)
        held.enter_context(_noted(runs, root))
        address = _with_query(root, page)
        app.on_listening = lambda: _listening(address, opens_browser, say)
        app.start()
        say("Ended. Everything decided is saved.")


class _Entrance:
    """Prepares the notebook of each page as it is asked for: language, heading, links, who decides."""

    def __init__(self, folder: Path, practice: bool) -> None:
        self.folder, self.practice = folder, practice

    def __call__(self, request: RequestHandler, notebook: Any, cwd: str) -> Any:
        page = PageAddress.read(request.request.query)
        words = card_words(page.language)["page"]
        fault, title, people, names = "", self.folder.resolve().name, [], {}
        try:
            protocol = Review.open(self.folder).protocol
            title, people = protocol.title.in_language(page.language) or title, page.choices(protocol)
            names = dict(page.people(protocol))
            page.check_person(protocol)
        except ReviewError as error:
            fault, page = str(error), page.changed(person="")
        other = next(one for one in LANGUAGES if one != page.language)
        practice = words["practice_looking" if page.what == "tables" else "practice"] if self.practice else ""
        if practice and page.person:
            name = names.get(page.person, page.person)
            practice += " " + words["practice_as"].replace("{name}", name)
        notebook.metadata["samsyn"] = {
            "words": words,
            "language": page.language,
            "heading": words[f"{page.what}_heading"],
            "title": title,
            "person": names.get(page.person, page.person),
            "others": page.changed(person="").query() if not self.practice and page.what != "tables" else "",
            "links": [] if self.practice else [
                (words[what], page.changed(what=what, mode="").query(), what == page.what) for what in PAGES
            ],
            "other_language": page.changed(language=other).query(),
            "practice": practice,
            "fault": fault,
            "asks": page.asks_who,
            "fields": [("page", page.what), ("language", page.language), ("mode", page.mode)],
            "people": people,
            "waits": not page.asks_who,
        }  # fmt: skip
        return notebook


class _OnlyWithToken(IdentityProvider):
    """Whoever has the token is let in; other websites are refused even so."""

    def should_check_origin(self, handler: Any) -> bool:
        return True

    def get_handlers(self) -> list[tuple[str, Any]]:
        return [(r"/login", _NoEntry), (r"/logout", _NoEntry)]


class _NoEntry(JupyterHandler):
    """Says in words that the address is not the whole one."""

    async def prepare(self, *, _redirect_to_login: bool = True) -> None:
        """Anybody may read it."""

    def get(self) -> None:
        """Show the words in each language."""
        self.set_status(403)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        said = [(language, card_words(language)["page"]) for language in LANGUAGES]
        parts = [
            f"<section lang={language}><h1>{words['no_entry_heading']}</h1>"
            f"<p>{words['no_entry']}</p></section>"
            for language, words in said
        ]
        self.finish(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Samsyn</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;"
            "margin:2rem auto;padding:0 1rem}h1{font-size:1.375rem}</style></head>"
            f"<body><main>{''.join(parts)}</main></body></html>"
        )


class _Pages(Voila):
    """Voila, with a word to say when it listens, and nothing read from the folder it is started in."""

    on_listening: Callable[[], None]

    def launch_browser(self) -> None:
        self.on_listening()


def _server(work: Path, port: int, token: str, notebook: Path, hook: _Entrance) -> _Pages:
    policy = _ONLY_FROM_HERE.format(address=f"{_HOST}:{port}")
    settings = Config()
    settings.Voila = Config(
        ip=_HOST,
        port=port,
        port_retries=0,
        token=token,
        identity_provider_class=_OnlyWithToken,
        # _Pages says it in its own words
        open_browser=True,
        notebook_path=str(notebook),
        # a voila.json in a folder that somebody sent is not to be obeyed
        config_file_paths=[],
        connection_dir_root=str(work),
        log_level="CRITICAL",
        tornado_settings={
            # other names for this machine are refused, so that no website can make itself one
            "allow_remote_access": False,
            "headers": {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"},
            "log_function": lambda handler: None,
        },
    )
    settings.IdentityProvider = Config(cookie_options={"SameSite": "Strict"})
    settings.VoilaConfiguration = Config(
        template="samsyn",
        allow_template_override="NO",
        allow_theme_override="NO",
        file_allowlist=[],
        extension_allowlist=[
            "anywidget",
            "@jupyter-widgets/jupyterlab-manager",
            "@voila-dashboards/widgets-manager8",
        ],
        prelaunch_hook=hook,
    )
    settings.MappingKernelManager = Config(cull_idle_timeout=_ENDS_AFTER, cull_interval=30)
    app = _Pages(config=settings)
    app.initialize([])
    # what fails is said on the page, in words; the terminal keeps the address in sight
    logging.getLogger("tornado").setLevel(logging.CRITICAL)
    if hasattr(signal, "SIGHUP"):
        # the window of the terminal was closed
        signal.signal(signal.SIGHUP, app._handle_signal_stop)
    return app


def _listening(address: str, opens_browser: bool, say: Callable[[str], object]) -> None:
    say(f"Open at  {address}")
    say("The page works on this computer only. Leave this window open; Ctrl-C ends it.")
    if opens_browser and not _open_in_browser(address):
        say("No browser could be started: copy the address into one.")


def _open_in_browser(address: str) -> bool:
    shows = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    if sys.platform.startswith("linux") and not any(map(os.environ.get, shows)):
        # a browser of text would take the terminal over
        return False
    # some browsers give the word back only when they are closed, and the page must be served meanwhile
    threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
    return True


def _notebook(work: Path, folder: Path) -> Path:
    """The notebook behind the pages: one cell, in a folder of its own outside the review."""
    source = f"from samsyn.pages.content import show\n\nshow({str(folder.resolve())!r})"
    kernel = {"name": _KERNEL, "display_name": "Samsyn", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source, id="card")]
    path = work / "notebook" / "samsyn.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@contextmanager
def _environment(work: Path) -> Iterator[None]:
    """This Python as the kernel, Samsyn's template, and nothing of the person's own Jupyter settings."""
    kernel = work / "jupyter" / "kernels" / _KERNEL
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "--log-level=40", "-f", "{connection_file}"]
    told = {"argv": command, "display_name": "Samsyn", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(told), encoding="utf-8")
    with as_file(files("samsyn") / "pages") as pages:
        set_here = {
            "JUPYTER_PATH": os.pathsep.join([str(work / "jupyter"), str(pages)]),
            "JUPYTER_CONFIG_DIR": str(work / "config"),
            "JUPYTER_NO_CONFIG": "1",
            "IPYTHONDIR": str(work / "ipython"),
            # the kernel imports the same Samsyn, wherever it was started from
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(pages.parents[1]), os.environ.get("PYTHONPATH", "")])
            ),
        }
        before = {name: os.environ.get(name) for name in set_here}
        os.environ.update(set_here)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _free_port(port: int) -> int:
    """The port asked for, or any when that is 0."""
    with socket.socket() as free:
        # as the server will ask for it: a connection that just ended does not hold it
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name == "posix"))
        try:
            free.bind((_HOST, port))
        except (OSError, OverflowError):
            raise UsageError(
                f"Port {port} is taken or cannot be used.",
                next_step="Leave out --port, or choose another.",
            ) from None
        return int(free.getsockname()[1])


# --- one server for a review ----------------------------------------------------------------------------


def _run_file(folder: Path) -> Path:
    """Where it is noted that this review is open: outside the review, readable for this user only."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    path = Path(jupyter_runtime_dir()) / f"samsyn-open-{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


@contextmanager
def _noted(runs: Path, root: str) -> Iterator[None]:
    with secure_write(str(runs)) as file:
        json.dump({"address": root}, file)
    try:
        yield
    finally:
        runs.unlink(missing_ok=True)
        with suppress(OSError):
            runs.with_suffix(".lock").unlink(missing_ok=True)


def _read_run(runs: Path) -> str:
    try:
        return str(json.loads(runs.read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError):
        raise UsageError(
            "This review is being opened in another window of the terminal.",
            next_step="Wait some seconds, or end it there with Ctrl-C.",
        ) from None


def _with_query(root: str, page: PageAddress) -> str:
    before, _, token = root.partition("?token=")
    return f"{before}?{page.query(token=token)}"
