"""Silences: which may be had, whom they cover, what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.alerts import Silences, checked_silence, compile_silence, expired_silence, silence_muting
from netwatch.model import MuteKind, Silence, SilenceState

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def silence(*matchers: str, begins: timedelta = -HOUR, ends: timedelta = HOUR, **changes: str) -> Silence:
    return Silence(
        id="s1", matchers=matchers or ('device="sw1"',), starts_at=NOON + begins, ends_at=NOON + ends,
        created_by="anna", comment="core upgrade", updated_at=NOON - HOUR,
    ) if not changes else replace(silence(*matchers, begins=begins, ends=ends), **changes)  # fmt: skip


def wanted(**changes):
    asked = {
        "matchers": ['device="sw1"'], "starts_at": NOON, "ends_at": NOON + HOUR, "created_by": "anna",
        "comment": "core upgrade", "now": NOON, "new_id": lambda: "new",
    }  # fmt: skip
    return checked_silence(**{**asked, **changes})


@pytest.mark.parametrize(("matchers", "covers"), [
    (('device="sw1"',), True),
    (('device="sw1"', 'severity=~"warning|info"'), True),
    (('device="sw1"', 'severity="critical"'), False),
    (('device=~"sw"',), False),
    (('site!="hq"',), True),
])  # fmt: skip
def test_a_silence_covers_what_meets_every_matcher(matchers, covers):
    labels = {"device": "sw1", "severity": "warning"}

    assert compile_silence(silence(*matchers)).covers(labels) is covers


def test_a_silence_says_who_until_when_and_why():
    muting = silence_muting([compile_silence(silence(ends=2 * HOUR))], {"device": "sw1"}, NOON)

    assert muting.kind is MuteKind.SILENCED
    assert muting.reason == "silenced by anna until 2026-11-28 14:00 UTC: core upgrade"
    assert (muting.until, muting.by) == (NOON + 2 * HOUR, "s1")


@pytest.mark.parametrize(("begins", "ends", "silenced"), [
    (-HOUR, HOUR, True), (timedelta(0), HOUR, True), (-HOUR, timedelta(0), False), (HOUR, 2 * HOUR, False),
])  # fmt: skip
def test_it_holds_from_its_start_to_just_before_its_end(begins, ends, silenced):
    compiled = compile_silence(silence(begins=begins, ends=ends))

    assert (silence_muting([compiled], {"device": "sw1"}, NOON) is not None) is silenced


def test_of_several_the_last_to_end_is_named():
    silences = [silence(ends=hours * HOUR, id=f"s{hours}") for hours in (1, 3, 2)]

    assert silence_muting(map(compile_silence, silences), {"device": "sw1"}, NOON).by == "s3"


def test_the_reason_is_one_line_whatever_was_typed():
    typed = silence(comment="one\r\ntwo\n\n  three ", created_by="an\nna")

    reason = silence_muting([compile_silence(typed)], {"device": "sw1"}, NOON).reason

    assert reason == "silenced by an na until 2026-11-28 13:00 UTC: one two three"


def test_what_is_asked_for_is_had():
    assert wanted(comment="  core upgrade\n") == Silence(
        id="new", matchers=('device="sw1"',), starts_at=NOON, ends_at=NOON + HOUR, created_by="anna",
        comment="core upgrade", updated_at=NOON,
    )  # fmt: skip


def test_everything_but_one_site_may_be_silenced():
    assert wanted(matchers=['site!="hq"']).matchers == ('site!="hq"',)


def test_one_that_was_to_begin_in_the_past_begins_now():
    assert wanted(starts_at=NOON - HOUR).starts_at == NOON
    assert wanted(starts_at=NOON + HOUR / 2).starts_at == NOON + HOUR / 2


@pytest.mark.parametrize(("changes", "said"), [
    ({"matchers": []}, "at least one matcher"),
    ({"matchers": ['site=""']}, "silence everything"),
    ({"matchers": ['site=""', 'device=~".*"']}, "silence everything"),
    ({"matchers": ["site"]}, "not a matcher"),
    ({"matchers": ['a="b", c="d"']}, "more than one"),
    ({"matchers": ['a="b"'] * 101}, "at most 100"),
    ({"ends_at": NOON, "starts_at": NOON}, "end after it starts"),
    ({"ends_at": NOON - HOUR, "starts_at": NOON}, "end after it starts"),
    ({"ends_at": NOON - HOUR, "starts_at": NOON - 2 * HOUR}, "in the future"),
    ({"created_by": " "}, "author"),
    ({"created_by": "a" * 201}, "author"),
    ({"comment": "\n"}, "comment"),
    ({"comment": "a" * 4001}, "comment"),
])  # fmt: skip
def test_what_cannot_be_had_is_refused_in_words(changes, said):
    with pytest.raises(ValueError, match=said):
        wanted(**changes)


@pytest.mark.parametrize(("changes", "same"), [
    ({"ends_at": NOON + 2 * HOUR}, True),
    ({"comment": "still at it"}, True),
    ({"created_by": "ben"}, True),
    ({"starts_at": NOON - HOUR + timedelta(milliseconds=400)}, True),
    ({"starts_at": NOON}, False),
    ({"matchers": ['device="sw2"']}, False),
    ({"matchers": ['device=~"sw1"']}, False),
    ({"matchers": ['device!="sw1"']}, False),
    ({"matchers": ["device=sw1"]}, True),          # the same, written otherwise
])  # fmt: skip
def test_an_active_silence_keeps_its_id_where_the_past_stays_as_it_was(changes, same):
    before = silence()

    after = wanted(**{"starts_at": before.starts_at, "replacing": before, **changes})

    assert after.id == ("s1" if same else "new")
    assert after.starts_at == (before.starts_at if same else NOON)
    assert after.updated_at == NOON


def test_a_silence_that_has_not_begun_may_begin_at_another_time():
    before = silence(begins=HOUR, ends=2 * HOUR)

    after = wanted(replacing=before, starts_at=NOON + HOUR / 2, ends_at=NOON + 3 * HOUR)

    assert (after.id, after.starts_at, after.ends_at) == ("s1", NOON + HOUR / 2, NOON + 3 * HOUR)
    assert wanted(replacing=before, starts_at=NOON - HOUR).id == "new"


def test_one_that_is_over_is_not_brought_back():
    before = silence(begins=-2 * HOUR, ends=-HOUR)

    assert wanted(replacing=before, starts_at=before.starts_at).id == "new"


@pytest.mark.parametrize(("begins", "ends"), [(-HOUR, HOUR), (HOUR, 2 * HOUR), (-2 * HOUR, -HOUR)])
def test_an_expired_silence_is_over(begins, ends):
    before = silence(begins=begins, ends=ends)

    after = expired_silence(before, NOON)

    assert after.state(NOON) is SilenceState.EXPIRED
    assert after.starts_at <= after.ends_at <= NOON
    assert (after == before) is (before.state(NOON) is SilenceState.EXPIRED)


@settings(deadline=None)
@given(st.text(), st.text(), st.lists(st.text(), max_size=3), st.integers(-9, 9), st.integers(-9, 9))
def test_whatever_is_asked_for_it_is_had_or_refused(author, comment, matchers, begins, ends):
    try:
        had = wanted(
            matchers=matchers, starts_at=NOON + begins * HOUR, ends_at=NOON + ends * HOUR, created_by=author,
            comment=comment,
        )  # fmt: skip
    except ValueError:
        pass
    else:
        assert had.state(NOON) is not SilenceState.EXPIRED
        assert compile_silence(had).matchers


MATCHERS = st.sampled_from(['device="sw1"', 'device!="sw1"', 'device=~"sw."', 'site="hq"', 'site=""', 'site!~"h."'])
SILENCES = st.lists(
    st.tuples(st.lists(MATCHERS, min_size=1, max_size=3), st.integers(-2, 1), st.integers(0, 3)), max_size=6
)


@settings(deadline=None)
@given(SILENCES, st.fixed_dictionaries({}, optional={"device": st.sampled_from(["sw1", "sw2"]),
                                                     "site": st.sampled_from(["hq", ""])}))  # fmt: skip
def test_the_index_of_many_silences_says_what_each_says(shapes, labels):
    compiled = [
        compile_silence(silence(*matchers, begins=begins * HOUR, ends=ends * HOUR, id=f"s{number}"))
        for number, (matchers, begins, ends) in enumerate(shapes)
    ]

    indexed, searched = Silences(compiled).muting_of(labels, NOON), silence_muting(compiled, labels, NOON)

    assert (indexed and indexed.until) == (searched and searched.until)
