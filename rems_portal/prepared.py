"""Querysets whose SQL is written once, for the few queries that every confirmation runs.

Django writes a queryset's SQL anew each time it is run; for a confirmation that took more time than all the rest. A
prepared query is an ordinary queryset with named slots where values go: its SQL is written at its first use, then only
run with new values. Use it where it was measured to matter, not elsewhere, and never for a queryset that depends on
anything but its slots (an `in` list, a filter that is only sometimes there).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query

LAYOUT = ("select", "col_count", "has_extra_select", "klass_info", "annotation_col_map")


class Slot(Expression):
    """A place in a prepared query for a value; `field` says how the database wants it written."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Leave a placeholder, and the slot itself among the parameters."""
        return "%s", [self]

    def write(self, value: Any) -> Any:
        """Return the value as this connection's driver wants it."""
        return self.output_field.get_db_prep_value(value, connection)


@dataclass(frozen=True, slots=True)
class _Written:
    """What is kept of a queryset: its SQL with slots among the parameters, and how its rows are read."""

    sql: str
    parameters: tuple[Any, ...]
    converters: dict[int, Any]
    query: Query
    layout: dict[str, Any]


class _Filled(SQLCompiler):
    """Runs SQL that is already written, and reads the rows as the compiler that wrote it would."""

    def __init__(self, written: _Written, values: dict[str, Any]) -> None:
        super().__init__(written.query, connection, DEFAULT_DB_ALIAS)
        self.__dict__.update(written.layout)
        self._written = written
        self._parameters = [
            parameter.write(values[parameter.name]) if isinstance(parameter, Slot) else parameter
            for parameter in written.parameters
        ]

    def as_sql(self, with_limits: bool = True, with_col_aliases: bool = False) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Return what was written before."""
        return self._written.sql, self._parameters

    def get_converters(self, expressions: Iterable[Any]) -> dict[int, Any]:
        """Return what was found before."""
        return self._written.converters


class Prepared:
    """A queryset to be run many times: `Prepared(lambda: Patient.objects.filter(number=Slot("number", ...)))`.

    The function is called once per database engine, in the transaction of the first use. The queryset gives model
    instances (with `select_related` and `annotate` as usual) or `values_list` tuples.
    """

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self._build = build
        self._written: dict[str, _Written] = {}

    def all(self, **values: Any) -> list[Any]:
        """Run it with these values in its slots; return all rows. Raises KeyError for a slot without a value."""
        compiler = _Filled(self._written.get(connection.vendor) or self._write(), values)
        if not compiler.query.default_cols:
            return list(compiler.results_iter(tuple_expected=True))
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        asked: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
        return list(ModelIterable(asked))

    def first(self, **values: Any) -> Any:
        """Run it with these values in its slots; return the first row, or None."""
        return next(iter(self.all(**values)), None)

    def _write(self) -> _Written:
        compiler = self._build().query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, _, _ in compiler.select[: compiler.col_count]])
        layout = {name: getattr(compiler, name) for name in LAYOUT}
        written = _Written(sql, tuple(parameters), converters, compiler.query, layout)
        self._written[connection.vendor] = written
        return written
