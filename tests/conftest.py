"""What several test folders need: the material that is not part of the project, and the example review."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

# the same examples at every run and however busy the machine; `--hypothesis-profile thorough` looks further
settings.register_profile(
    "suite",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("suite"), max_examples=500, derandomize=False)
# with other versions of what Samsyn rests on, where it is their faults that are looked for
settings.register_profile("quick", settings.get_profile("suite"), max_examples=3)
settings.load_profile("suite")

ROOT = Path(__file__).parents[1]


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests in the browser mostly wait for a server."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real exports and labelled sets, where this machine has them."""
    folder = Path(os.environ.get("SAMSYN_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the shared test material is not here ({folder}); set SAMSYN_SHARED_DATA to where it is")
    return folder


@pytest.fixture(scope="session")
def example_folder(tmp_path_factory) -> Path:
    """The invented example review with all its decisions, made once for all processes; not to be changed."""
    from samsyn.demonstration import copy_example  # rooms' tests do without the front door

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(shared / "example.lock"):
        if not (shared / "example").exists():
            copy_example(shared / "making").folder.rename(shared / "example")
    # a copy of its own for each process: what is kept in .cache is written beside others that copy it
    return Path(shutil.copytree(shared / "example", tmp_path_factory.mktemp("example") / "review"))


@pytest.fixture
def example_copy(example_folder, tmp_path) -> Path:
    """A copy of the example review that a test may change."""
    return Path(shutil.copytree(example_folder, tmp_path / "review"))


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, where this machine has one."""
    found = filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    program = next(found, None)
    if program is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # no sandbox: tests also run as root, on pages they made themselves
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = driver.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe_faults():
    """What axe-core finds wrong in a page, one line for each rule that is broken.

    Colours cost most of its time: ``contrast=False`` is for a page that differs from one looked at by words
    or width, ``contrast="only"`` for one that differs by its colours.
    """
    module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs samsyn[test]")
    which = {
        True: {},
        False: {"rules": {"color-contrast": {"enabled": False}}},
        "only": {"runOnly": ["color-contrast"]},
    }

    def faults(page, *, contrast: bool | str = True) -> list[str]:
        # without what is right, which takes a third of the time
        found = module.Axe().run(page, options={"resultTypes": ["violations"], **which[contrast]}).response
        return [
            f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes'][:5]]}"
            for one in found["violations"]
        ]

    return faults
