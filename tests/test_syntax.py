"""Python's syntax is read by one thread at a time."""

import ast
import subprocess
import sys

import pytest

from netwatch.syntax import parsed_expression
from tests.patience import PATIENCE_SECONDS

STORM = """
import gc, sys, threading
from netwatch.syntax import parsed

class Circle:
    def __init__(self):
        self.me = self

    def __del__(self):
        for _ in range(20):
            pass

TEXT = "class A:\\n  def f(self): return [1, (2, [3, {4: 5}])]\\n" * 150
failed = []

def read():
    for _ in range(15):
        circles = [Circle() for _ in range(20)]
        del circles
        try:
            parsed(TEXT)
        except SystemError as exc:
            failed.append(exc)

sys.setswitchinterval(1e-6)
gc.set_threshold(10)
threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(f"{len(failed)} failed, {failed[0]}" if failed else 0)
"""


def test_threads_that_read_at_once_do_not_count_each_other():
    """In a process of its own, whose collector runs all the time."""
    done = subprocess.run([sys.executable, "-c", STORM], capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    assert done.returncode == 0, done.stderr


def test_a_text_is_read_without_a_word_about_it(recwarn):
    tree = parsed_expression(r"match(name, '\d')")

    assert isinstance(tree, ast.Expression)
    assert not recwarn.list


def test_what_is_no_python_is_refused_as_python_does_it():
    with pytest.raises(SyntaxError):
        parsed_expression("1 +")
