"""Figures: the PRISMA 2020 flow diagram, laid out from the counts and drawn as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpus.errors import ReviewError
from corpus.flow import Flow
from corpus.previous_review import PreviousReview
from corpus.protocol import Protocol
from synthesis.drawing import text_width
from synthesis.words import Words

_LEFT, _BOX, _GAP, _PAD, _LINE, _TOP, _BETWEEN = 28, 340, 32, 10, 18, 40, 34
_PREVIOUS = 210


@dataclass(frozen=True)
class FlowLine:
    """One line of a box: its text, how far it is indented, and whether it is a heading."""

    text: str
    indent: int = 0
    is_heading: bool = False


@dataclass(frozen=True)
class FlowBox:
    """A box of the diagram.

    Attributes
    ----------
    id : str
        The count it shows, as Flow names it.
    lines : tuple of FlowLine
        Before wrapping; the text twin says these.
    is_open : bool
        Shows work not yet done; drawn with a dashed edge.
    x, y, height : int
        Its place.
    wrapped : tuple of FlowLine
        The lines as they fit the box.
    """

    id: str
    lines: tuple[FlowLine, ...]
    is_open: bool = False
    x: int = 0
    y: int = 0
    wrapped: tuple[FlowLine, ...] = ()
    width: int = _BOX

    @property
    def height(self) -> int:
        """Height for its wrapped lines."""
        return 2 * _PAD + _LINE * len(self.wrapped) - 3

    def text(self) -> str:
        """The box in one sentence, for the text twin."""
        first, *rest = [line.text for line in self.lines]
        return f"{first} {', '.join(rest)}".strip() if first.endswith(":") else "; ".join([first, *rest])

    def placed(self, x: int, y: int) -> FlowBox:
        """The same box at a place."""
        return FlowBox(self.id, self.lines, self.is_open, x, y, self.wrapped, self.width)


@dataclass(frozen=True)
class FlowFigure:
    """The flow diagram, laid out.

    Attributes
    ----------
    title, description : str
        The text alternative.
    width, height : int
    bands : tuple of (text, x, y, width, height, is_upright)
        The headings above and at the side.
    boxes : tuple of FlowBox
    arrows : tuple of tuple of points
        Each a line with its head at the last point.
    sums : tuple of str
        The identities, as sums that were checked.
    notes : tuple of str
    language : str
    """

    title: str
    description: str
    width: int
    height: int
    bands: tuple[tuple[str, int, int, int, int, bool], ...]
    boxes: tuple[FlowBox, ...]
    arrows: tuple[tuple[tuple[int, int], ...], ...]
    sums: tuple[str, ...]
    notes: tuple[str, ...]
    language: str

    def svg(self) -> str:
        """The diagram as an SVG document that stands alone."""
        from synthesis.rendering import flow_svg  # noqa: PLC0415 (rendering knows figures, not the reverse)

        return flow_svg(self)

    def _repr_html_(self) -> str:
        return self.svg()


def flow_figure(flow: Flow, protocol: Protocol, language: str = "en") -> FlowFigure:
    """S8: the PRISMA 2020 flow diagram.

    Parameters
    ----------
    flow : Flow
        The counts.
    protocol : Protocol
        Gives the stages in use, the words of the reasons for exclusion, and what an earlier review included:
        with ``previous_review`` it is the diagram of an updated review.
    language : str
        "en" or "da".

    Raises
    ------
    ReviewError
        When a sum does not hold; the message names it.

    Source
    ------
    Page et al. 2021, The PRISMA 2020 statement, doi 10.1136/bmj.n71.

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> evidence = example_evidence()
    >>> figure = flow_figure(evidence.flow, evidence.protocol)
    >>> [box.text() for box in figure.boxes][-1]
    'Studies included in review (n = 2); Reports of included studies (n = 3)'
    >>> figure.sums[0]
    '5 − 1 − 0 − 0 = 4'
    """
    broken = list(flow.broken_identities())
    if broken:
        raise ReviewError(
            f"The flow diagram does not add up: {'; '.join(broken)}.",
            next_step="Run `samsyn check`; nothing was drawn.",
        )
    words, previous = Words(language), protocol.previous_review
    has_full_text = "full_text" in protocol.stages
    rows = [_identification(flow, words), _screening(flow, words)]
    if has_full_text:
        rows += [_retrieval(flow, words), _eligibility(flow, protocol, words)]
    rows.append((_included(flow, words, is_new=previous is not None), ()))
    if previous:
        rows.append((_total(flow, previous, words), ()))
    other = _other(flow, words)
    left = _LEFT + (_PREVIOUS + _GAP if previous else 0)
    boxes, arrows, tops, bottom = _laid_out(rows, other, left)
    if previous:
        before = _previous(previous, words).placed(_LEFT, _TOP)
        total, middle = boxes[-1], boxes[-1].y + boxes[-1].height // 2
        spine = _LEFT + _PREVIOUS // 2
        boxes = (before, *boxes)
        arrows = (((spine, before.y + before.height), (spine, middle), (total.x, middle)), *arrows)
    width = left + 2 * _BOX + _GAP + (_GAP + _BOX if other else 0) + 2
    n_included = 2 if previous else 1
    identified = sum(n for *_, n in flow.identified)
    return FlowFigure(
        title=words("flow_title"),
        description=words(
            "flow_intro", identified=words.count("n_records", identified),
            reports=words.count("n_reports", flow.included_reports),
            studies=words.count("n_studies", flow.included_studies),
        ) + (_previous_told(flow, previous, words) if previous else ""),
        width=width,
        height=bottom + 2,
        bands=tuple(_bands(words, tops, bottom, left, n_included=n_included, has_other=other is not None)),
        boxes=boxes,
        arrows=arrows,
        sums=tuple(_sums(flow, words, previous, has_full_text=has_full_text)),
        notes=(
            *((words("previous_note", reference=previous.reference),) if previous else ()),
            *(words(key) for key, applies in
            [("flow_other_note", other is not None), ("flow_one_stage_note", not has_full_text)] if applies),
        ),
        language=language,
    )  # fmt: skip


_Row = tuple[FlowBox, tuple[FlowBox, ...]]


def _identification(flow: Flow, words: Words) -> _Row:
    lines = [FlowLine(words("identified_from"), 0, True)]
    for kind, key in (("database", "databases"), ("register", "registers")):
        named: dict[str, int] = {}
        for _, database, its_kind, n in flow.identified:
            if its_kind == kind:
                named[database] = named.get(database, 0) + n
        lines.append(_count(words, words(key), sum(named.values()), indent=12))
        lines += [_count(words, database, n, indent=24) for database, n in named.items()]
    removed = [FlowLine(words("removed_before"), 0, True)]
    removed += [
        _count(words, words(key), getattr(flow, key), indent=12)
        for key in ("duplicates_removed", "automation_removed", "other_removed")
    ]
    side = [_box("removed", removed)]
    if flow.not_yet_screened:
        side.append(_single(flow, words, "not_yet_screened", is_open=True))
    return _box("identified", lines), tuple(side)


def _other(flow: Flow, words: Words) -> FlowBox | None:
    others = [(database, n) for _, database, kind, n in flow.identified if kind == "other"]
    if not others:
        return None
    lines = [FlowLine(words("identified_from"), 0, True)]
    return _box(
        "identified_other", [*lines, *(_count(words, database, n, indent=12) for database, n in others)]
    )


def _screening(flow: Flow, words: Words) -> _Row:
    side = [_single(flow, words, "excluded_screening")]
    if flow.undecided_screening:
        side.append(_single(flow, words, "undecided_screening", is_open=True))
    return _single(flow, words, "screened"), tuple(side)


def _retrieval(flow: Flow, words: Words) -> _Row:
    side = [_single(flow, words, "not_retrieved")]
    if flow.not_yet_assessed:
        side.append(_single(flow, words, "not_yet_assessed", is_open=True))
    return _single(flow, words, "sought"), tuple(side)


def _eligibility(flow: Flow, protocol: Protocol, words: Words) -> _Row:
    reason = {
        criterion.id: criterion.in_language(words.language) for criterion in protocol.criteria.exclusion
    }
    total = sum(n for _, n in flow.excluded_reasons)
    lines = [_count(words, words("reports_excluded").rstrip(":"), total, heading=True)]
    lines += [
        _count(words, reason.get(name) or name or words("no_reason"), n, indent=12)
        for name, n in flow.excluded_reasons
    ]
    return _single(flow, words, "assessed"), (_box("excluded_reasons", lines),)


def _included(flow: Flow, words: Words, *, is_new: bool) -> FlowBox:
    new = "new_" if is_new else ""
    return _box("included_studies", [
        _count(words, words(f"{new}included_studies"), flow.included_studies, heading=True),
        _count(words, words(f"{new}included_reports"), flow.included_reports),
    ])  # fmt: skip


def _previous(previous: PreviousReview, words: Words) -> FlowBox:
    lines = [
        _count(words, words("previous_studies"), previous.studies, heading=True),
        _count(words, words("previous_reports"), previous.reports),
    ]
    return _box("previous_studies", lines, width=_PREVIOUS)


def _total(flow: Flow, previous: PreviousReview, words: Words) -> FlowBox:
    studies, reports = previous.totals(flow.included_studies, flow.included_reports)
    return _box("total_studies", [
        _count(words, words("total_studies"), studies, heading=True),
        _count(words, words("total_reports"), reports),
    ])  # fmt: skip


def _previous_told(flow: Flow, previous: PreviousReview, words: Words) -> str:
    studies, reports = previous.totals(flow.included_studies, flow.included_reports)
    return " " + words(
        "previous_intro",
        before=words.count("n_studies", previous.studies),
        studies=words.count("n_studies", studies),
        reports=words.count("n_reports", reports),
    )


def _single(flow: Flow, words: Words, key: str, *, is_open: bool = False) -> FlowBox:
    return _box(key, [_count(words, words(key), getattr(flow, key), heading=True)], is_open=is_open)


def _count(words: Words, text: str, n: int, *, indent: int = 0, heading: bool = False) -> FlowLine:
    return FlowLine(words("n_equals", text=text, n=words.number(n)), indent, heading)


def _box(name: str, lines: list[FlowLine], *, is_open: bool = False, width: int = _BOX) -> FlowBox:
    wrapped = [part for line in lines for part in _wrapped(line, width - 2 * _PAD)]
    return FlowBox(name, tuple(lines), is_open, wrapped=tuple(wrapped), width=width)


def _laid_out(
    rows: list[_Row], other: FlowBox | None, left: int
) -> tuple[tuple[FlowBox, ...], tuple[tuple[tuple[int, int], ...], ...], list[tuple[int, int]], int]:
    """Boxes at their places, arrows, (top, bottom) of each row, and the bottom of the last."""
    boxes: list[FlowBox] = []
    arrows: list[tuple[tuple[int, int], ...]] = []
    spans: list[tuple[int, int]] = []
    spine, side_x, other_x = left + _BOX // 2, left + _BOX + _GAP, left + 2 * (_BOX + _GAP)
    top, above = _TOP, None
    for place, (unplaced, side) in enumerate(rows):
        main = unplaced.placed(left, top)
        boxes.append(main)
        if above is not None:
            arrows.append(((spine, above.y + above.height), (spine, main.y)))
        bottom, y = main.y + main.height, top
        for beside in side:
            box = beside.placed(side_x, y)
            boxes.append(box)
            middle = y + min(box.height, main.height) // 2 if y == top else y + box.height // 2
            # a second side box hangs on the line that leads down, unless the main box still stands beside it
            start = left + _BOX if middle < main.y + main.height else spine
            arrows.append(((start, middle), (side_x, middle)))
            y += box.height + 10
            bottom = max(bottom, box.y + box.height)
        if other is not None and place == 0:
            box = other.placed(other_x, top)
            boxes.append(box)
            bottom = max(bottom, box.y + box.height)
            join, drop = bottom + _BETWEEN // 2 - 4, other_x + _BOX // 2
            arrows.append(((drop, box.y + box.height), (drop, join), (spine, join)))
        spans.append((top, bottom))
        above, top = main, bottom + _BETWEEN
    return tuple(boxes), tuple(arrows), spans, max(spans[-1][1], spans[-1][0] + 76)


def _bands(
    words: Words, spans: list[tuple[int, int]], bottom: int, left: int, *, n_included: int, has_other: bool
) -> Iterator[tuple[str, int, int, int, int, bool]]:
    new = "new_" if n_included > 1 else ""
    yield words(f"{new}via_databases"), left, 0, 2 * _BOX + _GAP, 26, False
    if has_other:
        yield words(f"{new}via_other"), left + 2 * (_BOX + _GAP), 0, _BOX, 26, False
    if new:
        yield words("previous_band"), _LEFT, 0, _PREVIOUS, 26, False
    yield words("stage_identification"), 0, spans[0][0], 20, spans[0][1] - spans[0][0], True
    yield words("stage_screening"), 0, spans[1][0], 20, spans[-1 - n_included][1] - spans[1][0], True
    yield words("stage_included"), 0, spans[-n_included][0], 20, bottom - spans[-n_included][0], True


def _sums(flow: Flow, words: Words, previous: PreviousReview | None, *, has_full_text: bool) -> Iterator[str]:
    """The identities as sums, unfinished work only where there is some."""
    n = words.number
    identified = sum(count for *_, count in flow.identified)
    open_ones = [flow.not_yet_screened] if flow.not_yet_screened else []
    removed = [flow.duplicates_removed, flow.automation_removed, flow.other_removed, *open_ones]
    yield f"{' − '.join(n(part) for part in [identified, *removed])} = {n(flow.screened)}"
    out = [flow.excluded_screening, *([flow.undecided_screening] if flow.undecided_screening else [])]
    yield f"{' − '.join(n(part) for part in [flow.screened, *out])} = {n(flow.sought)}"
    if has_full_text:
        out = [flow.not_retrieved, *([flow.not_yet_assessed] if flow.not_yet_assessed else [])]
        yield f"{' − '.join(n(part) for part in [flow.sought, *out])} = {n(flow.assessed)}"
        excluded = sum(count for _, count in flow.excluded_reasons)
        yield f"{n(flow.assessed)} − {n(excluded)} = {n(flow.included_reports)}"
    yield f"{n(flow.included_studies)} ≤ {n(flow.included_reports)}"
    if previous:
        studies, reports = previous.totals(flow.included_studies, flow.included_reports)
        again = f" − {n(previous.studies_again)}" if previous.studies_again else ""
        yield f"{n(previous.studies)} + {n(flow.included_studies)}{again} = {n(studies)}"
        yield f"{n(previous.reports)} + {n(flow.included_reports)} = {n(reports)}"


def _wrapped(line: FlowLine, width: int) -> Iterator[FlowLine]:
    """The line broken so that it fits in any of the fonts we name, with the count kept in one piece."""
    room = width - line.indent
    pieces = line.text.replace(" (n = ", "\x00(n\xa0=\xa0").split(" ")
    pieces = [part for piece in pieces for part in piece.split("\x00")]
    current, first = "", True
    for piece in (part for word in pieces for part in _cut(word, room, line.is_heading)):
        longer = f"{current} {piece}".strip()
        if current and text_width(longer, is_heading=line.is_heading) > room:
            yield FlowLine(current, line.indent + (0 if first else 12), line.is_heading)
            current, first, room = piece, False, width - line.indent - 12
        else:
            current = longer
    yield FlowLine(current, line.indent + (0 if first else 12), line.is_heading)


def _cut(word: str, room: int, is_heading: bool) -> Iterator[str]:
    while text_width(word, is_heading=is_heading) > room - 12:
        length = max(1, len(word) * (room - 12) // text_width(word, is_heading=is_heading) - 1)
        yield word[:length]
        word = word[length:]
    yield word
