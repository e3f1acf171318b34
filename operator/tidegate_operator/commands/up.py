"""`tidegate up`: the composition root of local mode, everything in one process tree and no cluster."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console

from tidegate_gateway.app import Gateway
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.logs import set_up_logging
from tidegate_gateway.process import told_to_end
from tidegate_gateway.secrets import Sealer, parse_keys
from tidegate_gateway.settings import Settings
from tidegate_operator.commands.database import Database, given_database
from tidegate_operator.commands.running import read_settings
from tidegate_operator.commands.sole_gateway import SoleGateway, pod_of
from tidegate_operator.local.errors import PlaceError
from tidegate_operator.local.keys import encryption_keys
from tidegate_operator.local.listening import admin_address, admin_word, refuse_taken
from tidegate_operator.local.lock import FolderLock
from tidegate_operator.local.manifests.folders import Folders
from tidegate_operator.local.manifests.last_good import LastGood
from tidegate_operator.local.operator import LocalOperator, first_ended
from tidegate_operator.local.postgres.data_folder import make_data_folder
from tidegate_operator.local.postgres.server import EmbeddedPostgres

POOL = 4
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Keep = Callable[[], Coroutine[Any, Any, object]]


@dataclass(frozen=True)
class Options:
    """What a person may choose."""

    folders: tuple[Path, ...]
    listen: str
    data: Path
    namespace: str
    verbose: bool


async def up(options: Options) -> None:
    """Serve until SIGINT, SIGTERM or, without `nohup`, SIGHUP. Whatever was started is ended again."""
    _set_up_logging(options.verbose)
    await first_ended([_serve(options), told_to_end(number for number in ENDING if not _is_nohup(number))])


async def _serve(options: Options) -> None:
    folders = Folders(options.folders, options.namespace, LastGood(options.data.absolute()))
    if passed_over := folders.read().passed_over:
        _say(f"Passed over: {', '.join(passed_over)}.")
    refuse_taken(options.listen)
    async with AsyncExitStack() as stack:
        data = _taken(options.data, stack)
        database, keep = await _database(data, stack)
        settings = _settings(database, data, options.listen)
        gateway = await _gateway(settings, stack)
        pool = await stack.enter_async_context(database.connect(size=POOL))
        public_url = settings.public_url or gateway.url
        names = " ".join(map(str, options.folders))
        title = f"Tidegate serves {names} at {public_url} (data in {options.data}; Ctrl-C ends it)"
        operator = LocalOperator(data, settings.listen_url, pool, _sealer(settings), public_url, Console(), title)
        await first_ended([operator.run(folders), gateway.broken(), keep()])


def _set_up_logging(verbose: bool) -> None:
    """JSON lines as in a cluster if they are asked for, else what goes wrong, for people."""
    set_up_logging()
    if not verbose:
        structlog.configure(
            processors=[structlog.processors.add_log_level, _renderer()],
            wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        )


def _renderer() -> structlog.dev.ConsoleRenderer:
    """A plain stack: the richer ones show the values of variables, tokens among them."""
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)


def _is_nohup(number: signal.Signals) -> bool:
    """Whether it is the end of a terminal that this process, as started by `nohup`, is to outlive."""
    return number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN


def _taken(data: Path, stack: AsyncExitStack) -> Path:
    """The data folder, for this process alone. InUseError, PlaceError."""
    data = data.absolute()
    lock = FolderLock(data, "up.lock")
    try:
        make_data_folder(data)
        lock.take()
    except OSError as error:
        raise PlaceError(f"{data} cannot be the data folder: {error.strerror}. Use another --data.") from error
    stack.callback(lock.release)
    return data


async def _database(data: Path, stack: AsyncExitStack) -> tuple[Database, Keep]:
    """A database with this version's schema, and what keeps it ours: it is given, or runs here."""
    database = given_database()
    if database is None:
        server = EmbeddedPostgres(data)
        database, keep = Database(await server.start()), server.keep
        stack.push_async_callback(server.stop)
        if server.folder != data:
            _say(f"PostgreSQL, which does not run as root, has its files in {server.folder}.")
    else:
        sole = SoleGateway(database, pod_of(data))
        stack.push_async_callback(sole.stop)
        await sole.start()
        keep = sole.keep
    async with database.connect(size=1) as pool, acquire(pool) as connection:
        await migrate(connection)
    return database, keep


def _settings(database: Database, data: Path, listen: str) -> Settings:
    address = admin_address(os.environ.get("TIDEGATE_ADMIN_LISTEN"))
    keys = os.environ.get("TIDEGATE_ENCRYPTION_KEYS") or encryption_keys(data)
    given: dict[str, Any] = {"listen": listen, "admin_listen": address, "encryption_keys": keys}
    given["pod_name"] = pod_of(data)
    if not os.environ.get("TIDEGATE_DATABASE_URL"):  # what is said of a given one does not hold for ours
        given |= {"database_url": database.url, "database_listen_url": None, "pgbouncer": False}
    return read_settings(**given)


async def _gateway(settings: Settings, stack: AsyncExitStack) -> Gateway:
    gateway = Gateway(settings)
    await gateway.start()
    stack.push_async_callback(gateway.stop)
    if word := admin_word(os.environ.get("TIDEGATE_ADMIN_LISTEN"), settings.admin_listen, gateway.admin_url):
        _say(word)
    return gateway


def _sealer(settings: Settings) -> Sealer:
    keys = settings.encryption_keys
    return Sealer(parse_keys(keys.get_secret_value() if keys else ""))


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201
