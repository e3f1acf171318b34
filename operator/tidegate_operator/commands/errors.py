"""What a command may end with: errors whose text is a sentence for the person at the terminal."""

from tidegate_gateway.config.errors import ConfigError
from tidegate_gateway.data.errors import DataError
from tidegate_gateway.secrets import SecretsError
from tidegate_gateway.serving import AddressError
from tidegate_operator.errors import OperatorError
from tidegate_operator.local.errors import LocalError


class CommandError(Exception):
    """A command could not do what was asked; the text says what to do."""


EXPECTED = (CommandError, LocalError, DataError, SecretsError, ConfigError, AddressError, OperatorError)
