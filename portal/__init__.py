"""The office: the Plone site where people work."""
