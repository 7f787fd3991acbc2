"""Where sentences end: one rule for English and Danish, with each language's abbreviations.

A full stop ends a sentence unless it belongs to an abbreviation, an initial or a Danish ordinal
("3. december"), or a small letter follows. Measured on Danish gold sentences in the tests.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

# abbreviations after which a sentence hardly ever ends, whatever follows
_ABBREVIATIONS = {
    "da": """
        adm. afd. afs. ang. bl.a. bla. ca. cand. civ. d.d. d.v.s. dir. dr. dvs. eks. ekskl. evt. f.
        f.eks. f.v.t. fhv. fig. fm. forb. fr. frk. gl. gr. hhv. hr. ifm. ift. iht. incl. inkl. jf. jfr.
        kap. kgl. kl. kst. lic. lør. m.a.o. m.h.p. m.h.t. mag. maks. mdr. mht. mr. mrs. n. nr. nuv.
        o.m.a. omkr. opr. p. p.a. p.g.a. pga. pkt. pr. prof. ref. resp. s. sen. sml. sst. st. tab. tdl.
        udg. vedr. vol. ø.
    """,
    "en": """
        approx. assoc. capt. cf. ch. dept. dr. e.g. eds. eq. esp. et gen. gov. hon. i.e. incl. lt. mr.
        mrs. ms. mt. nos. pp. prof. resp. rev. sen. sgt. st. ste. v. viz. vol. vs.
    """,
}
# abbreviations and short words after which a capital letter begins a new sentence
_CLOSERS = {
    "da": """
        art. etc. if. ill. int. jr. kr. m.fl. m.m. m.v. mia. min. mio. mv. o.a. o.l. o.lign. osv. pct.
        red. tlf.
    """,
    "en": """
        al. art. col. etc. fig. figs. inc. jr. no. ref. refs. rep. tab. u.k. u.s.
    """,
}
# what may stand after a number with full stop without a new sentence having begun
_AFTER_ORDINAL = """
    april august december division etage februar gang januar juli juni klasse maj marts november oktober
    plads september verdenskrig århundrede
"""
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
        self.abbreviations = frozenset(_ABBREVIATIONS.get(language, "").split())
        self.closers = frozenset(_CLOSERS.get(language, "").split())
        self.after_ordinal = frozenset(_AFTER_ORDINAL.split())

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
        >>> SentenceEnds("da").starts(["Den", "3.", "maj", "kom", "de", ".", "Alle", "gik"], [True] * 8)
        [True, False, False, False, False, False, True, False]
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
        if following[0].islower() or following[0] in ",;:%":
            return False
        return not word.endswith(".") or self._closes(word, following, apart=texts[at] == ".")

    def _closes(self, word: str, following: str, *, apart: bool) -> bool:
        """Whether the full stop of ``word`` closes a sentence; ``apart`` if it is a token of its own."""
        low = word.lower()
        if low in self.closers:
            return following[0].isupper()
        if low in self.abbreviations or _INITIAL.match(word) or _DOTTED.match(low):
            return False
        if self.language == "da" and _NUMBER.match(word):
            return apart and following.lower() not in self.after_ordinal
        return True
