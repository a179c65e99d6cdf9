"""Echo requests as octets."""

import struct

import pytest

from netwatch.ping.packets import Form, folded, without_ip_header, words_sum

SECRET = b"8 octets"


def form(*, v6=False, sums=True):
    return Form(v6=v6, identifier=0x1234, secret=SECRET, sums=sums)


def answered(request, kind=0):
    return bytes([kind]) + request[1:]


@pytest.mark.parametrize("number", [0, 1, 0xFFFF, 0x10000, 0x1_2345_6789, 2**64 - 1])
def test_a_request_has_the_form_of_rfc_792_and_a_right_checksum(number):
    request = form().request(number)

    assert struct.unpack("!BBxxHH", request[:8]) == (8, 0, 0x1234, number & 0xFFFF)
    assert len(request) == 8 + 56
    assert folded(words_sum(request)) == 0xFFFF


@pytest.mark.parametrize(("v6", "reply"), [(False, 0), (True, 129)])
def test_an_answer_says_which_request_it_is_to(v6, reply):
    request = form(v6=v6).request(70_000)

    assert form(v6=v6).number_in(answered(request, reply)) == 70_000


@pytest.mark.parametrize("length", [0, 1, 7, 8, 23])
def test_what_is_too_short_answers_nothing(length):
    assert form().number_in(answered(form().request(7))[:length]) is None


def test_a_request_of_our_own_that_comes_back_is_no_answer():
    assert form().number_in(form().request(7)) is None


def test_an_answer_with_another_code_is_none():
    answer = bytearray(answered(form().request(7)))
    answer[1] = 1

    assert form().number_in(bytes(answer)) is None


@pytest.mark.parametrize("head", [b"", b"\x45", b"\x40" + bytes(30), b"\x4f" + bytes(30)])
def test_a_broken_ip_header_leaves_no_message(head):
    assert form().number_in(without_ip_header(head)) is None


def told(origin=2, kind=3, code=1):
    return struct.pack("=IBBBBII", 113, origin, kind, code, 0, 0, 0)


def test_an_error_names_the_packet_it_is_about_where_enough_of_it_is_quoted():
    request = form().request(9)

    assert form().error_in(request, told(), "192.0.2.1") == ("192.0.2.1 says: host unreachable", 9)
    assert form().error_in(request[:8], told(), "192.0.2.1").number is None


def test_what_is_no_word_of_icmp_about_a_request_is_none():
    request = form().request(9)

    assert form().error_in(request, told(origin=1), "") is None
    assert form().error_in(request[:7], told(), "") is None
    assert form().error_in(answered(request), told(), "") is None
    assert form().error_in(request, told()[:10], "") is None
