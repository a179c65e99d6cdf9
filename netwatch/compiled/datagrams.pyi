"""What datagrams.c gives; the contracts stand with the twins in datagram_twins.py."""

import socket
from array import array
from collections.abc import Mapping

from netwatch.compiled.datagram_twins import Question, Run, Sign

CONTRACT: int
SOURCES: str

def send_run(
    udp: socket.socket,
    question: Question,
    number: int,
    run: Run,
    which: array[int],
    begin: int,
    most: int,
    port: int,
    scope: int,
    /,
) -> tuple[int, int]: ...
def take_answers(
    udp: socket.socket, sign: Sign, runs: Mapping[int, Run], most: int, /
) -> tuple[int, int, int, int]: ...
def take_refusals(
    udp: socket.socket, sign: Sign, runs: Mapping[int, Run], most: int, /
) -> tuple[int, int, int, int]: ...
