"""What all tests can have: a control plane and a PostgreSQL, both real, both one for the whole run."""

pytest_plugins = ["tests.controlplane.fixtures", "tests.postgres", "tests.golden_files"]
