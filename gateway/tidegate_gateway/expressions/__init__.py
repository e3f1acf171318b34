"""The small languages of manifests, compiled once: placeholders, JSONPath, JSON Schema, CEL, Handlebars, cron, IP patterns."""
