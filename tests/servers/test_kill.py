"""What was acknowledged is still there after the server was killed in the middle of a sale."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from uuid import uuid4

from racing import CUSTOMERS, OK, Server, hold, left, new_pin

ENOUGH = 40


def test_every_acknowledged_order_is_found_after_kill_9_in_the_middle_of_a_sale(server: Server) -> None:
    pin_id = new_pin(server, CUSTOMERS, CUSTOMERS)
    acknowledged: list[str] = []
    enough = threading.Event()

    def buy(customer: int) -> None:
        order_id = uuid4().hex
        try:
            status, _ = hold(server, pin_id, order_id, customer)
        except (OSError, HTTPException):
            return  # the server died before it answered: nothing was promised
        if status == OK:
            acknowledged.append(order_id)
        if len(acknowledged) >= ENOUGH:
            enough.set()

    with ThreadPoolExecutor(32) as crowd:
        buying = [crowd.submit(buy, customer) for customer in range(CUSTOMERS)]
        enough.wait(timeout=60)
        server.kill()
    assert not any(each.exception() for each in buying)
    assert ENOUGH <= len(acknowledged) < CUSTOMERS, "it was killed in the middle"

    server.start()
    after = left(server, pin_id)
    assert set(acknowledged) <= set(after["orders"])
    assert after["seats"]["held"] == after["seats_taken"] == len(after["orders"])
