"""The acts on a disposal list: each one function of `retention.procedure`, taken with what a form says."""
