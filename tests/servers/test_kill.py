"""What was acknowledged is still there after the server was killed in the middle of a sale."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from racing import CUSTOMERS, OK, Database, Server, hold, left, new_pin


def test_every_acknowledged_order_is_found_after_kill_9_in_the_middle_of_a_sale(database: Database) -> None:
    server = Server(database)
    server.start()
    pin_id = new_pin(server, CUSTOMERS, CUSTOMERS)
    acknowledged: list[str] = []
    enough = threading.Event()

    def buy(customer: int) -> None:
        order_id = uuid4().hex
        try:
            status, _ = hold(server, pin_id, order_id, customer)
        except OSError:
            return  # the server died before it answered: nothing was promised
        if status == OK:
            acknowledged.append(order_id)
        if len(acknowledged) >= 40:
            enough.set()

    with ThreadPoolExecutor(32) as crowd:
        buying = [crowd.submit(buy, customer) for customer in range(CUSTOMERS)]
        enough.wait(timeout=60)
        server.stop(signal.SIGKILL)
    assert not any(each.exception() for each in buying)
    assert 40 <= len(acknowledged) < CUSTOMERS, "it was killed in the middle"

    server.start()
    try:
        after = left(server, pin_id)
    finally:
        server.stop()
    assert set(acknowledged) <= set(after["orders"])
    assert after["seats"]["held"] == after["seats_taken"] == len(after["orders"])
