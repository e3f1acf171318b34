"""The front door, raw ASGI: address, checks, body, store, answer. No FastAPI and no Pydantic on this path."""
