"""Languages, sentences and lemmas."""

import re
import subprocess
import sys

import pytest

from coding_scheme.language import lemma, pipeline
from corpus.languages import language_of


def sentences(text: str, language: str) -> list[str]:
    return [sentence.text for sentence in pipeline(language)(text).sents]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We studied how trust is built in the partnership.", "en"),
        ("Vi undersøgte, hvordan tillid opbygges i partnerskabet.", "da"),
        ("Borgerinddragelse i boligområder", "da"),
        ("Community engagement in housing estates", "en"),
        ("Dette er en studie av hvordan tillit ble bygget mellom partene etter møtet", "no"),
        ("Vi har undersökt hur tilliten byggs mellan parterna och vad som hindrar den", "sv"),
        ("Wir untersuchen, wie Vertrauen zwischen den Partnern entsteht und nicht verloren geht", "de"),
        ("Nous étudions la confiance entre les partenaires dans les quartiers", "fr"),
        ("", ""),
        ("10.1000/182", ""),
    ],
)
def test_language_of_a_text(text, language):
    assert language_of(text) == language


def test_danish_abbreviations_and_ordinals_do_not_end_sentences():
    text = (
        "Det skete bl.a. den 3. december, jf. aftalen m.fl. parter. "
        "Ca. 30 pct. af borgerne kom, dvs. mange. F.eks. kom nr. 7."
    )
    assert sentences(text, "da") == [
        "Det skete bl.a. den 3. december, jf. aftalen m.fl. parter.",
        "Ca. 30 pct. af borgerne kom, dvs. mange.",
        "F.eks. kom nr. 7.",
    ]


def test_english_abbreviations_do_not_end_sentences():
    text = (
        "Dr. Alder et al. (2019) asked residents (e.g. tenants, i.e. those renting) vs. Owners. They agreed."
    )
    assert sentences(text, "en") == [
        "Dr. Alder et al. (2019) asked residents (e.g. tenants, i.e. those renting) vs. Owners.",
        "They agreed.",
    ]


def test_a_closing_quotation_mark_stays_with_its_sentence():
    assert sentences('"Trust grew." They said so.', "en") == ['"Trust grew."', "They said so."]


def test_danish_sentence_ends_agree_with_gold(shared_data):
    lines = (shared_data / "coding" / "da_ddt-ud-dev.conllu").read_text(encoding="utf-8").splitlines()
    gold = [line.removeprefix("# text = ") for line in lines if line.startswith("# text = ")]
    # headlines without any closing sign cannot be told from running text
    closed = [sentence for sentence in gold if re.search(r"[.!?…][\"'”»)]*$", sentence)]
    for expected, least in ((closed, 0.99), (gold, 0.95)):
        ends, at = set(), 0
        for sentence in expected:
            ends.add(at + len(sentence))
            at += len(sentence) + 1
        found = {sentence.end_char for sentence in pipeline("da")(" ".join(expected)).sents}
        f = 2 * len(ends & found) / (len(ends) + len(found))
        assert f >= least


def test_people_in_vulnerable_positions_are_not_exposed():
    assert lemma("udsatte", "da") == "udsat"


def test_hyphenated_words_are_one_token():
    for language, word in (("en", "place-based"), ("da", "bestiller-udfører")):
        assert word in [token.text for token in pipeline(language)(f"x {word} y")]


def test_the_pipeline_of_a_language_is_made_once():
    assert pipeline("en") is pipeline("en")


def test_import_loads_no_language():
    code = "import sys, coding_scheme; print(sorted({'spacy', 'simplemma'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_face_is_sorted_and_complete():
    import coding_scheme

    assert coding_scheme.__all__ == sorted(coding_scheme.__all__)
    assert all(hasattr(coding_scheme, name) for name in coding_scheme.__all__)
