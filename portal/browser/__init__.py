"""The screens: one folder each, with zcml, template and view."""
