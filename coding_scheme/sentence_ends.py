"""Where sentences end: one rule for English and Danish, with each language's abbreviations.

A full stop ends a sentence unless it belongs to an abbreviation, an initial or a Danish ordinal
("3. december"), or a small letter follows. Measured on Danish gold sentences in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
LANGUAGES = tuple(_ABBREVIATIONS)
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
OPENING = frozenset("\"'”“‘’«»([-–—")
_INITIAL = re.compile(r"^[A-ZÆØÅ]\.$")
_DOTTED = re.compile(r"^(?:\w\.){2,}$")
_NUMBER = re.compile(r"^\d{1,4}\.$")


class SentenceEnds:
    """The rule of a language.

    A sentence can only end where white space follows, so two questions are asked: what closes a written
    word, and whether that ends the sentence before the token that follows.

    Parameters
    ----------
    language : str
        "en" or "da"; for any other language only the general rule holds.

    Examples
    --------
    >>> rule = SentenceEnds("da")
    >>> rule.closing(["3", "."]), rule.closing(["maj"]), rule.closing(['"', "Ja", "!", '"'])
    (('3.', True), None, ('!', False))
    >>> rule.ends("3.", True, "maj"), rule.ends("3.", True, "Alle"), rule.ends("!", False, "Alle")
    (False, True, True)
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.abbreviations = frozenset(_ABBREVIATIONS.get(language, "").split())
        self.closers = frozenset(_CLOSERS.get(language, "").split())
        self.after_ordinal = frozenset(_AFTER_ORDINAL.split())

    @staticmethod
    def closing(tokens: Sequence[str]) -> tuple[str, bool] | None:
        """The word with the sign that closes a written word, and whether a full stop is its own token."""
        at = 0
        while at < len(tokens):
            after = at + 1
            if _END.search(tokens[at]):
                # closing quotes and brackets stay with the sentence they close
                while after < len(tokens) and (tokens[after] in _CLOSING or _END.fullmatch(tokens[after])):
                    after += 1
                if after == len(tokens):
                    # the tokenizer may have split off the full stop
                    apart = tokens[at] == "."
                    return (tokens[at - 1] + "." if apart and at else tokens[at]), apart
            at = after  # what goes on without white space goes on: "samfund.dk", "3.5"
        return None

    def ends(self, word: str, apart: bool, following: str) -> bool:
        """Whether a sentence ends with a word that has a closing sign, before the token ``following``."""
        if following[0].islower() or following[0] in ",;:%":
            return False
        return not word.endswith(".") or self._closes(word, following, apart=apart)

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
