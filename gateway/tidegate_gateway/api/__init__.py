"""What is served by FastAPI, behind the front door."""
