"""A PostgreSQL server that is a benchmark's own, and where the programs are."""
import glob
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def bin_dir():
    """Where PostgreSQL's programs are: PG_BIN_DIR, or Debian's newest."""
    if "PG_BIN_DIR" in os.environ:
        return pathlib.Path(os.environ["PG_BIN_DIR"])
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda it: int(it.split("/")[-2]))
    if not found:
        sys.exit("no PostgreSQL server programs found; set PG_BIN_DIR")
    return pathlib.Path(found[-1])


def migrate():
    """The release build of this repository, or MIGRATE; None where there is none."""
    built = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release" / "migrate"
    given = pathlib.Path(os.environ.get("MIGRATE", built)).resolve()
    return str(given) if given.exists() else None


def psql():
    """The server's own psql, or the one on the PATH; None where there is none."""
    own = bin_dir() / "psql"
    return str(own) if own.exists() else shutil.which("psql")


class Server:
    """A private server on a free port of this machine, as another user if need be; gone at the end."""

    def __init__(self, folder, fsync, *settings):
        self.user = None if os.geteuid() else next(
            name for name in ("postgres", "nobody") if name in {it.pw_name for it in pwd.getpwall()}
        )
        home = folder / "server"
        home.mkdir()
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(home, entry.pw_uid, entry.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.data = home / "data"
        self.run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", f"fsync={fsync}", *settings]
        options = " ".join([f"-p {self.port}", *(f"-c {it}" for it in settings)])
        self.run("pg_ctl", "-D", str(self.data), "-l", str(home / "log"), "-w", "-o", options, "start")

    def run(self, program, *arguments):
        as_user = {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []} if self.user else {}
        subprocess.run([bin_dir() / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/", **as_user)

    def url(self, database):
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def psql(self, database, *arguments):
        """The words of a psql session that stops at the first error."""
        return [psql(), "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments, self.url(database)]

    def execute(self, *statements, database="postgres"):
        subprocess.run(self.psql(database, *(f"-c{it}" for it in statements)), check=True)

    def fresh(self, database):
        self.execute("set client_min_messages = warning", f"drop database if exists {database}", f"create database {database}", "checkpoint")

    def stop(self):
        self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
