"""The snippets of the pages of the documentation, and of the docstrings of modules."""

from __future__ import annotations

import doctest
import importlib
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[3]
DOCS = ROOT / "docs"


@pytest.mark.parametrize("page", ["python-protocol.md", "python-sql.md"])
def test_every_snippet_of_a_page_runs(page):
    snippets = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.S)
    assert len(snippets) >= 4
    runner = doctest.DocTestRunner(verbose=False)
    names: dict[str, object] = {}
    for number, snippet in enumerate(snippets):
        test = doctest.DocTestParser().get_doctest(snippet, names, f"snippet {number}", None, 0)
        assert test.examples, snippet
        result = runner.run(test, clear_globs=False)
        names = test.globs
        assert result.failed == 0, snippet


@pytest.mark.parametrize("module", ["trunkline.protocol", "trunkline.sql"])
def test_the_docstring_of_a_module_is_true(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("page", ["docs/python.md", "docs/python-tables.md", "crates/python/README.md"])
def test_every_program_of_a_page_runs(page):
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.S)
    assert snippets
    names: dict[str, object] = {}
    for number, snippet in enumerate(snippets):
        exec(compile(snippet, f"{page}, snippet {number}", "exec"), names)


def test_every_example_is_short():
    for path in (ROOT / "examples/python").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 80, path
