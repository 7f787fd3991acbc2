"""XML from strangers: parsed without entities, network or anything that fills the memory."""

from __future__ import annotations

import re

from lxml import etree

from corpus.errors import UsageError

# deeper than any export, far less than what would exhaust the parser
_DEEPEST = 200


def parsed_xml(text: str) -> tuple[etree._Element | None, str]:
    """The root element of a text, or None and what is wrong with it.

    Examples
    --------
    >>> parsed_xml("<a><b/></a>")[0].tag, parsed_xml("<a><b></a>")[0]
    ('a', None)
    """
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True,
        remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        element = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        return None, str(fault).split(", line")[0].split(" (<")[0]
    deepest = max(
        (sum(1 for _ in leaf.iterancestors()) for leaf in element.iter() if not len(leaf)), default=0
    )
    return (element, "") if deepest < _DEEPEST else (None, "nested too deeply")


def refuse_entities(text: str, next_step: str) -> None:
    """Refuse XML that declares entities: they are a way to fill the memory or to read other files.

    Raises
    ------
    UsageError
    """
    prolog = re.search(r"<!DOCTYPE\b[^\[<>]*\[", text)
    if re.search(r"<!ENTITY\b", text) or prolog:
        raise UsageError(
            "The XML declares entities of its own, which can do harm and which no program writes.",
            next_step=next_step,
        )
