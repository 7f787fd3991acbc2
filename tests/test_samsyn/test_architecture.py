"""The house holds: imports point down, faces are explicit, everything public is documented."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = ("corpus", "coding_scheme", "synthesis", "samsyn")  # from the bottom up
MODULES = sorted(
    name
    for floor in FLOORS
    for name in [floor, *(m.name for m in pkgutil.walk_packages([str(ROOT / floor)], f"{floor}."))]
)


def imported_by(path: Path) -> set[str]:
    """Top-level packages that a file imports, at module level or inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert not any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree)), path
    return {name.split(".")[0] for name in names | froms}


@pytest.mark.parametrize("path", sorted(p for floor in FLOORS for p in (ROOT / floor).rglob("*.py")), ids=str)
def test_imports_point_down(path):
    floor = FLOORS.index(path.relative_to(ROOT).parts[0])
    above = set(FLOORS[floor + 1 :])
    assert not imported_by(path) & above


@pytest.mark.parametrize("floor", FLOORS)
def test_face_of_a_room_is_explicit_and_names_nothing_twice(floor):
    """Its order is held by the linter."""
    face = importlib.import_module(floor)
    assert len(face.__all__) == len(set(face.__all__))
    assert all(hasattr(face, name) for name in face.__all__)


@pytest.mark.parametrize("floor", FLOORS)
def test_public_functions_and_classes_have_a_docstring_that_says_more_than_their_name(floor):
    face = importlib.import_module(floor)
    for name in face.__all__:
        thing = getattr(face, name)
        if inspect.isfunction(thing) or inspect.isclass(thing):
            assert len(inspect.getdoc(thing) or "") > 20, name


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_for(name):
    assert (importlib.import_module(name).__doc__ or "").strip(), name


def test_import_of_the_rooms_does_not_load_a_language_or_start_a_kernel():
    """Import does nothing: no spaCy, no notebooks, nothing that learns: commands start in a second."""
    import subprocess
    import sys

    heavy = ("nbconvert", "ipykernel", "spacy", "sklearn", "scipy")
    code = f"import sys, samsyn.command_line; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


# what runs what a file holds, and what reaches a network; a cluster, which a person names, is reached by Dask
RUNS_OR_REACHES = {
    "pickle", "marshal", "shelve", "dill", "cloudpickle", "requests", "httpx", "aiohttp", "http", "ftplib",
    "smtplib", "ssl", "xmlrpc", "urllib.request", "subprocess",
}  # fmt: skip
LISTENS = {"samsyn/pages/server.py": {"socket"}}


def test_nothing_runs_what_a_file_holds_or_reaches_a_network():
    for path in sorted(p for floor in FLOORS for p in (ROOT / floor).rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        called = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
        keywords = [one for node in calls for one in node.keywords]
        allowed = LISTENS.get(path.relative_to(ROOT).as_posix(), set())
        assert imported & (RUNS_OR_REACHES | {"socket"}) <= allowed, path
        assert not called & {"eval", "exec", "compile", "__import__"}, path
        assert all(ast.unparse(one.value) == "False" for one in keywords if one.arg == "allow_pickle"), path


def test_files_stay_readable():
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*.py")
    }
    assert {path.name: n for path, n in lengths.items() if n > 500} == {}
