"""The bench runs: small sizes, no times asserted. What it measures is in `docs/figures.md`."""

from __future__ import annotations

import pytest

from tests.bench.__main__ import main


@pytest.mark.filterwarnings("ignore")  # stock Flask-AppBuilder stands beside ours, with all its warnings
def test_the_quick_bench_measures_engines_and_lists(capsys):
    table = main(["--quick", "--only", "engines", "--only", "lists", "--databases", "sqlite"])
    told = capsys.readouterr().out
    assert "generated list, first page" in told
    assert "all 38 items judged" in told
    assert table.markdown().startswith("### Engines")
    statements = [one for one in table.figures if "statements" in one.what]
    assert statements
    assert all(one.kept is not False for one in statements if "first page" in one.what)
