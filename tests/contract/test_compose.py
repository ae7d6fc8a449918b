"""The production shape holds together: the Compose file, and its processes on a real PostgreSQL and a real Redis.

No Docker engine is needed: the file is checked against the schema of Compose files, and the commands of its services
are run by hand with the environment that the file gives them.
"""

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema import builtin_schemas
from jsonschema import Draft7Validator

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PORTAL_PROCESSES = ["migrate", "web", "worker", "beat"]
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?:(:[?-])([^}]*))?\}")
BINARIES = Path(sys.executable).parent


def test_compose_file_fits_the_schema_of_compose_files() -> None:
    schema = builtin_schemas.get_builtin_schema("vendor.compose-spec")
    faults = [f"{list(fault.path)}: {fault.message}" for fault in Draft7Validator(schema).iter_errors(COMPOSE)]
    assert not faults


def test_compose_file_has_every_part_of_the_portal() -> None:
    assert set(SERVICES) == {*PORTAL_PROCESSES, "postgres", "redis", "mail"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_service_that_stays_has_a_health_check(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", PORTAL_PROCESSES)
def test_portal_process_runs_with_few_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_waits_for_what_it_needs_to_be_healthy(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if other == "migrate" else "service_healthy"
        assert how == {"condition": expected}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_process_starts_after_the_migration_and_redis(name: str) -> None:
    assert set(SERVICES[name]["depends_on"]) == {"migrate", "redis"}


def test_ports_are_open_on_this_host_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_has_a_default() -> None:
    found = VARIABLE.findall((ROOT / "docker-compose.yml").read_text())
    hidden = [(name, how) for name, how, _rest in found if re.search("KEY|PASSWORD|SECRET|TOKEN", name)]
    assert {name for name, _how in hidden} == {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert all(how == ":?" for _name, how in hidden)


def test_image_runs_as_a_user_without_rights_and_without_a_baked_in_secret() -> None:
    last_stage = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]
    assert "\nUSER rems\n" in last_stage
    assert not re.search(r"^(ENV|ARG)[^\n]*(SECRET|PASSWORD|KEY)", last_stage, re.MULTILINE)


def test_settings_without_a_secret_key_stop_the_portal() -> None:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": os.environ["VAR_DIR"], "ENV_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


# -- The processes by hand ---------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_of(name: str, given: dict[str, str], instead: dict[str, str]) -> dict[str, str]:
    """Return the environment that Compose gives a service, with the addresses of this machine's servers."""

    def value(found: re.Match[str]) -> str:
        variable, how, rest = found.groups()
        if how == ":-":
            return given.get(variable, rest)
        return given[variable]

    written = {key: VARIABLE.sub(value, str(text)) for key, text in SERVICES[name]["environment"].items()}
    assert "${" not in "".join(written.values())
    machine = {
        "PATH": f"{BINARIES}:{os.environ['PATH']}",
        "ENV_FILE": os.devnull,
        "HOSTNAME": socket.gethostname(),
    }
    return machine | written | instead


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in a group of its own; end it as Compose does and see that it ends well."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield process
            process.terminate()
            assert process.wait(timeout=30) == 0, log.read_text()[-3000:]
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def eventually(ask: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Ask again and again; fail with the sentence when the answer stays no."""
    until = time.monotonic() + seconds
    while not ask():
        assert time.monotonic() < until, what
        time.sleep(0.5)


def get(port: int, path: str, host: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def health_check_of(name: str) -> list[str]:
    how, *rest = SERVICES[name]["healthcheck"]["test"]
    return rest if how == "CMD" else ["sh", "-c", rest[0].replace("$$", "$")]


def succeeds(command: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode == 0


@pytest.fixture
def production(postgres_url: str, redis_url: str, tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Return a function from a service's name to its environment, on the servers of this machine."""
    given = {name: secrets.token_urlsafe(60) for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")}
    given |= {"PORTAL_HOST": "rems.example.org", "WEB_CONCURRENCY": "2"}
    (tmp_path / "var").mkdir()
    instead = {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "VAR_DIR": str(tmp_path / "var"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "BIND": f"127.0.0.1:{free_port()}",
    }
    return lambda name: environment_of(name, given, instead)


@pytest.mark.postgres
@pytest.mark.redis
def test_deployment_check_is_clean_in_the_environment_of_web(production: Callable[[str], dict[str, str]]) -> None:
    command = ["python", "manage.py", "check", "--deploy", "--fail-level", "INFO"]
    done = subprocess.run(command, cwd=ROOT, env=production("web"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.postgres
@pytest.mark.redis
def test_processes_of_the_compose_file_run_on_postgresql_and_redis(
    production: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    collect = ["python", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    assert succeeds(collect, production("web"))
    assert succeeds(SERVICES["migrate"]["command"], production("migrate"))

    port = int(production("web")["BIND"].rpartition(":")[2])
    with (
        running(SERVICES["web"]["command"], production("web"), tmp_path / "web.log"),
        running(SERVICES["worker"]["command"], production("worker"), tmp_path / "worker.log"),
        running(SERVICES["beat"]["command"], production("beat"), tmp_path / "beat.log"),
    ):
        for name in ("web", "worker", "beat"):
            check, environment = health_check_of(name), production(name)
            log = tmp_path / f"{name}.log"
            eventually(lambda c=check, e=environment: succeeds(c, e), seconds=60, what=f"{name}: {log.read_text()}")

        assert json.loads(get(port, "/healthz", "rems.example.org")[1]) == {"status": "ok"}
        assert get(port, "/healthz", "elsewhere.example.org")[0] == 400
        status, _body, headers = get(port, "/accounts/login/", "rems.example.org")
        assert (status, headers["Location"]) == (301, "https://rems.example.org/accounts/login/")
