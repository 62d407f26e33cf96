"""Every snippet of the pages for Python users runs, in order."""

from __future__ import annotations

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[3]


@pytest.mark.parametrize("page", ["docs/python.md", "crates/python/README.md"])
def test_every_snippet_runs(page):
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.S)
    assert snippets
    names: dict[str, object] = {}
    for number, snippet in enumerate(snippets):
        exec(compile(snippet, f"{page}, snippet {number}", "exec"), names)


def test_every_example_is_short():
    for path in (ROOT / "examples/python").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 80, path
