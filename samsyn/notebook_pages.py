"""Notebooks as pages: executed in a kernel and rendered to one HTML file by nbconvert."""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor

from corpus import ReviewError, UsageError

_LABELS = {"en": ("Code", "Output of cell"), "da": ("Kode", "Resultat af celle")}
# what nbformat raises over JSON that is no notebook; what is no JSON at all is a ValueError
_NO_NOTEBOOK = (nbformat.ValidationError, ValueError, AttributeError, KeyError, RecursionError, TypeError)


def render_notebook(
    notebook: str | Path,
    page: str | Path,
    *,
    folder: str | Path = ".",
    language: str = "en",
    code: bool = True,
) -> Path:
    """Execute a notebook and write it as one self-contained HTML page that fetches nothing.

    Parameters
    ----------
    notebook, page : str or Path
        The notebook, which is left as it is, and the HTML file to write.
    folder : str or Path
        Where the notebook runs: a review folder.
    language : {"en", "da"}
        Language of the page's own words.
    code : bool
        Whether the code stands on the page, folded.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    UsageError
        When there is no such notebook, or the file cannot be read as one.
    ReviewError
        When a cell fails; nothing is written then.
    """
    executed = run_notebook(notebook, folder)
    return write_page(executed, page, name=Path(notebook).stem, language=language, code=code)


def run_notebook(notebook: str | Path, folder: str | Path = ".") -> nbformat.NotebookNode:
    """Execute a notebook in a folder; the file is left as it is. Raises as :func:`render_notebook`."""
    notebook = Path(notebook)
    try:
        cells = nbformat.read(notebook, as_version=4)
    except FileNotFoundError:
        raise UsageError(f"There is no notebook {notebook}.", next_step="Check the name.") from None
    except OSError as error:
        raise UsageError(
            f"{notebook} cannot be read: {error.strerror or error}.", next_step="Name an .ipynb file."
        ) from None
    except UnicodeDecodeError:
        raise UsageError(
            f"{notebook.name} is not written in UTF-8, as notebooks are.",
            next_step="Open it in Jupyter and save it again.",
        ) from None
    except _NO_NOTEBOOK:
        raise UsageError(f"{notebook.name} is not a notebook.", next_step="Name an .ipynb file.") from None
    # the kernel's advice on encrypting its loopback connection is not for the person who renders a page
    quiet = ["--IPKernelApp.log_level=40"]
    runner = ExecutePreprocessor(timeout=600, kernel_name="python3", extra_arguments=quiet)
    try:
        cells, _ = runner.preprocess(cells, {"metadata": {"path": str(folder)}})
    except CellExecutionError as error:
        raise ReviewError(f"A cell failed: {error.ename}: {error.evalue}", where=notebook.name) from None
    return cells


def write_page(
    executed: nbformat.NotebookNode,
    page: str | Path,
    *,
    name: str = "",
    language: str = "en",
    code: bool = True,
) -> Path:
    """Write an executed notebook as one self-contained HTML page; a card shows its static twin.

    As :func:`render_notebook`; ``name`` is the title of the page where the notebook has none.
    """
    page = Path(page)
    title = re.search(r"^# (.+)$", executed.cells[0].source, re.MULTILINE) if executed.cells else None
    code_label, output_label = _LABELS[language]
    resources = {
        "language": language,
        "page_title": title.group(1) if title else name,
        "with_code": code,
        "code_label": code_label,
        "output_label": output_label,
    }
    with as_file(files("samsyn") / "notebook_page") as template:
        exporter = HTMLExporter(
            template_name=template.name, extra_template_basedirs=[str(template.parent)], embed_images=True
        )
        html, _ = exporter.from_notebook_node(executed, resources=resources)
    # the empty corner of a data frame is no heading
    html = html.replace("<th></th>", "<td></td>")
    partial = page.with_name(f".{page.name}.partial")
    page.parent.mkdir(parents=True, exist_ok=True)
    partial.write_text(html, encoding="utf-8", newline="\n")
    partial.replace(page)  # the page appears whole
    return page
