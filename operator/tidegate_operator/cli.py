"""The command line. Here is what a person types; `commands` does it, and is imported when it is asked for."""

import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="tidegate",
    help="Declarative webhook endpoints, tasks and integrations on Kubernetes and PostgreSQL.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Folders = Annotated[
    list[Path], typer.Argument(metavar="DIR...", readable=False, help="Folders with manifests, or single files.")
]
Namespace = Annotated[str, typer.Option(metavar="NAME", help="The namespace of manifests that name none.")]

Address = Annotated[str, typer.Argument(metavar="COMPANY/GROUP/ENDPOINT", help="The endpoint's address.")]
Data = Annotated[Path, typer.Option(metavar="DIR", help="Where the database, tokens and keys of local mode are.")]


class Output(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


def main() -> None:
    """The entry point: an expected error is one sentence on standard error, and exit code 2."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s")  # other libraries' warnings are no results
    try:
        app()
    except Exception as error:
        from tidegate_operator.commands.errors import EXPECTED

        if not isinstance(error, EXPECTED):
            raise
        print(f"tidegate: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


@app.command()
def up(
    folders: Folders,
    listen: Annotated[
        str, typer.Option(envvar="TIDEGATE_LISTEN", metavar="HOST:PORT", help="The public address; port 0 takes one.")
    ] = "127.0.0.1:8080",
    data: Data = Path(".tidegate"),
    namespace: Namespace = "default",
    verbose: Annotated[bool, typer.Option("--verbose", help="Log as in a cluster: a JSON line a request.")] = False,
) -> None:
    """Serve manifests on this machine, without a cluster, and reload them when they change.

    Starts a PostgreSQL of its own, unless TIDEGATE_DATABASE_URL names one. Ctrl-C ends everything; the data stay.

    \b
    tidegate up examples/quickstart
    tidegate up deploy secrets --listen 127.0.0.1:0 --data /var/lib/demo
    """
    from tidegate_operator.commands.running import run
    from tidegate_operator.commands.up import Options
    from tidegate_operator.commands.up import up as serve

    run(serve(Options(tuple(folders), listen, data, namespace, verbose)))


@app.command()
def validate(
    folders: Folders,
    namespace: Namespace = "default",
    output: Annotated[Output, typer.Option(help="Lines for people, or one JSON object a finding.")] = Output.TEXT,
) -> None:
    """Print what the statuses of manifests would say, without a cluster and without serving.

    Exit code 1: a resource is not accepted, or refers to what is not there. 2: it could not be found out.

    \b
    tidegate validate examples/quickstart
    tidegate validate deploy --namespace acme --output json
    """
    from tidegate_operator.commands.running import run
    from tidegate_operator.commands.validate import print_json, print_text, validate_folders

    reading, told = run(validate_folders(folders, namespace))
    if reading.passed_over:
        typer.echo(f"Passed over: {', '.join(reading.passed_over)}.", err=True)
    if output is Output.JSON:
        print_json(told)
    else:
        print_text(reading, told)
    sys.exit(any(one.refuses for one in told))


@app.command()
def crds() -> None:
    """The CRDs as YAML, on standard output.

    \b
    tidegate crds | kubectl apply --server-side -f -
    """
    from tidegate_crds.generate import crds_yaml

    typer.echo(crds_yaml(), nl=False)


@app.command()
def slugify(text: Annotated[str, typer.Argument(help="Any text.")]) -> None:
    """Make a slug of a text, as endpoints, groups and companies have it.

    \b
    tidegate slugify "Šablona 1"        prints sablona-1
    """
    from tidegate_crds.slugs import slugify as to_slug
    from tidegate_operator.commands.errors import CommandError

    slug = to_slug(text)
    if not slug:
        raise CommandError(f"Nothing of {text!r} can stand in a slug: it takes letters and digits.")
    typer.echo(slug)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema; it is safe while older pods run.

    \b
    TIDEGATE_DATABASE_URL=postgresql://tidegate@db/tidegate tidegate migrate
    """
    from tidegate_operator.commands.database import database_of
    from tidegate_operator.commands.migrate import migrate_database
    from tidegate_operator.commands.running import read_settings, run

    applied = run(migrate_database(database_of(read_settings())))
    typer.echo("\n".join(f"applied {name}" for name in applied) or "nothing to do: the database is up to date")


@app.command()
def tokens(
    address: Address,
    data: Data = Path(".tidegate"),
    namespace: Annotated[
        str | None, typer.Option(metavar="NAME", help="Look only here in the cluster; default: everywhere.")
    ] = None,
    method: Annotated[str | None, typer.Option(metavar="NAME", help="The bare token of one method.")] = None,
) -> None:
    """Print the primary tokens of an endpoint: of `tidegate up`, or else of the cluster that the kubeconfig names.

    \b
    tidegate tokens default/sales/orders
    curl -H "Authorization: Bearer $(tidegate tokens default/sales/orders --method POST)" ...
    """
    from tidegate_operator.commands.tokens import local_tokens, of_method

    found = local_tokens(address, data)
    if found is None:
        from tidegate_operator.commands.cluster_tokens import cluster_tokens
        from tidegate_operator.commands.running import run

        found = run(cluster_tokens(address, namespace))
    if method:
        typer.echo(of_method(found, method))
    else:
        for name, token in found.items():
            typer.echo(f"{name:<7}{token}")


@app.command()
def status(data: Data = Path(".tidegate")) -> None:
    """Show the gateways that are there: the revision they serve, their heartbeat, and what they could not compile.

    \b
    TIDEGATE_DATABASE_URL=postgresql://tidegate@db/tidegate tidegate status
    tidegate status                     of a `tidegate up` that runs here
    """
    from tidegate_operator.commands.database import find_database
    from tidegate_operator.commands.running import run
    from tidegate_operator.commands.status import lines, live_gateways

    gateways = run(live_gateways(find_database(data)))
    typer.echo("\n".join(lines(gateways)))


@app.command()
def sources(
    address: Address,
    data: Data = Path(".tidegate"),
    allowed_ips: Annotated[bool, typer.Option("--allowed-ips", help="Print them as spec.security.allowedIPs.")] = False,
) -> None:
    """List the addresses that data of an endpoint came from: first, last, and how many.

    \b
    tidegate sources default/sales/orders
    tidegate sources default/sales/orders --allowed-ips     what to paste into the manifest
    """
    from tidegate_operator.commands import sources as command
    from tidegate_operator.commands.database import find_database
    from tidegate_operator.commands.running import run

    found = run(command.sources_of(find_database(data), address))
    typer.echo(command.allowed_ips(found) if allowed_ips else "\n".join(command.lines(found)))


@app.command()
def reindex(
    address: Address,
    data: Data = Path(".tidegate"),
    wait: Annotated[bool, typer.Option("--wait", help="Return when it is done, and say how far it is.")] = False,
) -> None:
    """Index what an endpoint has stored before its indexes were there; the gateways do it beside their work.

    \b
    tidegate reindex default/sales/orders --wait
    """
    from tidegate_operator.commands import reindex as command
    from tidegate_operator.commands.database import find_database
    from tidegate_operator.commands.running import run

    run(command.reindex(find_database(data), address, wait=wait, say=typer.echo))


@app.command()
def gateway() -> None:
    """Run one gateway, configured by the environment (TIDEGATE_DATABASE_URL, TIDEGATE_LISTEN, TIDEGATE_ADMIN_LISTEN).

    \b
    TIDEGATE_DATABASE_URL=postgresql://tidegate@db/tidegate tidegate gateway
    """
    from tidegate_gateway.app import run_gateway
    from tidegate_gateway.logs import set_up_logging
    from tidegate_operator.commands.running import read_settings, run

    set_up_logging()
    sys.exit(run(run_gateway(read_settings())))


@app.command()
def operator() -> None:
    """Run one operator, configured by the environment (TIDEGATE_DATABASE_URL, TIDEGATE_WATCH_NAMESPACES).

    \b
    TIDEGATE_DATABASE_URL=postgresql://tidegate@db/tidegate tidegate operator
    """
    from tidegate_gateway.logs import set_up_logging
    from tidegate_operator.app import run_operator
    from tidegate_operator.commands.running import read_settings, run

    set_up_logging()
    sys.exit(run(run_operator(read_settings())))
