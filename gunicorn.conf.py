"""How gunicorn serves the portal: by itself for the demo, behind a proxy in production.

Production uses sync workers, one request each, which measured fastest; a proxy in front must hold slow clients and
idle connections. The demo has no proxy, and browsers open connections ahead of need, so it uses a few threads.
"""

import gc
import multiprocessing
import os
from typing import Any

DEMO = os.environ.get("DEMO", "") in {"1", "true", "True", "on", "yes"}

bind = os.environ.get("BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
workers = int(os.environ.get("WEB_CONCURRENCY", "1" if DEMO else str(multiprocessing.cpu_count() * 2 + 1)))
threads = int(os.environ.get("WEB_THREADS", "4" if DEMO else "1"))
timeout = 60
graceful_timeout = 20
max_requests = 0 if DEMO else 10_000
max_requests_jitter = 0 if DEMO else 1_000
preload_app = not DEMO
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - heartbeats, kept off the disk
no_control_socket = True
loglevel = "warning"
accesslog = None  # rems_portal.middleware writes one line per request, without the path


def when_ready(_server: Any) -> None:
    """Say where the portal is, once it listens."""
    if DEMO:
        print(f"The portal is at http://{bind}  (Ctrl-C ends it)", flush=True)  # noqa: T201


def post_worker_init(_worker: Any) -> None:
    """Tell the garbage collector to leave alone what lives as long as the process.

    Going over all of Django's classes again and again took a fifth of a confirmation's time.
    """
    gc.collect()
    gc.freeze()
