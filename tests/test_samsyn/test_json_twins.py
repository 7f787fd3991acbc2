"""Every command that can answer a machine gives one JSON object and nothing beside it; people get words."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from samsyn.command_line import main

DATA = Path(__file__).parents[1] / "data"
RAYYAN = (
    "key,title,doi,notes",
    'rayyan-1,Half the votes,10.5555/samsyn.0060,"RAYYAN-INCLUSION: {""Anna B""=>""Included""}"',
)
LABELLED = (
    "title,abstract,label",
    *(f"Trust {i},tenants talk,1" for i in range(3)),
    *(f"Steel {i},bridges bend,0" for i in range(9)),
)
# what each answers on the example review: a name in its JSON, and a word of what it says to people
ASKED: dict[str, tuple[list[str], str, str]] = {
    "add": ([str(DATA / "two_records.ris")], "added", "two_records.ris"),
    "agreement": ([], "coding", "kappa"),
    "calibrate": (["--size", "10"], "sample", "screener-1, screener-2"),
    "check": ([], "faults", "All is well."),
    "code": (["--undo", "1", "--as", "coder-1"], "undone", "1 decision of coder-1 taken back"),
    "code --conflicts": (["--conflicts"], "n_conflicts", "0 conflicts."),
    "code --next": (["--next", "--as", "coder-1"], "kinds", "Nothing waits."),
    "duplicates": ([], "duplicates", "144 records, 26 duplicates"),
    "import": (["RAYYAN", "--person", "Anna B=anna"], "outcomes", "1  saved"),
    "judge": (["--list", "appraisal"], "rows", "rows to judge."),
    "merge": (["OTHER"], "merged", "decisions/screening/screener-1.jsonl: 1 line taken in."),
    "priors": ([], "n_priors", "The ranking learns from 0 records"),
    "rank": ([], "ranking", "Nothing is left to screen."),
    "rank --all": (["--all"], "ranking", "for: "),
    "scheme diff": (["0.3", "0.3"], "changes", "Nothing changed"),
    "scheme stale": ([], "stale_decisions", "0 decisions to look at again."),
    "scheme versions": ([], "versions", "(the present one)"),
    "screen": (["--undo", "1", "--as", "screener-1"], "undone", "1 decision of screener-1 taken back"),
    "screen --conflicts": (["--conflicts"], "n_records", "0 records."),
    "screen --waiting": (["--waiting"], "n_records", "0 records."),
    "simulate": (["LABELLED", "--label", "label", "--seeds", "2"], "ndr", "loss"),
    "status": ([], "records", "118  unique records"),
    "stopping": ([], "target_recall", "All 118 records are read"),
    "suggest": ([], "by", "suggestions in "),
}


def commands_with_json(group: click.Group, name: str = "") -> set[str]:
    found = set()
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands_with_json(command, f"{word} ")
        elif any("--json" in option.opts for option in command.params):
            found.add(name + word)
    return found


def test_every_command_with_json_stands_in_the_table() -> None:
    assert {name.partition(" --")[0] for name in ASKED} == commands_with_json(main)


@pytest.fixture
def answer(example_folder: Path, tmp_path: Path) -> Callable[..., str]:
    """What a command of the table answers on a copy of the example review."""
    given = {
        "RAYYAN": written(tmp_path / "rayyan.csv", *RAYYAN),
        "LABELLED": written(tmp_path / "labelled.csv", *LABELLED),
    }

    def answer(name: str, *more: str) -> str:
        folder = tmp_path / f"review{len(list(tmp_path.iterdir()))}"
        at = [] if name == "simulate" else ["--review", str(shutil.copytree(example_folder, folder))]
        if name == "merge":
            given["OTHER"] = other_copy(example_folder, tmp_path / f"other{len(list(tmp_path.iterdir()))}")
        words = [str(given.get(word, word)) for word in ASKED[name][0]]
        done = CliRunner().invoke(main, [*name.partition(" --")[0].split(), *words, *more, *at])
        assert done.exit_code == 0, done.output
        return done.stdout

    return answer


@pytest.mark.parametrize("name", ASKED)
def test_one_object_for_machines_and_words_for_people(name: str, answer: Callable[..., str]) -> None:
    _, key, said = ASKED[name]
    assert key in json.loads(answer(name, "--json"))
    people = answer(name)
    assert said in people
    with pytest.raises(ValueError, match=r"Expecting|Extra data"):
        json.loads(people)


def other_copy(folder: Path, to: Path) -> Path:
    """A copy of the review in which the first screener took a decision back."""
    shutil.copytree(folder, to)
    done = CliRunner().invoke(main, ["screen", "--undo", "1", "--as", "screener-1", "--review", str(to)])
    assert done.exit_code == 0, done.output
    return to


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# review folders in which there is little or nothing to work on
THIN = {
    "nothing": (),
    "a title alone": ("title,abstract", "Trust in partnerships,"),
    "identifiers, no words, and a language without indicators": (
        "title,abstract,doi",
        ",,10.5555/a",
        ",,10.5555/b",
        "the the,of,",
        "!!!,---,",
        "信任与权力,合作伙伴关系中的公民参与,",
    ),
}


@pytest.mark.parametrize("thin", THIN)
def test_where_there_is_little_or_nothing_every_command_says_so(thin: str, tmp_path: Path) -> None:
    folder = tmp_path / "review"
    asked = [["new", str(folder)]]
    if THIN[thin]:
        asked.append(["add", str(written(tmp_path / "thin.csv", *THIN[thin])), "--review", str(folder)])
    for name, (words, _, _) in ASKED.items():
        if not {"--undo", "RAYYAN", "OTHER", "LABELLED"} & {*words}:
            asked += [[*name.partition(" --")[0].split(), *words, "--review", str(folder)]]
    asked += [["render", "--review", str(folder)], ["check", "--review", str(folder)]]
    for words in asked:
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, (words, done.output, done.exception)
        assert done.stdout
        assert not re.search(r"Empty DataFrame|\b(nan|NaN|None)\b|<NA>", done.output), words


@pytest.mark.parametrize("words", ["suggest", "code --next --as ann", "code --blind --as ann"])
def test_with_no_record_included_it_is_said_what_comes_first(words: str, tmp_path: Path) -> None:
    asked = [*words.split(), "--review", str(tmp_path / "review")]
    runner = CliRunner()
    runner.invoke(main, ["new", str(tmp_path / "review")])
    done, figures = runner.invoke(main, asked), runner.invoke(main, [*asked, "--json"])
    assert "No record is included yet" in done.stdout
    assert isinstance(json.loads(figures.stdout), dict)
