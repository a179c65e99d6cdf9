"""A YAML file knows the place of everything in it."""

import pytest

from netwatch.model import InvalidFile, parse_yaml, plain, read_yaml

TEXT = """\
devices:
  - name: core
    address: 192.0.2.1
  - {name: edge, address: 192.0.2.2}
polling:
  interval: 60s
"""


@pytest.mark.parametrize(("path", "place"), [
    (("devices", 0, "address"), (3, 14)),
    (("devices", 1, "address"), (4, 27)),
    (("devices", 1), (4, 5)),
    (("polling", "interval"), (6, 13)),
    (("polling", "nothing"), (6, 3)),
])  # fmt: skip
def test_a_value_is_found_at_its_line_and_column(path, place):
    assert parse_yaml(TEXT, "x.yaml").position(path) == place


def test_the_place_of_a_key_can_be_asked_for():
    assert parse_yaml(TEXT, "x.yaml").position(("polling", "interval"), key=True) == (6, 3)


@pytest.mark.parametrize(("text", "line"), [
    ("a: [1, 2\nb: 3\n", 2),
    ("a: 1\na: 2\n", 2),
    ("a: 1\n\tb: 2\n", 2),
    ("a: *nowhere\n", 1),
    ("a: !!python/object:os.system {}\nb: [\n", 1),
    ("a: {}\nb: [\n", 3),
])  # fmt: skip
def test_what_is_not_yaml_names_its_line(text, line):
    with pytest.raises(InvalidFile) as caught:
        parse_yaml(text, "x.yaml")

    assert caught.value.problems[0].line == line
    assert str(caught.value).startswith(f"x.yaml:{line}:")


def test_a_tag_that_asks_for_an_object_is_refused():
    with pytest.raises(InvalidFile, match=r"x\.yaml:1:4: the tag !!python/object/apply:os\.getpid is not known here"):
        parse_yaml("a: !!python/object/apply:os.getpid []\n", "x.yaml")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InvalidFile, match=r"missing\.yaml:1:1: No such file"):
        read_yaml(tmp_path / "missing.yaml")


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")

    with pytest.raises(InvalidFile, match=r"latin\.yaml:1:10: is not UTF-8 \(byte 9\)"):
        read_yaml(tmp_path / "latin.yaml")


def test_deep_nesting_is_an_error_and_not_a_crash():
    with pytest.raises(InvalidFile):
        parse_yaml("[" * 5_000, "x.yaml")


def test_a_duplicate_key_is_named_without_its_values():
    with pytest.raises(InvalidFile, match=r'x\.yaml:2:1: .*second "community"$') as caught:
        parse_yaml("community: hunter2\ncommunity: hunter3\n", "x.yaml")

    assert "hunter" not in repr(caught.value.__cause__)


def test_aliases_that_multiply_are_an_error_and_not_a_full_memory():
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 9))

    with pytest.raises(InvalidFile, match="more than 1000000 values"):
        parse_yaml("l0: &l0 [x]\n" + levels, "x.yaml")


def test_a_merged_value_is_placed_at_the_mapping_it_is_merged_into():
    file = parse_yaml("one: &one {port: x}\ntwo:\n  <<: *one\n  name: y\n", "x.yaml")

    assert file.position(("two", "port")) == (3, 3)


def test_a_key_that_is_no_word_becomes_one():
    assert plain(parse_yaml("? [a, b]\n: 1\n", "x.yaml").data) == {"('a', 'b')": 1}


def test_what_the_file_really_says_can_be_asked_for():
    file = parse_yaml("a: {community: 0777}\n", "x.yaml")

    assert (file.data["a"]["community"], file.written(("a", "community"))) == (777, "0777}")


def test_the_text_of_a_file_is_not_in_its_repr():
    assert "hunter2" not in repr(parse_yaml("community: hunter2\n", "x.yaml"))
