"""Titles and abstracts as they are meant: the few marks that exports carry become formatting.

Databases hand over ``<i>``, ``<sub>``, ``<jats:p>`` and entities inside the text. What is on this list is
formatting; every other sign is shown as it stands. Nothing is ever handed to a page as HTML: a card builds
text nodes from the runs, and the static page escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape, unescape

# mark -> element that shows it
_INLINE = {
    "i": "i", "em": "i", "italic": "i", "jats:italic": "i", "b": "b", "strong": "b", "bold": "b",
    "jats:bold": "b", "sub": "sub", "jats:sub": "sub", "sup": "sup", "jats:sup": "sup", "inf": "sub",
    "jats:title": "b",
}  # fmt: skip
# marks that begin and end a paragraph
_BREAKS = ("p", "jats:p", "br", "jats:sec", "jats:title", "div", "h4")
_MARK = re.compile(
    rf"<(/?)({'|'.join(sorted({*_INLINE, *_BREAKS}, key=len, reverse=True))})"
    r"((?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*)\s*/?>",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Run:
    """Text in one form: ``form`` names the elements around it ("i", "b", "sub", "sup"), outermost first."""

    text: str
    form: tuple[str, ...] = ()


Paragraph = list[Run]


def formatted(text: str) -> list[Paragraph]:
    """A title or abstract as paragraphs of runs.

    Examples
    --------
    >>> formatted("<p>CO<sub>2</sub> &amp; <b>trust</b></p>")[0][1:]
    [Run(text='2', form=('sub',)), Run(text=' & ', form=()), Run(text='trust', form=('b',))]
    >>> formatted("a <0.05 <script>")
    [[Run(text='a <0.05 <script>', form=())]]
    """
    paragraphs: list[Paragraph] = [[]]
    form: list[str] = []
    at = 0

    def take(words: str) -> None:
        words = unescape(words)
        if words and paragraphs[-1] and paragraphs[-1][-1].form == tuple(form):
            paragraphs[-1][-1] = Run(paragraphs[-1][-1].text + words, tuple(form))
        elif words:
            paragraphs[-1].append(Run(words, tuple(form)))

    for found in _MARK.finditer(text):
        take(text[at : found.start()])
        at, name = found.end(), found.group(2).lower()
        if name in _BREAKS and paragraphs[-1]:
            paragraphs.append([])
        element = _INLINE.get(name)
        if element and not found.group(1):
            # twice as bold is no bolder, and a file may say it a million times
            if element not in form:
                form.append(element)
        elif element in form:
            del form[len(form) - 1 - form[::-1].index(element)]
    take(text[at:])
    return [trimmed for paragraph in paragraphs if (trimmed := _trimmed(paragraph))]


def plain(paragraphs: Sequence[Paragraph]) -> str:
    """The text alone, paragraphs joined by line feeds.

    Examples
    --------
    >>> plain(formatted("<p>One.</p><p>H<sub>2</sub>O</p>"))
    'One.\\nH2O'
    """
    return "\n".join("".join(run.text for run in paragraph) for paragraph in paragraphs)


def with_marks(
    paragraphs: Sequence[Paragraph], marks: Iterable[tuple[int, int, str]] = ()
) -> list[list[list[str]]]:
    """Paragraphs of [text, form, mark] for a page: the runs cut where marks begin and end.

    Parameters
    ----------
    paragraphs : sequence of list of Run
    marks : iterable of (start, end, name)
        Code points of :func:`plain`; ascending, not overlapping.

    Examples
    --------
    >>> with_marks(formatted("Trust in <i>time</i>"), [(0, 5, "for")])
    [[['Trust', '', 'for'], [' in ', '', ''], ['time', 'i', '']]]
    """
    waiting, shown, at = list(marks), [], 0
    for paragraph in paragraphs:
        cut: list[list[str]] = []
        for run in paragraph:
            end = at + len(run.text)
            while at < end:
                while waiting and waiting[0][1] <= at:
                    waiting.pop(0)
                first, last, name = waiting[0] if waiting else (end, end, "")
                inside = first <= at
                upto = min(end, last if inside else first)
                text = run.text[len(run.text) - (end - at) : len(run.text) - (end - upto)]
                cut.append([text, " ".join(run.form), name if inside else ""])
                at = upto
        shown.append(cut)
        at += 1
    return shown


def as_html(paragraphs: Sequence[Paragraph]) -> list[str]:
    """Each paragraph as the inside of an HTML element.

    Examples
    --------
    >>> as_html(formatted("CO<sub>2</sub> < 3"))
    ['CO<sub>2</sub> &lt; 3']
    """
    return ["".join(_html(run) for run in paragraph) for paragraph in paragraphs]


def _html(run: Run) -> str:
    text = escape(run.text)
    for element in reversed(run.form):
        text = f"<{element}>{text}</{element}>"
    return text


def _trimmed(paragraph: Paragraph) -> Paragraph:
    kept = list(paragraph)
    while kept and not kept[0].text.strip():
        kept.pop(0)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[0] = Run(kept[0].text.lstrip(), kept[0].form)
        kept[-1] = Run(kept[-1].text.rstrip(), kept[-1].form)
    return kept
