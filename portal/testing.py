"""Test layers: a Plone site with our profile. The archive below it is each test's own."""

from __future__ import annotations

from typing import Any

from plone.app.testing import PLONE_FIXTURE, FunctionalTesting, PloneSandboxLayer, applyProfile


class PortalLayer(PloneSandboxLayer):
    """Plone with `portal:default`."""

    defaultBases = (PLONE_FIXTURE,)

    def setUpZope(self, app: Any, configurationContext: Any) -> None:
        """Load our ZCML and what it stands on."""
        import plone.restapi

        import portal

        self.loadZCML(package=plone.restapi)
        self.loadZCML(package=portal)
        self.loadZCML("overrides.zcml", package=portal)

    def setUpPloneSite(self, portal: Any) -> None:
        """Apply the profile."""
        applyProfile(portal, "portal:default")


FIXTURE = PortalLayer()
FUNCTIONAL = FunctionalTesting(bases=(FIXTURE,), name="Portal:Functional")
