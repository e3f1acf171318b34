"""The small languages of manifests, compiled once: placeholders, JSONPath, JSON Schema, CEL, Handlebars, cron, IPs.

A wrong text is found when it is compiled, with its place; at request time only closures run. Nothing here does I/O.
"""
