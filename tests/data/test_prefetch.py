import threading
import time

import pytest

from scbig.data.prefetch import prefetched


@pytest.mark.parametrize("ahead", [0, 1, 3])
def test_items_come_in_order_and_once(ahead):
    made = []

    def make(index):
        made.append(index)
        return index * index

    assert list(prefetched(make, range(3, 20), ahead)) == [i * i for i in range(3, 20)]
    assert made == list(range(3, 20))
    assert list(prefetched(make, range(0), ahead)) == []


def test_no_more_is_made_in_advance_than_asked():
    made = []
    items = prefetched(lambda i: made.append(i) or i, range(100), 2)
    assert next(items) == 0
    time.sleep(0.3)
    # one is handed out, two wait, one waits for room
    assert made == [0, 1, 2, 3]
    items.close()
    assert not any(thread.name == "prefetch" for thread in threading.enumerate())
    assert len(made) <= 5


def test_an_error_comes_at_its_place():
    def make(index):
        if index == 2:
            raise OSError("disk gone")
        return index

    items = prefetched(make, range(5), 2)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(OSError, match="disk gone"):
        next(items)
