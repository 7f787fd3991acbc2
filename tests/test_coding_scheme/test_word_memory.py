"""Words kept from one run to the next: the outcome is the same with them and without."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from coding_scheme import language, word_memory
from coding_scheme.language import known_lemmas, sentences, written_words
from coding_scheme.word_memory import words_remembered
from corpus.languages import known_words, language_of

TEXT = "Mål- og værdikæder (f.eks. i Vejle), jf. nr. 3. maj. De udsatte deltog; it’s well-known."


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch):
    for remembered in (known_lemmas, written_words, known_words):
        remembered.cache_clear()
    monkeypatch.setattr(word_memory, "_read", set())
    yield
    for remembered in (known_lemmas, written_words, known_words):
        remembered.cache_clear()


def read_all():
    """What is made of the text: words, sentences, lemmas, language."""
    words = written_words("da").of(TEXT)
    forms = [part.form for word in words for part in word.parts]
    lemmas = [known_lemmas("da")[form] for form in forms]
    return words, sentences(TEXT, "da"), lemmas, language_of("Tillid i partnerskaber")


def test_words_of_an_earlier_run_give_the_same_without_tokenizer_and_dictionaries(tmp_path, monkeypatch):
    path = tmp_path / ".cache" / "words.json"
    with words_remembered(path):
        first = read_all()
    for remembered in (known_lemmas, written_words, known_words):
        remembered.cache_clear()

    def refused(*_):
        raise AssertionError("looked up again")

    monkeypatch.setattr(language, "_made_pipeline", refused)
    monkeypatch.setattr("simplemma.lemmatize", refused)
    monkeypatch.setattr("simplemma.is_known", refused)
    with words_remembered(path):
        assert read_all() == first


def write(path, kept):
    """As a file that says it is whole."""
    del kept["sha256"]
    rest = json.dumps(kept)[1:]
    path.write_text(f"{word_memory._begin(rest)}{rest}", encoding="utf-8")


def test_a_file_of_which_a_letter_changed_is_not_believed(tmp_path):
    path = tmp_path / "words.json"
    with words_remembered(path):
        first = read_all()
    text = path.read_text(encoding="utf-8")
    word, lemma = sorted(json.loads(text)["lemmas"]["da"].items())[0]
    path.write_text(text.replace(f'"{word}":"{lemma}"', f'"{word}":"{lemma[::-1]}"'), encoding="utf-8")
    for remembered in (known_lemmas, written_words, known_words):
        remembered.cache_clear()
    word_memory._read.clear()
    with words_remembered(path):
        assert read_all() == first


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"made_with": 3}', "[" * 100_000, "\x00"],
    ids=["empty", "torn", "list", "null", "other", "deep", "no text"],
)
def test_a_torn_file_counts_as_empty_and_is_written_anew(tmp_path, content):
    path = tmp_path / "words.json"
    path.write_text(content, encoding="utf-8")
    with words_remembered(path):
        first = read_all()
    assert first[1]
    assert "made_with" in json.loads(path.read_text(encoding="utf-8"))


def test_tokens_that_do_not_make_up_their_word_are_not_believed(tmp_path):
    path = tmp_path / "words.json"
    with words_remembered(path):
        first = read_all()
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["tokens"]["da"]["Vejle),"] = "V ejl"
    kept["tokens"]["da"]["(f.eks."] = ["(", "f.eks."]
    kept["lemmas"]["da"] = 3
    kept["known"]["da"] = {"tillid": "yes"}
    write(path, kept)
    for remembered in (known_lemmas, written_words, known_words):
        remembered.cache_clear()
    word_memory._read.clear()
    with words_remembered(path):
        assert read_all() == first


def test_words_kept_by_another_version_are_not_believed(tmp_path):
    path = tmp_path / "words.json"
    with words_remembered(path):
        first = read_all()
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["made_with"]["spacy"] = "1.0"
    kept["lemmas"]["da"] = dict.fromkeys(kept["lemmas"]["da"], "wrong")
    write(path, kept)
    for remembered in (known_lemmas, written_words, known_words):
        remembered.cache_clear()
    word_memory._read.clear()
    with words_remembered(path):
        assert read_all() == first


def test_a_place_that_cannot_be_written_is_no_fault(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with words_remembered(tmp_path / "file" / "words.json"):
        assert sentences(TEXT, "da")


def test_a_second_suggest_loads_no_tokenizer(tmp_path):
    code = """
import sys
from pathlib import Path
from samsyn import Review
folder = Path(sys.argv[1])
if not folder.exists():
    review = Review.new(folder)
    (folder / "one.ris").write_text(
        "TY  - JOUR\\nTI  - Trust\\nAB  - Trust between partners grew through dialogue with the citizens."
        "\\nER  - \\n", encoding="utf-8")
    review.add(folder / "one.ris")
found = Review.open(folder).suggest(all_records=True)
print(len(found), *sorted({"spacy", "sklearn"} & set(sys.modules)))
"""
    run = [sys.executable, "-c", code, str(tmp_path / "review")]
    said = [
        subprocess.run(run, capture_output=True, text=True, check=True, cwd=Path.cwd()).stdout.split()
        for _ in range(2)
    ]
    assert said[0][1:] == ["spacy"]
    assert said[1] == said[0][:1]
