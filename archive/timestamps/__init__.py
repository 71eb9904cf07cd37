"""Time-stamps of a third party (RFC 3161): ask for one, read one, judge one."""
