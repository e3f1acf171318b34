"""What one file of manifests may blow up to: with aliases a few bytes can ask for more than there is memory."""

import yaml

DEEPEST = 250  # levels; what recurses over a manifest has room for more
MOST_COPIES = 1_000_000  # characters and parts


class TooLarge(Exception):
    """A document that is not to be built; `mark` is the place where that shows."""

    def __init__(self, mark: yaml.Mark, message: str) -> None:
        self.mark, self.message = mark, message
        super().__init__(message)


class Copies:
    """Counts what the aliases of one file repeat."""

    def __init__(self) -> None:
        self._left = MOST_COPIES

    def count(self, node: yaml.Node) -> None:
        """A node is built once more, without what is in it. TooLarge."""
        self._left -= 1 + (len(node.value) if isinstance(node, yaml.ScalarNode) else 0)
        if self._left < 0:
            said = f"the aliases of this file repeat more than {MOST_COPIES:,} characters: write out what this is."
            raise TooLarge(node.start_mark, said)
