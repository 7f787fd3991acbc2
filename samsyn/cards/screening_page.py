"""The screening card as a still page: what an exported notebook shows, where no Python answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any


def screening_page(shown: Mapping[str, Any], words: Mapping[str, str], language: str) -> str:
    """The state of a card as HTML that stands alone: no script, no style needed, nothing fetched.

    Parameters
    ----------
    shown : mapping
        As :meth:`samsyn.cards.screening_card.ScreeningCard.shown` gives.
    words : mapping
        The card's words.
    language : {"en", "da"}
    """
    strip = [shown["stage"], shown["progress"]["text"], shown["place"]]
    if shown["beside"]:
        strip.insert(2, shown["beside"]["text"])
    parts = [f"<p><small>{escape(' · '.join(filter(None, strip)))}</small></p>"]
    record = shown["record"]
    if record is None:
        left = shown["left"]
        parts += [f"<p><strong>{escape(left['text'])}</strong> {escape(left['read'])}</p>"]
        parts += [_listed(escape(row["text"]) for row in left["rows"])]
    else:
        parts += _record(record, words)
        if shown["settling"]:
            parts.append(_decisions(shown["settling"]["rows"], words))
        parts.append(_criteria(words["include_when"], shown["inclusion"]))
        parts.append(_criteria(words["exclude_when"], shown["exclusion"]))
    parts.append(f"<p><small>{escape(words['static'])}</small></p>")
    return f'<section lang="{language}" aria-label="{escape(words["card"])}">{"".join(parts)}</section>'


def _record(record: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    language = f' lang="{record["language"]}"' if record["language"] else ""
    title = _inside([run for paragraph in record["title"] for run in paragraph]) or escape(words["no_title"])
    parts = [f'<h3 dir="auto"{language}>{title}</h3>']
    meta = [record["authors_short"] or record["authors"], *record["facts"]]
    parts.append(f"<p>{escape(' · '.join(filter(None, meta)))}</p>")
    if record["calibration"]:
        parts.append(f"<p>{escape(record['calibration'])}</p>")
    paragraphs = [f'<p dir="auto"{language}>{_inside(runs)}</p>' for runs in record["abstract"]]
    parts += paragraphs or [f"<p><strong>{escape(words['no_abstract'])}</strong></p>"]
    if record["link"]:
        address, text = escape(record["link"]["address"]), escape(record["link"]["text"])
        parts.append(f'<p><a href="{address}" rel="noopener noreferrer">{text}</a></p>')
    if record["keywords"]:
        parts.append(f"<p>{escape(words['keywords'])}: {escape(record['keywords'])}</p>")
    return parts


def _inside(runs: Sequence[Sequence[str]]) -> str:
    made = []
    for text, form, mark in runs:
        inside = escape(text)
        for element in [*reversed(form.split()), *(["mark"] if mark else [])]:
            inside = f"<{element}>{inside}</{element}>"
        made.append(inside)
    return "".join(made)


def _decisions(rows: Sequence[Sequence[str]], words: Mapping[str, str]) -> str:
    names = ("who", "decision", "criterion", "note", "when")
    head = "".join(f'<th scope="col">{escape(words[name])}</th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    caption = f"<caption>{escape(words['two_decisions'])}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _criteria(title: str, criteria: Sequence[Mapping[str, str]]) -> str:
    items = _listed(f"<b>{escape(one['short'])}</b> {escape(one['text'])}" for one in criteria)
    return f"<details open><summary>{escape(title)}</summary>{items}</details>" if criteria else ""


def _listed(items: Any) -> str:
    made = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{made}</ul>" if made else ""
