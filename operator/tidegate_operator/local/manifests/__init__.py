"""Manifests as people write them: found in folders, read as kubectl reads them, each mistake with its place."""
