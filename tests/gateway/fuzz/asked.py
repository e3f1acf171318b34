"""How many requests are sent: `make fuzz` asks for a hundred thousand."""

import os

IN_A_RUN = 1000
REQUESTS = int(os.environ.get("TIDEGATE_FUZZ_REQUESTS", IN_A_RUN))
