"""What the author writes: sentences on each theme, and review findings (``synthesis.yaml``).

The file is optional; it holds plain text in English, Danish or both, and no number that Samsyn could
compute. It stands in the review folder beside ``protocol.yaml`` and ``coding_scheme.yaml``:

.. code-block:: yaml

    themes:                        # the author's own sentences, shown beside the computed counts
    - id: time_resources           # a theme of the coding scheme
      en: Money for two years is not enough.
      da: Penge til to år er ikke nok.
      studies: 7                   # optional: how many studies had findings here when this was written
    findings:                      # review findings, for GRADE-CERQual and ConQual
    - id: RF1
      en: Practical support lets people take part.
      codes: [participation_practical_support]    # or theme: ..., or findings: [finding ids]
      direction: promotes
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from coding_scheme.scheme import DIRECTIONS, STRICT, CodingScheme
from corpus.checked_yaml import Fault, YamlPath, read_checked_yaml, says_nothing
from corpus.protocol import Wording

FILE_NAME = "synthesis.yaml"


@dataclass(frozen=True)
class AuthorSummary:
    """The author's own sentences on a theme.

    Attributes
    ----------
    id : str
        The theme.
    en, da : str
        Plain text; an empty line begins a new paragraph.
    studies : int, optional
        How many studies had findings under the theme when this was written; the report says when that has
        changed.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    en: str = ""
    da: str = ""
    studies: int | None = None


@dataclass(frozen=True)
class ReviewFinding:
    """A statement of what the studies say together, in the author's words, and what it rests on.

    Attributes
    ----------
    id : str
        What judgements refer to.
    en, da : str
        The statement.
    theme, codes, direction
        It rests on the findings under the theme, or these codes, in this direction (all when empty).
    findings : tuple of str
        Or on exactly these findings, by finding_id.
    """

    __pydantic_config__: ClassVar = STRICT
    id: str
    en: str = ""
    da: str = ""
    theme: str = ""
    codes: tuple[str, ...] = ()
    direction: str = ""
    findings: tuple[str, ...] = ()

    @property
    def statement(self) -> Wording:
        """The statement in both languages."""
        return Wording(self.en, self.da)


@dataclass(frozen=True)
class AuthorText:
    """The content of ``synthesis.yaml``."""

    __pydantic_config__: ClassVar = STRICT
    themes: tuple[AuthorSummary, ...] = ()
    findings: tuple[ReviewFinding, ...] = ()

    def summary_of(self, theme_id: str) -> AuthorSummary | None:
        """The author's sentences on a theme, if there are any."""
        return next((summary for summary in self.themes if summary.id == theme_id), None)


def read_author_text(path: Path | str, scheme: CodingScheme) -> AuthorText:
    """Read and check ``synthesis.yaml``; a missing or empty file says nothing, and that is no fault.

    Parameters
    ----------
    path : Path or str
    scheme : CodingScheme
        Whose themes and codes the file names.

    Raises
    ------
    FaultyFileError
        With all faults at once, each with its line, its path and the known alternatives.

    Examples
    --------
    >>> import tempfile
    >>> from synthesis import example_evidence
    >>> path = Path(tempfile.mkdtemp()) / "synthesis.yaml"
    >>> _ = path.write_text("themes:\\n- {id: times, en: Money ran out.}\\n")
    >>> read_author_text(path, example_evidence().scheme)
    Traceback (most recent call last):
    ...
    corpus.checked_yaml.FaultyFileError: synthesis.yaml has 1 fault; nothing was changed.
    synthesis.yaml line 2: themes.0.id: there is no theme 'times'. Known: steering, time.
    """
    path = Path(path)
    if says_nothing(path):
        return AuthorText()
    return read_checked_yaml(path, AuthorText, cross_checks=lambda text: _faults(text, scheme))


def author_text_under(
    path: Path | str, scheme: CodingScheme, today: CodingScheme
) -> tuple[AuthorText, list[str]]:
    """The author's text as far as an earlier scheme has what it names, and a sentence on each text left out.

    Parameters
    ----------
    path : Path or str
    scheme : CodingScheme
        The earlier one.
    today : CodingScheme
        The one that the file was written for; what it lacks as well is a fault.

    Raises
    ------
    FaultyFileError
        As :func:`read_author_text`, for what is wrong under today's scheme too.

    Examples
    --------
    >>> import tempfile
    >>> from dataclasses import replace
    >>> from synthesis import example_evidence
    >>> today = example_evidence().scheme
    >>> earlier = replace(today, themes=today.themes[1:], version="0.9")
    >>> path = Path(tempfile.mkdtemp()) / "synthesis.yaml"
    >>> _ = path.write_text("themes: [{id: steering, en: It matters.}, {id: time, en: Money ran out.}]")
    >>> text, left_out = author_text_under(path, earlier, today)
    >>> [summary.id for summary in text.themes], left_out
    (['time'], ['the text on the theme steering, which version 0.9 of the scheme does not have'])
    """
    text = read_author_text(path, today)
    themes, codes = {theme.id for theme in scheme.themes}, {code.id for code in scheme.codes}
    without = f"which version {scheme.version} of the scheme does not have"
    left_out = [
        f"the text on the theme {summary.id}, {without}"
        for summary in text.themes
        if summary.id not in themes
    ]
    findings = []
    for finding in text.findings:
        lacking = [*({finding.theme} - themes - {""}), *sorted(set(finding.codes) - codes)]
        if lacking:
            left_out.append(
                f"the review finding {finding.id}, which rests on {', '.join(lacking)}, {without}"
            )
        else:
            findings.append(finding)
    kept = tuple(summary for summary in text.themes if summary.id in themes)
    return replace(text, themes=kept, findings=tuple(findings)), left_out


def _faults(text: AuthorText, scheme: CodingScheme) -> Iterator[Fault]:
    themes = [theme.id for theme in scheme.themes]
    for at, summary in enumerate(text.themes):
        path: YamlPath = ("themes", at)
        if summary.id not in themes:
            yield Fault((*path, "id"), f"there is no theme {summary.id!r}. Known: {', '.join(themes)}.")
        if summary.id in [other.id for other in text.themes[:at]]:
            yield Fault((*path, "id"), f"the theme {summary.id!r} stands twice")
        if not (summary.en.strip() or summary.da.strip()):
            yield Fault(path, f"{summary.id}: no words, neither en nor da")
    for at, finding in enumerate(text.findings):
        if finding.id in [other.id for other in text.findings[:at]]:
            yield Fault(("findings", at, "id"), f"the id {finding.id!r} is used twice")
        yield from _finding_faults(("findings", at), finding, scheme, themes)


def _finding_faults(
    path: YamlPath, finding: ReviewFinding, scheme: CodingScheme, themes: list[str]
) -> Iterator[Fault]:
    codes = [code.id for code in scheme.codes]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", finding.id):
        yield Fault((*path, "id"), f"{finding.id!r}: use letters, digits, - and _, for instance RF1")
    if not (finding.en.strip() or finding.da.strip()):
        yield Fault(path, f"{finding.id}: no statement, neither en nor da")
    given = [name for name in ("theme", "codes", "findings") if getattr(finding, name)]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        yield Fault(path, f"{finding.id}: says by one of theme, codes, findings what it rests on ({found})")
    if finding.theme and finding.theme not in themes:
        yield Fault((*path, "theme"), f"there is no theme {finding.theme!r}. Known: {', '.join(themes)}.")
    for at, code in enumerate(finding.codes):
        if code not in codes:
            yield Fault((*path, "codes", at), f"there is no code {code!r}. Known: {', '.join(codes)}.")
    if finding.direction and finding.direction not in DIRECTIONS:
        known = ", ".join(DIRECTIONS)
        yield Fault((*path, "direction"), f"unknown direction {finding.direction!r}. Known: {known}.")
    if finding.direction and finding.findings:
        yield Fault((*path, "direction"), "findings named one by one have their own directions")
