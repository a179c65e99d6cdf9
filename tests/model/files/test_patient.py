"""A file that somebody named is read in little time and memory, or it is said why not."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from netwatch.model import bytes_of, is_file, is_folder, is_there, refuse_what_is_no_file
from netwatch.model.files import patient
from tests.cpu import spent

TOO_LONG = "x" * 300


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(patient, "PIPE_SECONDS", 0.3)


def pipe(directory: Path) -> Path:
    os.mkfifo(directory / "pipe")
    return directory / "pipe"


def test_a_file_is_read_up_to_the_byte_by_which_it_is_too_long(tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")

    assert bytes_of(tmp_path / "file", 10) == b"0123456789"
    assert bytes_of(tmp_path / "file", 4) == b"01234"


def test_a_pipe_nobody_writes_to_is_given_up(tmp_path):
    with pytest.raises(OSError, match=r"nothing comes from it within 0\.3 s"):
        bytes_of(pipe(tmp_path), 10)


def test_a_pipe_that_somebody_holds_open_and_says_nothing_more_is_given_up(tmp_path):
    path = pipe(tmp_path)
    writer = os.open(path, os.O_RDWR)
    try:
        os.write(writer, b"begun")
        with pytest.raises(OSError, match="nothing comes from it"):
            bytes_of(path, 10)
    finally:
        os.close(writer)


def test_what_a_command_writes_into_a_pipe_is_read_to_its_end(tmp_path):
    path = pipe(tmp_path)

    def write() -> None:
        with path.open("wb") as opened:
            opened.write(b"a" * 300_000)

    writer = threading.Thread(target=write)
    writer.start()
    assert bytes_of(path, 10**6) == b"a" * 300_000
    writer.join()


def test_a_device_without_end_costs_no_more_than_was_allowed():
    with spent() as cpu:
        assert len(bytes_of(Path("/dev/zero"), 1000)) == 1001

    assert cpu.seconds < 1


@pytest.mark.parametrize("name", [TOO_LONG, "a\0b"])
def test_a_name_that_no_file_can_have_is_no_file_and_says_so(tmp_path, name):
    path = tmp_path / name

    assert not any(there(path) for there in (is_there, is_file, is_folder))
    for act in (bytes_of, refuse_what_is_no_file):
        with pytest.raises(OSError, match=r"too long|no name that a file can have"):
            act(path, 10)


def test_what_a_library_would_wait_for_is_refused_before_it_opens_it(tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    refuse_what_is_no_file(tmp_path / "file", 10)

    with pytest.raises(OSError, match="larger than 0 MiB"):
        refuse_what_is_no_file(tmp_path / "file", 4)
    for odd in (pipe(tmp_path), "/dev/zero", tmp_path):
        with pytest.raises(OSError, match="is no regular file"):
            refuse_what_is_no_file(odd, 10)
