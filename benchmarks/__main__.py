"""`make bench`: prints the tables. Needs a PostgreSQL server where it may create databases (BENCH_SERVER)."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg2

SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000,1000000").split(",")]
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "3000"))
WORKERS = int(os.environ.get("BENCH_WORKERS", "3"))
CLIENTS = int(os.environ.get("BENCH_CLIENTS", "4"))
DATABASE = "rems_bench"
RECORDED = 600


@contextmanager
def empty_database() -> Iterator[str]:
    """Create the benchmark database, give its address, and drop it at the end."""
    admin = psycopg2.connect(f"{SERVER}/postgres")
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    try:
        yield f"{SERVER}/{DATABASE}"
    finally:
        with admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.close()


@contextmanager
def web_server(address: str) -> Iterator[int]:
    """Serve the portal as production does, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = production(address) | {"BIND": f"127.0.0.1:{port}", "WEB_CONCURRENCY": str(WORKERS)}
    command = [sys.executable, "-m", "gunicorn", "rems_portal.wsgi", "--config", "gunicorn.conf.py"]
    server = subprocess.Popen(command, env=environment)
    try:
        for _ in range(100):
            time.sleep(0.2)
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                break
            except OSError:
                continue
        else:
            raise RuntimeError("The web server did not answer")
        yield port
    finally:
        server.terminate()
        server.wait(30)


def production(address: str) -> dict[str, str]:
    """Return the environment of a production process, but for TLS, which a proxy would end."""
    return dict(os.environ) | {
        "DEMO": "0",
        "DEBUG": "0",
        "SECRET_KEY": os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(40)),
        "DATABASE_URL": address,
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "SECURE_SSL_REDIRECT": "0",
        "LOG_LEVEL": "WARNING",
        "ENV_FILE": os.devnull,
    }


def main() -> None:
    """Measure every size in a process of its own, then what does not depend on size."""
    from benchmarks.lines import decided_per_second

    print(f"{os.cpu_count()} cores, {WORKERS} web workers, {CLIENTS} clients, {REQUESTS} confirmations a size\n")
    print("Confirmations over HTTP against the same statements from bare psycopg2")
    print("  patients    HTTP/s  bare/s  ratio   p50 ms  p95 ms  p99 ms  queries", flush=True)
    for number, size in enumerate(SIZES):
        with empty_database() as address:
            arguments = [sys.executable, "-m", "benchmarks", "--size", str(size)]
            if number == 0:
                arguments.append("--pages")
            subprocess.run(arguments, env=production(address), check=True)
    print(f"\nmanage.py decide: {decided_per_second():,.0f} lines/s")


def measure_size(size: int, *, pages: bool) -> None:
    """Fill the database, measure confirmations at this size, and the pages where asked."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if pages:
        call_command("collectstatic", interactive=False, verbosity=0)
    from benchmarks import bare, load, population
    from benchmarks import pages as page_costs

    filled = population.fill(size, datetime.now(UTC))
    address = os.environ["DATABASE_URL"]
    recorded = bare.record(filled.asks[:RECORDED], filled.tokens)
    bare_rate = bare.replay(address, recorded, WORKERS)
    asks = filled.asks[RECORDED:]
    with web_server(address) as port:
        load.confirmations(port, asks[:200], filled.tokens, CLIENTS)
        measured = load.confirmations(port, asks[200 : 200 + REQUESTS], filled.tokens, CLIENTS)
    queries = len(recorded[0])
    p50, p95, p99 = (measured.percentile(share) for share in (0.5, 0.95, 0.99))
    print(
        f"{size:>10,} {measured.per_second:>9.0f} {bare_rate:>7.0f} {measured.per_second / bare_rate:>6.2f}"
        f" {p50:>8.1f} {p95:>7.1f} {p99:>7.1f} {queries:>8}",
        flush=True,
    )
    if measured.others:
        print(f"  answers other than 201: {measured.others}")
    if pages:
        print("\nPages (median of 15, server time; bytes of HTML before compression)")
        for page in page_costs.measure(filled.enrollment):
            print(f"  {page.name:<22} {page.milliseconds:>6.1f} ms {page.size:>8,} bytes {page.queries:>4} queries")
        print("\n  patients    HTTP/s  bare/s  ratio   p50 ms  p95 ms  p99 ms  queries", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rems_portal.settings")
    if "--size" in sys.argv:
        measure_size(int(sys.argv[sys.argv.index("--size") + 1]), pages="--pages" in sys.argv)
    else:
        main()
