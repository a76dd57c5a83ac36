"""`otklik serve` on PostgreSQL: the whole program, its shell and its HTTP, on a PostgreSQL that dies and comes back."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import urllib.error

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from otklik_server import PASSWORD, Server  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402


@pytest.fixture(scope="module")
def postgres():
    with PrivatePostgres() as running:
        yield running


def basic(login, password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()}


def settings_for(connect):
    def write(data):
        (data / "otklik.toml").write_text(f'[database]\nbackend = "postgresql"\nconnect = "{connect}"\n')
        (data / "otklik.toml").chmod(0o600)
    return write


def sql(connect, statement):
    done = subprocess.run(["psql", connect, "-XAtc", statement], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def status(server, login, password=PASSWORD):
    try:
        return server.get("/getversion", basic(login, password)).status
    except urllib.error.HTTPError as error:
        return error.code


def logins(server):
    return {user["login"] for user in json.loads(server.shell("user", "list", "--json").stdout)}


def test_a_first_start_makes_the_demo_company_and_everything_works_from_there(postgres):
    connect = postgres.fresh_database()
    with Server(before_start=settings_for(connect)) as server:
        assert not (server.data / "otklik.db").exists()
        assert {"api", "admin", "ivan", "vera"} <= logins(server)
        assert server.get("/execsvcscriptplain?name=Echo&startparam1=x", basic("api")).read() == b"x"
        assert status(server, "ivan") == 403  # no privilege

        server.shell("role", "add", "Ночная смена", "--privilege", "webapi.execute")
        server.shell("user", "add", "Анна", "--role", "Ночная смена", "--department", "Склад", input="Пароль1\n")
        assert status(server, "Анна", "Пароль1") == 200
        server.shell("user", "passwd", "Анна", input="Пароль2\n")
        assert status(server, "Анна", "Пароль1") == 403 and status(server, "Анна", "Пароль2") == 200
        server.shell("user", "set", "Анна", "--block")
        assert status(server, "Анна", "Пароль2") == 403
        server.shell("user", "set", "Анна", "--unblock")

        token = json.loads(server.shell("token", "create", "Анна", "--name", "board", "--json").stdout)["token"]
        assert server.get("/getversion", {"Authorization": "Bearer " + token}).status == 200
        server.shell("token", "revoke", "board")
        with pytest.raises(urllib.error.HTTPError):
            server.get("/getversion", {"Authorization": "Bearer " + token})
        taken = server.shell("user", "add", "АННА", check=False, input="Пароль1\n")
        assert taken.returncode == 1 and "Анна" in taken.stderr
        assert sql(connect, "SELECT COUNT(*) FROM users WHERE login = 'Анна'") == "1"
        secrets = [connect.split()[0], "Пароль"]
        assert not any(secret in server.log_path.read_text() for secret in secrets)


def test_what_was_acknowledged_is_there_after_kill_9(postgres, tmp_path):
    write = settings_for(postgres.fresh_database())
    for number in range(5):
        server = Server(folder=tmp_path, before_start=write)
        server.start()
        assert {f"user{before}" for before in range(number)} <= logins(server)
        server.shell("user", "add", f"user{number}", "--role", "web-api", input="Secret1\n")
        server.process.kill()
        server.process.wait()
    with Server(folder=tmp_path, before_start=write) as server:
        assert status(server, "user4", "Secret1") == 200
        assert server.log_path.read_text().count("schema upgraded to version 1 ") == 1


def test_it_serves_on_while_the_database_is_away_and_after_it_has_come_back(postgres):
    connect = postgres.fresh_database()
    with Server(before_start=settings_for(connect)) as server:
        server.shell("user", "add", "before", "--role", "web-api", input="Secret1\n")
        token = json.loads(server.shell("token", "create", "before", "--name", "t", "--json").stdout)["token"]
        postgres.kill()
        try:
            # the directory is in memory: who was never seen before comes in, and is told apart from who must not
            assert status(server, "before", "Secret1") == 200
            assert status(server, "before", "wrong") == 403
            assert server.get("/getversion", {"Authorization": "Bearer " + token}).status == 200
            assert server.get("/execsvcscriptplain?name=Echo&startparam1=x", basic("api")).read() == b"x"
            assert "before" in logins(server)
            # a change is refused, in one clear line without a secret
            for command in (("user", "add", "lost"), ("user", "set", "before", "--block"), ("role", "add", "lost"),
                            ("token", "create", "before", "--name", "lost")):
                done = server.shell(*command, check=False, input="Secret1\n")
                assert done.returncode == 1, command
                assert done.stderr.strip() in ("otklik: the database does not open", "otklik: the connection to the database broke"), done
            assert status(server, "before", "Secret1") == 200  # not blocked, since it was refused
            said = json.loads(server.shell("config", "reload", "--json").stdout)
            assert [refused["what"] for refused in said["refused"]] == ["directory", "plan"]
        finally:
            postgres.start()
        server.shell("user", "add", "after", "--role", "web-api", input="Secret1\n")
        assert status(server, "after", "Secret1") == 200
        server.shell("user", "set", "before", "--block")
        assert status(server, "before", "Secret1") == 403
        assert json.loads(server.shell("config", "reload", "--json").stdout)["refused"] == []
        assert "lost" not in logins(server)
        assert sql(connect, "SELECT COUNT(*) FROM users WHERE login = 'lost'") == "0"


def test_another_programs_changes_are_seen_after_a_reload(postgres):
    connect = postgres.fresh_database()
    with Server(before_start=settings_for(connect)) as server:
        assert status(server, "api") == 200
        sql(connect, "UPDATE users SET blocked = 1 WHERE login = 'api'; UPDATE directory_state SET generation = generation + 1")
        server.shell("config", "reload")
        assert status(server, "api") == 403


def start_fails(write, data):
    write(data)
    done = subprocess.run([os.environ["OTKLIK"], "serve", "--data", data, "--demo", "--listen", "127.0.0.1:0", "--set",
                           "admin.listen=127.0.0.1:0"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stdout == "", done
    return done.stderr


def test_a_start_without_the_database_says_so(postgres, tmp_path):
    connect = postgres.fresh_database()
    postgres.kill()
    try:
        said = start_fails(settings_for(connect + " password=hunter2"), tmp_path)
    finally:
        postgres.start()
    assert "otklik: the database does not open" in said and "hunter2" not in said
    assert "otklik: " in start_fails(settings_for(""), tmp_path)


def test_a_newer_schema_is_refused_and_left_alone(postgres, tmp_path):
    connect = postgres.fresh_database()
    write = settings_for(connect)
    with Server(folder=tmp_path, before_start=write):
        pass
    sql(connect, "INSERT INTO schema_upgrades VALUES (99, 'from the future', 0)")
    said = start_fails(write, tmp_path)
    assert "the database has schema version 99 and this program knows" in said
    sql(connect, "DELETE FROM schema_upgrades WHERE version = 99")
    with Server(folder=tmp_path, before_start=write) as server:
        assert status(server, "api") == 200


def test_an_upgrade_that_fails_leaves_nothing_and_succeeds_later(postgres, tmp_path):
    connect = postgres.fresh_database()
    write = settings_for(connect)
    sql(connect, "CREATE TABLE api_tokens (somebody_elses TEXT)")
    said = start_fails(write, tmp_path)
    assert "schema upgrade 1 (users, roles, departments, API tokens) failed" in said
    assert sql(connect, "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'") == "1"
    sql(connect, "DROP TABLE api_tokens")
    with Server(folder=tmp_path, before_start=write) as server:
        assert status(server, "api") == 200
