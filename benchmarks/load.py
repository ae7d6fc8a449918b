"""Sends confirmations over HTTP from several processes and keeps the time of each."""

import http.client
import json
import multiprocessing
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Load:
    """How many requests were answered how fast (seconds), and which answers were not 201."""

    seconds: float
    times: list[float]
    others: dict[int, int]

    @property
    def per_second(self) -> float:
        """Return granted confirmations a second."""
        return (len(self.times) - sum(self.others.values())) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the time in milliseconds below which this share of requests stayed."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def confirmations(port: int, asks: list[dict[str, Any]], tokens: list[str], clients: int) -> Load:
    """Ask for one confirmation each, from `clients` processes that wait for every answer."""
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        began = time.perf_counter()
        parts = pool.starmap(
            _one_client, [(port, asks[index::clients], tokens[index::clients] or tokens) for index in range(clients)]
        )
        seconds = time.perf_counter() - began
    times = [spent for part in parts for spent, _ in part]
    others: dict[int, int] = {}
    for part in parts:
        for _, status in part:
            if status != 201:
                others[status] = others.get(status, 0) + 1
    return Load(seconds, times, others)


def _one_client(port: int, asks: list[dict[str, Any]], tokens: list[str]) -> list[tuple[float, int]]:
    results = []
    for index, ask in enumerate(asks):
        headers = {
            "Authorization": f"Bearer {tokens[index % len(tokens)]}",
            "Content-Type": "application/json",
            "Idempotency-Key": ask["authorization_number"],
        }
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/api/v1/confirmations", json.dumps(ask), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        results.append((time.perf_counter() - began, answer.status))
    return results
