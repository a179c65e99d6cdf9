"""A noisy source delays and displaces only itself."""

from netwatch.traps.fair_queue import FairQueue


def test_sources_are_served_in_turn():
    queue: FairQueue[str] = FairQueue()
    for number in range(5):
        queue.put("noisy", f"noisy {number}")
    queue.put("quiet", "quiet")

    assert queue.take(3) == ["noisy 0", "quiet", "noisy 1"]
    assert queue.take(10) == ["noisy 2", "noisy 3", "noisy 4"]
    assert len(queue) == 0


def test_a_source_has_no_more_than_its_share():
    queue: FairQueue[int] = FairQueue(most_of_one=3)

    assert [queue.put("noisy", number) for number in range(5)] == [0, 0, 0, 1, 1]
    assert queue.take(10) == [0, 1, 2]


def test_where_all_is_full_the_longest_line_gives_way():
    queue: FairQueue[str] = FairQueue(most=10)
    for number in range(10):
        queue.put("noisy", f"noisy {number}")

    assert queue.put("quiet", "quiet") == 1
    assert len(queue) == 10
    assert queue.take(2) == ["noisy 0", "quiet"]


def test_where_all_lines_are_as_long_the_newcomer_is_not_taken():
    queue: FairQueue[int] = FairQueue(most=2)
    queue.put("a", 1)
    queue.put("b", 1)

    assert queue.put("a", 2) == 1
    assert queue.take(10) == [1, 1]


def test_large_items_take_the_place_of_many():
    queue: FairQueue[str] = FairQueue(most=10, most_of_one=8)

    assert queue.put("a", "large", weight=6) == 0
    assert queue.put("a", "too much for one", weight=3) == 1
    assert queue.put("b", "small", weight=4) == 0
    assert queue.put("c", "one more") == 1
    assert queue.take(10) == ["small", "one more"]


def test_what_was_emptied_can_be_filled_again():
    queue: FairQueue[int] = FairQueue()
    for number in range(3):
        queue.put("a", number)
        assert queue.take(1) == [number]
    assert queue.take(1) == []
