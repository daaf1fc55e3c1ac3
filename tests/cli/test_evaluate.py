"""`evaluate` prints the numbers that a family measured."""

from rtaudiogen.cli.evaluate import _lines


def test_facts_are_lines_and_facts_of_facts_are_indented() -> None:
    facts = {"real_time_factor": 2.5, "of": {"flute": {"in_tune": 1.0}}, "alarm": None}
    assert list(_lines(facts)) == [
        "real time factor: 2.5", "of:", "  flute:", "    in tune: 1.0", "alarm: –",
    ]  # fmt: skip


def test_rows_of_the_same_columns_are_a_markdown_table() -> None:
    rows = [{"codec": "a", "bit/s": 500}, {"codec": "b", "bit/s": None}]
    assert list(_lines({"quality": rows})) == [
        "", "quality:", "", "| codec | bit/s |", "| --- | --- |", "| a | 500 |", "| b | – |", "",
    ]  # fmt: skip


def test_values_other_than_tables_are_printed_plainly() -> None:
    assert list(_lines({"names": ["a", "b"], "none": [], "odd": [{"a": 1}, {"b": 2}]})) == [
        "names: ['a', 'b']", "none: []", "odd: [{'a': 1}, {'b': 2}]",
    ]  # fmt: skip
