"""Prepares the next items in a thread while the present one is worked on."""

from collections.abc import Callable, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

#: Seconds between two looks whether anybody still waits.
PATIENCE = 0.1


def prefetched(make: Callable[[int], Item], indices: range, ahead: int) -> Iterator[Item]:
    """``make(i)`` of all ``indices``, in order, up to ``ahead`` of them made in advance.

    The thread ends with the iterator; what it raises is raised here, in its place.

    Args:
        make: makes an item; is called in one other thread only.
        indices: what to make.
        ahead: items in advance; 0 makes each when it is asked for.
    """
    if ahead < 1:
        yield from map(make, indices)
        return
    made: Queue[Item | BaseException] = Queue(maxsize=ahead)
    over = Event()

    def hand_over(item: Item | BaseException) -> None:
        while not over.is_set():
            try:
                made.put(item, timeout=PATIENCE)
            except Full:
                continue
            return

    def work() -> None:
        try:
            for index in indices:
                if over.is_set():
                    return
                hand_over(make(index))
        except BaseException as error:  # belongs to who waits for the item
            hand_over(error)

    thread = Thread(target=work, name="prefetch", daemon=True)
    thread.start()
    try:
        for _ in indices:
            item = made.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        over.set()
        thread.join()
