"""The state of stopping for people: sentences, the recall curve as SVG, and both as HTML."""

from __future__ import annotations

from html import escape

from corpus.stopping_levels import honest_words, level_in_words, number, percent, say
from corpus.stopping_state import StoppingState, at_least


def stopping_sentences(state: StoppingState, language: str = "en") -> list[str]:
    """Where the review stands, sentence by sentence: rule, reading, recall, stop, audit, what must be said.

    Examples
    --------
    >>> import pandas as pd
    >>> from corpus.protocol import StoppingPlan
    >>> from corpus.stopping_state import stopping_state
    >>> order = pd.DataFrame({"record_id": range(64), "relevant": [1, 1, 0, 1] + [0] * 60, "settled": True})
    >>> stopping_sentences(stopping_state(order, 100, StoppingPlan()))[1]
    '64 of 100 records are read, 3 of them relevant; 36 are left unread.'
    """
    plan, look, chosen = state.plan, state.look, state.chosen
    confidence = percent(plan.confidence, language)
    name = level_in_words(plan.level, plan, language).name
    target = percent(plan.target_recall, language)
    said = [say("rule", language, name=name, target=target, confidence=confidence)]
    if not look.n_read:
        return [*said, say("none_read", language)]
    said.append(
        say(
            "read" if state.n_unread else "all_read",
            language,
            total=look.n_total,
            read=look.n_read,
            found=look.n_found,
            unread=state.n_unread,
        )
    )
    if state.n_unsettled:
        said.append(say("unsettled", language, n=state.n_unsettled))
    if not look.n_found:
        said.append(say("nothing_found", language))
    elif state.n_unread:
        low = _at_least(state.recall_low, language)
        said.append(say("recall", language, low=low, confidence=confidence, most=state.most_missed))
    if chosen.stopped_at is not None:
        said.append(say("stop", language, at=chosen.stopped_at, left=look.n_total - chosen.stopped_at))
        if look.n_read > chosen.stopped_at:
            said.append(say("read_on", language, more=look.n_read - chosen.stopped_at))
        if not chosen.says_stop:
            said.append(say("no_longer", language))
    elif state.n_unread:
        said.append(say("go_on", language))
    said += _audit_sentences(state, language, confidence)
    return [*said, *honest_words(plan, look.n_found, language)]


def stopping_svg(state: StoppingState, language: str = "en") -> str:
    """The recall curve with the place where the rule said stop, as SVG with its text alternative."""

    def said(key: str, **values: int | str) -> str:
        return escape(say(key, language, **values))

    left, top, width, height = 40, 24, 370, 150
    n_total, n_found = max(1, state.look.n_total), max(1, state.look.n_found)

    def x(n_read: int) -> float:
        return round(left + width * n_read / n_total, 1)

    def y(found: int) -> float:
        return round(top + height * (1 - found / n_found), 1)

    steps = [f"M{x(0)} {y(0)}"]
    steps += [f"H{x(place)}V{y(found)}" for found, place in enumerate(state.places, start=1)]
    steps.append(f"H{x(state.look.n_read)}")
    parts = [
        f'<path d="M{left} {top}V{top + height}H{left + width}" fill="none" stroke="#6b7280"/>',
        f'<text x="{left - 6}" y="{top + 5}" text-anchor="end">{number(state.look.n_found, language)}</text>',
        f'<text x="{left - 6}" y="{top + height + 4}" text-anchor="end">0</text>',
        f'<text x="{left + width}" y="{top + height + 18}" text-anchor="end">'
        f"{said('x', n=state.look.n_total)}</text>",
        f'<text x="{left}" y="{top - 8}">{said("y")}</text>',
    ]
    if state.n_unread:
        begin = x(state.look.n_read)
        shade = round(left + width - begin, 1)
        parts.append(f'<rect x="{begin}" y="{top}" width="{shade}" height="{height}" fill="#e5e7eb"/>')
        if shade > 70:
            parts.append(
                f'<text x="{begin + shade / 2:.1f}" y="{top + height / 2}" text-anchor="middle">'
                f"{said('unread_mark')}</text>"
            )
    parts.append(f'<path d="{"".join(steps)}" fill="none" stroke="#1d4ed8" stroke-width="2"/>')
    if state.chosen.stopped_at is not None:
        at = x(state.chosen.stopped_at)
        anchor, shift = ("end", -5) if at > left + width / 2 else ("start", 5)
        parts.append(f'<path d="M{at} {top}V{top + height}" stroke="#b91c1c" stroke-dasharray="5 3"/>')
        parts.append(
            f'<text x="{at + shift}" y="{top + height - 8}" text-anchor="{anchor}" fill="#991b1b">'
            f"{said('stop_mark', at=state.chosen.stopped_at)}</text>"
        )
    sentences = escape(" ".join(stopping_sentences(state, language)[1:4]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="stopping" viewBox="0 0 420 204" role="img" '
        f'aria-labelledby="stopping-title stopping-desc" lang="{language}" '
        f'style="width:100%;max-width:480px;height:auto" font-family="system-ui, sans-serif" font-size="14" '
        f'fill="#1a1d21"><title id="stopping-title">{said("title")}</title>'
        f'<desc id="stopping-desc">{sentences}</desc>{"".join(parts)}</svg>'
    )


def stopping_html(state: StoppingState, language: str = "en") -> str:
    """Sentences, curve and levels side by side, for notebooks."""
    sentences = "".join(f"<p>{escape(text)}</p>" for text in stopping_sentences(state, language))
    heads = ("level", "says", "assumes", "past_reviews")
    head = "".join(f"<th scope='col'>{escape(say(key, language))}</th>" for key in heads)
    body = []
    for said, row in zip(state.levels, state.frame(language).to_dict("records"), strict=True):
        cells = (
            stop_in_words(state, said.stopped_at, said.says_stop, language),
            row["assumes"],
            row["past_reviews"],
        )
        mark = " style='font-weight:600'" if said == state.chosen else ""
        rest = "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in cells)
        body.append(
            f"<tr{mark}><th scope='row' style='text-align:left'>{escape(row['level'])}</th>{rest}</tr>"
        )
    caption = escape(say("caption", language))
    table = (
        f"<table style='min-width:44rem'><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )
    curve = stopping_svg(state, language)
    # what scrolls sideways must be reached by keyboard, and have a name
    name = "Alle regler" if language == "da" else "All rules"
    scrolls = f"<div style='overflow-x:auto' tabindex='0' role='region' aria-label='{name}'>{table}</div>"
    return f"<div lang='{language}'>{sentences}{curve}{scrolls}</div>"


def stop_in_words(state: StoppingState, stopped_at: int | None, says_stop: bool, language: str) -> str:
    """After how many records a level said stop, and whether it still does."""
    if stopped_at is None:
        return say("not_yet", language)
    return number(stopped_at, language) if says_stop else say("withdrawn", language, at=stopped_at)


def _at_least(share: float, language: str) -> str:
    """A lower bound, rounded down so that it is never said too high."""
    return percent(at_least(share, 3), language)


def _audit_sentences(state: StoppingState, language: str, confidence: str) -> list[str]:
    audit = state.audit
    if audit is None:
        if state.level != "certified" or not state.n_unread:
            return []
        return [say("audit_needed", language, n=state.audit_size, unread=state.n_unread)]
    said = []
    if audit.is_outdated:
        said.append(say("audit_outdated", language, n=audit.n_audited))
    elif audit.bound is None:
        said.append(say("audit_waiting", language, n=audit.n_audited, waiting=audit.n_waiting))
    else:
        bound = audit.bound
        said.append(
            say(
                "audit_done",
                language,
                n=bound.n_audited,
                unread=bound.n_unread,
                relevant=bound.n_found,
                most=bound.most_left,
                low=_at_least(bound.recall_low, language),
                confidence=confidence,
            )
        )
    if audit.is_refuted:
        said.append(say("audit_refuted", language))
    if audit.n_drawn > 1:
        said.append(say("audits", language, n=audit.n_drawn))
    return said
