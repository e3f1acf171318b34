"""The command line. Here is what a person types; `commands` does it, and is imported when it is asked for."""

import sys
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


def main() -> None:
    """The entry point: an expected error is one sentence on standard error, and exit code 2."""
    try:
        app()
    except Exception as error:
        from tidegate_operator.commands.errors import EXPECTED

        if not isinstance(error, EXPECTED):
            raise
        print(f"tidegate: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


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
    from tidegate_operator.commands.migrate import migrate_database
    from tidegate_operator.commands.running import read_settings, run

    applied = run(migrate_database(read_settings().database_url.get_secret_value()))
    typer.echo("\n".join(f"applied {name}" for name in applied) or "nothing to do: the database is up to date")
