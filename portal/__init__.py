"""What do I do today? The office: the Plone site where people work."""
