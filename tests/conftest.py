"""What several test folders need: the material that is not part of the project, and the example review."""

import os
import shutil
from pathlib import Path

import pytest

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
    """The invented example review with all its decisions, made once; not to be changed."""
    from samsyn.demonstration import copy_example  # rooms' tests do without the front door

    return copy_example(tmp_path_factory.mktemp("example") / "review").folder


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
