"""Pin the dependencies of pyproject.toml, with hashes and without any index host: run.txt ⊂ local.txt ⊂ dev.txt."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
COMPILE = (
    "pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q"
)
LOCKS = {
    "run.txt": (),
    "local.txt": ("--extra", "local", "-c", "requirements/run.txt"),
    "dev.txt": ("--extra", "local", "--group", "dev", "-c", "requirements/local.txt"),
}


def main() -> None:
    uv = Path(sys.executable).with_name("uv")
    env = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON_PREFERENCE": "only-system"}
    for name, options in LOCKS.items():
        command = [str(uv), *COMPILE.split(), "pyproject.toml", *options, "-o", f"requirements/{name}"]
        subprocess.run(command, cwd=HERE.parent, env=env, check=True)


if __name__ == "__main__":
    main()
