"""Papers: what the office writes and Plone keeps. One module per type."""
