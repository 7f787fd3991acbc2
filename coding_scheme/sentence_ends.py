"""Where sentences end: one rule for English and Danish, with each language's abbreviations.

A full stop ends a sentence unless it belongs to an abbreviation, an initial or a Danish ordinal ("3. december"),
or a small letter follows. Measured on Danish gold sentences in the tests.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

# abbreviations after which a sentence hardly ever ends, whatever follows
ABBREVIATIONS = {
    "da": frozenset(
        ["adm.", "afd.", "afs.", "ang.", "art.", "bl.a.", "bla.", "ca.", "cand.", "civ.", "d.d.", "dir.", "dr.", "dvs.", "d.v.s.", "eks.", "ekskl.", "evt.", "f.", "f.eks.", "fhv.", "fig.", "fm.", "forb.", "fr.", "frk.", "f.v.t.", "gl.", "gr.", "hhv.", "hr.", "if.", "ifm.", "ift.", "iht.", "ill.", "incl.", "inkl.", "int.", "jf.", "jfr.", "jr.", "kap.", "kgl.", "kl.", "kr.", "kst.", "lic.", "lør.", "mag.", "maks.", "m.a.o.", "mdr.", "m.fl.", "m.h.p.", "m.h.t.", "mht.", "mia.", "min.", "mio.", "m.m.", "mr.", "mrs.", "n.", "nr.", "nuv.", "o.a.", "o.l.", "o.lign.", "omkr.", "o.m.a.", "opr.", "p.", "p.a.", "pct.", "pga.", "p.g.a.", "pkt.", "prof.", "pr.", "red.", "ref.", "resp.", "s.", "sen.", "sml.", "st.", "sst.", "tab.", "tdl.", "tlf.", "udg.", "vedr.", "vol.", "ø."]),
    "en": frozenset(
        ["approx.", "art.", "assoc.", "capt.", "cf.", "ch.", "col.", "dept.", "dr.", "e.g.", "eds.", "eq.", "esp.", "et", "al.", "al.", "fig.", "figs.", "gen.", "gov.", "hon.", "i.e.", "inc.", "incl.", "lt.", "mr.", "mrs.", "ms.", "mt.", "no.", "nos.", "pp.", "prof.", "ref.", "refs.", "rep.", "resp.", "rev.", "sen.", "sgt.", "st.", "ste.", "tab.", "viz.", "vol.", "vs.", "v."]),
}  # fmt: skip
# abbreviations that often end a sentence: a capital letter after them begins a new one
CLOSERS = {
    "da": frozenset(["m.m.", "m.fl.", "o.l.", "o.lign.", "o.a.", "m.v.", "mv.", "osv.", "etc.", "pct.", "kr.", "mio.", "mia.", "tlf.", "jr."]),
    "en": frozenset(["inc.", "al.", "jr.", "etc.", "u.s.", "u.k."]),
}  # fmt: skip
# what may stand after a number with full stop without a new sentence having begun
AFTER_ORDINAL = frozenset(
    ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december", "århundrede", "verdenskrig", "klasse", "division", "etage", "plads", "gang"])  # fmt: skip
_END = re.compile(r"[.!?…]+$")
_CLOSING = frozenset("\"'”’»)]“")
_OPENING = frozenset("\"'”“‘’«»([-–—")
_INITIAL = re.compile(r"^[A-ZÆØÅ]\.$")
_DOTTED = re.compile(r"^(?:\w\.){2,}$")
_NUMBER = re.compile(r"^\d{1,4}\.$")


class SentenceEnds:
    """spaCy component: marks the first token of each sentence.

    Parameters
    ----------
    language : str
        "en" or "da"; for any other language only the general rule holds.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.abbreviations = ABBREVIATIONS.get(language, frozenset())
        self.closers = CLOSERS.get(language, frozenset())

    def __call__(self, doc: Any) -> Any:
        """Set ``is_sent_start`` of every token."""
        if not len(doc):
            return doc
        tokens = [token.text_with_ws for token in doc]
        texts = [text[:-1] if text[-1] == " " and text != " " else text for text in tokens]
        starts = self.starts(
            texts, [len(text) < len(token) for text, token in zip(texts, tokens, strict=True)]
        )
        # all at once: token by token spaCy looks through the whole text each time
        return doc.from_array(
            ["SENT_START"], np.where(starts, 1, -1).astype("int64").reshape(-1, 1).view("uint64")
        )

    def starts(self, texts: list[str], spaced: list[bool]) -> list[bool]:
        """For each token whether a sentence begins with it, given the tokens and whether white space follows.

        Examples
        --------
        >>> SentenceEnds("da").starts(["Den", "3.", "december", "kom", "de", ".", "Alle", "gik", "."], [True] * 9)
        [True, False, False, False, False, False, True, False, False]
        """
        starts = [False] * len(texts)
        if starts:
            starts[0] = True
        at, n = 0, len(texts)
        while at < n:
            if self._is_line_break(texts[at]):
                at += 1
                if at < n:
                    starts[at] = True
                continue
            if not _END.search(texts[at]):
                at += 1
                continue
            after = at + 1
            # closing quotes and brackets stay with the sentence they close
            while (
                after < n
                and (texts[after] in _CLOSING or _END.fullmatch(texts[after]))
                and not spaced[after - 1]
            ):
                after += 1
            if after < n and self._ends(texts, at, after, spaced):
                starts[after] = True
            at = max(after, at + 1)
        return starts

    @staticmethod
    def _is_line_break(text: str) -> bool:
        return text.isspace() and text.count("\n") > 1

    def _ends(self, texts: list[str], at: int, after: int, spaced: list[bool]) -> bool:
        if texts[after].isspace():
            after += 1
            if after >= len(texts):
                return False
        elif not spaced[after - 1]:
            return False  # "samfund.dk", "3.5"
        word, following = texts[at], texts[after]
        if following in _OPENING and after + 1 < len(texts):
            following = texts[after + 1]
        if texts[at] == "." and at and spaced[at - 1] is False:
            word = texts[at - 1] + "."  # the tokenizer has split off the full stop
        first = following[0]
        if first.islower() or first in ",;:%":
            return False
        if not word.endswith("."):
            return True
        low = word.lower()
        if low in self.closers:
            return first.isupper()
        if low in self.abbreviations:
            return False
        if _INITIAL.match(word) or _DOTTED.match(low):
            return False
        if self.language == "da" and _NUMBER.match(word):
            return texts[at] == "." and following.lower() not in AFTER_ORDINAL
        return True
