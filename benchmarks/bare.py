"""The same statements without the portal: what bare psycopg2 does with the SQL of one confirmation request.

The statements are recorded from real requests that are rolled back, then replayed in real transactions. Ids that the
recorded inserts were given are replaced by those the replay is given.
"""

import json
import multiprocessing
import time
from typing import Any

import psycopg2
from django.db import connection, transaction
from django.test import Client
from psycopg2.extras import Json

Statement = tuple[str, Any]
FIRST_NEW_ID = 10**15  # as population sets the sequences
SKIPPED = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class _RolledBack(Exception):
    pass


def record(asks: list[dict[str, Any]], tokens: list[str]) -> list[list[Statement]]:
    """Return the statements of each request, as (SQL, parameters), without committing any of them."""
    return [_record_one(ask, tokens[index % len(tokens)]) for index, ask in enumerate(asks)]


def _record_one(ask: dict[str, Any], token: str) -> list[Statement]:
    statements: list[Statement] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(SKIPPED):
            statements.append((sql, tuple(_plain(value) for value in params or ())))
        return execute(sql, params, many, context)

    try:
        with transaction.atomic(), connection.execute_wrapper(keep):
            answer = Client().post(
                "/api/v1/confirmations",
                json.dumps(ask),
                content_type="application/json",
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": ask["authorization_number"]},
            )
            if answer.status_code != 201:
                raise RuntimeError(f"Recording got {answer.status_code}: {answer.content[:300]!r}")
            raise _RolledBack
    except _RolledBack:
        return statements


def _plain(value: Any) -> Any:
    """JSON as the text that goes over the wire: what Django's wrapper would write at execution."""
    return value.dumps(value.adapted) if isinstance(value, Json) else value


def replay(dsn: str, recorded: list[list[Statement]], clients: int) -> float:
    """Run the recorded requests from `clients` processes; return requests a second."""
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        began = time.perf_counter()
        pool.starmap(_one_client, [(dsn, recorded[index::clients]) for index in range(clients)])
        return len(recorded) / (time.perf_counter() - began)


def _one_client(dsn: str, recorded: list[list[Statement]]) -> None:
    database = psycopg2.connect(dsn)
    with database.cursor() as cursor:
        for statements in recorded:
            ids: dict[int, int] = {}
            for sql, params in statements:
                cursor.execute(sql, _with_new_ids(params, ids))
                if cursor.description is None:
                    continue
                rows = cursor.fetchall()
                if " RETURNING " in sql:
                    _remember(ids, sql, rows, statements)
            database.commit()
    database.close()


def _with_new_ids(params: Any, ids: dict[int, int]) -> Any:
    if not ids or params is None:
        return params
    return tuple(ids.get(value, value) if isinstance(value, int) else value for value in params)


def _remember(ids: dict[int, int], sql: str, rows: list[Any], statements: list[Statement]) -> None:
    """Map the id this insert was given when recorded (it stands in a later statement) to the one given now."""
    now = rows[0][0]
    if now < FIRST_NEW_ID:
        return  # a history row's own key, which no later statement names
    block = now // 10**13
    for _, params in statements:
        for value in params or ():
            if isinstance(value, int) and not isinstance(value, bool) and value // 10**13 == block:
                ids[value] = now
