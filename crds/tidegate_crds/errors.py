"""What is wrong with a manifest, as data. It must never hold a secret's value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One mistake: where it is and what to do about it.

    `path` is rooted at `spec` (or `metadata`), as in `spec.methods.post.input.mapping[0].from`;
    `paths.split` takes it apart.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"
