"""The page shell instead of Plone's: same slots, our header, navigation and footer."""

from __future__ import annotations

from Products.CMFPlone.browser.main_template import MainTemplate as PloneMainTemplate
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class MainTemplate(PloneMainTemplate):
    """`main_template` of our layer; dialogs (ajax_load) keep Plone's."""

    main_template = ViewPageTemplateFile("main_template.pt")
