"""Resources to configuration and verdicts. Pure: no input or output, no clock, no event loop."""
